/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_FIELD_H
#define BGW_PROTO_FIELD_H

/**
 * How a table describes the members of an object: one row per member says how it is spelt, what
 * values it takes, who may set it, and where in the C struct it lives. The same rows feed
 * validation, JSON, the store, the configuration file, the command line and its help.
 *
 * Tables are constants; any thread may read them.
 */

#include <stddef.h>
#include <stdint.h>

#include "values.h"

/** What a member holds, and its C type in the struct. */
enum bgw_field_type {
	BGW_STRING,  /**< char *, NULL for "" */
	BGW_BOOL,    /**< bool */
	BGW_UINT,    /**< uint32_t, between min and max */
	BGW_DECIMAL, /**< a number with a fraction, of members that are only answered: double */
	BGW_ENUM,    /**< uint32_t, index into choices */
	BGW_MAC,     /**< struct bgw_mac */
	BGW_ADDRESS, /**< struct bgw_address */
	BGW_PREFIX,  /**< struct bgw_prefix */
	BGW_UUID,    /**< struct bgw_uuid */
	BGW_REF,     /**< struct bgw_uuid, the id of an object of the type named by .ref */
	BGW_TAGS,    /**< struct bgw_tags, text "0", "V" or "S.C" */
	BGW_RECORD,  /**< a struct of its own, described by .record */
};

#define BGW_LIST_MAX_ITEMS 1024 /**< of lists whose field has no max_items */

/** A list member: its elements are those of the field's type. */
struct bgw_list {
	uint32_t count;
	void *items; /**< count elements in a row, NULL when empty */
};

#define BGW_FIELD_CREATE   0x001u /**< a create may give it */
#define BGW_FIELD_UPDATE   0x002u /**< an update may give it */
#define BGW_FIELD_REQUIRED 0x004u /**< a create must give it */
#define BGW_FIELD_NULLABLE                                                                        \
	0x008u			   /**< may be absent for good: shown as null, and null unsets it \
				    */
#define BGW_FIELD_LIST	   0x010u  /**< struct bgw_list of the type */
#define BGW_FIELD_INDEX	   0x020u  /**< the model finds objects by it (not for lists and records) */
#define BGW_FIELD_RUNTIME  0x040u  /**< has no place in the struct: filled in when answering */
#define BGW_FIELD_ECHO	   0x080u  /**< the first alias is answered too, with the same value */
#define BGW_FIELD_HIDDEN   0x100u  /**< stored, never answered */
#define BGW_FIELD_NONEMPTY 0x200u  /**< a string or list that must not be empty */
#define BGW_FIELD_DETAIL   0x400u  /**< shown of one object, not in tables of many */
#define BGW_FIELD_COUNTER  0x800u  /**< only grows, so that its rate means something */
#define BGW_FIELD_TERSE	   0x1000u /**< answered only when it was given */
#define BGW_FIELD_LINES	   0x2000u /**< a string that may have several lines, and tabs */

#define BGW_FIELD_RW (BGW_FIELD_CREATE | BGW_FIELD_UPDATE)

struct bgw_record;

struct bgw_field {
	const char *name;	/**< the one name that answers use */
	const char *aliases[3]; /**< other names that requests may use, NULL after the last */
	enum bgw_field_type type;
	uint32_t flags;	    /**< BGW_FIELD_* */
	uint16_t offset;    /**< in the struct; BGW_RUNTIME members have none */
	uint32_t min, max;  /**< BGW_UINT: range. BGW_STRING: max is bytes, 0 means 255 */
	uint32_t max_items; /**< lists: most elements, 0 is BGW_LIST_MAX_ITEMS */
	const char *preset; /**< value when absent, as text; lists separate by ','; NULL: zero */
	const char *const *choices;	 /**< BGW_ENUM: texts, NULL after the last */
	const struct bgw_record *record; /**< BGW_RECORD */
	const char *ref;		 /**< BGW_REF: name of the type referred to */
	const char *help;		 /**< one clause, no full stop */
};

/** A struct and the table of its members. Every such struct begins with a uint64_t in which bit i
 * says that member i was given (rather than preset). At most 64 members. */
struct bgw_record {
	size_t size;
	uint32_t count;
	const struct bgw_field *fields;
};

/** The member of that name or alias, NULL when there is none. */
const struct bgw_field *bgw_field_find(const struct bgw_record *record, const char *name);

/** Bytes of one element of the field's type. */
size_t bgw_field_size(const struct bgw_field *field);

#endif
