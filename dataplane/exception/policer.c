/* SPDX-License-Identifier: BSD-3-Clause */
#include "exception/policer.h"

#define NS_PER_S 1000000000ull

static uint64_t cost_ns(const struct policer *policer)
{
	return NS_PER_S / policer->rate_pps;
}

void policer_init(struct policer *policer, uint64_t rate_pps, uint64_t now_ns)
{
	policer->rate_pps = rate_pps;
	policer->burst_pkts = rate_pps / 10 < 32 ? 32 : rate_pps / 10;
	policer->tokens_ns = policer->burst_pkts * cost_ns(policer);
	policer->last_ns = now_ns;
}

uint32_t policer_allows(struct policer *policer, uint64_t now_ns, uint32_t wanted)
{
	const uint64_t full_ns = policer->burst_pkts * cost_ns(policer);
	const uint64_t passed_ns = now_ns > policer->last_ns ? now_ns - policer->last_ns : 0;
	uint64_t allowed;

	policer->last_ns = now_ns;
	policer->tokens_ns = passed_ns >= full_ns - policer->tokens_ns
				     ? full_ns
				     : policer->tokens_ns + passed_ns;
	allowed = policer->tokens_ns / cost_ns(policer);
	return allowed < wanted ? (uint32_t)allowed : wanted;
}

void policer_take(struct policer *policer, uint32_t count)
{
	policer->tokens_ns -= count * cost_ns(policer);
}
