/* SPDX-License-Identifier: BSD-3-Clause */
/* Commits, on the thread pool, and the checkpoints between them. */
#include <errno.h>

#include "store_private.h"

/* What SQLite itself would wait for, but then amid a commit. */
#define CHECKPOINT_PAGES 1000

static int statement_run(struct store *store, enum statement which)
{
	int rc = sqlite3_step(store->statements[which]);

	sqlite3_reset(store->statements[which]);
	return rc == SQLITE_DONE ? 0 : -EIO;
}

/* The body and the revision; the number of the first parameter. */
static void bind_body(struct text *body, sqlite3_stmt *statement, int first,
		      const struct object *object)
{
	body->length = 0;
	text_add(body, "{", 1);
	record_text(body, &object->type->record, object_record(object), RECORD_STORED, NULL, NULL);
	text_add(body, "}", 1);
	if (!body->broken)
		sqlite3_bind_text(statement, first, body->bytes, (int)body->length, SQLITE_STATIC);
	sqlite3_bind_int64(statement, first + 1, object_base(object)->revision);
}

static void bind_row(struct text *body, sqlite3_stmt *statement, int first,
		     const struct object *object)
{
	bind_body(body, statement, first, object);
	sqlite3_bind_text(statement, first + 2, object->type->name, -1, SQLITE_STATIC);
	sqlite3_bind_blob(statement, first + 3, &object_base(object)->id, sizeof(struct bgw_uuid),
			  SQLITE_STATIC);
}

/* Runs it, if there was memory for the bodies of so many rows, which it then changed. */
static int rows_write(struct store *store, enum statement which, int rows, struct error *error)
{
	bool broken = false;

	for (unsigned int i = 0; i < STORE_ROWS; i++) {
		broken = broken || store->bodies[i].broken;
		if (store->bodies[i].broken)
			text_free(&store->bodies[i]);
	}
	if (broken)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory to write the store");
	if (statement_run(store, which) < 0)
		return store_fail(store, error, "could not be written");
	if (sqlite3_changes(store->database) != rows)
		return error_set(error, BGW_ERROR_STORE,
				 "the store %s and the objects in memory disagree; restart bgwd",
				 store->path);
	return 0;
}

static int insert_write(struct store *store, const struct change *changes, int rows,
			struct error *error)
{
	const enum statement which = rows == 1 ? INSERT : INSERT_MANY;
	sqlite3_int64 last;
	int rc;

	for (int i = 0; i < rows; i++)
		bind_row(&store->bodies[i], store->statements[which], 4 * i + 1, changes[i].new);
	rc = rows_write(store, which, rows, error);
	if (rc < 0)
		return rc;
	/* Each row of a statement has the next number. */
	last = sqlite3_last_insert_rowid(store->database);
	for (int i = 0; i < rows; i++)
		changes[i].new->seq = last - (rows - 1 - i);
	return 0;
}

static int change_write(struct store *store, const struct change *change, struct error *error)
{
	const enum statement which = change->new != NULL ? UPDATE : DELETE;
	sqlite3_stmt *statement = store->statements[which];
	int rc;

	if (change->new != NULL)
		bind_body(&store->bodies[0], statement, 1, change->new);
	sqlite3_bind_int64(statement, 3, change->old->seq);
	rc = rows_write(store, which, 1, error);
	if (rc == 0 && change->new != NULL)
		change->new->seq = change->old->seq;
	return rc;
}

/* How many of the changes from the i-th on are creates, STORE_ROWS at most. */
static int count_inserts(const struct store *store, size_t i)
{
	int count = 0;

	while (count < STORE_ROWS && i < store->count && store->changes[i].old == NULL) {
		count++;
		i++;
	}
	return count;
}

static int changes_write(struct store *store)
{
	size_t i = 0;
	int rc = 0;

	while (i < store->count && rc == 0) {
		const int inserts = count_inserts(store, i);
		const int rows = inserts == STORE_ROWS ? STORE_ROWS : 1;

		rc = inserts != 0 ? insert_write(store, &store->changes[i], rows, &store->error)
				  : change_write(store, &store->changes[i], &store->error);
		i += (size_t)rows;
	}
	return rc;
}

/* SQLite writes on into a file that has no name any more; nobody would find that again. */
static int check_in_place(struct store *store)
{
	int moved = 0;

	sqlite3_file_control(store->database, NULL, SQLITE_FCNTL_HAS_MOVED, &moved);
	if (moved == 0)
		return 0;
	return error_set(&store->error, BGW_ERROR_STORE,
			 "the store %s was moved away or deleted while in use: put it back, or "
			 "restart bgwd to begin with what is there",
			 store->path);
}

static void commit_work(void *arg)
{
	struct store *store = arg;
	int rc;

	store->error.code = BGW_ERROR_NONE;
	rc = check_in_place(store);
	if (rc < 0)
		return;
	if (statement_run(store, BEGIN) < 0) {
		store_fail(store, &store->error, "could not be written");
		return;
	}
	rc = changes_write(store);
	if (rc == 0 && statement_run(store, COMMIT) < 0)
		rc = store_fail(store, &store->error, "could not be written");
	if (rc < 0 && sqlite3_get_autocommit(store->database) == 0)
		statement_run(store, ROLLBACK);
}

static void checkpoint_work(void *arg)
{
	struct store *store = arg;

	/* One that fails has lost nothing, and the next commit is followed by another. */
	if (sqlite3_wal_checkpoint_v2(store->database, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL,
				      NULL) == SQLITE_OK)
		store->log_pages = 0;
}

static void work_start(struct store *store)
{
	loop_callback *done = store->work_done;

	store->work_done = NULL;
	if (loop_work(store->loop, store->work, done, store->work_arg) < 0)
		done(store->work_arg);
}

static void checkpoint_done(void *arg)
{
	struct store *store = arg;

	store->is_checkpointing = false;
	if (store->work_done != NULL)
		work_start(store);
}

void store_work(struct store *store, struct loop *loop, loop_callback *work, loop_callback *done,
		void *arg)
{
	store->loop = loop;
	store->work = work;
	store->work_done = done;
	store->work_arg = arg;
	if (!store->is_checkpointing)
		work_start(store);
}

/* Nobody waits for it, but for the next commit if that comes soon. */
static void checkpoint_start(struct store *store)
{
	store->is_checkpointing =
		store->log_pages >= CHECKPOINT_PAGES &&
		loop_work(store->loop, checkpoint_work, checkpoint_done, store) == 0;
}

static void commit_done(void *arg)
{
	struct store *store = arg;

	checkpoint_start(store);
	store->done(store->arg, &store->error);
}

void store_commit(struct store *store, struct loop *loop, const struct change *changes,
		  size_t count, store_done *done, void *arg)
{
	store->changes = changes;
	store->count = count;
	store->done = done;
	store->arg = arg;
	/* For as long as it did not run. */
	error_set(&store->error, BGW_ERROR_INTERNAL, "no memory to write the store");
	store_work(store, loop, commit_work, commit_done, store);
}
