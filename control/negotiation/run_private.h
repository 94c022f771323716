/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_RUN_PRIVATE_H
#define BGW_CONTROL_NEGOTIATION_RUN_PRIVATE_H

/** What the files of a run share: run.c (messages and their order), run_offers.c (tunnel),
 * run_macs.c (resync and mac-sync). Control thread only. */

#include <negotiation.pb-c.h>

#include "run.h"

/* Of one message. Those of MACs are taken in whole, which must not take long. */
#define RUN_OFFERS_MAX 64
#define RUN_MACS_MAX   256

/** MACs of one link that wait to be sent in one message. */
struct run_macs {
	uint32_t link;
	uint32_t added_count, removed_count; /**< together RUN_MACS_MAX at most */
	uint8_t added[RUN_MACS_MAX * 6], removed[RUN_MACS_MAX * 6];
};

struct run {
	struct peering *peering;
	enum bgw_negotiation protocol;
	bool is_asked;
	run_send *send;
	void *arg;

	bool has_sent;	/**< all but End */
	bool has_taken; /**< all but End */
	bool end_sent, end_taken;

	struct offers ours, theirs; /**< tunnel */
	uint32_t offers_sent;

	bool have_sent, have_taken; /**< mac-sync */
	uint64_t sequence;	    /**< of the last change that was looked at */
	uint64_t head;		    /**< of the last one that is to be sent */
	uint32_t cursor;	    /**< resync: of the walk */
	bool is_begun;
	uint32_t *first, *next; /**< links by domain, and the next of the same; UINT32_MAX: none */
	struct run_macs *macs;
};

/** Packs and sends. */
void run_put(struct run *run, const Bgw__Negotiation__Message *message);

enum run_result run_offers_go_on(struct run *run, struct error *error);
int run_offers_take(struct run *run, const Bgw__Negotiation__Offers *offers, struct error *error);

/** The table, or the changes. */
enum run_result run_macs_go_on(struct run *run, struct error *error);
int run_macs_take(struct run *run, const Bgw__Negotiation__Macs *macs, struct error *error);
int run_have_take(struct run *run, const Bgw__Negotiation__Have *have, struct error *error);
int run_position_take(struct run *run, const Bgw__Negotiation__Position *position,
		      struct error *error);
int run_behind_take(struct run *run, struct error *error);
/** Both ends are done. */
void run_macs_done(struct run *run);

/** For a message that is not allowed there. Negative. */
int run_refuse(const struct run *run, const char *what, struct error *error);

#endif
