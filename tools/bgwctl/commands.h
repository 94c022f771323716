/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_COMMANDS_H
#define BGWCTL_COMMANDS_H

#include "collection.h"

/** One thing to do with objects of a type: the second half of a command's name. words are what
 * follows it; a command may reorder them. */
struct verb {
	const char *name;
	uint32_t needs; /**< BGW_TYPE_* flags, of which the type must have one; 0 none */
	enum outcome (*run)(struct session *session, const struct bgw_object_type *type, int count,
			    char **words);
	const char *help; /**< one clause */
	/** The same with the objects of session->file; NULL: only one by one. */
	enum outcome (*run_file)(struct session *session, const struct bgw_object_type *type);
	bool waits; /**< what --wait may be given to */
};

extern const struct verb verbs[]; /**< ends with a NULL name */

/** A command that is about no one type. */
struct common_command {
	const char *name;
	enum outcome (*run)(struct session *session, int count, char **words);
	bool takes_file; /**< its argument is one's name */
};

extern const struct common_command common_commands[]; /**< ends with a NULL name */

/** The verb and type of "l2-remote-gateway-create"; NULL where there is no such command. */
const struct verb *command_find(const char *command, const struct bgw_object_type **type);

bool command_exists(const struct verb *verb, const struct bgw_object_type *type);

/** Whether "show MAC CONNECTION" and its like say which of several objects is meant. */
bool command_takes_behind(const struct bgw_object_type *type);

/** What a type is called in commands: l2-remote-gateway. The caller's to free. */
char *command_noun(const struct bgw_object_type *type);

/** bgwctl show WHAT: objects of one type with their counters and how fast those grow. */
enum outcome view_run(struct session *session, int count, char **words);

/** The type that "show WHAT" means, NULL when there is none. */
const struct bgw_object_type *view_find(const char *what);

#endif
