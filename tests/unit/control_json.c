/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts as they come from outside: what is JSON, what is not, and lists of objects one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json.h"

static cJSON *json_of(const char *text)
{
	struct error error;
	cJSON *json = json_parse(text, strlen(text), &error);

	assert_non_null(json);
	return json;
}

static void texts_that_are_no_json(void **state)
{
	static const struct {
		const char *text;
		const char *sentence;
	} cases[] = {
		{"", "ends too early"},
		{"{\"a\": 1", "error at byte 7"},
		{"{\"a\": 1} x", "error at byte 10"},
		{"{a: 1}", "error at byte"},
		{"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "nested too deep"},
		{"{\"a\": \"\xff\"}", "is not UTF-8, at byte 8 in a"},
		{"[1, \"\xff\"]", "is not UTF-8, at byte 6"},
		{"{\"a\": [\"b\", \"\xff\"]}", "is not UTF-8, at byte 14"},
		{"[01]", "a number that is none in JSON, at byte 2"},
		{"[-]", "a number that is none"},
		{"[1.]", "a number that is none"},
		{"[1.e1]", "a number that is none"},
		{"[1e]", "a number that is none"},
		{"[1e+]", "a number that is none"},
		{"[0x10]", "a number that is none"},
		{"[-01]", "a number that is none"},
		{"[1.5.5]", "a number that is none"},
		{"1a", "a number that is none"},
		{"[\x01 1]", "has a control character, at byte 2"},
		{"[1]\v", "has a control character, at byte 4"},
		{"{\"a\": \"\xc0\xaf\"}", "is not UTF-8"},
		{"{\"a\": \"\\u0000\"}", "NUL"},
		{"{\"a\": \"\n\"}", "control character"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error error = {0};

		assert_null(json_parse(cases[i].text, strlen(cases[i].text), &error));
		if (strstr(error.message, cases[i].sentence) == NULL)
			fail_msg("%s: %s", cases[i].text, error.message);
	}
}

static void numbers_of_json(void **state)
{
	static const char *const texts[] = {"0",   "-0",    "10",	"1.0", "-1.50",
					    "1e5", "1E+05", "1.5e-300", "[1]", "{\"a\":2\t}"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		cJSON_Delete(json_of(texts[i]));
}

struct visit {
	char text[128]; /* the names of the objects that came */
	unsigned int most;
};

static bool visit_root(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "networks") == 0;
}

static bool visit_item(void *arg, const cJSON *item)
{
	struct visit *visit = arg;

	strcat(visit->text, cJSON_GetStringValue(cJSON_GetObjectItem(item, "name")));
	return strlen(visit->text) < visit->most;
}

static bool visited(const char *text, unsigned int most, const char *wanted)
{
	struct visit visit = {.most = most};
	const struct json_visitor visitor = {visit_root, visit_item, &visit};
	/* Nothing behind the text may be read. */
	char *copy = malloc(strlen(text));
	bool whole;

	assert_non_null(copy);
	memcpy(copy, text, strlen(text));
	whole = json_visit_objects(copy, strlen(text), &visitor);
	assert_string_equal(visit.text, wanted);
	free(copy);
	return whole;
}

static void objects_come_one_by_one(void **state)
{
	static const char *const others[] = {
		"",
		" ",
		"{",
		"{}",
		"[]",
		"{\"networks",
		"{\"networks\"",
		"{\"networks\":",
		"{\"networks\": [",
		"{\"networks\": []}",
		"{\"networks\": [1]}",
		"{\"networks\": [null]}",
		"{\"networks\": {\"name\": \"a\"}}",
		"{\"netw\\u006frks\": [{\"name\": \"a\"}]}",
		"{\"network\": [{\"name\": \"a\"}]}",
		"{\"networks\": [{\"name\": \"a\"}, {\"name\": \"\xff\"}]}",
		"{\"networks\": [\xef\xbb\xbf{\"name\": \"a\"}]}",
	};
	static const char *const breaking[] = {
		"{\"networks\": [{\"name\": \"a\"}",
		"{\"networks\": [{\"name\": \"a\"}]",
		"{\"networks\": [{\"name\": \"a\"},]}",
		"{\"networks\": [{\"name\": \"a\"}}",
		"{\"networks\": [{\"name\": \"a\"} {\"name\": \"b\"}]}",
		"{\"networks\": [{\"name\": \"a\"}, {\"name\": b}]}",
		"{\"networks\": [{\"name\": \"a\"}], \"x\": 1}",
		"{\"networks\": [{\"name\": \"a\"}]} x",
	};

	(void)state;
	assert_true(visited("{\"networks\":[{\"name\":\"a\"}]}", 9, "a"));
	assert_true(visited(" {\t\"networks\" : [ {\"name\": \"a]\"} ,\n{\"name\": \"b\"} ] } \n",
			    9, "a]b"));
	assert_false(visited("{\"networks\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}", 1, "a"));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(visited(others[i], 9, ""));
	for (size_t i = 0; i < sizeof(breaking) / sizeof(breaking[0]); i++)
		assert_false(visited(breaking[i], 9, "a"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_that_are_no_json),
		cmocka_unit_test(numbers_of_json),
		cmocka_unit_test(objects_come_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
