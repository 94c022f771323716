/* SPDX-License-Identifier: BSD-3-Clause */
#include <bgw/drop.h>

static const struct {
	const char *name;
	const char *help;
} reasons[BGW_DROP_COUNT] = {
#define X(id, name, help) [BGW_DROP_##id] = {#name, help},
	BGW_DROP_LIST(X)
#undef X
};

const char *bgw_drop_name(enum bgw_drop reason)
{
	return reasons[reason].name;
}

const char *bgw_drop_help(enum bgw_drop reason)
{
	return reasons[reason].help;
}
