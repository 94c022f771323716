/* SPDX-License-Identifier: BSD-3-Clause */
#include "mirror.h"

#include <stdio.h>
#include <stdlib.h>

#include <bgw/port.h>

#include "exception/exception.h"
#include "port/port.h"

static struct port_mirror mirror;
static bool is_open;

static struct rte_ring *ring_create(const char *name, uint32_t number, uint32_t room)
{
	char ring_name[32];
	struct rte_ring *ring;

	snprintf(ring_name, sizeof(ring_name), "mirror_%s_%u", name, number);
	ring = rte_ring_create(ring_name, room, SOCKET_ID_ANY, RING_F_EXACT_SZ);
	if (ring == NULL) {
		fprintf(stderr, "no ring %s\n", ring_name);
		exit(1);
	}
	return ring;
}

void mirror_open(uint16_t port, uint32_t room)
{
	struct port_worker *owner = &port_worker_table[port_tx_owner(port)];

	for (uint32_t i = 0; i < BGW_EXCEPTION_COUNT; i++)
		mirror.to_linux[i] = ring_create("to_linux", i, room);
	mirror.from_linux = ring_create("from_linux", 0, room);
	mirror.used = ring_create("used", 0, room);
	mirror.empty = ring_create("empty", 0, 64);
	mirror.pool = bgw_mbuf_pool(0);
	port_table[port].mirror = &mirror;
	owner->mirror[owner->mirror_count++] = port;
	is_open = true;
}

static void ring_close(struct rte_ring *ring)
{
	struct rte_mbuf *mbuf;

	while (rte_ring_dequeue(ring, (void **)&mbuf) == 0)
		rte_pktmbuf_free(mbuf);
	rte_ring_free(ring);
}

void mirror_close(void)
{
	if (!is_open)
		return;
	for (uint32_t i = 0; i < BGW_EXCEPTION_COUNT; i++)
		ring_close(mirror.to_linux[i]);
	ring_close(mirror.from_linux);
	ring_close(mirror.used);
	ring_close(mirror.empty);
	is_open = false;
}

const struct packet *mirror_take(enum bgw_exception_class number)
{
	static uint8_t bytes[65536];
	struct packet *packet;
	struct rte_mbuf *mbuf;

	if (rte_ring_dequeue(mirror.to_linux[number], (void **)&mbuf) != 0)
		return NULL;
	packet = packet_of_bytes(rte_pktmbuf_read(mbuf, 0, mbuf->pkt_len, bytes), mbuf->pkt_len);
	if (rte_ring_enqueue(mirror.used, mbuf) != 0)
		rte_pktmbuf_free(mbuf);
	return packet;
}

void mirror_give(const struct packet *packet)
{
	struct rte_mbuf *mbuf;

	if (rte_ring_dequeue(mirror.empty, (void **)&mbuf) != 0) {
		fprintf(stderr, "the owner gave no empty buffer\n");
		exit(1);
	}
	for (uint32_t i = 0; i < packet->length_bytes; i++)
		rte_pktmbuf_mtod(mbuf, uint8_t *)[i] = packet->bytes[i];
	mbuf->data_len = (uint16_t)packet->length_bytes;
	mbuf->pkt_len = packet->length_bytes;
	rte_ring_enqueue(mirror.from_linux, mbuf);
}
