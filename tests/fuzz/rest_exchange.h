/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef FUZZ_REST_EXCHANGE_H
#define FUZZ_REST_EXCHANGE_H

/* control/http.h without a network: a request comes from a text, and its answer is kept. */

#include <stdbool.h>

#include "../../control/http.h"

#define EXCHANGE_MAX_HEADERS 8

struct http_exchange {
	char *text; /* that the rest points into */
	char *method, *path, *query;
	struct {
		char *name, *value;
	} headers[EXCHANGE_MAX_HEADERS];
	unsigned int header_count;
	const char *body;
	size_t body_length;
	const char *caller;
	char *note;
	/* the answer */
	unsigned int status, answers;
	char *answer;
	size_t answer_length;
	const char *type;
	struct http_stream stream; /* done is NULL unless it goes on */
	void (*answered)(void *arg);
	void *arg;
};

/* METHOD SP TARGET LF, lines of headers, an empty line, and the body. False: it is none. */
bool exchange_read(struct http_exchange *exchange, const uint8_t *data, size_t size);
/* The client has gone: an endless answer ends. */
void exchange_end(struct http_exchange *exchange);
void exchange_clear(struct http_exchange *exchange);

#endif
