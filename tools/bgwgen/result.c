/* SPDX-License-Identifier: BSD-3-Clause */
#include "result.h"

#include <errno.h>
#include <stdlib.h>

const char *result_kind_name(enum result_kind kind)
{
	static const char *const names[RESULT_KINDS] = {
		[RESULT_THROUGHPUT] = "throughput",
		[RESULT_LATENCY] = "latency",
		[RESULT_LOSS] = "loss",
		[RESULT_BACK_TO_BACK] = "back-to-back",
		[RESULT_NDR] = "ndr",
		[RESULT_PDR] = "pdr",
		[RESULT_SWEEP] = "sweep",
		[RESULT_RUN] = "run",
	};

	return names[kind];
}

const char *result_limit_name(enum result_limit limit)
{
	static const char *const names[LIMIT_KINDS] = {
		[LIMIT_NONE] = "none",	    [LIMIT_DEVICE] = "device",
		[LIMIT_PORT] = "port",	    [LIMIT_GENERATOR] = "generator",
		[LIMIT_LINE] = "line-rate", [LIMIT_OPTION] = "option",
	};

	return names[limit];
}

const char *result_limit_words(enum result_limit limit)
{
	static const char *const words[LIMIT_KINDS] = {
		[LIMIT_NONE] = "no rate was searched",
		[LIMIT_DEVICE] = "a higher rate lost frames",
		[LIMIT_PORT] = "a higher rate did not fit the tx queues: the device took no more",
		[LIMIT_GENERATOR] = "the generator itself could offer no more",
		[LIMIT_LINE] = "the line rate passed",
		[LIMIT_OPTION] = "the highest rate or burst that the options allow passed",
	};

	return words[limit];
}

double result_undelivered_ratio(const struct result *result)
{
	const struct trial_result *trial = &result->trial;
	const double due = (double)(trial->total.offered + trial->total.refused);

	return due > 0 ? (double)(trial->lost + trial->total.refused) / due : 0;
}

int results_add(struct results *results, const struct result *result)
{
	if (results->count == results->room) {
		const uint32_t room = results->room ? results->room * 2 : 16;
		struct result *list = realloc(results->list, room * sizeof(*list));

		if (list == NULL)
			return -ENOMEM;
		results->list = list;
		results->room = room;
	}
	results->list[results->count++] = *result;
	return 0;
}

void results_free(struct results *results)
{
	free(results->list);
	*results = (struct results){0};
}
