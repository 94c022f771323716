/* SPDX-License-Identifier: BSD-3-Clause */
#include "exception/mirror.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_ethdev.h>

#include <bgw/why.h>

#include "port/port.h"

#define BURST	    32
#define RING_FRAMES 512

static const uint64_t class_pps[] = {
#define X(id, name, pps) pps,
	BGW_EXCEPTION_LIST(X)
#undef X
};

static struct rte_ring *ring_new(uint16_t port, const char *what, int node, unsigned int flags)
{
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "mirror_%u_%s", port, what);
	return rte_ring_create(name, RING_FRAMES, node, flags | RING_F_SC_DEQ);
}

static void ring_drain(struct rte_ring *ring)
{
	struct rte_mbuf *frame;

	if (ring == NULL)
		return;
	while (rte_ring_dequeue(ring, (void **)&frame) == 0)
		rte_pktmbuf_free(frame);
	rte_ring_free(ring);
}

static int rings_create(struct port_mirror *shared, uint16_t port, int node)
{
	bool complete;

	shared->from_linux = ring_new(port, "from", node, RING_F_SP_ENQ);
	shared->used = ring_new(port, "used", node, RING_F_SP_ENQ);
	shared->empty = ring_new(port, "empty", node, RING_F_SP_ENQ);
	complete = shared->from_linux != NULL && shared->used != NULL && shared->empty != NULL;
	for (int class = 0; class < BGW_EXCEPTION_COUNT; class ++) {
		shared->to_linux[class] = ring_new(
			port, bgw_exception_class_name((enum bgw_exception_class) class), node, 0);
		complete = complete && shared->to_linux[class] != NULL;
	}
	return complete ? 0 : -ENOMEM;
}

int mirror_create(struct mirror *mirror, uint16_t port, const struct bgw_port_info *info,
		  uint64_t now_ns, char *why, size_t why_size)
{
	int ret;

	*mirror = (struct mirror){
		.port = port,
		.ethdev_id = port_table[port].ethdev_id,
		.tap.fd = -1,
		.shared.pool = bgw_mbuf_pool(info->numa_node),
	};
	ret = tap_open(&mirror->tap, info->netdev);
	if (ret < 0)
		return bgw_refuse(
			why, why_size, -ret, "port %s: its mirror \"%s\" cannot be created: %s%s",
			info->name, info->netdev,
			ret == -EBUSY ? "Linux has a netdev of that name" : strerror(-ret),
			ret == -EPERM ? " (it needs CAP_NET_ADMIN)" : "");
	ret = rings_create(&mirror->shared, port, info->numa_node);
	if (ret < 0) {
		mirror_destroy(mirror);
		return bgw_refuse(why, why_size, -ret,
				  "port %s: no memory for the rings of its mirror: raise "
				  "memory.mbytes",
				  info->name);
	}
	for (int class = 0; class < BGW_EXCEPTION_COUNT; class ++)
		policer_init(&mirror->policer[class], class_pps[class], now_ns);
	mirror_follow(mirror);
	port_table[port].mirror = &mirror->shared;
	return 0;
}

void mirror_destroy(struct mirror *mirror)
{
	port_table[mirror->port].mirror = NULL;
	tap_close(&mirror->tap);
	for (int class = 0; class < BGW_EXCEPTION_COUNT; class ++)
		ring_drain(mirror->shared.to_linux[class]);
	ring_drain(mirror->shared.from_linux);
	ring_drain(mirror->shared.used);
	ring_drain(mirror->shared.empty);
	rte_pktmbuf_free(mirror->spare);
}

void mirror_counters_get(const struct mirror *mirror, struct bgw_exception_counters *counters)
{
	*counters = mirror->counters;
	for (int class = 0; class < BGW_EXCEPTION_COUNT; class ++)
		counters->policed_pkts[class] =
			__atomic_load_n(&mirror->shared.policed_pkts[class], __ATOMIC_RELAXED);
}

/* Only as many as the ring of used buffers takes, or they would have nowhere to go. */
static uint32_t class_to_linux(struct mirror *mirror, int class, uint64_t now_ns)
{
	struct policer *policer = &mirror->policer[class];
	const uint32_t room = rte_ring_free_count(mirror->shared.used);
	struct rte_mbuf *frames[BURST];
	uint32_t count = policer_allows(policer, now_ns, RTE_MIN(room, (uint32_t)BURST));

	count = rte_ring_dequeue_burst(mirror->shared.to_linux[class], (void **)frames, count,
				       NULL);
	policer_take(policer, count);
	for (uint32_t i = 0; i < count; i++) {
		if (tap_write(&mirror->tap, frames[i]) == 0)
			mirror->counters.to_linux_pkts[class]++;
		else
			mirror->counters.refused_pkts[class]++;
	}
	rte_ring_enqueue_bulk(mirror->shared.used, (void **)frames, count, NULL);
	return count;
}

uint32_t mirror_to_linux(struct mirror *mirror, uint64_t now_ns)
{
	uint32_t moved = 0;

	for (int class = 0; class < BGW_EXCEPTION_COUNT; class ++)
		moved += class_to_linux(mirror, class, now_ns);
	return moved;
}

static bool frame_fits(const struct mirror *mirror, const struct rte_mbuf *frame)
{
	return frame->data_len >= RTE_ETHER_HDR_LEN &&
	       frame->data_len <= mirror->mtu + RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN;
}

uint32_t mirror_from_linux(struct mirror *mirror)
{
	struct port_mirror *shared = &mirror->shared;
	uint32_t moved = 0;

	while (moved < BURST && !rte_ring_full(shared->from_linux) &&
	       !rte_ring_full(shared->used)) {
		struct rte_mbuf *frame = mirror->spare;
		int ret;

		if (frame == NULL && rte_ring_dequeue(shared->empty, (void **)&frame) < 0)
			break;
		mirror->spare = frame;
		ret = tap_read(&mirror->tap, frame);
		if (ret == 0)
			break;
		mirror->spare = NULL;
		if (ret > 0 && frame_fits(mirror, frame)) {
			rte_ring_enqueue(shared->from_linux, frame);
			mirror->counters.from_linux_pkts++;
			moved++;
			continue;
		}
		rte_ring_enqueue(shared->used, frame);
		mirror->counters.from_linux_dropped_pkts++;
	}
	return moved;
}

void mirror_follow(struct mirror *mirror)
{
	const struct port *port = &port_table[mirror->port];
	const uint16_t mtu = __atomic_load_n(&port->mtu, __ATOMIC_RELAXED);
	struct rte_eth_link link;
	bool up = true;

	if (!rte_is_same_ether_addr(&mirror->mac, &port->mac) &&
	    tap_mac_set(&mirror->tap, &port->mac) == 0)
		mirror->mac = port->mac;
	if (mirror->mtu != mtu && tap_mtu_set(&mirror->tap, mtu) == 0)
		mirror->mtu = mtu;
	if (rte_eth_link_get_nowait(mirror->ethdev_id, &link) == 0)
		up = link.link_status == RTE_ETH_LINK_UP;
	up = up && __atomic_load_n(&port->admin_up, __ATOMIC_RELAXED);
	if (mirror->link_up != up && tap_link_set(&mirror->tap, up) == 0)
		mirror->link_up = up;
}
