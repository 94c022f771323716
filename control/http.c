/* SPDX-License-Identifier: BSD-3-Clause */
#include "http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "listen.h"
#include "log.h"
#include "loop.h"
#include "text.h"

#define MAX_LISTENERS	  16
#define CONNECTION_MEMORY (32u << 10)
#define SWEEP_MS	  500
#define NS_PER_S	  UINT64_C(1000000000)

struct connection {
	struct connection *next, **previous;
	struct http *http;
	struct MHD_Connection *mhd;
	uint64_t since_ns; /* it was opened, or its last answer was sent */
	bool busy;	   /* a whole request is in, whose answer is not sent yet */
};

struct listener {
	struct http *http;
	const char *where;
	int fd;
	struct MHD_Daemon *daemon;
	struct loop_fd *epoll;
	struct loop_timer *timer;
};

struct http {
	struct loop *loop;
	const struct config_api *config;
	struct http_handler handler;
	struct listener listeners[MAX_LISTENERS];
	unsigned int listener_count;
	struct connection *connections;
	struct loop_timer *sweep;
	unsigned int busy;
	bool quiet; /* connections end with their next answer */
};

struct http_exchange {
	struct listener *listener;
	struct connection *connection;
	struct MHD_Connection *mhd;
	char *method, *path;
	struct text body;
	size_t body_limit;
	bool too_large, handled, answered, suspended;
	const char *header_name, *header_value;
	struct MHD_Response *response;
	unsigned int status;
};

/* Lets the server do what it has to, and asks when it next wants to. */
static void listener_run(void *arg)
{
	struct listener *listener = arg;
	MHD_UNSIGNED_LONG_LONG timeout_ms;

	MHD_run(listener->daemon);
	if (MHD_get_timeout(listener->daemon, &timeout_ms) == MHD_YES)
		loop_timer_set(listener->timer, timeout_ms, 0);
	else
		loop_timer_stop(listener->timer);
}

static void listener_ready(void *arg, int events)
{
	(void)events;
	listener_run(arg);
}

const char *http_method(const struct http_exchange *exchange)
{
	return exchange->method;
}

const char *http_path(const struct http_exchange *exchange)
{
	return exchange->path;
}

const char *http_header(const struct http_exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->mhd, MHD_HEADER_KIND, name);
}

const char *http_body(const struct http_exchange *exchange, size_t *length)
{
	*length = exchange->body.length;
	return exchange->body.bytes;
}

struct argument_visit {
	http_argument *callback;
	void *arg;
};

static enum MHD_Result argument_visit(void *arg, enum MHD_ValueKind kind, const char *name,
				      const char *value)
{
	const struct argument_visit *visit = arg;

	(void)kind;
	visit->callback(visit->arg, name, value);
	return MHD_YES;
}

void http_arguments(const struct http_exchange *exchange, http_argument *callback, void *arg)
{
	struct argument_visit visit = {callback, arg};

	MHD_get_connection_values(exchange->mhd, MHD_GET_ARGUMENT_KIND, argument_visit, &visit);
}

void http_answer_header(struct http_exchange *exchange, const char *name, const char *value)
{
	exchange->header_name = name;
	exchange->header_value = value;
}

static void response_prepare(struct http_exchange *exchange, unsigned int status, char *body,
			     size_t length)
{
	exchange->status = status;
	exchange->response = MHD_create_response_from_buffer(
		length, body, body != NULL ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
	if (exchange->response == NULL) {
		free(body);
		return;
	}
	if (body != NULL)
		MHD_add_response_header(exchange->response, MHD_HTTP_HEADER_CONTENT_TYPE,
					"application/json");
	if (exchange->listener->http->quiet)
		MHD_add_response_header(exchange->response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (exchange->header_name != NULL)
		MHD_add_response_header(exchange->response, exchange->header_name,
					exchange->header_value);
}

void http_answer(struct http_exchange *exchange, unsigned int status, char *body, size_t length)
{
	response_prepare(exchange, status, body, length);
	exchange->answered = true;
	exchange->listener->http->busy--;
	if (exchange->suspended) {
		exchange->suspended = false;
		MHD_resume_connection(exchange->mhd);
		loop_timer_set(exchange->listener->timer, 0, 0);
	}
}

static enum MHD_Result response_queue(struct http_exchange *exchange)
{
	/* Without memory for an answer the connection is closed. */
	if (exchange->response == NULL)
		return MHD_NO;
	return MHD_queue_response(exchange->mhd, exchange->status, exchange->response);
}

static enum MHD_Result refuse(struct http_exchange *exchange, enum bgw_error code,
			      const char *sentence, size_t number)
{
	const struct http_handler *handler = &exchange->listener->http->handler;
	struct error error;
	size_t length = 0;
	char *body;

	error_set(&error, code, sentence, number);
	body = handler->refuse(handler->arg, &error, &length);
	response_prepare(exchange, error_status(code), body, length);
	exchange->handled = true;
	return response_queue(exchange);
}

static enum MHD_Result refuse_size(struct http_exchange *exchange)
{
	return refuse(exchange, BGW_ERROR_TOO_LARGE,
		      "the body may have at most %zu bytes; send it in parts",
		      exchange->body_limit);
}

/* The head of a request is there. */
static enum MHD_Result request_begin(struct listener *listener, struct MHD_Connection *mhd,
				     const char *url, const char *method, void **context)
{
	struct http_exchange *exchange = calloc(1, sizeof(*exchange));
	const struct http_handler *handler = &listener->http->handler;
	const char *length;

	if (exchange == NULL)
		return MHD_NO;
	*context = exchange;
	exchange->listener = listener;
	exchange->mhd = mhd;
	exchange->connection =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	exchange->method = strdup(method);
	exchange->path = strdup(url);
	if (exchange->connection == NULL || exchange->method == NULL || exchange->path == NULL)
		return MHD_NO;
	exchange->body_limit = handler->body_limit(handler->arg, method, url);
	length = MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
	if (length == NULL || strtoull(length, NULL, 10) <= exchange->body_limit)
		return MHD_YES;
	/* One that asks first is told before it sends. Another would lose an answer that comes
	 * while it still sends, so its body is swallowed. */
	exchange->too_large = true;
	if (MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT) != NULL)
		return refuse_size(exchange);
	return MHD_YES;
}

static enum MHD_Result request_body(struct http_exchange *exchange, const char *bytes, size_t *size)
{
	if (exchange->body.length + *size > exchange->body_limit) {
		exchange->too_large = true;
		text_free(&exchange->body);
	}
	if (!exchange->too_large)
		text_add(&exchange->body, bytes, *size);
	*size = 0;
	return exchange->body.broken ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_access(void *arg, struct MHD_Connection *mhd, const char *url,
				 const char *method, const char *version, const char *upload,
				 size_t *upload_size, void **context)
{
	struct listener *listener = arg;
	struct http_exchange *exchange = *context;
	struct http *http = listener->http;

	(void)version;
	if (exchange == NULL)
		return request_begin(listener, mhd, url, method, context);
	if (*upload_size != 0)
		return request_body(exchange, upload, upload_size);
	if (exchange->handled)
		return response_queue(exchange);
	if (exchange->too_large)
		return refuse_size(exchange);
	exchange->handled = true;
	exchange->connection->busy = true;
	http->busy++;
	http->handler.handle(http->handler.arg, exchange);
	if (exchange->answered)
		return response_queue(exchange);
	exchange->suspended = true;
	MHD_suspend_connection(mhd);
	return MHD_YES;
}

static void on_completed(void *arg, struct MHD_Connection *mhd, void **context,
			 enum MHD_RequestTerminationCode code)
{
	struct http_exchange *exchange = *context;

	(void)arg;
	(void)mhd;
	(void)code;
	if (exchange == NULL)
		return;
	if (exchange->connection != NULL) {
		exchange->connection->busy = false;
		exchange->connection->since_ns = loop_now_ns();
	}
	if (exchange->response != NULL)
		MHD_destroy_response(exchange->response);
	text_free(&exchange->body);
	free(exchange->method);
	free(exchange->path);
	free(exchange);
	*context = NULL;
}

static void on_connection(void *arg, struct MHD_Connection *mhd, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct listener *listener = arg;
	struct connection *connection = *context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		connection = calloc(1, sizeof(*connection));
		*context = connection;
		if (connection == NULL)
			return;
		connection->http = listener->http;
		connection->mhd = mhd;
		connection->since_ns = loop_now_ns();
		connection->next = listener->http->connections;
		connection->previous = &listener->http->connections;
		if (connection->next != NULL)
			connection->next->previous = &connection->next;
		listener->http->connections = connection;
	} else if (connection != NULL) {
		*connection->previous = connection->next;
		if (connection->next != NULL)
			connection->next->previous = connection->previous;
		free(connection);
	}
}

/* The server's own timeout counts from the last byte, so a client that sends one now and then would
 * stay for ever: a whole request must be in within a time. */
static void sweep(void *arg)
{
	struct http *http = arg;
	uint64_t limit_ns = http->config->request_timeout_s * NS_PER_S;
	uint64_t now_ns = loop_now_ns();

	for (struct connection *c = http->connections; c != NULL; c = c->next) {
		if (c->busy || now_ns - c->since_ns < limit_ns)
			continue;
		shutdown(MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CONNECTION_FD)
				 ->connect_fd,
			 SHUT_RDWR);
	}
}

static void on_log(void *arg, const char *format, va_list arguments)
{
	char line[256];

	(void)arg;
	vsnprintf(line, sizeof(line), format, arguments);
	log_debug("http: %s", line);
}

/* A NUL would end a text early, so that it means another object or filter; it stays as it came. */
static size_t unescape(void *arg, struct MHD_Connection *mhd, char *text)
{
	(void)arg;
	(void)mhd;
	return strstr(text, "%00") != NULL ? strlen(text) : MHD_http_unescape(text);
}

static int listener_start(struct http *http, struct listener *listener, struct error *error)
{
	const struct config_api *config = http->config;

	listener->http = http;
	listener->fd = listen_open(listener->where, error);
	if (listener->fd < 0)
		return listener->fd;
	listener->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
		on_access, listener, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
		MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL, MHD_OPTION_LISTEN_SOCKET,
		listener->fd, MHD_OPTION_CONNECTION_LIMIT, config->max_connections,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, config->max_connections_per_address,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, config->request_timeout_s,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, listener, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, listener, MHD_OPTION_END);
	if (listener->daemon != NULL)
		listener->timer =
			loop_timer_create(http->loop, LOOP_NEVER, 0, listener_run, listener);
	if (listener->timer != NULL)
		listener->epoll = loop_fd_create(
			http->loop,
			MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
			UV_READABLE, listener_ready, listener);
	if (listener->epoll == NULL)
		return error_set(
			error, BGW_ERROR_UNAVAILABLE,
			"the API server cannot start on \"%.120s\"; raise the limit of open "
			"files, or lower api.max_connections",
			listener->where);
	log_info("the API listens on %s", listener->where);
	return 0;
}

struct http *http_start(struct loop *loop, const struct config_api *config,
			const struct http_handler *handler, struct error *error)
{
	struct http *http = calloc(1, sizeof(*http));
	int rc = 0;

	if (http == NULL) {
		error_set(error, BGW_ERROR_INTERNAL, "no memory for the API server");
		return NULL;
	}
	http->loop = loop;
	http->config = config;
	http->handler = *handler;
	http->sweep = loop_timer_create(loop, SWEEP_MS, SWEEP_MS, sweep, http);
	for (uint32_t i = 0; i < config->listen.count && rc == 0; i++) {
		struct listener *listener = &http->listeners[http->listener_count++];

		listener->where = ((char *const *)config->listen.items)[i];
		rc = listener_start(http, listener, error);
	}
	if (rc < 0) {
		http_stop(http);
		return NULL;
	}
	return http;
}

void http_quiesce(struct http *http)
{
	http->quiet = true;
	for (unsigned int i = 0; i < http->listener_count; i++)
		MHD_quiesce_daemon(http->listeners[i].daemon);
}

bool http_is_idle(const struct http *http)
{
	return http->busy == 0;
}

static void listener_stop(struct listener *listener)
{
	loop_fd_close(listener->epoll);
	loop_timer_close(listener->timer);
	if (listener->daemon != NULL) {
		/* What was answered just now goes out. */
		MHD_quiesce_daemon(listener->daemon);
		MHD_run(listener->daemon);
		MHD_stop_daemon(listener->daemon);
	}
	if (listener->fd >= 0)
		listen_close(listener->where, listener->fd);
}

void http_stop(struct http *http)
{
	if (http == NULL)
		return;
	for (unsigned int i = 0; i < http->listener_count; i++)
		listener_stop(&http->listeners[i]);
	loop_timer_close(http->sweep);
	free(http);
}
