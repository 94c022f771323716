/* SPDX-License-Identifier: BSD-3-Clause */
#include "sse.h"

#include <string.h>

static void text_set(struct text *text, const char *value)
{
	text_free(text);
	text_add(text, "%s", value);
}

static void dispatch(struct sse *sse)
{
	const struct sse_event event = {
		.id = text_get(&sse->id),
		.name = sse->name.length > 0 ? text_get(&sse->name) : "message",
		.data = text_get(&sse->data),
	};

	if (sse->has_data && !sse->callback(sse->arg, &event))
		sse->stopped = true;
	text_free(&sse->name);
	text_free(&sse->data);
	sse->has_data = false;
}

static void take_line(struct sse *sse)
{
	char *line = sse->line.bytes != NULL ? sse->line.bytes : (char[]){""};
	size_t length = strcspn(line, ":");
	const char *value = line + length;

	if (*value == ':')
		value += value[1] == ' ' ? 2 : 1;
	if (line[0] == '\0') {
		dispatch(sse);
	} else if (length == 4 && strncmp(line, "data", length) == 0) {
		text_add(&sse->data, "%s%s", sse->has_data ? "\n" : "", value);
		sse->has_data = true;
	} else if (length == 5 && strncmp(line, "event", length) == 0) {
		text_set(&sse->name, value);
	} else if (length == 2 && strncmp(line, "id", length) == 0) {
		text_set(&sse->id, value);
	}
	text_free(&sse->line);
}

bool sse_feed(struct sse *sse, const char *bytes, size_t length)
{
	while (length > 0 && !sse->stopped) {
		const char *end = memchr(bytes, '\n', length);
		size_t taken = end != NULL ? (size_t)(end - bytes) : length;

		text_add_bytes(&sse->line, bytes, taken);
		if (end != NULL) {
			if (sse->line.length > 0 && sse->line.bytes[sse->line.length - 1] == '\r')
				sse->line.bytes[--sse->line.length] = '\0';
			take_line(sse);
			taken++;
		}
		bytes += taken;
		length -= taken;
	}
	return !sse->stopped;
}

void sse_cut(struct sse *sse)
{
	text_free(&sse->line);
	text_free(&sse->name);
	text_free(&sse->data);
	sse->has_data = false;
}

void sse_free(struct sse *sse)
{
	sse_cut(sse);
	text_free(&sse->id);
}
