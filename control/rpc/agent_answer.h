/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RPC_AGENT_ANSWER_H
#define BGW_CONTROL_RPC_AGENT_ANSWER_H

/** What agents answer, read with suspicion. Pure. */

#include "agent.h"

#define AGENT_SAID_SIZE 256

/**
 * A Result.
 *
 * @param said its message, cut, with nothing unprintable in it.
 * @return 0, or -EBADMSG.
 */
int agent_result_read(const uint8_t *bytes, size_t size, bool *executed,
		      char said[AGENT_SAID_SIZE]);

/** Nothing but what is printable in ASCII. */
void agent_said_clean(const char *text, char said[AGENT_SAID_SIZE]);

struct agent_list {
	struct agent_applied *entries;
	size_t count;
	struct Configurator__Applied *message; /* which they point into */
};

/**
 * An Applied. To be cleared after success.
 *
 * @return 0; -EBADMSG it is none, or has an entry that could not have been asked for: *error says
 * which.
 */
int agent_list_read(const uint8_t *bytes, size_t size, struct agent_list *list, char *error,
		    size_t error_size);
void agent_list_clear(struct agent_list *list);

#endif
