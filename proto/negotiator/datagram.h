/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_NEGOTIATOR_DATAGRAM_H
#define BGW_PROTO_NEGOTIATOR_DATAGRAM_H

/**
 * The datagrams that carry a negotiation over UDP (docs/negotiation.md draws them). A hello makes a
 * session, exchanges are all that is said in one. Both begin with the same 16 bytes and end with a
 * counter and a tag: AES-128-GMAC (NIST SP 800-38D) of all bytes before the counter, which is in
 * its IV, that of bgw_datagram_iv(). So an exchange has two whole blocks under its tag. Numbers are
 * in network order.
 *
 * Pure functions, any thread. A datagram that was encoded decodes to the same struct.
 */

#include <stdbool.h>
#include <stdint.h>

#define BGW_DATAGRAM_VERSION 1

#define BGW_DATAGRAM_TAG_BYTES	   16
#define BGW_DATAGRAM_COUNTER_BYTES 8
/** What is not under the tag. */
#define BGW_DATAGRAM_SEAL_BYTES	    (BGW_DATAGRAM_COUNTER_BYTES + BGW_DATAGRAM_TAG_BYTES)
#define BGW_DATAGRAM_IV_BYTES	    12
#define BGW_DATAGRAM_HELLO_BYTES    64 /**< its tag included, as of the next two */
#define BGW_DATAGRAM_EXCHANGE_BYTES 56
#define BGW_DATAGRAM_MAX_BYTES	    64

enum bgw_datagram_kind {
	BGW_DATAGRAM_HELLO = 1,
	BGW_DATAGRAM_EXCHANGE = 2,
};

/** What is in both kinds. A session is named by the receiver, who chose id and nonce. */
struct bgw_datagram {
	uint8_t kind;	  /**< enum bgw_datagram_kind */
	uint32_t session; /**< the receiver's; of a hello, 0 when its sender does not know it */
	uint64_t nonce;	  /**< likewise */
	uint64_t counter; /**< of the sender, never twice under one key */
};

struct bgw_datagram_hello {
	uint32_t session;     /**< the sender's, not 0 */
	uint32_t epoch;	      /**< of the sender, 31 bits */
	uint64_t nonce;	      /**< the sender's, not 0 */
	uint32_t interval_ms; /**< at which it wants to send, not 0 */
};

#define BGW_EXCHANGE_HOLDS  0x01 /**< flag: a protocol holds the sender's session */
#define BGW_EXCHANGE_CLOSES 0x02 /**< flag: this is the last one of the session */
#define BGW_EXCHANGE_FLAGS  0x03

#define BGW_EXCHANGE_BYTES_MAX 4

/** Bytes `step` to `step` + `count` - 1 that the sender wrote in `round`; what it has taken of the
 * receiver's is all before step `ack_step` of `ack_round`. */
struct bgw_datagram_exchange {
	uint32_t round;
	uint32_t ack_round;
	uint8_t step;
	uint8_t ack_step;
	uint8_t flags; /**< BGW_EXCHANGE_* */
	uint8_t count; /**< at most BGW_EXCHANGE_BYTES_MAX */
	uint8_t bytes[BGW_EXCHANGE_BYTES_MAX];
};

/** Reads what is in both kinds. False: it is no datagram of this version, its kind is unknown,
 * or `length` is not its kind's. */
static inline bool bgw_datagram_read(const uint8_t *bytes, uint32_t length,
				     struct bgw_datagram *datagram);

/** Reads the rest, of the kind that the caller knows. False: a member is out of range. */
bool bgw_datagram_hello_read(const uint8_t *bytes, struct bgw_datagram_hello *hello);
static inline bool bgw_datagram_exchange_read(const uint8_t *bytes,
					      struct bgw_datagram_exchange *exchange);

/** Write all but the tag: BGW_DATAGRAM_*_BYTES - BGW_DATAGRAM_TAG_BYTES bytes. */
void bgw_datagram_hello_write(uint8_t *bytes, const struct bgw_datagram *datagram,
			      const struct bgw_datagram_hello *hello);
static inline void bgw_datagram_exchange_write(uint8_t *bytes, const struct bgw_datagram *datagram,
					       const struct bgw_datagram_exchange *exchange);

/** The IV: direction (1 bit, set from the higher address to the lower), epoch (31), counter (64).
 */
static inline void bgw_datagram_iv(uint8_t iv[BGW_DATAGRAM_IV_BYTES], bool from_higher,
				   uint32_t epoch, uint64_t counter);

/**
 * Which counters came: the highest, and the 64 up to it. One must be asked before the tag is
 * checked and noted after it, for only then it is the peer's. Zeroed before use: counters begin
 * with 1.
 */
struct bgw_replay {
	uint64_t highest;
	uint64_t seen; /**< bit i: highest - i */
};

#define BGW_REPLAY_WINDOW 64

static inline bool bgw_replay_is_new(const struct bgw_replay *replay, uint64_t counter)
{
	if (counter > replay->highest)
		return true;
	if (counter == 0 || replay->highest - counter >= BGW_REPLAY_WINDOW)
		return false;
	return (replay->seen >> (replay->highest - counter) & 1) == 0;
}

static inline void bgw_replay_note(struct bgw_replay *replay, uint64_t counter)
{
	if (counter > replay->highest) {
		const uint64_t ahead = counter - replay->highest;

		replay->seen = ahead < BGW_REPLAY_WINDOW ? replay->seen << ahead : 0;
		replay->highest = counter;
	}
	replay->seen |= UINT64_C(1) << (replay->highest - counter);
}

#include "negotiator/datagram_bytes.h"

#endif
