/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NEGOTIATION_NEGOTIATION_H
#define NEGOTIATION_NEGOTIATION_H

#include <rte_ring.h>

#include <bgw/drop.h>
#include <bgw/negotiation.h>

#include "encap/outer_header.h"
#include "negotiation/tag.h"
#include "negotiation/wheel.h"
#include "worker/worker.h"

/* Negotiation as workers see it. */

/* How a peer is reached. */
struct negotiation_way {
	struct outer_header header; /* Ethernet to UDP */
	uint16_t port;
	uint8_t drop;	/* PATH_IS_UP, or why nothing can be sent: enum bgw_drop */
	bool is_higher; /* our address is higher than its */
};

/* A peer: immutable once published. */
struct negotiation_peer {
	struct negotiation_way way;
	uint16_t worker;       /* the owner */
	struct tag_key rx_key; /* of hellos */
	struct tag_key tx_key;
} __rte_cache_aligned;

/*
 * A session: made by control, the owner's from the command that starts it to the report that it has
 * ended, and then control's again, who frees it. Control reads it meanwhile, but for its status.
 */
struct negotiation_session {
	/* The first line: what is compared with a datagram before its tag, and what an answer says.
	 */
	uint32_t peer;
	uint32_t session;
	uint64_t nonce;
	struct bgw_replay replay;
	uint32_t remote_epoch;
	uint32_t epoch;
	uint64_t remote_nonce;
	uint32_t remote_session;
	uint8_t unreported; /* BGW_EXCHANGE_UP, _AGREED: the ring of reports was full */
	uint64_t tx_counter;
	/* What each datagram needs once it has passed these. */
	struct wheel_timer timer;
	uint64_t rx_datagrams;
	uint64_t tx_datagrams;
	struct bgw_exchange exchange;
	/* Seldom. */
	uint64_t replayed_datagrams;
	uint64_t forged_datagrams;
	uint64_t resent_datagrams;
	struct negotiation_session *next_ended;
	struct tag_key rx_key;
	struct tag_key tx_key;
} __rte_cache_aligned;

enum negotiation_command_type {
	NEGOTIATION_START,
	NEGOTIATION_STOP,
	NEGOTIATION_OFFER,
	NEGOTIATION_DONE,
	NEGOTIATION_SAY_HELLO,
};

struct negotiation_command {
	uint8_t type; /* enum negotiation_command_type */
	bool failed;
	uint32_t peer;
	union {
		struct negotiation_session *start;
		struct negotiation_way stop; /* the peer may be gone by then */
		uint32_t done;		     /* the session */
		struct {
			uint32_t initiate_mask;
			uint32_t accept_mask;
		} offer;
		struct {
			struct bgw_datagram datagram;
			struct bgw_datagram_hello hello;
		} say;
	};
};

/* On the ring of reports: a session that has ended comes along, and is whoever's who takes it. */
struct negotiation_report {
	struct bgw_negotiation_report report;
	struct negotiation_session *ended;
};

/* A datagram that came; `peer` is 0 until the lookup is done. */
struct negotiation_packet {
	struct rte_mbuf *mbuf;
	const uint8_t *payload;
	uint16_t length;
	uint32_t peer;
	struct em_lookup lookup;
};

/* At most so many datagrams of a burst get their tags checked, if it brings anything else too, and
 * at most so many of any burst that are hellos: the fixed share. */
#define NEGOTIATION_TAGS_SHARED	  16
#define NEGOTIATION_HELLOS_SHARED 8
/* Datagrams whose sessions are in the first cache together: what one of them needs is some twenty
 * lines. */
#define NEGOTIATION_CHUNK 8

#define NEGOTIATION_COMMANDS 4096
#define NEGOTIATION_REPORTS  4096
#define NEGOTIATION_HANDOVER 4096
/* Commands and timers that a worker looks at in one round. */
#define NEGOTIATION_SLICE 32

/* What a worker has of negotiation. */
struct negotiation_worker {
	struct rte_ring *commands;	       /* of struct negotiation_command, from control */
	struct rte_ring *reports;	       /* of struct negotiation_report, to control */
	struct rte_ring *handover;	       /* of mbufs that are datagrams, from other workers */
	struct negotiation_session **sessions; /* by peer; those of its own */
	struct negotiation_session *ended;     /* the ring of reports was full */
	uint64_t ends;			       /* sessions that have ended */
	struct rte_mempool *pool;
	uint64_t now_ns; /* of this round */
	uint32_t input_count;
	struct negotiation_packet input[BURST_FRAMES];
	/* Scratch: datagrams whose tags are computed together. */
	uint32_t output_count;
	struct rte_mbuf *output[BURST_FRAMES];
	uint16_t output_port[BURST_FRAMES];
	struct tag_job output_jobs[BURST_FRAMES];
	/* The buffer of the datagram that is being taken, for its answer; NULL: it is in use. */
	struct rte_mbuf *spare;
	struct wheel wheel;
};

/* NULL and errno. */
struct negotiation_worker *negotiation_worker_create(const struct bgw_dataplane *dp, uint16_t id);
void negotiation_worker_destroy(struct bgw_dataplane *dp, struct negotiation_worker *negotiation);

static inline const struct negotiation_peer *negotiation_peer_get(const struct bgw_dataplane *dp,
								  uint32_t index)
{
	return __atomic_load_n(&dp->negotiation_peers[index], __ATOMIC_ACQUIRE);
}

/* Commands, handed-over datagrams and timers. Returns how many of them there were. */
uint32_t negotiation_round(struct worker *worker);

/* Takes the input, which came among `others` packets of other kinds. */
void stage_negotiation(struct worker *worker, uint32_t others);

static inline void negotiation_prefetch_lines(const void *from, const void *to)
{
	for (const uint8_t *at = from; at < (const uint8_t *)to; at += RTE_CACHE_LINE_SIZE)
		rte_prefetch0(at);
}

/* What an exchange wants done. May end the session. Datagrams go with negotiation_flush(). */
void negotiation_obey(struct worker *worker, struct negotiation_session *session,
		      unsigned int todo);
/* Sends what it has to say now. */
void negotiation_send(struct worker *worker, struct negotiation_session *session,
		      const struct negotiation_way *way);
void negotiation_say(struct worker *worker, const struct negotiation_peer *peer,
		     const struct bgw_datagram *datagram, const struct bgw_datagram_hello *hello);
void negotiation_flush(struct worker *worker);

/* Ends the session and takes it from the worker. */
void negotiation_end(struct worker *worker, struct negotiation_session *session);
/* False: the ring is full. */
bool negotiation_report(struct negotiation_worker *negotiation,
			const struct bgw_negotiation_report *report);
/* What could not be reported before. */
void negotiation_ended_report(struct negotiation_worker *negotiation);

/* The clock of negotiations: since the CPU's counter began. */
static inline uint64_t negotiation_now_ns(const struct bgw_dataplane *dp, uint64_t cycles)
{
	if (unlikely(dp->negotiation_clock_ns != 0))
		return dp->negotiation_clock_ns;
	return (uint64_t)((unsigned __int128)cycles * dp->ns_per_cycle_q32 >> 32);
}

/* For tests: stops the clock of negotiations, and moves it on by so much. */
void negotiation_clock_advance(struct bgw_dataplane *dp, uint64_t ns);

#endif
