/* SPDX-License-Identifier: BSD-3-Clause */
/* A key stands for one request for 24 hours, no longer, and for nothing that was rolled back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kept_answer.h"
#include "model.h"

#define NOW 1700000000u

static int set_up(void **state)
{
	*state = model_create();
	return *state == NULL;
}

static int tear_down(void **state)
{
	model_destroy(*state);
	return 0;
}

static void keep(struct model *model, const char *key, const char *digest, uint32_t now_s,
		 const char *what)
{
	struct text told = {0};
	struct error error = {0};

	text_add_string(&told, what);
	if (kept_answer_add(model, key, digest, now_s, &told, &error) < 0)
		fail_msg("%s", error.message);
	text_free(&told);
}

/* What is told, NULL when the request is new, "conflict" when it may not be. */
static const char *find(struct model *model, const char *key, const char *digest, uint32_t now_s)
{
	const struct object *answer;
	struct error error = {0};

	if (kept_answer_find(model, key, digest, now_s, &answer, &error) < 0) {
		assert_int_equal(error.code, BGW_ERROR_CONFLICT);
		return "conflict";
	}
	return answer != NULL ? kept_answer_told(answer) : NULL;
}

static void is_found_for_24_hours(void **state)
{
	struct model *model = *state;

	assert_null(find(model, "k", "d", NOW));
	keep(model, "k", "d", NOW, "[{}");
	assert_string_equal(find(model, "k", "d", NOW), "[{}]");
	assert_string_equal(find(model, "k", "e", NOW), "conflict");
	assert_null(find(model, "j", "d", NOW));
	assert_string_equal(find(model, "k", "d", NOW + KEPT_ANSWER_S - 1), "[{}]");
	/* A clock that was set back. */
	assert_string_equal(find(model, "k", "d", NOW - 1000000), "[{}]");
	assert_null(find(model, "k", "e", NOW + KEPT_ANSWER_S));
	assert_int_equal(model_count(model, &kept_answer_type), 0);
	keep(model, "k", "e", NOW + KEPT_ANSWER_S, "[1");
	assert_string_equal(find(model, "k", "e", NOW + KEPT_ANSWER_S), "[1]");
}

static void old_ones_go_when_others_come(void **state)
{
	struct model *model = *state;
	char key[16];

	for (unsigned int i = 0; i < 100; i++) {
		snprintf(key, sizeof(key), "%u", i);
		keep(model, key, "d", NOW + i, "[");
	}
	for (unsigned int i = 0; i < 10; i++)
		assert_null(find(model, "new", "d", NOW + KEPT_ANSWER_S + 29));
	assert_int_equal(model_count(model, &kept_answer_type), 70);
	assert_null(find(model, "29", "other", NOW + KEPT_ANSWER_S));
	assert_string_equal(find(model, "30", "d", NOW + KEPT_ANSWER_S), "[]");
}

static void goes_with_what_is_rolled_back(void **state)
{
	struct model *model = *state;

	keep(model, "k", "d", NOW, "[");
	model_rollback(model, 0);
	assert_null(find(model, "k", "d", NOW));
	keep(model, "k", "d", NOW, "[");
	model_accept(model);
	assert_null(find(model, "k", "d", NOW + KEPT_ANSWER_S));
	model_rollback(model, 0);
	assert_string_equal(find(model, "k", "d", NOW), "[]");
}

static void there_is_an_end_to_it(void **state)
{
	struct model *model = *state;
	struct text told = {0};
	struct error error = {0};
	char key[16];
	unsigned int n;

	text_add_string(&told, "[");
	for (n = 0; n < KEPT_ANSWERS_MAX_KBYTES; n++) {
		snprintf(key, sizeof(key), "%u", n);
		if (kept_answer_add(model, key, "d", NOW, &told, &error) < 0)
			break;
		if (n % 1000 == 0)
			model_accept(model);
	}
	assert_int_equal(n, KEPT_ANSWERS_MAX_KBYTES);
	assert_true(kept_answer_add(model, "more", "d", NOW, &told, &error) < 0);
	assert_int_equal(error.code, BGW_ERROR_OVER_QUOTA);
	assert_null(find(model, "more", "d", NOW + KEPT_ANSWER_S));
	assert_int_equal(kept_answer_add(model, "more", "d", NOW, &told, &error), 0);
	text_free(&told);
}

static void digests_tell_requests_apart(void **state)
{
	static const struct {
		const char *path, *body;
		bool same;
	} cases[] = {
		{"/v2.0/networks", "{ \"network\" : {\"name\":\"a\"}}", true},
		{"/v2.0/networks", "{\"network\":{\"name\":\"b\"}}", false},
		{"/v2.0/networks", "{\"networks\":[{\"name\":\"a\"}]}", false},
		{"/v2.0/ports", "{\"network\":{\"name\":\"a\"}}", false},
	};
	char first[KEPT_DIGEST_TEXT_SIZE], digest[KEPT_DIGEST_TEXT_SIZE];
	cJSON *body = cJSON_Parse("{\"network\":{\"name\":\"a\"}}");

	(void)state;
	assert_int_equal(kept_digest("/v2.0/networks", body, first), 0);
	cJSON_Delete(body);
	/* Of the bytes, by sha256sum. */
	assert_string_equal(first,
			    "ac8cbbb18fa9e9ce8aeb2057cf8b737f7b8bb309446b0afc123598cbfc9712d4");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		body = cJSON_Parse(cases[i].body);
		assert_int_equal(kept_digest(cases[i].path, body, digest), 0);
		cJSON_Delete(body);
		assert_int_equal(strcmp(digest, first) == 0, cases[i].same);
	}
}

static void keys_are_printable(void **state)
{
	char key[KEPT_KEY_MAX_BYTES + 2];

	(void)state;
	memset(key, 'k', sizeof(key));
	key[KEPT_KEY_MAX_BYTES] = '\0';
	assert_true(kept_key_is_valid(key));
	key[KEPT_KEY_MAX_BYTES] = 'k';
	key[KEPT_KEY_MAX_BYTES + 1] = '\0';
	assert_false(kept_key_is_valid(key));
	assert_false(kept_key_is_valid(""));
	assert_true(kept_key_is_valid("\"8e03978e-40d5-43dd-bc93-6894a57f9324\""));
	assert_false(kept_key_is_valid("a\x7f"));
	assert_false(kept_key_is_valid("a\xc3\xa4"));
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(is_found_for_24_hours),	     CASE(old_ones_go_when_others_come),
		CASE(goes_with_what_is_rolled_back), CASE(there_is_an_end_to_it),
		CASE(digests_tell_requests_apart),   CASE(keys_are_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
