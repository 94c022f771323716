/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/classify.h"

#include "object/tunnel.h"

uint32_t underlay_ethernet_bytes(const struct port *port, const struct rte_mbuf *mbuf)
{
	const uint8_t *bytes = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint16_t vid;

	if (likely(!frame_is_tag(frame_ethertype(bytes))))
		return port->vlan == 0 ? RTE_ETHER_HDR_LEN : 0;
	vid = rte_be_to_cpu_16(frame_ethertype(bytes + 2)) & TCI_VID;
	return vid == port->vlan ? RTE_ETHER_HDR_LEN + FRAME_TAG_BYTES : 0;
}

int underlay_refused(const struct underlay *underlay, const uint8_t *l3, uint32_t length,
		     int reason)
{
	const struct bgw_dataplane *dp = underlay->dp;
	const struct port *port = underlay->port;
	struct em_slot peer;
	uint64_t addresses;

	if ((!port->mirror && !port->linux_copies) || length < OUTER_IPV4_HEADER_BYTES)
		return reason;
	addresses = *(const unaligned_uint64_t *)(l3 + OUTER_IPV4_ADDRESSES_OFFSET);
	peer = peer_find(dp, addresses);
	return peer.bucket && (l3[9] == IPPROTO_GRE || l3[9] == IPPROTO_UDP) ? reason
									     : VERDICT_LINUX;
}

int underlay_classify_unusual(const struct underlay *underlay, struct rte_mbuf *mbuf,
			      struct tunnel_burst *burst)
{
	const uint8_t *bytes = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint32_t ethernet_bytes;

	if (fdb_key(0, bytes) != underlay->mac)
		return bytes[0] & 1 || underlay->port->linux_copies ? VERDICT_LINUX
								    : BGW_DROP_NOT_OUR_MAC;
	ethernet_bytes = underlay_ethernet_bytes(underlay->port, mbuf);
	if (ethernet_bytes == 0 || *(const unaligned_uint16_t *)(bytes + ethernet_bytes - 2) !=
					   RTE_BE16(RTE_ETHER_TYPE_IPV4))
		return VERDICT_LINUX;
	return ipv4_classify(underlay, mbuf, ethernet_bytes, burst);
}
