/* SPDX-License-Identifier: BSD-3-Clause */
#include "journal.h"

#include <openssl/rand.h>
#include <stdlib.h>

struct journal *journal_create(void)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (journal == NULL)
		return NULL;
	while (journal->epoch == 0)
		if (RAND_bytes((unsigned char *)&journal->epoch, sizeof(journal->epoch)) != 1) {
			free(journal);
			return NULL;
		}
	return journal;
}

void journal_destroy(struct journal *journal)
{
	free(journal);
}

void journal_add(struct journal *journal, uint16_t domain, const struct rte_ether_addr *mac)
{
	if (journal == NULL)
		return;
	journal->changes[++journal->sequence % JOURNAL_CHANGES] =
		(struct journal_change){.domain = domain, .mac = *mac};
}

bool journal_covers(const struct journal *journal, uint64_t epoch, uint64_t sequence)
{
	return epoch == journal->epoch && sequence <= journal->sequence &&
	       journal->sequence - sequence <= JOURNAL_CHANGES;
}

const struct journal_change *journal_at(const struct journal *journal, uint64_t sequence)
{
	return &journal->changes[sequence % JOURNAL_CHANGES];
}
