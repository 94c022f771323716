/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_RING_PORT_H
#define PACKET_RING_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "packet.h"

/*
 * The ports of a test program: net_ring devices that were added with bgw_port_add(), and whose ring
 * ends the test holds. They live as long as the program; ring_port_reset_all() puts back what a
 * test may have changed of their rows in port_table.
 */
enum {
	ACCESS_1 = 1,
	ACCESS_2,
	ACCESS_3,
	ACCESS_AD, /* its TPID is 0x88a8 */
	UNDERLAY_1,
	UNDERLAY_2,
	RING_PORTS_END,
};

#define RING_PORT_FRAMES 4096

/* A port's own address, as text. */
const char *ring_port_mac(uint16_t port);
const char *ring_port_name(uint16_t port);

/* Adds all ports, calls `add_others` unless NULL, and starts them. They have one queue each way. */
void ring_port_open_all(void (*add_others)(void));
void ring_port_reset_all(void);
void ring_port_close_all(void);

/* How a frame lies in buffers as it comes from the driver. */
struct ring_port_shape {
	uint16_t headroom_bytes;
	uint16_t segments; /* 0: as few as it takes */
	bool guarded;	   /* one segment that ends with the frame, where no byte may be read */
	bool vlan_stripped;
	uint16_t vlan_tci;
};

/* To be received by the port. */
void ring_port_give(uint16_t port, const struct packet *packet,
		    const struct ring_port_shape *shape);
void ring_port_give_mbuf(uint16_t port, struct rte_mbuf *mbuf);
bool ring_port_is_drained(uint16_t port);
/* What the port sent next, to be freed; NULL: nothing. */
struct rte_mbuf *ring_port_take(uint16_t port);
/* The port's driver accepts `room` frames from now on; ring_port_reset_all() ends that. */
void ring_port_room_set(uint16_t port, uint32_t room);

#endif
