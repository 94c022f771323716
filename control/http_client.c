/* SPDX-License-Identifier: BSD-3-Clause */
#include "http_client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "text.h"

struct http_client {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;
	struct http_call *calls;
};

/* A socket of libcurl's, as the loop watches it. */
struct watch {
	struct http_client *client;
	curl_socket_t socket;
	struct loop_fd *fd;
};

struct http_call {
	struct http_client *client;
	struct http_call *next, **previous;
	CURL *easy;
	struct curl_slist *headers, *connect_to;
	struct text answer;
	size_t answer_max_bytes;
	bool is_too_large;
	char why[CURL_ERROR_SIZE];
	http_called *done;
	void *arg;
};

static void call_free(struct http_call *call)
{
	*call->previous = call->next;
	if (call->next != NULL)
		call->next->previous = call->previous;
	if (call->easy != NULL) {
		curl_multi_remove_handle(call->client->multi, call->easy);
		curl_easy_cleanup(call->easy);
	}
	curl_slist_free_all(call->headers);
	curl_slist_free_all(call->connect_to);
	text_free(&call->answer);
	free(call);
}

static enum http_outcome outcome_of(const struct http_call *call, CURLcode code)
{
	long sent = 0;

	if (call->is_too_large)
		return HTTP_TOO_LARGE;
	curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &sent);
	switch (code) {
	case CURLE_OK:
		return HTTP_ANSWERED;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_TIMED_OUT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return HTTP_UNTRUSTED;
	default:
		return sent > 0 ? HTTP_BROKEN : HTTP_UNREACHABLE;
	}
}

static void call_end(struct http_call *call, CURLcode code)
{
	const char *why = call->why[0] != '\0' ? call->why : curl_easy_strerror(code);
	enum http_outcome outcome = outcome_of(call, code);
	long status = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (call->is_too_large)
		why = "the answer is too large";
	call->done(call->arg, outcome, (unsigned int)status, call->answer.bytes,
		   call->answer.length, why);
	call_free(call);
}

static void take_ended(struct http_client *client)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
		struct http_call *call = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
		call_end(call, message->data.result);
	}
}

static void act(struct http_client *client, curl_socket_t socket, int events)
{
	int running;

	curl_multi_socket_action(client->multi, socket, events, &running);
	take_ended(client);
}

static void on_timer(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static void on_socket(void *arg, int events)
{
	const struct watch *watch = arg;
	int action = 0;

	if ((events & UV_READABLE) != 0)
		action |= CURL_CSELECT_IN;
	if ((events & UV_WRITABLE) != 0)
		action |= CURL_CSELECT_OUT;
	act(watch->client, watch->socket, action != 0 ? action : CURL_CSELECT_ERR);
}

/* libcurl says when it wants to be called. */
static int set_timer(CURLM *multi, long timeout_ms, void *arg)
{
	const struct http_client *client = arg;

	(void)multi;
	if (timeout_ms < 0)
		loop_timer_stop(client->timer);
	else
		loop_timer_set(client->timer, (uint64_t)timeout_ms, 0);
	return 0;
}

/* libcurl says which sockets it waits for. */
static int set_socket(CURL *easy, curl_socket_t socket, int what, void *arg, void *of_socket)
{
	struct http_client *client = arg;
	struct watch *watch = of_socket;
	int events = what == CURL_POLL_IN    ? UV_READABLE
		     : what == CURL_POLL_OUT ? UV_WRITABLE
					     : UV_READABLE | UV_WRITABLE;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch != NULL)
			loop_fd_close(watch->fd);
		free(watch);
		curl_multi_assign(client->multi, socket, NULL);
		return 0;
	}
	if (watch != NULL) {
		loop_fd_events(watch->fd, events);
		return 0;
	}
	watch = calloc(1, sizeof(*watch));
	if (watch == NULL)
		return -1;
	watch->client = client;
	watch->socket = socket;
	watch->fd = loop_fd_create(client->loop, socket, events, on_socket, watch);
	if (watch->fd == NULL) {
		free(watch);
		return -1;
	}
	curl_multi_assign(client->multi, socket, watch);
	return 0;
}

struct http_client *http_client_create(struct loop *loop, struct error *error)
{
	struct http_client *client = calloc(1, sizeof(*client));

	if (client != NULL && curl_global_init(CURL_GLOBAL_DEFAULT) == 0) {
		client->loop = loop;
		client->multi = curl_multi_init();
		client->timer = loop_timer_create(loop, LOOP_NEVER, 0, on_timer, client);
	}
	if (client == NULL || client->multi == NULL || client->timer == NULL) {
		error_set(error, BGW_ERROR_INTERNAL, "no memory for requests to peers");
		http_client_destroy(client);
		return NULL;
	}
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	return client;
}

void http_client_destroy(struct http_client *client)
{
	if (client == NULL)
		return;
	while (client->calls != NULL)
		call_free(client->calls);
	if (client->multi != NULL)
		curl_multi_cleanup(client->multi);
	loop_timer_close(client->timer);
	free(client);
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *arg)
{
	struct http_call *call = arg;

	(void)size;
	call->is_too_large = count > call->answer_max_bytes - call->answer.length;
	if (!call->is_too_large)
		text_add(&call->answer, bytes, count);
	return call->is_too_large || call->answer.broken ? 0 : count;
}

static bool add_header(struct http_call *call, const char *name, const char *value)
{
	struct curl_slist *more;
	char *line;

	if (asprintf(&line, "%s: %s", name, value) < 0)
		return false;
	more = curl_slist_append(call->headers, line);
	free(line);
	if (more == NULL)
		return false;
	call->headers = more;
	return true;
}

/* Wherever the host may lead by now, the request goes to the address. */
static bool pin(struct http_call *call, const struct http_request *request)
{
	char address[BGW_ADDRESS_TEXT_SIZE];
	const char *open = request->address.family == 6 ? "[" : "";
	const char *close = request->address.family == 6 ? "]" : "";
	char *line;

	bgw_address_format(&request->address, address);
	if (asprintf(&line, "::%s%s%s:%u", open, address, close, request->port) < 0)
		return false;
	call->connect_to = curl_slist_append(NULL, line);
	free(line);
	return call->connect_to != NULL;
}

static bool set_options(struct http_call *call, const struct http_request *request)
{
	CURL *easy = call->easy;
	CURLcode code = CURLE_OK;

#define SET(option, value)                                            \
	do {                                                          \
		if (code == CURLE_OK)                                 \
			code = curl_easy_setopt(easy, option, value); \
	} while (0)
	SET(CURLOPT_PRIVATE, call);
	SET(CURLOPT_URL, request->url);
	SET(CURLOPT_CONNECT_TO, call->connect_to);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_CUSTOMREQUEST, request->method);
	SET(CURLOPT_HTTPHEADER, call->headers);
	/* With the handshake of TLS, which takes a busy peer seconds. */
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)request->timeout_ms / 2);
	SET(CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	SET(CURLOPT_ERRORBUFFER, call->why);
	SET(CURLOPT_WRITEFUNCTION, take_answer);
	SET(CURLOPT_WRITEDATA, call);
	if (request->body != NULL) {
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->length);
		SET(CURLOPT_POSTFIELDS, request->body);
	}
	if (request->ca != NULL)
		SET(CURLOPT_CAINFO, request->ca);
	if (request->cert != NULL) {
		SET(CURLOPT_SSLCERT, request->cert);
		SET(CURLOPT_SSLKEY, request->key);
	}
#undef SET
	return code == CURLE_OK;
}

struct http_call *http_client_call(struct http_client *client, const struct http_request *request,
				   http_called *done, void *arg)
{
	struct http_call *call = calloc(1, sizeof(*call));
	bool is_ready;

	if (call == NULL)
		return NULL;
	call->client = client;
	call->answer_max_bytes = request->answer_max_bytes;
	call->done = done;
	call->arg = arg;
	call->next = client->calls;
	call->previous = &client->calls;
	if (call->next != NULL)
		call->next->previous = &call->next;
	client->calls = call;
	call->easy = curl_easy_init();
	/* Without "Expect" the body goes at once. */
	is_ready = call->easy != NULL && add_header(call, "Expect", "") &&
		   add_header(call, "Content-Type", "application/json") && pin(call, request);
	if (is_ready && request->idempotency_key != NULL)
		is_ready = add_header(call, "Idempotency-Key", request->idempotency_key);
	if (is_ready && set_options(call, request) &&
	    curl_multi_add_handle(client->multi, call->easy) == CURLM_OK)
		return call;
	call_free(call);
	return NULL;
}

void http_call_cancel(struct http_call *call)
{
	call_free(call);
}
