/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_REF_H
#define BGW_REF_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A ref names where frames of a domain come from and go to: an attachment (a port and its tags) or
 * a connection (a tunnel). 32 bits, so that a forwarding entry changes by one atomic store.
 *
 *   31 connection   30 attachment   29 static   28 frozen   27 synced   26..24 zero   23..0 index
 *
 * The flags exist only in forwarding entries; BGW_REF_PLACE takes them off.
 */
typedef uint32_t bgw_ref;

#define BGW_REF_NONE	   0u
#define BGW_REF_ATTACHMENT 0x40000000u
#define BGW_REF_CONNECTION 0x80000000u
#define BGW_REF_KIND	   0xc0000000u
/* Learning never overrides a static entry, and a frozen one only after it thaws. */
#define BGW_REF_STATIC 0x20000000u
#define BGW_REF_FROZEN 0x10000000u
/* Of a static entry: a peer told of it, no operator. */
#define BGW_REF_SYNCED 0x08000000u
#define BGW_REF_INDEX  0x00ffffffu
#define BGW_REF_PLACE  (BGW_REF_KIND | BGW_REF_INDEX)

static inline bgw_ref bgw_ref_attachment(uint32_t index)
{
	return BGW_REF_ATTACHMENT | index;
}

static inline bgw_ref bgw_ref_connection(uint32_t index)
{
	return BGW_REF_CONNECTION | index;
}

static inline uint32_t bgw_ref_index(bgw_ref ref)
{
	return ref & BGW_REF_INDEX;
}

static inline bool bgw_ref_is_connection(bgw_ref ref)
{
	return (ref & BGW_REF_CONNECTION) != 0;
}

static inline bool bgw_ref_is_attachment(bgw_ref ref)
{
	return (ref & BGW_REF_ATTACHMENT) != 0;
}

#endif
