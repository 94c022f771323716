/* SPDX-License-Identifier: BSD-3-Clause */
/* The messages of proto/configurator.proto, as an agent and its client take them from strangers:
 * the first byte says which. */
#include "fuzz.h"

#include <errno.h>

#include "entry.h"
#include "rpc/agent_answer.h"
#include "rpc/configuration_message.h"
#include "ruleset.h"

#define ERROR_SIZE HOST_ERROR_SIZE

/* A refusal is one printable sentence. */
static void check_error(int rc, const char *error)
{
	size_t length = strnlen(error, ERROR_SIZE);

	MUST(rc == 0 || rc == -EINVAL);
	MUST(rc == 0 || (length > 0 && length < ERROR_SIZE));
	for (size_t i = 0; i < length && rc < 0; i++)
		MUST(error[i] >= ' ' && error[i] <= '~');
}

static void fuzz_address(const uint8_t *data, size_t size)
{
	Configurator__IPAssignment *message = configurator__ipassignment__unpack(NULL, size, data);
	Configurator__IPAssignment written;
	struct agent_address address, again;
	struct agent_texts texts;
	char error[ERROR_SIZE] = "";
	int rc;

	if (message == NULL)
		return;
	rc = agent_address_read(message, &address, error, sizeof(error));
	check_error(rc, error);
	if (rc == 0) {
		MUST(strchr(address.interface, '/') == NULL && address.interface[0] != '\0');
		agent_address_write(&address, "", &texts, &written);
		MUST(agent_address_read(&written, &again, error, sizeof(error)) == 0);
		MUST(memcmp(&address, &again, sizeof(again)) == 0);
	}
	check_error(agent_owner_check(message->owner, error, sizeof(error)), error);
	configurator__ipassignment__free_unpacked(message, NULL);
}

static void fuzz_route(const uint8_t *data, size_t size)
{
	Configurator__Route *message = configurator__route__unpack(NULL, size, data);
	Configurator__Route written;
	struct agent_route route, again;
	struct agent_texts texts;
	char error[ERROR_SIZE] = "";
	int rc;

	if (message == NULL)
		return;
	rc = agent_route_read(message, &route, error, sizeof(error));
	check_error(rc, error);
	if (rc == 0) {
		MUST(route.destination.length > 0);
		MUST(route.destination.ip.family == route.next_hop.family);
		agent_route_write(&route, "", &texts, &written);
		MUST(agent_route_read(&written, &again, error, sizeof(error)) == 0);
		MUST(memcmp(&route, &again, sizeof(again)) == 0);
	}
	configurator__route__free_unpacked(message, NULL);
}

/* What becomes text for nftables has nothing in it but what we wrote. */
static void check_ruleset(const struct agent_nat *nat)
{
	struct host_nat one = {nat, "owner", 1500};
	char *text = ruleset_print(&one, 1);
	size_t quotes = 0;

	MUST(text != NULL);
	for (const char *at = text; *at != '\0'; at++) {
		MUST((*at >= ' ' && *at <= '~') || *at == '\t' || *at == '\n');
		quotes += *at == '"';
	}
	/* Ten comments, and the link in two rules; or one rule more, with the link. */
	MUST(quotes == (nat->peer.ip.family == 0 ? 24 : 28));
	free(text);
}

static void fuzz_nat(const uint8_t *data, size_t size)
{
	Configurator__NatConfiguration *message =
		configurator__nat_configuration__unpack(NULL, size, data);
	Configurator__NatConfiguration written;
	struct agent_nat nat, again;
	struct agent_texts texts;
	char error[ERROR_SIZE] = "";
	int rc;

	if (message == NULL)
		return;
	rc = agent_nat_read(message, &nat, error, sizeof(error));
	check_error(rc, error);
	if (rc == 0) {
		MUST(nat.mark != 0 && nat.table != 0 &&
		     nat.remapping.length == nat.internal.length);
		agent_nat_write(&nat, "", &texts, &written);
		MUST(agent_nat_read(&written, &again, error, sizeof(error)) == 0);
		MUST(memcmp(&nat, &again, sizeof(again)) == 0);
		check_ruleset(&nat);
	}
	configurator__nat_configuration__free_unpacked(message, NULL);
}

static void fuzz_result(const uint8_t *data, size_t size)
{
	char said[AGENT_SAID_SIZE];
	bool executed;

	if (agent_result_read(data, size, &executed, said) < 0)
		return;
	for (const char *at = said; *at != '\0'; at++)
		MUST(*at >= ' ' && *at <= '~');
}

/* Also the state file. What is taken is written and read as the same. */
static void fuzz_applied(const uint8_t *data, size_t size)
{
	struct entries entries = STAILQ_HEAD_INITIALIZER(entries);
	struct entries again = STAILQ_HEAD_INITIALIZER(again);
	char error[ERROR_SIZE] = "";
	uint8_t *packed, *repacked;
	size_t bytes, rebytes;

	if (entries_unpack(&entries, data, size, error, sizeof(error)) == 0) {
		packed = entries_pack(&entries, "", &bytes);
		MUST(packed != NULL);
		MUST(entries_unpack(&again, packed, bytes, error, sizeof(error)) == 0);
		repacked = entries_pack(&again, "", &rebytes);
		MUST(repacked != NULL && rebytes == bytes && memcmp(packed, repacked, bytes) == 0);
		free(packed);
		free(repacked);
	} else {
		MUST(error[0] != '\0');
	}
	entries_clear(&entries);
	entries_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[])(const uint8_t *, size_t) = {
		fuzz_address, fuzz_route, fuzz_nat, fuzz_result, fuzz_applied,
	};
	uint8_t *copy;

	if (size == 0)
		return 0;
	copy = fuzz_copy(data + 1, size - 1, 0);
	kinds[data[0] % 5](copy, size - 1);
	free(copy);
	return 0;
}
