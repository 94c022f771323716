/* SPDX-License-Identifier: BSD-3-Clause */
/* What bgwctl reads piece by piece or line by line: events and CSV. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "csv.h"
#include "sse.h"

static char seen[512];
static unsigned int stop_after;

static bool on_event(void *arg, const struct sse_event *event)
{
	size_t length = strlen(seen);

	(void)arg;
	snprintf(seen + length, sizeof(seen) - length, "%s/%s/%s;", event->id, event->name,
		 event->data);
	return stop_after == 0 || --stop_after > 0;
}

static const char stream[] = ":\n\n"
			     "id: a-1\nevent: created\ndata: {\"x\":1}\n\n"
			     "data: one\ndata:two\n\n"
			     "event: nothing\n\n"
			     "retry: 5\r\nid\r\nevent: lost\r\ndata\r\n\r\n"
			     "data: cut";
static const char expected[] = "a-1/created/{\"x\":1};a-1/message/one\ntwo;/lost/;";

static void events_arrive_whatever_the_pieces_are(void **state)
{
	const size_t length = strlen(stream);

	(void)state;
	for (size_t piece = 1; piece <= length; piece++) {
		struct sse sse = {.callback = on_event};

		seen[0] = '\0';
		for (size_t at = 0; at < length; at += piece)
			assert_true(sse_feed(&sse, stream + at,
					     piece < length - at ? piece : length - at));
		assert_string_equal(seen, expected);
		sse_free(&sse);
	}
}

static void an_event_that_was_cut_is_forgotten(void **state)
{
	struct sse sse = {.callback = on_event};

	(void)state;
	seen[0] = '\0';
	sse_feed(&sse, stream, strlen(stream));
	sse_cut(&sse);
	sse_feed(&sse, "id: b-2\ndata: new\n\n", 19);
	assert_string_equal(seen + strlen(expected), "b-2/message/new;");
	sse_cut(&sse);
	assert_string_equal(text_get(&sse.id), "b-2");
	sse_free(&sse);
}

static void nothing_comes_after_the_reader_has_enough(void **state)
{
	struct sse sse = {.callback = on_event};

	(void)state;
	seen[0] = '\0';
	stop_after = 1;
	assert_false(sse_feed(&sse, stream, strlen(stream)));
	assert_false(sse_feed(&sse, stream, strlen(stream)));
	assert_string_equal(seen, "a-1/created/{\"x\":1};");
	stop_after = 0;
	sse_free(&sse);
}

static void csv_as_rfc_4180_has_it(void **state)
{
	static const struct {
		const char *text, *cells; /* NULL: a quote is in the wrong place */
		size_t line;
	} rows[] = {
		{"a,b\nc", "a|b|\nc|\n", 2},
		{"a,,\r\n\r\n,b\r\n", "a|||\n|b|\n", 3},
		{"\"a,b\",\"c \"\"d\"\"\",\"\"", "a,b|c \"d\"||\n", 1},
		{"\"a\nb\"\nc", "a\nb|\nc|\n", 3},
		{"\n\n", "", 0},
		{"", "", 0},
		{"a b\"c", "a b\"c|\n", 1},
		{"a,", "a||\n", 1},
		{"\"a", NULL, 1},
		{"x\n\"a\"b,c", NULL, 2},
		{"\"a\"\"", NULL, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = strdup(rows[i].text), *at = text, cells[256] = "";
		size_t number = 0, last = 0;
		struct csv_line line = {0};
		int rc;

		while ((rc = csv_next(&at, &number, &line)) > 0) {
			last = line.number;
			for (size_t c = 0; c < line.count; c++) {
				strcat(cells, line.cells[c]);
				strcat(cells, "|");
			}
			strcat(cells, "\n");
		}
		if (rows[i].cells == NULL) {
			assert_int_equal(rc, -1);
			last = line.number;
		} else {
			assert_int_equal(rc, 0);
			assert_string_equal(cells, rows[i].cells);
		}
		assert_int_equal(last, rows[i].line);
		csv_free(&line);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_arrive_whatever_the_pieces_are),
		cmocka_unit_test(an_event_that_was_cut_is_forgotten),
		cmocka_unit_test(nothing_comes_after_the_reader_has_enough),
		cmocka_unit_test(csv_as_rfc_4180_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
