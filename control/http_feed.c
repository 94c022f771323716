/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers that go on for as long as the client stays. */
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

/* What came before is on its way: the client has its time anew to take what comes now. */
static ssize_t feed_read(void *arg, uint64_t position, char *bytes, size_t size)
{
	struct http_exchange *exchange = arg;
	const struct http *http = exchange->listener->http;
	size_t length;

	(void)position;
	if (http->quiet)
		return MHD_CONTENT_READER_END_OF_STREAM;
	length = exchange->feed.read(exchange->feed.arg, bytes, size);
	if (length != 0) {
		http_connection_answer(exchange->connection, length,
				       http->config->request_timeout_s * NS_PER_S);
		return (ssize_t)length;
	}
	exchange->connection->until_ns = 0;
	exchange->suspended = true;
	MHD_suspend_connection(exchange->mhd);
	return 0;
}

void http_answer_feed(struct http_exchange *exchange, const char *type,
		      const struct http_feed *feed)
{
	const struct http_handler *handler = &exchange->listener->http->handler;

	exchange->feed = *feed;
	exchange->connection->feeding = exchange;
	exchange->status = MHD_HTTP_OK;
	exchange->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES,
							       feed_read, exchange, NULL);
	if (exchange->response != NULL) {
		MHD_add_response_header(exchange->response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
		MHD_add_response_header(exchange->response, MHD_HTTP_HEADER_CACHE_CONTROL,
					"no-store");
	}
	if (!handler->record(handler->arg, exchange, exchange->status))
		http_answer_release(exchange);
}
