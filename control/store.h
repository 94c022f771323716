/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_STORE_H
#define BGW_CONTROL_STORE_H

/**
 * The durable copy of the model: a SQLite file (WAL, synchronous=FULL) with one row per object,
 * which the object knows (object.h). A batch is one transaction; when it is reported done, it
 * survives a power cut.
 *
 * Opened, loaded and closed on the control thread; commits run on the loop's thread pool, one at a
 * time. The file is locked for as long as it is open. A file that is damaged, of another program or
 * of a newer version is reported and left as it is.
 */

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "loop.h"
#include "model.h"

struct store;

/** Creates the file when there is none. NULL with *error set: a sentence on the file and what to
 * do. */
struct store *store_open(const char *path, struct error *error);
/** No commit may be running; waits for what follows one. The loop must still be there. Accepts
 * NULL.
 */
void store_close(struct store *store);

/** Whether the store has never held an object. */
bool store_is_new(const struct store *store);

/** Calls back for each object in the order of creation; a negative return stops, and is returned
 * with the callback's error. A row that is not what was written is an error that names it. */
typedef int store_visitor(void *arg, struct object *object, struct error *error);
int store_load(struct store *store, store_visitor *visit, void *arg, struct error *error);

/** Writes the changes as one transaction and calls back. The changes and their objects must stay as
 * they are until then. On failure the callback gets an error and nothing was written. */
typedef void store_done(void *arg, const struct error *error);
void store_commit(struct store *store, struct loop *loop, const struct change *changes,
		  size_t count, store_done *done, void *arg);

/** Runs `work` on the thread pool, when the file is not in use, and then `done`: for the functions
 * below. Not while a commit runs. Without memory only `done` is called. */
void store_work(struct store *store, struct loop *loop, loop_callback *work, loop_callback *done,
		void *arg);

/** Whether SQLite finds the file whole and where it was. Reads all of it. 0 or negative with *error
 * set. */
int store_check(struct store *store, struct error *error);

/** The whole store as the bytes of a SQLite file; free(). NULL with *error set. */
unsigned char *store_copy(struct store *store, size_t *length, struct error *error);

/** A store in memory, out of such bytes of a stranger. NULL with *error set: a sentence on what is
 * wrong with them. */
struct store *store_open_copy(const void *bytes, size_t length, struct error *error);

#endif
