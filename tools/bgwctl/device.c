/* SPDX-License-Identifier: BSD-3-Clause */
#include "device.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

#define INTERFACES "interface_names="

/* PORT or PORT|ID#ID */
static void add_interface(cJSON *interfaces, char *text)
{
	char *name = strsep(&text, "|"), *tags;
	cJSON *interface = cJSON_CreateObject(), *list;

	cJSON_AddStringToObject(interface, "name", name);
	if (text != NULL) {
		list = cJSON_AddArrayToObject(interface, "segmentation_id");
		while ((tags = strsep(&text, "#")) != NULL)
			cJSON_AddItemToArray(list, cJSON_CreateString(tags));
	}
	cJSON_AddItemToArray(interfaces, interface);
}

enum outcome device_parse(const struct bgw_field *field, const char *text, cJSON **value)
{
	enum outcome outcome = OUTCOME_OK;
	char *copy, *rest, *word;
	cJSON *interfaces;

	if (text[0] == '[' || text[0] == '{') {
		*value = cJSON_Parse(text);
		if (*value == NULL)
			return complain(OUTCOME_USAGE, "%s: this is no valid JSON", field->name);
		return OUTCOME_OK;
	}
	*value = cJSON_CreateObject();
	cJSON_AddStringToObject(*value, "device_name", "local");
	interfaces = cJSON_AddArrayToObject(*value, "interfaces");
	copy = rest = must_copy(text);
	while ((word = strsep(&rest, ",")) != NULL && outcome == OUTCOME_OK) {
		char *names = strncmp(word, INTERFACES, strlen(INTERFACES)) == 0
				      ? word + strlen(INTERFACES)
				      : NULL;
		char *name;

		if (strncmp(word, "name=", 5) == 0)
			cJSON_ReplaceItemInObject(*value, "device_name",
						  cJSON_CreateString(word + 5));
		else if (names == NULL)
			outcome = complain(OUTCOME_USAGE,
					   "%s: \"%s\" is neither name=DEVICE nor "
					   "interface_names=PORT|ID#ID;PORT",
					   field->name, word);
		while (names != NULL && (name = strsep(&names, ";")) != NULL)
			add_interface(interfaces, name);
	}
	free(copy);
	if (outcome != OUTCOME_OK) {
		cJSON_Delete(*value);
		*value = NULL;
	}
	return outcome;
}
