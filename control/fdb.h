/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_FDB_H
#define BGW_CONTROL_FDB_H

/**
 * The keeper of the forwarding database: it learns what workers report, ages, limits, freezes what
 * moves too often, holds static entries and flushes. Nobody else writes bgw/fdb.h.
 *
 * A MAC that moves five times within 180 s is frozen where it then is for 300 s (the numbers of
 * RFC 7432, section 15.1). Work on the whole table is done in passes of slices of at most 2 ms.
 *
 * Control thread only. Domains, attachments and connections are known by their index; what names
 * one that was not set, or was retired, is not learned.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bgw/event.h>
#include <bgw/fdb.h>
#include <bgw/ref.h>

struct fdb;

#define FDB_MOVES_TO_FREEZE 5
#define FDB_MOVES_WITHIN_S  180
#define FDB_FROZEN_S	    300
#define FDB_PORT_NONE	    UINT16_MAX

enum fdb_event_kind {
	FDB_MAC_FROZEN,
	FDB_MAC_THAWED,
	FDB_DOMAIN_FULL,     /**< its MAC limit is reached; at most one a minute */
	FDB_ATTACHMENT_FULL, /**< its MAC limit is reached */
	FDB_TABLE_FULL,	     /**< at most one a minute */
};

struct fdb_event {
	enum fdb_event_kind kind;
	uint16_t domain;
	bgw_ref place;
	struct rte_ether_addr mac;
};

struct fdb_operations {
	/** Monotonic. */
	uint64_t (*now_ns)(void *arg);
	/** Publishes whether the attachment refuses new sources. False: not now, ask again. */
	bool (*refuse)(void *arg, uint32_t attachment, bool refuse);
	void (*event)(void *arg, const struct fdb_event *event);
	/** A MAC is learned on an attachment and was not before, or is not any more. NULL likewise.
	 */
	void (*local_changed)(void *arg, uint16_t domain, const struct rte_ether_addr *mac);
	/** A MAC was learned at a place, or moved to it. NULL: nobody wants to know. */
	void (*learned)(void *arg, uint16_t domain, bgw_ref place, const struct rte_ether_addr *mac,
			bool has_moved);
};

/** `limits` are those of the dataplane. NULL without memory. */
struct fdb *fdb_create(struct bgw_dataplane *dp, const struct bgw_limits *limits,
		       const struct fdb_operations *operations, void *arg);
void fdb_destroy(struct fdb *fdb);

/** Takes events, continues the pass that is on. */
void fdb_tick(struct fdb *fdb);
/** When to tick again: soon, if there was more than a slice of events to take. */
uint64_t fdb_tick_delay_ms(const struct fdb *fdb);

/** Adds or changes. `ageing_s` at most 65,000; limits of learned MACs, 0 none. */
void fdb_domain_set(struct fdb *fdb, uint16_t domain, uint32_t ageing_s, uint32_t mac_limit);
void fdb_attachment_set(struct fdb *fdb, uint32_t attachment, uint16_t port, uint32_t mac_limit);
void fdb_connection_set(struct fdb *fdb, uint32_t connection);

/** Its entries are removed by the next pass, nothing is learned there. */
void fdb_domain_retire(struct fdb *fdb, uint16_t domain);
void fdb_attachment_retire(struct fdb *fdb, uint32_t attachment);
void fdb_connection_retire(struct fdb *fdb, uint32_t connection);

/** After such a pass: the index may be set anew. */
void fdb_domain_forget(struct fdb *fdb, uint16_t domain);
void fdb_attachment_forget(struct fdb *fdb, uint32_t attachment);
void fdb_connection_forget(struct fdb *fdb, uint32_t connection);

/** Whether the attachment is at its limit, so that its specification says so. */
bool fdb_attachment_refuses(const struct fdb *fdb, uint32_t attachment);

/**
 * A static entry: learning never overrides it. It takes the place of a learned one. Changes the
 * place of one that is there. Static entries are not more than the table holds: the caller counts.
 */
void fdb_static_set(struct fdb *fdb, uint16_t domain, const struct rte_ether_addr *mac,
		    bgw_ref place);
void fdb_static_remove(struct fdb *fdb, uint16_t domain, const struct rte_ether_addr *mac);

/**
 * A synced entry: what a peer has learned behind one of its attachments, so that it is behind that
 * connection. Learning never overrides it and it does not age; a static entry overrides it. Of two
 * peers that tell of it the last one counts: `is_news` is false for what is only told again, which
 * does not take the place of another's. 0, also when it is there already; -EEXIST: another one is;
 * -ENOSPC.
 */
int fdb_synced_set(struct fdb *fdb, uint16_t domain, const struct rte_ether_addr *mac,
		   bgw_ref place, bool is_news);
/** If it is at that place. */
void fdb_synced_remove(struct fdb *fdb, uint16_t domain, const struct rte_ether_addr *mac,
		       bgw_ref place);
/** Whether the MAC is learned on an attachment and stays. */
bool fdb_is_local(const struct fdb *fdb, const struct bgw_fdb_entry *entry);

/** Which learned entries to flush: those for which all that is set holds. */
struct fdb_selection {
	uint16_t domain; /**< 0: any */
	bgw_ref place;	 /**< BGW_REF_NONE: any */
	uint16_t port;	 /**< of the attachment; FDB_PORT_NONE: any, connections too */
};

/** 0, or -EBUSY while too many flushes are on. Until its pass is over, fdb_is_flushed() tells. */
int fdb_flush(struct fdb *fdb, const struct fdb_selection *selection);
/** Whether the entry only waits for the pass of a flush, or for that of something retired. */
bool fdb_is_flushed(const struct fdb *fdb, const struct bgw_fdb_entry *entry);
/** One learned entry. -ENOENT, -EPERM: it is static. */
int fdb_remove_learned(struct fdb *fdb, uint16_t domain, const struct rte_ether_addr *mac);

/** A pass that begins from now on: its number. */
uint64_t fdb_pass_request(struct fdb *fdb);
bool fdb_pass_done(const struct fdb *fdb, uint64_t pass);
/** Whether the last fdb_tick() took all events that there were. */
bool fdb_events_are_drained(const struct fdb *fdb);

/** Learned entries. */
uint32_t fdb_domain_count(const struct fdb *fdb, uint16_t domain);
uint32_t fdb_attachment_count(const struct fdb *fdb, uint32_t attachment);
uint32_t fdb_connection_count(const struct fdb *fdb, uint32_t connection);

/** They only grow. */
struct fdb_counters {
	uint64_t learned;
	uint64_t moved;
	uint64_t aged;
	uint64_t flushed;
	uint64_t frozen;
	uint64_t over_domain_limit;
	uint64_t over_attachment_limit;
	uint64_t table_full;
};

const struct fdb_counters *fdb_counters_get(const struct fdb *fdb);

#endif
