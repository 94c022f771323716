/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiation/call.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#include "negotiation/run.h"
#include "negotiation/wire.h"

#define TAG_BYTES 32
/* More than are known, so that a later version may have some of its own. */
#define FIELDS_MAX 16

static bool tag_make(const uint8_t key[NEGOTIATION_KEY_BYTES], const uint8_t *body, size_t bytes,
		     uint8_t tag[TAG_BYTES])
{
	unsigned int made = TAG_BYTES;

	return HMAC(EVP_sha256(), key, NEGOTIATION_KEY_BYTES, body, bytes, tag, &made) != NULL &&
	       made == TAG_BYTES;
}

static uint8_t *body_pack(const struct call *call, ProtobufCBinaryData *messages, size_t count,
			  size_t *bytes)
{
	Bgw__Negotiation__Body body = BGW__NEGOTIATION__BODY__INIT;
	uint8_t *packed;

	body.round = call->round;
	body.number = call->number;
	body.messages = messages;
	body.n_messages = count;
	packed = malloc(bgw__negotiation__body__get_packed_size(&body) + 1);
	if (packed != NULL)
		*bytes = bgw__negotiation__body__pack(&body, packed);
	return packed;
}

uint8_t *call_pack(const struct call *call, ProtobufCBinaryData *messages, size_t count,
		   const uint8_t key[NEGOTIATION_KEY_BYTES], size_t *bytes)
{
	Bgw__Negotiation__Call message = BGW__NEGOTIATION__CALL__INIT;
	uint8_t tag[TAG_BYTES], *packed = NULL;

	message.session = call->session;
	message.body.data = body_pack(call, messages, count, &message.body.len);
	if (message.body.data != NULL && tag_make(key, message.body.data, message.body.len, tag)) {
		message.tag = (ProtobufCBinaryData){sizeof(tag), tag};
		packed = malloc(bgw__negotiation__call__get_packed_size(&message));
	}
	if (packed != NULL)
		*bytes = bgw__negotiation__call__pack(&message, packed);
	free(message.body.data);
	return packed;
}

Bgw__Negotiation__Call *call_unpack(const uint8_t *packed, size_t bytes)
{
	return bytes <= CALL_BYTES && wire_has_few_fields(packed, bytes, FIELDS_MAX)
		       ? bgw__negotiation__call__unpack(NULL, bytes, packed)
		       : NULL;
}

bool call_is_authentic(const Bgw__Negotiation__Call *call, const uint8_t key[NEGOTIATION_KEY_BYTES])
{
	uint8_t tag[TAG_BYTES];

	return call->tag.len == TAG_BYTES && tag_make(key, call->body.data, call->body.len, tag) &&
	       CRYPTO_memcmp(tag, call->tag.data, TAG_BYTES) == 0;
}

Bgw__Negotiation__Body *call_body(const Bgw__Negotiation__Call *call)
{
	Bgw__Negotiation__Body *body =
		wire_has_few_fields(call->body.data, call->body.len, FIELDS_MAX + CALL_MESSAGES)
			? bgw__negotiation__body__unpack(NULL, call->body.len, call->body.data)
			: NULL;
	bool is_good = body != NULL && body->n_messages > 0 && body->n_messages <= CALL_MESSAGES;

	for (size_t i = 0; is_good && i < body->n_messages; i++)
		is_good = body->messages[i].len <= RUN_MESSAGE_MAX;
	if (is_good)
		return body;
	bgw__negotiation__body__free_unpacked(body, NULL);
	return NULL;
}
