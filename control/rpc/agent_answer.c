/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent_answer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configuration_message.h"

void agent_said_clean(const char *text, char said[AGENT_SAID_SIZE])
{
	size_t length = strnlen(text, AGENT_SAID_SIZE - 1);

	for (size_t i = 0; i < length; i++)
		said[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
	said[length] = '\0';
}

int agent_result_read(const uint8_t *bytes, size_t size, bool *executed, char said[AGENT_SAID_SIZE])
{
	Configurator__Result *result = configurator__result__unpack(NULL, size, bytes);

	if (result == NULL)
		return -EBADMSG;
	*executed = result->executed != 0;
	agent_said_clean(result->message, said);
	configurator__result__free_unpacked(result, NULL);
	return 0;
}

/* protobuf-c gives texts without const. */
static const char *const *owners_of(char **owners)
{
	return (const char *const *)owners;
}

static int owners_check(char **owners, size_t count, char *error, size_t error_size)
{
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = agent_owner_check(owners[i], error, error_size);
	return rc;
}

/* Members that the three kinds of entries have in common. */
#define COMMON(entry, from)                                                                     \
	do {                                                                                    \
		(entry)->owners = owners_of((from)->owners);                                    \
		(entry)->owner_count = (from)->n_owners;                                        \
		(entry)->existed = (from)->existed != 0;                                        \
		(entry)->present = (from)->present != 0;                                        \
		if (rc == 0)                                                                    \
			rc = owners_check((from)->owners, (from)->n_owners, error, error_size); \
	} while (0)

static int entries_read(const Configurator__Applied *message, struct agent_applied *entry,
			char *error, size_t error_size)
{
	int rc = 0;

	snprintf(error, error_size, "an entry without its `what`");
	for (size_t i = 0; i < message->n_addresses && rc == 0; i++, entry++) {
		entry->kind = AGENT_ADDRESS;
		rc = message->addresses[i]->what == NULL
			     ? -EBADMSG
			     : agent_address_read(message->addresses[i]->what, &entry->address,
						  error, error_size);
		COMMON(entry, message->addresses[i]);
	}
	for (size_t i = 0; i < message->n_routes && rc == 0; i++, entry++) {
		entry->kind = AGENT_ROUTE;
		rc = message->routes[i]->what == NULL
			     ? -EBADMSG
			     : agent_route_read(message->routes[i]->what, &entry->route, error,
						error_size);
		COMMON(entry, message->routes[i]);
	}
	for (size_t i = 0; i < message->n_nats && rc == 0; i++, entry++) {
		entry->kind = AGENT_NAT;
		rc = message->nats[i]->what == NULL
			     ? -EBADMSG
			     : agent_nat_read(message->nats[i]->what, &entry->nat, error,
					      error_size);
		COMMON(entry, message->nats[i]);
	}
	return rc;
}

int agent_list_read(const uint8_t *bytes, size_t size, struct agent_list *list, char *error,
		    size_t error_size)
{
	struct agent_list read = {.message = configurator__applied__unpack(NULL, size, bytes)};

	if (read.message == NULL) {
		snprintf(error, error_size, "no message of this kind");
		return -EBADMSG;
	}
	read.count = read.message->n_addresses + read.message->n_routes + read.message->n_nats;
	read.entries = calloc(read.count + 1, sizeof(*read.entries));
	if (read.entries == NULL)
		snprintf(error, error_size, "out of memory");
	if (read.entries == NULL ||
	    entries_read(read.message, read.entries, error, error_size) < 0) {
		agent_list_clear(&read);
		return -EBADMSG;
	}
	*list = read;
	return 0;
}

void agent_list_clear(struct agent_list *list)
{
	free(list->entries);
	configurator__applied__free_unpacked(list->message, NULL);
}
