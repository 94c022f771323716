/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_NEGOTIATOR_PROTOCOLS_H
#define BGW_PROTO_NEGOTIATOR_PROTOCOLS_H

/**
 * The protocols that gateways negotiate, in one list. A protocol's id, which is what goes over the
 * wire, is its place in it, and the lower id has priority. Whether a protocol accepts that both
 * ends initiate it at once is a constant of its id: two ends that differ in it would come out of
 * step.
 *
 * X(id, name, accepts_simultaneous, deadline_ms, help)
 */

#include <stdbool.h>
#include <stdint.h>

#define BGW_NEGOTIATION_LIST(X)                                                                 \
	X(HEARTBEAT, "heartbeat", true, 5000, "measures the round trip")                        \
	X(RESYNC, "resync", false, 60000, "one end hands its whole table of MACs to the other") \
	X(TUNNEL, "tunnel", true, 10000, "agrees on encapsulation, key and addresses")          \
	X(MAC_SYNC, "mac-sync", true, 10000, "exchanges what changed in the tables of MACs")

enum bgw_negotiation {
#define X(id, name, accepts_simultaneous, deadline_ms, help) BGW_NEGOTIATION_##id,
	BGW_NEGOTIATION_LIST(X)
#undef X
	BGW_NEGOTIATION_COUNT
};

/** What is constant of one protocol. */
struct bgw_negotiator_protocol {
	const char *name;
	bool accepts_simultaneous;
	uint32_t deadline_ms; /**< it must be done so long after it began to run; 0: no limit */
};

/** BGW_NEGOTIATION_COUNT of them, by id. */
extern const struct bgw_negotiator_protocol bgw_negotiation_protocols[];
/** Their names, NULL after the last. */
extern const char *const bgw_negotiation_names[];

#endif
