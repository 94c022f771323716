/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_NEGOTIATOR_NEGOTIATOR_H
#define BGW_PROTO_NEGOTIATOR_NEGOTIATOR_H

/**
 * The byte negotiator: two peers agree, one byte each way and again and again, which protocol to
 * run next. This is one end of it, without I/O and without a clock: bytes and time in, bytes to
 * write and what to do next out. It serves a stream of bytes and an exchange of datagrams alike.
 *
 * On the wire a byte is the id of a protocol (0 to 251, its place in a list that both ends have in
 * the same order; a lower id has priority) or one of three:
 *
 *     255 keepalive   nothing to initiate
 *     254 accept      runs what the other initiated
 *     253 reject      does not
 *
 * A round begins with a byte of each end, both written without waiting for the other. An id that
 * the other end answers by accept is run by both; the protocol then owns the connection until it is
 * done on both ends. If both initiated, the id with priority counts and the other is as if it had
 * never been sent; the same id from both is run without an answer if it accepts that, else refused
 * by both. After a round in which nothing ran both ends sleep.
 *
 * How to use it:
 *
 *     step = bgw_negotiator_begin(n, now)     write step.byte
 *     step = bgw_negotiator_take(n, byte, now) for each byte read while step.action is WAIT
 *         if step.writes, write step.byte, whatever the action
 *         RUN     bgw_negotiator_run(n, now), let the protocol have the connection, and
 *                 bgw_negotiator_done(n) when it has returned; then begin
 *         SLEEP   begin after step.sleep_ns
 *         FAIL    close the connection; a new one has a new negotiator
 *
 * While deadline_ns is not 0, call bgw_negotiator_expire when it has come. When writing fails, the
 * running protocol fails, or the connection goes, call bgw_negotiator_break: after that, as after
 * any failure, nothing that was on the way may be taken for negotiation, so the connection closes.
 *
 * The asker's answers oblige: should_initiate true is followed by exactly one of
 * bgw_negotiator_run and initiate_failed, should_accept true by exactly one of bgw_negotiator_run
 * and accept_failed, so that what was reserved for the protocol can be released.
 *
 * A protocol that was rejected backs off by itself, for a time that doubles from backoff_min_ns to
 * backoff_max_ns with each rejection in a row, so that those of less priority get their turn: for n
 * protocols backoff_max_ns has to be longer than n rounds last. What was merely overtaken by a
 * protocol of priority does not back off. Sleeps and back-offs are shortened at random by up to a
 * quarter, so that two ends do not stay in step.
 *
 * Where a byte is not expected this end is strict: an opening byte of 253, 254 or an id that is not
 * in the list fails in every state.
 *
 * A negotiator belongs to one thread at a time. Nothing here allocates.
 */

#include <stddef.h>

#include "negotiator/protocols.h"

#define BGW_NEGOTIATOR_KEEPALIVE     255
#define BGW_NEGOTIATOR_ACCEPT	     254
#define BGW_NEGOTIATOR_REJECT	     253
#define BGW_NEGOTIATOR_PROTOCOLS_MAX 252
/** What a read gave when the stream has ended. */
#define BGW_NEGOTIATOR_END_OF_STREAM (-1)

/** Times that a list of protocols is negotiated with. */
struct bgw_negotiator_times {
	uint64_t sleep_ns;	 /**< after a round without a protocol */
	uint64_t answer_ns;	 /**< a byte must come within; 0: no limit */
	uint64_t backoff_min_ns; /**< after the first rejection; 0: none ever */
	uint64_t backoff_max_ns;
};

/** Who is asked. All four are called from within the functions below and must not call them. The
 * context is that of the negotiator. */
struct bgw_negotiator_asker {
	bool (*should_initiate)(void *context, uint32_t protocol, uint64_t now_ns);
	bool (*should_accept)(void *context, uint32_t protocol, uint64_t now_ns);
	void (*initiate_failed)(void *context, uint32_t protocol);
	void (*accept_failed)(void *context, uint32_t protocol);
};

enum bgw_negotiator_state {
	BGW_NEGOTIATOR_INITIAL,	       /**< between rounds */
	BGW_NEGOTIATOR_SENT_KEEPALIVE, /**< wrote keepalive, waits for the opening byte */
	BGW_NEGOTIATOR_SENT_INITIATE,  /**< wrote an id, waits for the opening byte */
	BGW_NEGOTIATOR_WAITING,	       /**< had both opening bytes, waits for accept or reject */
	BGW_NEGOTIATOR_AGREED,	       /**< a protocol may run now */
	BGW_NEGOTIATOR_RUNNING,	       /**< a protocol has the connection */
	BGW_NEGOTIATOR_FAILED,	       /**< for good */
	BGW_NEGOTIATOR_STATE_COUNT,
};
/** Their texts, "initial" and so on. */
extern const char *const bgw_negotiator_state_names[];

enum bgw_negotiator_error {
	BGW_NEGOTIATOR_NO_ERROR,
	BGW_NEGOTIATOR_ENDED,	    /**< end of stream within a round */
	BGW_NEGOTIATOR_NOT_A_BYTE,  /**< outside 0 to 255 */
	BGW_NEGOTIATOR_NOT_OPENING, /**< accept or reject for an opening byte */
	BGW_NEGOTIATOR_UNKNOWN,	    /**< an id that is not in the list */
	BGW_NEGOTIATOR_NOT_ANSWER,  /**< neither accept nor reject for an answer */
	BGW_NEGOTIATOR_TIMED_OUT,   /**< no byte within answer_ns */
	BGW_NEGOTIATOR_OVERRAN,	    /**< a protocol ran longer than its deadline */
	BGW_NEGOTIATOR_BROKEN,	    /**< bgw_negotiator_break */
	BGW_NEGOTIATOR_OUT_OF_TURN, /**< called where its state does not allow it */
	BGW_NEGOTIATOR_ERROR_COUNT,
};

enum bgw_negotiator_action {
	BGW_NEGOTIATOR_WAIT,
	BGW_NEGOTIATOR_RUN,
	BGW_NEGOTIATOR_SLEEP,
	BGW_NEGOTIATOR_FAIL,
};

/** What to do next. */
struct bgw_negotiator_step {
	enum bgw_negotiator_action action;
	bool writes; /**< write byte first */
	uint8_t byte;
	uint8_t protocol;  /**< RUN: which */
	uint64_t sleep_ns; /**< SLEEP: how long */
};

/** How far a protocol has backed off. */
struct bgw_negotiator_backoff {
	uint64_t until_ns;
	uint32_t rejections; /**< in a row */
};

/** One end of one connection. Its members may be read. */
struct bgw_negotiator {
	const struct bgw_negotiator_protocol *protocols;
	const struct bgw_negotiator_times *times;
	const struct bgw_negotiator_asker *asker;
	struct bgw_negotiator_backoff *backoffs;
	void *context;
	uint64_t round;	      /**< rounds begun */
	uint64_t deadline_ns; /**< when bgw_negotiator_expire is due; 0: never */
	uint64_t random;
	uint8_t count;	    /**< protocols */
	uint8_t state;	    /**< enum bgw_negotiator_state */
	uint8_t error;	    /**< enum bgw_negotiator_error */
	uint8_t protocol;   /**< that which was initiated or accepted, from SENT_INITIATE on */
	bool is_accepted;   /**< AGREED or RUNNING: this end was asked */
	int16_t unexpected; /**< the byte that the error is about */
};

/**
 * protocols, times, asker and backoffs (one for each protocol, overwritten) stay the caller's and
 * must outlive the negotiator. seed: any number, better not the peer's.
 * -EINVAL: no protocols, or more than BGW_NEGOTIATOR_PROTOCOLS_MAX.
 */
int bgw_negotiator_init(struct bgw_negotiator *n, const struct bgw_negotiator_protocol *protocols,
			size_t count, const struct bgw_negotiator_times *times,
			const struct bgw_negotiator_asker *asker, void *context,
			struct bgw_negotiator_backoff *backoffs, uint64_t seed);

/** Begins a round: asks for a protocol to initiate, in order of priority until one is willing. */
struct bgw_negotiator_step bgw_negotiator_begin(struct bgw_negotiator *n, uint64_t now_ns);

/** Takes what was read: a byte, or BGW_NEGOTIATOR_END_OF_STREAM. */
struct bgw_negotiator_step bgw_negotiator_take(struct bgw_negotiator *n, int byte, uint64_t now_ns);

/** The protocol of the last step begins to run: what was written before has gone out. */
void bgw_negotiator_run(struct bgw_negotiator *n, uint64_t now_ns);

/** The protocol has ended on both ends. */
void bgw_negotiator_done(struct bgw_negotiator *n);

/** Fails if the deadline has come. Returns whether it has failed now or before. */
bool bgw_negotiator_expire(struct bgw_negotiator *n, uint64_t now_ns);

/** Ends it, in whatever state; an earlier error is kept. */
void bgw_negotiator_break(struct bgw_negotiator *n);

/** Whether a byte is awaited. */
static inline bool bgw_negotiator_waits(const struct bgw_negotiator *n)
{
	return n->state == BGW_NEGOTIATOR_SENT_KEEPALIVE ||
	       n->state == BGW_NEGOTIATOR_SENT_INITIATE || n->state == BGW_NEGOTIATOR_WAITING;
}

#define BGW_NEGOTIATOR_TEXT_SIZE 128
/** Its error in words, one clause; "" without one. Returns text. */
char *bgw_negotiator_describe(const struct bgw_negotiator *n, char text[BGW_NEGOTIATOR_TEXT_SIZE]);

#endif
