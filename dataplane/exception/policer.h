/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EXCEPTION_POLICER_H
#define EXCEPTION_POLICER_H

#include <stdint.h>

/* A token bucket in packets. Pure: the caller says what time it is. */
struct policer {
	uint64_t rate_pps;
	uint64_t burst_pkts;
	uint64_t tokens_ns; /* a packet costs 1 s / rate_pps of them */
	uint64_t last_ns;
};

/* Starts full. The burst is a tenth of a second's worth, at least 32. */
void policer_init(struct policer *policer, uint64_t rate_pps, uint64_t now_ns);
/* How many of `wanted` packets may pass now. They are not yet taken. */
uint32_t policer_allows(struct policer *policer, uint64_t now_ns, uint32_t wanted);
/* Takes `count`, at most what it allowed last. */
void policer_take(struct policer *policer, uint32_t count);

#endif
