/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_EXPECT_H
#define PACKET_EXPECT_H

#include "site.h"

/* What a case states: each call takes what it names, so the next one sees the next. */

/* The next frame that the port sent. */
#define expect_frame(port_, packet_) site_expect_frame(port_, packet_, HERE)
/* The port sent these frames, in any order. */
#define expect_frames(port_, packet_, count_)                    \
	do {                                                     \
		for (uint32_t n_ = 0; n_ < (count_); n_++)       \
			site_expect_frame(port_, packet_, HERE); \
	} while (0)
/* The next frame that the port sent, whatever it is. */
#define expect_some(port_) site_expect_some(port_, HERE)
/* Frames that the port sent and that were not taken yet. */
uint32_t expect_waiting(uint16_t port);
/* No port sent anything that was not taken yet. */
#define expect_nothing() site_expect_nothing(HERE)

/* Whatever was sent and dropped is stated: what is left are the accounts. */
#define expect_anything() site_expect_anything()

/* One drop, counted at the port that a frame was last given to. */
#define expect_drop(reason_)	      site_expect_drops(BGW_DROP_##reason_, 1, HERE)
#define expect_drops(reason_, count_) site_expect_drops(BGW_DROP_##reason_, count_, HERE)
#define expect_drops_at(port_, reason_, count_) \
	site_expect_drops_at(port_, BGW_DROP_##reason_, count_, HERE)

/* An event, whose place in the order does not matter. */
#define expect_event(type_, domain_, ref_, mac_) \
	site_expect_event(BGW_EVENT_##type_, domain_, ref_, mac_, HERE)
#define expect_no_event() site_expect_no_event(HERE)

/* Counters of a connection and of an attachment since the case began. */
#define expect_connection(index_, ...) \
	site_expect_traffic(true, index_, &(struct bgw_traffic_counters){__VA_ARGS__}, HERE)
#define expect_attachment(index_, ...) \
	site_expect_traffic(false, index_, &(struct bgw_traffic_counters){__VA_ARGS__}, HERE)

void site_expect_frame(uint16_t port, const struct packet *packet, struct site_line here);
const struct packet *site_expect_some(uint16_t port, struct site_line here);
void site_expect_nothing(struct site_line here);
void site_expect_anything(void);
void site_expect_drops(enum bgw_drop reason, uint64_t count, struct site_line here);
void site_expect_drops_at(uint16_t port, enum bgw_drop reason, uint64_t count,
			  struct site_line here);
void site_expect_event(enum bgw_event_type type, uint16_t id, bgw_ref ref, const char *text,
		       struct site_line here);
void site_expect_no_event(struct site_line here);
void site_expect_traffic(bool connection, uint32_t index,
			 const struct bgw_traffic_counters *expected, struct site_line here);

/* For site.c: the life of a case. */
void expect_begin(const char *case_name);
/* What came out of the ports is kept, to be stated. */
void expect_collect(void);
void expect_given(uint16_t port);
/* Why the case must fail, or "": what was not stated, and accounts that do not add up. */
const char *expect_end(void);
__attribute__((noreturn, format(printf, 2, 3))) void expect_fail(struct site_line here,
								 const char *format, ...);

#endif
