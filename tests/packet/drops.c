/* SPDX-License-Identifier: BSD-3-Clause */
#include <bgw/drop.h>
#include <bgw/port.h>

#include "lib/buffers.h"
#include "lib/expect.h"
#include "lib/mirror.h"
#include "lib/negotiating.h"
#include "lib/traffic.h"
#include "negotiation/negotiation.h"
#include "port/port.h"

/*
 * Every drop reason, reached once. The cases are made from the list of reasons, so that a reason
 * without its reach_ function does not build.
 */

#define FRAME(from_, to_) UDP_FRAME(from_, to_, 18)
#define OURS		  ring_port_mac(UNDERLAY_1)
#define HOST_FRAME	  UDP_FRAME(HOST_R, HOST_A, 18)

static void reach_PORT_DOWN(void)
{
	bgw_port_admin_set(ACCESS_1, false);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
}

static void reach_RUNT(void)
{
	inject(ACCESS_1, packet_resize(FRAME(HOST_A, HOST_B), 13));
}

static void reach_OVERSIZED(void)
{
	bgw_port_mtu_set(ACCESS_2, 100);
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_B, 100));
}

static void reach_CHAINED(void)
{
	inject_shaped(ACCESS_1, UDP_FRAME(HOST_A, HOST_B, 1000), .headroom_bytes = 1800,
		      .segments = 4);
}

static void reach_NO_MBUF(void)
{
	domain(1, at(1), at(2), by(1));
	give(ACCESS_1, FRAME(HOST_A, BROADCAST));
	buffers_run_with(0);
	expect_some(UNDERLAY_1);
}

static void reach_NO_HEADROOM(void)
{
	inject_shaped(ACCESS_1, FRAME(HOST_A, HOST_R), .headroom_bytes = 20);
}

static void reach_TX_FULL(void)
{
	ring_port_room_set(ACCESS_2, 0);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
}

static void reach_TX_HANDOVER_FULL(void)
{
	struct bgw_port_info info;
	struct rte_ring *ring;
	uint32_t room;

	bgw_port_info_get(ACCESS_1, &info);
	ring = port_table[ACCESS_2].tx_handover;
	room = rte_ring_free_count(ring);
	for (uint32_t n = 0; n < room + 1; n++) {
		give(ACCESS_1, FRAME(HOST_A, HOST_B));
		if (n % 64 == 0)
			site_round(info.rx_worker[0]);
	}
	while (!ring_port_is_drained(ACCESS_1))
		site_round(info.rx_worker[0]);
	site_run();
	for (uint32_t n = 0; n < room; n++)
		expect_some(ACCESS_2);
}

static void reach_NO_PORT(void)
{
	port_table[ACCESS_2].present = false;
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
}

static void reach_NO_ATTACHMENT(void)
{
	inject(ACCESS_3, FRAME(HOST_A, HOST_B));
}

static void reach_ATTACHMENT_DOWN(void)
{
	attach(1, ACCESS_1, .admin_up = false);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
}

static void reach_BAD_SOURCE(void)
{
	inject(ACCESS_1, FRAME(BROADCAST, HOST_B));
}

static void reach_LINK_LOCAL(void)
{
	inject(ACCESS_1, FRAME(HOST_A, "01:80:c2:00:00:00"));
}

/* One more than twice the burst of the limit of one a second. */
static void reach_limit(const char *destination, enum bgw_drop reason)
{
	struct bgw_port_counters counters;

	domain(1, at(1), at(2));
	attach(1, ACCESS_1,
	       .storm = {.broadcast_pps = 1, .multicast_pps = 1, .unknown_unicast_pps = 1});
	for (uint32_t n = 0; n < 65; n++)
		give(ACCESS_1, FRAME(HOST_A, destination));
	site_run();
	bgw_port_counters_get(site_dp, ACCESS_1, &counters);
	for (uint64_t n = counters.drops[reason]; n < 65; n++)
		expect_some(ACCESS_2);
	site_expect_drops(reason, counters.drops[reason] - 1, HERE);
}

static void reach_BROADCAST_LIMIT(void)
{
	reach_limit(BROADCAST, BGW_DROP_BROADCAST_LIMIT);
}

static void reach_MULTICAST_LIMIT(void)
{
	reach_limit(MULTICAST, BGW_DROP_MULTICAST_LIMIT);
}

static void reach_UNKNOWN_UNICAST_LIMIT(void)
{
	reach_limit(STRANGER, BGW_DROP_UNKNOWN_UNICAST_LIMIT);
}

static void reach_SOURCE_NOT_ALLOWED(void)
{
	attach(1, ACCESS_1, .allowed_sources_count = 1, .allowed_sources = {mac(HOST_A)});
	inject(ACCESS_1, FRAME(STRANGER, HOST_B));
}

static void reach_ETHERTYPE_NOT_ALLOWED(void)
{
	attach(1, ACCESS_1, .allowed_ethertypes_count = 1,
	       .allowed_ethertypes = {RTE_BE16(0x0806)});
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
}

static void reach_MAC_LIMIT(void)
{
	attach(1, ACCESS_1, .refuse_new_sources = true);
	inject(ACCESS_1, FRAME(STRANGER, HOST_B));
}

static void reach_NO_DOMAIN(void)
{
	bgw_domain_clear(site_dp, 1);
	inject(ACCESS_1, FRAME(HOST_A, BROADCAST));
}

static void reach_NO_FLOOD_TARGET(void)
{
	domain(1, at(1));
	inject(ACCESS_1, FRAME(HOST_A, BROADCAST));
}

static void reach_SAME_ATTACHMENT(void)
{
	station(1, HOST_C, at(1));
	inject(ACCESS_1, FRAME(HOST_A, HOST_C));
}

static void reach_SPLIT_HORIZON(void)
{
	inject(UNDERLAY_1, VXLAN_GOT(5000, FRAME(STRANGER, HOST_R)));
}

static void reach_INNER_VLAN(void)
{
	inject(UNDERLAY_1, VXLAN_GOT(5000, PACKET(eth(HOST_R, HOST_A), vlan(5), payload(60))));
}

static void reach_STALE_TARGET(void)
{
	bgw_attachment_clear(site_dp, 2);
	inject(ACCESS_1, FRAME(HOST_A, HOST_B));
}

static void reach_NOT_OUR_MAC(void)
{
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, STRANGER), ipv4(REMOTE_1, VTEP), payload(40)));
}

static void reach_OTHER_VLAN(void)
{
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, OURS), vlan(5), ipv4(REMOTE_1, VTEP), payload(40)));
}

static void reach_NOT_IP(void)
{
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, OURS), payload(60)));
}

static void reach_BAD_IP_HEADER(void)
{
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP, .checksum_error = 1),
				  payload(60)));
}

static void reach_OUTER_FRAGMENT(void)
{
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP, .mf = true), payload(60)));
}

static void reach_NOT_OUR_ADDRESS(void)
{
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, REMOTE_2),
		      udp(50000, 4789, .no_checksum = true), vxlan(5000), inner(HOST_FRAME)));
}

static void reach_NOT_A_TUNNEL(void)
{
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP), payload(60)));
}

static void reach_BAD_UDP(void)
{
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP),
				  udp(50000, 4789, .no_checksum = true, .length_error = 1),
				  vxlan(5000), inner(HOST_FRAME)));
}

static void reach_BAD_UDP_CHECKSUM(void)
{
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP),
		      udp(50000, 4789, .checksum_error = 1), vxlan(5000), inner(HOST_FRAME)));
}

static void reach_BAD_VXLAN_HEADER(void)
{
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP),
				  udp(50000, 4789, .no_checksum = true),
				  vxlan(5000, .no_flags = true), inner(HOST_FRAME)));
}

static void reach_BAD_GRE_HEADER(void)
{
	inject(UNDERLAY_1, PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP), gre(.flags = 1),
				  inner(HOST_FRAME)));
}

static void reach_UNKNOWN_REMOTE(void)
{
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_2, VTEP),
		      udp(50000, 4789, .no_checksum = true), vxlan(5000), inner(HOST_FRAME)));
}

static void reach_UNKNOWN_KEY(void)
{
	inject(UNDERLAY_1, VXLAN_GOT(5001, HOST_FRAME));
}

static void reach_CONNECTION_DOWN(void)
{
	tunnel(1, 5000, .admin_up = false);
	inject(UNDERLAY_1, VXLAN_GOT(5000, HOST_FRAME));
}

static void reach_ECN(void)
{
	inject(UNDERLAY_1,
	       PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP, .tos = 3),
		      udp(50000, 4789, .no_checksum = true), vxlan(5000), inner(HOST_FRAME)));
}

static void reach_TO_LINUX_FULL(void)
{
	mirror_open(UNDERLAY_1, 1);
	for (uint32_t n = 0; n < 2; n++)
		inject(UNDERLAY_1,
		       PACKET(eth(NEXT_HOP_1, OURS), ipv4(REMOTE_1, VTEP), payload(60)));
}

static void reach_NEGOTIATION_UNKNOWN_PEER(void)
{
	negotiating_peer(0);
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .remote = REMOTE_2));
}

/* Two workers: the ring to the one that does not receive is filled while it does not run. */
static void reach_NEGOTIATION_HANDOVER_FULL(void)
{
	struct bgw_port_info info;
	struct rte_ring *ring;

	bgw_port_info_get(UNDERLAY_1, &info);
	negotiating_peer((uint16_t)!info.rx_worker[0]);
	ring = site_dp->workers[!info.rx_worker[0]]->negotiation->handover;
	while (rte_ring_free_count(ring) > 0) {
		for (uint32_t n = RTE_MIN(rte_ring_free_count(ring), 64u); n > 0; n--)
			give(UNDERLAY_1, FAR_EXCHANGE(1));
		site_round(info.rx_worker[0]);
	}
	give(UNDERLAY_1, FAR_EXCHANGE(1));
	site_round(info.rx_worker[0]);
	site_run();
	expect_drops(NEGOTIATION_UNKNOWN_SESSION, NEGOTIATION_HANDOVER - 1);
}

static void reach_NEGOTIATION_MALFORMED(void)
{
	negotiating_peer(0);
	inject(UNDERLAY_1, FAR_EXCHANGE(1, .length = 40));
}

static void reach_NEGOTIATION_UNKNOWN_SESSION(void)
{
	negotiating_peer(0);
	inject(UNDERLAY_1, FAR_EXCHANGE(1));
}

static void reach_NEGOTIATION_REPLAYED(void)
{
	negotiating_peer(0);
	negotiating_start(1000 * MS_NS, 3);
	expect_some(UNDERLAY_1);
	inject(UNDERLAY_1, FAR_EXCHANGE(0));
}

static void reach_NEGOTIATION_SHARE(void)
{
	negotiating_peer(0);
	for (uint32_t n = 0; n <= NEGOTIATION_HELLOS_SHARED; n++)
		give(UNDERLAY_1, FAR_HELLO(n));
	site_run();
}

static void reach_NEGOTIATION_FORGED(void)
{
	negotiating_peer(0);
	inject(UNDERLAY_1, FAR_HELLO(1, .spoil = 1));
}

static void reach_NEGOTIATION_POLICED(void)
{
	negotiating_peer(0);
	for (uint32_t n = 0; n < 21; n++)
		inject(UNDERLAY_1, FAR_HELLO(n));
}

static void reach_NEGOTIATION_REPORT_FULL(void)
{
	struct rte_ring *ring = site_dp->workers[0]->negotiation->reports;
	const struct bgw_negotiation_report report = {.type = BGW_NEGOTIATION_HELLO};

	negotiating_peer(0);
	while (rte_ring_free_count(ring) > 0)
		negotiation_report(site_dp->workers[0]->negotiation, &report);
	inject(UNDERLAY_1, FAR_HELLO(1));
}

static void reach_PATH_UNRESOLVED(void)
{
	path(1, REMOTE_1, .state = BGW_PATH_UNRESOLVED);
	inject(ACCESS_1, FRAME(HOST_A, HOST_R));
}

static void reach_PATH_NO_ROUTE(void)
{
	path(1, REMOTE_1, .state = BGW_PATH_NO_ROUTE);
	inject(ACCESS_1, FRAME(HOST_A, HOST_R));
}

static void reach_PATH_LINK_DOWN(void)
{
	path(1, REMOTE_1, .state = BGW_PATH_LINK_DOWN);
	inject(ACCESS_1, FRAME(HOST_A, HOST_R));
}

static void reach_TOO_BIG(void)
{
	path(1, REMOTE_1, .mtu_bytes = 150);
	inject(ACCESS_1, UDP_FRAME(HOST_A, HOST_R, 100));
}

#define X(id_, name_, help_)             \
	static void reason_##name_(void) \
	{                                \
		site_lan();              \
		reach_##id_();           \
		expect_drop(id_);        \
	}
BGW_DROP_LIST(X)
#undef X

int main(int argc, char **argv)
{
	static const struct packet_case cases[] = {
#define X(id_, name_, help_) {#name_, reason_##name_},
		BGW_DROP_LIST(X)
#undef X
	};

	return site_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
