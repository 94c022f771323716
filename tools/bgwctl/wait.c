/* SPDX-License-Identifier: BSD-3-Clause */
#include "wait.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "text.h"

#define PAUSE_MS     20
#define PAUSE_MS_MAX 500

static const char *string_of(const cJSON *object, const char *member)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, member));
}

static bool is_in_force(const cJSON *object)
{
	const char *status = string_of(object, "status");
	bool up = !cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(object, "admin_state_up"));

	return status != NULL && (strcmp(status, "ACTIVE") == 0) == up;
}

/* Says why: a tunnel is down for the reason that its remote gateway gives. */
static enum outcome give_up(struct session *session, const struct bgw_object_type *type,
			    const cJSON *object)
{
	const struct bgw_field *label = collection_label(type);
	const char *remote = string_of(object, "remote_gateway");
	const char *reason = string_of(object, "status_reason");
	const char *name = label != NULL ? string_of(object, label->name) : NULL;
	const char *status = string_of(object, "status");
	cJSON *gateway = NULL;
	enum outcome outcome;

	if (reason == NULL && remote != NULL &&
	    collection_show(session, &bgw_l2_remote_gateway_type, remote, &gateway) == OUTCOME_OK)
		reason = string_of(gateway, "status_reason");
	if (name == NULL || name[0] == '\0')
		name = string_of(object, "id");
	outcome =
		complain(OUTCOME_TIMEOUT, "%s %s is still %s after %u s%s%s", type->name,
			 name != NULL ? name : "", status != NULL ? status : "unknown",
			 session->wait_s, reason != NULL ? ": " : "", reason != NULL ? reason : "");
	cJSON_Delete(gateway);
	return outcome;
}

/* One object is in force when it is; so are many when each of them was once. */
static enum outcome wait_for_one(struct session *session, const struct bgw_object_type *type,
				 const char *id, double deadline_s)
{
	enum outcome outcome;
	cJSON *object;

	for (long ms = PAUSE_MS;; ms = ms * 2 < PAUSE_MS_MAX ? ms * 2 : PAUSE_MS_MAX) {
		outcome = collection_show(session, type, id, &object);
		if (outcome != OUTCOME_OK)
			return outcome;
		if (is_in_force(object) || clock_now_s() >= deadline_s)
			break;
		cJSON_Delete(object);
		clock_pause_ms(ms);
	}
	if (!is_in_force(object))
		outcome = give_up(session, type, object);
	cJSON_Delete(object);
	return outcome;
}

enum outcome wait_for(struct session *session, const struct bgw_object_type *type,
		      const cJSON *objects)
{
	double deadline_s = clock_now_s() + session->wait_s;
	enum outcome outcome = OUTCOME_OK;
	const cJSON *object;

	if (session->wait_s == 0 || bgw_field_find(&type->record, "status") == NULL)
		return OUTCOME_OK;
	cJSON_ArrayForEach (object, objects) {
		const char *id = string_of(object, "id");

		if (is_in_force(object) || id == NULL)
			continue;
		outcome = wait_for_one(session, type, id, deadline_s);
		if (outcome != OUTCOME_OK)
			break;
	}
	return outcome;
}
