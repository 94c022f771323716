/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_OBJECT_ROWS_H
#define BGW_PROTO_OBJECT_ROWS_H

/**
 * What the tables of objects are written with: rows that many of them have, and the types around
 * the tables. For objects.c and those files that have the table of one object.
 */

#include "objects.h"

#define AT(object, member) .offset = offsetof(struct object, member)
#define FIELDS(object, table)                                                               \
	{                                                                                   \
		.size = sizeof(struct object), .count = sizeof(table) / sizeof((table)[0]), \
		.fields = (table),                                                          \
	}

/* clang-format off */
#define COMMON(object)                                                                             \
	{ "id", .type = BGW_UUID, .flags = BGW_FIELD_CREATE, AT(object, id),                       \
	  .help = "chosen by the client or made by the gateway" },                                 \
	{ "project_id", { "tenant_id" }, .type = BGW_STRING,                                       \
	  .flags = BGW_FIELD_CREATE | BGW_FIELD_ECHO | BGW_FIELD_DETAIL, AT(object, project_id),   \
	  .help = "kept for OpenStack clients" },                                                  \
	{ "revision_number", .type = BGW_UINT, .flags = BGW_FIELD_DETAIL, AT(object, revision),    \
	  .max = UINT32_MAX, .help = "one more with each update" }

#define NAME(object)                                                                               \
	{ "name", .type = BGW_STRING, .flags = BGW_FIELD_RW | BGW_FIELD_INDEX, AT(object, name),   \
	  .help = "need not be unique" },                                                          \
	{ "description", .type = BGW_STRING,                                                       \
	  .flags = BGW_FIELD_RW | BGW_FIELD_DETAIL | BGW_FIELD_LINES, AT(object, description),     \
	  .help = "for people" }

#define ADMIN_STATE_UP(object, what)                                                               \
	{ "admin_state_up", .type = BGW_BOOL, .flags = BGW_FIELD_RW,                               \
	  AT(object, admin_state_up), .preset = "true", .help = what }

#define RUNTIME(text, kind, what)                                                                  \
	{ text, .type = kind, .flags = BGW_FIELD_RUNTIME, .max = UINT32_MAX, .help = what }
#define RUNTIME_REF(text, type_name, what)                                                         \
	{ text, .type = BGW_REF, .flags = BGW_FIELD_RUNTIME, .ref = type_name, .help = what }
#define RUNTIME_DETAIL(text, kind, what)                                                           \
	{ text, .type = kind, .flags = BGW_FIELD_RUNTIME | BGW_FIELD_DETAIL, .max = UINT32_MAX,    \
	  .help = what }
#define RUNTIME_LIST(text, kind, what)                                                             \
	{ text, .type = kind, .flags = BGW_FIELD_RUNTIME | BGW_FIELD_LIST, .help = what }
#define COUNTER(text, what)                                                                        \
	{ text, .type = BGW_UINT, .flags = BGW_FIELD_RUNTIME | BGW_FIELD_COUNTER,                  \
	  .max = UINT32_MAX, .help = what }
#define COUNTER_DETAIL(text, what)                                                                 \
	{ text, .type = BGW_UINT,                                                                  \
	  .flags = BGW_FIELD_RUNTIME | BGW_FIELD_COUNTER | BGW_FIELD_DETAIL,                       \
	  .max = UINT32_MAX, .help = what }
/* clang-format on */

#define TYPE(symbol, text, many, path, table, ...)           \
	const struct bgw_object_type bgw_##symbol##_type = { \
		.name = text,                                \
		.plural = many,                              \
		.collection = path,                          \
		.record = FIELDS(bgw_##symbol, table),       \
		__VA_ARGS__,                                 \
	}
#define VIEW(symbol, text, many, path, table, more, ...)                                    \
	const struct bgw_object_type bgw_##symbol##_type = {                                \
		.name = text,                                                               \
		.plural = many,                                                             \
		.collection = path,                                                         \
		.flags = BGW_TYPE_VIRTUAL | (more),                                         \
		.not_found = BGW_ERROR_NOT_FOUND,                                           \
		.record = {.count = sizeof(table) / sizeof((table)[0]), .fields = (table)}, \
		__VA_ARGS__,                                                                \
	}

#endif
