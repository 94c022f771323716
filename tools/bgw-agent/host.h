/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_AGENT_HOST_H
#define BGW_AGENT_HOST_H

/**
 * This host's Linux: what it is asked to have and to have no more. Each function does all or
 * nothing, and may be repeated. Blocks for as long as the kernel works.
 */

#include <stdbool.h>
#include <stddef.h>

#include "rpc/configuration.h"

#define HOST_ERROR_SIZE 320

struct host;

/** NULL and errno. In the network namespace of the caller. */
struct host *host_open(void);
void host_close(struct host *host);

/**
 * @param existed whether the host has had it from somebody else, who keeps it.
 * @return 0, or negative errno with *error what the kernel refused, or why nobody asked it.
 */
int host_address_add(struct host *host, const struct agent_address *address, bool *existed,
		     char error[HOST_ERROR_SIZE]);
int host_route_add(struct host *host, const struct agent_route *route, bool *existed,
		   char error[HOST_ERROR_SIZE]);

/** What is not there, or is somebody else's, is gone as far as we are concerned. */
int host_address_remove(struct host *host, const struct agent_address *address,
			char error[HOST_ERROR_SIZE]);
int host_route_remove(struct host *host, const struct agent_route *route,
		      char error[HOST_ERROR_SIZE]);

bool host_address_has(struct host *host, const struct agent_address *address);
/** `existed`: it was somebody else's, and may be still. */
bool host_route_has(struct host *host, const struct agent_route *route, bool existed);

/** A translation and for whom it is. */
struct host_nat {
	const struct agent_nat *nat;
	const char *owner;  /**< the first one */
	uint32_t mtu_bytes; /**< of the link; set by the functions */
};

/**
 * Adds nats[added] to the others, which are there. The translations of the host are those of the
 * list then.
 */
int host_nat_add(struct host *host, struct host_nat *nats, size_t count, size_t added,
		 char error[HOST_ERROR_SIZE]);
/** Adds what Linux has lost of nats[restored]. When it cannot, as without the link, what is there
 * stays, and packets for the peer are unreachable. */
int host_nat_restore(struct host *host, struct host_nat *nats, size_t count, size_t restored,
		     char error[HOST_ERROR_SIZE]);
/** Takes one away; the others, in the list, stay. */
int host_nat_remove(struct host *host, const struct agent_nat *nat, struct host_nat *others,
		    size_t count, char error[HOST_ERROR_SIZE]);
bool host_nat_has(struct host *host, const struct agent_nat *nat);

/** In between, the rules of nftables are not read again until we change them: for many questions.
 */
void host_look_begin(struct host *host);
void host_look_end(struct host *host);

/** What keeps packets of this family from being forwarded, "" if nothing. */
const char *host_forwarding_note(unsigned int family);

#endif
