/* SPDX-License-Identifier: BSD-3-Clause */
/* Layer-3 negotiations: made and changed by the negotiator; clients may have one released. */
#include <errno.h>
#include <time.h>

#include "control.h"
#include "l3/negotiator.h"
#include "resource.h"

/* Recorded now; the negotiator takes back what it had configured, and tells the peer. */
static int retire(struct control *control, struct object *old, struct error *error)
{
	static const struct record_reader reader = {.mode = RECORD_LOAD};
	const struct bgw_l3_negotiation *negotiation = object_record(old);
	struct object *new;
	cJSON *patch;

	if (negotiation->state == BGW_L3_RELEASING)
		return 0;
	patch = cJSON_CreateObject();
	cJSON_AddStringToObject(patch, "state", bgw_l3_negotiation_state_names[BGW_L3_RELEASING]);
	new = object_merge(old, patch, &reader, error);
	cJSON_Delete(patch);
	if (new == NULL)
		return -EINVAL;
	if (model_replace(control->model, old, new) == 0)
		return 0;
	object_free(new);
	return error_set(error, BGW_ERROR_INTERNAL, "no memory to release the negotiation");
}

static void publish(struct control *control, struct object *old, struct object *new)
{
	negotiator_changed(control, old, new);
}

static void enrich(struct control *control, const struct object *object, cJSON *json)
{
	const struct bgw_l3_negotiation *negotiation = object_record(object);
	const char *trouble = negotiator_trouble(control, &negotiation->id);
	uint32_t now_s = (uint32_t)time(NULL);

	if (object_given(object, "expires"))
		cJSON_AddNumberToObject(
			json, "lease_left",
			negotiation->expires_s > now_s ? negotiation->expires_s - now_s : 0);
	else
		cJSON_AddNullToObject(json, "lease_left");
	if (trouble != NULL)
		cJSON_AddStringToObject(json, "error", trouble);
	else
		cJSON_AddNullToObject(json, "error");
}

const struct resource l3_negotiation_resource = {
	.type = &bgw_l3_negotiation_type,
	.start = negotiator_start,
	.stop = negotiator_stop,
	.publish = publish,
	.enrich = enrich,
	.retire = retire,
};
