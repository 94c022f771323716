/* SPDX-License-Identifier: BSD-3-Clause */
#include "run_private.h"

#include <errno.h>
#include <stdlib.h>

#include "wire.h"

/* It has one; a later version may have others, which we do not know. */
#define FIELDS_MAX 16

int run_refuse(const struct run *run, const char *what, struct error *error)
{
	return error_set(error, BGW_ERROR_BAD_REQUEST, "%s: the peer sent %s",
			 bgw_negotiation_names[run->protocol], what);
}

void run_put(struct run *run, const Bgw__Negotiation__Message *message)
{
	uint8_t *packed = malloc(bgw__negotiation__message__get_packed_size(message));

	/* Without memory the peer waits in vain, until the deadline of the protocol. */
	if (packed == NULL)
		return;
	run->send(run->arg, packed, bgw__negotiation__message__pack(message, packed));
	free(packed);
}

static void put_end(struct run *run)
{
	Bgw__Negotiation__Message message = BGW__NEGOTIATION__MESSAGE__INIT;
	Bgw__Negotiation__End end = BGW__NEGOTIATION__END__INIT;

	message.content_case = BGW__NEGOTIATION__MESSAGE__CONTENT_END;
	message.end = &end;
	run_put(run, &message);
	run->end_sent = true;
}

struct run *run_create(struct peering *peering, enum bgw_negotiation protocol, bool is_asked,
		       run_send *send, void *arg)
{
	struct run *run = calloc(1, sizeof(*run));

	if (run == NULL)
		return NULL;
	run->peering = peering;
	run->protocol = protocol;
	run->is_asked = is_asked;
	run->send = send;
	run->arg = arg;
	/* In a resync the one who was asked tells, and the other listens. */
	run->has_sent = protocol == BGW_NEGOTIATION_RESYNC && !is_asked;
	run->has_taken = protocol == BGW_NEGOTIATION_RESYNC && is_asked;
	if (run->has_sent)
		peering_table_begin(peering);
	else if (run->has_taken)
		peering->resyncs_told++;
	return run;
}

void run_destroy(struct run *run)
{
	if (run == NULL)
		return;
	offers_clear(&run->ours);
	offers_clear(&run->theirs);
	free(run->first);
	free(run->next);
	free(run->macs);
	free(run);
}

static enum run_result conclude(struct run *run)
{
	if (run->has_sent && run->has_taken && !run->end_sent)
		put_end(run);
	if (!run->end_sent || !run->end_taken)
		return RUN_WAITS;
	run_macs_done(run);
	return RUN_DONE;
}

enum run_result run_go_on(struct run *run, struct error *error)
{
	enum run_result result = RUN_WAITS;

	if (!run->has_sent && run->protocol == BGW_NEGOTIATION_TUNNEL)
		result = run_offers_go_on(run, error);
	else if (!run->has_sent)
		result = run_macs_go_on(run, error);
	return result == RUN_WAITS ? conclude(run) : result;
}

static int take_end(struct run *run, struct error *error)
{
	if (!run->has_sent || !run->has_taken)
		return run_refuse(run, "its end before it had everything", error);
	run->end_taken = true;
	return 0;
}

static int take(struct run *run, const Bgw__Negotiation__Message *message, struct error *error)
{
	const bool is_tunnel = run->protocol == BGW_NEGOTIATION_TUNNEL;

	if (run->end_taken)
		return run_refuse(run, "more after its end", error);
	if (message->content_case == BGW__NEGOTIATION__MESSAGE__CONTENT_END)
		return take_end(run, error);
	if (run->has_taken)
		return run_refuse(run, "more than it has to say", error);
	if (is_tunnel && message->content_case == BGW__NEGOTIATION__MESSAGE__CONTENT_OFFERS)
		return run_offers_take(run, message->offers, error);
	if (!is_tunnel)
		switch (message->content_case) {
		case BGW__NEGOTIATION__MESSAGE__CONTENT_HAVE:
			return run_have_take(run, message->have, error);
		case BGW__NEGOTIATION__MESSAGE__CONTENT_MACS:
			return run_macs_take(run, message->macs, error);
		case BGW__NEGOTIATION__MESSAGE__CONTENT_POSITION:
			return run_position_take(run, message->position, error);
		case BGW__NEGOTIATION__MESSAGE__CONTENT_BEHIND:
			return run_behind_take(run, error);
		default:
			break;
		}
	return run_refuse(run, "a message that does not belong there", error);
}

enum run_result run_take(struct run *run, const uint8_t *packed, size_t count, struct error *error)
{
	Bgw__Negotiation__Message *message =
		wire_has_few_fields(packed, count, FIELDS_MAX)
			? bgw__negotiation__message__unpack(NULL, count, packed)
			: NULL;
	int rc;

	if (message == NULL) {
		run_refuse(run, "what is no message", error);
		return RUN_FAILED;
	}
	rc = take(run, message, error);
	bgw__negotiation__message__free_unpacked(message, NULL);
	return rc < 0 ? RUN_FAILED : run_go_on(run, error);
}
