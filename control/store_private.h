/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_STORE_PRIVATE_H
#define BGW_CONTROL_STORE_PRIVATE_H

/** What the store's files share. */

#include <sqlite3.h>

#include "loop.h"
#include "store.h"
#include "text.h"

/* A statement for many rows takes half the time of one for each. */
#define STORE_ROWS 16

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	INSERT,
	INSERT_MANY, /* STORE_ROWS of them */
	UPDATE,
	DELETE,
	STATEMENT_COUNT,
};

struct store {
	sqlite3 *database;
	sqlite3_stmt *statements[STATEMENT_COUNT];
	char *path;
	const char *kept; /* what is said of a damaged one */
	/* the commit that runs */
	const struct change *changes;
	size_t count;
	store_done *done;
	void *arg;
	struct error error;
	struct text bodies[STORE_ROWS];
	/* A checkpoint copies the write-ahead log into the file, between commits. */
	int log_pages;
	bool is_checkpointing;
	struct loop *loop; /* of the last work */
	/* what waits for the checkpoint, or runs */
	loop_callback *work, *work_done;
	void *work_arg;
};

/** Sets *error from what SQLite last said. */
int store_fail(const struct store *store, struct error *error, const char *what);

/** Whether the file is whole, and is ours; one of an older version is brought to this one, an empty
 * one is set up. */
int store_check_integrity(struct store *store, struct error *error);
int store_check_schema(struct store *store, struct error *error);

/** The first number that a query has. 0 or -EIO. */
int store_integer(struct store *store, const char *text, int *value);

#endif
