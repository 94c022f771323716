/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_PEERING_H
#define BGW_CONTROL_NEGOTIATION_PEERING_H

/**
 * What is kept of one peer over all its sessions: which connections both ends have (links), what
 * was agreed for them, the MACs that the peer told of, and up to where each end has the other's
 * table. Protocols 1 to 3 (run.h) change it; it outlives the session so that after a cut link only
 * the changes are exchanged.
 *
 * Control thread only.
 */

#include <stdbool.h>
#include <stdint.h>

#include "loop.h"
#include "negotiator/protocols.h"
#include "offers.h"
#include "synced.h"

struct control;
struct object;

#define PEERING_ERRORS_MAX 8
#define PEERING_ERROR_SIZE (OFFER_NAME_SIZE + 128)

/** A connection that both ends have. */
struct link {
	struct bgw_uuid connection; /**< ours */
	char name[OFFER_NAME_SIZE];
};

struct peering {
	struct control *control;
	struct bgw_uuid gateway;	/**< its remote gateway; nil: by name or address */
	struct bgw_uuid remote_gateway; /**< nil: there is none now */
	const char *name;		/**< of it; NULL: by address */
	struct bgw_address ip;
	struct loop_timer *timer;

	struct link *links; /**< sorted by name: the same at both ends */
	uint32_t link_count;
	uint64_t links_hash;
	bool has_offered;      /**< in this session, and nothing has changed since */
	uint64_t offered_hash; /**< what was offered then */
	uint64_t looked_ns;    /**< when that was last compared */

	struct synced *synced;	  /**< NULL as long as there are none */
	uint64_t epoch, sequence; /**< of the peer's table, as we have it; 0: we have nothing */
	bool is_behind;		  /**< we need the whole of it */
	bool has_synced;	  /**< in this session */
	uint64_t told_sequence;	  /**< up to where the peer has ours */
	uint64_t resyncs,
		changes; /**< tables, and MACs in tables and changes, that were taken in */
	uint64_t resyncs_told, macs_told; /**< the same, that the peer was told */

	uint32_t error_count; /**< of connections */
	char errors[PEERING_ERRORS_MAX][PEERING_ERROR_SIZE];
};

/** 0 or -ENOMEM. The name, or else the address, says which remote gateway it is. */
int peering_init(struct peering *peering, struct control *control, const char *name,
		 const struct bgw_address *ip);
/** Of a remote gateway that stays the same. 0 or -ENOMEM. */
int peering_init_gateway(struct peering *peering, struct control *control,
			 const struct bgw_uuid *gateway);
/** The remote gateway that the peer is now. NULL: none. */
const struct object *peering_remote_gateway(const struct peering *peering);
void peering_clear(struct peering *peering);

/** A session begins. */
void peering_begin(struct peering *peering);

/** Whether a protocol has something to do. */
bool peering_wants(struct peering *peering, enum bgw_negotiation protocol, uint64_t now_ns);
/** Whether it can be run when the peer asks for it. */
bool peering_can(const struct peering *peering, enum bgw_negotiation protocol);

/** What we offer now, for the remote gateway that the peer is now. 0 or -ENOMEM. */
int peering_offers(struct peering *peering, struct offers *offers);

/** Both ends have said what they offer: finds the links, and what is agreed for each. 0 or -ENOMEM.
 */
int peering_agree(struct peering *peering, const struct offers *ours, const struct offers *theirs);

/** The domain that a link leads into, by the dataplane's number. False: nowhere now. */
bool peering_link_domain(const struct peering *peering, uint32_t link, uint16_t *domain);

/** 0, -ENOSPC, or -ENOMEM. */
int peering_mac_add(struct peering *peering, uint32_t link, const struct rte_ether_addr *mac);
void peering_mac_remove(struct peering *peering, uint32_t link, const struct rte_ether_addr *mac);
void peering_table_begin(struct peering *peering);
/** The peer's table is taken in up to there. */
void peering_position(struct peering *peering, uint64_t epoch, uint64_t sequence);

#endif
