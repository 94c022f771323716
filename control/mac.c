/* SPDX-License-Identifier: BSD-3-Clause */
/* The view of the MAC table, and its flush. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attachment.h"
#include "control.h"
#include "domain.h"
#include "fdb.h"
#include "mac.h"
#include "model.h"
#include "plan.h"
#include "query.h"
#include "resource.h"
#include "tunnel.h"

/* Some hundred entries, when the table is full. */
#define WALK_BUCKETS 128

static void uuid_add(cJSON *json, const char *member, const struct bgw_uuid *id)
{
	char text[BGW_UUID_TEXT_SIZE];

	if (id != NULL)
		cJSON_AddStringToObject(json, member, bgw_uuid_format(id, text));
	else
		cJSON_AddNullToObject(json, member);
}

static const char *mac_text(const struct rte_ether_addr *address, char text[BGW_MAC_TEXT_SIZE])
{
	struct bgw_mac mac;

	memcpy(mac.bytes, address->addr_bytes, sizeof(mac.bytes));
	return bgw_mac_format(&mac, text);
}

static void place_add(const struct control *control, bgw_ref ref, cJSON *json)
{
	const struct attachment *attachment = NULL;
	const struct object *connection = NULL;
	char tags[BGW_TAGS_TEXT_SIZE];

	if (bgw_ref_is_attachment(ref))
		attachment = attachment_by_index(control->attachments, bgw_ref_index(ref));
	else
		connection = connection_by_index(control, bgw_ref_index(ref));
	uuid_add(json, "connection", connection != NULL ? &object_base(connection)->id : NULL);
	uuid_add(json, "l2_gateway_id", attachment != NULL ? &attachment->gateway : NULL);
	if (attachment == NULL) {
		cJSON_AddNullToObject(json, "port");
		cJSON_AddNullToObject(json, "segmentation_id");
		return;
	}
	cJSON_AddStringToObject(json, "port",
				config_port_at(&control->config, attachment->spec.port)->name);
	cJSON_AddStringToObject(json, "segmentation_id", attachment_tags_text(attachment, tags));
}

cJSON *mac_place_json(const struct control *control, uint16_t domain_number, bgw_ref place,
		      const struct rte_ether_addr *address)
{
	const struct domain *domain = domain_by_id(control->domains, domain_number);
	char id[BGW_UUID_TEXT_SIZE + BGW_MAC_TEXT_SIZE], mac[BGW_MAC_TEXT_SIZE];
	char domain_id[BGW_UUID_TEXT_SIZE] = "";
	cJSON *json = cJSON_CreateObject();

	mac_text(address, mac);
	if (domain != NULL)
		bgw_uuid_format(&domain->key.id, domain_id);
	snprintf(id, sizeof(id), "%s-%s", domain_id, mac);
	cJSON_AddStringToObject(json, "id", id);
	cJSON_AddStringToObject(json, "mac", mac);
	uuid_add(json, "network_id",
		 domain == NULL || domain->key.is_private ? NULL : &domain->key.id);
	place_add(control, place, json);
	return json;
}

static cJSON *entry_json(const struct control *control, const struct bgw_fdb_entry *entry)
{
	const bool is_synced = (entry->ref & BGW_REF_SYNCED) != 0;
	const bool is_static = (entry->ref & BGW_REF_STATIC) != 0;
	cJSON *json = mac_place_json(control, entry->domain, entry->ref, &entry->mac);

	cJSON_AddStringToObject(json, "kind",
				is_synced   ? "synced"
				: is_static ? "static"
					    : "learned");
	cJSON_AddBoolToObject(json, "frozen", (entry->ref & BGW_REF_FROZEN) != 0);
	if (is_static)
		cJSON_AddNullToObject(json, "age_s");
	else
		cJSON_AddNumberToObject(
			json, "age_s",
			(uint16_t)(bgw_dataplane_now_s(control->dataplane) - entry->seen_s));
	return json;
}

struct collection {
	const struct control *control;
	cJSON *array;
};

static void visit(void *arg, const struct bgw_fdb_entry *entry)
{
	const struct collection *collection = arg;
	const struct control *control = collection->control;

	if (!fdb_is_flushed(control->fdb, entry) &&
	    domain_by_id(control->domains, entry->domain) != NULL)
		cJSON_AddItemToArray(collection->array, entry_json(control, entry));
}

static bool walk(struct control *control, uint32_t *cursor, cJSON *array)
{
	struct collection collection = {.control = control, .array = array};

	return control->dataplane == NULL ||
	       bgw_fdb_walk(control->dataplane, cursor, WALK_BUCKETS, visit, &collection);
}

static int select_port(const struct control *control, const char *text,
		       struct fdb_selection *selection, struct error *error)
{
	int port = plan_port_index(control, text);

	if (port < 0)
		return error_set(error, BGW_ERROR_PORT_NOT_FOUND,
				 "port: this gateway has no port \"%.63s\"", text);
	selection->port = (uint16_t)port;
	return 0;
}

/* -ESRCH: there can be no entry. */
static int select_connection(const struct control *control, const char *text,
			     struct fdb_selection *selection, struct error *error)
{
	const struct object *object = NULL;
	const struct connection_state *state;
	struct bgw_uuid id;

	if (bgw_uuid_parse(text, &id) == 0)
		object = model_find(control->model, &bgw_l2_remote_gateway_connection_type, &id);
	if (object == NULL)
		return error_set(error, BGW_ERROR_REMOTE_CONNECTION_NOT_FOUND,
				 "connection: no l2_remote_gateway_connection has the id \"%.64s\"",
				 text);
	state = object->runtime;
	if (state == NULL || state->index == 0)
		return -ESRCH;
	selection->place = bgw_ref_connection(state->index);
	return 0;
}

static int select_domain(const struct control *control, const char *text, bool is_private,
			 struct fdb_selection *selection, struct error *error)
{
	const struct bgw_object_type *type = is_private ? &bgw_l2_gateway_type : &bgw_network_type;
	struct domain_key key = {.is_private = is_private};
	const struct domain *domain;

	if (bgw_uuid_parse(text, &key.id) < 0 || model_find(control->model, type, &key.id) == NULL)
		return error_set(error, type->not_found, "no %s has the id \"%.64s\"", type->name,
				 text);
	domain = domain_find(control->domains, &key);
	if (domain == NULL)
		return -ESRCH;
	selection->domain = domain->id;
	return 0;
}

static int select_one(const struct control *control, const struct query_filter *filter,
		      struct fdb_selection *selection, struct error *error)
{
	if (strcmp(filter->name, "port") == 0)
		return select_port(control, filter->text, selection, error);
	if (strcmp(filter->name, "connection") == 0)
		return select_connection(control, filter->text, selection, error);
	if (strcmp(filter->name, "network_id") == 0)
		return select_domain(control, filter->text, false, selection, error);
	/* Goes with the port. */
	if (strcmp(filter->name, "segmentation_id") == 0)
		return 0;
	return error_set(error, BGW_ERROR_INVALID_INPUT,
			 "%.64s: MACs are flushed by port, segmentation_id of a port, connection "
			 "and network_id, or one by its id",
			 filter->name);
}

static int select_tags(const struct control *control, const char *tags,
		       struct fdb_selection *selection, struct error *error)
{
	const struct attachment *attachment;

	if (selection->port == FDB_PORT_NONE)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "segmentation_id needs port: which port's is meant");
	attachment = attachment_find(control->attachments, selection->port, tags);
	if (attachment == NULL)
		return -ESRCH;
	selection->place = bgw_ref_attachment(attachment->index);
	return 0;
}

static int flush(struct control *control, const struct query *query, struct error *error)
{
	struct fdb_selection selection = {.port = FDB_PORT_NONE};
	int rc = 0;

	if (control->dataplane == NULL)
		return 0;
	for (unsigned int i = 0; i < query->filter_count && rc == 0; i++)
		rc = select_one(control, &query->filters[i], &selection, error);
	if (rc == 0 && query_value(query, "segmentation_id") != NULL)
		rc = select_tags(control, query_value(query, "segmentation_id"), &selection, error);
	if (rc == -ESRCH)
		return 0;
	if (rc < 0)
		return rc;
	return fdb_flush(control->fdb, &selection) == -EBUSY ? -EAGAIN : 0;
}

/* Network or gateway, and MAC, as entry_json() joins them. NULL when there is no such domain. */
static const struct domain *id_parse(const struct control *control, const char *id,
				     struct rte_ether_addr *address)
{
	char domain_text[BGW_UUID_TEXT_SIZE] = "";
	struct domain_key key = {0};
	const struct domain *domain;
	struct bgw_mac mac;

	if (control->dataplane == NULL ||
	    strlen(id) != BGW_UUID_TEXT_SIZE + BGW_MAC_TEXT_SIZE - 1 ||
	    id[BGW_UUID_TEXT_SIZE - 1] != '-')
		return NULL;
	memcpy(domain_text, id, BGW_UUID_TEXT_SIZE - 1);
	if (bgw_uuid_parse(domain_text, &key.id) < 0 ||
	    bgw_mac_parse(id + BGW_UUID_TEXT_SIZE, &mac) < 0)
		return NULL;
	memcpy(address->addr_bytes, mac.bytes, sizeof(mac.bytes));
	domain = domain_find(control->domains, &key);
	key.is_private = true;
	return domain != NULL ? domain : domain_find(control->domains, &key);
}

static cJSON *find(struct control *control, const char *id)
{
	struct rte_ether_addr address;
	const struct domain *domain = id_parse(control, id, &address);
	struct bgw_fdb_entry entry;

	if (domain == NULL || bgw_fdb_get(control->dataplane, domain->id, &address, &entry) < 0 ||
	    fdb_is_flushed(control->fdb, &entry))
		return NULL;
	return entry_json(control, &entry);
}

static int remove_one(struct control *control, const char *id, struct error *error)
{
	struct rte_ether_addr address;
	const struct domain *domain = id_parse(control, id, &address);
	int rc = domain != NULL ? fdb_remove_learned(control->fdb, domain->id, &address) : -ENOENT;

	if (rc == -EPERM)
		return error_set(error, BGW_ERROR_CONFLICT,
				 "mac %s is static or synced; delete its l2_remote_mac, or let its "
				 "gateway forget it, instead",
				 id);
	return rc < 0 ? error_set(error, BGW_ERROR_NOT_FOUND, "no mac has the id \"%.64s\"", id)
		      : 0;
}

const struct resource mac_resource = {
	.type = &bgw_mac_type,
	.walk = walk,
	.find = find,
	.flush = flush,
	.remove = remove_one,
};
