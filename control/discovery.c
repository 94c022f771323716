/* SPDX-License-Identifier: BSD-3-Clause */
#include "discovery.h"

#include <stdio.h>
#include <string.h>

#include "resource.h"

static const struct extension {
	const char *alias;
	const char *name;
	const char *description;
	const char *updated;
} extensions[] = {
	{"l2-gateway", "L2 Gateway", "Attachments of this gateway", "2015-01-01T00:00:00-00:00"},
	{"l2-gateway-connection", "L2 Gateway connection", "Attaches a gateway to a network",
	 "2014-01-01T00:00:00-00:00"},
	{"l2-remote-gateway", "L2 Remote Gateway", "Gateways on the other side",
	 "2015-12-31T00:00:00-00:00"},
	{"l2-remote-gateway-connection", "L2 Remote Gateway connection",
	 "Tunnels into broadcast domains", "2015-12-31T00:00:00-00:00"},
	{"l2-remote-mac", "L2 Remote MAC", "MACs behind remote gateways",
	 "2015-12-31T00:00:00-00:00"},
	{"provider", "Provider Network", "Type and segmentation id of networks",
	 "2012-09-07T10:00:00-00:00"},
	{"sorting", "Sorting support", "sort_key and sort_dir", "2015-07-29T00:00:00-00:00"},
	{"pagination", "Pagination support", "limit and marker", "2015-08-06T00:00:00-00:00"},
};

static void add_self(cJSON *json, const char *origin, const char *path)
{
	cJSON *links = cJSON_AddArrayToObject(json, "links");
	cJSON *link = cJSON_CreateObject();
	char href[400];

	snprintf(href, sizeof(href), "%.300s%s", origin, path);
	cJSON_AddStringToObject(link, "rel", "self");
	cJSON_AddStringToObject(link, "href", href);
	cJSON_AddItemToArray(links, link);
}

static cJSON *versions(const char *origin)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *array = cJSON_AddArrayToObject(json, "versions");
	cJSON *version = cJSON_CreateObject();

	cJSON_AddStringToObject(version, "id", "v2.0");
	cJSON_AddStringToObject(version, "status", "CURRENT");
	add_self(version, origin, "/v2.0/");
	cJSON_AddItemToArray(array, version);
	return json;
}

static void add_collection(cJSON *array, const char *name, const char *plural,
			   const char *collection, const char *origin)
{
	cJSON *item = cJSON_CreateObject();
	char path[80];

	snprintf(path, sizeof(path), "/v2.0/%s", collection);
	cJSON_AddStringToObject(item, "name", name);
	cJSON_AddStringToObject(item, "collection", plural);
	add_self(item, origin, path);
	cJSON_AddItemToArray(array, item);
}

static cJSON *collections(const char *origin)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *array = cJSON_AddArrayToObject(json, "resources");

	for (const struct resource *const *resource = resources; *resource != NULL; resource++)
		add_collection(array, (*resource)->type->name, (*resource)->type->plural,
			       (*resource)->type->collection, origin);
	add_collection(array, "event", "events", "events", origin);
	return json;
}

static cJSON *extension_json(const struct extension *extension)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "alias", extension->alias);
	cJSON_AddStringToObject(json, "name", extension->name);
	cJSON_AddStringToObject(json, "description", extension->description);
	cJSON_AddStringToObject(json, "updated", extension->updated);
	cJSON_AddArrayToObject(json, "links");
	return json;
}

static cJSON *extension_list(void)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *array = cJSON_AddArrayToObject(json, "extensions");

	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		cJSON_AddItemToArray(array, extension_json(&extensions[i]));
	return json;
}

static cJSON *extension_show(const char *alias)
{
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
		cJSON *json;

		if (strcmp(extensions[i].alias, alias) != 0)
			continue;
		json = cJSON_CreateObject();
		cJSON_AddItemToObject(json, "extension", extension_json(&extensions[i]));
		return json;
	}
	return NULL;
}

cJSON *discovery_get(const char *path, const char *origin)
{
	static const char extension_prefix[] = "/v2.0/extensions/";

	if (strcmp(path, "/") == 0)
		return versions(origin);
	if (strcmp(path, "/v2.0") == 0 || strcmp(path, "/v2.0/") == 0)
		return collections(origin);
	if (strcmp(path, "/v2.0/extensions") == 0)
		return extension_list();
	if (strncmp(path, extension_prefix, strlen(extension_prefix)) == 0)
		return extension_show(path + strlen(extension_prefix));
	return NULL;
}
