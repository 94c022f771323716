/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bgw/bridge.h>
#include <bgw/counter.h>
#include <bgw/fdb.h>
#include <bgw/port.h>
#include <bgw/tunnel.h>

#include "input.h"

struct bgw_dataplane *bench_dp;

static char input_path[] = "/tmp/bgw-bench.XXXXXX";

void bench_die(const char *format, ...)
{
	va_list list;

	fprintf(stderr, "bench: ");
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fprintf(stderr, "\n");
	exit(1);
}

static void check(int status, const char *what)
{
	if (status != 0)
		bench_die("%s: %s", what, strerror(-status));
}

uint16_t bench_input_port(const struct bench_site *site)
{
	return site->direction == BENCH_ENCAP ? BENCH_ACCESS_PORT : BENCH_UNDERLAY_PORT;
}

uint16_t bench_output_port(const struct bench_site *site)
{
	return site->direction == BENCH_ENCAP ? BENCH_UNDERLAY_PORT : BENCH_ACCESS_PORT;
}

void bench_machine_start(const struct bench_site *site)
{
	uint16_t workers[BGW_MAX_WORKERS];
	const uint16_t control[1] = {site->first_core == 0 && site->workers == 1 ? 1 : 0};
	/* The frames of each queue's file wait in buffers of their own. */
	const uint32_t mbufs = 65536 + site->flows * site->workers;
	const struct bgw_eal_config config = {
		.control_cores = control,
		.control_cores_count = 1,
		.worker_cores = workers,
		.worker_cores_count = site->workers,
		.hugepages = !site->no_hugepages,
		.memory_mbytes = 512 + mbufs / 1024 * 5 / 2 + 96 * (site->macs >> 20),
		.mbufs = mbufs,
	};
	char why[512] = "";

	for (uint16_t i = 0; i < site->workers; i++)
		workers[i] = (uint16_t)(site->first_core + i);
	if (bgw_eal_start(&config, why, sizeof(why)) != 0)
		bench_die("%s", why);
}

static void port_add(const struct bench_site *site, uint16_t index)
{
	struct bgw_port_config config = {
		.driver = "vdev",
		.role = index == BENCH_ACCESS_PORT ? BGW_PORT_ACCESS : BGW_PORT_UNDERLAY,
		.rx_queues = site->workers,
		.tx_queues = site->workers,
	};
	char why[512] = "";
	size_t used;

	snprintf(config.name, sizeof(config.name), "%s",
		 index == BENCH_ACCESS_PORT ? "access" : "underlay");
	/* A port that only receives drops what it is given to send, and that only sends gets
	 * nothing. */
	if (index == bench_input_port(site)) {
		used = (size_t)snprintf(config.devargs, sizeof(config.devargs),
					"net_pcap%u,infinite_rx=1", index);
		for (uint16_t queue = 0; queue < site->workers; queue++)
			used += (size_t)snprintf(config.devargs + used,
						 sizeof(config.devargs) - used, ",rx_pcap=%s",
						 input_path);
	} else {
		snprintf(config.devargs, sizeof(config.devargs), "net_null%u,no-rx=1", index);
	}
	if (bgw_port_add(index, &config, why, sizeof(why)) != 0)
		bench_die("%s", why);
}

static void ports_start(const struct bench_site *site)
{
	const struct rte_ether_addr mac = input_underlay_mac();
	char why[512] = "";
	int file;

	file = mkstemp(input_path);
	if (file < 0)
		bench_die("%s: cannot be made", input_path);
	close(file);
	bench_input_write(site, input_path);
	port_add(site, BENCH_ACCESS_PORT);
	port_add(site, BENCH_UNDERLAY_PORT);
	check(bgw_port_mac_set(BENCH_UNDERLAY_PORT, &mac), "address of the underlay port");
	if (bgw_port_start_all(why, sizeof(why)) != 0)
		bench_die("%s", why);
	/* The frames are in buffers by now. */
	unlink(input_path);
}

uint16_t bench_domain_of(const struct bench_site *site, uint32_t i)
{
	return (uint16_t)(1 + i % site->connections % site->networks);
}

static uint32_t remotes_of(const struct bench_site *site)
{
	return (site->connections + site->spare_connections - 1) / INPUT_CONNECTIONS_OF_REMOTE + 1;
}

void bench_connection_set(const struct bench_site *site, uint32_t index)
{
	const uint32_t remote = (index - 1) / INPUT_CONNECTIONS_OF_REMOTE;
	const struct bgw_connection_spec spec = {
		.domain = bench_domain_of(site, index - 1),
		.path = remote + 1,
		.peer = remote + 1,
		.encap = site->encap,
		.segmentation_id = input_segmentation_id(index),
		.admin_up = true,
		.mtu_signal = true,
	};

	check(bgw_connection_set(bench_dp, index, &spec), "connection");
}

static void remote_set(const struct bench_site *site, uint32_t remote)
{
	const struct bgw_ip local = {.family = 4, .v4 = input_local_address()};
	const struct bgw_ip far = {.family = 4, .v4 = input_remote_address(remote)};
	const struct bgw_peer_spec peer = {
		.local = local, .remote = far, .nvgre = site->encap == BGW_ENCAP_NVGRE};
	const struct bgw_path_spec path = {
		.state = BGW_PATH_UP,
		.encap = site->encap,
		.local = local,
		.remote = far,
		.port = BENCH_UNDERLAY_PORT,
		.source_mac = input_underlay_mac(),
		.next_hop_mac = {{2, 0, 0, 0, 0xff, 2}},
		.mtu_bytes = 1500,
		.ttl = 64,
		.udp_port = 4789,
	};

	check(bgw_peer_set(bench_dp, remote + 1, &peer), "remote gateway");
	check(bgw_path_set(bench_dp, remote + 1, &path), "path");
}

static void attachment_set(const struct bench_site *site, uint32_t index)
{
	const bool untagged = site->attachments == 1;
	const struct bgw_attachment_spec spec = {
		.port = BENCH_ACCESS_PORT,
		.domain = bench_domain_of(site, index - 1),
		.kind = untagged ? BGW_ATTACHMENT_UNTAGGED : BGW_ATTACHMENT_QINQ,
		.outer_vid = untagged ? 0 : input_outer_vid(index - 1),
		.inner_vid = untagged ? 0 : input_inner_vid(index - 1),
		.admin_up = true,
	};

	check(bgw_attachment_set(bench_dp, index, &spec), "attachment");
}

static void domains_set(const struct bench_site *site)
{
	for (uint32_t id = 1; id <= site->networks; id++) {
		const struct bgw_domain_spec spec = {0};

		check(bgw_domain_set(bench_dp, (uint16_t)id, &spec), "network");
	}
}

static void objects_set(const struct bench_site *site)
{
	const struct bgw_ip own = {.family = 4, .v4 = input_local_address()};

	check(bgw_own_addresses_set(bench_dp, &own, 1), "own address");
	domains_set(site);
	for (uint32_t index = 1; index <= site->attachments; index++)
		attachment_set(site, index);
	for (uint32_t remote = 0; remote < remotes_of(site); remote++)
		remote_set(site, remote);
	for (uint32_t index = 1; index <= site->connections; index++)
		bench_connection_set(site, index);
	bgw_dataplane_poll(bench_dp);
}

/* In one of some hundred runs a station finds no place by chance, and its frames are flooded. */
static void mac_set(uint16_t domain, const struct rte_ether_addr *mac, bgw_ref ref)
{
	static uint32_t without_place;
	const int status = bgw_fdb_put(bench_dp, domain, mac, ref);

	if (status != -ENOSPC || without_place++ > 0)
		check(status, "MAC");
}

static void macs_set(const struct bench_site *site)
{
	for (uint32_t flow = 0; flow < site->flows; flow++) {
		const struct rte_ether_addr near = bench_near_mac(flow);
		const struct rte_ether_addr far = bench_far_mac(flow);
		const uint16_t domain = bench_domain_of(site, flow);

		mac_set(domain, &near, bgw_ref_attachment(1 + flow % site->attachments));
		mac_set(domain, &far, bgw_ref_connection(1 + flow % site->connections));
	}
	for (uint32_t i = site->flows; site->fill && bgw_fdb_count(bench_dp) < site->macs; i++) {
		const struct rte_ether_addr idle = bench_far_mac(i);

		/* A place may be taken by chance when the table is nearly full. */
		bgw_fdb_put(bench_dp, 1, &idle, bgw_ref_connection(1));
	}
}

void bench_site_open(const struct bench_site *site)
{
	const struct bgw_limits limits = {
		.macs = site->macs,
		.connections = site->connections + site->spare_connections + 1,
		.attachments = site->attachments + 1,
		.domains = site->networks + 1,
		.paths = remotes_of(site) + 1,
		.peers = remotes_of(site) + 1,
		.neighbours = 1024,
		.workers = site->workers,
	};

	bench_machine_start(site);
	bench_dp = bgw_dataplane_create(&limits);
	if (bench_dp == NULL)
		bench_die("no memory for the tables");
	ports_start(site);
	objects_set(site);
	macs_set(site);
}

uint64_t bench_dropped_pkts(void)
{
	uint64_t dropped = 0;

	for (uint16_t port = BENCH_ACCESS_PORT; port <= BENCH_UNDERLAY_PORT; port++) {
		struct bgw_port_counters counters;

		bgw_port_counters_get(bench_dp, port, &counters);
		for (int reason = 0; reason < BGW_DROP_COUNT; reason++)
			dropped += counters.drops[reason];
	}
	return dropped;
}

uint64_t bench_sent_pkts(void)
{
	struct bgw_port_counters access, underlay;

	bgw_port_counters_get(bench_dp, BENCH_ACCESS_PORT, &access);
	bgw_port_counters_get(bench_dp, BENCH_UNDERLAY_PORT, &underlay);
	return access.tx_pkts + underlay.tx_pkts;
}

void bench_site_close(void)
{
	bgw_port_remove_all();
	bgw_dataplane_destroy(bench_dp);
	bgw_eal_stop();
}
