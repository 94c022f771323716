/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_DATAPLANE_H
#define BGW_DATAPLANE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The packet path as the control thread sees it.
 *
 * One writer: all functions of the bgw/ headers are for the control thread alone, unless a function
 * says otherwise. A published object is immutable: each *_set builds a new one, publishes its
 * pointer and retires the old one, which is freed once every worker has passed a quiescent state.
 * No function here blocks or waits for a worker.
 *
 * Objects are named by indexes that control chooses (1 .. limit-1; 0 is nobody). An index that was
 * cleared may be given to another object once forwarding entries no longer name it and a grace
 * period has passed after that (bgw_grace_start(), bgw_grace_passed()).
 */

#define BGW_MAX_PORTS	64
#define BGW_MAX_WORKERS 64
/* In 65,535 the broadcast address as a key would have all bits set, which marks a freed slot. */
#define BGW_MAX_DOMAIN_ID 65534u

struct bgw_dataplane;

struct bgw_limits {
	uint32_t macs;	      /* forwarding entries, 1,024 .. 1,048,576 */
	uint32_t connections; /* highest connection index + 1 */
	uint32_t attachments; /* highest attachment index + 1 */
	uint32_t domains;     /* highest domain id + 1, at most BGW_MAX_DOMAIN_ID + 1 */
	uint32_t paths;	      /* highest path index + 1 */
	uint32_t peers;	      /* highest peer index + 1 */
	uint32_t neighbours;  /* addresses answered at the edge (ARP and ND suppression) */
	uint16_t workers;     /* 1 .. BGW_MAX_WORKERS */
};

/*
 * Allocates every table at its full size. EAL must have been started. NULL and errno (ENOMEM: the
 * tables do not fit; EINVAL: a limit is out of range).
 */
struct bgw_dataplane *bgw_dataplane_create(const struct bgw_limits *limits);
void bgw_dataplane_destroy(struct bgw_dataplane *dp);

/*
 * Housekeeping: frees what no worker can see any more, reclaims table slots, lets workers use memif
 * ports whose peer has come. To be called every few milliseconds; does at most a bounded slice of
 * work. Returns the number of retired objects that still wait.
 */
uint32_t bgw_dataplane_poll(struct bgw_dataplane *dp);

/*
 * Whether `n` more objects may be published now. False while the bounded list of retired objects is
 * nearly full: the caller should answer "busy" before it commits to anything.
 */
bool bgw_dataplane_can_publish(const struct bgw_dataplane *dp, uint32_t n);

/*
 * A grace period: once bgw_grace_passed() is true, every worker has seen all that was published
 * before bgw_grace_start(), and holds nothing of what that replaced. Polled, never awaited.
 */
uint64_t bgw_grace_start(struct bgw_dataplane *dp);
bool bgw_grace_passed(struct bgw_dataplane *dp, uint64_t grace);

/* The coarse clock of age stamps: seconds since create, modulo 65,536. Any thread. */
uint16_t bgw_dataplane_now_s(const struct bgw_dataplane *dp);

#endif
