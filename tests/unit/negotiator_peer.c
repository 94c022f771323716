/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiator_peer.h"

#include <string.h>

static bool should_initiate(void *context, uint32_t protocol, uint64_t now_ns)
{
	struct peer *peer = context;

	assert_int_equal(now_ns, peer->now_ns);
	peer->initiate_asked[protocol]++;
	peer->promised[protocol] += peer->initiates[protocol];
	return peer->initiates[protocol];
}

static bool should_accept(void *context, uint32_t protocol, uint64_t now_ns)
{
	struct peer *peer = context;

	assert_int_equal(now_ns, peer->now_ns);
	peer->accept_asked[protocol]++;
	peer->promised[protocol] += peer->accepts[protocol];
	return peer->accepts[protocol];
}

static void initiate_failed(void *context, uint32_t protocol)
{
	((struct peer *)context)->initiate_failed[protocol]++;
}

static void accept_failed(void *context, uint32_t protocol)
{
	((struct peer *)context)->accept_failed[protocol]++;
}

const struct bgw_negotiator_asker peer_asker = {should_initiate, should_accept, initiate_failed,
						accept_failed};
const struct bgw_negotiator_times peer_no_times = {0};
const struct bgw_negotiator_times peer_times = {
	.sleep_ns = 25 * MS,
	.answer_ns = 5000 * MS,
	.backoff_min_ns = 100 * MS,
	.backoff_max_ns = 1000 * MS,
};
const struct bgw_negotiator_protocol simultaneous[3] = {
	{"a", true, 0}, {"b", true, 0}, {"c", true, 0}};
const struct bgw_negotiator_protocol not_simultaneous[3] = {
	{"a", false, 0}, {"b", false, 0}, {"c", false, 0}};

void peer_make(struct peer *peer, const struct bgw_negotiator_protocol *protocols, size_t count,
	       const struct bgw_negotiator_times *at)
{
	memset(peer, 0, sizeof(*peer));
	peer->now_ns = 1000 * MS;
	assert_int_equal(bgw_negotiator_init(&peer->negotiator, protocols, count, at, &peer_asker,
					     peer, peer->backoffs, 4711),
			 0);
}

/* Does what a step says. Returns whether the round is over. */
static bool follow(struct peer *peer, struct bgw_negotiator_step step)
{
	if (step.writes) {
		if (peer->breaks_after_first && peer->written_bytes > 0) {
			bgw_negotiator_break(&peer->negotiator);
			return true;
		}
		peer->written[peer->written_bytes++] = step.byte;
	}
	if (step.action == BGW_NEGOTIATOR_RUN) {
		assert_int_equal(step.protocol, peer->negotiator.protocol);
		bgw_negotiator_run(&peer->negotiator, peer->now_ns);
		assert_int_equal(peer->negotiator.state, BGW_NEGOTIATOR_RUNNING);
		peer->runs[step.protocol]++;
		bgw_negotiator_done(&peer->negotiator);
	}
	return step.action != BGW_NEGOTIATOR_WAIT;
}

struct bgw_negotiator_step peer_round(struct peer *peer, const int *bytes, size_t count)
{
	struct bgw_negotiator_step step = bgw_negotiator_begin(&peer->negotiator, peer->now_ns);
	bool over = follow(peer, step);

	for (size_t i = 0; i < count; i++) {
		assert_false(over);
		assert_true(bgw_negotiator_waits(&peer->negotiator));
		step = bgw_negotiator_take(&peer->negotiator, bytes[i], peer->now_ns);
		over = follow(peer, step);
	}
	assert_true(over);
	assert_false(bgw_negotiator_waits(&peer->negotiator));
	return step;
}

int peer_sum(const int *values)
{
	int total = 0;

	for (size_t i = 0; i < PROTOCOLS_MAX; i++)
		total += values[i];
	return total;
}

void peer_kept(const struct peer *peer, int ran)
{
	for (size_t i = 0; i < PROTOCOLS_MAX; i++)
		assert_int_equal(peer->promised[i],
				 peer->runs[i] + peer->initiate_failed[i] + peer->accept_failed[i]);
	assert_int_equal(peer_sum(peer->runs), ran);
}
