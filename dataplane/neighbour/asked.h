/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NEIGHBOUR_ASKED_H
#define NEIGHBOUR_ASKED_H

#include <rte_ether.h>

#include <bgw/bridge.h>

/* Who asks for which address. */
struct neighbour_query {
	struct bgw_ip target; /* whose MAC is asked for */
	struct bgw_ip
		asker; /* zero: the asker wants the target for itself and looks if it is free */
	struct rte_ether_addr asker_mac;
};

#endif
