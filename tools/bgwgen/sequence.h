/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_SEQUENCE_H
#define BGWGEN_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What the sequence numbers of a stream say: frames that came, came twice, or overtook another of
 * their own flow. Flows take turns, so frame n is of flow n modulo their number; order between
 * flows is nobody's promise and is not looked at.
 *
 * A frame more than SEQUENCE_WINDOW behind the newest is counted as late: whether it came before is
 * not known any more, and it counts as received. One thread writes.
 */
#define SEQUENCE_WINDOW_WORDS 1024u
/* The word of the newest number may reach behind it, so one word less than there are. */
#define SEQUENCE_WINDOW ((SEQUENCE_WINDOW_WORDS - 1) * 64)
/* Higher numbers are not sent. */
#define SEQUENCE_MAX 0xfffffff0u

struct sequence {
	uint64_t received; /* without duplicates */
	uint64_t duplicates;
	uint64_t out_of_order;
	uint64_t late;
	uint32_t *flow_next; /* of each flow: one more than its highest number; 0: none yet */
	uint32_t flows;
	uint32_t next; /* one more than the highest number of all */
	uint64_t seen[SEQUENCE_WINDOW_WORDS];
};

/* -ENOMEM. */
int sequence_init(struct sequence *sequence, uint32_t flows);
void sequence_free(struct sequence *sequence);
/* Back to the beginning, for the next trial. */
void sequence_reset(struct sequence *sequence);
/* Slots between `next` and `number` are those of numbers that did not come (yet). */
void sequence_advance(struct sequence *sequence, uint32_t number);

/* False: a duplicate. */
static inline bool sequence_note(struct sequence *sequence, uint32_t number)
{
	const uint64_t bit = UINT64_C(1) << (number & 63);
	uint64_t *word = &sequence->seen[number / 64 % SEQUENCE_WINDOW_WORDS];
	uint32_t *flow_next =
		&sequence->flow_next[sequence->flows == 1 ? 0 : number % sequence->flows];

	if (number >= sequence->next) {
		if (number == sequence->next && (number & 63) != 0)
			sequence->next++;
		else
			sequence_advance(sequence, number);
	} else if (sequence->next - number > SEQUENCE_WINDOW) {
		sequence->late++;
	} else if (*word & bit) {
		sequence->duplicates++;
		return false;
	}
	*word |= bit;
	sequence->received++;
	if (number + 1 > *flow_next)
		*flow_next = number + 1;
	else
		sequence->out_of_order++;
	return true;
}

#endif
