/* SPDX-License-Identifier: BSD-3-Clause */
#include "grpc.h"

#include <errno.h>
#include <string.h>

#include "control.h"
#include "rpc/rpc.h"

struct rpc *grpc_use(struct control *control, struct error *error)
{
	const struct bgw_list *cores = &control->config.control.cores;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	for (uint32_t i = 0; i < cores->count; i++)
		CPU_SET(((const uint32_t *)cores->items)[i], &cpus);
	if (control->rpc == NULL)
		control->rpc = rpc_create(loop_uv(control->loop), &cpus);
	if (control->rpc == NULL)
		error_set(error, BGW_ERROR_UNAVAILABLE, "gRPC cannot start: %s", strerror(errno));
	return control->rpc;
}

void grpc_stop(struct control *control)
{
	rpc_destroy(control->rpc);
	control->rpc = NULL;
}
