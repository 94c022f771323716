/* SPDX-License-Identifier: BSD-3-Clause */
#include "http_head.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Of which a second one would mean something else. */
static const char *const once[] = {
	MHD_HTTP_HEADER_CONTENT_LENGTH,
	MHD_HTTP_HEADER_TRANSFER_ENCODING,
	MHD_HTTP_HEADER_HOST,
	MHD_HTTP_HEADER_CONTENT_TYPE,
	MHD_HTTP_HEADER_IF_MATCH,
	"X-Auth-Token",
	"Idempotency-Key",
	"Last-Event-ID",
};

#define ONCE_COUNT (sizeof(once) / sizeof(once[0]))

/* Each takes 64 bytes of the memory for a connection, half of which is for them. */
#define ARGUMENTS_MAX 256

struct head {
	const char *values[ONCE_COUNT];
	struct error *error;
	int rc;
};

bool http_target_fits(const char *target)
{
	unsigned int count = 0;

	for (target = strchr(target, '?'); target != NULL; target = strchr(target + 1, '&'))
		count++;
	return count <= ARGUMENTS_MAX;
}

/* A token of RFC 9110, 5.6.2: "Content-Length :" is none. */
static bool is_name(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (name[i] <= ' ' || name[i] > '~' || strchr("\"(),/:;<=>?@[\\]{}", name[i]))
			return false;
	return length > 0;
}

static enum MHD_Result header_check(void *arg, enum MHD_ValueKind kind, const char *name,
				    size_t name_length, const char *value, size_t value_length)
{
	struct head *head = arg;

	(void)kind;
	(void)value_length;
	if (!is_name(name, name_length)) {
		head->rc = error_set(head->error, BGW_ERROR_BAD_REQUEST,
				     "\"%.64s\" is no name of a header", name);
		return MHD_NO;
	}
	for (size_t i = 0; i < ONCE_COUNT; i++) {
		if (strcasecmp(name, once[i]) != 0)
			continue;
		if (head->values[i] != NULL)
			head->rc = error_set(head->error, BGW_ERROR_BAD_REQUEST,
					     "%s is given twice", once[i]);
		head->values[i] = value != NULL ? value : "";
	}
	return head->rc == 0 ? MHD_YES : MHD_NO;
}

int http_head_check(struct MHD_Connection *mhd, struct error *error)
{
	struct head head = {.error = error};
	const char *length, *encoding;

	MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, header_check, &head);
	length = head.values[0];
	encoding = head.values[1];
	if (head.rc == 0 && length != NULL && strspn(length, "0123456789") != strlen(length))
		return error_set(error, BGW_ERROR_BAD_REQUEST,
				 "Content-Length must be a number, not \"%.64s\"", length);
	if (head.rc == 0 && encoding != NULL && strcasecmp(encoding, "chunked") != 0)
		return error_set(error, BGW_ERROR_BAD_REQUEST,
				 "Transfer-Encoding must be chunked, not \"%.64s\"", encoding);
	if (head.rc == 0 && encoding != NULL && length != NULL)
		return error_set(error, BGW_ERROR_BAD_REQUEST,
				 "a body has either Content-Length or Transfer-Encoding");
	return head.rc;
}
