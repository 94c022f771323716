/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_STAGE_H
#define BGW_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <bgw/dataplane.h>

/*
 * Where a worker's cycles go. A worker that is asked to reads the clock at the borders of the
 * stages in one round of 64, which costs it less than a hundredth of its time; others do not. The
 * stages, in the order of a frame's life:
 */
/* clang-format off */
#define BGW_STAGE_LIST(X)                                                                  \
	X(RECEIVE, receive, "the drivers' receive functions")                              \
	X(ACCESS_INPUT, access_input, "frames from access ports: tags, guards")            \
	X(UNDERLAY_INPUT, underlay_input, "packets from underlay ports: outer headers")    \
	X(DECAP, decap, "peer and connection, outer headers off")                          \
	X(BRIDGE, bridge, "sources learned, destinations found")                           \
	X(FLOOD, flood, "queries answered, frames replicated")                             \
	X(ACCESS_OUTPUT, access_output, "frames to access ports: tags, padding")           \
	X(ENCAP, encap, "outer headers on")                                                \
	X(TOO_BIG, too_big, "answers to frames that fit no tunnel")                        \
	X(NEGOTIATION, negotiation, "datagrams of negotiations, commands, timers")          \
	X(TRANSMIT, transmit, "the drivers' transmit functions")                           \
	X(ROUND, round, "what is left of a round: queues polled, frames of other workers") \
/* clang-format on */

enum bgw_stage {
#define X(id, name, help) BGW_STAGE_##id,
	BGW_STAGE_LIST(X)
#undef X
	BGW_STAGE_COUNT
};

/* The stage's name as the API shows it, and what it comprises. Any thread. */
const char *bgw_stage_name(enum bgw_stage stage);
const char *bgw_stage_help(enum bgw_stage stage);

/*
 * Of measured rounds alone, and of those only that moved a frame: what a worker spends to find
 * nothing is no frame's cost. A stage's cycles are those of no stage that it runs.
 */
struct bgw_stage_counters {
	uint64_t pkts;	 /* frames that the stage was given; of RECEIVE, that it brought */
	uint64_t cycles; /* cycles / pkts is what a frame costs there */
};

/*
 * Begins or ends measuring by one worker, with its next round: one under way still counts. Counters
 * stay, and only grow. Control's thread. Nothing happens for a worker that does not exist.
 */
void bgw_stages_measure(struct bgw_dataplane *dp, uint16_t worker, bool on);
bool bgw_stages_are_measured(const struct bgw_dataplane *dp, uint16_t worker);

/* Zeros for a worker that does not exist. */
void bgw_stage_counters_get(const struct bgw_dataplane *dp, uint16_t worker, enum bgw_stage stage,
			    struct bgw_stage_counters *counters);

#endif
