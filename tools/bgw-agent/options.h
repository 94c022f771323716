/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_AGENT_OPTIONS_H
#define BGW_AGENT_OPTIONS_H

/** The command line of bgw-agent. */

#include <stddef.h>

#include "rpc/tls.h"

#define OPTIONS_MAX_LISTEN 8

struct options {
	const char *listen[OPTIONS_MAX_LISTEN];
	size_t listen_count;
	const char *state;
	struct rpc_tls tls; /**< cert NULL: none */
};

/** Ends the process for --help, --version and mistakes. */
struct options options_read(int argc, char **argv);

#endif
