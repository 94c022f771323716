/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "netdev_state.h"

static void what_is_written_is_read_back(void **state)
{
	const struct netdev_state written = {
		.up = true,
		.arp = true,
		.has_ipv6 = true,
		.has_gro = true,
		.gro = true,
		.has_offloads = true,
		.rxvlan = true,
		.has_channels = true,
		.rx_channels = 1,
		.tx_channels = 2,
		.combined_channels = 3,
		.max_combined_channels = 64,
	};
	struct netdev_state read;
	char text[512];

	(void)state;
	memset(&read, 0, sizeof(read));
	assert_int_equal(netdev_state_format(&written, text, sizeof(text)), 0);
	assert_int_equal(netdev_state_parse(&read, text), 0);
	assert_memory_equal(&read, &written, sizeof(read));
}

static void a_cut_line_is_refused(void **state)
{
	const struct netdev_state written = {.up = true};
	struct netdev_state read;
	char text[512];

	(void)state;
	assert_int_equal(netdev_state_format(&written, text, sizeof(text)), 0);
	for (size_t length = strlen(text) - 2; length > 0; length--) {
		text[length] = '\0';
		assert_int_equal(netdev_state_parse(&read, text), -EINVAL);
	}
	assert_int_equal(netdev_state_format(&written, text, 10), -ENOSPC);
}

static void the_state_of_a_netdev_is_read_without_privileges(void **state)
{
	struct netdev_state read;

	(void)state;
	assert_int_equal(netdev_state_read("lo", &read), 0);
	assert_false(read.promiscuous);
	assert_int_equal(netdev_state_read("nowhere0", &read), -ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(a_cut_line_is_refused),
		cmocka_unit_test(the_state_of_a_netdev_is_read_without_privileges),
	};

	return cmocka_run_group_tests_name("netdev_state", tests, NULL, NULL);
}
