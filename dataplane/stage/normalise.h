/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_NORMALISE_H
#define STAGE_NORMALISE_H

#include "port/port.h"
#include "stage/frame.h"
#include "stage/stage.h"

/* The driver left the outer tag beside the frame: puts it back. */
static inline bool normalise_restore_tag(struct rte_mbuf *mbuf, rte_be16_t tpid)
{
	uint8_t *bytes = (uint8_t *)rte_pktmbuf_prepend(mbuf, 4);

	if (!bytes)
		return false;
	memmove(bytes, bytes + 4, 2 * RTE_ETHER_ADDR_LEN);
	*(unaligned_uint16_t *)(bytes + FRAME_ETHERTYPE_OFFSET) = tpid;
	*(unaligned_uint16_t *)(bytes + FRAME_ETHERTYPE_OFFSET + 2) =
		rte_cpu_to_be_16(mbuf->vlan_tci);
	mbuf->ol_flags &= ~(RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED);
	return true;
}

/* Whether normalise() has nothing to do or to refuse. */
static inline bool frame_is_normal(const struct rte_mbuf *mbuf)
{
	return mbuf->nb_segs == 1 && mbuf->data_len >= RTE_ETHER_HDR_LEN + FRAME_TAG_BYTES &&
	       !(mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED);
}

/*
 * Brings a received frame into the one form that the stages know: one segment, an Ethernet header
 * at least, tags in the frame, the outer one whole. A drop reason, or -1.
 */
static inline int normalise(const struct port *port, struct rte_mbuf *mbuf)
{
	if (unlikely(mbuf->nb_segs > 1) && rte_pktmbuf_linearize(mbuf) != 0)
		return BGW_DROP_CHAINED;
	if (unlikely(frame_is_runt(rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->data_len)))
		return BGW_DROP_RUNT;
	if (unlikely(mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) &&
	    !normalise_restore_tag(mbuf, port->tpid))
		return BGW_DROP_NO_HEADROOM;
	return -1;
}

/* Drops a whole burst of a port that is administratively down. */
static inline void normalise_port_down(struct worker *worker, const struct port_rx *rx,
				       struct rte_mbuf **mbufs, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		worker->port_counters[rx->port].rx_bytes += mbufs[i]->pkt_len;
		mbufs[i]->port = rx->port;
		worker_drop(worker, mbufs[i], BGW_DROP_PORT_DOWN);
	}
	worker->port_counters[rx->port].rx_pkts += count;
}

/* Fetches the first bytes of the frame that is a few after frame `i`. */
static inline void normalise_prefetch(struct rte_mbuf **mbufs, uint32_t i, uint32_t count)
{
	if (likely(i + 4 < count))
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i + 4], void *));
}

#endif
