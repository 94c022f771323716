/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints proto/openapi.yaml: the API, out of the tables that the gateway uses.
 * tests/house/documents holds the file against it. */
#include <stdio.h>
#include <string.h>

#include "schema.h"
#include "start_negotiation.h"

#define ERROR_ANSWERS                                           \
	"        4XX: {$ref: '#/components/responses/Error'}\n" \
	"        5XX: {$ref: '#/components/responses/Error'}\n"

static const char head[] =
	"# SPDX-License-Identifier: BSD-3-Clause\n"
	"openapi: 3.0.3\n"
	"info:\n"
	"  title: bgw\n"
	"  version: '" BGW_VERSION "'\n"
	"  description: >-\n"
	"    The REST API of the border gateway, after OpenStack Networking: partial updates by "
	"PUT,\n"
	"    errors as NeutronError, filters by any attribute. Null means absent; numbers and\n"
	"    booleans are taken as strings too; a reference is an id, or a name that is unique.\n"
	"  license:\n"
	"    name: BSD-3-Clause\n"
	"    url: https://opensource.org/license/bsd-3-clause\n"
	"servers:\n"
	"- url: http://127.0.0.1:9696\n"
	"security:\n"
	"- {}\n"
	"- token: []\n";

static const char discovery[] =
	"  /:\n"
	"    get:\n"
	"      operationId: versions\n"
	"      summary: Versions of the API\n"
	"      responses:\n"
	"        '200':\n"
	"          description: the versions\n"
	"          content:\n"
	"            application/json:\n"
	"              schema:\n"
	"                type: object\n"
	"                required: [versions]\n"
	"                properties:\n"
	"                  versions: {type: array, items: {type: object}}\n" ERROR_ANSWERS
	"  /v2.0:\n"
	"    get:\n"
	"      operationId: collections\n"
	"      summary: Collections that there are\n"
	"      responses:\n"
	"        '200':\n"
	"          description: the collections\n"
	"          content:\n"
	"            application/json:\n"
	"              schema:\n"
	"                type: object\n"
	"                required: [resources]\n"
	"                properties:\n"
	"                  resources: {type: array, items: {type: object}}\n" ERROR_ANSWERS
	"  /v2.0/extensions:\n"
	"    get:\n"
	"      operationId: extensions\n"
	"      summary: Extensions of OpenStack Networking that are served\n"
	"      responses:\n"
	"        '200':\n"
	"          description: the extensions\n"
	"          content:\n"
	"            application/json:\n"
	"              schema:\n"
	"                type: object\n"
	"                required: [extensions]\n"
	"                properties:\n"
	"                  extensions:\n"
	"                    type: array\n"
	"                    items: {$ref: '#/components/schemas/Extension'}\n" ERROR_ANSWERS
	"  /v2.0/extensions/{alias}:\n"
	"    parameters:\n"
	"    - {name: alias, in: path, required: true, schema: {type: string}}\n"
	"    get:\n"
	"      operationId: extension\n"
	"      summary: One extension\n"
	"      responses:\n"
	"        '200':\n"
	"          description: the extension\n"
	"          content:\n"
	"            application/json:\n"
	"              schema:\n"
	"                type: object\n"
	"                required: [extension]\n"
	"                properties:\n"
	"                  extension: {$ref: '#/components/schemas/Extension'}\n" ERROR_ANSWERS;

static const char maintenance[] =
	"  /v2.0/backup:\n"
	"    get:\n"
	"      operationId: backup\n"
	"      summary: All objects as a SQLite file\n"
	"      responses:\n"
	"        '200':\n"
	"          description: the file, with all that was answered before\n"
	"          content:\n"
	"            application/vnd.sqlite3:\n"
	"              schema: {type: string, format: binary}\n" ERROR_ANSWERS "    put:\n"
	"      operationId: restore\n"
	"      summary: Make the objects those of a backup, in one transaction\n"
	"      requestBody:\n"
	"        required: true\n"
	"        content:\n"
	"          application/vnd.sqlite3:\n"
	"            schema: {type: string, format: binary}\n"
	"      responses:\n"
	"        '200':\n"
	"          description: how many objects that took\n"
	"          content:\n"
	"            application/json:\n"
	"              schema:\n"
	"                type: object\n"
	"                required: [restore]\n"
	"                properties:\n"
	"                  restore:\n"
	"                    type: object\n"
	"                    required: [created, updated, deleted, unchanged]\n"
	"                    properties:\n"
	"                      created: {type: integer}\n"
	"                      updated: {type: integer}\n"
	"                      deleted: {type: integer}\n"
	"                      unchanged: {type: integer}\n" ERROR_ANSWERS "  /v2.0/verify:\n"
	"    get:\n"
	"      operationId: verify\n"
	"      summary: Compare store, memory and the tables of the workers\n"
	"      responses:\n"
	"        '200':\n"
	"          description: what was compared, and what differs\n"
	"          content:\n"
	"            application/json:\n"
	"              schema:\n"
	"                type: object\n"
	"                required: [verify]\n"
	"                properties:\n"
	"                  verify:\n"
	"                    type: object\n"
	"                    required: [ok, stored, in_memory, in_tables, problem_count, "
	"problems]\n"
	"                    properties:\n"
	"                      ok: {type: boolean}\n"
	"                      stored: {type: integer}\n"
	"                      in_memory: {type: integer}\n"
	"                      in_tables: {type: integer}\n"
	"                      problem_count: {type: integer}\n"
	"                      problems: {type: array, items: {type: string}}\n" ERROR_ANSWERS;

static const char events[] =
	"  /v2.0/events:\n"
	"    get:\n"
	"      operationId: events\n"
	"      summary: What happens, as it does\n"
	"      parameters:\n"
	"      - name: type\n"
	"        in: query\n"
	"        description: what events are about, a stored type, mac, path or "
	"negotiation_session\n"
	"        schema: {type: array, items: {type: string}}\n"
	"      - name: event\n"
	"        in: query\n"
	"        schema:\n"
	"          type: array\n"
	"          items:\n"
	"            type: string\n"
	"            enum: [created, updated, deleted, mac_learned, mac_moved, path_up, "
	"path_down,\n"
	"              peer_up, peer_down]\n"
	"      - name: Last-Event-ID\n"
	"        in: header\n"
	"        description: continue after this event\n"
	"        schema: {type: string}\n"
	"      responses:\n"
	"        '200':\n"
	"          description: server-sent events, without end\n"
	"          content:\n"
	"            text/event-stream:\n"
	"              schema: {type: string}\n" ERROR_ANSWERS;

static const char shared[] =
	"components:\n"
	"  securitySchemes:\n"
	"    token: {type: apiKey, in: header, name: X-Auth-Token}\n"
	"  parameters:\n"
	"    Id: {name: id, in: path, required: true, schema: {type: string}}\n"
	"    Fields:\n"
	"      name: fields\n"
	"      in: query\n"
	"      description: attributes to show, all by default\n"
	"      schema: {type: array, items: {type: string}}\n"
	"    Limit: {name: limit, in: query, schema: {type: integer, minimum: 0}}\n"
	"    Marker: {name: marker, in: query, schema: {type: string}}\n"
	"    PageReverse: {name: page_reverse, in: query, schema: {type: string}}\n"
	"    SortKey: {name: sort_key, in: query, schema: {type: array, items: {type: string}}}\n"
	"    SortDir:\n"
	"      name: sort_dir\n"
	"      in: query\n"
	"      schema: {type: array, items: {type: string, enum: [asc, desc]}}\n"
	"    Cascade:\n"
	"      name: cascade\n"
	"      in: query\n"
	"      description: delete what refers to it, too\n"
	"      schema: {type: string}\n"
	"    IfMatch:\n"
	"      name: If-Match\n"
	"      in: header\n"
	"      description: only if the object still has this revision\n"
	"      schema: {type: string, pattern: '^revision_number=[0-9]+$'}\n"
	"    IdempotencyKey:\n"
	"      name: Idempotency-Key\n"
	"      in: header\n"
	"      description: >-\n"
	"        for 24 hours a repeat with the same key and body is told what the first made, "
	"and\n"
	"        another body is 409\n"
	"      schema: {type: string, minLength: 1, maxLength: 255, pattern: '^[ -~]+$'}\n"
	"  responses:\n"
	"    Error:\n"
	"      description: >-\n"
	"        400 a member is wrong, 401 no token, 403 a reader's token, 404 there is no such\n"
	"        object, 405 not possible here, 409 in conflict or in use, 412 changed meanwhile,\n"
	"        413 too large, 415 not JSON, 503 the store failed\n"
	"      content:\n"
	"        application/json:\n"
	"          schema: {$ref: '#/components/schemas/Error'}\n"
	"  schemas:\n"
	"    Error:\n"
	"      type: object\n"
	"      required: [NeutronError]\n"
	"      additionalProperties: false\n"
	"      properties:\n"
	"        NeutronError:\n"
	"          type: object\n"
	"          required: [type, message, detail]\n"
	"          additionalProperties: false\n"
	"          properties:\n"
	"            type: {type: string}\n"
	"            message: {type: string}\n"
	"            detail: {type: string}\n"
	"    Extension:\n"
	"      type: object\n"
	"      required: [alias, name, description, updated, links]\n"
	"      additionalProperties: false\n"
	"      properties:\n"
	"        alias: {type: string}\n"
	"        name: {type: string}\n"
	"        description: {type: string}\n"
	"        updated: {type: string}\n"
	"        links: {type: array, items: {type: object}}\n"
	"    Link:\n"
	"      type: object\n"
	"      required: [rel, href]\n"
	"      additionalProperties: false\n"
	"      properties:\n"
	"        rel: {type: string, enum: [next, previous]}\n"
	"        href: {type: string}\n";

static void print_reference(const struct bgw_object_type *type, const char *suffix)
{
	fputs("{$ref: '#/components/schemas/", stdout);
	schema_name_print(type);
	printf("%s'}\n", suffix);
}

static void print_filters(const struct bgw_object_type *type)
{
	for (uint32_t i = 0; i < type->record.count; i++)
		if (schema_is_filter(&type->record.fields[i]))
			printf("      - {name: \"%s\", in: query,"
			       " schema: {type: array, items: {type: string}}}\n",
			       type->record.fields[i].name);
}

static void print_operation(const struct bgw_object_type *type, const char *method,
			    const char *verb, const char *object)
{
	printf("    %s:\n      operationId: %s_%s\n      summary: %s %s\n", method, verb, object,
	       verb, object);
	printf("      tags: [%s]\n", type->collection);
}

static void print_one_answer(const struct bgw_object_type *type, const char *status)
{
	printf("        '%s':\n          description: the %s\n"
	       "          content:\n            application/json:\n              schema:\n"
	       "                type: object\n                required: [%s]\n"
	       "                additionalProperties: false\n"
	       "                properties:\n                  %s: ",
	       status, type->name, type->name, type->name);
	print_reference(type, "");
}

static void print_error_answer(void)
{
	fputs(ERROR_ANSWERS, stdout);
}

static void print_list(const struct bgw_object_type *type)
{
	print_operation(type, "get", "list", type->plural);
	puts("      parameters:");
	for (const char *const *name =
		     (const char *const[]){"Fields", "Limit", "Marker", "PageReverse", "SortKey",
					   "SortDir", NULL};
	     *name != NULL; name++)
		printf("      - {$ref: '#/components/parameters/%s'}\n", *name);
	print_filters(type);
	printf("      responses:\n        '200':\n          description: the %s\n"
	       "          content:\n            application/json:\n              schema:\n"
	       "                type: object\n                required: [%s]\n"
	       "                additionalProperties: false\n                properties:\n"
	       "                  %s:\n                    type: array\n"
	       "                    items: ",
	       type->plural, type->plural, type->plural);
	print_reference(type, "");
	printf("                  %s_links:\n                    type: array\n"
	       "                    items: {$ref: '#/components/schemas/Link'}\n",
	       type->plural);
	print_error_answer();
}

static void print_root(const char *name, const struct bgw_object_type *type)
{
	printf("              - type: object\n                required: [\"%s\"]\n"
	       "                additionalProperties: false\n                properties:\n"
	       "                  \"%s\": ",
	       name, name);
	print_reference(type, "Create");
}

static void print_bulk_root(const char *name, const struct bgw_object_type *type)
{
	printf("              - type: object\n                required: [\"%s\"]\n"
	       "                additionalProperties: false\n                properties:\n"
	       "                  \"%s\":\n                    type: array\n"
	       "                    minItems: 1\n                    items: ",
	       name, name);
	print_reference(type, "Create");
}

static void print_create(const struct bgw_object_type *type)
{
	print_operation(type, "post", "create", type->name);
	puts("      parameters:\n      - {$ref: '#/components/parameters/IdempotencyKey'}\n"
	     "      requestBody:\n        required: true\n        content:\n"
	     "          application/json:\n            schema:\n              oneOf:");
	print_root(type->name, type);
	print_bulk_root(type->plural, type);
	if (type->alias != NULL)
		print_root(type->alias, type);
	if (type->alias_plural != NULL)
		print_bulk_root(type->alias_plural, type);
	printf("      responses:\n        '201':\n          description: what was made\n"
	       "          content:\n            application/json:\n              schema:\n"
	       "                type: object\n                additionalProperties: false\n"
	       "                properties:\n                  %s: ",
	       type->name);
	print_reference(type, "");
	printf("                  %s:\n                    type: array\n"
	       "                    items: ",
	       type->plural);
	print_reference(type, "");
	print_error_answer();
}

static void print_flush(const struct bgw_object_type *type)
{
	print_operation(type, "delete", "flush", type->plural);
	puts("      parameters:");
	print_filters(type);
	puts("      responses:\n        '204': {description: 'they are gone'}");
	print_error_answer();
}

static void print_show(const struct bgw_object_type *type)
{
	print_operation(type, "get", "show", type->name);
	puts("      parameters:\n      - {$ref: '#/components/parameters/Fields'}\n      "
	     "responses:");
	print_one_answer(type, "200");
	print_error_answer();
}

static void print_update(const struct bgw_object_type *type)
{
	print_operation(type, "put", "update", type->name);
	if ((type->flags & BGW_TYPE_VIRTUAL) == 0)
		puts("      parameters:\n      - {$ref: '#/components/parameters/IfMatch'}");
	printf("      requestBody:\n        required: true\n        content:\n"
	       "          application/json:\n            schema:\n              oneOf:\n"
	       "              - type: object\n                required: [%s]\n"
	       "                additionalProperties: false\n                properties:\n"
	       "                  %s: ",
	       type->name, type->name);
	print_reference(type, "Update");
	if (type->alias != NULL) {
		printf("              - type: object\n                required: [%s]\n"
		       "                additionalProperties: false\n                properties:\n"
		       "                  %s: ",
		       type->alias, type->alias);
		print_reference(type, "Update");
	}
	puts("      responses:");
	print_one_answer(type, "200");
	print_error_answer();
}

static void print_delete(const struct bgw_object_type *type)
{
	print_operation(type, "delete", "delete", type->name);
	if ((type->flags & BGW_TYPE_CREATE) != 0)
		puts("      parameters:\n      - {$ref: '#/components/parameters/IfMatch'}\n"
		     "      - {$ref: '#/components/parameters/Cascade'}");
	puts("      responses:");
	puts((type->flags & BGW_TYPE_DELETE) != 0
		     ? "        '204': {description: 'its end is recorded, and begins'}"
		     : "        '204': {description: 'it is gone'}");
	print_error_answer();
}

static void print_paths(const struct bgw_object_type *type)
{
	printf("  /v2.0/%s:\n", type->collection);
	print_list(type);
	if ((type->flags & BGW_TYPE_CREATE) != 0)
		print_create(type);
	if ((type->flags & BGW_TYPE_FLUSH) != 0)
		print_flush(type);
	printf("  /v2.0/%s/{id}:\n    parameters:\n    - {$ref: '#/components/parameters/Id'}\n",
	       type->collection);
	print_show(type);
	if ((type->flags & BGW_TYPE_UPDATE) != 0)
		print_update(type);
	if ((type->flags & (BGW_TYPE_CREATE | BGW_TYPE_DELETE | BGW_TYPE_FLUSH)) != 0)
		print_delete(type);
}

int main(void)
{
	fputs(head, stdout);
	puts("tags:");
	for (const struct bgw_object_type *const *type = bgw_object_types; *type != NULL; type++) {
		printf("- name: %s\n  description: ", (*type)->collection);
		schema_quoted_print((*type)->help);
		putchar('\n');
	}
	puts("paths:");
	fputs(discovery, stdout);
	fputs(maintenance, stdout);
	start_negotiation_print();
	for (const struct bgw_object_type *const *type = bgw_object_types; *type != NULL; type++)
		print_paths(*type);
	fputs(events, stdout);
	fputs(shared, stdout);
	for (const struct bgw_object_type *const *type = bgw_object_types; *type != NULL; type++)
		schema_print(*type);
	return 0;
}
