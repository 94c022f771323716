/* SPDX-License-Identifier: BSD-3-Clause */
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define MAX_SIGNALS 4

struct loop_signal {
	uv_signal_t handle;
	loop_signal_callback *callback;
	void *arg;
};

struct loop {
	uv_loop_t uv;
	struct loop_signal signals[MAX_SIGNALS];
	unsigned int signal_count;
};

struct loop_timer {
	uv_timer_t handle;
	loop_callback *callback;
	void *arg;
};

struct loop_fd {
	uv_poll_t handle;
	loop_fd_callback *callback;
	void *arg;
};

struct loop_idle {
	uv_idle_t handle;
	loop_callback *callback;
	void *arg;
};

struct pool_work {
	uv_work_t request;
	loop_callback *work, *done;
	void *arg;
};

/* libuv's errors are negative errno values. */
static void *fail(void *memory, int error)
{
	free(memory);
	errno = -error;
	return NULL;
}

struct loop *loop_create(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	int rc;

	if (loop == NULL)
		return NULL;
	rc = uv_loop_init(&loop->uv);
	return rc < 0 ? fail(loop, rc) : loop;
}

void loop_destroy(struct loop *loop)
{
	if (loop == NULL)
		return;
	for (unsigned int i = 0; i < loop->signal_count; i++)
		uv_close((uv_handle_t *)&loop->signals[i].handle, NULL);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	uv_loop_close(&loop->uv);
	free(loop);
}

void loop_run(struct loop *loop)
{
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
	uv_stop(&loop->uv);
}

uv_loop_t *loop_uv(struct loop *loop)
{
	return &loop->uv;
}

uint64_t loop_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void free_handle(uv_handle_t *handle)
{
	free(handle->data);
}

static void timer_fired(uv_timer_t *handle)
{
	struct loop_timer *timer = handle->data;

	timer->callback(timer->arg);
}

struct loop_timer *loop_timer_create(struct loop *loop, uint64_t delay_ms, uint64_t repeat_ms,
				     loop_callback *callback, void *arg)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	if (timer == NULL)
		return NULL;
	uv_timer_init(&loop->uv, &timer->handle);
	timer->handle.data = timer;
	timer->callback = callback;
	timer->arg = arg;
	if (delay_ms != LOOP_NEVER)
		loop_timer_set(timer, delay_ms, repeat_ms);
	return timer;
}

void loop_timer_set(struct loop_timer *timer, uint64_t delay_ms, uint64_t repeat_ms)
{
	/* The loop's clock stands still while a callback works. */
	uv_update_time(timer->handle.loop);
	uv_timer_start(&timer->handle, timer_fired, delay_ms, repeat_ms);
}

void loop_timer_stop(struct loop_timer *timer)
{
	uv_timer_stop(&timer->handle);
}

void loop_timer_close(struct loop_timer *timer)
{
	if (timer != NULL)
		uv_close((uv_handle_t *)&timer->handle, free_handle);
}

static void fd_ready(uv_poll_t *handle, int status, int events)
{
	struct loop_fd *fd = handle->data;

	fd->callback(fd->arg, status < 0 ? UV_READABLE : events);
}

struct loop_fd *loop_fd_create(struct loop *loop, int descriptor, int events,
			       loop_fd_callback *callback, void *arg)
{
	struct loop_fd *fd = calloc(1, sizeof(*fd));
	int rc;

	if (fd == NULL)
		return NULL;
	rc = uv_poll_init(&loop->uv, &fd->handle, descriptor);
	if (rc < 0)
		return fail(fd, rc);
	fd->handle.data = fd;
	fd->callback = callback;
	fd->arg = arg;
	loop_fd_events(fd, events);
	return fd;
}

void loop_fd_events(struct loop_fd *fd, int events)
{
	uv_poll_start(&fd->handle, events, fd_ready);
}

void loop_fd_close(struct loop_fd *fd)
{
	if (fd != NULL)
		uv_close((uv_handle_t *)&fd->handle, free_handle);
}

static void idle_turn(uv_idle_t *handle)
{
	struct loop_idle *idle = handle->data;

	idle->callback(idle->arg);
}

struct loop_idle *loop_idle_create(struct loop *loop, loop_callback *callback, void *arg)
{
	struct loop_idle *idle = calloc(1, sizeof(*idle));

	if (idle == NULL)
		return NULL;
	uv_idle_init(&loop->uv, &idle->handle);
	idle->handle.data = idle;
	idle->callback = callback;
	idle->arg = arg;
	return idle;
}

void loop_idle_start(struct loop_idle *idle)
{
	uv_idle_start(&idle->handle, idle_turn);
}

void loop_idle_stop(struct loop_idle *idle)
{
	uv_idle_stop(&idle->handle);
}

void loop_idle_close(struct loop_idle *idle)
{
	if (idle != NULL)
		uv_close((uv_handle_t *)&idle->handle, free_handle);
}

static void pool_run(uv_work_t *request)
{
	struct pool_work *work = request->data;

	work->work(work->arg);
}

static void pool_done(uv_work_t *request, int status)
{
	struct pool_work *work = request->data;

	(void)status;
	work->done(work->arg);
	free(work);
}

int loop_work(struct loop *loop, loop_callback *work, loop_callback *done, void *arg)
{
	struct pool_work *queued = calloc(1, sizeof(*queued));
	int rc;

	if (queued == NULL)
		return -ENOMEM;
	queued->request.data = queued;
	queued->work = work;
	queued->done = done;
	queued->arg = arg;
	rc = uv_queue_work(&loop->uv, &queued->request, pool_run, pool_done);
	if (rc < 0)
		free(queued);
	return rc;
}

struct lookup {
	uv_getaddrinfo_t request;
	loop_resolved *done;
	void *arg;
};

static void looked_up(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
{
	struct lookup *lookup = request->data;

	lookup->done(lookup->arg, status, addresses);
	uv_freeaddrinfo(addresses);
	free(lookup);
}

int loop_resolve(struct loop *loop, const char *name, loop_resolved *done, void *arg)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct lookup *lookup = calloc(1, sizeof(*lookup));
	int rc;

	if (lookup == NULL)
		return -ENOMEM;
	lookup->request.data = lookup;
	lookup->done = done;
	lookup->arg = arg;
	rc = uv_getaddrinfo(&loop->uv, &lookup->request, looked_up, name, NULL, &hints);
	if (rc < 0)
		free(lookup);
	return rc;
}

static void signal_caught(uv_signal_t *handle, int number)
{
	struct loop_signal *signal = handle->data;

	signal->callback(signal->arg, number);
}

int loop_signal(struct loop *loop, int number, loop_signal_callback *callback, void *arg)
{
	struct loop_signal *signal = &loop->signals[loop->signal_count];
	int rc;

	if (loop->signal_count == MAX_SIGNALS)
		return -ENOSPC;
	rc = uv_signal_init(&loop->uv, &signal->handle);
	if (rc < 0)
		return rc;
	loop->signal_count++;
	signal->handle.data = signal;
	signal->callback = callback;
	signal->arg = arg;
	return uv_signal_start(&signal->handle, signal_caught, number);
}
