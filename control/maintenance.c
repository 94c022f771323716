/* SPDX-License-Identifier: BSD-3-Clause */
#include "maintenance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "http.h"
#include "rest_audit.h"
#include "rest_request.h"
#include "restore.h"
#include "verify.h"

#define BACKUP_PATH "/v2.0/backup"
#define VERIFY_PATH "/v2.0/verify"
#define BACKUP_TYPE "application/vnd.sqlite3"

enum kind {
	BACKUP,
	RESTORE,
	VERIFY,
};

struct maintenance {
	struct request base; /* first, for the batch */
	struct control *control;
	struct http_exchange *exchange;
	enum kind kind;
	bool is_begun, is_ready; /* what the pool does for it */
	struct error error;
	unsigned char *copy;
	size_t length;
	struct restore *restore;
	struct verify *verify;
};

bool maintenance_is_path(const char *path)
{
	return strcmp(path, BACKUP_PATH) == 0 || strcmp(path, VERIFY_PATH) == 0;
}

static void leftovers_free(void *arg)
{
	restore_free(arg);
}

static void leftovers_freed(void *arg)
{
	(void)arg;
}

static void maintenance_free(struct maintenance *maintenance)
{
	if (maintenance->restore != NULL && loop_work(maintenance->control->loop, leftovers_free,
						      leftovers_freed, maintenance->restore) < 0)
		restore_free(maintenance->restore);
	verify_free(maintenance->verify);
	free(maintenance->copy);
	free(maintenance);
}

static void answer_json(struct maintenance *maintenance, cJSON *json)
{
	char *text = cJSON_PrintUnformatted(json);

	cJSON_Delete(json);
	if (text == NULL)
		error_set(&maintenance->error, BGW_ERROR_INTERNAL, "no memory for the answer");
	else
		http_answer(maintenance->exchange, 200, text, strlen(text));
}

static void answer_restored(struct maintenance *maintenance)
{
	const struct restore_counts *counts = restore_counts(maintenance->restore);
	cJSON *json = cJSON_CreateObject();
	cJSON *restore = cJSON_AddObjectToObject(json, "restore");

	cJSON_AddNumberToObject(restore, "created", (double)counts->created);
	cJSON_AddNumberToObject(restore, "updated", (double)counts->updated);
	cJSON_AddNumberToObject(restore, "deleted", (double)counts->deleted);
	cJSON_AddNumberToObject(restore, "unchanged", (double)counts->unchanged);
	answer_json(maintenance, json);
}

static void answer_copy(struct maintenance *maintenance)
{
	http_answer_type(maintenance->exchange, BACKUP_TYPE);
	http_answer(maintenance->exchange, 200, (char *)maintenance->copy, maintenance->length);
	maintenance->copy = NULL;
}

static void work(void *arg)
{
	struct maintenance *maintenance = arg;
	struct store *store = maintenance->control->store;

	maintenance->error.code = BGW_ERROR_NONE;
	if (maintenance->kind == BACKUP)
		maintenance->copy = store_copy(store, &maintenance->length, &maintenance->error);
	else
		verify_store(maintenance->verify);
}

static void work_done(void *arg)
{
	struct maintenance *maintenance = arg;

	maintenance->is_ready = true;
	batch_resume(maintenance->control->batch);
}

/* While this batch is not at its end none is committed, so the store and the model rest. */
static bool work_is_ready(struct maintenance *maintenance)
{
	struct control *control = maintenance->control;

	if (maintenance->kind == RESTORE || maintenance->is_ready)
		return true;
	batch_pause(control->batch);
	error_set(&maintenance->error, BGW_ERROR_INTERNAL, "no memory to read the store");
	store_work(control->store, control->loop, work, work_done, maintenance);
	return false;
}

static int stage(struct request *base, struct error *error)
{
	struct maintenance *maintenance = (struct maintenance *)base;
	struct control *control = maintenance->control;
	int rc = restore_stage(maintenance->restore, control, error);

	if (rc == 0)
		http_note_set(maintenance->exchange,
			      rest_audit_changes(control->model, base->mark));
	return rc;
}

static bool finish(struct request *base, const struct error *outcome)
{
	struct maintenance *maintenance = (struct maintenance *)base;

	if (!maintenance->is_begun)
		maintenance->error = *outcome;
	maintenance->is_begun = true;
	if (maintenance->error.code == BGW_ERROR_NONE && !work_is_ready(maintenance))
		return false;
	if (maintenance->error.code == BGW_ERROR_NONE) {
		if (maintenance->kind == VERIFY && !verify_dataplane(maintenance->verify))
			return false;
		if (maintenance->kind == BACKUP)
			answer_copy(maintenance);
		else if (maintenance->kind == RESTORE)
			answer_restored(maintenance);
		else
			answer_json(maintenance, verify_json(maintenance->verify));
	}
	if (maintenance->error.code != BGW_ERROR_NONE)
		rest_answer_error(maintenance->exchange, &maintenance->error);
	maintenance_free(maintenance);
	return true;
}

static const struct request_operations read_operations = {.finish = finish};
static const struct request_operations write_operations = {.stage = stage, .finish = finish};

static void backup_read(void *arg)
{
	struct maintenance *maintenance = arg;
	size_t length;
	const char *bytes = http_body(maintenance->exchange, &length);

	maintenance->restore = restore_read(bytes, length, &maintenance->error);
}

static void backup_was_read(void *arg)
{
	struct maintenance *maintenance = arg;

	if (maintenance->restore != NULL) {
		batch_submit(maintenance->control->batch, &maintenance->base);
		return;
	}
	rest_answer_error(maintenance->exchange, &maintenance->error);
	maintenance_free(maintenance);
}

static void submit(struct maintenance *maintenance)
{
	struct control *control = maintenance->control;

	maintenance->base.operations =
		maintenance->kind == RESTORE ? &write_operations : &read_operations;
	if (maintenance->kind == VERIFY)
		maintenance->verify = verify_create(control);
	if (maintenance->kind == VERIFY && maintenance->verify == NULL) {
		error_set(&maintenance->error, BGW_ERROR_INTERNAL, "no memory to verify");
		rest_answer_error(maintenance->exchange, &maintenance->error);
		maintenance_free(maintenance);
	} else if (maintenance->kind != RESTORE) {
		batch_submit(control->batch, &maintenance->base);
	} else if (loop_work(control->loop, backup_read, backup_was_read, maintenance) < 0) {
		backup_read(maintenance);
		backup_was_read(maintenance);
	}
}

/* -EINVAL with *error set: the path does not take this method. */
static int kind_of(struct http_exchange *exchange, enum kind *kind, struct error *error)
{
	const char *method = http_method(exchange);
	const bool is_backup = strcmp(http_path(exchange), BACKUP_PATH) == 0;
	const char *allowed = is_backup ? "GET, HEAD, PUT" : "GET, HEAD";

	*kind = is_backup ? BACKUP : VERIFY;
	if (http_is_read(exchange))
		return 0;
	*kind = RESTORE;
	if (is_backup && strcmp(method, "PUT") == 0)
		return 0;
	http_answer_header(exchange, "Allow", allowed);
	return error_set(error, BGW_ERROR_METHOD_NOT_ALLOWED,
			 "%.16s is not possible here; possible are %s", method, allowed);
}

void maintenance_handle(struct control *control, struct http_exchange *exchange)
{
	struct maintenance *maintenance = NULL;
	struct error error;
	enum kind kind;

	if (kind_of(exchange, &kind, &error) == 0) {
		error_set(&error, BGW_ERROR_INTERNAL, "no memory for the request");
		maintenance = calloc(1, sizeof(*maintenance));
	}
	if (maintenance == NULL) {
		rest_answer_error(exchange, &error);
		return;
	}
	maintenance->control = control;
	maintenance->exchange = exchange;
	maintenance->kind = kind;
	submit(maintenance);
}
