/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EXCEPTION_MIRROR_H
#define EXCEPTION_MIRROR_H

#include <bgw/port.h>

#include "exception/exception.h"
#include "exception/policer.h"
#include "exception/tap.h"

/* A mirror as the exception thread has it. Counters are written by the thread alone. */
struct mirror {
	struct port_mirror shared;
	uint16_t port;
	uint16_t ethdev_id;
	struct tap tap;
	struct rte_mbuf *spare; /* empty, for the next frame from Linux */
	struct policer policer[BGW_EXCEPTION_COUNT];
	bool link_up; /* as the tap was told last */
	uint16_t mtu;
	struct rte_ether_addr mac;
	struct bgw_exception_counters counters;
};

/* Control thread, before the exception thread runs. Hangs itself into the port table. */
int mirror_create(struct mirror *mirror, uint16_t port, const struct bgw_port_info *info,
		  uint64_t now_ns, char *why, size_t why_size);
/* After it ended. Frees every buffer that its rings hold. */
void mirror_destroy(struct mirror *mirror);
void mirror_counters_get(const struct mirror *mirror, struct bgw_exception_counters *counters);

/* The thread's: each moves some frames and returns how many. */
uint32_t mirror_to_linux(struct mirror *mirror, uint64_t now_ns);
uint32_t mirror_from_linux(struct mirror *mirror);
/* Tells the tap what changed of the port. */
void mirror_follow(struct mirror *mirror);

#endif
