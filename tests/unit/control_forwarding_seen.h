/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef UNIT_CONTROL_FORWARDING_SEEN_H
#define UNIT_CONTROL_FORWARDING_SEEN_H

/* What workers would find in the dataplane. Apart from control_forwarding.c, because control and
 * the dataplane have structs of the same names. */

#include <stdbool.h>
#include <stdint.h>

#include <bgw/ref.h>
#include <bgw/tunnel.h>

/* Indexes; 0: there is none. */
uint32_t seen_attachment(struct bgw_dataplane *dp, uint16_t port, uint16_t outer, uint16_t inner);
uint32_t seen_peer(struct bgw_dataplane *dp, rte_be32_t local, rte_be32_t remote);
uint32_t seen_connection(struct bgw_dataplane *dp, uint32_t peer, enum bgw_encap encap,
			 uint32_t key);

uint16_t seen_attachment_domain(struct bgw_dataplane *dp, uint32_t attachment);
bool seen_attachment_is_up(struct bgw_dataplane *dp, uint32_t attachment);
uint16_t seen_connection_domain(struct bgw_dataplane *dp, uint32_t connection);
bool seen_connection_is_up(struct bgw_dataplane *dp, uint32_t connection);
/* The published path, to be compared. */
const void *seen_path(struct bgw_dataplane *dp, uint32_t connection);
bool seen_floods(struct bgw_dataplane *dp, uint16_t domain, bgw_ref to);
uint32_t seen_flood_count(struct bgw_dataplane *dp, uint16_t domain);
bool seen_suppresses(struct bgw_dataplane *dp, uint16_t domain);
bool seen_answers(struct bgw_dataplane *dp, uint16_t domain, const struct bgw_ip *ip);

/* Everything that is published. */
struct seen_counts {
	uint32_t attachments, connections, domains, paths, neighbours, peers, macs;
};

struct seen_counts seen_counts(struct bgw_dataplane *dp);

#endif
