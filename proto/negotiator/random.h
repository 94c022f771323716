/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_NEGOTIATOR_RANDOM_H
#define BGW_PROTO_NEGOTIATOR_RANDOM_H

/**
 * Numbers by chance, so that two ends do not stay in step. Whoever knows the state knows them all:
 * for waiting, never for keys or nonces. The state is the caller's, any number to begin with.
 */

#include <stdint.h>

/** SplitMix64: every state, zero too, gives a good row of numbers. */
static inline uint64_t bgw_random_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/** `ns`, less up to 1 / `part` of it. `chance` is any 64 bits; its high ones matter most. */
static inline uint64_t bgw_random_less_ns(uint64_t chance, uint64_t ns, uint64_t part)
{
	return ns - (uint64_t)((unsigned __int128)(ns / part) * chance >> 64);
}

/** The same with the next number of the state. */
static inline uint64_t bgw_random_shorten_ns(uint64_t *state, uint64_t ns, uint64_t part)
{
	return bgw_random_less_ns(bgw_random_next(state), ns, part);
}

#endif
