/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_L3_PEERS_H
#define BGW_CONTROL_L3_PEERS_H

/**
 * With whom there may be a layer-3 negotiation, and where a request to it may go: what an operator
 * names must not make the gateway ask somebody else. Any thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "l3/failure.h"
#include "values.h"

#define L3_HANDLE_PATH "/api/v1/handle_negotiation"

/** An element of allowed_peers. */
struct l3_peer {
	struct bgw_prefix prefix; /**< host bits zero */
	uint16_t port;		  /**< the only one, 0 any */
};

/** ADDRESS, ADDRESS/LENGTH, ADDRESS:PORT or [ADDRESS]:PORT. 0 or -EINVAL. */
int l3_peer_parse(const char *text, struct l3_peer *peer);

/** Whether one of them has the address and the port; port 0 asks for the address alone, for those
 * who come to us. A loopback address is only where it is listed by itself, with a port. */
bool l3_peers_have(const struct l3_peer *peers, size_t count, const struct bgw_address *address,
		   uint16_t port);

/** IPv4 that is written as IPv6 (::ffff:192.0.2.1) as IPv4. */
struct bgw_address l3_address_plain(const struct bgw_address *address);

/** The parts of a peer's URL. */
struct l3_remote {
	bool tls;
	char host[256]; /**< name or address, IPv6 without brackets */
	uint16_t port;
};

/** Reads http(s)://HOST[:PORT]/api/v1/handle_negotiation. 0, or negative with a failure of status
 * 403: it is something else. */
int l3_remote_parse(const char *url, struct l3_remote *remote, struct l3_failure *failure);

/** The URL of a peer's negotiator at an address. */
#define L3_REMOTE_URL_SIZE 128
char *l3_remote_url(const struct bgw_address *address, uint16_t port, bool tls,
		    char url[L3_REMOTE_URL_SIZE]);

#endif
