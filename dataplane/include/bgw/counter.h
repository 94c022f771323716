/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_COUNTER_H
#define BGW_COUNTER_H

#include <stdint.h>

#include <bgw/dataplane.h>
#include <bgw/drop.h>

/*
 * Counters. Each worker has its own; these functions add them up. They only grow. At any quiet
 * moment (nothing inside a worker), over all ports:
 *
 *   rx + replicated + originated + from Linux = tx + drops + consumed + to Linux
 *
 * where rx and tx are what workers took from and gave to drivers.
 */
struct bgw_port_counters {
	uint64_t rx_pkts;  /* taken from the driver */
	uint64_t rx_bytes; /* without FCS */
	uint64_t tx_pkts;  /* taken by the driver */
	uint64_t tx_bytes;
	uint64_t replicated; /* copies made of frames that came in here */
	uint64_t originated; /* frames made by the gateway because of frames that came in here */
	uint64_t consumed;   /* frames that ended here on purpose: queries answered at the edge */
	uint64_t to_linux;
	uint64_t from_linux;		/* sent by Linux through the port's mirror */
	uint64_t drops[BGW_DROP_COUNT]; /* of frames that came in here */
};

void bgw_port_counters_get(const struct bgw_dataplane *dp, uint16_t port,
			   struct bgw_port_counters *counters);

/* Inner frames. Bytes are those of the inner Ethernet frame, without FCS. */
struct bgw_traffic_counters {
	uint64_t rx_pkts;
	uint64_t rx_bytes;
	uint64_t tx_pkts;
	uint64_t tx_bytes;
	uint64_t dropped_pkts; /* of those that came in by it or were to leave by it */
	uint64_t too_big_pkts; /* connections only; part of dropped_pkts */
};

void bgw_connection_counters_get(const struct bgw_dataplane *dp, uint32_t index,
				 struct bgw_traffic_counters *counters);
void bgw_attachment_counters_get(const struct bgw_dataplane *dp, uint32_t index,
				 struct bgw_traffic_counters *counters);

struct bgw_worker_counters {
	uint64_t busy_cycles; /* in rounds that moved frames */
	uint64_t idle_cycles;
	uint64_t rx_pkts; /* so busy_cycles / rx_pkts is the cost of a frame */
	uint64_t rounds;
	uint64_t events_lost; /* the ring to control was full */
	uint64_t naps;
};

void bgw_worker_counters_get(const struct bgw_dataplane *dp, uint16_t worker,
			     struct bgw_worker_counters *counters);

#endif
