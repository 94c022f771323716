/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RPC_CONFIGURATION_H
#define BGW_CONTROL_RPC_CONFIGURATION_H

/**
 * What a configuration agent is asked for, as values, and whether it can be asked for. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "values.h"

#define AGENT_INTERFACE_SIZE 16
#define AGENT_OWNER_SIZE     65

/** An address on an interface. */
struct agent_address {
	struct bgw_prefix ip; /**< host bits are the address */
	char interface[AGENT_INTERFACE_SIZE];
};

struct agent_route {
	struct bgw_prefix destination; /**< without host bits */
	struct bgw_address next_hop;
};

/** One-to-one translation of flows on the link that name the remapping network. */
struct agent_nat {
	struct bgw_prefix remapping; /**< under which each side sees the other */
	struct bgw_prefix internal;  /**< which both sides have; of the same length */
	char interface[AGENT_INTERFACE_SIZE];
	uint32_t table; /**< the original uses 100 */
	uint32_t mark;	/**< the original uses 0x100; one for each next hop */
	struct bgw_address next_hop;
	struct bgw_prefix peer; /**< what the peer has, where `internal` is a part; else family 0 */
};

/**
 * Whether it can be asked for: no network where an address must be, no default route, nothing of
 * loopback or multicast, names that are names.
 *
 * @return 0, or -EINVAL with *error one sentence that names the member of the message and says what
 * would be right.
 */
int agent_address_check(const struct agent_address *address, char *error, size_t error_size);
int agent_route_check(const struct agent_route *route, char *error, size_t error_size);
int agent_nat_check(const struct agent_nat *nat, char *error, size_t error_size);
/** Who asks: 1-64 letters, digits, '.', '_', ':' and '-', or "" for nobody in particular. */
int agent_owner_check(const char *owner, char *error, size_t error_size);

/** An interface's name, which `member` has. As above. */
int agent_interface_check(const char *member, const char *name, char *error, size_t error_size);

/** A text of a stranger's, cut short, with nothing in it that a terminal or a log would take for
 * its own. */
#define AGENT_QUOTE_SIZE 68
const char *agent_quote(const char *text, char buffer[AGENT_QUOTE_SIZE]);

/** The prefix without its host bits. */
struct bgw_prefix agent_network(const struct bgw_prefix *prefix);
bool agent_network_has(const struct bgw_prefix *network, const struct bgw_address *ip);

#endif
