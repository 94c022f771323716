/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_EVENT_H
#define BGW_EVENT_H

#include <stdint.h>

#include <rte_ether.h>

#include <bgw/dataplane.h>
#include <bgw/ref.h>

/*
 * What workers tell control: one bounded ring per worker, lossy, its losses counted
 * (bgw_counters.events_lost). A worker reports a thing once, and again after a second if it still
 * sees it.
 */
enum bgw_event_type {
	BGW_EVENT_MAC_SEEN = 1, /* a source that the table does not have */
	BGW_EVENT_MAC_MOVED, /* a source that the table has elsewhere; not sent for static ones */
};

struct bgw_event {
	uint8_t type; /* enum bgw_event_type */
	uint8_t worker;
	uint16_t domain;
	bgw_ref ref; /* where the frame came from */
	struct rte_ether_addr mac;
	uint16_t reserved;
};

/* Takes up to `max` events, fairly from all workers' rings. Returns how many. */
uint32_t bgw_event_take(struct bgw_dataplane *dp, struct bgw_event *events, uint32_t max);

#endif
