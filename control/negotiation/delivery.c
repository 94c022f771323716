/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiation/delivery.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "control.h"
#include "grpc.h"
#include "negotiation/call.h"
#include "rpc/agent_answer.h"
#include "rpc/channel.h"

/* A connection that was closed for its idleness while a call was on its way is no failure. */
#define ATTEMPTS       4
#define RETRY_MS       UINT64_C(100)
#define ANSWER_BYTES   1024
#define CALLS_AT_ONCE  4 /* one, and others that were given up */
#define CALL_ANSWER_MS 60000

struct outgoing {
	STAILQ_ENTRY(outgoing) link;
	size_t count;
	uint8_t packed[];
};

struct delivery {
	struct rpc_channel *channel;
	struct rpc_call *call; /* under way */
	struct loop_timer *timer;
	const struct delivery_owner *owner;
	void *arg;
	char *target;
	STAILQ_HEAD(, outgoing) outbox;
	size_t unsent_bytes;
	uint8_t *packed; /* the call that is under way, or is to be repeated */
	size_t packed_bytes, carried_bytes;
	unsigned int attempts;
	bool has_arrived; /* something, since it was opened */
	bool is_short;	  /* there was no memory for a message */
	struct call next;
	uint8_t key[NEGOTIATION_KEY_BYTES];
};

static void fail(struct delivery *delivery, const char *why)
{
	char said[AGENT_SAID_SIZE], text[DELIVERY_WHY_SIZE];

	agent_said_clean(why, said);
	snprintf(text, sizeof(text), "the peer's gRPC service at %.64s: %.220s", delivery->target,
		 said);
	delivery_reset(delivery);
	delivery->owner->failed(delivery->arg, text);
}

static void call_forget(struct delivery *delivery)
{
	free(delivery->packed);
	delivery->packed = NULL;
	delivery->attempts = 0;
}

/* A service that answers that it has too much to do is there. */
static bool may_be_repeated(const struct delivery *delivery, enum rpc_status status)
{
	return delivery->attempts < ATTEMPTS &&
	       (status == RPC_RESOURCE_EXHAUSTED ||
		(status == RPC_UNAVAILABLE && delivery->has_arrived));
}

static void call_over(void *arg, enum rpc_status status, const char *details, const uint8_t *answer,
		      size_t bytes)
{
	struct delivery *delivery = arg;

	(void)answer;
	(void)bytes;
	delivery->call = NULL;
	if (status == RPC_OK) {
		delivery->has_arrived = true;
		delivery->unsent_bytes -= delivery->carried_bytes;
		delivery->next.number++;
		call_forget(delivery);
		delivery_flush(delivery);
		delivery->owner->taken(delivery->arg);
	} else if (may_be_repeated(delivery, status)) {
		loop_timer_set(delivery->timer, RETRY_MS << delivery->attempts, 0);
	} else {
		fail(delivery, details[0] != '\0' ? details : "it refused the call");
	}
}

static void send_call(struct delivery *delivery)
{
	delivery->attempts++;
	delivery->call =
		rpc_call_start(delivery->channel, CALL_METHOD, delivery->packed,
			       delivery->packed_bytes, CALL_ANSWER_MS, call_over, delivery);
	/* Those that were given up are over soon. */
	if (delivery->call == NULL)
		loop_timer_set(delivery->timer, RETRY_MS, 0);
}

static void time_came(void *arg)
{
	struct delivery *delivery = arg;

	if (delivery->packed == NULL || delivery->is_short)
		fail(delivery, "no memory for a call");
	else if (delivery->call == NULL && delivery->attempts <= 2 * ATTEMPTS)
		send_call(delivery);
	else if (delivery->call == NULL)
		fail(delivery, "too many calls are under way");
}

/* As many of the outbox as go into one call. */
static void gather(struct delivery *delivery)
{
	ProtobufCBinaryData messages[CALL_MESSAGES];
	struct outgoing *item = STAILQ_FIRST(&delivery->outbox);
	size_t count = 0;

	delivery->carried_bytes = 0;
	for (; item != NULL && count < CALL_MESSAGES; item = STAILQ_NEXT(item, link)) {
		if (count > 0 && delivery->carried_bytes + item->count > CALL_CONTENT_BYTES)
			break;
		messages[count++] = (ProtobufCBinaryData){item->count, item->packed};
		delivery->carried_bytes += item->count;
	}
	delivery->packed =
		call_pack(&delivery->next, messages, count, delivery->key, &delivery->packed_bytes);
	for (; delivery->packed != NULL && count > 0; count--) {
		item = STAILQ_FIRST(&delivery->outbox);
		STAILQ_REMOVE_HEAD(&delivery->outbox, link);
		free(item);
	}
}

void delivery_flush(struct delivery *delivery)
{
	if (delivery->packed != NULL || STAILQ_EMPTY(&delivery->outbox))
		return;
	gather(delivery);
	if (delivery->packed != NULL)
		send_call(delivery);
	else
		loop_timer_set(delivery->timer, 0, 0);
}

void delivery_add(struct delivery *delivery, const uint8_t *packed, size_t count)
{
	struct outgoing *item = malloc(sizeof(*item) + count);

	delivery->unsent_bytes += count;
	if (item == NULL) {
		delivery->is_short = true;
		loop_timer_set(delivery->timer, 0, 0);
		return;
	}
	item->count = count;
	memcpy(item->packed, packed, count);
	STAILQ_INSERT_TAIL(&delivery->outbox, item, link);
}

size_t delivery_unsent_bytes(const struct delivery *delivery)
{
	return delivery->unsent_bytes;
}

void delivery_reset(struct delivery *delivery)
{
	struct outgoing *item;

	if (delivery->call != NULL)
		rpc_call_cancel(delivery->call);
	delivery->call = NULL;
	call_forget(delivery);
	loop_timer_stop(delivery->timer);
	while ((item = STAILQ_FIRST(&delivery->outbox)) != NULL) {
		STAILQ_REMOVE_HEAD(&delivery->outbox, link);
		free(item);
	}
	delivery->unsent_bytes = 0;
	delivery->is_short = false;
}

void delivery_begin(struct delivery *delivery, uint32_t session, uint32_t round,
		    const uint8_t key[NEGOTIATION_KEY_BYTES])
{
	delivery_reset(delivery);
	delivery->next = (struct call){.session = session, .round = round};
	memcpy(delivery->key, key, sizeof(delivery->key));
}

struct delivery *delivery_open(struct control *control, const char *target,
			       const struct rpc_tls *tls, const struct delivery_owner *owner,
			       void *arg, struct error *error)
{
	const struct rpc_channel_config config = {
		.target = target,
		.tls = tls,
		.max_message_bytes = ANSWER_BYTES,
		.max_in_flight = CALLS_AT_ONCE,
	};
	struct delivery *delivery = calloc(1, sizeof(*delivery));
	struct rpc *rpc = grpc_use(control, error);
	char why[DELIVERY_WHY_SIZE] = "no memory";

	if (rpc == NULL || delivery == NULL) {
		free(delivery);
		return NULL;
	}
	STAILQ_INIT(&delivery->outbox);
	delivery->owner = owner;
	delivery->arg = arg;
	delivery->target = strdup(target);
	delivery->timer = loop_timer_create(control->loop, LOOP_NEVER, 0, time_came, delivery);
	if (delivery->target != NULL && delivery->timer != NULL)
		delivery->channel = rpc_channel_open(rpc, &config, why, sizeof(why));
	if (delivery->channel != NULL)
		return delivery;
	error_set(error, BGW_ERROR_UNAVAILABLE, "the peer's gRPC service: %s", why);
	loop_timer_close(delivery->timer);
	free(delivery->target);
	free(delivery);
	return NULL;
}

void delivery_close(struct delivery *delivery)
{
	if (delivery == NULL)
		return;
	delivery_reset(delivery);
	rpc_channel_close(delivery->channel);
	loop_timer_close(delivery->timer);
	OPENSSL_cleanse(delivery->key, sizeof(delivery->key));
	free(delivery->target);
	free(delivery);
}
