/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include <errno.h>
#include <string.h>

#include <bgw/why.h>
#include <encap/row.h>
#include <utf8.h>

#include "options_traffic.h"
#include "value.h"

#define MS UINT64_C(1000000)
#define S  (1000 * MS)

const struct command_row command_rows[COMMAND_COUNT] = {
	[COMMAND_RFC2544] = {"rfc2544", "all of RFC 2544: throughput, latency, loss, back-to-back"},
	[COMMAND_THROUGHPUT] = {"throughput", "the highest rate without loss, by binary search"},
	[COMMAND_LOSS] = {"loss", "frame loss at 100 % of the maximum, and in steps below"},
	[COMMAND_LATENCY] = {"latency", "latency at --load percent of the throughput"},
	[COMMAND_BACK_TO_BACK] = {"back-to-back", "the longest burst without loss"},
	[COMMAND_NDR_PDR] = {"ndr-pdr", "rates without and with partial loss, searched together"},
	[COMMAND_SWEEP] = {"sweep", "throughput against the number of MACs, flows or ids"},
	[COMMAND_RUN] = {"run", "one trial at --rate, or as fast as the ports take"},
};

enum kind {
	KIND_HEAD, /* of a section of the help: no option */
	KIND_FLAG,
	KIND_COUNT,
	KIND_RATE,
	KIND_DURATION,
	KIND_PERCENT,
	KIND_TEXT,
	KIND_OWN,
};

struct row {
	const char *name;
	const char *placeholder;
	const char *help; /* further lines of it behind \n */
	enum kind kind;
	size_t offset;
	double min, max;   /* of the value as it is kept */
	const char *range; /* in words */
	int (*read)(struct options *options, char *text, char *why, size_t why_size);
};

#define AT(member) offsetof(struct options, member)
#define HEAD(text)                                               \
	{                                                        \
		NULL, NULL, text, KIND_HEAD, 0, 0, 0, NULL, NULL \
	}
#define FLAG(name, member, help)                                          \
	{                                                                 \
		name, NULL, help, KIND_FLAG, AT(member), 0, 0, NULL, NULL \
	}
#define OWN(name, placeholder, read, help)                             \
	{                                                              \
		name, placeholder, help, KIND_OWN, 0, 0, 0, NULL, read \
	}

static int title_read(struct options *options, char *text, char *why, size_t why_size)
{
	if (text[0] == '\0' || !utf8_is_valid(text))
		return bgw_refuse(why, why_size, EINVAL,
				  "--title needs a TEXT that is not empty, in UTF-8");
	options->title = text;
	return 0;
}

/* clang-format off */
static const struct row rows[] = {
	HEAD("ports"),
	OWN("--port", "NAME=DEVICE", options_read_port,
	    "a DPDK port: a virtual device with its arguments, as\n"
	    "net_memif0,role=client,socket-abstract=no,socket=/run/m.sock,\n"
	    "or a PCI address. Once for each port"),
	OWN("--tags", "NAME=VLAN[.VLAN]", options_read_tags,
	    "VLAN tags of the port's frames; a tag may be a range, A-B"),
	OWN("--tunnel", "NAME=KIND,KEY=VALUE...", options_read_tunnel,
	    "the tunnel that the port's frames are in, one of" ENCAP_NAMES ", with\n"
	    "local=IP (ours), remote=IP, source-mac=MAC, next-hop-mac=MAC,\n"
	    "id=N or id=A-B, vlan=N (of the underlay), udp-port=N, keyless (gre)"),
	HEAD("traffic"),
	OWN("--stream", "FROM:TO[,KEY=VALUE...]", options_read_stream,
	    "traffic between two ports: both (ways), flows=N, macs=N on each side,\n"
	    "source-macs=N, destination-macs=N. With two ports the default is both\n"
	    "ways between them, one flow each"),
	OWN("--frame-size", "LIST", options_read_frames,
	    "sizes with FCS, measured one after the other: 64,512; rfc2544 (64 128\n"
	    "256 512 1024 1280 1518), jumbo (9000), imix (64:7,570:4,1518:1), or a\n"
	    "mix of one's own: imix=SIZE:WEIGHT+SIZE:WEIGHT (default 64)"),
	{"--ip", "4|6", "version of IP in the frames (4)", KIND_COUNT, AT(ip_version), 4, 6,
	 "4 or 6", NULL},
	HEAD("measuring"),
	{"--duration", "TIME", "of a trial (1s)", KIND_DURATION, AT(duration_ns), 1e6, 1e13,
	 "1ms to 10000s", NULL},
	{"--warm-up", "TIME", "of traffic before the first trial at each size (200ms)",
	 KIND_DURATION, AT(warm_up_ns), 0, 1e12, "0 to 1000s", NULL},
	{"--drain", "TIME", "how long no frame has to come before the rest is lost (200ms)",
	 KIND_DURATION, AT(drain_ns), 1e6, 1e11, "1ms to 100s", NULL},
	{"--trials", "N", "that a rate must pass (1)", KIND_COUNT, AT(trials), 1, 1000,
	 "1 to 1000", NULL},
	{"--retries", "N", "of a failed trial in which the generator stalled (2)", KIND_COUNT,
	 AT(retries), 0, 100, "0 to 100", NULL},
	{"--resolution", "PERCENT", "of a search, of the rate it ends at (1%)", KIND_PERCENT,
	 AT(resolution), 0.0001, 0.5, "0.01% to 50%", NULL},
	{"--loss-tolerance", "PERCENT", "of the frames, with which a trial passes (0%)",
	 KIND_PERCENT, AT(loss_tolerance), 0, 0.99, "0% to 99%", NULL},
	{"--offered-tolerance", "PERCENT",
	 "of the intended frames that may not be offered in a trial (0.5%)", KIND_PERCENT,
	 AT(offered_tolerance), 0, 0.5, "0% to 50%", NULL},
	{"--partial-drop", "PERCENT", "loss of the partial drop rate, PDR (0.5%)", KIND_PERCENT,
	 AT(partial_drop), 0, 0.99, "0% to 99%", NULL},
	OWN("--load", "LIST", options_read_loads,
	    "loads of latency, in percent of the throughput (10,50,90)"),
	{"--step", "PERCENT", "of the loss curve (10%)", KIND_PERCENT, AT(step), 0.01, 0.5,
	 "1% to 50%", NULL},
	{"--rate", "PPS",
	 "of run, loss and sweep: frames a second of all streams, as 2.5M\n"
	 "(default: as fast as the ports take them; sweep: searched)",
	 KIND_RATE, AT(rate_pps), 1, 1e10, "1 to 10G", NULL},
	{"--max-rate", "PPS", "searches go no higher", KIND_RATE, AT(max_rate_pps), 1, 1e10,
	 "1 to 10G", NULL},
	{"--line-rate", "BPS",
	 "bits a second of a port, as 25G: searches go no higher, reports\n"
	 "compare with it (default: what a NIC says, none of virtual devices)",
	 KIND_RATE, AT(line_rate_bps), 1e3, 1e13, "1k to 10000G", NULL},
	{"--burst-duration", "TIME", "the longest burst that back-to-back tries (100ms)",
	 KIND_DURATION, AT(burst_duration_ns), 1e5, 1e10, "100us to 10s", NULL},
	OWN("--sweep", "macs|flows|ids", options_read_sweep, "what sweep changes (macs)"),
	OWN("--values", "LIST", options_read_values,
	    "of the sweep (1,10,100,1k,10k,100k)"),
	{"--learn-rate", "PPS", "of the frames that teach the device all MACs (100k)", KIND_RATE,
	 AT(learn_rate_pps), 1, 1e9, "1 to 1G", NULL},
	FLAG("--no-learning", no_learning, "the device knows all MACs"),
	HEAD("machine"),
	OWN("--core", "N[,N]", options_read_cores,
	    "CPU that sends and receives; of two, one sends and one receives\n"
	    "(default: the first that this process may use)"),
	OWN("--control-core", "N", options_read_control_core,
	    "CPU of the main thread (default: the first that this process may use)"),
	FLAG("--hugepages", hugepages, "take memory from the machine's huge pages"),
	{"--memory", "MBYTES", "of packet buffers and driver (default: as needed)", KIND_COUNT,
	 AT(memory_mbytes), 16, 1e6, "16 to 1000000", NULL},
	{"--burst", "N", "frames handed to a driver at a time (64)", KIND_COUNT, AT(burst), 1,
	 GENERATOR_BURST_MAX, "1 to 256", NULL},
	{"--lag", "TIME",
	 "how late a frame may be sent that a full tx queue kept back (1ms)", KIND_DURATION,
	 AT(lag_ns), 1e3, 1e10, "1us to 10s", NULL},
	{"--link-wait", "TIME", "how long to wait for the ports' links (10s)", KIND_DURATION,
	 AT(link_wait_ns), 0, 1e12, "0 to 1000s", NULL},
	HEAD("reports"),
	{"--json", "FILE", "write all results as JSON", KIND_TEXT, AT(json), 0, 0, NULL, NULL},
	{"--html", "FILE", "write a report with plots, one file that needs no other", KIND_TEXT,
	 AT(html), 0, 0, NULL, NULL},
	OWN("--title", "TEXT", title_read, "of the reports"),
	FLAG("--quiet", quiet, "no progress, only the final table"),
	FLAG("--version", version, "print the version"),
	FLAG("--help", help, "print this"),
};
/* clang-format on */

static void defaults_set(struct options *options)
{
	*options = (struct options){
		.ip_version = 4,
		.duration_ns = S,
		.warm_up_ns = 200 * MS,
		.drain_ns = 200 * MS,
		.trials = 1,
		.retries = 2,
		.resolution = 0.01,
		.offered_tolerance = 0.005,
		.partial_drop = 0.005,
		.step = 0.1,
		.loads = {0.1, 0.5, 0.9},
		.loads_count = 3,
		.learn_rate_pps = 100e3,
		.sweep_values = {1, 10, 100, 1000, 10000, 100000},
		.sweep_values_count = 6,
		.burst_duration_ns = 100 * MS,
		.burst = 64,
		.lag_ns = MS,
		.link_wait_ns = 10 * S,
		.title = "bgwgen",
	};
}

static const struct row *row_find(const char *name, size_t length)
{
	for (size_t i = 0; i < RTE_DIM(rows); i++)
		if (rows[i].name != NULL && strlen(rows[i].name) == length &&
		    strncmp(rows[i].name, name, length) == 0)
			return &rows[i];
	return NULL;
}

/* What a value of the kind looks like. */
static const char *kind_words(enum kind kind)
{
	switch (kind) {
	case KIND_COUNT:
		return "a number";
	case KIND_RATE:
		return "a rate, as 2.5M";
	case KIND_DURATION:
		return "a time, as 500ms or 2s";
	default:
		return "a percentage, as 0.5%";
	}
}

static int number_read(struct options *options, const struct row *row, const char *text, char *why,
		       size_t why_size)
{
	uint64_t *whole = (uint64_t *)((char *)options + row->offset);
	double *real = (double *)((char *)options + row->offset);
	const bool is_whole = row->kind == KIND_COUNT || row->kind == KIND_DURATION;
	uint64_t whole_value = 0;
	double value = 0;
	bool is_right;

	if (row->kind == KIND_COUNT)
		is_right = value_count(text, &whole_value);
	else if (row->kind == KIND_DURATION)
		is_right = value_duration(text, &whole_value);
	else if (row->kind == KIND_RATE)
		is_right = value_rate(text, &value);
	else
		is_right = value_percent(text, &value);
	if (is_whole)
		value = (double)whole_value;
	/* Percentages lose a little on their way. */
	if (!is_right || value < row->min * (1 - 1e-9) || value > row->max * (1 + 1e-9))
		return bgw_refuse(why, why_size, EINVAL, "%s %s: give %s, %s", row->name, text,
				  kind_words(row->kind), row->range);
	if (is_whole)
		*whole = whole_value;
	else
		*real = value;
	return 0;
}

static int value_read(struct options *options, const struct row *row, char *text, char *why,
		      size_t why_size)
{
	if (row->kind == KIND_OWN)
		return row->read(options, text, why, why_size);
	if (row->kind != KIND_TEXT)
		return number_read(options, row, text, why, why_size);
	if (text[0] == '\0')
		return bgw_refuse(why, why_size, EINVAL, "%s needs a %s that is not empty",
				  row->name, row->placeholder);
	*(const char **)((char *)options + row->offset) = text;
	return 0;
}

static int command_read(struct options *options, const char *text, char *why, size_t why_size)
{
	for (int i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(text, command_rows[i].name) == 0) {
			options->command = (enum command)i;
			return 0;
		}
	return bgw_refuse(why, why_size, EINVAL,
			  "there is no command \"%s\": it is rfc2544, throughput, loss, latency, "
			  "back-to-back, ndr-pdr, sweep or run",
			  text);
}

/* Ids are swept on each port that has a tunnel with ids. */
static int sweep_fits(const struct options *options, char *why, size_t why_size)
{
	uint32_t most = 0;
	bool has_ids = false;

	if (options->command != COMMAND_SWEEP || options->sweep_of != SWEEP_IDS)
		return 0;
	for (uint16_t i = 0; i < options->sweep_values_count; i++)
		most = RTE_MAX(most, options->sweep_values[i]);
	for (uint16_t i = 0; i < options->ports_count; i++) {
		const struct frame_tunnel *tunnel = &options->ports[i].tunnel;

		if (!tunnel->is_used || tunnel->keyless)
			continue;
		has_ids = true;
		if (most - 1 > bgw_encap_key_max(tunnel->encap) - tunnel->ids.first)
			return bgw_refuse(why, why_size, EINVAL,
					  "--values: %u ids from %u on are more than the tunnel of "
					  "port %s has, whose last is %u",
					  most, tunnel->ids.first, options->ports[i].name,
					  bgw_encap_key_max(tunnel->encap));
	}
	if (!has_ids)
		return bgw_refuse(why, why_size, EINVAL,
				  "--sweep ids: no port has a --tunnel with ids");
	return 0;
}

int options_parse(struct options *options, int argc, char **argv, char *why, size_t why_size)
{
	bool has_command = false;
	int ret;

	defaults_set(options);
	for (int i = 1; i < argc; i++) {
		const size_t length = strcspn(argv[i], "=");
		const struct row *row;
		char *value;

		if (argv[i][0] != '-') {
			if (has_command)
				return bgw_refuse(why, why_size, EINVAL,
						  "\"%s\" is one command too many", argv[i]);
			ret = command_read(options, argv[i], why, why_size);
			if (ret < 0)
				return ret;
			has_command = true;
			continue;
		}
		row = row_find(strcmp(argv[i], "-h") == 0 ? "--help" : argv[i],
			       strcmp(argv[i], "-h") == 0 ? strlen("--help") : length);
		if (row == NULL)
			return bgw_refuse(why, why_size, EINVAL,
					  "there is no option %.*s: --help lists them", (int)length,
					  argv[i]);
		if (row->kind == KIND_FLAG) {
			if (argv[i][length] == '=')
				return bgw_refuse(why, why_size, EINVAL, "%s takes no value",
						  row->name);
			*(bool *)((char *)options + row->offset) = true;
			continue;
		}
		if (argv[i][length] != '=' && i + 1 == argc)
			return bgw_refuse(why, why_size, EINVAL, "%s needs a value: %s", row->name,
					  row->placeholder);
		value = argv[i][length] == '=' ? argv[i] + length + 1 : argv[++i];
		ret = value_read(options, row, value, why, why_size);
		if (ret < 0)
			return ret;
	}
	if (options->help || options->version)
		return 0;
	if (!has_command)
		return bgw_refuse(why, why_size, EINVAL,
				  "say what to measure: rfc2544, throughput, loss, latency, "
				  "back-to-back, ndr-pdr, sweep or run");
	ret = options_complete(options, why, why_size);
	return ret < 0 ? ret : sweep_fits(options, why, why_size);
}

static void row_print(FILE *out, const struct row *row)
{
	const char *line = row->help;
	int width = fprintf(out, "  %s %s", row->name,
			    row->placeholder != NULL ? row->placeholder : "");

	while (line != NULL) {
		const size_t length = strcspn(line, "\n");

		if (width > 27) {
			fputc('\n', out);
			width = 0;
		}
		fprintf(out, "%*s%.*s\n", 28 - width, "", (int)length, line);
		width = 0;
		line = line[length] == '\n' ? line + length + 1 : NULL;
	}
}

void options_help(FILE *out)
{
	fputs("usage: bgwgen COMMAND --port NAME=DEVICE --port NAME=DEVICE [OPTION]...\n"
	      "\n"
	      "Generates traffic on DPDK ports and measures what a device between them does to\n"
	      "it.\n\n",
	      out);
	for (int i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-25s %s\n", command_rows[i].name, command_rows[i].help);
	for (size_t i = 0; i < RTE_DIM(rows); i++)
		if (rows[i].kind == KIND_HEAD)
			fprintf(out, "\n%s:\n", rows[i].help);
		else
			row_print(out, &rows[i]);
	fputs("\n"
	      "Exit status: 0 measured; 1 could not measure; 2 wrong usage; 3 run lost more than\n"
	      "--loss-tolerance; 130 ended by a signal, with what was measured so far reported.\n",
	      out);
}
