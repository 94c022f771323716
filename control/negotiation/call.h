/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_CALL_H
#define BGW_CONTROL_NEGOTIATION_CALL_H

/**
 * What carries the messages of a run by gRPC: a Call of proto/negotiation.proto, with a tag by a
 * key that only the two ends of the session have. Pure. What is read may come from anybody.
 */

#include <negotiation.pb-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "negotiation/keys.h"

#define CALL_METHOD "/bgw.negotiation.Gateway/Say"

/** What messages of one call have together, and how many they are, at most. */
#define CALL_CONTENT_BYTES 262144
#define CALL_MESSAGES	   1024
/** A packed call. */
#define CALL_BYTES (CALL_CONTENT_BYTES + 16 * CALL_MESSAGES)

struct call {
	uint32_t session; /**< the receiver's */
	uint32_t round;
	uint32_t number;
};

/** Packs; to be freed. NULL without memory. */
uint8_t *call_pack(const struct call *call, ProtobufCBinaryData *messages, size_t count,
		   const uint8_t key[NEGOTIATION_KEY_BYTES], size_t *bytes);

/** NULL: it is none. To be freed with bgw__negotiation__call__free_unpacked(). */
Bgw__Negotiation__Call *call_unpack(const uint8_t *packed, size_t bytes);
/** Whether whoever has the key made it. */
bool call_is_authentic(const Bgw__Negotiation__Call *call,
		       const uint8_t key[NEGOTIATION_KEY_BYTES]);
/** NULL: it has none. To be freed with bgw__negotiation__body__free_unpacked(). */
Bgw__Negotiation__Body *call_body(const Bgw__Negotiation__Call *call);

#endif
