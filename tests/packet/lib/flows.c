/* SPDX-License-Identifier: BSD-3-Clause */
#include "flows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABELS_MAX (1u << 18)

struct expected {
	const struct packet *packet;
	uint32_t flow;
	bool sent;
	bool has_entropy;
	uint16_t mask;
	uint32_t label;
	uint32_t at;
};

static struct flows_of_port {
	uint32_t first; /* that was not sent */
	uint32_t count;
	struct expected expected[FLOWS_MAX];
} of_port[RING_PORTS_END];

/* Entropy seen of each label, and a bit more than that: it was. */
static uint32_t entropy[LABELS_MAX];
#define ENTROPY_SEEN 0x10000u

void flows_reset(void)
{
	memset(entropy, 0, sizeof(entropy));
	for (uint16_t port = 0; port < RING_PORTS_END; port++)
		of_port[port].first = of_port[port].count = 0;
}

static struct expected *expected_add(uint16_t port)
{
	struct flows_of_port *flows = &of_port[port];

	if (flows->count == FLOWS_MAX) {
		fprintf(stderr, "more frames are expected of a port than can be kept\n");
		exit(1);
	}
	return &flows->expected[flows->count++];
}

void flows_expect(uint16_t port, uint32_t flow, const struct packet *packet)
{
	*expected_add(port) = (struct expected){.packet = packet, .flow = flow};
}

void flows_expect_entropy(uint16_t port, uint32_t flow, const struct packet *packet, uint32_t label,
			  uint32_t at_byte, uint16_t mask)
{
	*expected_add(port) = (struct expected){
		.packet = packet,
		.flow = flow,
		.has_entropy = true,
		.label = label % LABELS_MAX,
		.at = at_byte,
		.mask = mask,
	};
}

/* The last bytes differ most: that is where numbers of frames are. */
static bool ends_alike(const struct packet *expected, const struct packet *got)
{
	const uint32_t length = expected->length_bytes;

	if (length != got->length_bytes)
		return false;
	for (uint32_t i = length < 4 ? 0 : length - 4; i < length; i++)
		if (((expected->bytes[i] ^ got->bytes[i]) & expected->mask[i]) != 0)
			return false;
	return true;
}

static struct expected *expected_find(struct flows_of_port *flows, const struct packet *got)
{
	for (uint32_t i = flows->first; i < flows->count; i++) {
		struct expected *expected = &flows->expected[i];

		if (!expected->sent && ends_alike(expected->packet, got) &&
		    packet_matches(expected->packet, got))
			return expected;
	}
	return NULL;
}

/* Like the frame as far as the ends go, or the next one: to show what is different. */
static const struct packet *expected_nearest(const struct flows_of_port *flows,
					     const struct packet *got)
{
	const struct expected *next = NULL;

	for (uint32_t i = flows->first; i < flows->count; i++) {
		const struct expected *expected = &flows->expected[i];

		if (expected->sent)
			continue;
		if (ends_alike(expected->packet, got))
			return expected->packet;
		next = next != NULL ? next : expected;
	}
	return next != NULL ? next->packet : packet_of_bytes("", 0);
}

static void order_check(const struct flows_of_port *flows, const struct expected *found,
			uint16_t port, struct site_line here)
{
	for (const struct expected *one = &flows->expected[flows->first]; one < found; one++)
		if (!one->sent && one->flow == found->flow)
			expect_fail(here, "port %s sent frame %zd of flow %#x before frame %zd",
				    ring_port_name(port), found - flows->expected, found->flow,
				    one - flows->expected);
}

static void entropy_check(const struct expected *found, const struct packet *got, uint16_t port,
			  struct site_line here)
{
	const uint32_t value =
		(uint32_t)(got->bytes[found->at] << 8 | got->bytes[found->at + 1]) & found->mask;
	uint32_t *seen = &entropy[found->label];

	if (*seen == 0)
		*seen = ENTROPY_SEEN | value;
	if (*seen != (ENTROPY_SEEN | value))
		expect_fail(here, "port %s: entropy %#x of flow %#x, which had %#x before",
			    ring_port_name(port), value, found->flow, *seen & 0xffff);
}

static void frame_check(uint16_t port, const struct packet *got, struct site_line here)
{
	static char text[8000];
	struct flows_of_port *flows = &of_port[port];
	struct expected *found = expected_find(flows, got);

	if (found == NULL) {
		packet_describe_difference(expected_nearest(flows, got), got, text, sizeof(text));
		expect_fail(here, "port %s sent a frame that no flow has\n%s", ring_port_name(port),
			    text);
	}
	order_check(flows, found, port, here);
	if (found->has_entropy)
		entropy_check(found, got, port, here);
	found->sent = true;
	while (flows->first < flows->count && flows->expected[flows->first].sent)
		flows->first++;
}

void site_flows_check(struct site_line here)
{
	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++) {
		struct flows_of_port *flows = &of_port[port];

		while (expect_waiting(port) > 0)
			frame_check(port, site_expect_some(port, here), here);
		if (flows->first < flows->count)
			expect_fail(here,
				    "port %s did not send frame %u of the %u expected, of flow "
				    "%#x, %u bytes",
				    ring_port_name(port), flows->first, flows->count,
				    flows->expected[flows->first].flow,
				    flows->expected[flows->first].packet->length_bytes);
		flows->first = flows->count = 0;
	}
}
