/* SPDX-License-Identifier: BSD-3-Clause */
#include "client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "patience.h"

struct client {
	CURL *curl;
	struct patience patience;
	struct curl_slist *headers;
	const char *url; /* as the user gave it */
	char *base;	 /* what paths are appended to */
};

struct received {
	char *text;
	size_t length;
};

static size_t receive(char *data, size_t size, size_t count, void *into)
{
	struct received *received = into;
	size_t length = size * count;
	char *text = realloc(received->text, received->length + length + 1);

	if (text == NULL)
		return 0;
	memcpy(text + received->length, data, length);
	received->text = text;
	received->length += length;
	text[received->length] = '\0';
	return length;
}

static int add_header(struct client *client, const char *header)
{
	struct curl_slist *headers = curl_slist_append(client->headers, header);

	if (headers == NULL)
		return -1;
	client->headers = headers;
	return 0;
}

static int set_address(struct client *client, const char *url)
{
	const char *socket = NULL;

	if (strncmp(url, "unix:", 5) == 0) {
		socket = url + 5;
		while (socket[0] == '/' && socket[1] == '/')
			socket++;
		if (curl_easy_setopt(client->curl, CURLOPT_UNIX_SOCKET_PATH, socket) != CURLE_OK)
			return -1;
		client->base = strdup("http://localhost");
	} else if (strstr(url, "://") != NULL) {
		client->base = strdup(url);
	} else if (asprintf(&client->base, "http://%s", url) < 0) {
		client->base = NULL;
	}
	if (client->base == NULL)
		return -1;
	for (size_t end = strlen(client->base); end > 0 && client->base[end - 1] == '/'; end--)
		client->base[end - 1] = '\0';
	return 0;
}

static int set_options(struct client *client, const struct client_options *options)
{
	char *header = NULL;
	int err = 0;

	if (set_address(client, options->url) != 0)
		return -1;
	if (add_header(client, "Content-Type: application/json") != 0 ||
	    add_header(client, "Accept: application/json") != 0)
		return -1;
	if (options->token != NULL) {
		err = asprintf(&header, "X-Auth-Token: %s", options->token) < 0;
		if (err == 0) {
			err = add_header(client, header);
			free(header);
		}
	}
	curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, client->headers);
	curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(client->curl, CURLOPT_PROXY, "");
	/* NULL would trust nobody, instead of whom the machine trusts. */
	if (options->ca != NULL)
		curl_easy_setopt(client->curl, CURLOPT_CAINFO, options->ca);
	curl_easy_setopt(client->curl, CURLOPT_SSLCERT, options->cert);
	curl_easy_setopt(client->curl, CURLOPT_SSLKEY, options->key);
	return err;
}

/* Another handle that asks the same gateway whether it is there. */
static int set_patience(struct client *client, unsigned int wait_s)
{
	CURL *probe = curl_easy_duphandle(client->curl);
	char *url = NULL;

	if (probe == NULL || asprintf(&url, "%s/", client->base) < 0) {
		curl_easy_cleanup(probe);
		return -1;
	}
	curl_easy_setopt(probe, CURLOPT_URL, url);
	free(url);
	patience_give(&client->patience, client->curl, probe, wait_s);
	return 0;
}

/* A line break would end the header, and what follows would be another. */
static bool is_header_value(const char *text)
{
	while ((unsigned char)*text >= ' ' && *text != '\x7f')
		text++;
	return *text == '\0';
}

enum outcome client_open(const struct client_options *options, struct client **client)
{
	struct client *opened;

	if (options->token != NULL && !is_header_value(options->token))
		return complain(OUTCOME_USAGE,
				"the token has a line break or another control character");
	opened = calloc(1, sizeof(*opened));
	if (opened != NULL) {
		opened->url = options->url;
		opened->curl = curl_easy_init();
		if (opened->curl != NULL && set_options(opened, options) == 0 &&
		    set_patience(opened, options->wait_s) == 0) {
			*client = opened;
			return OUTCOME_OK;
		}
		client_close(opened);
	}
	return complain(OUTCOME_UNREACHABLE, "there is not enough memory");
}

void client_close(struct client *client)
{
	if (client == NULL)
		return;
	curl_slist_free_all(client->headers);
	curl_easy_cleanup(client->patience.probe);
	curl_easy_cleanup(client->curl);
	free(client->base);
	free(client);
}

char *client_escape(struct client *client, const char *text)
{
	char *escaped = curl_easy_escape(client->curl, text, 0);
	char *copy = escaped != NULL ? strdup(escaped) : NULL;

	curl_free(escaped);
	return copy;
}

static enum outcome outcome_of(long status)
{
	switch (status) {
	case 401:
	case 403:
		return OUTCOME_DENIED;
	case 404:
		return OUTCOME_NOT_FOUND;
	case 409:
	case 412:
		return OUTCOME_CONFLICT;
	case 429:
	case 503:
		return OUTCOME_BUSY;
	default:
		return OUTCOME_REFUSED;
	}
}

/* The gateway's own sentence, if the answer has one. */
static enum outcome refused(long status, const cJSON *answer)
{
	const cJSON *error = cJSON_GetObjectItem(answer, "NeutronError");
	const char *message = cJSON_GetStringValue(cJSON_GetObjectItem(error, "message"));
	const char *detail = cJSON_GetStringValue(cJSON_GetObjectItem(error, "detail"));

	if (message == NULL)
		return complain(outcome_of(status), "the gateway answered with status %ld", status);
	if (detail != NULL && detail[0] != '\0')
		return complain(outcome_of(status), "%s (%s)", message, detail);
	return complain(outcome_of(status), "%s", message);
}

static enum outcome judge(struct client *client, const struct received *received, cJSON **answer)
{
	cJSON *parsed = received->length > 0 ? cJSON_Parse(received->text) : NULL;
	enum outcome outcome = OUTCOME_OK;
	long status = 0;

	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status > 299)
		outcome = refused(status, parsed);
	else if (received->length > 0 && parsed == NULL)
		outcome =
			complain(OUTCOME_UNREACHABLE, "%s answers, but not with JSON", client->url);
	if (outcome == OUTCOME_OK && answer != NULL)
		*answer = parsed;
	else
		cJSON_Delete(parsed);
	return outcome;
}

static enum outcome no_answer(const struct client *client, CURLcode code)
{
	if (client->patience.is_over)
		return complain(OUTCOME_UNREACHABLE,
				"no gateway answers at %s: it has said nothing for %u s",
				client->url, client->patience.wait_s);
	return complain(OUTCOME_UNREACHABLE, "no gateway answers at %s: %s", client->url,
			curl_easy_strerror(code));
}

/* One exchange, shown on a terminal if it takes long and that is asked for; the answer's bytes are
 * the caller's to free, whatever the outcome. */
static enum outcome perform(struct client *client, const char *method, const char *path,
			    const void *body, size_t length, bool shown, struct received *received)
{
	enum outcome outcome = OUTCOME_OK;
	char *url = NULL;
	CURLcode code;

	if (asprintf(&url, "%s/v2.0/%s", client->base, path) < 0)
		return complain(OUTCOME_UNREACHABLE, "there is not enough memory");
	curl_easy_setopt(client->curl, CURLOPT_URL, url);
	curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
	curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, body);
	if (body == NULL)
		curl_easy_setopt(client->curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, received);
	patience_begin(&client->patience, shown);
	code = curl_easy_perform(client->curl);
	patience_end(&client->patience);
	if (code != CURLE_OK)
		outcome = no_answer(client, code);
	free(url);
	return outcome;
}

enum outcome client_request(struct client *client, const char *method, const char *path,
			    const cJSON *body, cJSON **answer)
{
	char *text = body != NULL ? cJSON_PrintUnformatted(body) : NULL;
	struct received received = {NULL, 0};
	enum outcome outcome;

	if (answer != NULL)
		*answer = NULL;
	if (body != NULL && text == NULL)
		return complain(OUTCOME_UNREACHABLE, "there is not enough memory");
	outcome = perform(client, method, path, text, text != NULL ? strlen(text) : 0, false,
			  &received);
	if (outcome == OUTCOME_OK)
		outcome = judge(client, &received, answer);
	free(received.text);
	free(text);
	return outcome;
}

enum outcome client_fetch(struct client *client, const char *path, void **bytes, size_t *length)
{
	struct received received = {NULL, 0};
	enum outcome outcome = perform(client, "GET", path, NULL, 0, true, &received);
	long status = 0;

	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (outcome == OUTCOME_OK && status != 200)
		outcome = judge(client, &received, NULL);
	if (outcome != OUTCOME_OK) {
		free(received.text);
		return outcome;
	}
	*bytes = received.text;
	*length = received.length;
	return OUTCOME_OK;
}

enum outcome client_send(struct client *client, const char *path, const void *bytes, size_t length,
			 cJSON **answer)
{
	struct received received = {NULL, 0};
	enum outcome outcome = perform(client, "PUT", path, bytes, length, true, &received);

	*answer = NULL;
	if (outcome == OUTCOME_OK)
		outcome = judge(client, &received, answer);
	free(received.text);
	return outcome;
}

struct piece {
	struct client *client;
	client_piece *take;
	void *arg;
	struct received refusal; /* the body of another answer than 200 */
	bool stopped;
};

static size_t receive_piece(char *data, size_t size, size_t count, void *into)
{
	struct piece *piece = into;
	long status = 0;

	curl_easy_getinfo(piece->client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return receive(data, size, count, &piece->refusal);
	if (piece->take(piece->arg, data, size * count))
		return size * count;
	piece->stopped = true;
	return 0;
}

enum outcome client_stream(struct client *client, const char *path, const char *last_event_id,
			   client_piece *take, void *arg)
{
	struct piece piece = {.client = client, .take = take, .arg = arg};
	struct curl_slist *headers = NULL;
	enum outcome outcome = OUTCOME_OK;
	char *url = NULL, *header = NULL;
	CURLcode code;

	for (const struct curl_slist *at = client->headers; at != NULL; at = at->next)
		headers = curl_slist_append(headers, at->data);
	if (last_event_id[0] != '\0' && asprintf(&header, "Last-Event-ID: %s", last_event_id) >= 0)
		headers = curl_slist_append(headers, header);
	if (asprintf(&url, "%s/v2.0/%s", client->base, path) < 0)
		url = NULL;
	curl_easy_setopt(client->curl, CURLOPT_URL, url);
	curl_easy_setopt(client->curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, NULL);
	curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, receive_piece);
	curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &piece);
	curl_easy_setopt(client->curl, CURLOPT_TCP_KEEPALIVE, 1L);
	patience_begin(&client->patience, false);
	code = curl_easy_perform(client->curl);
	if (code != CURLE_OK && !piece.stopped)
		outcome = no_answer(client, code);
	else if (!piece.stopped)
		outcome = judge(client, &piece.refusal, NULL);
	curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, client->headers);
	curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, receive);
	curl_slist_free_all(headers);
	free(piece.refusal.text);
	free(header);
	free(url);
	return outcome;
}
