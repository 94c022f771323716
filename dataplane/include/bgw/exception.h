/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_EXCEPTION_H
#define BGW_EXCEPTION_H

#include <stddef.h>
#include <stdint.h>

/*
 * The exception thread: it carries frames between an underlay port that Linux does not have (pci,
 * vdev, memif) and the port's mirror, a Linux tap with the port's address, MTU and link state. On
 * the mirror FRR, strongSwan and the kernel's own ARP run as on any netdev.
 *
 * Workers never wait for it: bounded rings each way, and to Linux one ring and one policer for each
 * class, so that a flood of one class neither fills another's ring nor keeps the thread from it.
 * Functions here are for the control thread.
 */

/* In the order in which the thread serves them. */
/* clang-format off */
#define BGW_EXCEPTION_LIST(X)                                                                      \
	X(RESOLUTION, resolution, 4000)	/* ARP and ND: next hops depend on it */                   \
	X(PROTOCOL, protocol, 20000)	/* BGP, BFD, IKE, OSPF, VRRP, LACP, LLDP */                \
	X(OTHER, other, 20000)		/* the rest */
/* clang-format on */

enum bgw_exception_class {
#define X(id, name, pps) BGW_EXCEPTION_##id,
	BGW_EXCEPTION_LIST(X)
#undef X
	BGW_EXCEPTION_COUNT
};

const char *bgw_exception_class_name(enum bgw_exception_class number);

/*
 * Creates the mirrors of the ports that have one in their configuration, and the thread, which
 * inherits the caller's CPUs. After bgw_port_add(), before bgw_port_start_all(). Without any mirror
 * there is no thread. 0 or a negative errno with the operator's sentence.
 */
int bgw_exception_start(char *why, size_t why_size);

/* Ends the thread and removes the mirrors. Workers must have stopped. May be called twice. */
void bgw_exception_stop(void);

struct bgw_exception_counters {
	uint64_t to_linux_pkts[BGW_EXCEPTION_COUNT]; /* written to the tap */
	uint64_t policed_pkts[BGW_EXCEPTION_COUNT];  /* over the class's rate: the ring was full */
	uint64_t refused_pkts[BGW_EXCEPTION_COUNT];  /* the tap did not take them: it is down */
	uint64_t from_linux_pkts;
	uint64_t from_linux_dropped_pkts; /* larger than the port's MTU, or broken */
};

/* -ENOENT: the port has no mirror. */
int bgw_exception_counters_get(uint16_t port, struct bgw_exception_counters *counters);

#endif
