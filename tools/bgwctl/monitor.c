/* SPDX-License-Identifier: BSD-3-Clause */
#include "monitor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collection.h"
#include "colour.h"
#include "sse.h"
#include "text.h"

#define AGAIN_S 1

struct monitor {
	bool json;
	uint32_t left; /* events to print, 0: no end */
	bool has_seen; /* the gateway answered once */
	struct sse sse;
};

static enum colour colour_of_event(const char *name)
{
	if (strcmp(name, "created") == 0 || strcmp(name, "path_up") == 0 ||
	    strcmp(name, "peer_up") == 0)
		return COLOUR_GOOD;
	return strcmp(name, "deleted") == 0 || strcmp(name, "path_down") == 0 ||
			       strcmp(name, "peer_down") == 0 || strcmp(name, "lost") == 0
		       ? COLOUR_BAD
		       : COLOUR_NONE;
}

static const char *string_of(const cJSON *object, const char *member)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, member));

	return text != NULL && text[0] != '\0' ? text : NULL;
}

/* What comes before it, and it. */
static void print_text(const char *before, const char *text)
{
	char *clean = text_cleaned(text);

	printf("%s%s", before, clean);
	free(clean);
}

static void print_member(const cJSON *object, const char *member)
{
	const char *text = string_of(object, member);

	if (text == NULL)
		return;
	printf(" %s", member);
	print_text("=", text);
}

/* What the event is about, in a few words. */
static void print_subject(const cJSON *data)
{
	const char *type_name = string_of(data, "type");
	const struct bgw_object_type *type =
		type_name != NULL ? bgw_object_type_find(type_name) : NULL;
	const cJSON *object =
		type_name != NULL ? cJSON_GetObjectItemCaseSensitive(data, type_name) : NULL;
	const struct bgw_field *label = type != NULL ? collection_label(type) : NULL;
	const char *name = label != NULL ? string_of(object, label->name) : NULL;
	const cJSON *count = cJSON_GetObjectItem(data, "count");

	if (type_name == NULL) {
		if (cJSON_IsNumber(count))
			printf("%.0f events", count->valuedouble);
		else
			fputs("all events before", stdout);
		return;
	}
	print_text("", type_name);
	if (name != NULL)
		print_text(" ", name);
	for (const char *const *member =
		     (const char *const[]){"remote", "encapsulation", "port", "segmentation_id",
					   "network_id", "connection", "gateway", "remote_gateway",
					   "status", "reason", NULL};
	     *member != NULL; member++)
		print_member(object, *member);
	if (type != NULL && type != &bgw_mac_type)
		print_member(object, "id");
}

static void print_plain(const struct sse_event *event, const cJSON *data)
{
	enum colour colour = colour_of_event(event->name);
	time_t now = time(NULL);
	struct tm local;
	char clock[16];

	localtime_r(&now, &local);
	strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	printf("%s %s%-11s%s ", clock, colour_begin(stdout, colour), event->name,
	       colour_end(stdout, colour));
	print_subject(data);
	putchar('\n');
}

static void print_json_line(const struct sse_event *event, cJSON *data)
{
	cJSON *line = cJSON_CreateObject();
	char *text;

	cJSON_AddStringToObject(line, "id", event->id);
	cJSON_AddStringToObject(line, "event", event->name);
	cJSON_AddItemToObject(line, "data", cJSON_Duplicate(data, true));
	text = cJSON_PrintUnformatted(line);
	puts(text != NULL ? text : "");
	cJSON_free(text);
	cJSON_Delete(line);
}

static bool on_event(void *arg, const struct sse_event *event)
{
	struct monitor *monitor = arg;
	cJSON *data = cJSON_Parse(event->data);

	if (monitor->json)
		print_json_line(event, data);
	else
		print_plain(event, data);
	cJSON_Delete(data);
	fflush(stdout);
	return monitor->left == 0 || --monitor->left > 0;
}

static bool on_piece(void *arg, const char *bytes, size_t length)
{
	struct monitor *monitor = arg;

	monitor->has_seen = true;
	return sse_feed(&monitor->sse, bytes, length);
}

/* The type of a word such as l2-gateways, or "path". */
static enum outcome add_subject(const char *word, struct text *query)
{
	const struct bgw_object_type *type;
	char *name = text_respelt(word, '-', '_');

	type = bgw_object_type_find(name);
	free(name);
	if (type == NULL && strcmp(word, "path") != 0 && strcmp(word, "paths") != 0)
		return complain(OUTCOME_USAGE,
				"monitor what? a type of object such as network, mac, or path");
	text_add(query, "%stype=%s", query->length > 0 ? "&" : "?",
		 type != NULL ? type->name : "path");
	return OUTCOME_OK;
}

static enum outcome arguments_read(struct session *session, struct monitor *monitor, int count,
				   char **words, struct text *query)
{
	enum outcome outcome = OUTCOME_OK;

	for (int i = 0; i < count && outcome == OUTCOME_OK; i++) {
		char *escaped;

		if (strncmp(words[i], "--", 2) != 0) {
			outcome = add_subject(words[i], query);
			continue;
		}
		if (strcmp(words[i], "--event") != 0 && strcmp(words[i], "--count") != 0)
			return complain(OUTCOME_USAGE, "monitor takes no \"%s\"", words[i]);
		if (i + 1 == count)
			return complain(OUTCOME_USAGE, "%s needs a value", words[i]);
		if (strcmp(words[i++], "--event") == 0) {
			escaped = client_escape(session->client, words[i]);
			text_add(query, "%sevent=%s", query->length > 0 ? "&" : "?",
				 escaped != NULL ? escaped : "");
			free(escaped);
		} else if (bgw_uint_parse(words[i], &monitor->left) != 0 || monitor->left == 0) {
			outcome = complain(OUTCOME_USAGE, "--count is a number from 1, not \"%s\"",
					   words[i]);
		}
	}
	return outcome;
}

enum outcome monitor_run(struct session *session, int count, char **words)
{
	struct monitor monitor = {.json = session->json,
				  .sse = {.callback = on_event, .arg = &monitor}};
	struct text path = {NULL, 0}, query = {NULL, 0};
	enum outcome outcome = arguments_read(session, &monitor, count, words, &query);

	text_add(&path, "events%s", text_get(&query));
	while (outcome == OUTCOME_OK) {
		outcome = client_stream(session->client, text_get(&path), text_get(&monitor.sse.id),
					on_piece, &monitor);
		sse_cut(&monitor.sse);
		if (monitor.sse.stopped) {
			outcome = OUTCOME_OK;
			break;
		}
		/* It was there: it comes back. */
		if (outcome == OUTCOME_OK || (monitor.has_seen && (outcome == OUTCOME_UNREACHABLE ||
								   outcome == OUTCOME_BUSY))) {
			outcome = OUTCOME_OK;
			sleep(AGAIN_S);
		}
	}
	sse_free(&monitor.sse);
	text_free(&path);
	text_free(&query);
	return outcome;
}
