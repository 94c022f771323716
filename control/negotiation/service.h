/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_SERVICE_H
#define BGW_CONTROL_NEGOTIATION_SERVICE_H

/**
 * The gRPC service Gateway of proto/negotiation.proto, negotiation.grpc of the configuration: where
 * the messages of peers come whose sessions are over UDP. A call is of a session here, by the tag
 * that only the session's peer can make, and beyond loopback by a certificate with the peer's name
 * besides; all else is refused. The same certificate is our client's.
 *
 * Control thread only.
 */

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "rpc/tls.h"

struct config_negotiation_grpc;
struct control;
struct negotiation_udp_peer;

/** Whether the section can be used, without starting anything. 0, or negative with *error set. */
int negotiation_service_check(const struct config_negotiation_grpc *config, struct error *error);

/** Listens, if there is something to listen on. 0, or negative with *error set. */
int negotiation_service_start(struct control *control, struct error *error);
/** Whether the certificates of a configuration that is read anew can be used. 0, or negative with
 * *error set. Any thread. */
int negotiation_service_renewal_check(const struct control *control,
				      const struct config_negotiation_grpc *config,
				      struct error *error);
/** They are in control->config now: connections that come have them, at both ends. */
void negotiation_service_renew(struct control *control);
/** Runs have been halted: no call waits for an answer. */
void negotiation_service_stop(struct control *control);

#define SERVICE_PLACE_SIZE 320

/** How a peer's service is reached. */
struct negotiation_service_target {
	char text[SERVICE_PLACE_SIZE];
	bool is_tls;
	struct rpc_tls tls; /**< of the configuration's and the peer's texts */
	/** Another one than before: what was connected is to be connected anew. */
	uint32_t renewals;
};

/** 0, or negative with *error set. */
int negotiation_service_target(const struct negotiation_udp_peer *peer,
			       struct negotiation_service_target *target, struct error *error);

#endif
