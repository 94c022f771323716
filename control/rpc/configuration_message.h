/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RPC_CONFIGURATION_MESSAGE_H
#define BGW_CONTROL_RPC_CONFIGURATION_MESSAGE_H

/**
 * The messages of proto/configurator.proto and their values. Pure. What is read may come from
 * anybody, and is taken as a whole or not at all.
 */

#include "configuration.h"
#include "configurator.pb-c.h"

/** Out of a message, checked. 0, or -EINVAL with *error one sentence that names the member. */
int agent_address_read(const Configurator__IPAssignment *message, struct agent_address *address,
		       char *error, size_t error_size);
int agent_route_read(const Configurator__Route *message, struct agent_route *route, char *error,
		     size_t error_size);
int agent_nat_read(const Configurator__NatConfiguration *message, struct agent_nat *nat,
		   char *error, size_t error_size);

/** The texts that a message points to. */
struct agent_texts {
	char networks[3][BGW_PREFIX_TEXT_SIZE];
	char next_hop[BGW_ADDRESS_TEXT_SIZE];
	char table[BGW_UINT_TEXT_SIZE];
	char mark[BGW_UINT_TEXT_SIZE];
};

/** Into a message, which points into the value, the owner and the texts. */
void agent_address_write(const struct agent_address *address, const char *owner,
			 struct agent_texts *texts, Configurator__IPAssignment *message);
void agent_route_write(const struct agent_route *route, const char *owner,
		       struct agent_texts *texts, Configurator__Route *message);
void agent_nat_write(const struct agent_nat *nat, const char *owner, struct agent_texts *texts,
		     Configurator__NatConfiguration *message);

#endif
