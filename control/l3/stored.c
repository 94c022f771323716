/* SPDX-License-Identifier: BSD-3-Clause */
/* Negotiations as objects of the model. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control.h"
#include "l3/negotiator_private.h"
#include "l3/prefix.h"

static const struct record_reader loader = {.mode = RECORD_LOAD};

uint32_t negotiation_now_s(void)
{
	return (uint32_t)time(NULL);
}

const struct bgw_l3_negotiation *negotiation_of(const struct object *object)
{
	return object_record(object);
}

struct object *negotiation_find(const struct negotiator *negotiator, const struct bgw_uuid *id)
{
	return model_find(negotiator->control->model, &bgw_l3_negotiation_type, id);
}

bool negotiation_is_routed(const struct object *object)
{
	const struct bgw_l3_negotiation *negotiation = negotiation_of(object);

	return object_given(object, "net") && object_given(object, "destination_network") &&
	       (negotiation->role == BGW_L3_INITIATOR ||
		l3_is_routed(&negotiation->destination, &negotiation->internal));
}

static void add_prefix(cJSON *json, const char *name, const struct bgw_prefix *prefix)
{
	char text[BGW_PREFIX_TEXT_SIZE];

	if (prefix->ip.family != 0)
		cJSON_AddStringToObject(json, name, bgw_prefix_format(prefix, text));
}

static void add_address(cJSON *json, const char *name, const struct bgw_address *address)
{
	char text[BGW_ADDRESS_TEXT_SIZE];

	cJSON_AddStringToObject(json, name, bgw_address_format(address, text));
}

static void add_id(cJSON *json, const char *name, const struct bgw_uuid *id)
{
	char text[BGW_UUID_TEXT_SIZE];

	if (!bgw_uuid_is_nil(id))
		cJSON_AddStringToObject(json, name, bgw_uuid_format(id, text));
}

static void add_number(cJSON *json, const char *name, uint32_t number, uint32_t none)
{
	if (number != none)
		cJSON_AddNumberToObject(json, name, number);
}

static void add_lease(cJSON *json, uint32_t lease_s)
{
	if (lease_s == 0)
		return;
	cJSON_AddNumberToObject(json, "lease", lease_s);
	cJSON_AddNumberToObject(json, "expires", negotiation_now_s() + lease_s);
}

cJSON *negotiation_state_patch(enum bgw_l3_negotiation_state state)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "state", bgw_l3_negotiation_state_names[state]);
	return json;
}

/* What both roles have. */
static cJSON *object_json(const struct job *job, enum bgw_l3_negotiation_role role,
			  enum bgw_l3_negotiation_state state)
{
	cJSON *json = negotiation_state_patch(state);

	add_id(json, "id", &job->id);
	cJSON_AddStringToObject(json, "role", bgw_l3_negotiation_role_names[role]);
	add_address(json, "peer", &job->peer);
	add_prefix(json, "internal_network", &job->negotiator->site.internal);
	cJSON_AddStringToObject(json, "interface", job->negotiator->config->interface);
	cJSON_AddStringToObject(json, "digest", job->digest);
	if (job->key != NULL)
		cJSON_AddStringToObject(json, "key", job->key);
	return json;
}

static int fail_by(struct l3_failure *failure, const struct error *error)
{
	return l3_fail(failure, error_status(error->code), "%s", error->message);
}

static int insert(struct job *job, cJSON *json, struct l3_failure *failure)
{
	struct model *model = job->negotiator->control->model;
	struct error error;
	struct object *object = object_parse(&bgw_l3_negotiation_type, json, &loader, &error);

	cJSON_Delete(json);
	if (object == NULL)
		return fail_by(failure, &error);
	if (model_insert(model, object) == 0)
		return 0;
	object_free(object);
	return l3_fail(failure, L3_INTERNAL, "no memory for another negotiation");
}

int negotiation_insert_offered(struct job *job, struct l3_failure *failure)
{
	cJSON *json = object_json(job, BGW_L3_INITIATOR, BGW_L3_OFFERED);
	const struct l3_options *options = &job->offer.options;

	cJSON_AddStringToObject(json, "remote_agent", job->start.remote_agent);
	add_number(json, "asn", options->asn, 0);
	cJSON_AddBoolToObject(json, "bfd", options->bfd);
	add_number(json, "mtu", options->mtu, 0);
	add_number(json, "segmentation_id", options->segmentation_id, L3_SEGMENTATION_NONE);
	return insert(job, json, failure);
}

char *negotiation_release_url(const struct job *job, char url[L3_REMOTE_URL_SIZE])
{
	return job->offer.release_port == 0
		       ? NULL
		       : l3_remote_url(&job->peer, (uint16_t)job->offer.release_port,
				       job->offer.release_tls, url);
}

static uint32_t mtu_of_both(uint32_t a, uint32_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

int negotiation_insert_agreed(struct job *job, struct l3_failure *failure)
{
	const struct negotiator *negotiator = job->negotiator;
	const struct config_l3_negotiator *config = negotiator->config;
	cJSON *json = object_json(job, BGW_L3_RESPONDER, BGW_L3_AGREED);
	const struct l3_answer answer = l3_choice_answer(&negotiator->site, &job->choice);
	const struct l3_options *options = &job->offer.options;
	uint32_t number = l3_table_number(negotiator);
	char url[L3_REMOTE_URL_SIZE];

	if (negotiation_release_url(job, url) != NULL)
		cJSON_AddStringToObject(json, "remote_agent", url);
	add_id(json, "peer_negotiation_id", &job->offer.id);
	add_prefix(json, "net", &answer.net);
	add_address(json, "free_ip", &answer.free_ip);
	add_address(json, "assigned_ip", &answer.assigned_ip);
	add_prefix(json, "destination_network", &job->offer.destination);
	add_prefix(json, "remapping_network", &job->choice.remapping);
	if (job->choice.remapping.ip.family != 0) {
		cJSON_AddNumberToObject(json, "table", L3_FIRST_TABLE + number);
		cJSON_AddNumberToObject(json, "mark", L3_FIRST_MARK + number);
	}
	add_number(json, "asn", config->asn, 0);
	add_number(json, "peer_asn", options->asn, 0);
	cJSON_AddBoolToObject(json, "bfd", options->bfd && config->bfd);
	add_number(json, "mtu", mtu_of_both(options->mtu, config->mtu), 0);
	add_number(json, "segmentation_id", options->segmentation_id, L3_SEGMENTATION_NONE);
	add_lease(json, options->lease_s);
	return insert(job, json, failure);
}

int negotiation_patch(struct job *job, cJSON *patch, struct l3_failure *failure)
{
	struct model *model = job->negotiator->control->model;
	struct object *old = negotiation_find(job->negotiator, &job->id), *new;
	struct error error;

	if (old == NULL) {
		cJSON_Delete(patch);
		return l3_fail(failure, L3_NOT_FOUND, "the negotiation is gone");
	}
	new = object_merge(old, patch, &loader, &error);
	cJSON_Delete(patch);
	if (new == NULL)
		return fail_by(failure, &error);
	if (model_replace(model, old, new) == 0)
		return 0;
	object_free(new);
	return l3_fail(failure, L3_INTERNAL, "no memory to update the negotiation");
}

cJSON *negotiation_answer_patch(const struct job *job, const struct bgw_l3_negotiation *negotiation)
{
	const struct l3_answer *answer = &job->answer;
	cJSON *json = negotiation_state_patch(BGW_L3_AGREED);

	add_id(json, "peer_negotiation_id", &answer->id);
	add_prefix(json, "net", &answer->net);
	add_address(json, "free_ip", &answer->free_ip);
	add_address(json, "assigned_ip", &answer->assigned_ip);
	add_prefix(json, "destination_network", &answer->destination);
	add_number(json, "peer_asn", answer->options.asn, 0);
	cJSON_AddBoolToObject(json, "bfd", negotiation->bfd && answer->options.bfd);
	add_number(json, "mtu", mtu_of_both(negotiation->mtu, answer->options.mtu), 0);
	/* A peer that knows no lease holds for ever, and need not be asked again. */
	if (answer->options.lease_s != 0)
		add_lease(json, answer->options.lease_s);
	return json;
}

struct l3_answer negotiation_answer(const struct bgw_l3_negotiation *negotiation)
{
	struct l3_answer answer = {
		.net = negotiation->net,
		.free_ip = negotiation->free_ip,
		.assigned_ip = negotiation->assigned_ip,
		.options = l3_options_none(),
		.id = negotiation->id,
	};

	answer.destination = negotiation->role == BGW_L3_INITIATOR   ? negotiation->destination
			     : negotiation->remapping.ip.family != 0 ? negotiation->remapping
								     : negotiation->internal;
	answer.options.asn = negotiation->asn;
	answer.options.bfd = negotiation->bfd;
	answer.options.mtu = negotiation->mtu;
	answer.options.lease_s = negotiation->lease_s;
	if (bgw_object_given(&bgw_l3_negotiation_type, negotiation, "segmentation_id"))
		answer.options.segmentation_id = negotiation->segmentation_id;
	return answer;
}
