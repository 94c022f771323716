/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_MIRROR_H
#define PACKET_MIRROR_H

#include <stdbool.h>
#include <stdint.h>

#include <bgw/exception.h>

#include "packet.h"

/*
 * The rings of one port's mirror, whose Linux end the case holds: what workers pass on to Linux is
 * taken by it, and what it gives leaves by the port. One at a time, until the case ends.
 */
void mirror_open(uint16_t port, uint32_t room);
void mirror_close(void);

/* The next frame for Linux of a class; NULL: there is none. */
const struct packet *mirror_take(enum bgw_exception_class number);
void mirror_give(const struct packet *packet);

#endif
