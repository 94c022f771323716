/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <unistd.h>

#include "lib/expect.h"
#include "lib/model.h"

/*
 * Bursts in which every neighbour is of another kind: the gateway does with each frame what
 * lib/model.h, which knows no bursts, says of it alone.
 */

/* A second or so, also where it is slow. */
#define BATCHES 600

#define REMOTE_4 "198.51.100.4"

static const struct model_attachment attachments[] = {
	[1] = {.port = ACCESS_1, .domain = 1},
	/* Whose frames are all guarded. */
	[2] = {.port = ACCESS_2, .domain = 1, .known_only = true},
	[3] = {.port = ACCESS_1, .domain = 1, BGW_ATTACHMENT_VLAN, 30, .pcp = 5},
	[4] = {.port = ACCESS_1, .domain = 1, BGW_ATTACHMENT_QINQ, 40, 41},
	[5] = {.port = ACCESS_2, .domain = 1, BGW_ATTACHMENT_VLAN, 20, .pcp = 2},
	[6] = {.port = ACCESS_3, .domain = 2, BGW_ATTACHMENT_PORT},
	[7] = {.port = ACCESS_1, .domain = 1, BGW_ATTACHMENT_VLAN, 31, .down = true},
	[8] = {.port = ACCESS_1, .domain = 1, BGW_ATTACHMENT_VLAN, 32, .ipv4_only = true},
	[9] = {.port = ACCESS_AD, .domain = 1, BGW_ATTACHMENT_QINQ, 100, 10, .pcp = 7},
	[10] = {.port = ACCESS_AD, .domain = 2, BGW_ATTACHMENT_VLAN, 200},
	[11] = {.port = ACCESS_1, .domain = 2, BGW_ATTACHMENT_QINQ, 40, 42},
};

#define OVER_VXLAN .encap = BGW_ENCAP_VXLAN, .mtu_bytes = 1600, .dscp = BGW_DSCP_COPY
#define OVER_GRE   .encap = BGW_ENCAP_GRE, .mtu_bytes = 1600, .dscp = BGW_DSCP_COPY
#define BY_1	   .remote = REMOTE_1, .port = UNDERLAY_1, .peer = 1

static const struct model_connection connections[] = {
	[1] = {OVER_VXLAN, BY_1, .path = 1, .domain = 1, .key = 5000},
	/* By the same path; in another domain. */
	[2] = {OVER_VXLAN, BY_1, .path = 1, .domain = 1, .key = 5001},
	[3] = {OVER_VXLAN, BY_1, .path = 1, .domain = 2, .key = 5002},
	[4] = {OVER_VXLAN, BY_1, .path = 1, .domain = 1, .key = 5003, .down = true},
	[5] = {OVER_VXLAN, BY_1, .path = 5, .domain = 1, .key = 5004, .state = BGW_PATH_UNRESOLVED},
	/* IP packets of 586 bytes fit. */
	[6] = {OVER_VXLAN, BY_1, .path = 6, .domain = 1, .key = 5005, .mtu_bytes = 636},
	[7] = {OVER_VXLAN, BY_1, .path = 7, .domain = 1, .key = 5006, .mtu_bytes = 636,
	       .mtu_signal = true},
	[8] = {OVER_VXLAN, BY_1, .path = 8, .domain = 1, .key = 5007, .vlan = 9, .dscp = 10},
	/* The same addresses and key by another encapsulation. */
	[9] = {OVER_GRE, BY_1, .path = 9, .domain = 1, .key = 5000},
	/* The same key of another peer, by another port. */
	[10] = {OVER_VXLAN, .remote = REMOTE_2, .port = UNDERLAY_2, .peer = 10, .path = 10,
		.domain = 1, .key = 5000},
	[11] = {OVER_GRE, .remote = REMOTE_3, .port = UNDERLAY_2, .peer = 11, .path = 11,
		.domain = 1, .key = 7000, .encap = BGW_ENCAP_NVGRE},
	[12] = {OVER_GRE, .remote = REMOTE_3, .port = UNDERLAY_2, .peer = 11, .path = 11,
		.domain = 2, .key = 7001, .encap = BGW_ENCAP_NVGRE},
	/* Without a key, and with one of 0. */
	[13] = {OVER_GRE, .remote = REMOTE_4, .port = UNDERLAY_1, .peer = 13, .path = 13,
		.domain = 1, .keyless = true},
	[14] = {OVER_GRE, .remote = REMOTE_4, .port = UNDERLAY_1, .peer = 13, .path = 14,
		.domain = 2, .key = 0},
	[15] = {OVER_GRE, .remote = REMOTE_2, .port = UNDERLAY_2, .peer = 10, .path = 15,
		.domain = 1, .key = 5000, .state = BGW_PATH_NO_ROUTE},
};

/* Station n - 1 is at attachment n, and those after them behind connections. */
#define BEHIND(n_) (11 + (n_)-1)

static const struct model_station stations[] = {
	{1, "02:0a:00:00:00:01", BGW_REF_ATTACHMENT | 1},
	{1, "02:0a:00:00:00:02", BGW_REF_ATTACHMENT | 2},
	{1, "02:0a:00:00:00:03", BGW_REF_ATTACHMENT | 3},
	{1, "02:0a:00:00:00:04", BGW_REF_ATTACHMENT | 4},
	{1, "02:0a:00:00:00:05", BGW_REF_ATTACHMENT | 5},
	{2, "02:0a:00:00:00:06", BGW_REF_ATTACHMENT | 6},
	{1, "02:0a:00:00:00:07", BGW_REF_ATTACHMENT | 7},
	{1, "02:0a:00:00:00:08", BGW_REF_ATTACHMENT | 8},
	{1, "02:0a:00:00:00:09", BGW_REF_ATTACHMENT | 9},
	{2, "02:0a:00:00:00:0a", BGW_REF_ATTACHMENT | 10},
	{2, "02:0a:00:00:00:0b", BGW_REF_ATTACHMENT | 11},
	{1, "02:0b:00:00:00:01", BGW_REF_CONNECTION | 1},
	{1, "02:0b:00:00:00:02", BGW_REF_CONNECTION | 2},
	{2, "02:0b:00:00:00:03", BGW_REF_CONNECTION | 3},
	{1, "02:0b:00:00:00:04", BGW_REF_CONNECTION | 4},
	{1, "02:0b:00:00:00:05", BGW_REF_CONNECTION | 5},
	{1, "02:0b:00:00:00:06", BGW_REF_CONNECTION | 6},
	{1, "02:0b:00:00:00:07", BGW_REF_CONNECTION | 7},
	{1, "02:0b:00:00:00:08", BGW_REF_CONNECTION | 8},
	{1, "02:0b:00:00:00:09", BGW_REF_CONNECTION | 9},
	{1, "02:0b:00:00:00:0a", BGW_REF_CONNECTION | 10},
	{1, "02:0b:00:00:00:0b", BGW_REF_CONNECTION | 11},
	{2, "02:0b:00:00:00:0c", BGW_REF_CONNECTION | 12},
	{1, "02:0b:00:00:00:0d", BGW_REF_CONNECTION | 13},
	{2, "02:0b:00:00:00:0e", BGW_REF_CONNECTION | 14},
	{1, "02:0b:00:00:00:0f", BGW_REF_CONNECTION | 15},
};

#define COUNT(array_) (sizeof(array_) / sizeof((array_)[0]))

static const struct model site = {
	.attachments = attachments,
	.attachments_count = COUNT(attachments),
	.connections = connections,
	.connections_count = COUNT(connections),
	.stations = stations,
	.stations_count = COUNT(stations),
};

/* xorshift64* by Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
static uint64_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * UINT64_C(0x2545f4914f6cdd1d) >> 32) % limit);
}

/*
 * A seed of this run, or the one that BGW_PACKET_SEED has of an earlier one. It is told first, for
 * whatever comes after.
 */
static void random_seed(void)
{
	const char *given = getenv("BGW_PACKET_SEED");

	if (given != NULL)
		random_state = strtoull(given, NULL, 0);
	else if (getentropy(&random_state, sizeof(random_state)) != 0)
		abort();
	if (random_state == 0)
		random_state = 1;
	print_message("# BGW_PACKET_SEED=%#llx\n", (unsigned long long)random_state);
}

/* Makes what the generator drew an input that the model speaks of. */
static struct model_input input_mend(struct model_input input)
{
	const bool tunnelled = bgw_ref_is_connection(input.source);
	const struct model_attachment *from =
		tunnelled ? NULL : &attachments[bgw_ref_index(input.source)];
	const bool keeps_tags = tunnelled || from->kind == BGW_ATTACHMENT_PORT;

	if (input.sender < FROM_NEW)
		input.sender = (uint8_t)(tunnelled ? BEHIND(bgw_ref_index(input.source))
						   : bgw_ref_index(input.source) - 1);
	if (input.content == CONTENT_TAGGED && !keeps_tags)
		input.content = CONTENT_IPV4;
	if (input.shape == SHAPE_TIGHT && !model_is_known(&input))
		input.shape = SHAPE_PLAIN;
	if (tunnelled && input.fault >= FAULTS_OUTER)
		input.fault = FAULT_NONE;
	if (!tunnelled && input.fault != FAULT_NONE)
		input.fault = from->kind == BGW_ATTACHMENT_PORT ? FAULT_NONE : FAULT_TAG;
	return input;
}

/* Of each list the first with a chance of 1 to `one_of`, else any. */
static uint8_t seldom(uint32_t one_of, uint32_t count)
{
	return (uint8_t)(random_below(one_of) == 0 ? random_below(count) : 0);
}

static bgw_ref source_draw(void)
{
	const uint32_t place =
		random_below((uint32_t)(COUNT(attachments) + COUNT(connections) - 2)) + 1;

	return place < COUNT(attachments) ? at(place)
					  : by(place - (uint32_t)COUNT(attachments) + 1);
}

static struct model_input input_draw(bgw_ref source)
{
	struct model_input input = {
		.source = source,
		.destination = (uint8_t)random_below((uint32_t)COUNT(stations)),
		.content = (uint8_t)random_below(CONTENTS),
		.shape = seldom(4, SHAPES),
		.fault = seldom(5, FAULTS_OUTER),
		.flow = (uint8_t)random_below(4),
		.tos = (uint8_t)random_below(256),
		.outer_ecn = (uint8_t)random_below(4),
		.pcp = (uint8_t)random_below(8),
	};

	if (random_below(8) == 0)
		input.destination = (uint8_t)(TO_BROADCAST + random_below(4));
	if (random_below(10) == 0)
		input.sender = (uint8_t)(FROM_NEW + random_below(2));
	return input_mend(input);
}

/* Frames that are waiting when the gateway runs: bursts of any size, one and a half, or three. */
static uint32_t batch_draw(void)
{
	static const uint32_t limits[] = {4, 16, 64, 100, 200};

	return 1 + random_below(limits[random_below(COUNT(limits))]);
}

/* Sources of one batch: one, a few that take turns, or all. */
static void batch_give(void)
{
	const uint32_t count = batch_draw();
	const uint32_t sources_count = 1 + random_below(8);
	const uint32_t stay = 1 + random_below(8); /* frames of one kind in a row, on average */
	bgw_ref sources[8];
	struct model_input input = {0};

	for (uint32_t i = 0; i < sources_count; i++)
		sources[i] = source_draw();
	for (uint32_t n = 0; n < count && model_answers() < 9; n++) {
		if (n == 0 || random_below(stay) == 0)
			input = input_draw(sources[random_below(sources_count)]);
		input.tos = (uint8_t)random_below(256);
		input.pcp = (uint8_t)random_below(8);
		model_give(&input);
	}
}

static void any_mix_of_frames(void)
{
	random_seed();
	model_open(&site);
	for (uint32_t batch = 0; batch < BATCHES; batch++) {
		batch_give();
		model_check();
	}
}

/* Kinds of which every three follow each other. */
struct kinds {
	const struct model_input *inputs;
	uint32_t count;
	uint32_t given;
};

static void kind_give(struct kinds *kinds, uint32_t kind)
{
	struct model_input input = kinds->inputs[kind];

	/* No two neighbours have one of these in common. */
	input.tos = (uint8_t)(kinds->given * 4 + kind % 4);
	input.flow = kinds->given % 4;
	input.pcp = kinds->given % 8;
	model_give(&input);
	kinds->given++;
	/* Bursts of sizes that have no factor in common with the order of the kinds. */
	if (kinds->given % 149 == 0 || kinds->given % 61 == 0 || model_answers() == 9)
		model_check();
}

/*
 * The de Bruijn sequence of order 3: the Lyndon words whose length divides 3, in their order
 * (Fredricksen, Kessler and Maiorana).
 */
static void every_three(const struct model_input *inputs, uint32_t count)
{
	struct kinds kinds = {inputs, count, 0};

	model_open(&site);
	for (uint32_t a = 0; a < count; a++) {
		kind_give(&kinds, a);
		for (uint32_t b = a; b < count; b++)
			for (uint32_t c = a + 1; c < count; c++) {
				kind_give(&kinds, a);
				kind_give(&kinds, b);
				kind_give(&kinds, c);
			}
	}
	model_check();
	assert_int_equal(kinds.given, count * count * count);
}

#define SENDER(n_) .source = BGW_REF_ATTACHMENT | (n_), .sender = (n_)-1
#define TUNNEL(n_) .source = BGW_REF_CONNECTION | (n_), .sender = BEHIND(n_)
#define AT(n_)	   .destination = (n_)-1
#define OVER(n_)   .destination = BEHIND(n_)

static void every_three_neighbours_from_an_access_port(void)
{
	static const struct model_input inputs[] = {
		{SENDER(1), OVER(1)},
		{SENDER(1), OVER(2), .content = CONTENT_IPV6},
		{SENDER(1), OVER(9), .content = CONTENT_ARP},
		{SENDER(1), OVER(10), .shape = SHAPE_TIGHT},
		{SENDER(1), OVER(11), .content = CONTENT_OTHER},
		{SENDER(1), OVER(13), .shape = SHAPE_CHAIN},
		{SENDER(1), OVER(8), .content = CONTENT_IPV4_OPTIONS},
		{SENDER(1), OVER(4)},
		{SENDER(1), OVER(5)},
		{SENDER(1), OVER(7), .content = CONTENT_IPV4_LONG},
		{SENDER(3), OVER(1), .content = CONTENT_IPV4_FRAGMENT},
		{SENDER(4), OVER(11)},
		{SENDER(11), OVER(3)},
		{SENDER(8), OVER(6), .content = CONTENT_IPV4_LONG},
		{SENDER(8), AT(2), .content = CONTENT_ARP},
		{SENDER(7), AT(2)},
		{SENDER(1), AT(2), .content = CONTENT_SHORT},
		{SENDER(1), AT(5)},
		{SENDER(1), AT(7)},
		{SENDER(1), AT(1)},
		{SENDER(3), AT(9), .shape = SHAPE_STRIPPED},
		{SENDER(1), .destination = TO_BROADCAST, .content = CONTENT_IPV4_LONG},
		{SENDER(1), .shape = SHAPE_RUNT, AT(2)},
		{SENDER(4), .fault = FAULT_TAG, AT(2)},
	};

	every_three(inputs, COUNT(inputs));
}

static void every_three_neighbours_from_an_underlay_port(void)
{
	static const struct model_input inputs[] = {
		{TUNNEL(1), AT(1)},
		{TUNNEL(1), AT(3), .content = CONTENT_IPV6, .outer_ecn = 3},
		{TUNNEL(1), AT(2), .outer_ecn = 1},
		{TUNNEL(2), AT(1), .content = CONTENT_ARP, .outer_ecn = 3},
		{TUNNEL(3), AT(6), .content = CONTENT_TAGGED},
		{TUNNEL(3), AT(11), .content = CONTENT_TAGGED},
		{TUNNEL(4), AT(1)},
		{TUNNEL(9), AT(1), .content = CONTENT_OTHER},
		{TUNNEL(13), AT(4)},
		{TUNNEL(14), AT(10)},
		{TUNNEL(1), OVER(10)},
		{TUNNEL(1), .destination = TO_UNKNOWN, .content = CONTENT_IPV4_LONG},
		{TUNNEL(1), .destination = TO_LINK_LOCAL},
		{TUNNEL(1), AT(1), .fault = FAULT_CHECKSUM},
		{TUNNEL(1), AT(1), .fault = FAULT_OPTIONS},
		{TUNNEL(1), AT(1), .fault = FAULT_FRAGMENT},
		{TUNNEL(1), AT(1), .fault = FAULT_REMOTE},
		{TUNNEL(13), AT(1), .fault = FAULT_KEY},
		{TUNNEL(1), AT(1), .fault = FAULT_MAC},
		{TUNNEL(1), AT(1), .fault = FAULT_VLAN},
		{TUNNEL(1), AT(1), .fault = FAULT_NO_TUNNEL},
		{TUNNEL(1), AT(1), .shape = SHAPE_CHAIN},
		{TUNNEL(1), AT(1), .shape = SHAPE_RUNT},
		{TUNNEL(1), .sender = FROM_GROUP, AT(1)},
	};

	every_three(inputs, COUNT(inputs));
}

static void every_three_neighbours_from_a_guarded_port(void)
{
	static const struct model_input inputs[] = {
		{SENDER(2), AT(1)},
		{SENDER(2), OVER(1)},
		{SENDER(2), .sender = FROM_NEW, AT(1)},
		{SENDER(2), .sender = FROM_GROUP, OVER(1)},
		{SENDER(2), .destination = TO_LINK_LOCAL},
		{SENDER(2), .destination = TO_MULTICAST},
		{SENDER(2), OVER(11), .shape = SHAPE_CHAIN},
		{SENDER(5), AT(1)},
		{SENDER(5), AT(2), .shape = SHAPE_CHAIN},
		{SENDER(5), .sender = FROM_NEW, OVER(9)},
	};

	every_three(inputs, COUNT(inputs));
}

static void every_three_neighbours_from_a_port_that_keeps_tags(void)
{
	static const struct model_input inputs[] = {
		{SENDER(6), AT(10)},
		{SENDER(6), AT(10), .content = CONTENT_TAGGED},
		{SENDER(6), OVER(3), .content = CONTENT_TAGGED},
		{SENDER(6), OVER(12)},
		{SENDER(6), OVER(12), .content = CONTENT_TAGGED, .shape = SHAPE_CHAIN},
		{SENDER(6), .destination = TO_UNKNOWN, .content = CONTENT_TAGGED},
		{SENDER(6), OVER(14), .content = CONTENT_IPV6, .shape = SHAPE_TIGHT},
		/* A station of the other domain is none here. */
		{SENDER(6), OVER(1)},
		{SENDER(6), AT(6)},
	};

	every_three(inputs, COUNT(inputs));
}

static void every_three_neighbours_from_nvgre_and_vxlan(void)
{
	static const struct model_input inputs[] = {
		{TUNNEL(11), AT(1)},
		{TUNNEL(12), AT(6)},
		{TUNNEL(12), AT(6), .content = CONTENT_TAGGED},
		{TUNNEL(10), AT(1)},
		{TUNNEL(15), AT(1)},
		{TUNNEL(11), AT(2), .content = CONTENT_IPV6, .outer_ecn = 1},
		{TUNNEL(11), AT(1), .fault = FAULT_KEY},
		{TUNNEL(12), AT(11)},
		{TUNNEL(10), AT(1), .shape = SHAPE_CHAIN},
	};

	every_three(inputs, COUNT(inputs));
}

PACKET_PROGRAM(CASE(any_mix_of_frames), CASE(every_three_neighbours_from_an_access_port),
	       CASE(every_three_neighbours_from_an_underlay_port),
	       CASE(every_three_neighbours_from_a_guarded_port),
	       CASE(every_three_neighbours_from_a_port_that_keeps_tags),
	       CASE(every_three_neighbours_from_nvgre_and_vxlan))
