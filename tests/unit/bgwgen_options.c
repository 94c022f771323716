/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options.h"
#include "value.h"

#define WORDS_MAX 32

static struct options options;
static char why[512];

#define TWO_PORTS "--port", "a=net_null0", "--port", "b=net_null1"
#define TUNNEL                                                                                    \
	"local=192.0.2.2,remote=192.0.2.1,source-mac=02:00:00:00:00:02,next-hop-mac=02:00:00:00:" \
	"00:01"

/* The words behind the program's name; a NULL ends them. */
static int parse(const char *first, ...)
{
	static char text[WORDS_MAX][256];
	char *argv[WORDS_MAX + 1] = {strcpy(text[0], "bgwgen")};
	int argc = 1;
	va_list list;

	va_start(list, first);
	for (const char *word = first; word != NULL; word = va_arg(list, const char *)) {
		snprintf(text[argc], sizeof(text[argc]), "%s", word);
		argv[argc] = text[argc];
		argc++;
	}
	va_end(list);
	why[0] = '\0';
	return options_parse(&options, argc, argv, why, sizeof(why));
}

/* It is refused with a sentence that has both parts. */
#define assert_refused(part, other, ...)                                                \
	do {                                                                            \
		assert_int_equal(parse(__VA_ARGS__, NULL), -22);                        \
		if (strstr(why, part) == NULL || strstr(why, other) == NULL)            \
			fail_msg("\"%s\" has not \"%s\" and \"%s\"", why, part, other); \
	} while (0)

static void defaults(void **state)
{
	(void)state;
	assert_int_equal(parse("throughput", TWO_PORTS, NULL), 0);
	assert_int_equal(options.command, COMMAND_THROUGHPUT);
	assert_int_equal(options.pairs_count, 1);
	assert_true(options.pairs[0].both);
	assert_int_equal(options.frames_count, 1);
	assert_int_equal(options.frames[0].mix.sizes[0], 64);
	assert_int_equal(options.duration_ns, 1000000000);
	assert_true(options.loss_tolerance == 0);
}

static void everything(void **state)
{
	(void)state;
	assert_int_equal(parse("latency", TWO_PORTS, "--load=10,50.5%", "--tags", "a=100-199.7",
			       "--tunnel", "b=nvgre,id=5000-5003,vlan=9," TUNNEL, "--stream",
			       "b:a,flows=10k,source-macs=7,destination-macs=2k", "--frame-size",
			       "rfc2544,jumbo,imix,imix=68:1+1518:3", "--duration", "250ms",
			       "--rate", "2.5M", "--loss-tolerance", "0.1%", "--core=1,0", NULL),
			 0);
	assert_int_equal(options.loads_count, 2);
	assert_true(options.loads[1] > 0.5049 && options.loads[1] < 0.5051);
	assert_int_equal(options.ports[0].tags.outer.count, 100);
	assert_int_equal(options.ports[0].tags.inner.first, 7);
	assert_int_equal(options.ports[1].tunnel.encap, BGW_ENCAP_NVGRE);
	assert_int_equal(options.ports[1].tunnel.ids.count, 4);
	assert_int_equal(options.ports[1].tunnel.vlan, 9);
	assert_int_equal(options.pairs[0].from, 1);
	assert_false(options.pairs[0].both);
	assert_int_equal(options.pairs[0].flows, 10000);
	assert_int_equal(options.pairs[0].near_macs, 7);
	assert_int_equal(options.pairs[0].far_macs, 2000);
	assert_int_equal(options.frames_count, 10);
	/* QinQ leaves no room for a signature in 64 bytes: those of a named list are raised. */
	assert_int_equal(options.frames[0].mix.sizes[0], 68);
	assert_string_equal(options.frames[0].label, "68");
	assert_int_equal(options.frames[8].mix.weights[0], 7);
	assert_int_equal(options.frames[9].mix.weights[1], 3);
	assert_int_equal(options.duration_ns, 250000000);
	assert_true(options.rate_pps == 2.5e6);
	assert_true(options.loss_tolerance > 0.00099 && options.loss_tolerance < 0.00101);
	assert_int_equal(options.cores[0], 1);
	assert_int_equal(options.cores[1], 0);
	assert_int_equal(parse("run", "--port", "\u00fc=net_null0", "--port", "b=net_null1",
			       "--title", "\u20ac \U0001f600", NULL),
			 0);
	assert_string_equal(options.title, "\u20ac \U0001f600");
}

static void commands_and_options_that_are_none(void **state)
{
	(void)state;
	assert_refused("say what to measure", "rfc2544", TWO_PORTS);
	assert_refused("\"fast\"", "throughput", "fast", TWO_PORTS);
	assert_refused("\"loss\"", "one command too many", "run", "loss");
	assert_refused("--speed", "--help", "run", "--speed", "3");
	assert_refused("--rate", "needs a value", "run", "--rate");
	assert_refused("--hugepages", "takes no value", "run", "--hugepages=1");
	assert_refused("--json", "not empty", "run", "--json", "");
	assert_refused("--title", "not empty", "run", "--title", "");
	assert_refused("--title", "UTF-8", "run", "--title", "caf\xe9");
}

static void numbers_that_are_wrong(void **state)
{
	(void)state;
	assert_refused("--duration 5y", "500ms", "run", "--duration", "5y");
	assert_refused("--duration -1s", "1ms to", "run", "--duration", "-1s");
	assert_refused("--duration 0s", "1ms to", "run", "--duration", "0s");
	assert_refused("--rate 0", "2.5M", "run", "--rate", "0");
	assert_refused("--rate nan", "2.5M", "run", "--rate", "nan");
	assert_refused("--rate 0x10", "2.5M", "run", "--rate", "0x10");
	assert_refused("--trials 1.5", "1 to 1000", "run", "--trials", "1.5");
	assert_refused("--burst 257", "1 to 256", "run", "--burst", "257");
	assert_refused("--loss-tolerance 101", "0% to 99%", "run", "--loss-tolerance", "101");
	assert_refused("--load 10,0:", "10,50,90", "latency", "--load", "10,0");
	assert_refused("--ip 5", "4 or 6", "run", TWO_PORTS, "--ip", "5");
	assert_refused("--core 0,0", "different", "run", "--core", "0,0");
	assert_refused("--core x", "number of one CPU", "run", "--core", "x");
	assert_refused("--values 0", "1 to", "sweep", "--values", "0");
	assert_refused("--sweep routes", "macs, flows or ids", "sweep", "--sweep", "routes");
}

static void ports_and_streams_that_are_wrong(void **state)
{
	(void)state;
	assert_refused("--port", "two at least", "run", "--port", "a=net_null0");
	assert_refused("--port net_null0", "NAME=DEVICE", "run", "--port", "net_null0");
	assert_refused("--port a", "already", "run", "--port", "a=x", "--port", "a=y");
	assert_refused("--port a:b", "no ':'", "run", "--port", "a:b=x");
	assert_refused("--port", "UTF-8", "run", "--port", "\xff=x");
	assert_refused("--port", "UTF-8", "run", "--port", "a=x\xc3");
	assert_refused("--tags c", "no port", "run", TWO_PORTS, "--tags", "c=1");
	assert_refused("--tags a", "1 to 4094", "run", TWO_PORTS, "--tags", "a=4095");
	assert_refused("--tags a", "1 to 4094", "run", TWO_PORTS, "--tags", "a=7-3");
	assert_refused("--tags a", "1 to 4094", "run", TWO_PORTS, "--tags", "a=1.2.3");
	assert_refused("--stream a:c", "two different ports", "run", TWO_PORTS, "--stream", "a:c");
	assert_refused("--stream a:a", "two different ports", "run", TWO_PORTS, "--stream", "a:a");
	assert_refused("--stream a:b", "flows=0", "run", TWO_PORTS, "--stream", "a:b,flows=0");
	assert_refused("--stream a:b", "macs=2M", "run", TWO_PORTS, "--stream", "a:b,macs=2M");
	assert_refused("--stream", "more than two ports", "run", TWO_PORTS, "--port",
		       "c=net_null2");
}

static void tunnels_that_are_wrong(void **state)
{
	(void)state;
	assert_refused("--tunnel b=mpls", "one of vxlan gre nvgre", "run", TWO_PORTS, "--tunnel",
		       "b=mpls," TUNNEL);
	assert_refused("--tunnel b", "are needed", "run", TWO_PORTS, "--tunnel",
		       "b=vxlan,local=192.0.2.1");
	assert_refused("local=300.1.1.1", "local=IPV4", "run", TWO_PORTS, "--tunnel",
		       "b=vxlan,local=300.1.1.1");
	assert_refused("source-mac=2:0:0:0:0:0", "source-mac=MAC", "run", TWO_PORTS, "--tunnel",
		       "b=vxlan,source-mac=2:0:0:0:0:0");
	assert_refused("id=16777216", "id=N", "run", TWO_PORTS, "--tunnel", "b=vxlan,id=16777216");
	assert_refused("--tunnel b", "4096 to 16777214", "run", TWO_PORTS, "--tunnel",
		       "b=nvgre,id=5," TUNNEL);
	assert_refused("--tunnel b", "gre alone", "run", TWO_PORTS, "--tunnel",
		       "b=vxlan,keyless," TUNNEL);
	assert_refused("vlan=1-2", "vlan=1..4094", "run", TWO_PORTS, "--tunnel",
		       "b=vxlan,vlan=1-2," TUNNEL);
}

static void ids_that_cannot_be_swept(void **state)
{
	(void)state;
	assert_refused("--sweep ids", "--tunnel with ids", "sweep", TWO_PORTS, "--sweep", "ids");
	assert_refused("--sweep ids", "--tunnel with ids", "sweep", TWO_PORTS, "--sweep", "ids",
		       "--tunnel", "b=gre,keyless," TUNNEL);
	/* The last is 16777214. */
	assert_refused("--values", "port b", "sweep", TWO_PORTS, "--sweep", "ids", "--values",
		       "2,10", "--tunnel", "b=nvgre,id=16777206," TUNNEL);
	assert_int_equal(parse("sweep", TWO_PORTS, "--sweep", "ids", "--values", "2,9", "--tunnel",
			       "b=nvgre,id=16777206," TUNNEL, NULL),
			 0);
}

static void sizes_that_are_wrong(void **state)
{
	(void)state;
	assert_refused("--frame-size 63", "64 to 9216", "run", TWO_PORTS, "--frame-size", "63");
	assert_refused("--frame-size ", "64 to 9216", "run", TWO_PORTS, "--frame-size", "64,");
	assert_refused("--frame-size imix=64:0:", "64 to 9216", "run", TWO_PORTS, "--frame-size",
		       "imix=64:0");
	/* More entries than a pattern has, before anything is started. */
	assert_refused("--frame-size imix=64:100+65:99+66:98:", "up to 256", "run", TWO_PORTS,
		       "--frame-size", "imix=64:100+65:99+66:98");
	assert_refused("--load 10,,20:", "percentages", "latency", TWO_PORTS, "--load", "10,,20");
	assert_refused("--frame-size 64", "80 bytes at least", "run", TWO_PORTS, "--frame-size",
		       "64", "--ip", "6");
	assert_refused("--frame-size 64", "68 bytes at least", "run", TWO_PORTS, "--frame-size",
		       "64", "--tags", "b=1.2");
}

static void values_take_the_whole_text(void **state)
{
	struct rte_ether_addr mac;
	struct frame_range range = {7, 7};
	uint64_t count = 7;
	double ratio;
	rte_be32_t address;

	(void)state;
	assert_true(value_count("1.1k", &count));
	assert_int_equal(count, 1100);
	assert_false(value_count("1.0001k", &count));
	assert_false(value_count("", &count));
	assert_false(value_count("1k ", &count));
	assert_false(value_count("1e3", &count));
	assert_false(value_count("99999999999999999999", &count));
	assert_int_equal(count, 1100);
	assert_false(value_percent("100.1", &ratio));
	assert_false(value_mac("02:00:00:00:00:0g", &mac));
	assert_false(value_mac("02:00:00:00:00:01:", &mac));
	assert_false(value_ipv4("0.0.0.0", &address));
	assert_false(value_ipv4("192.0.2.1/24", &address));
	assert_false(value_range("5-", 0, 10, &range));
	assert_false(value_range("4294967296", 0, UINT32_MAX, &range));
	assert_int_equal(range.first, 7);
}

/* Every option of the help can be given, so that the two do not drift apart. */
static void help_names_what_is_parsed(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int found = 0;

	(void)state;
	options_help(out);
	fclose(out);
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		char name[64];

		if (sscanf(line, "  --%60[a-z-]", name + 2) != 1)
			continue;
		memcpy(name, "--", 2);
		found++;
		parse("run", name, NULL);
		assert_null(strstr(why, "there is no option"));
	}
	free(text);
	assert_true(found > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(everything),
		cmocka_unit_test(commands_and_options_that_are_none),
		cmocka_unit_test(numbers_that_are_wrong),
		cmocka_unit_test(ports_and_streams_that_are_wrong),
		cmocka_unit_test(tunnels_that_are_wrong),
		cmocka_unit_test(ids_that_cannot_be_swept),
		cmocka_unit_test(sizes_that_are_wrong),
		cmocka_unit_test(values_take_the_whole_text),
		cmocka_unit_test(help_names_what_is_parsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
