/* SPDX-License-Identifier: BSD-3-Clause */
#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "text.h"

#define RETRY_MS       1000
#define MODE	       0640
#define REFUSALS_PER_S 10
#define NS_PER_S       UINT64_C(1000000000)

/* Who waits for a line. */
struct waiter {
	struct waiter *next;
	loop_callback *done;
	void *arg;
};

struct audit {
	struct loop *loop;
	struct loop_timer *retry;
	char *path; /* NULL: standard error */
	int fd;
	struct text gathering;
	struct waiter *gathered;
	bool reopen_asked;
	uint64_t second_ns; /* when the second began in which refusals are counted */
	uint32_t refusals, left_out;
	int failure; /* errno of the last attempt, 0 if it went well */
	/* of the pool while busy */
	bool busy, reopen;
	struct text writing;
	size_t written;
	struct waiter *waiting;
	int result, reopen_result;
};

/* A pipe is not waited for either: without a reader it is refused, and a full one is tried again.
 */
static int file_open(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, MODE);
}

static void attempt(struct audit *audit);

static void retry(void *arg)
{
	attempt(arg);
}

struct audit *audit_open(struct loop *loop, const char *path, struct error *error)
{
	struct audit *audit = calloc(1, sizeof(*audit));

	if (audit != NULL) {
		audit->loop = loop;
		audit->fd = -1;
		audit->retry = loop_timer_create(loop, LOOP_NEVER, 0, retry, audit);
	}
	if (audit == NULL || audit->retry == NULL) {
		free(audit);
		error_set(error, BGW_ERROR_INTERNAL, "no memory for the audit log");
		return NULL;
	}
	if (path == NULL || path[0] == '\0')
		return audit;
	audit->path = strdup(path);
	if (audit->path != NULL)
		audit->fd = file_open(path);
	if (audit->fd >= 0)
		return audit;
	error_set(error, BGW_ERROR_INVALID_INPUT, "api.audit \"%.200s\" cannot be opened: %s", path,
		  strerror(errno));
	audit_close(audit);
	return NULL;
}

static void waiters_call(struct waiter *first)
{
	while (first != NULL) {
		struct waiter *waiter = first;

		first = waiter->next;
		waiter->done(waiter->arg);
		free(waiter);
	}
}

void audit_close(struct audit *audit)
{
	if (audit == NULL)
		return;
	if (audit->failure != 0)
		log_error("the last lines of the audit log are lost: %s", strerror(audit->failure));
	loop_timer_close(audit->retry);
	if (audit->fd >= 0)
		close(audit->fd);
	text_free(&audit->gathering);
	text_free(&audit->writing);
	free(audit->path);
	free(audit);
}

bool audit_is_idle(const struct audit *audit)
{
	return !audit->busy;
}

/* A line that was begun in the old file is written whole into the new one. */
static void file_reopen(struct audit *audit)
{
	int fd = file_open(audit->path);

	audit->reopen_result = fd < 0 ? errno : 0;
	if (fd < 0)
		return;
	close(audit->fd);
	audit->fd = fd;
	while (audit->written > 0 && audit->writing.bytes[audit->written - 1] != '\n')
		audit->written--;
}

static void write_out(void *arg)
{
	struct audit *audit = arg;

	if (audit->reopen)
		file_reopen(audit);
	audit->result = 0;
	if (audit->path == NULL) {
		log_lines(audit->writing.bytes, audit->writing.length);
		return;
	}
	while (audit->written < audit->writing.length && audit->result == 0) {
		ssize_t count = write(audit->fd, audit->writing.bytes + audit->written,
				      audit->writing.length - audit->written);

		if (count >= 0)
			audit->written += (size_t)count;
		else if (errno != EINTR)
			audit->result = errno;
	}
}

static void failed(struct audit *audit)
{
	if (audit->failure != audit->result)
		log_error("the audit log \"%s\" cannot be written, so nothing can be changed: %s",
			  audit->path, strerror(audit->result));
	audit->failure = audit->result;
	loop_timer_set(audit->retry, RETRY_MS, 0);
}

static void written_out(void *arg)
{
	struct audit *audit = arg;
	struct waiter *waiting = audit->waiting;

	audit->busy = false;
	audit->waiting = NULL;
	if (audit->reopen && audit->reopen_result != 0)
		log_error(
			"the audit log \"%s\" cannot be opened again, and goes on where it was: %s",
			audit->path, strerror(audit->reopen_result));
	if (audit->result != 0) {
		failed(audit);
	} else {
		if (audit->failure != 0)
			log_info("the audit log is written again");
		audit->failure = 0;
		text_free(&audit->writing);
		audit->written = 0;
	}
	/* What is done is done: who waits is answered, also when the line could not be written. */
	waiters_call(waiting);
	if (!audit->busy && (audit->gathered != NULL || audit->reopen_asked ||
			     (audit->failure == 0 && audit->gathering.length != 0)))
		attempt(audit);
}

static void gather(struct audit *audit)
{
	if (audit->writing.length == 0) {
		text_free(&audit->writing);
		audit->writing = audit->gathering;
		audit->gathering = (struct text){0};
	} else if (text_append(&audit->writing, audit->gathering.bytes, audit->gathering.length)) {
		text_free(&audit->gathering);
	}
	audit->waiting = audit->gathered;
	audit->gathered = NULL;
	audit->reopen = audit->reopen_asked;
	audit->reopen_asked = false;
}

static void attempt(struct audit *audit)
{
	if (audit->busy)
		return;
	gather(audit);
	audit->busy = true;
	if (loop_work(audit->loop, write_out, written_out, audit) == 0)
		return;
	audit->busy = false;
	audit->gathered = audit->waiting;
	audit->waiting = NULL;
	audit->reopen_asked = audit->reopen;
	loop_timer_set(audit->retry, RETRY_MS, 0);
}

int audit_write(struct audit *audit, const char *line, size_t length, loop_callback *done,
		void *arg)
{
	struct waiter *waiter = NULL;

	if (done != NULL) {
		waiter = malloc(sizeof(*waiter));
		if (waiter == NULL)
			return -ENOMEM;
		*waiter = (struct waiter){audit->gathered, done, arg};
	}
	if (!text_append(&audit->gathering, line, length)) {
		free(waiter);
		return -ENOMEM;
	}
	if (waiter != NULL)
		audit->gathered = waiter;
	attempt(audit);
	return 0;
}

int audit_check(const struct audit *audit, struct error *error)
{
	if (audit->failure == 0)
		return 0;
	return error_set(error, BGW_ERROR_UNAVAILABLE,
			 "nothing can be changed while the audit log cannot be written: %s",
			 strerror(audit->failure));
}

bool audit_refusal_begin(struct audit *audit, uint32_t *left_out)
{
	uint64_t now_ns = loop_now_ns();

	if (now_ns - audit->second_ns >= NS_PER_S) {
		audit->second_ns = now_ns;
		audit->refusals = 0;
	}
	if (audit->failure != 0 || audit->refusals >= REFUSALS_PER_S) {
		audit->left_out++;
		return false;
	}
	audit->refusals++;
	*left_out = audit->left_out;
	audit->left_out = 0;
	return true;
}

void audit_reopen(struct audit *audit)
{
	if (audit->path == NULL)
		return;
	audit->reopen_asked = true;
	attempt(audit);
}
