/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_COLLECTION_H
#define BGWCTL_COLLECTION_H

/**
 * Objects of one type as the API answers them, and how a user may name one of them.
 */

#include "objects.h"
#include "session.h"

/**
 * All objects of a type, page after page. query is NULL or what follows the '?'. *list becomes an
 * array, the caller's to delete.
 */
enum outcome collection_list(struct session *session, const struct bgw_object_type *type,
			     const char *query, cJSON **list);

/** The first page of them, which is as long as a limit in the query says. */
enum outcome collection_page(struct session *session, const struct bgw_object_type *type,
			     const char *query, cJSON **list);

/** One object; *object is the caller's to delete. */
enum outcome collection_show(struct session *session, const struct bgw_object_type *type,
			     const char *id, cJSON **object);

/** Sends a create (id NULL) or an update of the members given; *object as above. */
enum outcome collection_write(struct session *session, const struct bgw_object_type *type,
			      const char *id, const cJSON *members, cJSON **object);

/** With cascade, what refers to the object goes too. */
enum outcome collection_delete(struct session *session, const struct bgw_object_type *type,
			       const char *id, bool cascade);

/**
 * The id that a user means: an id is itself; else it is looked for among the names of the type, or
 * among its MACs; what has neither goes by the two objects that it joins, as "gw/far"; last come
 * the beginnings of ids. Neither none nor several will do. *id is the caller's to free.
 */
enum outcome collection_resolve(struct session *session, const struct bgw_object_type *type,
				const char *given, char **id);

/** The same among those behind one object: of a type that goes by MAC, those of a connection. */
enum outcome collection_resolve_behind(struct session *session, const struct bgw_object_type *type,
				       const char *given, const char *behind, char **id);

/** The members that say what an object without a label joins, in order: the references that it must
 * have. NULL after the last. */
const struct bgw_field *collection_end(const struct bgw_object_type *type, unsigned int number);

/** The member that users call objects of the type by: name or mac, NULL where it has neither. */
const struct bgw_field *collection_label(const struct bgw_object_type *type);

#endif
