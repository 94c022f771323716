/* SPDX-License-Identifier: BSD-3-Clause */
#include "sequence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int sequence_init(struct sequence *sequence, uint32_t flows)
{
	memset(sequence, 0, sizeof(*sequence));
	sequence->flow_next = calloc(flows, sizeof(*sequence->flow_next));
	if (sequence->flow_next == NULL)
		return -ENOMEM;
	sequence->flows = flows;
	return 0;
}

void sequence_free(struct sequence *sequence)
{
	free(sequence->flow_next);
	sequence->flow_next = NULL;
}

void sequence_reset(struct sequence *sequence)
{
	uint32_t *flow_next = sequence->flow_next;
	const uint32_t flows = sequence->flows;

	memset(sequence, 0, sizeof(*sequence));
	memset(flow_next, 0, flows * sizeof(*flow_next));
	sequence->flow_next = flow_next;
	sequence->flows = flows;
}

/* A word of the window is cleared when the numbers reach it again. */
void sequence_advance(struct sequence *sequence, uint32_t number)
{
	const uint32_t first = sequence->next / 64 + (sequence->next % 64 != 0);
	const uint32_t last = number / 64;

	if (last >= first && last - first >= SEQUENCE_WINDOW_WORDS)
		memset(sequence->seen, 0, sizeof(sequence->seen));
	else
		for (uint32_t word = first; word <= last; word++)
			sequence->seen[word % SEQUENCE_WINDOW_WORDS] = 0;
	sequence->next = number + 1;
}
