/* SPDX-License-Identifier: BSD-3-Clause */
#include "line_writer.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

/* As much again is being written. */
#define QUEUE_BYTES (512u << 10)
/* Who reads at all has read by then. */
#define WAIT_MS	  20
#define STOP_MS	  500
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

struct line_writer {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t added, written;
	/* under the lock */
	struct text queue;
	uint64_t lost;	   /* lines, after all that is in the queue */
	uint64_t taken;	   /* how often the thread has taken the queue */
	uint64_t finished; /* how often it has written what it took */
	bool is_behind;	   /* somebody has waited in vain */
	bool is_stopping, is_over;
	/* the thread's */
	struct text writing;
	struct pollfd room;
	char notice[128];
};

static void lock(struct line_writer *writer)
{
	pthread_mutex_lock(&writer->lock);
}

static void unlock(struct line_writer *writer)
{
	pthread_mutex_unlock(&writer->lock);
}

/* False when the time is over. Spurious returns are the caller's to bear. */
static bool wait_written(struct line_writer *writer, const struct timespec *until)
{
	return pthread_cond_timedwait(&writer->written, &writer->lock, until) != ETIMEDOUT;
}

static struct timespec in_ms(int64_t ms)
{
	struct timespec then;

	clock_gettime(CLOCK_MONOTONIC, &then);
	then.tv_nsec += ms * NS_PER_MS;
	then.tv_sec += then.tv_nsec / NS_PER_S;
	then.tv_nsec %= NS_PER_S;
	return then;
}

/*
 * The only place in which somebody waits for the reader. The thread may be ended there: it has
 * nothing on its stack that others have the address of.
 */
static void write_all(struct line_writer *writer)
{
	size_t at = 0;

	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	while (at < writer->writing.length) {
		const ssize_t count =
			write(writer->fd, writer->writing.bytes + at, writer->writing.length - at);

		if (count >= 0)
			at += (size_t)count;
		else if (errno == EAGAIN)
			/* Somebody else has made it non-blocking. */
			poll(&writer->room, 1, -1);
		else if (errno != EINTR)
			break; /* There is nowhere else to say it. */
	}
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
}

/* What was lost came after all that was queued. */
static void take(struct line_writer *writer)
{
	struct text empty = writer->writing;
	size_t length;

	writer->writing = writer->queue;
	writer->queue = empty;
	writer->queue.length = 0;
	writer->taken++;
	if (writer->lost == 0)
		return;
	length = (size_t)snprintf(writer->notice, sizeof(writer->notice),
				  "bgwd: %" PRIu64 " lines are lost here: they were not read in "
				  "time\n",
				  writer->lost);
	/* Where there is no memory to say it, it is said next time. */
	if (text_append(&writer->writing, writer->notice, length))
		writer->lost = 0;
}

static void *run(void *arg)
{
	struct line_writer *writer = arg;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	lock(writer);
	for (;;) {
		while (writer->queue.length == 0 && writer->lost == 0 && !writer->is_stopping)
			pthread_cond_wait(&writer->added, &writer->lock);
		if (writer->queue.length == 0 && writer->lost == 0)
			break;
		take(writer);
		unlock(writer);
		write_all(writer);
		lock(writer);
		writer->finished = writer->taken;
		writer->is_behind = false;
		pthread_cond_broadcast(&writer->written);
	}
	writer->is_over = true;
	pthread_cond_broadcast(&writer->written);
	unlock(writer);
	return NULL;
}

/* Signals are for the control thread. */
static int thread_start(struct line_writer *writer)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&writer->thread, NULL, run, writer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

struct line_writer *line_writer_create(int fd)
{
	struct line_writer *writer = calloc(1, sizeof(*writer));
	pthread_condattr_t monotonic;
	int rc;

	if (writer == NULL)
		return NULL;
	writer->fd = fd;
	writer->room = (struct pollfd){.fd = fd, .events = POLLOUT};
	pthread_mutex_init(&writer->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->added, NULL);
	pthread_cond_init(&writer->written, &monotonic);
	pthread_condattr_destroy(&monotonic);
	rc = thread_start(writer);
	if (rc == 0)
		return writer;
	free(writer);
	errno = rc;
	return NULL;
}

void line_writer_follow(struct line_writer *writer)
{
	cpu_set_t cpus;

	if (pthread_getaffinity_np(pthread_self(), sizeof(cpus), &cpus) == 0)
		pthread_setaffinity_np(writer->thread, sizeof(cpus), &cpus);
}

void line_writer_destroy(struct line_writer *writer)
{
	const struct timespec until = in_ms(STOP_MS);
	bool is_over;

	if (writer == NULL)
		return;
	lock(writer);
	writer->is_stopping = true;
	pthread_cond_signal(&writer->added);
	while (!writer->is_over && wait_written(writer, &until))
		continue;
	is_over = writer->is_over;
	unlock(writer);
	if (!is_over)
		pthread_cancel(writer->thread);
	pthread_join(writer->thread, NULL);
	pthread_cond_destroy(&writer->added);
	pthread_cond_destroy(&writer->written);
	pthread_mutex_destroy(&writer->lock);
	text_free(&writer->queue);
	text_free(&writer->writing);
	free(writer);
}

static bool line_add(struct line_writer *writer, const char *line, size_t length)
{
	if (writer->lost == 0 && writer->queue.length + length <= QUEUE_BYTES &&
	    text_append(&writer->queue, line, length))
		return true;
	writer->lost++;
	return false;
}

bool line_writer_add(struct line_writer *writer, const char *lines, size_t length)
{
	bool is_whole = true;

	lock(writer);
	while (length > 0) {
		const char *end = memchr(lines, '\n', length);
		const size_t size = end != NULL ? (size_t)(end - lines) + 1 : length;

		is_whole &= line_add(writer, lines, size);
		lines += size;
		length -= size;
	}
	pthread_cond_signal(&writer->added);
	unlock(writer);
	return is_whole;
}

void line_writer_wait(struct line_writer *writer)
{
	const struct timespec until = in_ms(WAIT_MS);
	uint64_t wanted;

	lock(writer);
	wanted = writer->taken + (writer->queue.length != 0 || writer->lost != 0);
	while (!writer->is_behind && writer->finished < wanted)
		if (!wait_written(writer, &until))
			writer->is_behind = writer->finished < wanted;
	unlock(writer);
}
