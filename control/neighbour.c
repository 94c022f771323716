/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbours: the next hops that paths to remote gateways go through, as Linux has them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "resource.h"
#include "underlay.h"

struct collection {
	cJSON *array;
	int rc;
};

static void neighbour_add(void *context, const struct underlay_next_hop *next_hop)
{
	static const struct bgw_mac unknown;
	struct collection *collection = context;
	cJSON *json = cJSON_CreateObject();
	char ip[BGW_ADDRESS_TEXT_SIZE], mac[BGW_MAC_TEXT_SIZE];
	char id[BGW_ADDRESS_TEXT_SIZE + 64];
	bool known = memcmp(&next_hop->mac, &unknown, sizeof(unknown)) != 0;

	bgw_address_format(&next_hop->ip, ip);
	snprintf(id, sizeof(id), "%s@%s", ip, next_hop->port);
	if (json == NULL || cJSON_AddStringToObject(json, "id", id) == NULL ||
	    cJSON_AddStringToObject(json, "ip", ip) == NULL ||
	    (known ? cJSON_AddStringToObject(json, "mac", bgw_mac_format(&next_hop->mac, mac))
		   : cJSON_AddNullToObject(json, "mac")) == NULL ||
	    cJSON_AddStringToObject(json, "port", next_hop->port) == NULL ||
	    cJSON_AddStringToObject(json, "state", next_hop->state) == NULL ||
	    cJSON_AddNumberToObject(json, "since_s", (double)(next_hop->since_ms / 1000)) == NULL ||
	    !cJSON_AddItemToArray(collection->array, json)) {
		cJSON_Delete(json);
		collection->rc = -ENOMEM;
	}
}

static int neighbours_collect(struct control *control, const struct query *query, cJSON *array)
{
	struct collection collection = {.array = array};

	(void)query;
	if (control->underlay != NULL)
		underlay_next_hops(control->underlay, neighbour_add, &collection);
	return collection.rc;
}

const struct resource neighbour_resource = {
	.type = &bgw_neighbour_type,
	.collect = neighbours_collect,
};
