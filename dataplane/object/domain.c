/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "object/bridge.h"

int bgw_domain_set(struct bgw_dataplane *dp, uint16_t id, const struct bgw_domain_spec *spec)
{
	struct domain *domain;

	if (id == 0 || id >= dp->limits.domains || (spec->flood_count > 0 && !spec->flood))
		return -EINVAL;
	domain = object_alloc(sizeof(*domain) + spec->flood_count * sizeof(domain->targets[0]));
	if (!domain)
		return -ENOMEM;
	domain->id = id;
	domain->suppress = spec->suppress;
	for (uint32_t i = 0; i < spec->flood_count; i++) {
		if (bgw_ref_is_attachment(spec->flood[i]))
			domain->targets[domain->targets_count++] = spec->flood[i];
	}
	domain->attachments_count = domain->targets_count;
	for (uint32_t i = 0; i < spec->flood_count; i++) {
		if (bgw_ref_is_connection(spec->flood[i]))
			domain->targets[domain->targets_count++] = spec->flood[i];
	}
	dataplane_publish(dp, &dp->domains[id], domain);
	return 0;
}

int bgw_domain_clear(struct bgw_dataplane *dp, uint16_t id)
{
	if (id == 0 || id >= dp->limits.domains || !dp->domains[id])
		return -ENOENT;
	dataplane_publish(dp, &dp->domains[id], NULL);
	return 0;
}
