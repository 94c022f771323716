/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tuning.h"

static char why[256];
static struct tuning *tuning;

static int setup(void **state)
{
	(void)state;
	tuning = tuning_create();
	return tuning == NULL ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	tuning_destroy(tuning);
	return 0;
}

static void parse(const char *text)
{
	if (tuning_parse(tuning, text, "a.conf", why, sizeof(why)) != 0)
		fail_msg("%s", why);
}

static void each_key_comes_from_the_most_particular_section(void **state)
{
	struct tuning_values values;

	(void)state;
	parse("[default]\nrx_desc = 1024\ntx_desc = 512\n"
	      "[pci]\nrx_desc=2048\ndevargs = a=1\n"
	      "[pci 8086:1572]\ntx_desc = 4096\n");
	tuning_find(tuning, "pci", "8086:1572", &values);
	assert_int_equal(values.rx_desc, 2048);
	assert_int_equal(values.tx_desc, 4096);
	assert_int_equal(values.rx_queues, 0);
	assert_string_equal(values.devargs, "a=1");
	tuning_find(tuning, "pci", "8086:9999", &values);
	assert_int_equal(values.tx_desc, 512);
	tuning_find(tuning, "tap", "", &values);
	assert_int_equal(values.rx_desc, 1024);
	assert_string_equal(values.devargs, "");
}

static void a_later_text_replaces_keys_and_not_sections(void **state)
{
	struct tuning_values values;

	(void)state;
	parse("[tap]\nrx_desc = 64\ntx_desc = 64\n");
	parse("# here\n\n[tap]\n  rx_desc = 128  \n");
	tuning_find(tuning, "tap", "", &values);
	assert_int_equal(values.rx_desc, 128);
	assert_int_equal(values.tx_desc, 64);
}

static void a_mistake_is_named_with_its_line(void **state)
{
	static const struct {
		const char *text;
		const char *sentence;
	} mistakes[] = {
		{"rx_desc = 64\n", "a.conf:1: a line is \"key = value\" within a section"},
		{"[tap]\nrx_desc\n", "a.conf:2: a line is \"key = value\" within a section"},
		{"[tap\n", "a.conf:1: a section is a name in brackets"},
		{"[tap]\n\nrx_desc = 63\n", "a.conf:3: rx_desc must be 64 to 16384, and is \"63\""},
		{"[tap]\nrx_queues = two\n", "a.conf:2: rx_queues must be 1 to 64, and is \"two\""},
		{"[tap]\nrx_desc = 64k\n", "and is \"64k\""},
		{"[tap]\nrx_desc = -64\n", "and is \"-64\""},
		{"[tap]\nrxdesc = 64\n", "a.conf:2: there is no key \"rxdesc\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		assert_int_equal(tuning_parse(tuning, mistakes[i].text, "a.conf", why, sizeof(why)),
				 -EINVAL);
		if (strstr(why, mistakes[i].sentence) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", why, mistakes[i].sentence);
	}
}

static void the_configuration_wins(void **state)
{
	struct bgw_port_config port = {.driver = "tap", .rx_desc = 256, .devargs = "mac=fixed"};

	(void)state;
	parse("[tap]\nrx_desc = 64\ntx_desc = 64\nrx_queues = 2\ndevargs = x=1\n");
	tuning_apply(tuning, &port);
	assert_int_equal(port.rx_desc, 256);
	assert_int_equal(port.tx_desc, 64);
	assert_int_equal(port.rx_queues, 2);
	assert_string_equal(port.devargs, "x=1,mac=fixed");
}

static void a_vdev_is_known_by_its_kind(void **state)
{
	struct bgw_port_config port = {.driver = "vdev", .devargs = "net_pcap0,rx_pcap=a.pcap"};

	(void)state;
	parse("[vdev net_pcap]\nrx_queues = 1\ndevargs = not=for-raw\n");
	tuning_apply(tuning, &port);
	assert_int_equal(port.rx_queues, 1);
	assert_string_equal(port.devargs, "net_pcap0,rx_pcap=a.pcap");
}

static void the_installed_table_is_valid(void **state)
{
	struct tuning_values values;
	struct tuning *installed = tuning_load(why, sizeof(why));

	(void)state;
	if (installed == NULL)
		fail_msg("%s", why);
	tuning_find(installed, "tap", "", &values);
	assert_in_range(values.rx_desc, 64, 16384);
	tuning_destroy(installed);
}

#define TUNING_CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TUNING_CASE(each_key_comes_from_the_most_particular_section),
		TUNING_CASE(a_later_text_replaces_keys_and_not_sections),
		TUNING_CASE(a_mistake_is_named_with_its_line),
		TUNING_CASE(the_configuration_wins),
		TUNING_CASE(a_vdev_is_known_by_its_kind),
		TUNING_CASE(the_installed_table_is_valid),
	};

	return cmocka_run_group_tests_name("tuning", tests, NULL, NULL);
}
