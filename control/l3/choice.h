/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_L3_CHOICE_H
#define BGW_CONTROL_L3_CHOICE_H

/**
 * Who decides what in a layer-3 negotiation. The initiator offers its free subnets in its order of
 * preference; the responder takes the first that is free in its own pool, and a remapping network
 * where both sides' internal networks overlap; the initiator believes nothing of that before it
 * has looked. Any thread; nothing allocates.
 */

#include <stddef.h>

#include "l3/message.h"
#include "l3/pool.h"

/** What we are, by the configuration. Host bits are zero everywhere. */
struct l3_site {
	struct l3_pool pool;
	struct bgw_prefix internal;	    /**< family 0: there is none */
	const struct bgw_prefix *remapping; /**< each of the internal network's length */
	uint32_t remapping_count;
};

/** Addresses of ours that no route to a peer may take away. */
struct l3_local {
	struct bgw_prefix prefix;
	char what[64]; /**< "underlay.vtep" */
};

/** What is agreed already, and what else is here. */
struct l3_held {
	struct l3_taken taken;		       /**< subnets of links */
	const struct bgw_prefix *destinations; /**< what is routed to peers */
	size_t destination_count;
	const struct bgw_prefix *remapping; /**< remapping networks in use */
	size_t remapping_count;
	const struct l3_local *local;
	size_t local_count;
};

/** What the responder chose. */
struct l3_choice {
	struct bgw_prefix net;
	struct bgw_prefix remapping; /**< family 0: the networks do not overlap */
	bool routes;		     /**< l3_is_routed() */
};

/** Whether the responder routes the initiator's network to it: not where all of it is in our own,
 * under whose addresses nobody looks for it. */
bool l3_is_routed(const struct bgw_prefix *destination, const struct bgw_prefix *internal);

/** The responder's. `cursor` is 0 at first; -EAGAIN: call again, the list is long. Otherwise 0, or
 * negative with *failure set. */
int l3_choose(const struct l3_site *site, const struct l3_held *held, const struct l3_offer *offer,
	      uint32_t *cursor, struct l3_choice *choice, struct l3_failure *failure);

/** What the responder answers. Options and id are the caller's to set. */
struct l3_answer l3_choice_answer(const struct l3_site *site, const struct l3_choice *choice);

/** The initiator's: whether what the peer answered was offered, is free still, is consistent, and
 * takes nothing away. 0, or negative with *failure set, whose sentence names the member. */
int l3_answer_check(const struct l3_site *site, const struct l3_held *held,
		    const struct l3_offer *offer, const struct l3_answer *answer,
		    struct l3_failure *failure);

/** The initiator's: fills the offer's subnets with those that are free, at most `max`, the first
 * `skip` of them last, so that negotiations at one time prefer different ones. */
void l3_offer_fill(const struct l3_site *site, const struct l3_held *held, uint32_t max,
		   uint32_t skip, struct l3_offer *offer);

/** Whether the configured networks can go together. 0, or negative with a sentence that names the
 * member. */
int l3_site_check(const struct l3_site *site, char *why, size_t size);

#endif
