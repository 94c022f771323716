/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_CONFIG_ROWS_H
#define BGW_CONTROL_CONFIG_ROWS_H

/**
 * What the tables of the configuration file are written with, and those that one file has and
 * another uses. For config.c and the files that have the table of one section.
 */

#include "config.h"

extern const struct bgw_record config_tls_record;
extern const struct bgw_record config_l3_negotiator_record;

#define AT(object, member) .offset = offsetof(struct object, member)
#define RECORD(object, table)                                \
	static const struct bgw_record object##_record = {   \
		.size = sizeof(struct object),               \
		.count = sizeof(table) / sizeof((table)[0]), \
		.fields = (table),                           \
	}
/* For several files. */
#define RECORD_OF_ALL(object, table)                         \
	const struct bgw_record object##_record = {          \
		.size = sizeof(struct object),               \
		.count = sizeof(table) / sizeof((table)[0]), \
		.fields = (table),                           \
	}
#define MAY	BGW_FIELD_CREATE
#define MUST	(BGW_FIELD_CREATE | BGW_FIELD_REQUIRED)
#define LIST	(BGW_FIELD_CREATE | BGW_FIELD_LIST)
#define SECTION .type = BGW_RECORD, .flags = BGW_FIELD_CREATE

#endif
