/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "clock.h"
#include "commands.h"
#include "parts.h"
#include "print.h"
#include "table.h"

#define INTERVAL_MS	1000
#define INTERVAL_MS_MAX 3600000

static bool has_counters(const struct bgw_object_type *type)
{
	for (uint32_t i = 0; i < type->record.count; i++)
		if ((type->record.fields[i].flags & BGW_FIELD_COUNTER) != 0)
			return true;
	return false;
}

const struct bgw_object_type *view_find(const char *what)
{
	const struct bgw_object_type *type = bgw_object_type_find(what);

	if (type != NULL)
		return type;
	/* "connections" are those that count packets. */
	for (size_t i = 0; bgw_object_types[i] != NULL; i++) {
		const char *plural = bgw_object_types[i]->plural;
		size_t length = strlen(plural), tail = strlen(what);

		if (length > tail && plural[length - tail - 1] == '_' &&
		    strcmp(plural + length - tail, what) == 0 && has_counters(bgw_object_types[i]))
			return bgw_object_types[i];
	}
	return NULL;
}

static const char *id_of(const cJSON *object)
{
	return cJSON_GetStringValue(cJSON_GetObjectItem(object, "id"));
}

static bool has_id(const cJSON *object, const char *id)
{
	return id_of(object) != NULL && strcmp(id_of(object), id) == 0;
}

/* The same object in an earlier list, most often behind the one that was found last. */
static const cJSON *earlier(const cJSON *list, const cJSON *last, const char *id)
{
	const cJSON *next = last != NULL ? last->next : list->child, *item;

	if (id == NULL)
		return NULL;
	if (has_id(next, id))
		return next;
	cJSON_ArrayForEach (item, list)
		if (has_id(item, id))
			return item;
	return NULL;
}

/* A counter's name with what it counts, at its end, replaced: rx_packets, rx_bytes -> rx_pps,
 * rx_bps. Bytes are shown as bits. */
static char *rate_name(const struct bgw_field *field, const char *packets, const char *bits)
{
	size_t length = strlen(field->name);
	struct text name = {NULL, 0};

	if (length >= 5 && strcmp(field->name + length - 5, "bytes") == 0)
		text_add(&name, "%.*s%s", (int)(length - 5), field->name, bits);
	else if (length >= 7 && strcmp(field->name + length - 7, "packets") == 0)
		text_add(&name, "%.*s%s", (int)(length - 7), field->name, packets);
	else
		text_add(&name, "%s_per_second", field->name);
	return name.bytes;
}

static char *rate_member(const struct bgw_field *field)
{
	return rate_name(field, "packets_per_second", "bits_per_second");
}

static double rate_factor(const struct bgw_field *field)
{
	const char *bytes = strstr(field->name, "bytes");

	return bytes != NULL ? 8 : 1;
}

/* Adds the rates to the objects of the later list, as members of their own. */
static void add_rates(const struct bgw_object_type *type, const cJSON *before, cJSON *after,
		      double seconds)
{
	const cJSON *last = NULL;
	cJSON *object;

	cJSON_ArrayForEach (object, after) {
		const cJSON *old = earlier(before, last, id_of(object));

		for (uint32_t i = 0; i < type->record.count; i++) {
			const struct bgw_field *field = &type->record.fields[i];
			const cJSON *now = cJSON_GetObjectItem(object, field->name);
			const cJSON *then = cJSON_GetObjectItem(old, field->name);
			char *name;

			if ((field->flags & BGW_FIELD_COUNTER) == 0 || !cJSON_IsNumber(now) ||
			    !cJSON_IsNumber(then) || now->valuedouble < then->valuedouble)
				continue;
			name = rate_member(field);
			cJSON_AddNumberToObject(object, name,
						(now->valuedouble - then->valuedouble) *
							rate_factor(field) / seconds);
			free(name);
		}
		last = old != NULL ? old : last;
	}
}

/* Two samples, and how fast the counters grew between them. */
static enum outcome sample(struct session *session, const struct bgw_object_type *type,
			   long interval_ms, cJSON **list)
{
	enum outcome outcome;
	cJSON *before = NULL;
	double begin = 0;

	if (interval_ms > 0 && has_counters(type)) {
		outcome = collection_list(session, type, NULL, &before);
		if (outcome != OUTCOME_OK)
			return outcome;
		begin = clock_now_s();
		clock_pause_ms(interval_ms);
	}
	outcome = collection_list(session, type, NULL, list);
	if (outcome == OUTCOME_OK && before != NULL)
		add_rates(type, before, *list, clock_now_s() - begin);
	cJSON_Delete(before);
	return outcome;
}

/* What a view shows of an object besides its counters: how it is called, what it refers to and
 * what the gateway found out. */
static bool is_shown(const struct bgw_object_type *type, const struct bgw_field *field)
{
	const struct bgw_field *label = collection_label(type);

	if ((field->flags & (BGW_FIELD_DETAIL | BGW_FIELD_COUNTER)) != 0)
		return false;
	if (strcmp(field->name, "id") == 0)
		return label == NULL;
	return field == label || field->type == BGW_REF || (field->flags & BGW_FIELD_RUNTIME) != 0;
}

enum column_kind {
	COLUMN_PLAIN,
	COLUMN_RATE,
	COLUMN_TOTAL,
};

static bool has_column(const struct bgw_object_type *type, const struct bgw_field *field,
		       enum column_kind kind, bool rates)
{
	if (kind == COLUMN_PLAIN)
		return is_shown(type, field);
	return (field->flags & (BGW_FIELD_COUNTER | BGW_FIELD_DETAIL)) == BGW_FIELD_COUNTER &&
	       (kind == COLUMN_TOTAL || rates);
}

static void add_cell(struct text *text, struct session *session, const struct bgw_field *field,
		     enum column_kind kind, const cJSON *object)
{
	const cJSON *rate;
	char *name;

	if (kind != COLUMN_RATE) {
		cell_add(text, session, field, cJSON_GetObjectItem(object, field->name));
		return;
	}
	name = rate_member(field);
	rate = cJSON_GetObjectItem(object, name);
	if (cJSON_IsNumber(rate))
		cell_add_scaled(text, rate->valuedouble);
	else
		text_add(text, "-");
	free(name);
}

/* Whether any counter of the object has counted. */
static bool has_counted(const struct bgw_object_type *type, const cJSON *object)
{
	for (uint32_t i = 0; i < type->record.count; i++) {
		const struct bgw_field *field = &type->record.fields[i];

		if ((field->flags & BGW_FIELD_COUNTER) != 0 &&
		    cJSON_GetNumberValue(cJSON_GetObjectItem(object, field->name)) > 0)
			return true;
	}
	return false;
}

static void print_view(struct session *session, const struct bgw_object_type *type,
		       const cJSON *list, bool rates)
{
	struct table table = {0};
	const cJSON *object;
	int silent = 0;

	for (int kind = COLUMN_PLAIN; kind <= COLUMN_TOTAL; kind++)
		for (uint32_t i = 0; i < type->record.count; i++) {
			const struct bgw_field *field = &type->record.fields[i];
			char *title;

			if (!has_column(type, field, (enum column_kind)kind, rates))
				continue;
			title = kind == COLUMN_RATE ? rate_name(field, "pps", "bps")
						    : must_copy(field->name);
			table_add_column(&table, title, cell_is_number(field),
					 field->type == BGW_UUID || field->type == BGW_REF);
			free(title);
		}
	cJSON_ArrayForEach (object, list) {
		char **cells;
		size_t at = 0;

		if ((type->flags & BGW_TYPE_SPARSE) != 0 && !has_counted(type, object)) {
			silent++;
			continue;
		}
		cells = must_calloc(table.column_count, sizeof(*cells));

		for (int kind = COLUMN_PLAIN; kind <= COLUMN_TOTAL; kind++)
			for (uint32_t i = 0; i < type->record.count; i++) {
				const struct bgw_field *field = &type->record.fields[i];
				struct text text = {NULL, 0};

				if (!has_column(type, field, (enum column_kind)kind, rates))
					continue;
				add_cell(&text, session, field, (enum column_kind)kind, object);
				cells[at++] = text.bytes;
			}
		table_add_row(&table, cells);
		free(cells);
	}
	table_print(&table);
	if (silent > 0)
		printf("(%d others have counted nothing)\n", silent);
	table_free(&table);
}

/* What follows "show WHAT". */
struct view_options {
	long interval_ms;
	const struct bgw_field *parts; /* shown in rows of their own; NULL: the objects are */
};

static enum outcome interval_read(const char *text, long *interval_ms)
{
	char *end = NULL;
	double seconds = strtod(text, &end);

	if (end == text || *end != '\0' || !(seconds >= 0 && seconds * 1000 <= INTERVAL_MS_MAX))
		return complain(OUTCOME_USAGE,
				"--interval is seconds from 0 (no rates) to %d, not \"%s\"",
				INTERVAL_MS_MAX / 1000, text);
	*interval_ms = (long)(seconds * 1000);
	return OUTCOME_OK;
}

static enum outcome options_read(const struct bgw_object_type *type, int count, char **words,
				 struct view_options *options)
{
	enum outcome outcome = OUTCOME_OK;
	bool interval_given = false;

	*options = (struct view_options){.interval_ms = INTERVAL_MS};
	for (int i = 0; i < count && outcome == OUTCOME_OK; i++) {
		const struct bgw_field *parts = parts_find(type, words[i]);

		if (strcmp(words[i], "--interval") == 0 && i + 1 < count) {
			interval_given = true;
			outcome = interval_read(words[++i], &options->interval_ms);
		} else if (strcmp(words[i], "--interval") == 0) {
			outcome = complain(OUTCOME_USAGE, "--interval needs a value");
		} else if (parts != NULL) {
			options->parts = parts;
		} else {
			outcome = complain(OUTCOME_USAGE, "show %s takes no \"%s\"", type->plural,
					   words[i]);
		}
	}
	/* Parts have no rates to wait for. */
	if (options->parts != NULL && !interval_given)
		options->interval_ms = 0;
	return outcome;
}

enum outcome view_run(struct session *session, int count, char **words)
{
	const struct bgw_object_type *type = count > 0 ? view_find(words[0]) : NULL;
	struct view_options options;
	enum outcome outcome;
	cJSON *list = NULL;

	if (type == NULL)
		return complain(OUTCOME_USAGE,
				"show what? ports, workers, connections, macs, drops, neighbours, "
				"sessions");
	outcome = options_read(type, count - 1, words + 1, &options);
	if (outcome == OUTCOME_OK)
		outcome = sample(session, type, options.interval_ms, &list);
	if (outcome == OUTCOME_OK && session->json)
		outcome = print_list(session, type, list, NULL);
	else if (outcome == OUTCOME_OK && options.parts != NULL)
		parts_print(session, type, options.parts, list);
	else if (outcome == OUTCOME_OK)
		print_view(session, type, list, options.interval_ms > 0);
	cJSON_Delete(list);
	return outcome;
}
