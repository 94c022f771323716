/* SPDX-License-Identifier: BSD-3-Clause */
/* What is agreed already, and what else is here that no peer may have routed away. */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "l3/negotiator_private.h"
#include "l3/prefix.h"

struct locals {
	struct l3_local *list;
	size_t count, size;
	bool broken;
};

static void local_add(struct locals *locals, const struct bgw_prefix *prefix, const char *what)
{
	struct l3_local *grown;

	if (prefix->ip.family == 0 || locals->broken)
		return;
	if (locals->count == locals->size) {
		locals->size = locals->size != 0 ? 2 * locals->size : 64;
		grown = realloc(locals->list, locals->size * sizeof(*grown));
		locals->broken = grown == NULL;
		if (locals->broken)
			return;
		locals->list = grown;
	}
	locals->list[locals->count].prefix = l3_prefix_masked(prefix);
	snprintf(locals->list[locals->count].what, sizeof(locals->list[0].what), "%s", what);
	locals->count++;
}

static void local_add_address(struct locals *locals, const struct bgw_address *address,
			      const char *what)
{
	const struct bgw_prefix prefix = l3_prefix_of(address);

	if (address->family != 0)
		local_add(locals, &prefix, what);
}

static bool address_of(const struct sockaddr *from, struct bgw_address *address)
{
	*address = (struct bgw_address){0};
	if (from != NULL && from->sa_family == AF_INET) {
		address->family = 4;
		memcpy(address->bytes, &((const struct sockaddr_in *)from)->sin_addr, 4);
	} else if (from != NULL && from->sa_family == AF_INET6) {
		address->family = 6;
		memcpy(address->bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, 16);
	}
	return address->family != 0;
}

/* A netmask's family is not always set. */
static uint8_t length_of(const struct sockaddr *mask, uint8_t family)
{
	const uint8_t *bytes =
		family == 4 ? (const uint8_t *)&((const struct sockaddr_in *)mask)->sin_addr
			    : (const uint8_t *)&((const struct sockaddr_in6 *)mask)->sin6_addr;
	uint8_t length = 0;

	for (unsigned int i = 0; i < l3_family_bits(family) / 8; i++)
		length = (uint8_t)(length + __builtin_popcount(bytes[i]));
	return length;
}

/* What this machine has itself. A link of ours is known from its negotiation. */
static void local_add_netdevs(struct locals *locals, const char *link)
{
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all) < 0)
		return;
	for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
		struct bgw_prefix prefix = {0};
		char what[64];

		if (!address_of(one->ifa_addr, &prefix.ip) || one->ifa_netmask == NULL ||
		    strcmp(one->ifa_name, link) == 0)
			continue;
		prefix.length = length_of(one->ifa_netmask, prefix.ip.family);
		snprintf(what, sizeof(what), "a network of this machine's %s", one->ifa_name);
		local_add(locals, &prefix, what);
	}
	freeifaddrs(all);
}

static void local_add_configured(struct locals *locals, const struct negotiator *negotiator)
{
	const struct config_underlay *underlay = &negotiator->control->config.underlay;

	local_add_address(locals, &underlay->vtep, "underlay.vtep");
	for (uint32_t i = 0; i < underlay->addresses.count; i++)
		local_add(locals, &((const struct bgw_prefix *)underlay->addresses.items)[i],
			  "in underlay.addresses");
	for (size_t i = 0; i < negotiator->peer_count; i++)
		if (negotiator->peers[i].prefix.length ==
		    l3_family_bits(negotiator->peers[i].prefix.ip.family))
			local_add(locals, &negotiator->peers[i].prefix, "an allowed peer");
	for (uint32_t i = 0; i < negotiator->site.pool.count; i++)
		local_add(locals, &negotiator->cidrs[i], "in l3_negotiator.cidrs");
}

static void local_add_remote_gateways(struct locals *locals, const struct model *model)
{
	const struct object *object = model_first(model, &bgw_l2_remote_gateway_type);

	for (; object != NULL; object = object->next) {
		const struct bgw_l2_remote_gateway *gateway = object_record(object);

		local_add_address(locals, &gateway->ipaddr, "a remote gateway");
		if (object_given(object, "local_ip"))
			local_add_address(locals, &gateway->local_ip, "our end of a tunnel");
	}
}

static int add_local(const struct negotiator *negotiator, const struct bgw_address *peer,
		     struct l3_view *view)
{
	struct locals locals = {0};

	local_add_address(&locals, peer, "the peer itself");
	local_add_configured(&locals, negotiator);
	local_add_remote_gateways(&locals, negotiator->control->model);
	local_add_netdevs(&locals, negotiator->config->interface);
	view->local = locals.list;
	view->held.local = locals.list;
	view->held.local_count = locals.count;
	return locals.broken ? -ENOMEM : 0;
}

static void add_negotiation(struct l3_view *view, const struct object *object)
{
	const struct bgw_l3_negotiation *negotiation = negotiation_of(object);

	if (object_given(object, "net"))
		view->subnets[view->held.taken.count++] = l3_prefix_masked(&negotiation->net);
	if (negotiation_is_routed(object))
		view->destinations[view->held.destination_count++] =
			l3_prefix_masked(&negotiation->destination);
	if (object_given(object, "remapping_network"))
		view->remapping[view->held.remapping_count++] =
			l3_prefix_masked(&negotiation->remapping);
}

int l3_view_make(const struct negotiator *negotiator, const struct bgw_uuid *except,
		 const struct bgw_address *peer, struct l3_view *view)
{
	const struct model *model = negotiator->control->model;
	size_t count = model_count(model, &bgw_l3_negotiation_type) + 1;
	const struct object *object = model_first(model, &bgw_l3_negotiation_type);

	*view = (struct l3_view){
		.subnets = calloc(count, sizeof(*view->subnets)),
		.destinations = calloc(count, sizeof(*view->destinations)),
		.remapping = calloc(count, sizeof(*view->remapping)),
	};
	if (view->subnets == NULL || view->destinations == NULL || view->remapping == NULL)
		return -ENOMEM;
	for (; object != NULL; object = object->next)
		if (!bgw_uuid_equal(&object_base(object)->id, except))
			add_negotiation(view, object);
	qsort(view->subnets, view->held.taken.count, sizeof(*view->subnets), l3_prefix_compare);
	view->held.taken.subnets = view->subnets;
	view->held.destinations = view->destinations;
	view->held.remapping = view->remapping;
	return add_local(negotiator, peer, view);
}

void l3_view_free(struct l3_view *view)
{
	free(view->subnets);
	free(view->destinations);
	free(view->remapping);
	free(view->local);
}

uint32_t l3_table_number(const struct negotiator *negotiator)
{
	const struct model *model = negotiator->control->model;
	uint32_t number = 0;

	for (bool is_used = true; is_used; number += is_used) {
		const struct object *object = model_first(model, &bgw_l3_negotiation_type);

		is_used = false;
		for (; object != NULL && !is_used; object = object->next)
			is_used = object_given(object, "table") &&
				  negotiation_of(object)->table == L3_FIRST_TABLE + number;
	}
	return number;
}
