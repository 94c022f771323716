/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_EVENTS_H
#define BGW_CONTROL_EVENTS_H

/**
 * What happens, told to whoever listens: GET /v2.0/events, as server-sent events
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * Each listener has a bounded queue. One that reads too slowly loses events, is told how many with
 * an event "lost", and never holds up anybody. Events have numbers, so that one who comes back with
 * Last-Event-ID gets what it missed, as far as that is kept, and is told if it is not.
 *
 * Control thread only.
 */

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "objects.h"

struct events;
struct http_exchange;
struct loop;

enum event_kind {
	EVENT_CREATED,
	EVENT_UPDATED,
	EVENT_DELETED,
	EVENT_MAC_LEARNED,
	EVENT_MAC_MOVED,
	EVENT_PATH_UP,
	EVENT_PATH_DOWN,
	EVENT_PEER_UP,
	EVENT_PEER_DOWN,
	EVENT_KIND_COUNT,
};

/** What an event is about: a type of object (MACs of the table are bgw_mac_type's), or NULL for the
 * path to a remote gateway, which is no object. */
typedef const struct bgw_object_type *event_subject;

/** NULL without memory. */
struct events *events_create(struct loop *loop);
/** All listeners must be gone (http_stop()). Accepts NULL. */
void events_destroy(struct events *events);

/** Counts an event. Whether somebody is to be told of it: then events_tell() has to follow. Accepts
 * NULL, where nobody listens. */
bool event_happened(struct events *events, event_subject subject);

/** Tells it. Takes the JSON, which may be NULL for want of memory: then it counts as lost. */
void events_tell(struct events *events, enum event_kind kind, event_subject subject, cJSON *json);

/** Answers a request to listen, for as long as the client stays. */
void events_listen(struct events *events, struct http_exchange *exchange);

#endif
