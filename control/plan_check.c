/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include "control.h"
#include "model.h"
#include "plan.h"

/* What an attachment claims of its port, in a number: the port in the upper half, and its tags, or
 * WHOLE_PORT, in the lower. */
#define WHOLE_PORT UINT32_MAX

struct claims {
	uint64_t *keys;
	size_t count, room;
	bool no_memory;
	/* what stood in the way */
	const struct control *control;
	struct planned_attachment conflict;
	size_t others;
};

static uint64_t claim_key(uint16_t port, uint32_t what)
{
	return (uint64_t)port << 32 | what;
}

static uint64_t claim_of(const struct planned_attachment *attachment)
{
	const uint32_t tags = (uint32_t)attachment->tags.outer << 16 | attachment->tags.inner;

	return claim_key(attachment->port,
			 attachment->kind == BGW_ATTACHMENT_PORT ? WHOLE_PORT : tags);
}

static bool claims_add(void *arg, const struct planned_attachment *attachment)
{
	struct claims *claims = arg;

	if (claims->count == claims->room) {
		const size_t room = claims->room != 0 ? claims->room * 2 : 64;
		uint64_t *keys = reallocarray(claims->keys, room, sizeof(keys[0]));

		if (keys == NULL) {
			claims->no_memory = true;
			return false;
		}
		claims->keys = keys;
		claims->room = room;
	}
	claims->keys[claims->count++] = claim_of(attachment);
	return true;
}

static int key_compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The first claim that is not before the key; `count` if there is none. */
static size_t lower_bound(const struct claims *claims, uint64_t key)
{
	size_t low = 0, high = claims->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (claims->keys[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool claims_have(const struct claims *claims, uint64_t key)
{
	const size_t at = lower_bound(claims, key);

	return at < claims->count && claims->keys[at] == key;
}

static bool claims_touch(const struct claims *claims, const struct planned_attachment *attachment)
{
	const uint64_t first = claim_key(attachment->port, 0);
	const uint64_t whole = claim_key(attachment->port, WHOLE_PORT);
	const size_t at = lower_bound(claims, first);

	if (attachment->kind == BGW_ATTACHMENT_PORT)
		return at < claims->count && claims->keys[at] <= whole;
	return claims_have(claims, whole) || claims_have(claims, claim_of(attachment));
}

static bool other_visit(void *arg, const struct planned_attachment *attachment)
{
	struct claims *claims = arg;

	claims->others++;
	claims->conflict = *attachment;
	return !claims_touch(claims, attachment);
}

static const char *claim_text(const struct planned_attachment *attachment,
			      char text[BGW_TAGS_TEXT_SIZE])
{
	return attachment->kind == BGW_ATTACHMENT_PORT ? "all frames"
						       : bgw_tags_format(&attachment->tags, text);
}

static int refuse_twice(const struct plan *plan, uint64_t key, struct error *error)
{
	const struct config_port *port =
		config_port_at(&plan->control->config, (uint32_t)(key >> 32));
	const struct bgw_tags tags = {.outer = (uint16_t)((uint32_t)key >> 16),
				      .inner = (uint16_t)key};
	char text[BGW_TAGS_TEXT_SIZE];

	if (plan->with != NULL)
		return error_set(error, BGW_ERROR_GATEWAY_DUPLICATE_SEGMENTATION_ID,
				 "segmentation_id: port %s and its VLAN ids can be in one network "
				 "only, and the gateway has attached them already",
				 port->name);
	if ((uint32_t)key == WHOLE_PORT)
		return error_set(error, BGW_ERROR_GATEWAY_DUPLICATE_SEGMENTATION_ID,
				 "devices: an interface of kind \"port\" takes all frames of port "
				 "%s, so no other interface may name that port",
				 port->name);
	return error_set(error, BGW_ERROR_GATEWAY_DUPLICATE_SEGMENTATION_ID,
			 "devices: segmentation_id %s of port %s is given twice",
			 bgw_tags_format(&tags, text), port->name);
}

/* Within the gateway itself. */
static int check_own(const struct plan *plan, const struct claims *claims, struct error *error)
{
	for (size_t i = 1; i < claims->count; i++) {
		const uint64_t key = claims->keys[i];

		if (key == claims->keys[i - 1] ||
		    ((uint32_t)key == WHOLE_PORT && key >> 32 == claims->keys[i - 1] >> 32))
			return refuse_twice(plan, key, error);
	}
	return 0;
}

static int check_others(const struct plan *plan, struct claims *claims, struct error *error)
{
	const struct object *object = model_first(plan->control->model, &bgw_l2_gateway_type);
	char tags[BGW_TAGS_TEXT_SIZE], id[BGW_UUID_TEXT_SIZE];

	for (; object != NULL; object = object->next) {
		const struct plan other = {
			.control = plan->control,
			.gateway = object_record(object),
		};

		if (bgw_uuid_equal(&other.gateway->id, &plan->gateway->id) ||
		    plan_attachments(&other, other_visit, claims))
			continue;
		return error_set(error, BGW_ERROR_GATEWAY_DUPLICATE_SEGMENTATION_ID,
				 "%s: l2_gateway %s has segmentation_id %s of port %s already",
				 plan->with != NULL ? "segmentation_id" : "devices",
				 bgw_uuid_format(&other.gateway->id, id),
				 claim_text(&claims->conflict, tags),
				 claims->conflict.interface->name);
	}
	return 0;
}

int plan_check(const struct plan *plan, struct error *error)
{
	const uint32_t most = plan->control->config.tables.attachments;
	struct claims claims = {.control = plan->control};
	int rc = 0;

	plan_attachments(plan, claims_add, &claims);
	if (claims.no_memory) {
		free(claims.keys);
		return error_set(error, BGW_ERROR_INTERNAL, "no memory to check the attachments");
	}
	if (claims.count > 0) {
		qsort(claims.keys, claims.count, sizeof(claims.keys[0]), key_compare);
		rc = check_own(plan, &claims, error);
		if (rc == 0)
			rc = check_others(plan, &claims, error);
		if (rc == 0 && claims.others + claims.count > most)
			rc = error_set(error, BGW_ERROR_OVER_QUOTA,
				       "that would make %zu attachments, and there may be %u; use "
				       "fewer VLAN ids or raise tables.attachments in the "
				       "configuration",
				       claims.others + claims.count, most);
	}
	free(claims.keys);
	return rc;
}
