/* SPDX-License-Identifier: BSD-3-Clause */
#include "events.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http.h"
#include "loop.h"
#include "rest_request.h"

#define LISTENERS_MAX 64
#define QUEUE_EVENTS  1024
#define QUEUE_BYTES   (1u << 20)
#define KEPT_EVENTS   1024
#define LINGER_NS     UINT64_C(60000000000)
#define BEAT_MS	      15000
#define SUBJECTS_MAX  63 /* bits of a mask; the last is for paths */
#define PATH_SUBJECT  SUBJECTS_MAX
#define NOTICE_SIZE   128

static const char *const kind_names[] = {
	[EVENT_CREATED] = "created",	 [EVENT_UPDATED] = "updated",
	[EVENT_DELETED] = "deleted",	 [EVENT_MAC_LEARNED] = "mac_learned",
	[EVENT_MAC_MOVED] = "mac_moved", [EVENT_PATH_UP] = "path_up",
	[EVENT_PATH_DOWN] = "path_down", [EVENT_PEER_UP] = "peer_up",
	[EVENT_PEER_DOWN] = "peer_down", [EVENT_KIND_COUNT] = NULL,
};

/* One event as it is sent, shared by all who have it queued. */
struct event {
	uint64_t number;
	unsigned int references;
	unsigned int kind, subject;
	size_t length;
	char text[];
};

struct ring {
	struct event *events[QUEUE_EVENTS];
	size_t first, count, bytes;
};
_Static_assert(KEPT_EVENTS == QUEUE_EVENTS, "what is kept is a ring, too");

struct listener {
	struct events *events;
	struct listener *next, **previous;
	struct http_exchange *exchange;
	uint64_t subjects; /* bit i: that of bgw_object_types[i] */
	uint32_t kinds;	   /* bit i: enum event_kind */
	struct ring queue;
	uint64_t lost; /* while not 0, nothing is queued: the client first reads what is there */
	struct event *current;
	size_t offset; /* of current, or of the notice, that was sent already */
	char notice[NOTICE_SIZE];
	bool beat;
};

struct events {
	struct loop *loop;
	struct loop_timer *beat;
	struct listener *listeners;
	unsigned int listener_count;
	char epoch[17];	 /* tells the numbers of this run from those of another */
	uint64_t number; /* of the last event */
	uint64_t wanted; /* subjects that somebody listens for, or did within LINGER_NS */
	uint64_t linger_until_ns;
	struct ring kept;
	/* Of each subject all events after this number are kept. */
	uint64_t kept_after[SUBJECTS_MAX + 1];
};

static void event_release(struct event *event)
{
	if (event != NULL && --event->references == 0)
		free(event);
}

static void ring_add(struct ring *ring, struct event *event)
{
	ring->events[(ring->first + ring->count++) % QUEUE_EVENTS] = event;
	ring->bytes += event->length;
	event->references++;
}

/* The oldest, whose reference becomes the caller's. */
static struct event *ring_take(struct ring *ring)
{
	struct event *event = ring->events[ring->first];

	ring->first = (ring->first + 1) % QUEUE_EVENTS;
	ring->count--;
	ring->bytes -= event->length;
	return event;
}

static void ring_clear(struct ring *ring)
{
	while (ring->count > 0)
		event_release(ring_take(ring));
}

static bool ring_has_room(const struct ring *ring, const struct event *event)
{
	return ring->count < QUEUE_EVENTS &&
	       (ring->count == 0 || ring->bytes + event->length <= QUEUE_BYTES);
}

static unsigned int subject_index(event_subject subject)
{
	unsigned int i = 0;

	if (subject == NULL)
		return PATH_SUBJECT;
	while (bgw_object_types[i] != NULL && bgw_object_types[i] != subject)
		i++;
	return i;
}

/* Of the views only the MAC table is told of. */
static bool has_events(const struct bgw_object_type *type)
{
	return (type->flags & BGW_TYPE_VIRTUAL) == 0 || type == &bgw_mac_type ||
	       type == &bgw_negotiation_session_type;
}

static void on_beat(void *arg)
{
	struct events *events = arg;

	for (struct listener *listener = events->listeners; listener != NULL;
	     listener = listener->next) {
		listener->beat = true;
		http_wake(listener->exchange);
	}
}

struct events *events_create(struct loop *loop)
{
	struct events *events = calloc(1, sizeof(*events));
	struct timespec now;

	if (events == NULL)
		return NULL;
	events->loop = loop;
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(events->epoch, sizeof(events->epoch), "%" PRIx64,
		 (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
	events->beat = loop_timer_create(loop, BEAT_MS, BEAT_MS, on_beat, events);
	if (events->beat == NULL) {
		free(events);
		return NULL;
	}
	return events;
}

void events_destroy(struct events *events)
{
	if (events == NULL)
		return;
	ring_clear(&events->kept);
	loop_timer_close(events->beat);
	free(events);
}

/* Forgets what those wanted who left a while ago. */
static void wanted_update(struct events *events)
{
	if (events->linger_until_ns == 0 || loop_now_ns() < events->linger_until_ns)
		return;
	events->linger_until_ns = 0;
	events->wanted = 0;
	for (const struct listener *listener = events->listeners; listener != NULL;
	     listener = listener->next)
		events->wanted |= listener->subjects;
}

bool event_happened(struct events *events, event_subject subject)
{
	unsigned int index = subject_index(subject);

	if (events == NULL)
		return false;
	events->number++;
	wanted_update(events);
	if ((events->wanted >> index & 1) != 0)
		return true;
	events->kept_after[index] = events->number;
	return false;
}

static void listener_queue(struct listener *listener, struct event *event)
{
	if ((listener->kinds >> event->kind & 1) == 0 ||
	    (listener->subjects >> event->subject & 1) == 0)
		return;
	if (listener->lost != 0 || !ring_has_room(&listener->queue, event))
		listener->lost++;
	else
		ring_add(&listener->queue, event);
	http_wake(listener->exchange);
}

static void keep(struct events *events, struct event *event)
{
	while (!ring_has_room(&events->kept, event)) {
		struct event *oldest = ring_take(&events->kept);

		events->kept_after[oldest->subject] = oldest->number;
		event_release(oldest);
	}
	ring_add(&events->kept, event);
}

static struct event *event_make(const struct events *events, enum event_kind kind,
				event_subject subject, const cJSON *json)
{
	char head[NOTICE_SIZE], *data = cJSON_PrintUnformatted(json);
	int head_length =
		snprintf(head, sizeof(head), "id: %s-%" PRIu64 "\nevent: %s\ndata: ", events->epoch,
			 events->number, kind_names[kind]);
	size_t length = data != NULL ? strlen(data) : 0;
	struct event *event = NULL;

	if (data != NULL)
		event = malloc(sizeof(*event) + (size_t)head_length + length + 2);
	if (event != NULL) {
		*event = (struct event){
			.number = events->number,
			.references = 1,
			.kind = kind,
			.subject = subject_index(subject),
			.length = (size_t)head_length + length + 2,
		};
		memcpy(event->text, head, (size_t)head_length);
		memcpy(event->text + head_length, data, length);
		memcpy(event->text + head_length + length, "\n\n", 2);
	}
	free(data);
	return event;
}

void events_tell(struct events *events, enum event_kind kind, event_subject subject, cJSON *json)
{
	struct event *event = event_make(events, kind, subject, json);

	cJSON_Delete(json);
	if (event == NULL) {
		events->kept_after[subject_index(subject)] = events->number;
		for (struct listener *listener = events->listeners; listener != NULL;
		     listener = listener->next)
			listener->lost++;
		return;
	}
	for (struct listener *listener = events->listeners; listener != NULL;
	     listener = listener->next)
		listener_queue(listener, event);
	keep(events, event);
	event_release(event);
}

/* What is to be sent next that is no event. False: nothing. */
static bool notice_make(struct listener *listener)
{
	if (listener->queue.count == 0 && listener->lost != 0) {
		snprintf(listener->notice, sizeof(listener->notice),
			 "event: lost\ndata: {\"count\":%" PRIu64 "}\n\n", listener->lost);
		listener->lost = 0;
	} else if (listener->queue.count == 0 && listener->beat) {
		strcpy(listener->notice, ":\n\n");
	}
	listener->beat = false;
	return listener->notice[0] != '\0';
}

/* The rest of what is being sent; NULL: nothing. */
static const char *pending(struct listener *listener, size_t *length)
{
	if (listener->current == NULL && listener->notice[0] == '\0' && !notice_make(listener) &&
	    listener->queue.count > 0)
		listener->current = ring_take(&listener->queue);
	if (listener->current != NULL) {
		*length = listener->current->length - listener->offset;
		return listener->current->text + listener->offset;
	}
	*length = strlen(listener->notice) - listener->offset;
	return *length > 0 ? listener->notice + listener->offset : NULL;
}

static long listener_read(void *arg, char *bytes, size_t size)
{
	struct listener *listener = arg;
	size_t filled = 0, length;
	const char *from;

	while (filled < size && (from = pending(listener, &length)) != NULL) {
		size_t taken = length < size - filled ? length : size - filled;

		memcpy(bytes + filled, from, taken);
		filled += taken;
		listener->offset += taken;
		if (taken < length)
			break;
		event_release(listener->current);
		listener->current = NULL;
		listener->notice[0] = '\0';
		listener->offset = 0;
	}
	return (long)filled;
}

static void listener_closed(void *arg)
{
	struct listener *listener = arg;
	struct events *events = listener->events;

	*listener->previous = listener->next;
	if (listener->next != NULL)
		listener->next->previous = listener->previous;
	events->listener_count--;
	events->linger_until_ns = loop_now_ns() + LINGER_NS;
	ring_clear(&listener->queue);
	event_release(listener->current);
	free(listener);
}

/* Gives one who comes back what it missed: all that is kept, and what is not as a loss. */
static void listener_resume(struct listener *listener, const char *last)
{
	struct events *events = listener->events;
	size_t epoch_length = strlen(events->epoch);
	uint64_t from, number;
	char *end;

	if (strncmp(last, events->epoch, epoch_length) != 0 || last[epoch_length] != '-') {
		/* Of another run: how many those were nobody knows. */
		strcpy(listener->notice, "event: lost\ndata: {\"count\":null}\n\n");
		return;
	}
	number = strtoull(last + epoch_length + 1, &end, 10);
	if (*end != '\0' || number > events->number)
		number = events->number;
	from = number;
	for (unsigned int i = 0; i <= SUBJECTS_MAX; i++)
		if ((listener->subjects >> i & 1) != 0 && events->kept_after[i] > from)
			from = events->kept_after[i];
	if (from > number)
		snprintf(listener->notice, sizeof(listener->notice),
			 "event: lost\ndata: {\"count\":%" PRIu64 "}\n\n", from - number);
	for (size_t i = 0; i < events->kept.count; i++) {
		struct event *event = events->kept.events[(events->kept.first + i) % QUEUE_EVENTS];

		if (event->number > from)
			listener_queue(listener, event);
	}
}

/* Number of what a listener names, -1: there is nothing of that name. */
static int subject_find(const char *name)
{
	const struct bgw_object_type *type = bgw_object_type_find(name);

	if (strcmp(name, "path") == 0)
		return PATH_SUBJECT;
	return type != NULL && has_events(type) ? (int)subject_index(type) : -1;
}

static int kind_find(const char *name)
{
	for (int kind = 0; kind_names[kind] != NULL; kind++)
		if (strcmp(kind_names[kind], name) == 0)
			return kind;
	return -1;
}

enum argument {
	ARGUMENT_TYPE,
	ARGUMENT_EVENT,
	ARGUMENT_COUNT
};

static const struct {
	const char *name;
	int (*find)(const char *value);
	const char *wanted;
} arguments[ARGUMENT_COUNT] = {
	[ARGUMENT_TYPE] = {"type", subject_find,
			   "a type of object that is stored, such as \"network\", or \"mac\", "
			   "\"path\" or \"negotiation_session\""},
	[ARGUMENT_EVENT] = {"event", kind_find,
			    "created, updated, deleted, mac_learned, mac_moved, path_up, "
			    "path_down, peer_up or peer_down"},
};

/* What the arguments of the query select. */
struct selection {
	uint64_t bits[ARGUMENT_COUNT]; /* by the numbers that find() has; 0: everything */
	struct error *error;	       /* set where one is wrong */
	bool is_wrong;
};

static void select_argument(void *arg, const char *name, const char *value)
{
	struct selection *selection = arg;
	unsigned int i = 0;
	int number;

	value = value != NULL ? value : "";
	if (selection->is_wrong)
		return;
	while (i < ARGUMENT_COUNT && strcmp(arguments[i].name, name) != 0)
		i++;
	if (i == ARGUMENT_COUNT) {
		selection->is_wrong = error_set(selection->error, BGW_ERROR_INVALID_INPUT,
						"there is no argument \"%.64s\": events are "
						"selected by type and event",
						name) < 0;
		return;
	}
	number = arguments[i].find(value);
	if (number >= 0)
		selection->bits[i] |= UINT64_C(1) << number;
	else
		selection->is_wrong = error_set(selection->error, BGW_ERROR_INVALID_INPUT,
						"%s must be %s, not \"%.64s\"", name,
						arguments[i].wanted, value) < 0;
}

static struct listener *listener_create(struct events *events, struct http_exchange *exchange,
					const struct selection *selection)
{
	struct listener *listener = calloc(1, sizeof(*listener));

	if (listener == NULL)
		return NULL;
	listener->events = events;
	listener->exchange = exchange;
	listener->subjects = selection->bits[ARGUMENT_TYPE];
	listener->kinds = (uint32_t)selection->bits[ARGUMENT_EVENT];
	if (listener->subjects == 0)
		listener->subjects = UINT64_MAX;
	if (listener->kinds == 0)
		listener->kinds = UINT32_MAX;
	listener->next = events->listeners;
	listener->previous = &events->listeners;
	if (listener->next != NULL)
		listener->next->previous = &listener->next;
	events->listeners = listener;
	events->listener_count++;
	events->wanted |= listener->subjects;
	/* So that the client sees the answer begin. */
	listener->beat = true;
	return listener;
}

void events_listen(struct events *events, struct http_exchange *exchange)
{
	const char *method = http_method(exchange), *last = http_header(exchange, "Last-Event-ID");
	struct error error;
	struct selection selection = {.error = &error};
	struct listener *listener = NULL;

	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		error_set(&error, BGW_ERROR_METHOD_NOT_ALLOWED,
			  "%.16s is not possible here; possible are GET, HEAD", method);
		http_answer_header(exchange, "Allow", "GET, HEAD");
		rest_answer_error(exchange, &error);
		return;
	}
	http_arguments(exchange, select_argument, &selection);
	if (selection.is_wrong) {
		rest_answer_error(exchange, &error);
		return;
	}
	if (events->listener_count < LISTENERS_MAX)
		listener = listener_create(events, exchange, &selection);
	if (listener == NULL) {
		/* Some may be gone, which is noticed when something is sent. */
		on_beat(events);
		error_set(&error, BGW_ERROR_UNAVAILABLE,
			  "%u listen already, all that may; try again later", LISTENERS_MAX);
		rest_answer_error(exchange, &error);
		return;
	}
	if (last != NULL)
		listener_resume(listener, last);
	http_answer_type(exchange, "text/event-stream");
	http_answer_header(exchange, "Cache-Control", "no-store");
	http_answer_stream(
		exchange, 200,
		&(struct http_stream){listener_read, listener_closed, listener, HTTP_ENDLESS});
}
