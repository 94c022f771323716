/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include "control.h"
#include "model.h"
#include "negotiation/journal.h"
#include "negotiation/run.h"

/* A byte for protocol and role, then messages after their lengths of two bytes: what a peer sends
 * in runs of protocols 1 to 3, one after another. Two connections are shared and lead nowhere. */
static struct control control;
static struct peering peering;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct bgw_address ip = {.family = 4, .bytes = {192, 0, 2, 9}};

	(void)argc;
	(void)argv;
	control.config.tables.macs = 1024;
	control.loop = loop_create();
	control.model = model_create();
	control.journal = journal_create();
	MUST(control.loop && control.model && control.journal);
	MUST(peering_init(&peering, &control, NULL, &ip) == 0);
	return 0;
}

static void ignore(void *arg, const uint8_t *packed, size_t count)
{
	(void)packed;
	*(size_t *)arg += count;
}

/* As the offers of a peer leave them, which are fuzzed too. */
static void links_make(void)
{
	free(peering.links);
	peering.links = calloc(2, sizeof(*peering.links));
	MUST(peering.links);
	peering.link_count = 2;
	peering.has_offered = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error error;
	enum run_result result;
	struct run *run;
	size_t sent = 0, length;
	int turns = 0;

	if (size == 0)
		return 0;
	links_make();
	run = run_create(&peering, (enum bgw_negotiation)(1 + data[0] % 3), (data[0] & 0x80) != 0,
			 ignore, &sent);
	MUST(run);
	result = run_go_on(run, &error);
	for (size_t at = 1; at + 2 <= size && (result == RUN_WAITS || result == RUN_MORE);) {
		uint8_t *copy;

		length = (size_t)data[at] << 8 | data[at + 1];
		at += 2;
		length = length < size - at ? length : size - at;
		copy = fuzz_copy(data + at, length, 0);
		result = run_take(run, copy, length, &error);
		free(copy);
		at += length;
		while (result == RUN_MORE && ++turns < 1000)
			result = run_go_on(run, &error);
	}
	if (result == RUN_FAILED)
		MUST(error.message[0] != '\0');
	MUST(peering.synced == NULL || synced_count(peering.synced) <= 1024);
	/* An end answers with little, whatever it is told. */
	MUST(sent < 4096);
	run_destroy(run);
	return 0;
}
