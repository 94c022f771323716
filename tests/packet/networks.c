/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/expect.h"
#include "lib/flows.h"
#include "lib/traffic.h"

/*
 * 4,096 networks in one gateway, whose stations all have the same addresses: what is of one is
 * never seen in another.
 *
 * Network n has attachment n (by VLAN or QinQ), attachment SECOND + n (QinQ on another port) and
 * connection n.
 */

#define NETWORKS 4096u
#define SECOND	 NETWORKS

/* As many frames as wait at once. */
#define WAITING 512u

static const struct tunnel_form {
	enum bgw_encap encap;
	const char *remote;
	uint16_t port;
} forms[] = {
	{BGW_ENCAP_VXLAN, REMOTE_1, UNDERLAY_1},
	{BGW_ENCAP_GRE, REMOTE_2, UNDERLAY_2},
	{BGW_ENCAP_NVGRE, REMOTE_3, UNDERLAY_1},
};

void site_limits_hook(struct bgw_limits *limits)
{
	limits->macs = 4 * NETWORKS;
	limits->domains = NETWORKS + 1;
	limits->attachments = 2 * NETWORKS + 1;
	limits->connections = NETWORKS + 1;
}

static bool is_vlan(uint32_t n)
{
	return n % 3 != 0 && n <= 4094;
}

/* The first attachment: a VLAN of ACCESS_1, or a QinQ pair of ACCESS_AD. */
static uint16_t first_port(uint32_t n)
{
	return is_vlan(n) ? ACCESS_1 : ACCESS_AD;
}

/* QinQ pairs of which each number is in many networks. */
static uint16_t outer_of(uint32_t n)
{
	return (uint16_t)(1 + n / 64);
}

static uint16_t inner_of(uint32_t n)
{
	return (uint16_t)(1 + n % 64);
}

static uint32_t key_of(uint32_t n)
{
	return 0x100000 + n * 257;
}

static const struct tunnel_form *form_of(uint32_t n)
{
	return &forms[n % 3];
}

static void network_open(uint16_t n)
{
	const uint32_t path_index = n % 3u + 1;

	if (is_vlan(n))
		attach(n, ACCESS_1, .domain = n, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = n);
	else
		attach(n, ACCESS_AD, .domain = n, .kind = BGW_ATTACHMENT_QINQ,
		       .outer_vid = outer_of(n), .inner_vid = inner_of(n));
	/* The same numbers the other way round. */
	attach(SECOND + n, ACCESS_2, .domain = n, .kind = BGW_ATTACHMENT_QINQ,
	       .outer_vid = inner_of(n), .inner_vid = outer_of(n));
	tunnel(n, key_of(n), .domain = n, .path = path_index, .peer = path_index,
	       .encap = form_of(n)->encap);
	domain(n, at(n), at(SECOND + n), by(n));
	station(n, HOST_A, at(n));
	station(n, HOST_B, at(SECOND + n));
	station(n, HOST_R, by(n));
}

static void networks_open(void)
{
	flows_reset();
	for (uint32_t i = 0; i < 3; i++) {
		peer(i + 1, forms[i].remote, .nvgre = forms[i].encap == BGW_ENCAP_NVGRE);
		path(i + 1, forms[i].remote, .encap = forms[i].encap, .port = forms[i].port,
		     .source_mac = mac(ring_port_mac(forms[i].port)));
	}
	for (uint16_t n = 1; n <= NETWORKS; n++)
		network_open(n);
}

static struct layer number_of(const uint32_t *n)
{
	return bytes_of(n, sizeof(*n));
}

static const struct packet *bare(const char *from, const char *to, uint32_t n)
{
	return PACKET(eth(from, to), ipv4("10.0.0.1", "10.0.0.2"), udp(1, 2), payload(20 + n % 50),
		      number_of(&n));
}

static const struct packet *at_first(const char *from, const char *to, uint32_t n)
{
	const struct layer ethernet = eth(from, to);
	const struct layer ip = ipv4("10.0.0.1", "10.0.0.2");

	if (is_vlan(n))
		return PACKET(ethernet, vlan((uint16_t)n), ip, udp(1, 2), payload(20 + n % 50),
			      number_of(&n));
	return PACKET(ethernet, vlan(outer_of(n), .tpid = 0x88a8), vlan(inner_of(n)), ip, udp(1, 2),
		      payload(20 + n % 50), number_of(&n));
}

static const struct packet *at_second(const char *from, const char *to, uint32_t n)
{
	return PACKET(eth(from, to), vlan(inner_of(n)), vlan(outer_of(n)),
		      ipv4("10.0.0.1", "10.0.0.2"), udp(1, 2), payload(20 + n % 50), number_of(&n));
}

static const struct packet *in_tunnel(uint32_t n, const char *from_mac, const char *to_mac,
				      struct ipv4_args outer, const struct packet *frame)
{
	const struct layer ethernet = eth(from_mac, to_mac);
	const struct layer ip = layer_ipv4(outer);

	if (form_of(n)->encap == BGW_ENCAP_VXLAN)
		return PACKET(ethernet, ip, udp(ANY, 4789, .no_checksum = true), vxlan(key_of(n)),
			      inner(frame));
	if (form_of(n)->encap == BGW_ENCAP_GRE)
		return PACKET(ethernet, ip, gre(.has_key = true, .key = key_of(n)), inner(frame));
	return PACKET(ethernet, ip,
		      gre(.has_key = true, .key = key_of(n) << 8, .any_flow_id = true),
		      inner(frame));
}

static const struct packet *sent(const char *from, const char *to, uint32_t n)
{
	const struct tunnel_form *form = form_of(n);

	return in_tunnel(n, ring_port_mac(form->port), NEXT_HOP_1,
			 (struct ipv4_args){VTEP, form->remote, .df = true}, bare(from, to, n));
}

static const struct packet *got(const char *from, const char *to, uint32_t n)
{
	const struct tunnel_form *form = form_of(n);

	return in_tunnel(n, NEXT_HOP_1, ring_port_mac(form->port),
			 (struct ipv4_args){form->remote, VTEP}, bare(from, to, n));
}

/* Each network once, neighbours far apart: 1,213 has no factor in common with 4,096. */
static uint32_t network_number(uint32_t step)
{
	return step * 1213 % NETWORKS + 1;
}

static void in_each_network(void (*frame_give)(uint32_t n))
{
	for (uint32_t step = 0; step < NETWORKS; step++) {
		frame_give(network_number(step));
		if ((step + 1) % WAITING == 0) {
			site_run();
			flows_check();
			packet_free_all();
		}
	}
}

static void each_counted(uint32_t rx_pkts, uint32_t tx_pkts)
{
	for (uint32_t n = 1; n <= NETWORKS; n++) {
		const uint32_t length = bare(HOST_A, HOST_R, n)->length_bytes;

		expect_connection(n, .rx_pkts = rx_pkts, .rx_bytes = rx_pkts * length,
				  .tx_pkts = tx_pkts, .tx_bytes = tx_pkts * length);
		packet_free_all();
	}
}

static void unicast_into_the_tunnel(uint32_t n)
{
	give(first_port(n), at_first(HOST_A, HOST_R, n));
	flows_expect(form_of(n)->port, n, sent(HOST_A, HOST_R, n));
}

static void each_network_has_its_tunnel(void)
{
	networks_open();
	in_each_network(unicast_into_the_tunnel);
	each_counted(0, 1);
}

static void unicast_out_of_the_tunnel(uint32_t n)
{
	give(form_of(n)->port, got(HOST_R, n % 2 ? HOST_A : HOST_B, n));
	if (n % 2)
		flows_expect(first_port(n), n, at_first(HOST_R, HOST_A, n));
	else
		flows_expect(ACCESS_2, n, at_second(HOST_R, HOST_B, n));
}

static void each_tunnel_has_its_network(void)
{
	networks_open();
	in_each_network(unicast_out_of_the_tunnel);
	each_counted(1, 0);
}

static void unicast_between_attachments(uint32_t n)
{
	give(first_port(n), at_first(HOST_A, HOST_B, n));
	flows_expect(ACCESS_2, n, at_second(HOST_A, HOST_B, n));
	give(ACCESS_2, at_second(HOST_B, HOST_A, n));
	flows_expect(first_port(n), n, at_first(HOST_B, HOST_A, n));
}

static void each_attachment_has_its_network(void)
{
	networks_open();
	in_each_network(unicast_between_attachments);
	each_counted(0, 0);
}

static void broadcast_from_an_attachment(uint32_t n)
{
	give(ACCESS_2, at_second(HOST_B, BROADCAST, n));
	flows_expect(first_port(n), n, at_first(HOST_B, BROADCAST, n));
	flows_expect(form_of(n)->port, n, sent(HOST_B, BROADCAST, n));
}

static void each_broadcast_stays_in_its_network(void)
{
	networks_open();
	in_each_network(broadcast_from_an_attachment);
	each_counted(0, 1);
}

/* HOST_C is known in one network: in each of the others nobody knows it. */
static void unicast_to_one_networks_station(uint32_t n)
{
	give(first_port(n), at_first(HOST_A, HOST_C, n));
	flows_expect(ACCESS_2, n, at_second(HOST_A, HOST_C, n));
	if (n != 2000)
		flows_expect(form_of(n)->port, n, sent(HOST_A, HOST_C, n));
}

static void a_station_of_one_network_is_none_of_another(void)
{
	networks_open();
	station(2000, HOST_C, at(SECOND + 2000));
	in_each_network(unicast_to_one_networks_station);
}

/* Every second network goes: the others go on, and what is left of it is dropped. */
static void frame_of_a_network_that_is_gone(uint32_t n)
{
	if (n % 2 != 0) {
		unicast_out_of_the_tunnel(n);
		unicast_into_the_tunnel(n);
		return;
	}
	give(first_port(n), at_first(HOST_A, HOST_R, n));
	give(form_of(n)->port, got(HOST_R, HOST_A, n));
}

static void networks_go_and_leave_the_others_alone(void)
{
	networks_open();
	for (uint16_t n = 2; n <= NETWORKS; n = (uint16_t)(n + 2)) {
		const struct rte_ether_addr host = mac(HOST_R);

		assert_int_equal(bgw_fdb_remove(site_dp, n, &host), 0);
		assert_int_equal(bgw_connection_clear(site_dp, n), 0);
		assert_int_equal(bgw_attachment_clear(site_dp, n), 0);
		assert_int_equal(bgw_domain_clear(site_dp, n), 0);
		bgw_dataplane_poll(site_dp);
	}
	in_each_network(frame_of_a_network_that_is_gone);
	for (uint32_t n = 2; n <= NETWORKS; n += 2) {
		site_expect_drops_at(first_port(n), BGW_DROP_NO_ATTACHMENT, 1, HERE);
		site_expect_drops_at(form_of(n)->port, BGW_DROP_UNKNOWN_KEY, 1, HERE);
	}
}

PACKET_PROGRAM(CASE(each_network_has_its_tunnel), CASE(each_tunnel_has_its_network),
	       CASE(each_attachment_has_its_network), CASE(each_broadcast_stays_in_its_network),
	       CASE(a_station_of_one_network_is_none_of_another),
	       CASE(networks_go_and_leave_the_others_alone))
