/* SPDX-License-Identifier: BSD-3-Clause */
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "json.h"
#include "store_private.h"

/* In the file's header, so that no other program's file is taken for ours: "bgw1". */
#define APPLICATION_ID 0x62677731
/* 2: rows are found by seq alone, and there may be kept answers. */
#define SCHEMA_VERSION 2

#define INTO "INSERT INTO objects(body, revision, type, id) VALUES "
#define ROW  "(?, ?, ?, ?)"
#define FOUR ROW ", " ROW ", " ROW ", " ROW

static const char *const statement_texts[STATEMENT_COUNT] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[INSERT] = INTO ROW,
	[INSERT_MANY] = INTO FOUR "," FOUR "," FOUR "," FOUR,
	[UPDATE] = "UPDATE objects SET body = ?1, revision = ?2 WHERE seq = ?3",
	[DELETE] = "DELETE FROM objects WHERE seq = ?3",
};

/* The model knows each object's row and sees to it that no id is there twice. An index of random
 * ids would cost twice what the rows do. */
#define TABLE                                     \
	"CREATE TABLE objects("                   \
	" seq INTEGER PRIMARY KEY AUTOINCREMENT," \
	" type TEXT NOT NULL,"                    \
	" id BLOB NOT NULL,"                      \
	" revision INTEGER NOT NULL,"             \
	" body TEXT NOT NULL);"

static const char schema[] = "BEGIN IMMEDIATE;" TABLE "PRAGMA application_id = 1650947889;"
			     "PRAGMA user_version = 2;"
			     "COMMIT";
_Static_assert(APPLICATION_ID == 1650947889 && SCHEMA_VERSION == 2, "the schema text says so too");

/* What makes a file of version i + 1 one of version i + 2. */
static const char *const migrations[SCHEMA_VERSION - 1] = {
	"BEGIN IMMEDIATE;"
	"ALTER TABLE objects RENAME TO before;" TABLE
	/* It may have held objects of which none is left. */
	"INSERT INTO sqlite_sequence(name, seq)"
	" SELECT 'objects', seq FROM sqlite_sequence WHERE name = 'before';"
	"INSERT INTO objects(seq, type, id, revision, body)"
	" SELECT seq, type, id, revision, body FROM before ORDER BY seq;"
	"DROP TABLE before;"
	"PRAGMA user_version = 2;"
	"COMMIT",
};

int store_fail(const struct store *store, struct error *error, const char *what)
{
	int rc = sqlite3_errcode(store->database) & 0xff;
	const char *advice = "";

	if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
		advice = "; another process uses it: stop that one or name another store.path";
	else if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB)
		advice = store->kept;
	else if (rc == SQLITE_CANTOPEN || rc == SQLITE_READONLY)
		advice = "; check that the directory exists and may be written to";
	else if (rc == SQLITE_FULL)
		advice = "; free some space";
	return error_set(error, BGW_ERROR_STORE, "the store %s %s: %s%s", store->path, what,
			 sqlite3_errmsg(store->database), advice);
}

int store_integer(struct store *store, const char *text, int *value)
{
	sqlite3_stmt *statement;
	int rc = sqlite3_prepare_v2(store->database, text, -1, &statement, NULL);

	if (rc != SQLITE_OK)
		return -EIO;
	rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int(statement, 0);
	return sqlite3_finalize(statement) == SQLITE_OK && rc == SQLITE_ROW ? 0 : -EIO;
}

/* The first sentence of what SQLite finds wrong, if anything. */
int store_check_integrity(struct store *store, struct error *error)
{
	sqlite3_stmt *statement;
	int rc = sqlite3_prepare_v2(store->database, "PRAGMA integrity_check(1)", -1, &statement,
				    NULL);

	if (rc != SQLITE_OK)
		return store_fail(store, error, "cannot be read");
	rc = sqlite3_step(statement);
	if (rc != SQLITE_ROW) {
		sqlite3_finalize(statement);
		return store_fail(store, error, "cannot be read");
	}
	if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0) {
		error_set(error, BGW_ERROR_STORE, "the store %s is damaged (%s)%s", store->path,
			  (const char *)sqlite3_column_text(statement, 0), store->kept);
		sqlite3_finalize(statement);
		return -EIO;
	}
	sqlite3_finalize(statement);
	return 0;
}

int store_check_schema(struct store *store, struct error *error)
{
	int application, version, tables;

	if (store_integer(store, "PRAGMA application_id", &application) < 0 ||
	    store_integer(store, "PRAGMA user_version", &version) < 0 ||
	    store_integer(store, "SELECT count(*) FROM sqlite_master", &tables) < 0)
		return store_fail(store, error, "cannot be read");
	if (tables == 0 && application == 0) {
		if (sqlite3_exec(store->database, schema, NULL, NULL, NULL) != SQLITE_OK)
			return store_fail(store, error, "cannot be set up");
		return 0;
	}
	if (application != APPLICATION_ID)
		return error_set(error, BGW_ERROR_STORE,
				 "%s is a file of another program; name another store.path",
				 store->path);
	if (version < 1 || version > SCHEMA_VERSION)
		return error_set(
			error, BGW_ERROR_STORE,
			"the store %s has schema version %d and this bgwd knows %d; run the "
			"version that wrote it",
			store->path, version, SCHEMA_VERSION);
	for (; version < SCHEMA_VERSION; version++)
		if (sqlite3_exec(store->database, migrations[version - 1], NULL, NULL, NULL) !=
		    SQLITE_OK)
			return store_fail(store, error, "cannot be brought to this version");
	return 0;
}

static int prepare(struct store *store, struct error *error)
{
	for (unsigned int i = 0; i < STATEMENT_COUNT; i++)
		if (sqlite3_prepare_v3(store->database, statement_texts[i], -1,
				       SQLITE_PREPARE_PERSISTENT, &store->statements[i],
				       NULL) != SQLITE_OK)
			return store_fail(store, error, "cannot be used");
	return 0;
}

static bool is_empty_with_log(const char *path)
{
	char log[4096];
	struct stat file, wal;

	snprintf(log, sizeof(log), "%s-wal", path);
	return stat(path, &file) == 0 && file.st_size == 0 && stat(log, &wal) == 0 &&
	       wal.st_size != 0;
}

static int log_grew(void *arg, sqlite3 *database, const char *name, int pages)
{
	struct store *store = arg;

	(void)database;
	(void)name;
	store->log_pages = pages;
	return SQLITE_OK;
}

static int store_start(struct store *store, struct error *error)
{
	/* The lock comes first, so that nothing is read or written beside its owner. The cost of
	 * FULL is one fsync a commit; a batch shares it. */
	static const char pragmas[] = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
				      "PRAGMA synchronous = FULL; PRAGMA cache_size = -32768";

	if (is_empty_with_log(store->path))
		return error_set(
			error, BGW_ERROR_STORE,
			"the store %s is empty but has a write-ahead log, so it was cut; it "
			"was left as it is: restore a backup, or move both away",
			store->path);
	if (sqlite3_open_v2(store->path, &store->database,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		return store_fail(store, error, "cannot be opened");
	if (sqlite3_db_readonly(store->database, NULL) == 1)
		return error_set(
			error, BGW_ERROR_STORE,
			"the store %s is read-only; check that the file and its directory may be "
			"written to",
			store->path);
	sqlite3_extended_result_codes(store->database, 1);
	if (sqlite3_exec(store->database, pragmas, NULL, NULL, NULL) != SQLITE_OK)
		return store_fail(store, error, "cannot be used");
	sqlite3_wal_hook(store->database, log_grew, store);
	if (store_check_integrity(store, error) < 0 || store_check_schema(store, error) < 0)
		return -EIO;
	return prepare(store, error);
}

struct store *store_open(const char *path, struct error *error)
{
	struct store *store = calloc(1, sizeof(*store));

	/* Statistics of memory that nobody asks for cost a lock for each piece. Refused, and no
	 * matter, once SQLite was used. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (store == NULL || (store->path = strdup(path)) == NULL) {
		free(store);
		error_set(error, BGW_ERROR_INTERNAL, "no memory for the store");
		return NULL;
	}
	store->kept = "; it was left as it is: restore a backup, or move it away to start empty";
	if (store_start(store, error) < 0) {
		store_close(store);
		return NULL;
	}
	return store;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	while (store->is_checkpointing)
		uv_run(loop_uv(store->loop), UV_RUN_ONCE);
	for (unsigned int i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(store->statements[i]);
	for (unsigned int i = 0; i < STORE_ROWS; i++)
		text_free(&store->bodies[i]);
	sqlite3_close(store->database);
	free(store->path);
	free(store);
}

bool store_is_new(const struct store *store)
{
	int rows = 0;

	/* AUTOINCREMENT keeps the highest number ever given. */
	if (store_integer((struct store *)store, "SELECT count(*) FROM sqlite_sequence", &rows) < 0)
		return false;
	return rows == 0;
}

static struct object *row_object(sqlite3_stmt *row, struct error *error)
{
	static const struct record_reader reader = {.mode = RECORD_LOAD};
	const char *type_name = (const char *)sqlite3_column_text(row, 0);
	const void *id = sqlite3_column_blob(row, 1);
	bool has_id = sqlite3_column_bytes(row, 1) == sizeof(struct bgw_uuid);
	const sqlite3_int64 revision = sqlite3_column_int64(row, 2);
	const bool has_revision = revision >= 1 && revision <= UINT32_MAX;
	char id_text[BGW_UUID_TEXT_SIZE] = "?";
	const char *body = (const char *)sqlite3_column_text(row, 3);
	const struct bgw_object_type *type = type_name != NULL ? model_type_find(type_name) : NULL;
	struct object *object = NULL;
	struct error why = {.code = BGW_ERROR_STORE, .message = "is no JSON"};
	cJSON *json = body != NULL ? json_parse(body, strlen(body), &why) : NULL;

	if (type == NULL)
		snprintf(why.message, sizeof(why.message), "is of an unknown type");
	else if (json != NULL)
		object = object_parse(type, json, &reader, &why);
	cJSON_Delete(json);
	if (object != NULL) {
		struct bgw_object *base = object_record_mutable(object);

		if (has_id && has_revision) {
			memcpy(&base->id, id, sizeof(base->id));
			base->revision = (uint32_t)revision;
			object->seq = sqlite3_column_int64(row, 4);
			return object;
		}
		snprintf(why.message, sizeof(why.message), "has no valid %s",
			 has_id ? "revision" : "id");
		object_free(object);
	}
	if (has_id)
		bgw_uuid_format(id, id_text);
	error_set(error, BGW_ERROR_STORE, "%.64s %s: %.300s", type_name != NULL ? type_name : "?",
		  id_text, why.message);
	return NULL;
}

int store_load(struct store *store, store_visitor *visit, void *arg, struct error *error)
{
	sqlite3_stmt *rows;
	int step, rc = 0;

	if (sqlite3_prepare_v2(store->database,
			       "SELECT type, id, revision, body, seq FROM objects ORDER BY seq", -1,
			       &rows, NULL) != SQLITE_OK)
		return store_fail(store, error, "cannot be read");
	while (rc == 0 && (step = sqlite3_step(rows)) == SQLITE_ROW) {
		struct error why;
		struct object *object = row_object(rows, &why);

		if (object == NULL)
			rc = error_set(error, BGW_ERROR_STORE, "the store %s is damaged: %.300s%s",
				       store->path, why.message, store->kept);
		else
			rc = visit(arg, object, error);
	}
	if (rc == 0 && step != SQLITE_DONE)
		rc = store_fail(store, error, "cannot be read");
	sqlite3_finalize(rows);
	return rc;
}
