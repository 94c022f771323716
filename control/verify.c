/* SPDX-License-Identifier: BSD-3-Clause */
#include "verify.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bgw/dataplane.h>
#include <bgw/fdb.h>

#include "attachment.h"
#include "control.h"
#include "plan.h"
#include "tunnel.h"

#define ITEMS_A_CHECK 16

struct verify {
	struct control *control;
	size_t stored, in_memory, in_tables;
	size_t problem_count;
	char *problems[VERIFY_MAX_PROBLEMS];
	/* where verify_dataplane() is */
	unsigned int type;
	const struct object *next;
	bool is_in_type;
};

struct verify *verify_create(struct control *control)
{
	struct verify *verify = calloc(1, sizeof(*verify));

	if (verify != NULL)
		verify->control = control;
	return verify;
}

void verify_free(struct verify *verify)
{
	if (verify == NULL)
		return;
	for (size_t i = 0; i < VERIFY_MAX_PROBLEMS; i++)
		free(verify->problems[i]);
	free(verify);
}

__attribute__((format(printf, 2, 3))) static void problem(struct verify *verify, const char *format,
							  ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (verify->problem_count < VERIFY_MAX_PROBLEMS &&
	    vasprintf(&verify->problems[verify->problem_count], format, arguments) < 0)
		verify->problems[verify->problem_count] = NULL;
	verify->problem_count++;
	va_end(arguments);
}

static const char *id_of(const struct object *object, char id[BGW_UUID_TEXT_SIZE])
{
	return bgw_uuid_format(&object_base(object)->id, id);
}

/* --- store and memory --- */

static int compare(void *arg, struct object *stored, struct error *error)
{
	struct verify *verify = arg;
	const struct object *is =
		model_find(verify->control->model, stored->type, &object_base(stored)->id);
	char id[BGW_UUID_TEXT_SIZE];

	(void)error;
	verify->stored++;
	if (is == NULL)
		problem(verify, "%s %s is in the store and not in memory", stored->type->name,
			id_of(stored, id));
	else if (is->seq != stored->seq)
		problem(verify, "%s %s is in the store twice", stored->type->name,
			id_of(stored, id));
	else if (object_base(is)->revision != object_base(stored)->revision ||
		 !object_has(is, stored) || !object_has(stored, is))
		problem(verify, "%s %s has other members in the store than in memory",
			stored->type->name, id_of(stored, id));
	object_free(stored);
	return 0;
}

void verify_store(struct verify *verify)
{
	const struct control *control = verify->control;
	struct error error = {0};

	if (store_check(control->store, &error) < 0 ||
	    store_load(control->store, compare, verify, &error) < 0)
		problem(verify, "%s", error.message);
	for (unsigned int t = 0; model_type(t) != NULL; t++)
		verify->in_memory += model_count(control->model, model_type(t));
	if (verify->stored < verify->in_memory)
		problem(verify, "%zu objects in memory are not in the store",
			verify->in_memory - verify->stored);
}

/* --- memory and tables --- */

static bool is_in_table(const struct control *control, const struct remote_mac_state *state)
{
	struct bgw_fdb_entry entry;

	return bgw_fdb_get(control->dataplane, state->connection->domain->id, &state->mac,
			   &entry) == 0 &&
	       (entry.ref & BGW_REF_STATIC) != 0 &&
	       (entry.ref & BGW_REF_PLACE) == bgw_ref_connection(state->connection->index);
}

static void check_remote_mac(struct verify *verify, const struct object *object)
{
	const struct bgw_l2_remote_mac *mac = object_record(object);
	const struct remote_mac_state *state = object->runtime;
	const struct object *connection =
		model_find(verify->control->model, &bgw_l2_remote_gateway_connection_type,
			   &mac->rgw_connection);
	const struct connection_state *behind = connection != NULL ? connection->runtime : NULL;
	char id[BGW_UUID_TEXT_SIZE];

	/* Behind a tunnel that has no place there has none either. */
	if (behind == NULL || behind->index == 0)
		return;
	if (state == NULL || state->connection != behind || !is_in_table(verify->control, state) ||
	    memcmp(state->mac.addr_bytes, mac->mac.bytes, sizeof(mac->mac.bytes)) != 0)
		problem(verify, "l2_remote_mac %s is not in the table of MACs", id_of(object, id));
	else
		verify->in_tables++;
}

static void check_connection(struct verify *verify, const struct object *object)
{
	const struct connection_state *state = object->runtime;
	char id[BGW_UUID_TEXT_SIZE];

	if (state == NULL || state->index == 0)
		return;
	if (connection_by_index(verify->control, state->index) != object)
		problem(verify,
			"l2_remote_gateway_connection %s is not what its place in the "
			"table of connections says",
			id_of(object, id));
	else
		verify->in_tables++;
}

struct places {
	const struct gateway_state *state;
	unsigned int planned, there;
};

static bool count_place(void *arg, const struct planned_attachment *planned)
{
	struct places *places = arg;
	const struct attachment *attachment = places->state->attachments;

	places->planned++;
	for (; attachment != NULL; attachment = attachment->next)
		if (attachment->spec.port == planned->port &&
		    attachment->spec.kind == planned->kind &&
		    memcmp(&attachment->tags, &planned->tags, sizeof(planned->tags)) == 0 &&
		    domain_key_equal(&attachment->domain->key, &planned->domain))
			break;
	places->there += attachment != NULL;
	return true;
}

static void check_gateway(struct verify *verify, const struct object *object)
{
	const struct plan plan = {.control = verify->control, .gateway = object_record(object)};
	struct places places = {.state = object->runtime};
	char id[BGW_UUID_TEXT_SIZE];

	if (places.state == NULL || places.state->is_blocked)
		return;
	plan_attachments(&plan, count_place, &places);
	if (places.there != places.planned)
		problem(verify, "l2_gateway %s has %u attachments, not the %u that it should have",
			id_of(object, id), places.there, places.planned);
	else
		verify->in_tables++;
}

static const struct {
	const struct bgw_object_type *type;
	void (*check)(struct verify *verify, const struct object *object);
} checks[] = {
	{&bgw_l2_gateway_type, check_gateway},
	{&bgw_l2_remote_gateway_connection_type, check_connection},
	{&bgw_l2_remote_mac_type, check_remote_mac},
};

bool verify_dataplane(struct verify *verify)
{
	const uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;
	unsigned int n = 0;

	if (verify->control->dataplane == NULL)
		return true;
	for (; verify->type < sizeof(checks) / sizeof(checks[0]); verify->type++) {
		if (!verify->is_in_type)
			verify->next =
				model_first(verify->control->model, checks[verify->type].type);
		verify->is_in_type = true;
		for (; verify->next != NULL; verify->next = verify->next->next) {
			if (++n % ITEMS_A_CHECK == 0 && loop_now_ns() >= deadline_ns)
				return false;
			checks[verify->type].check(verify, verify->next);
		}
		verify->is_in_type = false;
	}
	return true;
}

cJSON *verify_json(const struct verify *verify)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *answer = cJSON_AddObjectToObject(json, "verify");
	cJSON *problems;

	cJSON_AddBoolToObject(answer, "ok", verify->problem_count == 0);
	cJSON_AddNumberToObject(answer, "stored", (double)verify->stored);
	cJSON_AddNumberToObject(answer, "in_memory", (double)verify->in_memory);
	cJSON_AddNumberToObject(answer, "in_tables", (double)verify->in_tables);
	cJSON_AddNumberToObject(answer, "problem_count", (double)verify->problem_count);
	problems = cJSON_AddArrayToObject(answer, "problems");
	for (size_t i = 0; i < verify->problem_count && i < VERIFY_MAX_PROBLEMS; i++)
		cJSON_AddItemToArray(
			problems, cJSON_CreateString(verify->problems[i] != NULL
							     ? verify->problems[i]
							     : "there is no memory to say which"));
	return json;
}
