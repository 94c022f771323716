/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_KEYS_H
#define BGW_CONTROL_NEGOTIATION_KEYS_H

/**
 * Keys of negotiations over UDP, by HKDF-SHA-256 (RFC 5869) from the secret that both ends know.
 * Each key is of one direction: the addresses of sender and receiver are in what it is derived
 * from, so what one end sent is never authentic when it comes back to it.
 *
 *     hello     salt ""
 *               info "bgw negotiation 1 hello"   sender receiver
 *     session   salt nonce of the end with the lower address, nonce of the other
 *               info "bgw negotiation 1 session" sender receiver
 *     call      salt as of session
 *               info "bgw negotiation 1 call"    sender receiver
 *
 * Nonces are 8 bytes in network order, addresses 16 (IPv4 as ::ffff:a.b.c.d).
 */

#include <stddef.h>
#include <stdint.h>

#include "values.h"

#define NEGOTIATION_KEY_BYTES 16

struct negotiation_secret {
	const uint8_t *bytes;
	size_t length;
};

/** 0 or -EIO: the library failed. */
int negotiation_key_hello(const struct negotiation_secret *secret, const struct bgw_address *sender,
			  const struct bgw_address *receiver, uint8_t key[NEGOTIATION_KEY_BYTES]);

/** Nonces of the two ends, in any order of the two. */
int negotiation_key_session(const struct negotiation_secret *secret,
			    const struct bgw_address *sender, uint64_t sender_nonce,
			    const struct bgw_address *receiver, uint64_t receiver_nonce,
			    uint8_t key[NEGOTIATION_KEY_BYTES]);

/** Of what the session's ends say to each other by gRPC. */
int negotiation_key_call(const struct negotiation_secret *secret, const struct bgw_address *sender,
			 uint64_t sender_nonce, const struct bgw_address *receiver,
			 uint64_t receiver_nonce, uint8_t key[NEGOTIATION_KEY_BYTES]);

#endif
