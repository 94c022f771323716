/* SPDX-License-Identifier: BSD-3-Clause */
/* The bodies that peers send and answer in a layer-3 negotiation, and what follows from them. */
#include "fuzz.h"

#include <errno.h>

#include "l3/choice.h"
#include "l3/prefix.h"

static const struct bgw_prefix cidrs[] = {
	{.ip = {.family = 4, .bytes = {10}}, .length = 8},
	{.ip = {.family = 4, .bytes = {172, 31, 0, 2}}, .length = 31},
	{.ip = {.family = 6, .bytes = {0xfd}}, .length = 64},
};
static const struct bgw_prefix remapping[] = {
	{.ip = {.family = 4, .bytes = {172, 16}}, .length = 24},
};
static const struct bgw_prefix taken[] = {
	{.ip = {.family = 4, .bytes = {10}}, .length = 30},
};
static const struct l3_site site = {
	.pool = {.networks = cidrs, .count = 3},
	.internal = {.ip = {.family = 4, .bytes = {192, 168}}, .length = 24},
	.remapping = remapping,
	.remapping_count = 1,
};
static const struct l3_held held = {
	.taken = {.subnets = taken, .count = 1},
};

static void offer_in(const char *body, size_t size)
{
	struct l3_failure failure = {0};
	struct l3_offer offer;
	struct l3_choice choice;
	struct l3_answer answer, read;
	uint32_t cursor = 0;
	size_t length;
	char *text;
	int rc = l3_offer_parse(body, size, &offer, &failure);

	MUST(rc == 0 || (failure.status != 0 && failure.description[0] != '\0'));
	while (rc == 0 &&
	       (rc = l3_choose(&site, &held, &offer, &cursor, &choice, &failure)) == -EAGAIN)
		rc = 0;
	if (rc == 0) {
		MUST(l3_pool_has(&site.pool, &choice.net));
		MUST(!l3_taken_has(&held.taken, &choice.net));
		/* We would believe ourselves, and can read what we say. */
		answer = l3_choice_answer(&site, &choice);
		text = l3_answer_body(&answer, &length);
		MUST(text != NULL && l3_answer_parse(text, length, &read, &failure) == 0);
		free(text);
		MUST(l3_link_is_usable(&read.net, &read.free_ip));
		MUST(l3_link_is_usable(&read.net, &read.assigned_ip));
	}
	l3_offer_clear(&offer);
}

static void answer_in(const char *body, size_t size)
{
	struct bgw_prefix offered[] = {{.ip = {.family = 4, .bytes = {10, 0, 0, 4}}, .length = 30}};
	const struct l3_offer offer = {.subnets = offered, .count = 1};
	struct l3_failure failure = {0};
	struct l3_answer answer;
	char description[64];

	if (l3_answer_parse(body, size, &answer, &failure) == 0 &&
	    l3_answer_check(&site, &held, &offer, &answer, &failure) == 0) {
		MUST(l3_prefix_equal(&answer.net, &offered[0]));
		MUST(!l3_prefix_overlaps(&answer.destination, &site.internal));
	}
	l3_failure_description(body, size, description, sizeof(description));
	MUST(strlen(description) < sizeof(description));
}

static void start_in(const char *body, size_t size)
{
	struct l3_failure failure = {0};
	struct l3_start start;

	if (l3_start_parse(body, size, &start, &failure) == 0)
		MUST(start.remote_agent != NULL && start.remote_agent[0] != '\0');
	else
		MUST(failure.status != 0);
	l3_start_clear(&start);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *body = malloc(size + 1);

	MUST(body != NULL);
	memcpy(body, data, size);
	offer_in(body, size);
	answer_in(body, size);
	start_in(body, size);
	free(body);
	return 0;
}
