/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef FUZZ_STAGES_SESSION_H
#define FUZZ_STAGES_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <bgw/counter.h>
#include <bgw/dataplane.h>

/*
 * A peer of negotiations of the gateway under test, and the session with it. Its sessions begin
 * anew for each way that the frames go; what is said in one depends on that way, so that it is left
 * out of what is compared.
 */
#define STAGES_PEER	   5
#define STAGES_PEER_REMOTE "198.51.100.5"

/* Makes the peer, reached by UNDERLAY_1. */
void stages_session_open(struct bgw_dataplane *dp);
/* Ends the session that there is, and begins one. */
void stages_session_begin(struct bgw_dataplane *dp);
/* Does what control does about reports. */
void stages_session_answer(struct bgw_dataplane *dp);

/* Makes the end of a frame a datagram of the session, as far as its kind, counter and what it says
 * are one: with the right names, nonces and tag. */
void stages_session_seal(uint8_t *frame, uint16_t length);

/* Whether a frame that was sent is a datagram to the peer. */
bool stages_session_said(const uint8_t *frame, uint32_t length);
/* Leaves out of a port's counters what depends on the session. */
void stages_session_forget(struct bgw_port_counters *counters, uint64_t said_pkts,
			   uint64_t said_bytes);

#endif
