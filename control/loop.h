/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_LOOP_H
#define BGW_CONTROL_LOOP_H

/**
 * The control thread's event loop (libuv), with what the parts of control need of it: timers, file
 * descriptors, work that continues at the next turn, and blocking work on the thread pool. All
 * callbacks run on the control thread, except pool work.
 *
 * Long work is cut into slices of at most LOOP_SLICE_NS, so that the loop always answers.
 */

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define LOOP_SLICE_NS UINT64_C(2000000)

struct loop;
struct loop_timer;
struct loop_fd;
struct loop_idle;

typedef void loop_callback(void *arg);

/** NULL and errno. */
struct loop *loop_create(void);
/** Everything made on it must have been closed. */
void loop_destroy(struct loop *loop);
/** Until loop_stop(). */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
uv_loop_t *loop_uv(struct loop *loop);

/** CLOCK_MONOTONIC. */
uint64_t loop_now_ns(void);

/** Calls back after delay_ms, then every repeat_ms (0: once). Stopped at first if delay_ms is
 * LOOP_NEVER. NULL without memory. */
#define LOOP_NEVER UINT64_MAX
struct loop_timer *loop_timer_create(struct loop *loop, uint64_t delay_ms, uint64_t repeat_ms,
				     loop_callback *callback, void *arg);
void loop_timer_set(struct loop_timer *timer, uint64_t delay_ms, uint64_t repeat_ms);
void loop_timer_stop(struct loop_timer *timer);
/** Accepts NULL. No callback after it. */
void loop_timer_close(struct loop_timer *timer);

/** Calls back with UV_READABLE and UV_WRITABLE bits when the descriptor is ready. The descriptor
 * stays the caller's, who closes it after loop_fd_close(). NULL and errno. */
typedef void loop_fd_callback(void *arg, int events);
struct loop_fd *loop_fd_create(struct loop *loop, int fd, int events, loop_fd_callback *callback,
			       void *arg);
void loop_fd_events(struct loop_fd *fd, int events);
void loop_fd_close(struct loop_fd *fd);

/** Calls back at every turn of the loop while started; starts stopped. For sliced work. */
struct loop_idle *loop_idle_create(struct loop *loop, loop_callback *callback, void *arg);
void loop_idle_start(struct loop_idle *idle);
void loop_idle_stop(struct loop_idle *idle);
void loop_idle_close(struct loop_idle *idle);

/** Runs `work` on the thread pool and then `done` on the control thread. 0 or negative errno. */
int loop_work(struct loop *loop, loop_callback *work, loop_callback *done, void *arg);

/** Looks a name up on the thread pool, and calls back on the control thread. A name server that is
 * silent holds lookups alone for long, no other work of the pool. `rc` is 0, or what uv_strerror()
 * explains; the addresses, of SOCK_STREAM, are valid during the call. 0 or negative errno. */
typedef void loop_resolved(void *arg, int rc, const struct addrinfo *addresses);
int loop_resolve(struct loop *loop, const char *name, loop_resolved *done, void *arg);

/** Calls back on a signal, until the loop is destroyed. 0 or negative errno. */
typedef void loop_signal_callback(void *arg, int signal);
int loop_signal(struct loop *loop, int signal, loop_signal_callback *callback, void *arg);

#endif
