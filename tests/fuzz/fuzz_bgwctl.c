/* SPDX-License-Identifier: BSD-3-Clause */
/* What bgwctl reads of others: events in pieces, and CSV. */
#include "fuzz.h"

#include "csv.h"
#include "sse.h"

struct tally {
	size_t events, bytes;
};

static bool on_event(void *arg, const struct sse_event *event)
{
	struct tally *tally = arg;

	tally->events++;
	tally->bytes += strlen(event->id) + strlen(event->name) + strlen(event->data);
	return true;
}

static struct tally events_in(const uint8_t *data, size_t size, size_t piece)
{
	struct tally tally = {0, 0};
	struct sse sse = {.callback = on_event, .arg = &tally};

	for (size_t at = 0; at < size; at += piece) {
		size_t length = piece < size - at ? piece : size - at;
		char *bytes = malloc(length);

		MUST(bytes != NULL);
		memcpy(bytes, data + at, length);
		MUST(sse_feed(&sse, bytes, length));
		free(bytes);
	}
	sse_free(&sse);
	return tally;
}

static void csv_in(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *at = text;
	struct csv_line line = {0};
	size_t number = 0, last = 0;

	MUST(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	while (csv_next(&at, &number, &line) > 0) {
		MUST(line.count > 0 && line.number > last);
		last = line.number;
		for (size_t i = 0; i < line.count; i++)
			MUST(line.cells[i] >= text &&
			     line.cells[i] + strlen(line.cells[i]) <= text + size);
	}
	csv_free(&line);
	free(text);
}

/* The first byte says how long pieces are: that changes nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tally whole, pieces;

	if (size < 2 || size > 4096)
		return 0;
	whole = events_in(data + 1, size - 1, size);
	pieces = events_in(data + 1, size - 1, 1 + data[0] % 16);
	MUST(whole.events == pieces.events && whole.bytes == pieces.bytes);
	csv_in(data + 1, size - 1);
	return 0;
}
