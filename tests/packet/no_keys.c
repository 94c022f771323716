/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane.h"
#include "lib/expect.h"
#include "lib/traffic.h"
#include "object/bridge.h"

/*
 * Addresses that no station and no peer has are nowhere found, though the tables mark their empty
 * and their freed slots with keys that are made of them.
 */

void site_limits_hook(struct bgw_limits *limits)
{
	/* Few slots, so that all are soon used; the last domain id that there is. */
	limits->macs = 64;
	limits->peers = 16;
	limits->domains = 65535;
}

/* Every slot of the forwarding table was in use once, and is marked as freed. */
static void fdb_wear_out(void)
{
	uint32_t number = 0;

	while (site_dp->fdb.dead_count < em_buckets(site_dp->fdb.width) * EM_BUCKET_ENTRIES) {
		struct rte_ether_addr address = mac("02:dd:00:00:00:00");

		memcpy(&address.addr_bytes[2], &number, 4);
		number++;
		if (bgw_fdb_put(site_dp, 1, &address, at(2)) == 0)
			assert_int_equal(bgw_fdb_remove(site_dp, 1, &address), 0);
	}
}

static const char *const no_stations[] = {BROADCAST, MULTICAST, "00:00:00:00:00:00"};
#define NO_STATIONS (sizeof(no_stations) / sizeof(no_stations[0]))

static void nobody_is_found_in(uint16_t id)
{
	for (size_t i = 0; i < NO_STATIONS; i++) {
		uint8_t bytes[8] = {0};
		const struct rte_ether_addr address = mac(no_stations[i]);

		memcpy(bytes, &address, sizeof(address));
		assert_null(em_find(&site_dp->fdb, fdb_key(id, bytes)).bucket);
	}
}

static void nobody_is_sent_to_in(uint16_t id)
{
	attach(1, ACCESS_1, .domain = id);
	domain(id, at(1));
	for (size_t i = 0; i < NO_STATIONS; i++) {
		inject(ACCESS_1, PACKET(eth(HOST_A, no_stations[i]), payload(60)));
		expect_drop(NO_FLOOD_TARGET);
		inject(ACCESS_1, PACKET(eth(no_stations[i], HOST_A), payload(60)));
		expect_drop(BAD_SOURCE);
	}
	expect_nothing();
}

static void nobody_is_found_anywhere(void)
{
	for (uint32_t id = 1; id <= 65534; id++)
		nobody_is_found_in((uint16_t)id);
	for (uint32_t id = 1; id <= 65534; id = id * 2 + (id > 1000))
		nobody_is_sent_to_in((uint16_t)id);
	for (uint32_t id = 65500; id <= 65534; id++)
		nobody_is_sent_to_in((uint16_t)id);
}

/* Whatever is marked in the table: in every domain, freed slots or empty ones. */
static void addresses_of_no_station_are_never_found(void)
{
	attach(2, ACCESS_2);
	nobody_is_found_anywhere();
	site_reader_hold();
	fdb_wear_out();
	nobody_is_found_anywhere();
	site_reader_release();
	assert_int_equal(site_dp->fdb.dead_count, 0);
	nobody_is_found_anywhere();
}

/* Its broadcast address would be the mark of a freed slot. */
static void the_domain_id_that_has_no_key_is_refused(void)
{
	const struct bgw_domain_spec spec = {.flood_count = 0};
	struct bgw_limits limits = {
		.macs = 64,
		.connections = 2,
		.attachments = 2,
		.domains = 65536,
		.paths = 2,
		.peers = 2,
		.neighbours = 1,
		.workers = 1,
	};

	assert_null(bgw_dataplane_create(&limits));
	assert_int_equal(errno, EINVAL);
	peer(1, REMOTE_1);
	path(1, REMOTE_1);
	assert_int_equal(bgw_domain_set(site_dp, 65535, &spec), -EINVAL);
	assert_int_equal(attach_status(1, ACCESS_1, .domain = 65535), -EINVAL);
	assert_int_equal(tunnel_status(1, 5000, .domain = 65535), -EINVAL);
	attach(1, ACCESS_1, .domain = 65534);
	tunnel(1, 5000, .domain = 65534);
	assert_int_equal(bgw_domain_set(site_dp, 65534, &spec), 0);
}

static const struct packet *from_nobody(const char *address)
{
	return PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)), ipv4(address, address),
		      udp(50000, 4789, .no_checksum = true), vxlan(5000),
		      inner(PACKET(eth(HOST_R, HOST_A), payload(60))));
}

/* As keys of the table of peers these are what empty and freed slots have. */
static void addresses_that_are_no_key_are_nobodys(void)
{
	static const char *const no_key[] = {"0.0.0.0", "255.255.255.255"};

	site_lan();
	for (uint32_t held = 0; held < 2; held++) {
		if (held)
			site_reader_hold();
		/* Each bucket has slots in which the peer once was. */
		for (uint32_t n = 0; n < 4000; n++) {
			char remote[16];

			snprintf(remote, sizeof(remote), "10.0.%u.%u", n / 250, 1 + n % 250);
			if (peer_status(1, remote) != 0)
				break;
			if (!held)
				bgw_dataplane_poll(site_dp);
		}
		for (uint32_t n = 0; n < 64; n++)
			give(UNDERLAY_1, from_nobody(no_key[n % 2]));
		site_run();
		expect_drops(NOT_OUR_ADDRESS, 64);
		expect_connection(1, 0);
		if (held)
			site_reader_release();
	}
}

/* tables.remote_gateways at its most: none is without a place. */
static void as_many_peers_as_there_may_be_find_a_place(void)
{
	const struct bgw_limits limits = {
		.macs = 64,
		.connections = 2,
		.attachments = 2,
		.domains = 2,
		.paths = 2,
		.peers = 131072 + 1,
		.neighbours = 1,
		.workers = 1,
	};
	struct bgw_dataplane *dp = bgw_dataplane_create(&limits);

	assert_non_null(dp);
	for (uint32_t i = 1; i < limits.peers; i++) {
		struct bgw_peer_spec spec = {.local = ip(VTEP), .remote = {.family = 4}};

		spec.remote.v4 = rte_cpu_to_be_32(0x0a000000 + i);
		assert_int_equal(bgw_peer_set(dp, i, &spec), 0);
	}
	bgw_dataplane_destroy(dp);
}

PACKET_PROGRAM(CASE(addresses_of_no_station_are_never_found),
	       CASE(the_domain_id_that_has_no_key_is_refused),
	       CASE(addresses_that_are_no_key_are_nobodys),
	       CASE(as_many_peers_as_there_may_be_find_a_place))
