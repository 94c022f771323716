/* SPDX-License-Identifier: BSD-3-Clause */
#include "l3/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "l3/prefix.h"

/* What the original implementation says of a body that is no JSON. */
#define NO_JSON "Bad Request: the request body couldn't be parsed"

/* Reads a body that must be an object. */
static cJSON *body_parse(const char *body, size_t length, struct l3_failure *failure)
{
	struct error error;
	cJSON *json = json_parse(body, length, &error);

	if (cJSON_IsObject(json))
		return json;
	cJSON_Delete(json);
	l3_fail(failure, L3_BAD_REQUEST, "%s", NO_JSON);
	return NULL;
}

static int fail_member(struct l3_failure *failure, const char *name, const char *expected)
{
	return l3_fail(failure, L3_BAD_REQUEST, "Bad Request: %s must be %s", name, expected);
}

/* NULL when it is not there or null. */
static const cJSON *member(const cJSON *json, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);

	return cJSON_IsNull(item) ? NULL : item;
}

/* Of two members with one name readers would take different ones. */
static int check_once(const cJSON *json, struct l3_failure *failure)
{
	static const char *const names[] = {
		"remoteAgent",
		"remoteNetwork",
		"cidrs",
		"destinationNetwork",
		"net",
		"freeIp",
		"assignedIp",
		"asn",
		"bfd",
		"mtu",
		"segmentation_id",
		"lease",
		"negotiation_id",
		"release_port",
		"release_tls",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const cJSON *first = cJSON_GetObjectItemCaseSensitive(json, names[i]);

		for (const cJSON *item = first; item != NULL && (item = item->next) != NULL;)
			if (strcmp(item->string, names[i]) == 0)
				return l3_fail(failure, L3_BAD_REQUEST,
					       "Bad Request: %s is given twice; give it once",
					       names[i]);
	}
	return 0;
}

static int read_uint(const cJSON *json, const char *name, uint32_t min, uint32_t max,
		     uint32_t *value, struct l3_failure *failure)
{
	const cJSON *item = member(json, name);
	double number = cJSON_GetNumberValue(item);

	if (item == NULL)
		return 0;
	/* False for what is no number, too. */
	if (number >= min && number <= max && (double)(uint32_t)number == number) {
		*value = (uint32_t)number;
		return 0;
	}
	return l3_fail(failure, L3_BAD_REQUEST,
		       "Bad Request: %s must be an integer between %u and %u", name, min, max);
}

static int read_bool(const cJSON *json, const char *name, bool *value, struct l3_failure *failure)
{
	const cJSON *item = member(json, name);

	*value = cJSON_IsTrue(item);
	return item == NULL || cJSON_IsBool(item) ? 0 : fail_member(failure, name, "true or false");
}

struct l3_options l3_options_none(void)
{
	return (struct l3_options){.segmentation_id = L3_SEGMENTATION_NONE};
}

static int read_options(const cJSON *json, struct l3_options *options, struct l3_failure *failure)
{
	int rc;

	*options = l3_options_none();
	rc = read_bool(json, "bfd", &options->bfd, failure);
	rc = rc == 0 ? read_uint(json, "asn", 1, UINT32_MAX - 1, &options->asn, failure) : rc;
	rc = rc == 0 ? read_uint(json, "mtu", 68, 65535, &options->mtu, failure) : rc;
	rc = rc == 0 ? read_uint(json, "segmentation_id", 0, 16777215, &options->segmentation_id,
				 failure)
		     : rc;
	return rc == 0 ? read_uint(json, "lease", 10, 31536000, &options->lease_s, failure) : rc;
}

/* True when the text is a prefix; host bits are cleared. */
static bool prefix_of(const cJSON *item, struct bgw_prefix *prefix)
{
	struct bgw_prefix read;

	if (!cJSON_IsString(item) || bgw_prefix_parse(item->valuestring, &read) < 0)
		return false;
	*prefix = l3_prefix_masked(&read);
	return true;
}

static int read_prefix(const cJSON *json, const char *name, struct bgw_prefix *prefix,
		       struct l3_failure *failure)
{
	const cJSON *item = member(json, name);

	if (item == NULL || prefix_of(item, prefix))
		return 0;
	return fail_member(failure, name, "a network such as \"192.0.2.0/24\"");
}

static int read_address(const cJSON *json, const char *name, struct bgw_address *address,
			struct l3_failure *failure)
{
	const cJSON *item = member(json, name);

	if (cJSON_IsString(item) && bgw_address_parse(item->valuestring, address) == 0)
		return 0;
	return fail_member(failure, name, "an address such as \"192.0.2.1\"");
}

static int read_id(const cJSON *json, struct bgw_uuid *id, struct l3_failure *failure)
{
	const cJSON *item = member(json, "negotiation_id");

	if (item == NULL || (cJSON_IsString(item) && bgw_uuid_parse(item->valuestring, id) == 0))
		return 0;
	return fail_member(failure, "negotiation_id", "a UUID");
}

static int read_agent(const cJSON *json, char **url, struct l3_failure *failure)
{
	const cJSON *item = member(json, "remoteAgent");

	if (!cJSON_IsString(item) || item->valuestring[0] == '\0' ||
	    strlen(item->valuestring) > L3_URL_MAX_BYTES)
		return fail_member(failure, "remoteAgent",
				   "a URL of at most 512 bytes, such as "
				   "\"http://192.0.2.1:8000/api/v1/handle_negotiation\"");
	*url = strdup(item->valuestring);
	return *url != NULL ? 0 : l3_fail(failure, L3_INTERNAL, "no memory for the request");
}

/* An operator's members are all known, or one is misspelt. */
static int check_known(const cJSON *json, struct l3_failure *failure)
{
	static const char *const known[] = {"remoteAgent", "remoteNetwork",   "asn",  "bfd",
					    "mtu",	   "segmentation_id", "lease"};

	for (const cJSON *item = json->child; item != NULL; item = item->next) {
		bool found = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			found = found || strcmp(item->string, known[i]) == 0;
		if (!found)
			return l3_fail(failure, L3_BAD_REQUEST,
				       "Bad Request: there is no member \"%.64s\"; there are "
				       "remoteAgent, remoteNetwork, asn, bfd, mtu, "
				       "segmentation_id, lease",
				       item->string);
	}
	return 0;
}

int l3_start_parse(const char *body, size_t length, struct l3_start *start,
		   struct l3_failure *failure)
{
	cJSON *json = body_parse(body, length, failure);
	int rc;

	*start = (struct l3_start){.options = l3_options_none()};
	if (json == NULL)
		return -EINVAL;
	rc = check_known(json, failure);
	rc = rc == 0 ? check_once(json, failure) : rc;
	rc = rc == 0 ? read_agent(json, &start->remote_agent, failure) : rc;
	rc = rc == 0 ? read_prefix(json, "remoteNetwork", &start->remote_network, failure) : rc;
	rc = rc == 0 ? read_options(json, &start->options, failure) : rc;
	start->bfd_given = member(json, "bfd") != NULL;
	cJSON_Delete(json);
	return rc;
}

void l3_start_clear(struct l3_start *start)
{
	free(start->remote_agent);
	start->remote_agent = NULL;
}

static int read_subnets(const cJSON *json, struct l3_offer *offer, struct l3_failure *failure)
{
	const cJSON *list = member(json, "cidrs"), *item;

	if (!cJSON_IsArray(list))
		return fail_member(failure, "cidrs",
				   "a list of networks such as [\"192.0.2.0/30\"]");
	offer->subnets = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(*offer->subnets));
	if (offer->subnets == NULL)
		return l3_fail(failure, L3_INTERNAL, "no memory for the request");
	cJSON_ArrayForEach (item, list) {
		if (!prefix_of(item, &offer->subnets[offer->count]))
			return l3_fail(failure, L3_BAD_REQUEST,
				       "Bad Request: cidrs[%u] must be a network such as "
				       "\"192.0.2.0/30\"",
				       offer->count);
		offer->count++;
	}
	return 0;
}

int l3_offer_parse(const char *body, size_t length, struct l3_offer *offer,
		   struct l3_failure *failure)
{
	cJSON *json = body_parse(body, length, failure);
	int rc;

	*offer = (struct l3_offer){.options = l3_options_none()};
	if (json == NULL)
		return -EINVAL;
	rc = check_once(json, failure);
	rc = rc == 0 ? read_subnets(json, offer, failure) : rc;
	rc = rc == 0 ? read_prefix(json, "destinationNetwork", &offer->destination, failure) : rc;
	rc = rc == 0 ? read_options(json, &offer->options, failure) : rc;
	rc = rc == 0 ? read_id(json, &offer->id, failure) : rc;
	rc = rc == 0 ? read_uint(json, "release_port", 1, UINT16_MAX, &offer->release_port, failure)
		     : rc;
	rc = rc == 0 ? read_bool(json, "release_tls", &offer->release_tls, failure) : rc;
	cJSON_Delete(json);
	return rc;
}

void l3_offer_clear(struct l3_offer *offer)
{
	free(offer->subnets);
	*offer = (struct l3_offer){0};
}

int l3_answer_parse(const char *body, size_t length, struct l3_answer *answer,
		    struct l3_failure *failure)
{
	cJSON *json = body_parse(body, length, failure);
	int rc;

	*answer = (struct l3_answer){.options = l3_options_none()};
	if (json == NULL)
		return -EINVAL;
	rc = check_once(json, failure);
	if (rc == 0 && member(json, "net") == NULL)
		rc = fail_member(failure, "net", "a network such as \"192.0.2.0/30\"");
	rc = rc == 0 ? read_prefix(json, "net", &answer->net, failure) : rc;
	rc = rc == 0 ? read_address(json, "freeIp", &answer->free_ip, failure) : rc;
	rc = rc == 0 ? read_address(json, "assignedIp", &answer->assigned_ip, failure) : rc;
	rc = rc == 0 ? read_prefix(json, "destinationNetwork", &answer->destination, failure) : rc;
	rc = rc == 0 ? read_options(json, &answer->options, failure) : rc;
	rc = rc == 0 ? read_id(json, &answer->id, failure) : rc;
	cJSON_Delete(json);
	return rc;
}
