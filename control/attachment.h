/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_ATTACHMENT_H
#define BGW_CONTROL_ATTACHMENT_H

/**
 * Attachments as they are published: what the plan of a gateway (plan.h) became. Each belongs to
 * its gateway and to a domain; one that changes its port, tags or domain is a new one.
 *
 * Control thread only.
 */

#include <bgw/bridge.h>
#include <bgw/counter.h>

#include "domain.h"
#include "forwarding.h"

struct attachment {
	uint32_t index;
	struct domain *domain;
	struct bgw_tags tags;
	struct bgw_attachment_spec spec;    /**< as published */
	struct bgw_traffic_counters before; /**< of earlier owners of the index */
	struct bgw_uuid gateway;
	struct attachment *next; /**< of the same gateway */
	bool is_wanted;
};

/** What is kept of a published l2_gateway. */
struct gateway_state {
	struct work work;
	struct attachment *attachments;
	bool is_blocked; /**< another gateway has tags that it wants */
};

struct attachments;

/** NULL without memory. */
struct attachments *attachments_create(uint32_t limit);
void attachments_destroy(struct attachments *attachments);

/** By the dataplane's index; NULL when there is none. */
const struct attachment *attachment_by_index(const struct attachments *attachments, uint32_t index);
/** The one of a port that has these tags, as the API shows them. NULL when there is none. */
const struct attachment *attachment_find(const struct attachments *attachments, uint16_t port,
					 const char *segmentation_id);
/** The text form of its tags, or "port". */
const char *attachment_tags_text(const struct attachment *attachment,
				 char text[BGW_TAGS_TEXT_SIZE]);
/** How many indexes there are; 0 is no attachment's. */
uint32_t attachment_index_limit(const struct attachments *attachments);
/** Counted since the attachment was made. */
void attachment_counters(const struct control *control, const struct attachment *attachment,
			 struct bgw_traffic_counters *counters);

/** The operation `refuse` of the FDB's keeper; `arg` is the control. */
bool attachment_refuse(void *arg, uint32_t index, bool refuse);

/** What was counted from `before` to `now`. */
void traffic_counters_since(struct bgw_traffic_counters *now,
			    const struct bgw_traffic_counters *before);

#endif
