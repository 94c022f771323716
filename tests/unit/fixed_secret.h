/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef UNIT_FIXED_SECRET_H
#define UNIT_FIXED_SECRET_H

#include "table/exact_match.h"

/* Of an empty table: its hashes are not by chance, so that no key is without a place by chance. */
static inline void secret_fix(struct em_table *table)
{
	for (uint32_t i = 0; i < RTE_DIM(table->secret); i++)
		table->secret[i] = UINT64_C(0x9e3779b97f4a7c15) * (i + 1);
}

#endif
