/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include "negotiation/call.h"
#include "negotiation/run.h"

/* What a peer's gRPC client sends, as if it had the key; and what comes back of it when it is
 * packed here. */
static const uint8_t key[NEGOTIATION_KEY_BYTES] = {1, 2, 3};

static void comes_back(const Bgw__Negotiation__Call *call, const Bgw__Negotiation__Body *body)
{
	const struct call again = {call->session, body->round, body->number};
	Bgw__Negotiation__Call *read;
	Bgw__Negotiation__Body *read_body;
	size_t bytes;
	uint8_t *packed = call_pack(&again, body->messages, body->n_messages, key, &bytes);

	MUST(packed);
	/* Messages that no gateway puts into one call may be too long together. */
	read = call_unpack(packed, bytes);
	free(packed);
	if (read == NULL) {
		MUST(bytes > CALL_BYTES);
		return;
	}
	MUST(read->session == call->session && call_is_authentic(read, key));
	read->body.data[0] ^= 1;
	MUST(!call_is_authentic(read, key));
	read->body.data[0] ^= 1;
	read_body = call_body(read);
	MUST(read_body && read_body->round == body->round && read_body->number == body->number);
	MUST(read_body->n_messages == body->n_messages);
	for (size_t i = 0; i < body->n_messages; i++) {
		MUST(read_body->messages[i].len == body->messages[i].len);
		MUST(body->messages[i].len == 0 ||
		     memcmp(read_body->messages[i].data, body->messages[i].data,
			    body->messages[i].len) == 0);
	}
	bgw__negotiation__body__free_unpacked(read_body, NULL);
	bgw__negotiation__call__free_unpacked(read, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size, 0);
	Bgw__Negotiation__Call *call = call_unpack(copy, size);
	Bgw__Negotiation__Body *body;

	free(copy);
	if (call == NULL)
		return 0;
	/* Nobody guesses a tag. */
	MUST(!call_is_authentic(call, key));
	body = call_body(call);
	if (body != NULL) {
		MUST(body->n_messages > 0 && body->n_messages <= CALL_MESSAGES);
		for (size_t i = 0; i < body->n_messages; i++)
			MUST(body->messages[i].len <= RUN_MESSAGE_MAX);
		comes_back(call, body);
	}
	bgw__negotiation__body__free_unpacked(body, NULL);
	bgw__negotiation__call__free_unpacked(call, NULL);
	return 0;
}
