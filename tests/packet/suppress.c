/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "lib/expect.h"
#include "lib/traffic.h"

/* ARP and Neighbour Discovery answered at the edge: RFC 826, 4861, 5227, 9161. */

#define NOBODY	"00:00:00:00:00:00"
#define OWNER	"10.0.0.9"
#define ASKER	"10.0.0.1"
#define OWNER_6 "2001:db8::9"
#define ASKER_6 "2001:db8::1"
#define GROUP_6 "ff02::1:ff00:9"
#define GROUP_M "33:33:ff:00:00:09"

/* HOST_R, behind connection 1, has OWNER and OWNER_6. */
static void suppressing_lan(void)
{
	site_lan();
	domain_suppressing(1, at(1), at(2), by(1));
	neighbour(1, OWNER, HOST_R, by(1));
	neighbour(2, OWNER_6, HOST_R, by(1));
}

static const struct packet *arp_request(const char *mac_, const char *from, const char *to)
{
	return PACKET(eth(mac_, BROADCAST), arp(1, mac_, from, NOBODY, to), padded_to(60));
}

static const struct packet *arp_answer(const char *to_mac, const char *to)
{
	return PACKET(eth(HOST_R, to_mac), arp(2, HOST_R, OWNER, to_mac, to), padded_to(60));
}

/* Neighbour Solicitation of `target`, whose last three bytes are 00:00:09. */
struct solicitation {
	const char *mac, *from, *to, *to_mac, *target;
	uint8_t hop_limit; /* 0: 255 */
	uint8_t code;
	bool no_option;
};

static const struct packet *solicit(struct solicitation s)
{
	static uint8_t body[24];
	const struct bgw_ip target = ip(s.target ? s.target : OWNER_6);
	const struct rte_ether_addr address = mac(s.mac ? s.mac : HOST_A);

	for (int i = 0; i < 16; i++)
		body[i] = target.v6[i];
	body[16] = 1; /* source link-layer address */
	body[17] = 1;
	for (int i = 0; i < 6; i++)
		body[18 + i] = address.addr_bytes[i];
	return PACKET(eth(s.mac ? s.mac : HOST_A, s.to_mac ? s.to_mac : GROUP_M),
		      ipv6(s.from ? s.from : ASKER_6, s.to ? s.to : GROUP_6,
			   .hop_limit = s.hop_limit ? s.hop_limit : 255),
		      icmpv6(135, s.code, 0), bytes_of(body, s.no_option ? 16 : 24));
}
#define SOLICIT(...) solicit((struct solicitation){__VA_ARGS__})

/* Neighbour Advertisement of OWNER_6. Flags: R 8, S 4, O 2. */
static const struct packet *advert(const char *to_mac, const char *to, uint32_t flags)
{
	static uint8_t body[24];
	const struct bgw_ip target = ip(OWNER_6);
	const struct rte_ether_addr address = mac(HOST_R);

	for (int i = 0; i < 16; i++)
		body[i] = target.v6[i];
	body[16] = 2; /* target link-layer address */
	body[17] = 1;
	for (int i = 0; i < 6; i++)
		body[18 + i] = address.addr_bytes[i];
	return PACKET(eth(HOST_R, to_mac), ipv6(OWNER_6, to, .hop_limit = 255),
		      icmpv6(136, 0, flags << 28), bytes_of(body, 24));
}

/* The frame reaches everyone else, as if nothing were known. */
static void expect_flooded(const struct packet *packet)
{
	inject(ACCESS_1, packet);
	expect_frame(ACCESS_2, packet);
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, packet));
	expect_nothing();
}

static void a_request_is_answered_by_the_owners_address_and_not_flooded(void)
{
	struct bgw_port_counters counters;

	suppressing_lan();
	inject(ACCESS_1, arp_request(HOST_A, ASKER, OWNER));
	expect_frame(ACCESS_1, arp_answer(HOST_A, ASKER));
	expect_nothing();
	bgw_port_counters_get(site_dp, ACCESS_1, &counters);
	assert_int_equal(counters.consumed, 1);
	assert_int_equal(counters.originated, 1);
	assert_int_equal(counters.replicated, 0);
}

static void the_answer_has_the_tags_of_the_request(void)
{
	suppressing_lan();
	bgw_attachment_clear(site_dp, 1);
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_QINQ, .outer_vid = 10, .inner_vid = 20);
	inject(ACCESS_1, PACKET(eth(HOST_A, BROADCAST), vlan(10, .pcp = 3), vlan(20, .pcp = 4),
				arp(1, HOST_A, ASKER, NOBODY, OWNER)));
	expect_frame(ACCESS_1, PACKET(eth(HOST_R, HOST_A), vlan(10, .pcp = 3), vlan(20, .pcp = 4),
				      arp(2, HOST_R, OWNER, HOST_A, ASKER), padded_to(60)));
}

static void a_probe_is_told_that_the_address_is_taken(void)
{
	suppressing_lan();
	inject(ACCESS_1, arp_request(HOST_A, "0.0.0.0", OWNER));
	expect_frame(ACCESS_1, arp_answer(HOST_A, "0.0.0.0"));
}

static void what_nobody_knows_is_flooded(void)
{
	suppressing_lan();
	expect_flooded(arp_request(HOST_A, ASKER, "10.0.0.10"));
	expect_flooded(SOLICIT(.target = "2001:db8::1:9"));
	/* In another network it is another address. */
	attach(3, ACCESS_3, .domain = 2);
	attach(4, ACCESS_AD, .domain = 2);
	domain_suppressing(2, at(3), at(4));
	inject(ACCESS_3, arp_request(HOST_A, ASKER, OWNER));
	expect_frame(ACCESS_AD, arp_request(HOST_A, ASKER, OWNER));
}

static void a_domain_that_does_not_suppress_floods(void)
{
	suppressing_lan();
	domain(1, at(1), at(2), by(1));
	expect_flooded(arp_request(HOST_A, ASKER, OWNER));
	expect_flooded(SOLICIT());
}

static void an_address_that_is_forgotten_is_flooded(void)
{
	suppressing_lan();
	bgw_neighbour_clear(site_dp, 1);
	bgw_neighbour_clear(site_dp, 2);
	expect_flooded(arp_request(HOST_A, ASKER, OWNER));
	expect_flooded(SOLICIT());
}

static void announcements_are_flooded(void)
{
	suppressing_lan();
	/* Gratuitous request and reply, RFC 5227; unsolicited advertisement. */
	expect_flooded(arp_request(HOST_A, OWNER, OWNER));
	expect_flooded(PACKET(eth(HOST_A, BROADCAST), arp(2, HOST_A, ASKER, HOST_A, ASKER),
			      padded_to(60)));
	expect_flooded(PACKET(eth(HOST_A, "33:33:00:00:00:01"),
			      ipv6(ASKER_6, "ff02::1", .hop_limit = 255), icmpv6(136, 0, 2u << 28),
			      payload(24)));
}

static void malformed_requests_are_flooded(void)
{
	static const uint32_t fields[] = {14, 16, 18, 19, 20};

	suppressing_lan();
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct packet *request = packet_copy(arp_request(HOST_A, ASKER, OWNER));

		request->bytes[fields[i]] ^= 0x40;
		expect_flooded(request);
	}
	/* The sender in ARP is not the sender of the frame. */
	expect_flooded(PACKET(eth(HOST_A, BROADCAST), arp(1, HOST_C, ASKER, NOBODY, OWNER),
			      padded_to(60)));
	for (uint32_t length = 14; length < 42; length++) {
		const struct packet *cut = packet_resize(arp_request(HOST_A, ASKER, OWNER), length);

		inject(ACCESS_1, cut);
		expect_frame(ACCESS_2, packet_resize(cut, 60));
		expect_frame(UNDERLAY_1, VXLAN_SENT(5000, cut));
	}
}

static void a_question_to_one_station_is_that_stations(void)
{
	const struct packet *request =
		PACKET(eth(HOST_A, HOST_R), arp(1, HOST_A, ASKER, NOBODY, OWNER), padded_to(60));

	suppressing_lan();
	inject(ACCESS_1, request);
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, request));
}

static void neither_the_owner_nor_its_place_is_answered(void)
{
	suppressing_lan();
	inject(UNDERLAY_1, VXLAN_GOT(5000, arp_request(HOST_C, ASKER, OWNER)));
	expect_frame(ACCESS_1, arp_request(HOST_C, ASKER, OWNER));
	expect_frame(ACCESS_2, arp_request(HOST_C, ASKER, OWNER));
	/* The owner itself, wherever it asks. */
	expect_flooded(arp_request(HOST_R, ASKER, OWNER));
	expect_event(MAC_MOVED, 1, at(1), HOST_R);
	expect_flooded(SOLICIT(.mac = HOST_R, .from = "::", .no_option = true));
	/* An owner at an attachment. */
	neighbour(3, "10.0.0.7", HOST_B, at(2));
	inject(ACCESS_2, arp_request(HOST_C, ASKER, "10.0.0.7"));
	expect_frame(ACCESS_1, arp_request(HOST_C, ASKER, "10.0.0.7"));
	expect_frame(UNDERLAY_1, VXLAN_SENT(5000, arp_request(HOST_C, ASKER, "10.0.0.7")));
}

static void a_remote_asker_is_answered_through_its_tunnel(void)
{
	suppressing_lan();
	neighbour(3, "10.0.0.7", HOST_B, at(2));
	inject(UNDERLAY_1, VXLAN_GOT(5000, arp_request(HOST_R, OWNER, "10.0.0.7")));
	expect_frame(UNDERLAY_1,
		     VXLAN_SENT(5000, PACKET(eth(HOST_B, HOST_R),
					     arp(2, HOST_B, "10.0.0.7", HOST_R, OWNER))));
	expect_nothing();
}

/* Nothing is bridged from tunnel to tunnel, so that an answer would lead nowhere. */
static void a_remote_asker_is_not_answered_for_another_tunnel(void)
{
	suppressing_lan();
	neighbour(3, "10.0.0.7", STRANGER, by(2));
	inject(UNDERLAY_1, VXLAN_GOT(5000, arp_request(HOST_R, OWNER, "10.0.0.7")));
	expect_frame(ACCESS_1, arp_request(HOST_R, OWNER, "10.0.0.7"));
	expect_frame(ACCESS_2, arp_request(HOST_R, OWNER, "10.0.0.7"));
	expect_nothing();
}

/* A tag that is kept is a customer's own VLAN, with addresses of its own. */
static void tagged_requests_are_flooded(void)
{
	suppressing_lan();
	attach(1, ACCESS_1, .kind = BGW_ATTACHMENT_PORT);
	attach(2, ACCESS_2, .kind = BGW_ATTACHMENT_PORT);
	expect_flooded(PACKET(eth(HOST_A, BROADCAST), vlan(7), arp(1, HOST_A, ASKER, NOBODY, OWNER),
			      padded_to(64)));
}

static void a_solicitation_is_answered_as_asked(void)
{
	suppressing_lan();
	inject(ACCESS_1, SOLICIT());
	expect_frame(ACCESS_1, advert(HOST_A, ASKER_6, 6));
	inject(ACCESS_1, SOLICIT(.no_option = true));
	expect_frame(ACCESS_1, advert(HOST_A, ASKER_6, 6));
	expect_nothing();
}

static void a_router_says_that_it_is_one(void)
{
	suppressing_lan();
	neighbour(2, OWNER_6, HOST_R, by(1), .router = true);
	inject(ACCESS_1, SOLICIT());
	expect_frame(ACCESS_1, advert(HOST_A, ASKER_6, 14));
}

static void duplicate_address_detection_is_answered_to_all_nodes(void)
{
	suppressing_lan();
	inject(ACCESS_1, SOLICIT(.from = "::", .no_option = true));
	expect_frame(ACCESS_1, advert("33:33:00:00:00:01", "ff02::1", 2));
	expect_nothing();
}

static void solicitations_that_a_node_would_discard_are_flooded(void)
{
	struct packet *wrong;

	suppressing_lan();
	expect_flooded(SOLICIT(.hop_limit = 254));
	expect_flooded(SOLICIT(.code = 1));
	expect_flooded(SOLICIT(.from = "::"));
	expect_flooded(SOLICIT(.from = "::", .to = "ff02::1", .no_option = true));
	wrong = packet_copy(SOLICIT());
	wrong->bytes[14 + 40 + 2] ^= 1; /* the checksum */
	expect_flooded(wrong);
	wrong = packet_copy(SOLICIT());
	wrong->bytes[14 + 40 + 8 + 16 + 1] = 0; /* an option of no length */
	expect_flooded(wrong);
	for (uint32_t length = 60; length < 86; length++)
		expect_flooded(packet_resize(SOLICIT(), length));
	/* Whose options are cut, with nothing behind them. */
	domain_suppressing(1, at(1));
	for (uint32_t length = 14; length < 86; length++) {
		inject_shaped(ACCESS_1, packet_resize(SOLICIT(), length), .guarded = true);
		expect_drop(NO_FLOOD_TARGET);
	}
}

static void an_address_of_one_network_is_given_once(void)
{
	suppressing_lan();
	assert_int_equal(bgw_neighbour_set(site_dp, 9,
					   &(struct bgw_neighbour_spec){.domain = 1,
									.ip = ip(OWNER),
									.mac = mac(HOST_B),
									.place = at(2)}),
			 -EEXIST);
	assert_int_equal(bgw_neighbour_set(site_dp, 9,
					   &(struct bgw_neighbour_spec){.domain = 1,
									.ip = ip(OWNER_6),
									.mac = mac(HOST_B),
									.place = at(2)}),
			 -EEXIST);
	/* Another owner of the same index takes effect at once. */
	neighbour(1, OWNER, HOST_B, at(2));
	inject(ACCESS_1, arp_request(HOST_A, ASKER, OWNER));
	expect_frame(ACCESS_1, PACKET(eth(HOST_B, HOST_A), arp(2, HOST_B, OWNER, HOST_A, ASKER),
				      padded_to(60)));
}

/*
 * Networks have addresses of their own: that one has an address takes none from another, whatever
 * the numbers of the networks and the addresses add up to.
 */
static void no_address_of_one_network_stands_for_another_of_the_next(void)
{
	static const char *const addresses[] = {"fe80::9", "fd80::9", "fc80::9",
						"fe83::9", OWNER_6,   "2301:db8::9"};
	const uint32_t count = sizeof(addresses) / sizeof(addresses[0]);

	suppressing_lan();
	domain(2, at(3));
	domain(3, at(4));
	for (uint32_t i = 0; i < count; i++) {
		for (uint16_t network = 1; network <= 3; network++) {
			/* suppressing_lan() gave it. */
			if (network != 1 || strcmp(addresses[i], OWNER_6) != 0)
				neighbour(10 + i * 3 + network, addresses[i], HOST_B, at(2),
					  .domain = network);
		}
	}
	inject(ACCESS_1, SOLICIT());
	expect_frame(ACCESS_1, advert(HOST_A, ASKER_6, 6));
}

PACKET_PROGRAM(CASE(a_request_is_answered_by_the_owners_address_and_not_flooded),
	       CASE(the_answer_has_the_tags_of_the_request),
	       CASE(a_probe_is_told_that_the_address_is_taken), CASE(what_nobody_knows_is_flooded),
	       CASE(a_domain_that_does_not_suppress_floods),
	       CASE(an_address_that_is_forgotten_is_flooded), CASE(announcements_are_flooded),
	       CASE(malformed_requests_are_flooded),
	       CASE(a_question_to_one_station_is_that_stations),
	       CASE(neither_the_owner_nor_its_place_is_answered),
	       CASE(a_remote_asker_is_answered_through_its_tunnel),
	       CASE(a_remote_asker_is_not_answered_for_another_tunnel),
	       CASE(tagged_requests_are_flooded), CASE(a_solicitation_is_answered_as_asked),
	       CASE(a_router_says_that_it_is_one),
	       CASE(duplicate_address_detection_is_answered_to_all_nodes),
	       CASE(solicitations_that_a_node_would_discard_are_flooded),
	       CASE(an_address_of_one_network_is_given_once),
	       CASE(no_address_of_one_network_stands_for_another_of_the_next))
