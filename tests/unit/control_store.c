/* SPDX-License-Identifier: BSD-3-Clause */
/* What was committed is there after a restart; a store that is not right is refused and kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "kept_answer.h"
#include "loop.h"
#include "store.h"

struct fixture {
	char directory[32];
	char path[64];
	struct loop *loop;
	struct model *model;
	struct store *store;
	struct error outcome;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "/tmp/bgw-store.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/db", fixture->directory);
	fixture->loop = loop_create();
	fixture->model = model_create();
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	char command[96];

	store_close(fixture->store);
	model_destroy(fixture->model);
	loop_destroy(fixture->loop);
	snprintf(command, sizeof(command), "rm -r %s", fixture->directory);
	assert_int_equal(system(command), 0);
	free(fixture);
	return 0;
}

static void open_store(struct fixture *fixture)
{
	struct error error = {0};

	fixture->store = store_open(fixture->path, &error);
	if (fixture->store == NULL)
		fail_msg("%s", error.message);
}

static void refuses_to_open(struct fixture *fixture, const char *sentence)
{
	struct error error = {0};

	assert_null(store_open(fixture->path, &error));
	if (strstr(error.message, sentence) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", error.message, sentence);
}

static void committed(void *arg, const struct error *error)
{
	struct fixture *fixture = arg;

	fixture->outcome = *error;
	loop_stop(fixture->loop);
}

static void commit(struct fixture *fixture)
{
	size_t count;
	const struct change *changes = model_changes(fixture->model, &count);

	store_commit(fixture->store, fixture->loop, changes, count, committed, fixture);
	loop_run(fixture->loop);
}

static struct object *network(const char *name, uint8_t n)
{
	struct object *object = object_create(&bgw_network_type);
	static const struct record_reader reader = {.mode = RECORD_CREATE};
	cJSON *json = cJSON_CreateObject();
	struct error error;

	cJSON_AddStringToObject(json, "name", name);
	assert_int_equal(record_parse(&bgw_network_type.record, "network", json,
				      object_record_mutable(object), &reader, &error),
			 0);
	cJSON_Delete(json);
	((struct bgw_object *)object_record_mutable(object))->id.bytes[15] = n;
	return object;
}

static int collect(void *arg, struct object *object, struct error *error)
{
	char *seen = arg;
	size_t used = strlen(seen);

	(void)error;
	snprintf(seen + used, 64 - used, "%s%u.%u ", object_name(object),
		 object_base(object)->id.bytes[15], object_base(object)->revision);
	object_free(object);
	return 0;
}

static void expect_content(struct fixture *fixture, const char *wanted)
{
	char seen[64] = "";
	struct error error = {0};

	if (store_load(fixture->store, collect, seen, &error) < 0)
		fail_msg("%s", error.message);
	assert_string_equal(seen, wanted);
}

static void reopen(struct fixture *fixture)
{
	store_close(fixture->store);
	open_store(fixture);
}

static void commits_last(void **state)
{
	struct fixture *fixture = *state;
	struct object *a = network("a", 1), *b = network("b", 2), *c = network("c", 1);

	open_store(fixture);
	assert_true(store_is_new(fixture->store));
	model_insert(fixture->model, a);
	model_insert(fixture->model, b);
	commit(fixture);
	assert_int_equal(fixture->outcome.code, BGW_ERROR_NONE);
	model_accept(fixture->model);
	reopen(fixture);
	assert_false(store_is_new(fixture->store));
	expect_content(fixture, "a1.1 b2.1 ");

	((struct bgw_object *)object_record_mutable(c))->revision = 2;
	model_replace(fixture->model, a, c);
	model_remove(fixture->model, b);
	commit(fixture);
	assert_int_equal(fixture->outcome.code, BGW_ERROR_NONE);
	model_accept(fixture->model);
	reopen(fixture);
	expect_content(fixture, "c1.2 ");
	model_remove(fixture->model, c);
	commit(fixture);
	reopen(fixture);
	expect_content(fixture, "");
	/* `initial` of the configuration is for a store that never held anything. */
	assert_false(store_is_new(fixture->store));
}

static void all_or_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct object *stranger = network("never stored", 2);

	open_store(fixture);
	model_insert(fixture->model, stranger);
	model_accept(fixture->model);
	model_insert(fixture->model, network("a", 1));
	model_remove(fixture->model, stranger);
	commit(fixture);
	assert_int_equal(fixture->outcome.code, BGW_ERROR_STORE);
	expect_content(fixture, "");
	model_rollback(fixture->model, 1);
	commit(fixture);
	assert_int_equal(fixture->outcome.code, BGW_ERROR_NONE);
	expect_content(fixture, "a1.1 ");
}

struct numbers {
	uint8_t wanted[64];
	unsigned int count, seen;
};

static int compare_number(void *arg, struct object *object, struct error *error)
{
	struct numbers *numbers = arg;
	char name[8];

	(void)error;
	assert_in_range(numbers->seen, 0, numbers->count - 1);
	snprintf(name, sizeof(name), "%u", numbers->wanted[numbers->seen]);
	assert_string_equal(object_name(object), name);
	assert_int_equal(object_base(object)->id.bytes[15], numbers->wanted[numbers->seen]);
	numbers->seen++;
	object_free(object);
	return 0;
}

/* Rows are written many at a time; each object must know its own. */
static void rows_of_many_are_each_ones_own(void **state)
{
	struct fixture *fixture = *state;
	static const unsigned int counts[] = {1, 15, 16, 17, 31, 32, 33, 50};
	struct error error = {0};

	open_store(fixture);
	for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		struct numbers numbers = {0};
		struct object *objects[64];
		char name[8];

		for (unsigned int i = 0; i < counts[c]; i++) {
			snprintf(name, sizeof(name), "%u", i);
			objects[i] = network(name, (uint8_t)i);
			model_insert(fixture->model, objects[i]);
		}
		commit(fixture);
		assert_int_equal(fixture->outcome.code, BGW_ERROR_NONE);
		model_accept(fixture->model);
		/* Every third goes, by the row that it knows. */
		for (unsigned int i = 0; i < counts[c]; i++) {
			if (i % 3 == 0)
				model_remove(fixture->model, objects[i]);
			else
				numbers.wanted[numbers.count++] = (uint8_t)i;
		}
		commit(fixture);
		assert_int_equal(fixture->outcome.code, BGW_ERROR_NONE);
		model_accept(fixture->model);
		assert_int_equal(store_load(fixture->store, compare_number, &numbers, &error), 0);
		assert_int_equal(numbers.seen, numbers.count);
		for (unsigned int i = 0; i < counts[c]; i++)
			if (i % 3 != 0)
				model_remove(fixture->model, objects[i]);
		commit(fixture);
		assert_int_equal(fixture->outcome.code, BGW_ERROR_NONE);
		model_accept(fixture->model);
	}
	expect_content(fixture, "");
}

static long size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? (long)status.st_size : -1;
}

/* More than a checkpoint waits for, again and again: commits wait for it, and so does the end. */
static void many_large_commits(void **state)
{
	struct fixture *fixture = *state;
	char name[256], file[80];
	long after_first = 0;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	open_store(fixture);
	snprintf(file, sizeof(file), "%s-wal", fixture->path);
	for (unsigned int n = 0; n < 5; n++) {
		for (unsigned int i = 0; i < 20000; i++)
			model_insert(fixture->model, network(name, (uint8_t)n));
		commit(fixture);
		assert_int_equal(fixture->outcome.code, BGW_ERROR_NONE);
		model_accept(fixture->model);
		if (n == 0)
			after_first = size_of(file);
	}
	/* Each begins the log anew. */
	assert_true(after_first > 4000000);
	assert_true(size_of(file) < 2 * after_first);
	store_close(fixture->store);
	fixture->store = NULL;
	assert_int_equal(size_of(file), -1);
	assert_true(size_of(fixture->path) > 4 * after_first);
}

static void one_owner(void **state)
{
	struct fixture *fixture = *state;

	open_store(fixture);
	refuses_to_open(fixture, "another process uses it");
}

static void refuses_what_is_damaged(void **state)
{
	struct fixture *fixture = *state;
	long half;

	open_store(fixture);
	for (unsigned int n = 1; n <= 200; n++)
		model_insert(fixture->model, network("a network with a name", (uint8_t)n));
	commit(fixture);
	store_close(fixture->store);
	fixture->store = NULL;
	half = size_of(fixture->path) / 2;
	assert_true(half > 4096);
	assert_int_equal(truncate(fixture->path, half), 0);
	refuses_to_open(fixture, "left as it is");
	assert_int_equal(size_of(fixture->path), half);
}

static void refuses_what_is_no_store(void **state)
{
	struct fixture *fixture = *state;
	FILE *file = fopen(fixture->path, "w");

	for (unsigned int i = 0; i < 1000; i++)
		fputs("this is not a store\n", file);
	fclose(file);
	refuses_to_open(fixture, "left as it is");
	assert_int_equal(size_of(fixture->path), 20000);
}

static void change_file(const char *path, const char *statement)
{
	sqlite3 *database;

	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, statement, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
}

static void refuses_strangers_and_the_future(void **state)
{
	struct fixture *fixture = *state;

	change_file(fixture->path, "CREATE TABLE stamps(id INTEGER)");
	refuses_to_open(fixture, "file of another program");
	unlink(fixture->path);
	open_store(fixture);
	store_close(fixture->store);
	fixture->store = NULL;
	change_file(fixture->path, "PRAGMA user_version = 99");
	refuses_to_open(fixture, "schema version 99");
}

/* As the first version wrote it. */
static void takes_over_what_version_1_wrote(void **state)
{
	struct fixture *fixture = *state;
	struct object *answer = object_create(&kept_answer_type);

	change_file(fixture->path,
		    "CREATE TABLE objects(seq INTEGER PRIMARY KEY AUTOINCREMENT,"
		    " type TEXT NOT NULL, id BLOB NOT NULL, revision INTEGER NOT NULL,"
		    " body TEXT NOT NULL, UNIQUE(id, type));"
		    "PRAGMA application_id = 1650947889; PRAGMA user_version = 1;"
		    "INSERT INTO objects(type, id, revision, body) VALUES"
		    " ('network', x'00000000000000000000000000000007', 4, '{\"name\":\"old\"}')");
	open_store(fixture);
	expect_content(fixture, "old7.4 ");
	model_insert(fixture->model, answer);
	commit(fixture);
	assert_int_equal(fixture->outcome.code, BGW_ERROR_NONE);
	reopen(fixture);
	expect_content(fixture, "old7.4 0.1 ");
	store_close(fixture->store);
	fixture->store = NULL;
	change_file(fixture->path, "PRAGMA user_version = 0");
	refuses_to_open(fixture, "schema version 0");
}

static void names_a_row_that_is_wrong(void **state)
{
	struct fixture *fixture = *state;
	struct error error = {0};
	char seen[64] = "";

	open_store(fixture);
	model_insert(fixture->model, network("a", 1));
	commit(fixture);
	store_close(fixture->store);
	change_file(fixture->path, "UPDATE objects SET body = '{\"mtu\": 1}'");
	open_store(fixture);
	assert_true(store_load(fixture->store, collect, seen, &error) < 0);
	assert_non_null(strstr(error.message, "network 00000000-0000-0000-0000-000000000001"));
	assert_non_null(strstr(error.message, "mtu must be"));
	store_close(fixture->store);
	change_file(fixture->path, "UPDATE objects SET body = '{}', revision = 4294967296");
	open_store(fixture);
	assert_true(store_load(fixture->store, collect, seen, &error) < 0);
	assert_non_null(strstr(error.message, "has no valid revision"));
}

static void refuses_a_path_that_cannot_be(void **state)
{
	struct fixture *fixture = *state;

	snprintf(fixture->path, sizeof(fixture->path), "%s/none/db", fixture->directory);
	refuses_to_open(fixture, "check that the directory exists");
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(commits_last),
		CASE(all_or_nothing),
		CASE(rows_of_many_are_each_ones_own),
		CASE(many_large_commits),
		CASE(one_owner),
		CASE(refuses_what_is_damaged),
		CASE(refuses_what_is_no_store),
		CASE(refuses_strangers_and_the_future),
		CASE(takes_over_what_version_1_wrote),
		CASE(names_a_row_that_is_wrong),
		CASE(refuses_a_path_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
