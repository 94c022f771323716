/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef UNIT_FDB_KEEPER_H
#define UNIT_FDB_KEEPER_H

/* A keeper over the real tables, with a clock of its own, for each case. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <bgw/dataplane.h>
#include <rte_ring_elem.h>

#include "fdb.h"
#include "worker/worker.h"

#define SECOND_NS UINT64_C(1000000000)
#define PORT	  3

static const struct bgw_limits limits = {
	.macs = 4096,
	.connections = 16,
	.attachments = 16,
	.domains = 16,
	.paths = 16,
	.peers = 16,
	.neighbours = 16,
	.workers = 2,
};

static struct bgw_dataplane *dp;
static struct fdb *fdb;
static uint64_t now_ns;
static struct fdb_event last_event;
static unsigned int event_count, learned_count, moved_count, local_changes;
static bgw_ref last_learned;
static int refused[16]; /* by attachment */
static bool refuse_works;

static inline uint64_t clock_ns(void *arg)
{
	(void)arg;
	return now_ns;
}

static inline bool refuse(void *arg, uint32_t attachment, bool value)
{
	(void)arg;
	if (refuse_works)
		refused[attachment] = value;
	return refuse_works;
}

static inline void event(void *arg, const struct fdb_event *what)
{
	(void)arg;
	last_event = *what;
	event_count++;
}

static inline void learned(void *arg, uint16_t domain, bgw_ref place,
			   const struct rte_ether_addr *mac, bool has_moved)
{
	(void)arg;
	(void)domain;
	(void)mac;
	last_learned = place;
	if (has_moved)
		moved_count++;
	else
		learned_count++;
}

static inline void local_changed(void *arg, uint16_t domain, const struct rte_ether_addr *mac)
{
	(void)arg;
	(void)domain;
	(void)mac;
	local_changes++;
}

static const struct fdb_operations operations = {
	.now_ns = clock_ns,
	.refuse = refuse,
	.event = event,
	.local_changed = local_changed,
	.learned = learned,
};

static const bgw_ref left = BGW_REF_ATTACHMENT | 1, right = BGW_REF_ATTACHMENT | 2,
		     tunnel = BGW_REF_CONNECTION | 1;

static inline void time_pass(unsigned int seconds)
{
	now_ns += seconds * SECOND_NS;
	dataplane_clock_set(dp, (uint16_t)(now_ns / SECOND_NS));
}

static inline int keeper_setup(void **state)
{
	(void)state;
	now_ns = 1000 * SECOND_NS;
	event_count = learned_count = moved_count = local_changes = 0;
	memset(refused, 0, sizeof(refused));
	refuse_works = true;
	dp = bgw_dataplane_create(&limits);
	if (dp == NULL)
		return -1;
	time_pass(0);
	fdb = fdb_create(dp, &limits, &operations, NULL);
	fdb_domain_set(fdb, 1, 300, 0);
	fdb_domain_set(fdb, 2, 300, 0);
	fdb_attachment_set(fdb, 1, PORT, 0);
	fdb_attachment_set(fdb, 2, PORT + 1, 0);
	fdb_connection_set(fdb, 1);
	return fdb != NULL ? 0 : -1;
}

static inline int keeper_teardown(void **state)
{
	(void)state;
	fdb_destroy(fdb);
	bgw_dataplane_destroy(dp);
	return 0;
}

static inline struct rte_ether_addr mac_of(unsigned int number)
{
	return (struct rte_ether_addr){{2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number}};
}

static inline void seen(unsigned int number, uint16_t domain, bgw_ref ref)
{
	struct bgw_event what = {
		.type = BGW_EVENT_MAC_SEEN, .domain = domain, .ref = ref, .mac = mac_of(number)};

	assert_int_equal(
		rte_ring_enqueue_elem(dp->workers[number % 2]->events, &what, sizeof(what)), 0);
	fdb_tick(fdb);
}

/* BGW_REF_NONE: not there. */
static inline bgw_ref where(unsigned int number, uint16_t domain)
{
	const struct rte_ether_addr mac = mac_of(number);
	struct bgw_fdb_entry entry;

	return bgw_fdb_get(dp, domain, &mac, &entry) == 0 ? entry.ref : BGW_REF_NONE;
}

static inline void whole_pass(void)
{
	const uint64_t pass = fdb_pass_request(fdb);

	for (unsigned int i = 0; i < 100 && !fdb_pass_done(fdb, pass); i++)
		fdb_tick(fdb);
	assert_true(fdb_pass_done(fdb, pass));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, keeper_setup, keeper_teardown)

#endif
