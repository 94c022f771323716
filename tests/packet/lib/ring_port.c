/* SPDX-License-Identifier: BSD-3-Clause */
#include "ring_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ring.h>

#include <bgw/port.h>

#include "port/port.h"

/*
 * How rte_eth_from_rings() hands rings to the driver net_ring: by the address of this in its
 * devargs. That function would make a device that is no port of the gateway.
 */
struct ring_device_args {
	struct rte_ring *const *rx_queues;
	unsigned int rx_queues_count;
	struct rte_ring *const *tx_queues;
	unsigned int tx_queues_count;
	unsigned int numa_node;
	void *self;
};

static struct ring_port {
	const char *name;
	const char *mac;
	enum bgw_port_role role;
	uint16_t tpid;
	struct rte_ring *rx; /* test to worker */
	struct rte_ring *tx; /* worker to test */
	struct port saved;
} ports[RING_PORTS_END] = {
	[ACCESS_1] = {.name = "access1", .mac = "02:ac:00:00:00:01", .role = BGW_PORT_ACCESS},
	[ACCESS_2] = {.name = "access2", .mac = "02:ac:00:00:00:02", .role = BGW_PORT_ACCESS},
	[ACCESS_3] = {.name = "access3", .mac = "02:ac:00:00:00:03", .role = BGW_PORT_ACCESS},
	[ACCESS_AD] = {.name = "accessad",
		       .mac = "02:ac:00:00:00:04",
		       .role = BGW_PORT_ACCESS,
		       .tpid = 0x88a8},
	[UNDERLAY_1] = {.name = "wan1", .mac = "02:ff:00:00:00:01", .role = BGW_PORT_UNDERLAY},
	[UNDERLAY_2] = {.name = "wan2", .mac = "02:ff:00:00:00:02", .role = BGW_PORT_UNDERLAY},
};

static struct port_worker saved_workers[BGW_MAX_WORKERS];

/* In the place of frames where a ring is to be full. */
static char occupied;

const char *ring_port_mac(uint16_t port)
{
	return ports[port].mac;
}

const char *ring_port_name(uint16_t port)
{
	return ports[port].name;
}

static struct rte_ring *ring_create(const char *name, const char *direction)
{
	char ring_name[32];
	struct rte_ring *ring;

	snprintf(ring_name, sizeof(ring_name), "%s_%s", name, direction);
	ring = rte_ring_create(ring_name, RING_PORT_FRAMES, SOCKET_ID_ANY, RING_F_EXACT_SZ);
	if (ring == NULL) {
		fprintf(stderr, "no ring %s\n", ring_name);
		exit(1);
	}
	return ring;
}

static void port_open(uint16_t index)
{
	struct ring_port *port = &ports[index];
	struct ring_device_args args = {
		.rx_queues = &port->rx,
		.rx_queues_count = 1,
		.tx_queues = &port->tx,
		.tx_queues_count = 1,
		.self = &args,
	};
	struct bgw_port_config config = {
		.driver = "vdev", .role = port->role, .tpid = port->tpid, .mtu = 9000};
	struct rte_ether_addr mac;
	char why[256] = "";

	port->rx = ring_create(port->name, "rx");
	port->tx = ring_create(port->name, "tx");
	snprintf(config.name, sizeof(config.name), "%s", port->name);
	snprintf(config.devargs, sizeof(config.devargs), "net_ring_%s,internal=%p", port->name,
		 (void *)&args);
	rte_ether_unformat_addr(port->mac, &mac);
	if (bgw_port_add(index, &config, why, sizeof(why)) < 0 ||
	    bgw_port_mac_set(index, &mac) < 0) {
		fprintf(stderr, "port %s: %s\n", port->name, why);
		exit(1);
	}
}

void ring_port_open_all(void (*add_others)(void))
{
	char why[256] = "";

	for (uint16_t i = ACCESS_1; i < RING_PORTS_END; i++)
		port_open(i);
	if (add_others != NULL)
		add_others();
	if (bgw_port_start_all(why, sizeof(why)) < 0) {
		fprintf(stderr, "%s\n", why);
		exit(1);
	}
	for (uint16_t i = ACCESS_1; i < RING_PORTS_END; i++)
		ports[i].saved = port_table[i];
	memcpy(saved_workers, port_worker_table, sizeof(saved_workers));
}

static void ring_empty(struct rte_ring *ring)
{
	void *entry;

	while (rte_ring_dequeue(ring, &entry) == 0)
		if (entry != &occupied)
			rte_pktmbuf_free(entry);
}

void ring_port_reset_all(void)
{
	for (uint16_t i = ACCESS_1; i < RING_PORTS_END; i++) {
		port_table[i] = ports[i].saved;
		ring_empty(ports[i].rx);
		ring_empty(ports[i].tx);
	}
	memcpy(port_worker_table, saved_workers, sizeof(saved_workers));
}

void ring_port_close_all(void)
{
	bgw_port_stop_all();
	bgw_port_remove_all();
	for (uint16_t i = ACCESS_1; i < RING_PORTS_END; i++) {
		rte_ring_free(ports[i].rx);
		rte_ring_free(ports[i].tx);
	}
}

static struct rte_mbuf *mbuf_get(void)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(bgw_mbuf_pool(0));

	if (mbuf == NULL) {
		fprintf(stderr, "no buffer is free for the test's own frames\n");
		exit(1);
	}
	return mbuf;
}

static void segment_fill(struct rte_mbuf *mbuf, const struct packet *packet, uint32_t from,
			 uint32_t length)
{
	mbuf->data_len = (uint16_t)length;
	for (uint32_t i = 0; i < length; i++)
		rte_pktmbuf_mtod(mbuf, uint8_t *)[i] = packet->bytes[from + i];
}

static void memory_free(void *memory, void *shared)
{
	free(memory);
	free(shared);
}

/* Has the buffer end where the frame ends, in memory that the address sanitizer watches. */
static void mbuf_guard(struct rte_mbuf *mbuf, uint32_t headroom, uint32_t length)
{
	const uint16_t size = (uint16_t)(headroom + length);
	struct rte_mbuf_ext_shared_info *shared = calloc(1, sizeof(*shared));
	void *memory = malloc(size == 0 ? 1 : size);

	if (shared == NULL || memory == NULL)
		abort();
	shared->free_cb = memory_free;
	shared->fcb_opaque = shared;
	rte_mbuf_ext_refcnt_set(shared, 1);
	rte_pktmbuf_attach_extbuf(mbuf, memory, RTE_BAD_IOVA, size, shared);
}

void ring_port_give_mbuf(uint16_t port, struct rte_mbuf *mbuf)
{
	mbuf->port = port_table[port].ethdev_id;
	if (rte_ring_enqueue(ports[port].rx, mbuf) != 0) {
		fprintf(stderr, "more frames at once than port %s holds\n", ports[port].name);
		exit(1);
	}
}

void ring_port_give(uint16_t port, const struct packet *packet, const struct ring_port_shape *shape)
{
	struct rte_mbuf *first = mbuf_get();
	struct rte_mbuf *last = first;
	const uint32_t wanted = shape->segments != 0 ? shape->segments : 1;
	uint32_t share = (packet->length_bytes + wanted - 1) / wanted;
	uint32_t room, done;

	if (shape->guarded)
		mbuf_guard(first, shape->headroom_bytes, packet->length_bytes);
	room = (uint32_t)(first->buf_len - shape->headroom_bytes);
	share = share > room ? room : share;
	first->data_off = shape->headroom_bytes;
	first->pkt_len = packet->length_bytes;
	done = share;
	segment_fill(first, packet, 0, share);
	while (done < packet->length_bytes) {
		const uint32_t rest = packet->length_bytes - done;
		const uint32_t length = rest < share ? rest : share;

		last->next = mbuf_get();
		last = last->next;
		first->nb_segs++;
		last->data_off = shape->headroom_bytes;
		segment_fill(last, packet, done, length);
		done += length;
	}
	if (shape->vlan_stripped) {
		first->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
		first->vlan_tci = shape->vlan_tci;
	}
	ring_port_give_mbuf(port, first);
}

bool ring_port_is_drained(uint16_t port)
{
	return rte_ring_empty(ports[port].rx) == 1;
}

struct rte_mbuf *ring_port_take(uint16_t port)
{
	void *entry;

	while (rte_ring_dequeue(ports[port].tx, &entry) == 0)
		if (entry != &occupied)
			return entry;
	return NULL;
}

void ring_port_room_set(uint16_t port, uint32_t room)
{
	while (rte_ring_free_count(ports[port].tx) > room)
		rte_ring_enqueue(ports[port].tx, &occupied);
}
