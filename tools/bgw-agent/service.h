/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_AGENT_SERVICE_H
#define BGW_AGENT_SERVICE_H

/** The calls of proto/configurator.proto. */

#include "applied.h"
#include "rpc/server.h"

struct service {
	struct applied *applied;
};

extern const struct rpc_method service_methods[];
extern const size_t service_method_count;

#endif
