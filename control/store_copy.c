/* SPDX-License-Identifier: BSD-3-Clause */
/* Stores as bytes: backups. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store_private.h"

#define MAIN "main"
/* In the header of a SQLite file: 1, a rollback journal, 2, a write-ahead log. */
#define WRITE_VERSION_AT 18
#define READ_VERSION_AT	 19
#define HEADER_BYTES	 100

int store_check(struct store *store, struct error *error)
{
	int moved = 0;

	sqlite3_file_control(store->database, NULL, SQLITE_FCNTL_HAS_MOVED, &moved);
	if (moved != 0)
		return error_set(error, BGW_ERROR_STORE, "the store %s was moved away or deleted",
				 store->path);
	/* What is remembered of the file says nothing about the file. */
	sqlite3_db_release_memory(store->database);
	return store_check_integrity(store, error);
}

unsigned char *store_copy(struct store *store, size_t *length, struct error *error)
{
	sqlite3_int64 size = 0;
	unsigned char *image = sqlite3_serialize(store->database, MAIN, &size, 0);
	unsigned char *copy = image != NULL ? malloc((size_t)size) : NULL;

	if (copy == NULL) {
		store_fail(store, error, "cannot be copied");
	} else {
		memcpy(copy, image, (size_t)size);
		/* The copy needs no log beside it. */
		copy[WRITE_VERSION_AT] = copy[READ_VERSION_AT] = 1;
		*length = (size_t)size;
	}
	sqlite3_free(image);
	return copy;
}

/* Whoever made it may have put anything in: nothing of it may run. */
static int check_tables_only(struct store *store, struct error *error)
{
	int others = 0;

	if (store_integer(store,
			  "SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index')",
			  &others) < 0)
		return store_fail(store, error, "cannot be read");
	if (others == 0)
		return 0;
	return error_set(error, BGW_ERROR_INVALID_INPUT,
			 "the backup has views or triggers, which no store has");
}

static int open_image(struct store *store, unsigned char *image, size_t length, struct error *error)
{
	sqlite3 **database = &store->database;
	int application = 0;

	if (sqlite3_open_v2(":memory:", database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK) {
		sqlite3_free(image);
		return store_fail(store, error, "cannot be opened");
	}
	sqlite3_db_config(*database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(*database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	/* The image is SQLite's from here on, even if it fails. */
	if (sqlite3_deserialize(
		    *database, MAIN, image, (sqlite3_int64)length, (sqlite3_int64)length,
		    SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) != SQLITE_OK)
		return store_fail(store, error, "cannot be opened");
	if (store_check_integrity(store, error) < 0 || check_tables_only(store, error) < 0)
		return -EINVAL;
	/* An empty file would be set up rather than refused. */
	if (store_integer(store, "PRAGMA application_id", &application) < 0 || application == 0)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "the body is a file of another program, not a backup of bgwd");
	return store_check_schema(store, error);
}

struct store *store_open_copy(const void *bytes, size_t length, struct error *error)
{
	struct store *store = calloc(1, sizeof(*store));
	unsigned char *image = length > HEADER_BYTES ? sqlite3_malloc64(length) : NULL;

	if (length <= HEADER_BYTES || memcmp(bytes, "SQLite format 3", 16) != 0) {
		error_set(error, BGW_ERROR_INVALID_INPUT,
			  "the body must be a backup, a SQLite file");
	} else if (store != NULL && image != NULL &&
		   (store->path = strdup("in the backup")) != NULL) {
		store->kept = "";
		memcpy(image, bytes, length);
		image[WRITE_VERSION_AT] = image[READ_VERSION_AT] = 1;
		if (open_image(store, image, length, error) == 0)
			return store;
		error->code = BGW_ERROR_INVALID_INPUT;
		image = NULL;
	} else {
		error_set(error, BGW_ERROR_INTERNAL, "no memory for the backup");
	}
	sqlite3_free(image);
	store_close(store);
	return NULL;
}
