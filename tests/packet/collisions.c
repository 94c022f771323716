/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane.h"
#include "encap/outer_ipv4.h"
#include "lib/expect.h"
#include "lib/flows.h"
#include "lib/traffic.h"
#include "object/bridge.h"
#include "object/tunnel.h"

/*
 * Keys that share the buckets of their tables: chosen here by the tables' own secrets, which on the
 * wire nobody knows. Forwarding never takes one for another, whatever was added and removed before.
 */

#define IN_TWO_BUCKETS (2 * EM_BUCKET_ENTRIES)
/* One that has no place any more. */
#define CHOSEN (IN_TWO_BUCKETS + 1)

void site_limits_hook(struct bgw_limits *limits)
{
	/* Few buckets, so that keys are soon found. */
	limits->macs = 64;
	limits->peers = 16;
	limits->connections = 32;
	limits->attachments = 32;
}

/* The two buckets, which nothing else is in: `first`, and the one after it. */
static struct em_bucket *first;

static bool is_empty(const struct em_bucket *bucket)
{
	for (uint32_t i = 0; i < EM_BUCKET_ENTRIES; i++)
		if (bucket->key[i] != EM_KEY_NONE)
			return false;
	return true;
}

/* To be called once the table has all keys but those that are to be chosen. */
static void buckets_choose(const struct em_table *table)
{
	for (first = table->width->buckets; !is_empty(first) || !is_empty(first + 1);)
		first++;
	assert_true(first + 1 < table->width->buckets + em_buckets(table->width));
}

/* Whether these are the key's first and second choice. */
static bool is_chosen(const struct em_table *table, uint64_t key)
{
	const uint64_t hash = em_hash(table, key);

	return em_first_choice(table->width, hash) == first &&
	       em_second_choice(table->width, hash) == first + 1;
}

/* Objects of whatever kind whose keys are in the two buckets. */
struct objects {
	void (*make)(uint32_t i); /* with all that it needs */
	void (*remove)(uint32_t i);
	void (*restore)(uint32_t i);
	/* Each of `known` is itself and nothing else; the others are unknown. */
	void (*check)(uint32_t known);
};

static void are_kept_apart(const struct objects *objects)
{
	const uint32_t all = (1u << IN_TWO_BUCKETS) - 1;

	for (uint32_t i = 0; i < IN_TWO_BUCKETS; i++) {
		objects->make(i);
		objects->check((2u << i) - 1);
	}
	for (uint32_t gone = 1; gone <= all; gone = gone * 3 + 1) {
		site_reader_hold();
		for (uint32_t i = 0; i < IN_TWO_BUCKETS; i++)
			if (gone >> i & 1)
				objects->remove(i);
		objects->check(all & ~gone);
		site_reader_release();
		objects->check(all & ~gone);
		for (uint32_t i = 0; i < IN_TWO_BUCKETS; i++)
			if (gone >> i & 1)
				objects->restore(i);
		objects->check(all);
	}
}

/* Frame n, which is of object i, with the VLAN of that number. */
static void expect_of(uint8_t port, uint32_t i, uint32_t n, const char *source,
		      const char *destination)
{
	flows_expect(port, i,
		     PACKET(eth(source, destination), vlan((uint16_t)(100 + i)), payload(60),
			    bytes_of(&n, 4)));
}

static uint32_t unknown_frames(uint32_t known)
{
	return 4 * (CHOSEN - (uint32_t)__builtin_popcount(known));
}

/* Domain i + 1 is of object i. It has the attachment with the VLAN of that number, and a station.
 */
static void domain_with_station(uint32_t i)
{
	const uint16_t id = (uint16_t)(i + 1);

	attach(id, ACCESS_1, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = (uint16_t)(100 + i),
	       .domain = id);
	station(id, HOST_A, at(id));
}

static char chosen_macs[CHOSEN][18];

static void macs_choose(void)
{
	uint32_t number = 0;

	buckets_choose(&site_dp->fdb);
	for (uint32_t i = 0; i < CHOSEN; number++) {
		uint8_t bytes[8] = {0x02,
				    0,
				    (uint8_t)(number >> 24),
				    (uint8_t)(number >> 16),
				    (uint8_t)(number >> 8),
				    (uint8_t)number};

		if (is_chosen(&site_dp->fdb, fdb_key(1, bytes)))
			snprintf(chosen_macs[i++], sizeof(chosen_macs[0]),
				 "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2],
				 bytes[3], bytes[4], bytes[5]);
	}
}

/* Station i is at one of four places. */
static bgw_ref place_of(uint32_t i)
{
	return i % 2 ? at(1 + i / 2 % 2) : by(1 + i / 2 % 2);
}

static void four_places(void)
{
	attach(1, ACCESS_1);
	attach(2, ACCESS_2);
	attach(3, ACCESS_3);
	peer(1, REMOTE_1);
	path(1, REMOTE_1);
	tunnel(1, 5000);
	tunnel(2, 5001, .path = 1, .peer = 1);
	domain(1, at(1), at(2), by(1), by(2));
	station(1, HOST_A, at(3));
}

static const struct packet *to_station(uint32_t i, uint32_t n)
{
	return PACKET(eth(HOST_A, chosen_macs[i]), payload(60), bytes_of(&n, 4));
}

static void sent_to(bgw_ref place, uint32_t i, uint32_t n)
{
	if (bgw_ref_is_attachment(place))
		flows_expect(bgw_ref_index(place) == 1 ? ACCESS_1 : ACCESS_2, i, to_station(i, n));
	else
		flows_expect(UNDERLAY_1, i,
			     VXLAN_SENT(bgw_ref_index(place) == 1 ? 5000 : 5001, to_station(i, n)));
}

/* Frames to each of the stations in turn: those of `known` by their bits, the rest to all. */
static void each_station_is_where_it_is(uint32_t known)
{
	for (uint32_t n = 0; n < 4 * CHOSEN; n++) {
		const uint32_t i = n % CHOSEN;

		give(ACCESS_3, to_station(i, n));
		if (known >> i & 1) {
			sent_to(place_of(i), i, n);
			continue;
		}
		for (uint32_t place = 0; place < 4; place++)
			sent_to(place_of(place), i, n);
	}
	site_run();
	flows_check();
}

/* Each sends from its place: nothing is new to the table but what `known` leaves out. */
static void each_source_is_known_or_reported(uint32_t known)
{
	for (uint32_t i = 0; i < CHOSEN; i++) {
		const struct packet *frame = PACKET(eth(chosen_macs[i], HOST_A), payload(60));
		const bgw_ref place = place_of(i);

		if (bgw_ref_is_attachment(place))
			inject(bgw_ref_index(place) == 1 ? ACCESS_1 : ACCESS_2, frame);
		else
			inject(UNDERLAY_1,
			       VXLAN_GOT(bgw_ref_index(place) == 1 ? 5000 : 5001, frame));
		expect_frame(ACCESS_3, frame);
		if (!(known >> i & 1))
			expect_event(MAC_SEEN, 1, place, chosen_macs[i]);
	}
	expect_no_event();
	/* What is reported once is not reported again for a while. */
	site_clock((uint16_t)(bgw_dataplane_now_s(site_dp) + 10));
}

static void station_add(uint32_t i, int expected)
{
	const struct rte_ether_addr address = mac(chosen_macs[i]);

	assert_int_equal(bgw_fdb_put(site_dp, 1, &address, place_of(i)), expected);
}

static void station_remove(uint32_t i)
{
	const struct rte_ether_addr address = mac(chosen_macs[i]);

	assert_int_equal(bgw_fdb_remove(site_dp, 1, &address), 0);
}

static void stations_of_two_buckets_are_kept_apart(void)
{
	uint32_t known = 0;

	flows_reset();
	four_places();
	macs_choose();
	each_station_is_where_it_is(0);
	for (uint32_t i = 0; i < IN_TWO_BUCKETS; i++) {
		station_add(i, 0);
		known |= 1u << i;
		each_station_is_where_it_is(known);
	}
	station_add(IN_TWO_BUCKETS, -ENOSPC);
	each_station_is_where_it_is(known);
	each_source_is_known_or_reported(known);
}

/* Also while others of their buckets are gone, and slots wait for their grace period. */
static void stations_stay_where_they_are_when_others_go(void)
{
	const uint32_t all = (1u << IN_TWO_BUCKETS) - 1;

	flows_reset();
	four_places();
	macs_choose();
	for (uint32_t i = 0; i < IN_TWO_BUCKETS; i++)
		station_add(i, 0);
	for (uint32_t gone = 1; gone <= all; gone = gone * 3 + 1) {
		site_reader_hold();
		for (uint32_t i = 0; i < IN_TWO_BUCKETS; i++)
			if (gone >> i & 1)
				station_remove(i);
		each_station_is_where_it_is(all & ~gone);
		each_source_is_known_or_reported(all & ~gone);
		station_add(IN_TWO_BUCKETS, -ENOSPC);
		site_reader_release();
		each_station_is_where_it_is(all & ~gone);
		/* In the place of one that is gone. */
		station_add(IN_TWO_BUCKETS, 0);
		each_station_is_where_it_is((all & ~gone) | 1u << IN_TWO_BUCKETS);
		station_remove(IN_TWO_BUCKETS);
		bgw_dataplane_poll(site_dp);
		for (uint32_t i = 0; i < IN_TWO_BUCKETS; i++)
			if (gone >> i & 1)
				station_add(i, 0);
		each_station_is_where_it_is(all);
	}
}

/* One that moves and comes back while its old slots are not free yet. */
static void a_station_that_comes_and_goes_is_found(void)
{
	const uint32_t all = (1u << IN_TWO_BUCKETS) - 1;

	flows_reset();
	four_places();
	macs_choose();
	for (uint32_t i = 0; i < IN_TWO_BUCKETS; i++)
		station_add(i, 0);
	site_reader_hold();
	for (uint32_t round = 0; round < 20; round++) {
		station_remove(round % IN_TWO_BUCKETS);
		each_station_is_where_it_is(all & ~(1u << round % IN_TWO_BUCKETS));
		station_add(round % IN_TWO_BUCKETS, 0);
		each_station_is_where_it_is(all);
	}
	site_reader_release();
	each_station_is_where_it_is(all);
}

static char chosen_remotes[CHOSEN][16];

static void remotes_choose(void)
{
	uint32_t number = 0;

	buckets_choose(&site_dp->peers);
	for (uint32_t i = 0; i < CHOSEN; number++) {
		char text[16];

		snprintf(text, sizeof(text), "10.%u.%u.%u", number >> 16 & 255, number >> 8 & 255,
			 number & 255);
		if (is_chosen(&site_dp->peers, outer_ipv4_addresses(ip(VTEP).v4, ip(text).v4)))
			memcpy(chosen_remotes[i++], text, sizeof(text));
	}
}

static const struct packet *from_remote(const char *remote, const char *local, uint32_t n)
{
	return PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(remote, local),
		      udp(50000, 4789, .no_checksum = true), vxlan(5000),
		      inner(PACKET(eth(HOST_R, HOST_A), payload(60), bytes_of(&n, 4))));
}

/* Tunnel i has its domain for itself, and the attachment with the VLAN of the same number. */
static void each_remote_is_itself(uint32_t known)
{
	for (uint32_t n = 0; n < 4 * CHOSEN; n++) {
		const uint32_t i = n % CHOSEN;

		give(UNDERLAY_1, from_remote(chosen_remotes[i], VTEP, n));
		if (known >> i & 1)
			expect_of(ACCESS_1, i, n, HOST_R, HOST_A);
	}
	site_run();
	flows_check();
	expect_drops(UNKNOWN_REMOTE, unknown_frames(known));
}

static void remote_restore(uint32_t i)
{
	peer(i + 1, chosen_remotes[i]);
}

static void remote_remove(uint32_t i)
{
	assert_int_equal(bgw_peer_clear(site_dp, i + 1), 0);
}

static void remote_make(uint32_t i)
{
	const uint16_t id = (uint16_t)(i + 1);

	domain_with_station(i);
	remote_restore(i);
	path(id, chosen_remotes[i]);
	tunnel(id, 5000, .domain = id);
}

static void remotes_of_two_buckets_are_kept_apart(void)
{
	flows_reset();
	remotes_choose();
	are_kept_apart(&(const struct objects){remote_make, remote_remove, remote_restore,
					       each_remote_is_itself});
}

static uint32_t chosen_keys[CHOSEN];

static void keys_choose(void)
{
	uint32_t key = 1;

	buckets_choose(&site_dp->connection_keys);
	for (uint32_t i = 0; i < CHOSEN; key++)
		if (is_chosen(&site_dp->connection_keys, connection_key(1, BGW_ENCAP_VXLAN, key)))
			chosen_keys[i++] = key;
}

static void each_key_is_itself(uint32_t known)
{
	for (uint32_t n = 0; n < 4 * CHOSEN; n++) {
		const uint32_t i = n % CHOSEN;
		const struct packet *frame =
			PACKET(eth(HOST_R, HOST_A), payload(60), bytes_of(&n, 4));

		give(UNDERLAY_1, VXLAN_GOT(chosen_keys[i], frame));
		if (known >> i & 1)
			expect_of(ACCESS_1, i, n, HOST_R, HOST_A);
	}
	site_run();
	flows_check();
	expect_drops(UNKNOWN_KEY, unknown_frames(known));
}

static void key_restore(uint32_t i)
{
	tunnel(i + 1, chosen_keys[i], .domain = (uint16_t)(i + 1), .path = 1, .peer = 1);
}

static void key_remove(uint32_t i)
{
	assert_int_equal(bgw_connection_clear(site_dp, i + 1), 0);
}

static void key_make(uint32_t i)
{
	domain_with_station(i);
	key_restore(i);
}

static void keys_of_two_buckets_are_kept_apart(void)
{
	flows_reset();
	keys_choose();
	peer(1, REMOTE_1);
	path(1, REMOTE_1);
	are_kept_apart(
		&(const struct objects){key_make, key_remove, key_restore, each_key_is_itself});
}

static struct {
	uint16_t outer, inner;
} chosen_tags[CHOSEN];

static void tags_choose(void)
{
	uint32_t number = 0;

	buckets_choose(&site_dp->tags);
	for (uint32_t i = 0; i < CHOSEN; number++) {
		const uint16_t outer = (uint16_t)(1 + number / 4094 % 4094);
		const uint16_t inner_vid = (uint16_t)(1 + number % 4094);

		if (!is_chosen(&site_dp->tags, tags_key(ACCESS_1, outer, inner_vid)))
			continue;
		chosen_tags[i].outer = outer;
		chosen_tags[i++].inner = inner_vid;
	}
}

static void each_tag_is_itself(uint32_t known)
{
	for (uint32_t n = 0; n < 4 * CHOSEN; n++) {
		const uint32_t i = n % CHOSEN;

		give(ACCESS_1, PACKET(eth(HOST_A, HOST_B), vlan(chosen_tags[i].outer),
				      vlan(chosen_tags[i].inner), payload(60), bytes_of(&n, 4)));
		if (known >> i & 1)
			expect_of(ACCESS_2, i, n, HOST_A, HOST_B);
	}
	site_run();
	flows_check();
	expect_drops(NO_ATTACHMENT, unknown_frames(known));
}

static void tag_attach(uint32_t i)
{
	attach(i + 1, ACCESS_1, .kind = BGW_ATTACHMENT_QINQ, .outer_vid = chosen_tags[i].outer,
	       .inner_vid = chosen_tags[i].inner, .domain = (uint16_t)(i + 1));
}

static void tag_detach(uint32_t i)
{
	assert_int_equal(bgw_attachment_clear(site_dp, i + 1), 0);
}

static void tags_of_two_buckets_are_kept_apart(void)
{
	flows_reset();
	for (uint32_t i = 0; i < IN_TWO_BUCKETS; i++) {
		const uint16_t id = (uint16_t)(i + 1);

		attach(20 + i, ACCESS_2, .kind = BGW_ATTACHMENT_VLAN,
		       .outer_vid = (uint16_t)(100 + i), .domain = id);
		station(id, HOST_B, at(20 + i));
	}
	tags_choose();
	are_kept_apart(
		&(const struct objects){tag_attach, tag_detach, tag_attach, each_tag_is_itself});
}

PACKET_PROGRAM(CASE(stations_of_two_buckets_are_kept_apart),
	       CASE(stations_stay_where_they_are_when_others_go),
	       CASE(a_station_that_comes_and_goes_is_found),
	       CASE(remotes_of_two_buckets_are_kept_apart),
	       CASE(keys_of_two_buckets_are_kept_apart), CASE(tags_of_two_buckets_are_kept_apart))
