/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_ARGUMENTS_H
#define BGWCTL_ARGUMENTS_H

/**
 * From words on the command line to members of an object, by the type's table of members.
 */

#include "collection.h"

/** What a command may do with a member. */
enum purpose {
	PURPOSE_CREATE,
	PURPOSE_UPDATE,
	PURPOSE_FILTER,
};

/**
 * The member that the option "--name" means, NULL when there is none for that purpose. A '-' is as
 * good as a '_', and a list may be named in the singular.
 */
const struct bgw_field *arguments_option(const struct bgw_object_type *type, const char *name,
					 enum purpose purpose);

/**
 * Whether a create takes the member by its place rather than by an option: the name, what is
 * required, and references and addresses that objects are found by. Those that are not required
 * may be left out.
 */
bool arguments_by_place(const struct bgw_field *field);
bool arguments_may_be_left_out(const struct bgw_field *field);

/**
 * Sets one member from text. A reference may be a name, an empty text unsets, a list is separated
 * by commas or given by repetition. What the gateway can judge better is sent as it is; without a
 * client to ask so are references.
 */
enum outcome arguments_set(struct session *session, cJSON *members, const struct bgw_field *field,
			   const char *text);

/**
 * Reads "--member value" and "--member=value" for all words; those that are no option are moved to
 * the front, *places says how many. Options named in extra (NULL after the last) are left to the
 * caller: their values go to extra_values, in the same order. A dash that a document made long is a
 * "--".
 */
enum outcome arguments_parse(struct session *session, const struct bgw_object_type *type,
			     enum purpose purpose, int count, char **words, cJSON *members,
			     int *places, const char *const *extra, const char **extra_values);

/**
 * Sets the members that a create takes by place, but for those that an option has set. A MAC may
 * have its IP with it, as "MAC;IP".
 */
enum outcome arguments_place(struct session *session, const struct bgw_object_type *type, int count,
			     char **words, cJSON *members);

#endif
