/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_FRAME_H
#define STAGE_FRAME_H

#include <stdint.h>

#include <rte_ether.h>
#include <rte_mbuf.h>

#include <bgw/ref.h>

#include "table/exact_match.h"

/*
 * A frame on its way through the stages: the inner Ethernet frame without the tags that its
 * attachment takes off. It is in one segment, unless FRAME_REPLICA says that it is a header segment
 * (still empty) followed by a shared payload.
 *
 * mbuf->port is the index of the port (not of the ethdev) that the frame came in by, from the first
 * stage on: drops are counted there.
 */

#define FRAME_TAGGED	 0x01 /* an inner VLAN tag is kept */
#define FRAME_HAS_TCI	 0x02 /* a tag was taken off: outer_tci and inner_tci are its PCP and DEI */
#define FRAME_LINK_LOCAL 0x04 /* to 01-80-C2-00-00-0x, from an attachment or tunnel that may */
#define FRAME_REPLICA	 0x08
#define FRAME_FLOODED	 0x10 /* to all targets: nobody knows where its destination is */

/* Bits of a TCI that are kept when a tag is replaced: PCP and DEI. */
#define TCI_PRIORITY 0xf000u
#define TCI_VID	     0x0fffu

/* 16 bytes that are copied at once. */
typedef uint64_t frame_word __attribute__((vector_size(16)));

struct frame {
	union {
		struct {
			bgw_ref source; /* where it came from */
			bgw_ref target; /* where it goes, after the bridge stage */
			uint16_t domain;
			uint16_t flags;
			uint16_t outer_tci; /* host order; of the tag taken off */
			uint16_t inner_tci;
		};
		frame_word origin; /* all of these */
	};
	struct rte_mbuf *mbuf;
};

/*
 * `origin` of a frame with no target. Its members are put together in registers: written one by one
 * they would make the copy of the whole wait for them.
 */
static inline frame_word frame_origin(bgw_ref source, uint16_t domain, uint16_t flags,
				      uint16_t outer_tci, uint16_t inner_tci)
{
	_Static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN, "members in the order of their bytes");
	return (frame_word){source, (uint64_t)inner_tci << 48 | (uint64_t)outer_tci << 32 |
					    (uint64_t)flags << 16 | domain};
}

/* Frames in a burst, and so in any lane. */
#define BURST_FRAMES 64

struct lane {
	uint32_t count;
	struct frame frames[BURST_FRAMES] __rte_cache_aligned;
};

/* A frame's lookups in the FDB. */
struct bridge_lookup {
	struct em_lookup destination;
	struct em_lookup source;
};

/* What an input stage hands to the bridge: frames with all members set but `target`. */
struct bridge_input {
	uint32_t count;
	struct frame frames[BURST_FRAMES] __rte_cache_aligned;
	struct bridge_lookup lookups[BURST_FRAMES];
};

static inline void lane_add(struct lane *lane, const struct frame *frame)
{
	lane->frames[lane->count++] = *frame;
}

/* lane_add() with another target. To write it before the copy would make the copy wait for it. */
static inline void lane_send(struct lane *lane, const struct frame *frame, bgw_ref target)
{
	struct frame *sent = &lane->frames[lane->count++];

	sent->origin = frame->origin;
	sent->mbuf = frame->mbuf;
	sent->target = target;
}

/* The segment that the inner frame is in. */
static inline struct rte_mbuf *frame_segment(const struct frame *frame)
{
	return unlikely(frame->flags & FRAME_REPLICA) ? frame->mbuf->next : frame->mbuf;
}

/* Where the inner frame's bytes are. */
static inline uint8_t *frame_bytes(const struct frame *frame)
{
	return rte_pktmbuf_mtod(frame_segment(frame), uint8_t *);
}

/* A frame's MAC addresses in two words, as they lie there: what the lookups begin with. */
struct frame_addresses {
	uint64_t first; /* bytes 0 to 7: the destination's and two of the source's */
	uint64_t last;	/* bytes 4 to 11: two of the destination's and the source's */
};

static inline struct frame_addresses frame_addresses_read(const uint8_t *bytes)
{
	return (struct frame_addresses){*(const unaligned_uint64_t *)bytes,
					*(const unaligned_uint64_t *)(bytes + 4)};
}

#define FRAME_DESTINATION_OFFSET 0
#define FRAME_SOURCE_OFFSET	 6
#define FRAME_ETHERTYPE_OFFSET	 12
#define FRAME_TAG_BYTES		 4

static inline rte_be16_t frame_ethertype(const uint8_t *bytes)
{
	return *(const unaligned_uint16_t *)(bytes + FRAME_ETHERTYPE_OFFSET);
}

static inline bool frame_is_tag(rte_be16_t ethertype)
{
	return ethertype == RTE_BE16(RTE_ETHER_TYPE_VLAN) ||
	       ethertype == RTE_BE16(RTE_ETHER_TYPE_QINQ);
}

/* Whether a frame is too short for its Ethernet header, or for the first tag that it claims. */
static inline bool frame_is_runt(const uint8_t *bytes, uint32_t length)
{
	if (likely(length >= RTE_ETHER_HDR_LEN + FRAME_TAG_BYTES))
		return false;
	return length < RTE_ETHER_HDR_LEN || frame_is_tag(frame_ethertype(bytes));
}

#endif
