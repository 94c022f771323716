/* SPDX-License-Identifier: BSD-3-Clause */
/* One measurement of one gateway; tests/bench runs them all and makes the table. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "encap/row.h"

static void usage(FILE *out)
{
	fprintf(out,
		"usage: bench forward|learn|churn|rounds|tables|input [OPTION]...\n"
		"\n"
		"Prints one JSON object. `input` writes the frames to --output FILE and ends.\n"
		"\n"
		"  --decap              frames come from the underlay, not from the access port\n"
		"  --encap NAME         one of" ENCAP_NAMES " (vxlan)\n"
		"  --flows N            pairs of MACs (1)\n"
		"  --macs N             room of the table of MACs (262144)\n"
		"  --fill               the table with MACs that no frame has\n"
		"  --connections N      that the flows are spread over (1)\n"
		"  --attachments N      likewise (1); several are QinQ\n"
		"  --networks N         likewise (1)\n"
		"  --workers N          (1)\n"
		"  --core N             CPU of the first worker (1)\n"
		"  --frame-bytes N      of the inner frame, without FCS (60)\n"
		"  --windows N          measurements (15)\n"
		"  --seconds S          length of each (1)\n"
		"  --stages             say what a frame costs each stage (forward)\n"
		"  --rounds N           of \"rounds\" (400)\n"
		"  --no-hugepages\n");
}

static uint32_t number(const char *option, const char *text, uint32_t min, uint32_t max)
{
	char *end;
	const unsigned long value = strtoul(text, &end, 10);

	if (*end != '\0' || end == text || value < min || value > max)
		bench_die("--%s must be a number from %u to %u, and is \"%s\"", option, min, max,
			  text);
	return (uint32_t)value;
}

static enum bgw_encap encap_of(const char *name)
{
	enum bgw_encap encap;

	if (!encap_find(name, &encap))
		bench_die("--encap must be one of" ENCAP_NAMES ", and is \"%s\"", name);
	return encap;
}

enum option_id {
	OPTION_DECAP = 1,
	OPTION_ENCAP,
	OPTION_FLOWS,
	OPTION_MACS,
	OPTION_FILL,
	OPTION_CONNECTIONS,
	OPTION_ATTACHMENTS,
	OPTION_NETWORKS,
	OPTION_WORKERS,
	OPTION_CORE,
	OPTION_FRAME_BYTES,
	OPTION_WINDOWS,
	OPTION_SECONDS,
	OPTION_ROUNDS,
	OPTION_STAGES,
	OPTION_NO_HUGEPAGES,
	OPTION_OUTPUT,
	OPTION_HELP,
};

static const struct option options[] = {
	{"decap", no_argument, NULL, OPTION_DECAP},
	{"encap", required_argument, NULL, OPTION_ENCAP},
	{"flows", required_argument, NULL, OPTION_FLOWS},
	{"macs", required_argument, NULL, OPTION_MACS},
	{"fill", no_argument, NULL, OPTION_FILL},
	{"connections", required_argument, NULL, OPTION_CONNECTIONS},
	{"attachments", required_argument, NULL, OPTION_ATTACHMENTS},
	{"networks", required_argument, NULL, OPTION_NETWORKS},
	{"workers", required_argument, NULL, OPTION_WORKERS},
	{"core", required_argument, NULL, OPTION_CORE},
	{"frame-bytes", required_argument, NULL, OPTION_FRAME_BYTES},
	{"windows", required_argument, NULL, OPTION_WINDOWS},
	{"seconds", required_argument, NULL, OPTION_SECONDS},
	{"stages", no_argument, NULL, OPTION_STAGES},
	{"rounds", required_argument, NULL, OPTION_ROUNDS},
	{"no-hugepages", no_argument, NULL, OPTION_NO_HUGEPAGES},
	{"output", required_argument, NULL, OPTION_OUTPUT},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

struct arguments {
	struct bench_site site;
	struct bench_plan plan;
	const char *output;
};

static void option_take(struct arguments *arguments, int id, const char *name)
{
	struct bench_site *site = &arguments->site;

	switch ((enum option_id)id) {
	case OPTION_DECAP:
		site->direction = BENCH_DECAP;
		break;
	case OPTION_ENCAP:
		site->encap = encap_of(optarg);
		break;
	case OPTION_FLOWS:
		site->flows = number(name, optarg, 1, 1000000);
		break;
	case OPTION_MACS:
		site->macs = number(name, optarg, 1024, 1048576);
		break;
	case OPTION_FILL:
		site->fill = true;
		break;
	case OPTION_CONNECTIONS:
		site->connections = number(name, optarg, 1, 65536);
		break;
	case OPTION_ATTACHMENTS:
		site->attachments = number(name, optarg, 1, 65536);
		break;
	case OPTION_NETWORKS:
		site->networks = number(name, optarg, 1, 65000);
		break;
	case OPTION_WORKERS:
		site->workers = (uint16_t)number(name, optarg, 1, BGW_MAX_WORKERS);
		break;
	case OPTION_CORE:
		site->first_core = (uint16_t)number(name, optarg, 0, 1023);
		break;
	case OPTION_FRAME_BYTES:
		site->frame_bytes = (uint16_t)number(name, optarg, 60, 1400);
		break;
	case OPTION_WINDOWS:
		arguments->plan.windows = number(name, optarg, 1, 1000);
		break;
	case OPTION_SECONDS:
		arguments->plan.window_s = atof(optarg);
		if (!(arguments->plan.window_s > 0))
			bench_die("--seconds must be more than 0, and is \"%s\"", optarg);
		break;
	case OPTION_STAGES:
		arguments->plan.stages = true;
		break;
	case OPTION_ROUNDS:
		arguments->plan.rounds = number(name, optarg, 1, 100000000);
		break;
	case OPTION_NO_HUGEPAGES:
		site->no_hugepages = true;
		break;
	case OPTION_OUTPUT:
		arguments->output = optarg;
		break;
	case OPTION_HELP:
		usage(stdout);
		exit(0);
	default:
		usage(stderr);
		exit(2);
	}
}

static void check(const struct arguments *arguments, const char *command)
{
	const struct bench_site *site = &arguments->site;

	if (2 * site->flows > site->macs)
		bench_die("--flows %u need --macs %u", site->flows, 2 * site->flows);
	if (site->networks > 1 && site->networks > site->connections)
		bench_die("--networks must be at most --connections");
	if (strcmp(command, "input") == 0 && arguments->output == NULL)
		bench_die("input needs --output FILE");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const struct bench_site *site, const struct bench_plan *plan);
	} commands[] = {{"forward", bench_forward},
			{"learn", bench_learn},
			{"churn", bench_churn},
			{"rounds", bench_rounds}};
	struct arguments arguments = {
		.site =
			{
				.encap = BGW_ENCAP_VXLAN,
				.flows = 1,
				.macs = 262144,
				.connections = 1,
				.attachments = 1,
				.networks = 1,
				.spare_connections = 1024,
				.workers = 1,
				.first_core = 1,
				.frame_bytes = 60,
			},
		.plan = {.windows = 15, .window_s = 1, .rounds = 400},
	};
	const char *command = argc > 1 ? argv[1] : "";
	int index = 0;
	int id;

	if (strcmp(command, "--help") == 0) {
		usage(stdout);
		return 0;
	}
	optind = 2;
	while (argc > 1 && (id = getopt_long(argc, argv, "", options, &index)) != -1)
		option_take(&arguments, id, id == '?' ? "" : options[index].name);
	check(&arguments, command);
	if (strcmp(command, "input") == 0) {
		bench_input_write(&arguments.site, arguments.output);
		return 0;
	}
	if (strcmp(command, "tables") == 0) {
		bench_tables(&arguments.site, &arguments.plan);
		return 0;
	}
	for (size_t i = 0; i < RTE_DIM(commands); i++) {
		if (strcmp(commands[i].name, command) != 0)
			continue;
		bench_site_open(&arguments.site);
		bench_clocks_start(&arguments.site);
		commands[i].run(&arguments.site, &arguments.plan);
		bench_site_close();
		return 0;
	}
	usage(stderr);
	return 2;
}
