/* SPDX-License-Identifier: BSD-3-Clause */
#include "rest_audit.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "control.h"
#include "http.h"
#include "json.h"
#include "log.h"
#include "text.h"

/* A bulk create makes more; the line then says how many there were. */
#define LISTED_OBJECTS 1000

static const struct object *object_of(const struct change *change)
{
	return change->new != NULL ? change->new : change->old;
}

static bool is_shown(const struct change *change)
{
	return model_type_is_shown(object_of(change)->type);
}

static void add_change(struct text *text, const struct change *change)
{
	const struct object *object = object_of(change);
	char id[BGW_UUID_TEXT_SIZE];

	text_add_format(text, "%s{\"change\":\"%s\",\"type\":\"%s\",\"id\":\"%s\"}",
			text->bytes[text->length - 1] == '[' ? "" : ",",
			change->old == NULL   ? "create"
			: change->new == NULL ? "delete"
					      : "update",
			object->type->name, bgw_uuid_format(&object_base(object)->id, id));
}

char *rest_audit_changes(const struct model *model, size_t mark)
{
	struct text text = {0};
	size_t count, shown = 0, listed = 0;
	const struct change *changes = model_changes(model, &count);

	for (size_t i = mark; i < count; i++)
		shown += is_shown(&changes[i]);
	text_add_format(&text, "{\"count\":%zu,\"objects\":[", shown);
	for (size_t i = mark; i < count && listed < LISTED_OBJECTS && !text.broken; i++) {
		if (!is_shown(&changes[i]))
			continue;
		add_change(&text, &changes[i]);
		listed++;
	}
	text_add(&text, "]}", sizeof("]}"));
	if (!text.broken)
		return text.bytes;
	text_free(&text);
	return NULL;
}

/* What a client sent may be no UTF-8. */
static void add_text(cJSON *json, const char *name, const char *text)
{
	char *clean = strdup(text);

	if (clean == NULL)
		return;
	json_text_clean(clean);
	cJSON_AddStringToObject(json, name, clean);
	free(clean);
}

static void add_argument(void *arg, const char *name, const char *value)
{
	add_text(arg, name, value != NULL ? value : "");
}

static void add_time(cJSON *json)
{
	struct timespec now;
	struct tm utc;
	char date[32], text[48];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text, sizeof(text), "%s.%03ldZ", date, now.tv_nsec / 1000000);
	cJSON_AddStringToObject(json, "time", text);
}

static void add_peer(cJSON *json, const struct http_exchange *exchange)
{
	struct http_peer peer;

	http_peer(exchange, &peer);
	cJSON_AddStringToObject(json, "from", peer.address);
	if (peer.is_process) {
		cJSON_AddNumberToObject(json, "uid", peer.uid);
		cJSON_AddNumberToObject(json, "pid", peer.pid);
	}
	if (http_certificate(exchange) != NULL)
		add_text(json, "certificate", http_certificate(exchange));
	if (http_caller(exchange) != NULL)
		cJSON_AddStringToObject(json, "token", http_caller(exchange));
}

/* With its end. NULL without memory. */
static char *line_make(const struct http_exchange *exchange, unsigned int status, uint32_t left_out)
{
	cJSON *json = cJSON_CreateObject(), *query = cJSON_CreateObject();
	char *text, *line = NULL;

	add_time(json);
	add_peer(json, exchange);
	add_text(json, "method", http_method(exchange));
	add_text(json, "path", http_path(exchange));
	http_arguments(exchange, add_argument, query);
	if (query != NULL && query->child != NULL)
		cJSON_AddItemToObject(json, "query", query);
	else
		cJSON_Delete(query);
	cJSON_AddNumberToObject(json, "status", status);
	if (http_note(exchange) != NULL && status < 300)
		cJSON_AddRawToObject(json, "changes", http_note(exchange));
	if (left_out != 0)
		cJSON_AddNumberToObject(json, "refusals_left_out", left_out);
	text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	if (text != NULL && asprintf(&line, "%s\n", text) < 0)
		line = NULL;
	free(text);
	return line;
}

static void release(void *arg)
{
	http_answer_release(arg);
}

bool rest_audit_record(struct control *control, struct http_exchange *exchange, unsigned int status)
{
	bool waits = false;
	char *line;

	if (http_is_read(exchange))
		return false;
	line = line_make(exchange, status, 0);
	if (line != NULL)
		waits = audit_write(control->audit, line, strlen(line), release, exchange) == 0;
	if (!waits)
		log_error("there is no memory for a line of the audit log");
	free(line);
	return waits;
}

void rest_audit_refused(struct control *control, struct http_exchange *exchange,
			unsigned int status)
{
	uint32_t left_out;
	char *line;

	/* Of reads, it matters only who was not let in. */
	if (http_is_read(exchange) && status != 401)
		return;
	if (!audit_refusal_begin(control->audit, &left_out))
		return;
	line = line_make(exchange, status, left_out);
	if (line != NULL)
		audit_write(control->audit, line, strlen(line), NULL, NULL);
	free(line);
}
