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
#include "stages_session.h"
#include "worker/worker.h"

/*
 * Whole frames through the real stages: a gateway with attachments of each kind, tunnels of each
 * encapsulation and the session of a negotiation, run by one worker on this thread.
 *
 * An input is a list of frames, each a byte that names the port and the shape of the buffer, a
 * length in two bytes, and the frame. The frames of each port come in one by one, and then once
 * more in bursts. What must hold: both ways the same frames are sent and the same is counted,
 * frames in and out add up, and every buffer is back.
 */
#define SHAPE_EXACT  0x80 /* the buffer ends with the frame, so that reading on is seen */
#define SHAPE_SINGLE 0x40 /* of the first frame: ports take no chains of segments */
#define SHAPE_SEALED 0x20 /* it ends with a datagram of the session */
#define SHAPE_PORT   0x1f
#define FRAME_HEADER 3
#define FRAME_MAX    2048
#define FRAMES_MAX   256
#define PLACES	     16

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
					  .connections = PLACES,
					  .attachments = PLACES,
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
	stages_session_open(dp);
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

struct input_frame {
	const uint8_t *bytes;
	uint16_t length;
	uint16_t port;
	bool exact, sealed;
};

static struct rte_mbuf *frame_make(const struct input_frame *frame)
{
	const uint16_t length = frame->length;
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(bgw_mbuf_pool(0));

	MUST(mbuf);
	if (frame->exact) {
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
	memcpy(rte_pktmbuf_mtod(mbuf, void *), frame->bytes, length);
	if (frame->sealed)
		stages_session_seal(rte_pktmbuf_mtod(mbuf, uint8_t *), length);
	return mbuf;
}

static struct input_frame frames[FRAMES_MAX];
static uint32_t frames_count;

static void frames_parse(const uint8_t *data, size_t size)
{
	frames_count = 0;
	while (size >= FRAME_HEADER && frames_count < FRAMES_MAX) {
		const size_t claimed = (size_t)(data[1] << 8 | data[2]);
		const size_t length =
			RTE_MIN(claimed, RTE_MIN(size - FRAME_HEADER, (size_t)FRAME_MAX));

		frames[frames_count++] = (struct input_frame){
			.bytes = data + FRAME_HEADER,
			.length = (uint16_t)length,
			.port = (uint16_t)(ACCESS_1 +
					   (data[0] & SHAPE_PORT) % (RING_PORTS_END - ACCESS_1)),
			.exact = data[0] & SHAPE_EXACT,
			.sealed = data[0] & SHAPE_SEALED,
		};
		data += FRAME_HEADER + length;
		size -= FRAME_HEADER + length;
	}
}

/* What came of an input, from which the order of frames is left out, and what was said in the
 * session. */
struct outcome {
	uint64_t sent[RING_PORTS_END]; /* sum of the frames' hashes */
	struct bgw_port_counters ports[RING_PORTS_END];
	struct bgw_traffic_counters connections[PLACES];
	struct bgw_traffic_counters attachments[PLACES];
};

static uint64_t said_pkts, said_bytes;

static uint64_t frame_hash(uint16_t port, const struct rte_mbuf *mbuf)
{
	static uint8_t copy[65536];
	const uint8_t *bytes = rte_pktmbuf_read(mbuf, 0, mbuf->pkt_len, copy);
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	MUST(bytes);
	if (port == UNDERLAY_1 && stages_session_said(bytes, mbuf->pkt_len)) {
		said_pkts++;
		said_bytes += mbuf->pkt_len;
		return 0;
	}
	/* FNV-1a, and a last step so that sums of hashes say something. */
	for (uint32_t i = 0; i < mbuf->pkt_len; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return (hash ^ hash >> 29) * UINT64_C(0x9e3779b97f4a7c15);
}

static void ports_drain(struct outcome *outcome)
{
	struct rte_mbuf *mbuf;

	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++) {
		while ((mbuf = ring_port_take(port)) != NULL) {
			rte_mbuf_sanity_check(mbuf, 1);
			outcome->sent[port] += frame_hash(port, mbuf);
			rte_pktmbuf_free(mbuf);
		}
	}
}

static void burst_run(uint16_t index, struct rte_mbuf **mbufs, uint32_t count,
		      struct outcome *outcome)
{
	struct worker *worker = dp->workers[0];
	const struct port *port = &port_table[index];
	const struct port_rx rx = {.port = index, .ethdev_id = port->ethdev_id, .role = port->role};

	if (count == 0)
		return;
	if (port->role == BGW_PORT_ACCESS)
		stage_access_input(worker, &rx, mbufs, count);
	else
		stage_underlay_input(worker, &rx, mbufs, count);
	stages_session_answer(dp);
	stage_transmit_flush(worker);
	ports_drain(outcome);
}

/* The port's frames twice, so that each has another neighbour, in bursts of `burst_frames`. */
static void port_run(uint16_t port, uint32_t burst_frames, struct outcome *outcome)
{
	struct rte_mbuf *mbufs[BURST_FRAMES];
	uint32_t count = 0;

	for (uint32_t i = 0; i < 2 * frames_count; i++) {
		const struct input_frame *frame = &frames[i % frames_count];

		if (frame->port != port)
			continue;
		mbufs[count++] = frame_make(frame);
		if (count == burst_frames) {
			burst_run(port, mbufs, count, outcome);
			count = 0;
		}
	}
	burst_run(port, mbufs, count, outcome);
}

/* Counters are subtracted word by word. */
static void counters_read(struct outcome *outcome)
{
	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++)
		bgw_port_counters_get(dp, port, &outcome->ports[port]);
	for (uint32_t i = 1; i < PLACES; i++) {
		bgw_connection_counters_get(dp, i, &outcome->connections[i]);
		bgw_attachment_counters_get(dp, i, &outcome->attachments[i]);
	}
}

static void frames_run(uint32_t burst_frames, struct outcome *outcome)
{
	static struct outcome before;
	const uint64_t *subtrahend = (const uint64_t *)&before;
	uint64_t *words = (uint64_t *)outcome;

	memset(outcome, 0, sizeof(*outcome));
	stages_session_begin(dp);
	stages_session_answer(dp);
	stage_transmit_flush(dp->workers[0]);
	ports_drain(outcome);
	said_pkts = said_bytes = 0;
	counters_read(&before);
	/* As after a second without answers. */
	for (uint32_t i = 0; i < PLACES; i++)
		dp->signal_meters[i] = 0;
	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++)
		port_run(port, burst_frames, outcome);
	counters_read(outcome);
	for (size_t i = 0; i < sizeof(before) / sizeof(words[0]); i++)
		words[i] -= subtrahend[i];
	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++)
		stages_session_forget(&outcome->ports[port], port == UNDERLAY_1 ? said_pkts : 0,
				      port == UNDERLAY_1 ? said_bytes : 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct outcome alone, together;
	const uint32_t buffers = buffers_in_use();
	const int64_t before = balance();

	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++)
		port_table[port].tx_multi_segment = size > 0 && !(data[0] & SHAPE_SINGLE);
	frames_parse(data, size);
	frames_run(1, &alone);
	frames_run(BURST_FRAMES, &together);
	MUST(memcmp(&alone, &together, sizeof(alone)) == 0);
	/* The clock of meters, and room in the ring of events. */
	worker_round(dp->workers[0]);
	while (bgw_event_take(dp, events, RTE_DIM(events)) > 0)
		;
	MUST(balance() == before);
	MUST(buffers_in_use() == buffers);
	return 0;
}
