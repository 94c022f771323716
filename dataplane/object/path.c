/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "encap/row.h"
#include "object/tunnel.h"

uint8_t path_state_drop(enum bgw_path_state state)
{
	switch (state) {
	case BGW_PATH_UP:
		return PATH_IS_UP;
	case BGW_PATH_NO_ROUTE:
		return BGW_DROP_PATH_NO_ROUTE;
	case BGW_PATH_LINK_DOWN:
		return BGW_DROP_PATH_LINK_DOWN;
	case BGW_PATH_UNRESOLVED:
		break;
	}
	return BGW_DROP_PATH_UNRESOLVED;
}

static int path_fill(struct path *path, const struct bgw_path_spec *spec)
{
	const uint16_t overhead_bytes =
		bgw_encap_overhead_bytes(spec->encap, spec->remote.family, spec->keyless);

	path->drop = path_state_drop(spec->state);
	path->encap = (uint8_t)spec->encap;
	path->port = spec->port;
	path->tos_rule = tos_rule_of(spec->dscp);
	if (spec->state != BGW_PATH_UP)
		return 0;
	if (spec->mtu_bytes <= overhead_bytes + RTE_ETHER_HDR_LEN)
		return -EINVAL;
	path->inner_max_bytes = (uint16_t)(spec->mtu_bytes - overhead_bytes);
	path->mtu_bytes = (uint16_t)(path->inner_max_bytes - RTE_ETHER_HDR_LEN);
	return encap_rows[spec->encap].build(&path->header, spec);
}

int bgw_path_set(struct bgw_dataplane *dp, uint32_t index, const struct bgw_path_spec *spec)
{
	struct path *path;
	int status;

	if (index == 0 || index >= dp->limits.paths || (uint32_t)spec->encap >= BGW_ENCAP_COUNT ||
	    spec->port >= BGW_MAX_PORTS || spec->dscp < BGW_DSCP_COPY || spec->dscp > 63)
		return -EINVAL;
	path = object_alloc(sizeof(*path));
	if (!path)
		return -ENOMEM;
	status = path_fill(path, spec);
	if (status != 0) {
		published_free(path);
		return status;
	}
	dataplane_publish(dp, &dp->paths[index], path);
	return 0;
}

int bgw_path_clear(struct bgw_dataplane *dp, uint32_t index)
{
	if (index == 0 || index >= dp->limits.paths || !dp->paths[index])
		return -ENOENT;
	dataplane_publish(dp, &dp->paths[index], NULL);
	return 0;
}
