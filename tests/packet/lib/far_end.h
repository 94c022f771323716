/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_FAR_END_H
#define PACKET_FAR_END_H

#include <stdint.h>

#include "packet.h"

/*
 * What is at the other end of a port that is no ring port: a netdev of this network namespace, or
 * the peer of a memif.
 */
struct far_end {
	int socket;
	uint16_t memif; /* ethdev */
};

/* 0 or a negative errno. */
int far_end_open_netdev(struct far_end *end, const char *name);
/* The client of the memif server at `path`, once the two are connected. */
int far_end_open_memif(struct far_end *end, const char *path);
void far_end_close(const struct far_end *end);
/* What arrived, as on the wire; NULL: nothing. */
const struct packet *far_end_take(const struct far_end *end);

#endif
