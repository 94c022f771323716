/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_NEGOTIATOR_EXCHANGE_H
#define BGW_PROTO_NEGOTIATOR_EXCHANGE_H

/**
 * One session of the byte negotiator over datagrams: what was a stream of bytes becomes a
 * stop-and-wait exchange, and silence becomes the end of it.
 *
 * Every byte has a place: its round, and its step among the bytes that its writer writes in that
 * round, from 0. A datagram carries the bytes of one round, from the first that the peer has not
 * taken, and says up to where the peer's were taken. It is sent when there is something new to say,
 * in answer to each datagram with bytes, again after a while as long as bytes are not taken, and
 * with no byte at all when nothing else was sent for an interval, whatever the state. A lost,
 * repeated or late datagram therefore costs time and nothing else.
 *
 * Heartbeats run in here. Other protocols run elsewhere: the exchange says that one is agreed,
 * keeps the session alive, and goes on when it is told that the protocol is done. It takes no byte
 * meanwhile, so an end that is done waits for the other: the next round's first byte is the
 * barrier.
 *
 * Pure: datagrams that were found authentic and new and the time in, datagrams and reports out.
 * Nothing allocates. It must not move in memory once bgw_exchange_init() has run; one thread.
 */

#include "negotiator/datagram.h"
#include "negotiator/heartbeat.h"
#include "negotiator/negotiator.h"

/** Bytes written that the peer has not taken: two of a round's end, two of the next at most. */
#define BGW_EXCHANGE_UNTAKEN_MAX 4

struct bgw_exchange_setup {
	uint64_t interval_ns;	/**< something is sent at least so often; the session's */
	uint64_t down_ns;	/**< the peer is down after so long without a datagram */
	uint32_t accept_mask;	/**< protocols that are accepted, by bit; heartbeats always are */
	uint32_t initiate_mask; /**< those to initiate */
	uint64_t random;	/**< any number: state of what is left to chance */
};

/** Why a session ended. Names of them: bgw_exchange_end_names. */
#define BGW_EXCHANGE_END_LIST(X)                                                         \
	X(NONE, none, "it has not")                                                      \
	X(SILENT, silent, "nothing authentic came for the detection time")               \
	X(CLOSED, closed, "the peer closed it")                                          \
	X(OUT_OF_STEP, out_of_step, "the peer sent or took a byte that there cannot be") \
	X(NEGOTIATION, negotiation, "the peer broke a rule of the negotiation")          \
	X(HEARTBEAT, heartbeat, "the peer sent a wrong byte in a heartbeat")             \
	X(DEADLINE, deadline, "a protocol held the session longer than it may")          \
	X(ABORTED, aborted, "a protocol failed")                                         \
	X(STOPPED, stopped, "negotiation was turned off or changed")

enum bgw_exchange_end {
#define X(id, name, help) BGW_EXCHANGE_END_##id,
	BGW_EXCHANGE_END_LIST(X)
#undef X
	BGW_EXCHANGE_END_COUNT,
};
extern const char *const bgw_exchange_end_names[];
extern const char *const bgw_exchange_end_helps[];

struct bgw_exchange_byte {
	uint32_t round;
	uint8_t step;
	uint8_t byte;
};

struct bgw_exchange {
	/* Of each datagram. */
	uint64_t heard_ns; /**< the last authentic datagram; when it began, before the first */
	uint64_t sent_ns;
	uint64_t resend_ns; /**< when untaken bytes go again */
	uint64_t sleep_ns;  /**< when the next round begins */
	uint64_t rto_ns;    /**< until bytes go again the next time */
	uint64_t trip_ns;  /**< smoothed, from a byte's first sending to its being taken; 0: unknown
			    */
	uint64_t asked_ns; /**< when the first untaken byte was first sent */
	uint64_t empty_ns; /**< an empty datagram is due so long after the last one */
	uint32_t round;	   /**< of the next byte that we write */
	uint32_t due_round; /**< of the next byte that we take */
	uint8_t step;
	uint8_t due_step;
	uint8_t untaken_count;
	uint8_t sent_count; /**< of the untaken ones: sent at least once */
	bool is_up;	    /**< something authentic has come */
	bool is_resent;	    /**< untaken bytes were sent twice: their trip says nothing */
	uint8_t end;	    /**< enum bgw_exchange_end */
	uint8_t running;    /**< the protocol that holds the session, BGW_EXCHANGE_IDLE */
	struct bgw_exchange_byte untaken[BGW_EXCHANGE_UNTAKEN_MAX];
	struct bgw_exchange_setup setup;
	struct bgw_heartbeat heartbeat;
	struct bgw_negotiator_times times;
	struct bgw_negotiator negotiator;
	struct bgw_negotiator_backoff backoffs[BGW_NEGOTIATION_COUNT];
};

#define BGW_EXCHANGE_IDLE UINT8_MAX

/** What follows from a call: any of these together. */
#define BGW_EXCHANGE_SEND   0x1 /**< a datagram is to be sent: bgw_exchange_write() */
#define BGW_EXCHANGE_UP	    0x2 /**< the first authentic datagram has come */
#define BGW_EXCHANGE_AGREED 0x4 /**< the protocol in ->running is to be run */
#define BGW_EXCHANGE_ENDED  0x8 /**< ->end says why; the last one to be sent closes it */

/** The first round begins with the first bgw_exchange_timer(). */
void bgw_exchange_init(struct bgw_exchange *exchange, const struct bgw_exchange_setup *setup,
		       uint64_t now_ns);

/** Takes an authentic datagram that is no repetition. */
unsigned int bgw_exchange_read(struct bgw_exchange *exchange,
			       const struct bgw_datagram_exchange *datagram, uint64_t now_ns);

/** To be called at bgw_exchange_due_ns() or later; earlier does no harm. */
unsigned int bgw_exchange_timer(struct bgw_exchange *exchange, uint64_t now_ns);
uint64_t bgw_exchange_due_ns(const struct bgw_exchange *exchange);

/** What is to be sent; it counts as sent. */
void bgw_exchange_write(struct bgw_exchange *exchange, struct bgw_datagram_exchange *datagram,
			uint64_t now_ns);

/** Other protocols to initiate (until one is agreed) and to accept; a round begins at once if there
 * is something to initiate and none is under way. */
unsigned int bgw_exchange_offer(struct bgw_exchange *exchange, uint32_t initiate_mask,
				uint32_t accept_mask, uint64_t now_ns);
/** The protocol that held the session has ended here: as it should, or else the session ends. */
unsigned int bgw_exchange_done(struct bgw_exchange *exchange, bool failed, uint64_t now_ns);
/** Ends the session. */
unsigned int bgw_exchange_stop(struct bgw_exchange *exchange, enum bgw_exchange_end end);

#endif
