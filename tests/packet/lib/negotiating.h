/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_NEGOTIATING_H
#define PACKET_NEGOTIATING_H

#include <bgw/negotiation.h>

#include "expect.h"

/*
 * REMOTE_1 as a peer of negotiations: peer 1, with whom the gateway has the session that
 * negotiating_start() begins. Tags are OpenSSL's.
 */

#define NEGOTIATION_UDP_PORT 9698
#define OUR_SESSION	     0x1001u
#define OUR_NONCE	     UINT64_C(0x1111111111111111)
#define FAR_SESSION	     0x2002u
#define FAR_NONCE	     UINT64_C(0x2222222222222222)
#define OUR_EPOCH	     1000u
#define FAR_EPOCH	     2000u
#define MS_NS		     UINT64_C(1000000)

/* What the peer says. */
struct far_says {
	struct bgw_datagram datagram;
	struct bgw_datagram_exchange exchange;
	struct bgw_datagram_hello hello;
	uint8_t key[16];
	const char *remote;   /* NULL: REMOTE_1 */
	uint32_t length;      /* 0: as it should be */
	uint8_t spoil;	      /* xored into the tag */
	uint8_t changed_byte; /* the one, counted from 1, of which a bit is changed */
};

/* An exchange of the session, a hello; further arguments are members. */
#define FAR_EXCHANGE(counter_, ...)                                                    \
	negotiating_packet(&(struct far_says){                                         \
		.datagram = {BGW_DATAGRAM_EXCHANGE, OUR_SESSION, OUR_NONCE, counter_}, \
		.key = FAR_KEY,                                                        \
		.exchange = {.round = 1, .ack_round = 1},                              \
		__VA_ARGS__})
#define FAR_HELLO(counter_, ...)                                                                  \
	negotiating_packet(&(struct far_says){.datagram = {BGW_DATAGRAM_HELLO, 0, 0, counter_},   \
					      .key = FAR_HELLO_KEY,                               \
					      .hello = {FAR_SESSION, FAR_EPOCH, FAR_NONCE, 1000}, \
					      __VA_ARGS__})

#define FAR_KEY   \
	{         \
		1 \
	}
#define OUR_KEY   \
	{         \
		2 \
	}
#define FAR_HELLO_KEY \
	{             \
		3     \
	}
#define OUR_HELLO_KEY \
	{             \
		4     \
	}

/* Stops the clock of negotiations, and sets peer 1 with `worker` as the owner of its negotiation.
 */
void negotiating_peer(uint16_t worker);
/* Starts the session; it says its first byte at once, which is left to be taken. */
void negotiating_start(uint64_t interval_ns, uint32_t multiplier);

/* The packet by UNDERLAY_1 that says so. */
const struct packet *negotiating_packet(const struct far_says *says);

/* The next packet that UNDERLAY_1 sent must be a datagram to the peer with the right tag. */
#define expect_exchange(exchange_) negotiating_expect(exchange_, HERE)
void negotiating_expect(struct bgw_datagram_exchange *exchange, struct site_line here);
#define expect_hello(datagram_, hello_) negotiating_expect_hello(datagram_, hello_, HERE)
void negotiating_expect_hello(struct bgw_datagram *datagram, struct bgw_datagram_hello *hello,
			      struct site_line here);
/* The counter of the last one. */
uint64_t negotiating_counter(void);

/* The next report must be of this type. */
#define expect_report(type_) negotiating_report(type_, HERE)
struct bgw_negotiation_report negotiating_report(enum bgw_negotiation_report_type type,
						 struct site_line here);
#define expect_no_report() negotiating_no_report(HERE)
void negotiating_no_report(struct site_line here);

/* Lets that much time pass for negotiations, and workers see it. */
void negotiating_wait(uint64_t ns);

#endif
