/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "http_head.h"
#include "http_private.h"
#include "http_tls.h"
#include "listen.h"
#include "log.h"
#include "loop.h"

const struct http_place http_api_place = {
	.name = "the API",
	.listen = "api.listen",
	.tls = "api.tls",
};

#define CONNECTION_MEMORY (32u << 10)
#define OTHER_FILES	  256 /* of control and of the ports */
#define SWEEP_MS	  500
#define NS_PER_S	  UINT64_C(1000000000)

/* Lets the server do what it has to, and asks when it next wants to. */
static void listener_run(void *arg)
{
	struct listener *listener = arg;
	struct http_connections *connections = &listener->connections;
	unsigned int before = connections->count;
	MHD_UNSIGNED_LONG_LONG timeout_ms;

	connections->made_room = false;
	MHD_run(listener->daemon);
	/* At its limit the server stops to listen, and only looks whether it may again when it
	 * runs. */
	if (connections->made_room || (before >= connections->limit && connections->count < before))
		loop_timer_set(listener->timer, 0, 0);
	else if (MHD_get_timeout(listener->daemon, &timeout_ms) == MHD_YES)
		loop_timer_set(listener->timer, timeout_ms, 0);
	else
		loop_timer_stop(listener->timer);
}

static void listener_ready(void *arg, int events)
{
	(void)events;
	listener_run(arg);
}

static void on_connection(void *arg, struct MHD_Connection *mhd, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct listener *listener = arg;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (*context != NULL)
			http_connection_close(&listener->connections, *context);
		return;
	}
	*context = http_connection_open(&listener->connections, mhd);
	if (*context != NULL && listener->guarded)
		http_credentials_give(listener->http->credentials, mhd);
}

/* The head of a request begins. What is returned would be the request's context. */
static void *on_target(void *arg, const char *target, struct MHD_Connection *mhd)
{
	struct http_connection *connection =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;

	(void)arg;
	if (connection != NULL && !http_target_fits(target))
		http_connection_end(connection);
	return NULL;
}

/* Who connected later has never seen it. */
static void past_forget(struct http *http, uint64_t oldest_ns)
{
	struct tls_past **at = &http->past;

	while (*at != NULL) {
		struct tls_past *past = *at;

		if (past->until_ns >= oldest_ns) {
			at = &past->next;
			continue;
		}
		*at = past->next;
		http_credentials_free(past->credentials);
		free(past);
	}
}

static void sweep(void *arg)
{
	struct http *http = arg;
	uint64_t oldest_ns = UINT64_MAX;

	for (unsigned int i = 0; i < http->listener_count; i++) {
		const struct http_connections *connections = &http->listeners[i].connections;
		const uint64_t since_ns = http_connections_oldest_ns(connections);

		http_connections_sweep(connections, http->config->request_timeout_s * NS_PER_S);
		oldest_ns = since_ns < oldest_ns ? since_ns : oldest_ns;
	}
	past_forget(http, oldest_ns);
}

void http_credentials_replace(struct http *http, struct http_credentials *credentials)
{
	struct tls_past *past = calloc(1, sizeof(*past));

	/* Without memory the old one stays for ever. */
	if (past != NULL) {
		*past = (struct tls_past){http->past, http->credentials, loop_now_ns()};
		http->past = past;
	}
	http->credentials = credentials;
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

static struct MHD_Daemon *daemon_start(struct listener *listener)
{
	const struct config_api *config = listener->http->config;
	struct MHD_OptionItem secure[] = {
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)HTTP_TLS_PRIORITIES},
		{MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)http_credentials_none},
		{MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
	unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;

	if (listener->guarded)
		flags |= MHD_USE_TLS;
	return MHD_start_daemon(
		flags, 0, NULL, NULL, http_on_access, listener, MHD_OPTION_EXTERNAL_LOGGER, on_log,
		NULL, MHD_OPTION_ARRAY, listener->guarded ? secure : none,
		MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL, MHD_OPTION_URI_LOG_CALLBACK,
		on_target, NULL, MHD_OPTION_LISTEN_SOCKET, listener->fd,
		MHD_OPTION_CONNECTION_LIMIT, config->max_connections,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, config->max_connections_per_address,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)CONNECTION_MEMORY / 2,
		MHD_OPTION_CONNECTION_TIMEOUT, config->request_timeout_s,
		MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, listener,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener, MHD_OPTION_END);
}

static bool has_tls(const struct config_api *config)
{
	return config->tls.cert != NULL;
}

static int listener_start(struct http *http, struct listener *listener, struct error *error)
{
	listener->http = http;
	listener->guarded =
		http->place->is_open ? has_tls(http->config) : listen_is_public(listener->where);
	listener->connections.limit = http->config->max_connections;
	listener->fd = listen_open(http->place->listen, listener->where, error);
	if (listener->fd < 0)
		return listener->fd;
	listener->daemon = daemon_start(listener);
	if (listener->daemon != NULL)
		listener->timer =
			loop_timer_create(http->loop, LOOP_NEVER, 0, listener_run, listener);
	if (listener->timer != NULL)
		listener->epoll = loop_fd_create(
			http->loop,
			MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
			UV_READABLE, listener_ready, listener);
	if (listener->epoll == NULL)
		return error_set(error, BGW_ERROR_UNAVAILABLE, "%s cannot start on \"%.120s\": %s",
				 http->place->name, listener->where, strerror(errno));
	log_info("%s listens on %s%s", http->place->name, listener->where,
		 listener->guarded ? " (TLS)" : "");
	return 0;
}

/* Connections that are over the limit of open files could not be accepted, nor could control open
 * what it needs. */
static int allow_files(const struct config_api *config, struct error *error)
{
	rlim_t needed = (rlim_t)config->listen.count * config->max_connections + OTHER_FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= needed)
		return 0;
	if (limit.rlim_max >= needed) {
		limit.rlim_cur = needed;
		if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
			return 0;
	}
	return error_set(error, BGW_ERROR_UNAVAILABLE,
			 "the limit of open files, %llu, is less than the %llu that "
			 "api.max_connections may take; raise it (ulimit -n), or lower "
			 "api.max_connections",
			 (unsigned long long)limit.rlim_max, (unsigned long long)needed);
}

static int check_listeners(const struct config_api *config, const struct http_place *place,
			   struct error *error)
{
	for (uint32_t i = 0; i < config->listen.count; i++) {
		const char *where = ((char *const *)config->listen.items)[i];

		if (listen_check(place->listen, where, error) < 0)
			return -EINVAL;
		if (!place->is_open && listen_is_public(where) &&
		    (!has_tls(config) || config->tokens.count == 0))
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "api.listen \"%.80s\" can be reached by others and needs "
					 "%s; or listen on 127.0.0.1, [::1] or a unix socket",
					 where,
					 has_tls(config) ? "api.tokens"
					 : config->tokens.count == 0
						 ? "api.tls (cert and key) and api.tokens"
						 : "api.tls (cert and key)");
	}
	return 0;
}

int http_check(const struct config_api *config, const struct http_place *place,
	       struct http_credentials **credentials, struct error *error)
{
	int rc = check_listeners(config, place, error);

	*credentials = NULL;
	if (rc < 0 || !has_tls(config))
		return rc;
	*credentials = http_credentials_load(&config->tls, place->tls, error);
	return *credentials != NULL ? 0 : -EINVAL;
}

struct http *http_start(struct loop *loop, const struct config_api *config,
			const struct http_place *place, const struct http_handler *handler,
			struct error *error)
{
	struct http *http = calloc(1, sizeof(*http));
	int rc = 0;

	if (http == NULL) {
		error_set(error, BGW_ERROR_INTERNAL, "no memory for %s", place->name);
		return NULL;
	}
	http->loop = loop;
	http->config = config;
	http->place = place;
	http->handler = *handler;
	http->sweep = loop_timer_create(loop, SWEEP_MS, SWEEP_MS, sweep, http);
	rc = http_check(config, place, &http->credentials, error);
	rc = rc == 0 ? allow_files(config, error) : rc;
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
	for (unsigned int i = 0; i < http->listener_count; i++) {
		const struct http_connection *c = http->listeners[i].connections.first;

		MHD_quiesce_daemon(http->listeners[i].daemon);
		for (; c != NULL; c = c->next)
			if (c->streaming != NULL)
				http_wake(c->streaming);
	}
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
	http_credentials_free(http->credentials);
	past_forget(http, UINT64_MAX);
	free(http);
}
