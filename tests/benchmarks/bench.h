/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>

#include <bgw/dataplane.h>
#include <bgw/encap.h>
#include <bgw/ref.h>

/*
 * What a benchmark measures: one gateway with an access port and an underlay port, in this process,
 * that receives the same frames over and over from one of the two and sends to nowhere by the
 * other.
 *
 * Everything here is for the main thread, which is what control is in the daemon; workers run on
 * the lcores that bgw/port.h gives them.
 */

enum bench_direction {
	BENCH_ENCAP, /* received on the access port */
	BENCH_DECAP, /* received on the underlay port */
};

/*
 * Frame i of `flows` has a pair of MACs of its own, and uses connection i modulo `connections` and
 * attachment i modulo `attachments`. Connections and attachments are spread over the networks in
 * the same way. One attachment is untagged; of several each has two tags.
 */
struct bench_site {
	enum bench_direction direction;
	enum bgw_encap encap;
	uint32_t flows;
	uint32_t macs; /* room of the table */
	bool fill;     /* the table with MACs that no frame has, until it is full */
	uint32_t connections;
	uint32_t attachments;
	uint32_t networks;
	uint32_t spare_connections; /* room for more, which carry nothing */
	uint16_t workers;
	uint16_t first_core;  /* of the workers; the main thread takes another, if there is one */
	uint16_t frame_bytes; /* of the inner frame, without FCS */
	bool no_hugepages;
};

#define BENCH_ACCESS_PORT   0
#define BENCH_UNDERLAY_PORT 1

extern struct bgw_dataplane *bench_dp;

/* Starts DPDK, the ports and the tables; ends the process with a sentence if that cannot be. */
void bench_site_open(const struct bench_site *site);
/* DPDK alone. */
void bench_machine_start(const struct bench_site *site);
void bench_site_close(void);

/* The network of flow or connection `i`, counted from 0. */
uint16_t bench_domain_of(const struct bench_site *site, uint32_t i);
/* Connection `index`, 1 .. connections + spare_connections, as bench_site_open() makes it. */
void bench_connection_set(const struct bench_site *site, uint32_t index);

/* Addresses of flow i: of the station on the access side, and of that behind the tunnel. */
struct rte_ether_addr bench_near_mac(uint32_t flow);
struct rte_ether_addr bench_far_mac(uint32_t flow);

/* The port that frames come from, and the one they leave by. */
uint16_t bench_input_port(const struct bench_site *site);
uint16_t bench_output_port(const struct bench_site *site);

/* Writes the frames that the site receives to a capture file. */
void bench_input_write(const struct bench_site *site, const char *path);

/* Ends the process with a sentence. */
__attribute__((noreturn, format(printf, 1, 2))) void bench_die(const char *format, ...);

/* What the workers did in one window of time. */
struct bench_window {
	uint64_t pkts;	  /* received */
	uint64_t cycles;  /* that the workers' loops took, all workers together */
	double cpu_share; /* of the worker that had least of its core */
	double seconds;
};

/* Must run once, before the first window. */
void bench_clocks_start(const struct bench_site *site);
/* Receive, swap the MACs, send: what the drivers and the buffers alone cost. */
struct bench_window bench_floor_run(const struct bench_site *site, double seconds);
/* The gateway itself. `meanwhile` is called again and again until the time is over; may be NULL. */
struct bench_window bench_gateway_run(const struct bench_site *site, double seconds,
				      void (*meanwhile)(void *context), void *context);

/* Frames dropped by the gateway since it started, for any reason, and those it sent. */
uint64_t bench_dropped_pkts(void);
uint64_t bench_sent_pkts(void);

/* One measurement: how long, and how often. */
struct bench_plan {
	uint32_t windows;
	double window_s;
	uint32_t rounds;
	bool stages; /* say where the cycles go */
};

/* Each prints one JSON object. */
void bench_forward(const struct bench_site *site, const struct bench_plan *plan);
void bench_learn(const struct bench_site *site, const struct bench_plan *plan);
void bench_churn(const struct bench_site *site, const struct bench_plan *plan);
/* A number of rounds of one worker on the main thread: for tools that count instructions. */
void bench_rounds(const struct bench_site *site, const struct bench_plan *plan);

/* Tables alone, without a gateway: it starts DPDK itself. `windows` rounds of each contender. */
void bench_tables(const struct bench_site *site, const struct bench_plan *plan);

#endif
