/* SPDX-License-Identifier: BSD-3-Clause */
#include "stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listen.h"
#include "stream_tls.h"

#define READ_BYTES 16384

struct stream {
	uv_tcp_t handle;
	uv_connect_t connect;
	uv_timer_t soon; /* tells what was found out within a function of the owner */
	const struct stream_owner *owner;
	void *arg;
	struct stream_tls_session *tls;
	size_t unsent_bytes;
	uint8_t open_handles;
	bool is_connected, is_up, is_paused, has_ended, is_closed;
	char why[STREAM_REASON_SIZE];
};

/* What is read is used before anything else is read. */
static uint8_t read_buffer[READ_BYTES];

struct sending {
	uv_write_t request;
	struct stream *stream;
	size_t count;
	uint8_t bytes[];
};

int stream_address_parse(const char *member, const char *where, union stream_address *address,
			 struct error *error)
{
	struct sockaddr_storage storage;
	int rc = listen_ip_check(member, where, &storage, error);

	if (rc == 0)
		memcpy(address, &storage, sizeof(*address));
	return rc;
}

struct bgw_address stream_address_ip(const union stream_address *address)
{
	struct bgw_address ip = {0};

	if (address->any.sa_family == AF_INET) {
		ip.family = 4;
		memcpy(ip.bytes, &address->v4.sin_addr, 4);
	} else if (IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr)) {
		ip.family = 4;
		memcpy(ip.bytes, address->v6.sin6_addr.s6_addr + 12, 4);
	} else {
		ip.family = 6;
		memcpy(ip.bytes, &address->v6.sin6_addr, 16);
	}
	return ip;
}

static void tell_end(uv_timer_t *timer)
{
	struct stream *stream = timer->data;

	if (!stream->is_closed)
		stream->owner->ended(stream->arg, stream->why);
}

static void end(struct stream *stream, const char *why)
{
	if (stream->has_ended || stream->is_closed)
		return;
	stream->has_ended = true;
	snprintf(stream->why, sizeof(stream->why), "%.*s", STREAM_REASON_SIZE - 1, why);
	uv_read_stop((uv_stream_t *)&stream->handle);
	uv_timer_start(&stream->soon, tell_end, 0, 0);
}

static void sent(uv_write_t *request, int status)
{
	struct sending *sending = (struct sending *)request;
	struct stream *stream = sending->stream;

	stream->unsent_bytes -= sending->count;
	free(sending);
	if (status < 0)
		end(stream, uv_strerror(status));
	else if (stream->unsent_bytes == 0 && stream->is_up && !stream->has_ended &&
		 !stream->is_closed)
		stream->owner->drained(stream->arg);
}

static void send_raw(void *arg, const uint8_t *bytes, size_t count)
{
	struct stream *stream = arg;
	struct sending *sending;
	uv_buf_t buffer;
	int rc;

	if (stream->has_ended || stream->is_closed)
		return;
	sending = malloc(sizeof(*sending) + count);
	if (sending == NULL) {
		end(stream, "no memory");
		return;
	}
	sending->stream = stream;
	sending->count = count;
	memcpy(sending->bytes, bytes, count);
	buffer = uv_buf_init((char *)sending->bytes, (unsigned int)count);
	rc = uv_write(&sending->request, (uv_stream_t *)&stream->handle, &buffer, 1, sent);
	if (rc < 0) {
		free(sending);
		end(stream, uv_strerror(rc));
		return;
	}
	stream->unsent_bytes += count;
}

static void go_up(struct stream *stream)
{
	stream->is_up = true;
	stream->owner->up(stream->arg);
}

/* Until nothing is left of what was fed, or the owner does not want more. */
static void read_tls(struct stream *stream, const uint8_t *bytes, size_t count)
{
	uint8_t plain[4096];
	struct error error;
	ssize_t got;
	int rc;

	stream_tls_feed(stream->tls, bytes, count);
	if (!stream->is_up) {
		rc = stream_tls_handshake(stream->tls, &error);
		if (rc < 0)
			end(stream, error.message);
		if (rc <= 0)
			return;
		go_up(stream);
	}
	while (!stream->has_ended && !stream->is_closed) {
		got = stream_tls_read(stream->tls, plain, sizeof(plain), &error);
		if (got < 0)
			end(stream, error.message);
		if (got <= 0)
			return;
		stream->owner->read(stream->arg, plain, (size_t)got);
	}
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	(void)handle;
	(void)suggested;
	*buffer = uv_buf_init((char *)read_buffer, sizeof(read_buffer));
}

static void was_read(uv_stream_t *handle, ssize_t count, const uv_buf_t *buffer)
{
	struct stream *stream = handle->data;

	if (count == UV_EOF)
		end(stream, "the peer closed the connection");
	else if (count < 0)
		end(stream, uv_strerror((int)count));
	else if (count > 0 && stream->tls != NULL)
		read_tls(stream, (const uint8_t *)buffer->base, (size_t)count);
	else if (count > 0)
		stream->owner->read(stream->arg, (const uint8_t *)buffer->base, (size_t)count);
}

static void resume(struct stream *stream)
{
	int rc = uv_read_start((uv_stream_t *)&stream->handle, give_buffer, was_read);

	if (rc < 0)
		end(stream, uv_strerror(rc));
}

static void connected(struct stream *stream)
{
	struct error error;
	int rc = 0;

	stream->is_connected = true;
	uv_tcp_nodelay(&stream->handle, 1);
	if (stream->tls != NULL)
		rc = stream_tls_handshake(stream->tls, &error);
	if (rc < 0) {
		end(stream, error.message);
		return;
	}
	resume(stream);
	if (stream->tls == NULL)
		go_up(stream);
}

static void was_connected(uv_connect_t *request, int status)
{
	struct stream *stream = request->handle->data;

	if (stream->is_closed)
		return;
	if (status < 0)
		end(stream, uv_strerror(status));
	else
		connected(stream);
}

static void was_accepted(uv_timer_t *timer)
{
	connected(timer->data);
}

static void handle_closed(uv_handle_t *handle)
{
	struct stream *stream = handle->data;

	if (--stream->open_handles > 0)
		return;
	stream_tls_end(stream->tls);
	free(stream);
}

void stream_close(struct stream *stream)
{
	if (stream == NULL || stream->is_closed)
		return;
	stream->is_closed = true;
	uv_close((uv_handle_t *)&stream->handle, handle_closed);
	uv_close((uv_handle_t *)&stream->soon, handle_closed);
}

static struct stream *make(uv_loop_t *loop, struct stream_tls *tls, bool is_server)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (stream == NULL)
		return NULL;
	if (tls != NULL) {
		stream->tls = stream_tls_begin(tls, is_server, send_raw, stream);
		if (stream->tls == NULL) {
			free(stream);
			errno = ENOMEM;
			return NULL;
		}
	}
	uv_tcp_init(loop, &stream->handle);
	uv_timer_init(loop, &stream->soon);
	stream->open_handles = 2;
	stream->handle.data = stream->soon.data = stream;
	return stream;
}

/* libuv's errors are negative errno values. */
static struct stream *give_up(struct stream *stream, int rc)
{
	stream_close(stream);
	errno = -rc;
	return NULL;
}

struct stream *stream_connect(uv_loop_t *loop, const union stream_address *to,
			      struct stream_tls *tls, const char *peer_name,
			      const struct stream_owner *owner, void *arg)
{
	struct stream *stream = make(loop, tls, false);
	int rc;

	if (stream == NULL)
		return NULL;
	stream_own(stream, owner, arg, peer_name);
	rc = uv_tcp_connect(&stream->connect, &stream->handle, &to->any, was_connected);
	return rc < 0 ? give_up(stream, rc) : stream;
}

struct stream *stream_accept(uv_stream_t *listener, struct stream_tls *tls)
{
	struct stream *stream = make(listener->loop, tls, true);
	int rc;

	if (stream == NULL)
		return NULL;
	rc = uv_accept(listener, (uv_stream_t *)&stream->handle);
	if (rc < 0)
		return give_up(stream, rc);
	uv_timer_start(&stream->soon, was_accepted, 0, 0);
	return stream;
}

void stream_own(struct stream *stream, const struct stream_owner *owner, void *arg,
		const char *peer_name)
{
	stream->owner = owner;
	stream->arg = arg;
	if (stream->tls != NULL)
		stream_tls_name(stream->tls, peer_name);
}

struct bgw_address stream_peer(const struct stream *stream)
{
	struct sockaddr_storage storage = {0};
	int length = sizeof(storage);

	if (uv_tcp_getpeername(&stream->handle, (struct sockaddr *)&storage, &length) < 0)
		return (struct bgw_address){0};
	return stream_address_ip((const union stream_address *)&storage);
}

void stream_write(struct stream *stream, const void *bytes, size_t count)
{
	struct error error;

	if (stream->tls == NULL)
		send_raw(stream, bytes, count);
	else if (!stream->has_ended && stream_tls_write(stream->tls, bytes, count, &error) < 0)
		end(stream, error.message);
}

size_t stream_unsent_bytes(const struct stream *stream)
{
	return stream->unsent_bytes;
}

void stream_pause(struct stream *stream, bool pause)
{
	if (pause == stream->is_paused || stream->has_ended || stream->is_closed)
		return;
	stream->is_paused = pause;
	if (pause)
		uv_read_stop((uv_stream_t *)&stream->handle);
	else
		resume(stream);
}
