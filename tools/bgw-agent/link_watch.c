/* SPDX-License-Identifier: BSD-3-Clause */
#include "link_watch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink/socket.h"

#define RECEIVE_BYTES (256u << 10)
#define REST_MS	      200
/* While something flaps without end. */
#define PATIENCE_MS 2000

struct link_watch {
	int fd;
	uv_poll_t poll;
	uv_timer_t timer;
	uint64_t first_ms; /* of the changes not told yet */
	unsigned int open_handles;
	void (*changed)(void *arg);
	void *arg;
};

static void on_rest(uv_timer_t *timer)
{
	struct link_watch *watch = timer->data;

	watch->changed(watch->arg);
}

/* What the messages say does not matter; nor do lost ones. */
static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct link_watch *watch = poll->data;
	uint64_t now_ms = uv_now(poll->loop);
	uint8_t message[64];

	(void)status;
	(void)events;
	for (unsigned int i = 0; i < 64; i++)
		if (netlink_socket_receive(watch->fd, message, sizeof(message), MSG_DONTWAIT) ==
		    -EAGAIN)
			break;
	if (!uv_is_active((uv_handle_t *)&watch->timer))
		watch->first_ms = now_ms;
	if (now_ms - watch->first_ms < PATIENCE_MS)
		uv_timer_start(&watch->timer, on_rest, REST_MS, 0);
}

struct link_watch *link_watch_open(uv_loop_t *loop, void (*changed)(void *arg), void *arg)
{
	struct link_watch *watch = calloc(1, sizeof(*watch));
	int group = RTNLGRP_LINK, failure;

	if (watch == NULL)
		return NULL;
	watch->changed = changed;
	watch->arg = arg;
	watch->fd = netlink_socket_open(RECEIVE_BYTES);
	if (watch->fd >= 0 && setsockopt(watch->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
					 sizeof(group)) == 0) {
		failure = -uv_poll_init(loop, &watch->poll, watch->fd);
		if (failure == 0) {
			uv_timer_init(loop, &watch->timer);
			watch->poll.data = watch->timer.data = watch;
			watch->open_handles = 2;
			uv_poll_start(&watch->poll, UV_READABLE, on_readable);
			return watch;
		}
		errno = failure;
	}
	failure = errno;
	if (watch->fd >= 0)
		close(watch->fd);
	free(watch);
	errno = failure;
	return NULL;
}

static void on_closed(uv_handle_t *handle)
{
	struct link_watch *watch = handle->data;

	if (--watch->open_handles > 0)
		return;
	close(watch->fd);
	free(watch);
}

void link_watch_close(struct link_watch *watch)
{
	if (watch == NULL)
		return;
	uv_close((uv_handle_t *)&watch->poll, on_closed);
	uv_close((uv_handle_t *)&watch->timer, on_closed);
}
