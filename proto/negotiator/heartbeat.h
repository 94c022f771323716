/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_NEGOTIATOR_HEARTBEAT_H
#define BGW_PROTO_NEGOTIATOR_HEARTBEAT_H

/**
 * Protocol 0, heartbeat: each end writes 0x40, expects 0x40, writes 0x41, expects 0x41. From our
 * first byte to the peer's last is one round trip. Bytes and time in, bytes out, as the negotiator.
 */

#include <stdbool.h>
#include <stdint.h>

#define BGW_HEARTBEAT_BEAT 0x40
#define BGW_HEARTBEAT_ACK  0x41

enum bgw_heartbeat_state {
	BGW_HEARTBEAT_IDLE,
	BGW_HEARTBEAT_SENT_BEAT,
	BGW_HEARTBEAT_SENT_ACK,
	BGW_HEARTBEAT_FAILED, /**< for good */
};

/** Zeroed before its first use. */
struct bgw_heartbeat {
	uint64_t began_ns;	/**< when the last one began, if count is not 0 */
	uint64_t round_trip_ns; /**< of the last one that was finished; 0: none was */
	uint64_t count;		/**< begun */
	uint8_t state;		/**< enum bgw_heartbeat_state */
};

enum bgw_heartbeat_action {
	BGW_HEARTBEAT_WRITE, /**< write the byte, wait for the next */
	BGW_HEARTBEAT_DONE,  /**< nothing to write, both ends are done */
	BGW_HEARTBEAT_FAIL,  /**< the byte was wrong: close the connection */
};

/** Whether one is to be initiated: none has begun yet, or the last began a period ago or more. */
bool bgw_heartbeat_due(const struct bgw_heartbeat *heartbeat, uint64_t period_ns, uint64_t now_ns);

/** Begins one. Returns the byte to write. */
uint8_t bgw_heartbeat_begin(struct bgw_heartbeat *heartbeat, uint64_t now_ns);

/** Takes a byte that was read; WRITE stores in *reply what to write. */
enum bgw_heartbeat_action bgw_heartbeat_take(struct bgw_heartbeat *heartbeat, uint8_t byte,
					     uint64_t now_ns, uint8_t *reply);

#endif
