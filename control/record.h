/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RECORD_H
#define BGW_CONTROL_RECORD_H

/**
 * A struct that a table describes (proto/field.h), read and written as a whole: API objects, their
 * nested lists, and the sections of the configuration file. Nothing here knows a type by name.
 *
 * A record owns its strings and lists. Any thread, as long as the record is only one thread's.
 */

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "error.h"
#include "field.h"

struct text;

enum record_mode {
	RECORD_CREATE, /**< into a preset record; required members must be there */
	RECORD_UPDATE, /**< over an existing one; lists are replaced as a whole */
	RECORD_LOAD,   /**< what was written for the store: every stored member may be there */
};

struct record_reader {
	enum record_mode mode;
	/** Turns what a client gave for a reference into the id; optional, by default only ids are
	 * taken and nothing is looked up. @return 0, or negative with *error set, in which the
	 * sentence follows the member's name: "no l2_gateway has ..." */
	int (*resolve)(void *arg, const struct bgw_field *field, const char *text,
		       struct bgw_uuid *id, struct error *error);
	/** Whether an object has the id; optional, for record_resolve(). */
	bool (*exists)(void *arg, const struct bgw_field *field, const struct bgw_uuid *id);
	void *arg;
};

/** Fills zeroed memory with the presets. 0 or -ENOMEM. */
int record_preset(const struct bgw_record *record, void *at);

/**
 * Reads the members of a JSON object into a preset (create, load) or existing (update) record.
 * Null means absent; in an update, null unsets a nullable member. An unknown, repeated or misspelt
 * member is an error that names it by its path ("devices[0].interfaces[1].name"); `name` is what
 * the whole is called.
 *
 * @return 0, or negative with *error set; the record must then be cleared.
 */
int record_parse(const struct bgw_record *record, const char *name, const cJSON *json, void *at,
		 const struct record_reader *reader, struct error *error);

/** Has reader->resolve() look at every reference that was given, by the text of its id, unless
 * reader->exists() says that there is one: of a record that was read without them. 0, or negative
 * with *error set. */
int record_resolve(const struct bgw_record *record, void *at, const struct record_reader *reader,
		   struct error *error);

enum record_form {
	RECORD_STORED, /**< what was given, hidden members too */
	/** every member under its one name, null for absent ones, terse ones only when given,
	   nothing that is only known at run time */
	RECORD_ANSWERED,
};

/**
 * Appends the members as JSON, "name":value joined by commas, without the braces around them.
 * `wants` picks members by their names; NULL: all.
 * @return whether there was any. A text that could not grow is broken (text.h).
 */
typedef bool record_wants(const void *arg, const char *name);
bool record_text(struct text *text, const struct bgw_record *record, const void *at,
		 enum record_form form, record_wants *wants, const void *arg);

/** Whether every member that was given in `wanted` has the same value in the other record. */
bool record_has(const struct bgw_record *record, const void *at, const void *wanted);

/** Whether an update could make one of the other: what none may give is the same in both. */
bool record_is_update(const struct bgw_record *record, const void *a, const void *b);

/** Deep copy into uninitialised memory. 0 or -ENOMEM, then nothing is left behind. */
int record_copy(const struct bgw_record *record, void *to, const void *from);

/** Frees what the record owns and zeroes it. */
void record_clear(const struct bgw_record *record, void *at);

/** Whether member i of the record was given. */
bool record_given(const struct bgw_record *record, const void *at, const struct bgw_field *field);

/** Where a member lives. */
void *record_member(void *at, const struct bgw_field *field);
const void *record_member_const(const void *at, const struct bgw_field *field);

#endif
