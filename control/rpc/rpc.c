/* SPDX-License-Identifier: BSD-3-Clause */
#include "rpc_private.h"

#include <errno.h>
#include <grpc/support/log.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Completions told in one turn of the loop. Each takes some microseconds. */
#define TURN_COMPLETIONS 64

struct rpc {
	uv_loop_t *loop;
	uv_async_t *wake;
	grpc_completion_queue *queue;
	pthread_t thread;
	sem_t started;
	unsigned int calls; /* of channels, that gRPC has */
	struct rpc_kept *kept;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t completed;
	struct rpc_tag *first, **last;
};

/* It reports each handshake that a stranger fails, which is nothing that an operator can act on. */
static void log_assertion(gpr_log_func_args *args)
{
	if (strncmp(args->message, "assertion failed", strlen("assertion failed")) == 0)
		fprintf(stderr, "gRPC: %s:%d: %s\n", args->file, args->line, args->message);
}

static void tell_loop(struct rpc *rpc, struct rpc_tag *tag, bool ok)
{
	tag->ok = ok;
	tag->next = NULL;
	pthread_mutex_lock(&rpc->lock);
	*rpc->last = tag;
	rpc->last = &tag->next;
	pthread_cond_signal(&rpc->completed);
	pthread_mutex_unlock(&rpc->lock);
	uv_async_send(rpc->wake);
}

/* gRPC's threads inherit the CPUs and the signal mask of the one that begins it: this one. */
static void *thread_run(void *arg)
{
	struct rpc *rpc = arg;
	grpc_event event;

	if (getenv("GRPC_VERBOSITY") == NULL)
		gpr_set_log_function(log_assertion);
	grpc_init();
	rpc->queue = grpc_completion_queue_create_for_next(NULL);
	sem_post(&rpc->started);
	for (;;) {
		event = grpc_completion_queue_next(rpc->queue, gpr_inf_future(GPR_CLOCK_REALTIME),
						   NULL);
		if (event.type == GRPC_QUEUE_SHUTDOWN)
			break;
		if (event.type == GRPC_OP_COMPLETE)
			tell_loop(rpc, event.tag, event.success != 0);
	}
	grpc_completion_queue_destroy(rpc->queue);
	grpc_shutdown_blocking();
	return NULL;
}

/* NULL when there is none. */
static struct rpc_tag *tag_take(struct rpc *rpc, bool wait)
{
	struct rpc_tag *tag;

	pthread_mutex_lock(&rpc->lock);
	while (rpc->first == NULL && wait)
		pthread_cond_wait(&rpc->completed, &rpc->lock);
	tag = rpc->first;
	if (tag != NULL) {
		rpc->first = tag->next;
		if (rpc->first == NULL)
			rpc->last = &rpc->first;
	}
	pthread_mutex_unlock(&rpc->lock);
	return tag;
}

/* One at a time: who is told may close what the next one belongs to, and waits for that then. */
static void on_wake(uv_async_t *wake)
{
	struct rpc *rpc = wake->data;

	for (unsigned int i = 0; i < TURN_COMPLETIONS; i++) {
		struct rpc_tag *tag = tag_take(rpc, false);

		if (tag == NULL)
			return;
		tag->done(tag, tag->ok);
	}
	uv_async_send(wake);
}

void rpc_call_began(struct rpc *rpc)
{
	rpc->calls++;
}

void rpc_call_ended(struct rpc *rpc)
{
	rpc->calls--;
}

void rpc_keep(struct rpc *rpc, struct rpc_kept *kept)
{
	kept->next = rpc->kept;
	rpc->kept = kept;
}

bool rpc_is_over(struct rpc *rpc, const struct rpc_tag *tag)
{
	const struct rpc_tag *one;

	pthread_mutex_lock(&rpc->lock);
	for (one = rpc->first; one != NULL && one != tag; one = one->next)
		continue;
	pthread_mutex_unlock(&rpc->lock);
	return one != NULL;
}

void rpc_wait(struct rpc *rpc)
{
	struct rpc_tag *tag = tag_take(rpc, true);

	tag->done(tag, tag->ok);
}

grpc_completion_queue *rpc_queue(struct rpc *rpc)
{
	return rpc->queue;
}

uv_loop_t *rpc_loop(struct rpc *rpc)
{
	return rpc->loop;
}

static int thread_start(struct rpc *rpc, const cpu_set_t *cpus)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int rc = pthread_attr_init(&attributes);

	if (rc != 0)
		return -rc;
	if (cpus != NULL)
		rc = pthread_attr_setaffinity_np(&attributes, sizeof(*cpus), cpus);
	if (rc == 0) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		rc = pthread_create(&rpc->thread, &attributes, thread_run, rpc);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	pthread_attr_destroy(&attributes);
	if (rc != 0)
		return -rc;
	pthread_setname_np(rpc->thread, "bgw-rpc");
	while (sem_wait(&rpc->started) < 0)
		continue;
	return 0;
}

static void wake_closed(uv_handle_t *wake)
{
	free(wake);
}

static void rpc_free(struct rpc *rpc)
{
	while (rpc->kept != NULL) {
		struct rpc_kept *kept = rpc->kept;

		rpc->kept = kept->next;
		kept->free(kept);
	}
	if (rpc->wake != NULL)
		uv_close((uv_handle_t *)rpc->wake, wake_closed);
	pthread_cond_destroy(&rpc->completed);
	pthread_mutex_destroy(&rpc->lock);
	sem_destroy(&rpc->started);
	free(rpc);
}

static int wake_start(struct rpc *rpc)
{
	uv_async_t *wake = calloc(1, sizeof(*wake));
	int rc;

	if (wake == NULL)
		return -ENOMEM;
	rc = uv_async_init(rpc->loop, wake, on_wake);
	if (rc < 0) {
		free(wake);
		return rc;
	}
	wake->data = rpc;
	rpc->wake = wake;
	return 0;
}

struct rpc *rpc_create(uv_loop_t *loop, const cpu_set_t *cpus)
{
	struct rpc *rpc = calloc(1, sizeof(*rpc));
	int rc;

	if (rpc == NULL)
		return NULL;
	rpc->loop = loop;
	rpc->last = &rpc->first;
	pthread_mutex_init(&rpc->lock, NULL);
	pthread_cond_init(&rpc->completed, NULL);
	sem_init(&rpc->started, 0, 0);
	rc = wake_start(rpc);
	if (rc == 0)
		rc = thread_start(rpc, cpus);
	if (rc < 0) {
		rpc_free(rpc);
		errno = -rc;
		return NULL;
	}
	return rpc;
}

void rpc_destroy(struct rpc *rpc)
{
	if (rpc == NULL)
		return;
	while (rpc->calls > 0)
		rpc_wait(rpc);
	grpc_completion_queue_shutdown(rpc->queue);
	pthread_join(rpc->thread, NULL);
	rpc_free(rpc);
}
