/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiator/protocols.h"

#include <stddef.h>

const struct bgw_negotiator_protocol bgw_negotiation_protocols[] = {
#define X(id, text, simultaneous, deadline, help) \
	{.name = (text), .accepts_simultaneous = (simultaneous), .deadline_ms = (deadline)},
	BGW_NEGOTIATION_LIST(X)
#undef X
};

const char *const bgw_negotiation_names[] = {
#define X(id, text, simultaneous, deadline, help) text,
	BGW_NEGOTIATION_LIST(X)
#undef X
		NULL,
};
