/* SPDX-License-Identifier: BSD-3-Clause */
#include <bgw/port.h>

#include "exception/exception.h"
#include "negotiation/negotiation.h"
#include "object/bridge.h"
#include "stage/classify.h"
#include "stage/normalise.h"
#include "stage/stage.h"

/* Why no one takes the packet to Linux. */
static enum bgw_drop linux_drop(const struct port *port, const struct rte_mbuf *mbuf)
{
	const uint8_t *bytes = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	const uint32_t ethernet_bytes = underlay_ethernet_bytes(port, mbuf);

	if (ethernet_bytes == 0)
		return BGW_DROP_OTHER_VLAN;
	if (*(const unaligned_uint16_t *)(bytes + ethernet_bytes - 2) !=
	    RTE_BE16(RTE_ETHER_TYPE_IPV4))
		return BGW_DROP_NOT_IP;
	return BGW_DROP_NOT_A_TUNNEL;
}

static void packet_to_linux(struct worker *worker, const struct port *port, struct rte_mbuf *mbuf)
{
	struct bgw_port_counters *counters = &worker->port_counters[mbuf->port];

	if (port->mirror) {
		if (exception_send(port->mirror, &mbuf, 1) == 1)
			counters->to_linux++;
		else
			worker_drop(worker, mbuf, BGW_DROP_TO_LINUX_FULL);
	} else if (port->linux_copies) {
		counters->to_linux++;
		rte_pktmbuf_free(mbuf);
	} else {
		worker_drop(worker, mbuf, linux_drop(port, mbuf));
	}
}

void stage_underlay_input(struct worker *worker, const struct port_rx *rx, struct rte_mbuf **mbufs,
			  uint32_t count)
{
	const uint16_t port_index = rx->port;
	const struct port *port = &port_table[port_index];
	const struct underlay underlay = {
		.dp = worker->dp,
		.port = port,
		.mac = fdb_key(0, &port->mac),
		.vxlan_port = rte_cpu_to_be_16(worker->dp->vxlan_port),
		.negotiation_port = rte_cpu_to_be_16(
			__atomic_load_n(&worker->dp->negotiation_port, __ATOMIC_RELAXED)),
		.negotiation = worker->negotiation,
	};
	const bool untagged = port->vlan == 0;
	struct tunnel_burst burst;
	uint64_t bytes = 0;
	enum bgw_stage outer;

	if (unlikely(!port->admin_up)) {
		normalise_port_down(worker, rx, mbufs, count);
		return;
	}
	outer = stage_enter(&worker->clock, BGW_STAGE_UNDERLAY_INPUT, count);
	burst.count = 0;
	burst.runs = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = mbufs[i];
		int verdict = -1;

		normalise_prefetch(mbufs, i, count);
		bytes += mbuf->pkt_len;
		mbuf->port = port_index;
		if (unlikely(!frame_is_normal(mbuf)))
			verdict = normalise(port, mbuf);
		if (likely(verdict < 0))
			verdict = packet_classify(&underlay, untagged, mbuf, &burst);
		if (likely(verdict == VERDICT_TUNNEL))
			continue;
		if (verdict == VERDICT_LINUX)
			packet_to_linux(worker, port, mbuf);
		else if (verdict >= 0)
			worker_drop(worker, mbuf, (enum bgw_drop)verdict);
	}
	worker->port_counters[port_index].rx_pkts += count;
	worker->port_counters[port_index].rx_bytes += bytes;
	stage_decap(worker, &burst);
	if (unlikely(worker->negotiation->input_count > 0))
		stage_negotiation(worker, count - worker->negotiation->input_count);
	stage_leave(&worker->clock, outer);
}
