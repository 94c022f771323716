/* SPDX-License-Identifier: BSD-3-Clause */
/* What the configuration agent has is compared with what was agreed: what a host has lost is
 * configured again. */
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "l3/negotiator_private.h"
#include "log.h"

/* What the agent has, sorted, since a large site has thousands of both. */
struct owned {
	const char *owner;
	enum agent_applied_kind kind;
};

static int owned_compare(const void *first, const void *second)
{
	const struct owned *a = first, *b = second;
	const int order = strcmp(a->owner, b->owner);

	return order != 0 ? order : (int)a->kind - (int)b->kind;
}

/* NULL without memory; to be freed. */
static struct owned *owned_sort(const struct agent_applied *entries, size_t count,
				size_t *owned_count)
{
	size_t owners = 0, n = 0;
	struct owned *owned;

	for (size_t i = 0; i < count; i++)
		owners += entries[i].present ? entries[i].owner_count : 0;
	owned = calloc(owners + 1, sizeof(*owned));
	if (owned == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; entries[i].present && j < entries[i].owner_count; j++)
			owned[n++] = (struct owned){entries[i].owners[j], entries[i].kind};
	qsort(owned, n, sizeof(*owned), owned_compare);
	*owned_count = n;
	return owned;
}

static bool is_whole(const struct object *object, const struct owned *owned, size_t count)
{
	char owner[BGW_UUID_TEXT_SIZE];

	bgw_uuid_format(&negotiation_of(object)->id, owner);
	for (enum agent_applied_kind kind = AGENT_ADDRESS; kind <= AGENT_NAT; kind++) {
		const struct owned wanted = {owner, kind};

		if (negotiation_has_order(object, kind) &&
		    bsearch(&wanted, owned, count, sizeof(*owned), owned_compare) == NULL)
			return false;
	}
	return true;
}

static void hold_again(struct negotiator *negotiator, const struct object *object)
{
	struct job *job = job_create(negotiator);
	char id[BGW_UUID_TEXT_SIZE];

	if (job == NULL)
		return;
	job->id = object_base(object)->id;
	log_warning("negotiation %s is not configured any more, and is configured again",
		    bgw_uuid_format(&job->id, id));
	job_hold(job);
}

static void reconcile(void *arg, enum agent_outcome outcome, const char *message,
		      const struct agent_applied *entries, size_t count)
{
	struct negotiator *negotiator = arg;
	const struct object *object =
		model_first(negotiator->control->model, &bgw_l3_negotiation_type);
	struct owned *owned;
	size_t owned_count = 0;

	negotiator->reading = NULL;
	if (outcome == AGENT_UNIMPLEMENTED)
		negotiator->cannot_read = true;
	if (outcome != AGENT_DONE) {
		log_debug("%s", message);
		return;
	}
	owned = owned_sort(entries, count, &owned_count);
	for (; object != NULL && owned != NULL; object = object->next) {
		const struct bgw_l3_negotiation *negotiation = negotiation_of(object);

		if (negotiation->state == BGW_L3_CONFIGURED &&
		    job_find(negotiator, &negotiation->id) == NULL &&
		    !is_whole(object, owned, owned_count))
			hold_again(negotiator, object);
	}
	free(owned);
}

void negotiator_reconcile(struct negotiator *negotiator)
{
	if (negotiator->reading != NULL || negotiator->cannot_read || negotiator->is_stopping ||
	    model_count(negotiator->control->model, &bgw_l3_negotiation_type) == 0)
		return;
	negotiator->reading = agent_applied_get(negotiator->agent, "", reconcile, negotiator);
}
