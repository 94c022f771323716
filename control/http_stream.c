/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers that are made as the client takes them. */
#include "http_private.h"
#include "loop.h"

#define BLOCK_BYTES 16384
#define NS_PER_S    UINT64_C(1000000000)

void http_wake(struct http_exchange *exchange)
{
	if (!exchange->suspended)
		return;
	exchange->suspended = false;
	MHD_resume_connection(exchange->mhd);
	loop_timer_set(exchange->listener->timer, 0, 0);
}

static bool is_endless(const struct http_exchange *exchange)
{
	return exchange->stream.length == HTTP_ENDLESS;
}

/* What came before is on its way: the client has its time anew to take what comes now. */
static void give_time(const struct http_exchange *exchange, size_t length)
{
	http_connection_answer(exchange->connection, length,
			       exchange->listener->http->config->request_timeout_s * NS_PER_S);
}

static ssize_t stream_read(void *arg, uint64_t position, char *at, size_t size)
{
	struct http_exchange *exchange = arg;
	long length;

	(void)position;
	if (is_endless(exchange) && exchange->listener->http->quiet)
		return MHD_CONTENT_READER_END_OF_STREAM;
	length = exchange->stream.read(exchange->stream.arg, at, size);
	if (length > 0) {
		if (is_endless(exchange))
			give_time(exchange, (size_t)length);
		return length;
	}
	if (length < 0)
		return length == HTTP_STREAM_END ? MHD_CONTENT_READER_END_OF_STREAM
						 : MHD_CONTENT_READER_END_WITH_ERROR;
	/* Nobody would wake it once all stops. */
	if (exchange->listener->http->quiet)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (is_endless(exchange))
		exchange->connection->until_ns = 0;
	exchange->suspended = true;
	MHD_suspend_connection(exchange->mhd);
	return 0;
}

void http_answer_stream(struct http_exchange *exchange, unsigned int status,
			const struct http_stream *stream)
{
	http_let_go(exchange);
	exchange->stream = *stream;
	exchange->connection->streaming = exchange;
	http_response_set(exchange, status,
			  MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES,
							    stream_read, exchange, NULL),
			  stream->length, true);
	http_answer_record(exchange, status);
}
