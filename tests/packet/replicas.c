/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/expect.h"
#include "lib/flows.h"
#include "lib/traffic.h"
#include "port/port.h"

/* Flooded frames among unicast ones: what one is sent as changes nothing of the others. */

enum spread {
	TO_PORT,
	TO_TUNNEL,
	TO_ALL,	     /* short enough to be copied */
	LONG_TO_ALL, /* shared where the port takes chains */
	SPREADS,
};

static const struct packet *spread_frame(enum spread spread, uint32_t n, bool tagged)
{
	const char *const to[] = {HOST_B, HOST_R, BROADCAST, BROADCAST};
	const struct layer ethernet = eth(HOST_A, to[spread]);
	const struct layer ip =
		ipv4("10.0.0.1", "10.0.0.2", .tos = (uint8_t)(spread << 2 | 1), .id = (uint16_t)n);
	const struct layer rest = payload(spread == LONG_TO_ALL ? 600 : 60);

	return tagged ? PACKET(ethernet, vlan(30), ip, udp(7, 8), rest, bytes_of(&n, 4))
		      : PACKET(ethernet, ip, udp(7, 8), rest, bytes_of(&n, 4));
}

static const struct packet *vxlan_sent(const struct packet *frame)
{
	return PACKET(eth(ring_port_mac(UNDERLAY_1), NEXT_HOP_1),
		      ipv4(VTEP, REMOTE_1, .df = true, .tos = frame->bytes[15]),
		      udp(ANY, 4789, .no_checksum = true), vxlan(5000), inner(frame));
}

static const struct packet *gre_sent(const struct packet *frame)
{
	return PACKET(eth(ring_port_mac(UNDERLAY_2), NEXT_HOP_2),
		      ipv4(VTEP, REMOTE_2, .df = true, .tos = frame->bytes[15]),
		      gre(.has_key = true, .key = 6000), inner(frame));
}

static void spread_expect(enum spread spread, uint32_t n)
{
	const struct packet *frame = spread_frame(spread, n, false);

	if (spread != TO_TUNNEL)
		flows_expect(ACCESS_2, spread, frame);
	if (spread != TO_PORT)
		flows_expect(UNDERLAY_1, spread, vxlan_sent(frame));
	if (spread != TO_PORT && spread != TO_TUNNEL) {
		flows_expect(ACCESS_3, spread, spread_frame(spread, n, true));
		flows_expect(UNDERLAY_2, spread, gre_sent(frame));
	}
}

/* Ports that take chains and ports that do not, in every combination. */
static void replicas_beside_unicast(uint32_t kinds)
{
	uint32_t number = 0;

	site_lan();
	path(1, REMOTE_1, .dscp = BGW_DSCP_COPY);
	attach(3, ACCESS_3, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 30);
	peer(2, REMOTE_2);
	path(2, REMOTE_2, .encap = BGW_ENCAP_GRE, .port = UNDERLAY_2, .dscp = BGW_DSCP_COPY,
	     .source_mac = mac(ring_port_mac(UNDERLAY_2)), .next_hop_mac = mac(NEXT_HOP_2));
	tunnel(2, 6000, .encap = BGW_ENCAP_GRE);
	domain(1, at(1), by(1), at(2), by(2), at(3));
	port_table[ACCESS_2].tx_multi_segment = kinds & 1;
	port_table[ACCESS_3].tx_multi_segment = kinds & 2;
	port_table[UNDERLAY_1].tx_multi_segment = kinds & 4;
	port_table[UNDERLAY_2].tx_multi_segment = kinds & 8;
	for (uint32_t pattern = 0; pattern < SPREADS * SPREADS * SPREADS * SPREADS; pattern++) {
		for (uint32_t rest = pattern, n = 0; n < 4; rest /= SPREADS, n++, number++) {
			give(ACCESS_1, spread_frame(rest % SPREADS, number, false));
			spread_expect(rest % SPREADS, number);
		}
		/* Also bursts whose lanes are full in the midst of a frame's replicas. */
		if (pattern % 20 < 4)
			site_run();
	}
	site_run();
	flows_check();
}

static void replicas_leave_the_unicast_frames_beside_them_alone(void)
{
	for (uint32_t kinds = 0; kinds < 16; kinds++) {
		flows_reset();
		replicas_beside_unicast(kinds);
		packet_free_all();
	}
}

PACKET_PROGRAM(CASE(replicas_leave_the_unicast_frames_beside_them_alone))
