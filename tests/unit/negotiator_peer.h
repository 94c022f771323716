/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef UNIT_NEGOTIATOR_PEER_H
#define UNIT_NEGOTIATOR_PEER_H

/** One end of the byte negotiator, what it was asked and told, and the bytes that it wrote. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "negotiator/negotiator.h"

#define MS	      UINT64_C(1000000)
#define NONE	      (-1)
#define PROTOCOLS_MAX BGW_NEGOTIATOR_PROTOCOLS_MAX

/* What an end is willing to, and what it was told. */
struct peer {
	struct bgw_negotiator negotiator;
	struct bgw_negotiator_backoff backoffs[PROTOCOLS_MAX];
	bool initiates[PROTOCOLS_MAX], accepts[PROTOCOLS_MAX];
	int initiate_asked[PROTOCOLS_MAX], accept_asked[PROTOCOLS_MAX];
	int promised[PROTOCOLS_MAX]; /* true answers */
	int initiate_failed[PROTOCOLS_MAX], accept_failed[PROTOCOLS_MAX], runs[PROTOCOLS_MAX];
	uint8_t written[64];
	size_t written_bytes;
	uint64_t now_ns;
	bool breaks_after_first; /* the connection takes one byte and then no more */
};

extern const struct bgw_negotiator_times peer_no_times; /* no limits, no sleep */
extern const struct bgw_negotiator_times peer_times;
extern const struct bgw_negotiator_protocol simultaneous[3];
extern const struct bgw_negotiator_protocol not_simultaneous[3];

extern const struct bgw_negotiator_asker peer_asker;

void peer_make(struct peer *peer, const struct bgw_negotiator_protocol *protocols, size_t count,
	       const struct bgw_negotiator_times *times);

/** One round with those bytes of the peer, all of which must be used, and no more asked for. */
struct bgw_negotiator_step peer_round(struct peer *peer, const int *bytes, size_t count);

#define ROUND(peer, ...) \
	peer_round(peer, (const int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

#define WROTE(peer, ...)                                                      \
	do {                                                                  \
		static const uint8_t bytes_[] = {__VA_ARGS__};                \
		assert_int_equal((peer)->written_bytes, sizeof(bytes_));      \
		assert_memory_equal((peer)->written, bytes_, sizeof(bytes_)); \
		(peer)->written_bytes = 0;                                    \
	} while (0)

/** Of a value for each protocol. */
int peer_sum(const int *values);

/** Every promise was kept once, and these protocols ran so often in all. */
void peer_kept(const struct peer *peer, int ran);

#endif
