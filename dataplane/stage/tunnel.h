/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STAGE_TUNNEL_H
#define STAGE_TUNNEL_H

#include "object/tunnel.h"
#include "stage/stage.h"

/* What frames that leave by one connection have in common. Valid for a burst. */
struct tunnel {
	uint32_t inner_max_bytes;
	uint32_t segmentation_id;
	uint16_t port;
	uint8_t encap;
	struct tos_rule tos_rule;
	const struct outer_header *header;
	struct traffic *sent;
};

static inline int path_check(union connection connection, const struct path *path)
{
	if (unlikely(!path))
		return BGW_DROP_STALE_TARGET;
	if (unlikely(!connection.admin_up))
		return BGW_DROP_CONNECTION_DOWN;
	return unlikely(path->drop != PATH_IS_UP) ? path->drop : -1;
}

/* Why nothing may leave by the connection, or -1. */
static __rte_always_inline int tunnel_open(struct worker *worker, bgw_ref target,
					   struct tunnel *tunnel)
{
	const uint32_t index = bgw_ref_index(target);
	const union connection connection = connection_get(worker->dp, index);
	const struct path *path = connection_path(worker->dp, connection);
	const int reason = path_check(connection, path);

	if (unlikely(reason >= 0))
		return reason;
	*tunnel = (struct tunnel){
		.inner_max_bytes = path->inner_max_bytes,
		.segmentation_id = connection.segmentation_id,
		.port = path->port,
		.encap = path->encap,
		.tos_rule = path->tos_rule,
		.header = &path->header,
		.sent = &worker->connection_traffic.tx[index],
	};
	return -1;
}

#endif
