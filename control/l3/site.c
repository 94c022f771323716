/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether the configured networks can go together. */
#include <errno.h>
#include <stdio.h>

#include "l3/choice.h"
#include "l3/prefix.h"

static int fail_overlap(const char *a, uint32_t i, const char *b, char *why, size_t size)
{
	snprintf(why, size, "%s[%u] must not overlap %s", a, i, b);
	return -EINVAL;
}

static int check_list(const char *name, const struct bgw_prefix *networks, uint32_t count,
		      const struct bgw_prefix *internal, char *why, size_t size)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!l3_prefix_is_unicast(&networks[i])) {
			snprintf(why, size,
				 "%s[%u] must be a network of hosts: no loopback, link-local, "
				 "multicast or reserved addresses",
				 name, i);
			return -EINVAL;
		}
		if (l3_prefix_overlaps(&networks[i], internal))
			return fail_overlap(name, i, "internal_network", why, size);
		for (uint32_t j = 0; j < i; j++)
			if (l3_prefix_overlaps(&networks[i], &networks[j]))
				return fail_overlap(name, i, "another of them", why, size);
	}
	return 0;
}

static int check_pool(const struct l3_site *site, char *why, size_t size)
{
	const struct bgw_prefix *networks = site->pool.networks;
	int rc = check_list("cidrs", networks, site->pool.count, &site->internal, why, size);

	for (uint32_t i = 0; i < site->pool.count && rc == 0; i++)
		if (l3_link_length(&networks[i]) == 0) {
			snprintf(why, size,
				 "cidrs[%u] must have room for two addresses, such as a /30 or a "
				 "/31, in IPv6 a /126 or a /127",
				 i);
			rc = -EINVAL;
		}
	return rc;
}

static int check_remapping(const struct l3_site *site, char *why, size_t size)
{
	for (uint32_t i = 0; i < site->remapping_count; i++) {
		const struct bgw_prefix *remapping = &site->remapping[i];

		if (site->internal.ip.family == 0) {
			snprintf(why, size, "remapping_cidrs needs internal_network");
			return -EINVAL;
		}
		if (remapping->ip.family != site->internal.ip.family ||
		    remapping->length != site->internal.length) {
			snprintf(why, size,
				 "remapping_cidrs[%u] must be as large as internal_network, "
				 "an IPv%u /%u",
				 i, site->internal.ip.family, site->internal.length);
			return -EINVAL;
		}
		for (uint32_t j = 0; j < site->pool.count; j++)
			if (l3_prefix_overlaps(remapping, &site->pool.networks[j]))
				return fail_overlap("remapping_cidrs", i, "cidrs", why, size);
	}
	return check_list("remapping_cidrs", site->remapping, site->remapping_count,
			  &site->internal, why, size);
}

int l3_site_check(const struct l3_site *site, char *why, size_t size)
{
	int rc = 0;

	if (site->internal.ip.family != 0 && !l3_prefix_is_unicast(&site->internal)) {
		snprintf(why, size,
			 "internal_network must be a network of hosts: no loopback, "
			 "link-local, multicast or reserved addresses");
		return -EINVAL;
	}
	rc = check_pool(site, why, size);
	return rc == 0 ? check_remapping(site, why, size) : rc;
}
