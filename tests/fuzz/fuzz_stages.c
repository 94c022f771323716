/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include <arpa/inet.h>
#include <stdio.h>

#include <rte_mbuf.h>

#include <bgw/bridge.h>
#include <bgw/counter.h>
#include <bgw/event.h>
#include <bgw/fdb.h>
#include <bgw/port.h>
#include <bgw/tunnel.h>

#include "../packet/lib/ring_port.h"
#include "dataplane.h"
#include "stage/stage.h"
#include "worker/worker.h"

/*
 * Whole frames through the real stages: a gateway with attachments of each kind and tunnels of each
 * encapsulation, run by one worker on this thread.
 *
 * An input is a list of frames, each a byte that names the port and the shape of the buffer, a
 * length in two bytes, and the frame. What must hold after each input: frames in and out add up,
 * and every buffer is back.
 */
#define SHAPE_EXACT  0x80 /* the buffer ends with the frame, so that reading on is seen */
#define SHAPE_SINGLE 0x40 /* of the first frame: ports take no chains of segments */
#define SHAPE_PORT   0x3f
#define FRAME_HEADER 3
#define FRAME_MAX    2048

static struct bgw_dataplane *dp;
static struct bgw_event events[256];

static void done(int status)
{
	if (status != 0) {
		fprintf(stderr, "the gateway under test is not up: %d\n", status);
		exit(1);
	}
}

static struct rte_ether_addr mac(const char *text)
{
	struct rte_ether_addr address;

	done(rte_ether_unformat_addr(text, &address));
	return address;
}

static struct bgw_ip ip(const char *text)
{
	const int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	struct bgw_ip address = {.family = family == AF_INET6 ? 6 : 4};

	done(inet_pton(family, text, address.v6) == 1 ? 0 : -1);
	return address;
}

static void attachment(uint32_t index, const struct bgw_attachment_spec *spec)
{
	struct bgw_attachment_spec up = *spec;

	up.domain = 1;
	up.admin_up = true;
	done(bgw_attachment_set(dp, index, &up));
}

static void attachments_open(void)
{
	attachment(1, &(struct bgw_attachment_spec){.port = ACCESS_1});
	attachment(2, &(struct bgw_attachment_spec){.port = ACCESS_2,
						    .kind = BGW_ATTACHMENT_PORT,
						    .l2_control_tunnel = true});
	attachment(3, &(struct bgw_attachment_spec){
			      .port = ACCESS_3, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 30});
	attachment(4, &(struct bgw_attachment_spec){.port = ACCESS_3,
						    .kind = BGW_ATTACHMENT_QINQ,
						    .outer_vid = 40,
						    .inner_vid = 41});
	attachment(5, &(struct bgw_attachment_spec){
			      .port = ACCESS_AD,
			      .kind = BGW_ATTACHMENT_QINQ,
			      .outer_vid = 100,
			      .inner_vid = 10,
			      .allowed_ethertypes_count = 2,
			      .allowed_ethertypes = {RTE_BE16(0x0800), RTE_BE16(0x0806)}});
}

static void tunnel(uint32_t index, enum bgw_encap encap, const char *remote, bool keyless)
{
	const struct bgw_peer_spec peer = {
		.local = ip("192.0.2.1"), .remote = ip(remote), .nvgre = encap == BGW_ENCAP_NVGRE};
	const struct bgw_path_spec path = {
		.encap = encap,
		.keyless = keyless,
		.local = peer.local,
		.remote = peer.remote,
		.port = UNDERLAY_1,
		.source_mac = mac(ring_port_mac(UNDERLAY_1)),
		.next_hop_mac = mac("02:fe:00:00:00:01"),
		.mtu_bytes = 1500,
		.dscp = BGW_DSCP_COPY,
		.udp_port = 4789,
	};
	const struct bgw_connection_spec connection = {.domain = 1,
						       .path = index,
						       .peer = index,
						       .encap = encap,
						       .segmentation_id = 4000 + index * 1000,
						       .keyless = keyless,
						       .admin_up = true,
						       .mtu_signal = true};

	done(bgw_peer_set(dp, index, &peer));
	done(bgw_path_set(dp, index, &path));
	done(bgw_connection_set(dp, index, &connection));
}

static void station(const char *address, bgw_ref ref)
{
	const struct rte_ether_addr station_mac = mac(address);

	done(bgw_fdb_put(dp, 1, &station_mac, ref));
}

static void neighbour(uint32_t index, const char *address)
{
	const struct bgw_neighbour_spec spec = {.domain = 1,
						.ip = ip(address),
						.mac = mac("02:0e:00:00:00:0e"),
						.place = bgw_ref_connection(1)};

	done(bgw_neighbour_set(dp, index, &spec));
}

static void site_open(void)
{
	const struct bgw_limits limits = {.macs = 1024,
					  .connections = 16,
					  .attachments = 16,
					  .domains = 4,
					  .paths = 16,
					  .peers = 16,
					  .neighbours = 16,
					  .workers = 1};
	const bgw_ref flood[] = {
		bgw_ref_attachment(1), bgw_ref_attachment(2), bgw_ref_attachment(3),
		bgw_ref_attachment(4), bgw_ref_attachment(5), bgw_ref_connection(1),
		bgw_ref_connection(2), bgw_ref_connection(3), bgw_ref_connection(4),
	};
	const struct bgw_domain_spec domain = {
		.flood_count = RTE_DIM(flood), .flood = flood, .suppress = true};
	const struct bgw_ip own = ip("192.0.2.1");

	dp = bgw_dataplane_create(&limits);
	done(dp ? 0 : -1);
	dataplane_clock_set(dp, 100);
	done(bgw_own_addresses_set(dp, &own, 1));
	attachments_open();
	tunnel(1, BGW_ENCAP_VXLAN, "198.51.100.1", false); /* 5000 */
	tunnel(2, BGW_ENCAP_GRE, "198.51.100.2", false);   /* 6000 */
	tunnel(3, BGW_ENCAP_NVGRE, "198.51.100.3", false); /* 7000 */
	tunnel(4, BGW_ENCAP_GRE, "198.51.100.4", true);
	done(bgw_domain_set(dp, 1, &domain));
	station("02:0a:00:00:00:0a", bgw_ref_attachment(1));
	station("02:0b:00:00:00:0b", bgw_ref_attachment(2));
	station("02:0c:00:00:00:0c", bgw_ref_attachment(4));
	station("02:0e:00:00:00:0e", bgw_ref_connection(1));
	station("02:0e:00:00:00:0f", bgw_ref_connection(2));
	neighbour(1, "10.0.0.2");
	neighbour(2, "2001:db8::2");
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const uint16_t core;
	const struct bgw_eal_config config = {.control_cores = &core,
					      .control_cores_count = 1,
					      .worker_cores = &core,
					      .worker_cores_count = 1,
					      .memory_mbytes = 256,
					      .mbufs = 4096};
	char why[256] = "";

	(void)argc;
	(void)argv;
	if (bgw_eal_start(&config, why, sizeof(why)) < 0) {
		fprintf(stderr, "%s\n", why);
		exit(1);
	}
	ring_port_open_all(NULL);
	site_open();
	return 0;
}

static uint32_t buffers_in_use(void)
{
	struct bgw_mbuf_usage usage;

	bgw_mbuf_usage_get(&usage);
	return usage.in_use;
}

/* Frames that went in and came out, over all ports, of bgw/counter.h. */
static int64_t balance(void)
{
	int64_t sum = 0;

	for (uint16_t port = 0; port < BGW_MAX_PORTS; port++) {
		struct bgw_port_counters counters;

		bgw_port_counters_get(dp, port, &counters);
		sum += (int64_t)(counters.rx_pkts + counters.replicated + counters.originated +
				 counters.from_linux);
		sum -= (int64_t)(counters.tx_pkts + counters.consumed + counters.to_linux);
		for (int reason = 0; reason < BGW_DROP_COUNT; reason++)
			sum -= (int64_t)counters.drops[reason];
	}
	return sum;
}

/* A buffer of the heap that is freed with its last mbuf. */
struct exact_buffer {
	struct rte_mbuf_ext_shared_info shared;
	uint8_t bytes[];
};

static void exact_free(void *bytes, void *context)
{
	(void)bytes;
	free(context);
}

static struct rte_mbuf *frame_make(const uint8_t *bytes, uint16_t length, bool exact)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(bgw_mbuf_pool(0));

	MUST(mbuf);
	if (exact) {
		const uint16_t size = (uint16_t)(RTE_PKTMBUF_HEADROOM + length);
		struct exact_buffer *buffer = malloc(sizeof(*buffer) + size);

		MUST(buffer);
		buffer->shared.free_cb = exact_free;
		buffer->shared.fcb_opaque = buffer;
		rte_mbuf_ext_refcnt_set(&buffer->shared, 1);
		rte_pktmbuf_attach_extbuf(mbuf, buffer->bytes, RTE_BAD_IOVA, size, &buffer->shared);
		mbuf->data_off = RTE_PKTMBUF_HEADROOM;
	}
	mbuf->data_len = length;
	mbuf->pkt_len = length;
	memcpy(rte_pktmbuf_mtod(mbuf, void *), bytes, length);
	return mbuf;
}

/* Frames in a row that came in by one port. */
struct burst {
	uint16_t port;
	uint32_t count;
	struct rte_mbuf *mbufs[BURST_FRAMES];
};

static void burst_run(struct burst *burst)
{
	struct worker *worker = dp->workers[0];
	const struct port *port = &port_table[burst->port];
	const struct port_rx rx = {
		.port = burst->port, .ethdev_id = port->ethdev_id, .role = port->role};

	if (burst->count > 0 && port->role == BGW_PORT_ACCESS)
		stage_access_input(worker, &rx, burst->mbufs, burst->count);
	else if (burst->count > 0)
		stage_underlay_input(worker, &rx, burst->mbufs, burst->count);
	burst->count = 0;
}

static void frames_run(const uint8_t *data, size_t size)
{
	struct burst burst = {.count = 0};

	while (size >= FRAME_HEADER) {
		const uint8_t control = data[0];
		const uint16_t port =
			(uint16_t)(ACCESS_1 + (control & SHAPE_PORT) % (RING_PORTS_END - ACCESS_1));
		size_t length = (size_t)(data[1] << 8 | data[2]);

		data += FRAME_HEADER;
		size -= FRAME_HEADER;
		length = RTE_MIN(length, RTE_MIN(size, (size_t)FRAME_MAX));
		if (port != burst.port || burst.count == BURST_FRAMES)
			burst_run(&burst);
		burst.port = port;
		burst.mbufs[burst.count++] =
			frame_make(data, (uint16_t)length, control & SHAPE_EXACT);
		data += length;
		size -= length;
	}
	burst_run(&burst);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint32_t buffers = buffers_in_use();
	const int64_t before = balance();
	struct rte_mbuf *mbuf;

	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++)
		port_table[port].tx_multi_segment = size > 0 && !(data[0] & SHAPE_SINGLE);
	frames_run(data, size);
	stage_transmit_flush(dp->workers[0]);
	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++) {
		while ((mbuf = ring_port_take(port)) != NULL) {
			rte_mbuf_sanity_check(mbuf, 1);
			rte_pktmbuf_free(mbuf);
		}
	}
	/* The clock of meters, and room in the ring of events. */
	worker_round(dp->workers[0]);
	while (bgw_event_take(dp, events, RTE_DIM(events)) > 0)
		;
	MUST(balance() == before);
	MUST(buffers_in_use() == buffers);
	return 0;
}
