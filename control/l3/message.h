/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_L3_MESSAGE_H
#define BGW_CONTROL_L3_MESSAGE_H

/**
 * The bodies of a layer-3 negotiation: what an operator asks for (start_negotiation), what an
 * initiator offers and what the responder answers (handle_negotiation). JSON;
 * docs/l3-negotiation.md lists the members.
 *
 * Members that only gateways of this kind know are left out where there is nothing to say, and a
 * peer that knows none of them is understood. Of a peer's bodies members with unknown names are
 * ignored; an operator's are refused. Any thread.
 */

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "l3/failure.h"
#include "values.h"

struct text;

/** Most bytes of an offer, which are some 50,000 subnets; most of what a peer answers. */
#define L3_OFFER_MAX_BYTES  (1u << 20)
#define L3_ANSWER_MAX_BYTES (64u << 10)
/** Most subnets that we offer. */
#define L3_OFFER_MAX_SUBNETS 16384u
#define L3_URL_MAX_BYTES     512u
#define L3_SEGMENTATION_NONE UINT32_MAX

/** What gateways of this kind tell each other besides. */
struct l3_options {
	uint32_t asn;		  /**< of the one who says it, 0 none */
	bool bfd;		  /**< wants BFD on the link */
	uint32_t mtu;		  /**< of the link, 0 none */
	uint32_t segmentation_id; /**< of the link, L3_SEGMENTATION_NONE */
	uint32_t lease_s;	  /**< how long it holds unless renewed; 0 until released */
};

/** What an operator asks for. */
struct l3_start {
	char *remote_agent;		  /**< URL */
	struct bgw_prefix remote_network; /**< family 0 when absent */
	struct l3_options options;
	bool bfd_given; /**< else it is for the configuration to say */
};

/** What an initiator offers. */
struct l3_offer {
	struct bgw_prefix *subnets; /**< in its order, host bits zero */
	uint32_t count;
	struct bgw_prefix destination; /**< its internal network, host bits zero; family 0: none */
	struct l3_options options;
	struct bgw_uuid id;    /**< of its negotiation, nil when it has none */
	uint32_t release_port; /**< of the host that offers, where it takes a release; 0 nowhere */
	bool release_tls;      /**< by https */
};

/** What a responder answers. */
struct l3_answer {
	struct bgw_prefix net;
	struct bgw_address free_ip;	/**< the initiator's */
	struct bgw_address assigned_ip; /**< the responder's */
	struct bgw_prefix destination;	/**< what to route to it; family 0: nothing */
	struct l3_options options;
	struct bgw_uuid id; /**< of its negotiation, nil when it has none */
};

/** Nothing is said. */
struct l3_options l3_options_none(void);

/** Each of these: 0, or negative with *failure set, in which the member is named. What they read
 * must be cleared in either case. */
int l3_start_parse(const char *body, size_t length, struct l3_start *start,
		   struct l3_failure *failure);
void l3_start_clear(struct l3_start *start);
int l3_offer_parse(const char *body, size_t length, struct l3_offer *offer,
		   struct l3_failure *failure);
void l3_offer_clear(struct l3_offer *offer);
int l3_answer_parse(const char *body, size_t length, struct l3_answer *answer,
		    struct l3_failure *failure);

/** The bodies, which end in a NUL that the length does not count; free(). NULL without memory. */
char *l3_offer_body(const struct l3_offer *offer, size_t *length);
char *l3_answer_body(const struct l3_answer *answer, size_t *length);
/** What start_negotiation answers: the link, and the negotiation's id as "id". */
char *l3_started_body(const struct l3_answer *answer, size_t *length);

#endif
