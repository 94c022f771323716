/* SPDX-License-Identifier: BSD-3-Clause */
#include "l3/failure.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json.h"

int l3_fail(struct l3_failure *failure, unsigned int status, const char *format, ...)
{
	va_list arguments;

	failure->status = status;
	va_start(arguments, format);
	vsnprintf(failure->description, sizeof(failure->description), format, arguments);
	va_end(arguments);
	return -EINVAL;
}

char *l3_failure_body(const struct l3_failure *failure, size_t *length)
{
	cJSON *json = cJSON_CreateObject();
	struct l3_failure clean = *failure;
	char *text;

	json_text_clean(clean.description);
	cJSON_AddNumberToObject(json, "statusCode", clean.status);
	cJSON_AddStringToObject(json, "description", clean.description);
	text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	*length = text != NULL ? strlen(text) : 0;
	return text;
}

void l3_failure_description(const char *body, size_t length, char *text, size_t size)
{
	struct error error;
	cJSON *json = json_parse(body, length, &error);
	const cJSON *description = cJSON_GetObjectItemCaseSensitive(json, "description");

	snprintf(text, size, "%s",
		 cJSON_IsString(description) ? cJSON_GetStringValue(description) : "");
	json_text_clean(text);
	cJSON_Delete(json);
}
