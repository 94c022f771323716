/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_MAC_H
#define BGW_CONTROL_MAC_H

#include <bgw/ref.h>
#include <cjson/cJSON.h>
#include <rte_ether.h>
#include <stdint.h>

struct control;

/** Where a MAC is, in the members of the MAC table's view. Its domain may be gone already. */
cJSON *mac_place_json(const struct control *control, uint16_t domain, bgw_ref place,
		      const struct rte_ether_addr *mac);

#endif
