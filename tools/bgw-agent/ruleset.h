/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_AGENT_RULESET_H
#define BGW_AGENT_RULESET_H

/** Translations as rules of nftables. Pure. */

#include "host.h"

/** The table, in the family inet, that is ours alone. */
#define RULESET_TABLE "bgw_agent"

/** One transaction that makes the table hold these translations, or not exist when there are none.
 * To be freed; NULL without memory. */
char *ruleset_print(const struct host_nat *nats, size_t count);

/** What the comments of a translation's rules begin with: all that the rules are made for. */
#define RULESET_TAG_SIZE 64
const char *ruleset_tag(const struct host_nat *nat, char tag[RULESET_TAG_SIZE]);

#endif
