/* SPDX-License-Identifier: BSD-3-Clause */
#include "l3/choice.h"

#include <errno.h>
#include <string.h>

#include "l3/prefix.h"

#define SUBNETS_A_SLICE 4096

static int fail_destination(const struct bgw_prefix *destination, const struct bgw_prefix *other,
			    const char *what, struct l3_failure *failure)
{
	char text[BGW_PREFIX_TEXT_SIZE], other_text[BGW_PREFIX_TEXT_SIZE];

	return l3_fail(
		failure, L3_CONFLICT, "destinationNetwork %s must leave alone %s, which is %s",
		bgw_prefix_format(destination, text), bgw_prefix_format(other, other_text), what);
}

/* A route to a larger network leaves the smaller ones that it contains where they are, but not
 * single addresses that are reached by the default route. */
static bool is_taken_away(const struct bgw_prefix *destination, const struct bgw_prefix *local)
{
	return l3_prefix_contains(local, destination) ||
	       (local->length == l3_family_bits(local->ip.family) &&
		l3_prefix_contains(destination, local));
}

/* Whether a network may be routed to a peer. */
static int check_route(const struct l3_held *held, const struct bgw_prefix *destination,
		       struct l3_failure *failure)
{
	for (size_t i = 0; i < held->destination_count; i++)
		if (l3_prefix_overlaps(destination, &held->destinations[i]))
			return fail_destination(destination, &held->destinations[i],
						"routed to a peer already", failure);
	for (size_t i = 0; i < held->remapping_count; i++)
		if (l3_prefix_overlaps(destination, &held->remapping[i]))
			return fail_destination(destination, &held->remapping[i],
						"a remapping network in use", failure);
	for (size_t i = 0; i < held->taken.count; i++)
		if (l3_prefix_contains(&held->taken.subnets[i], destination))
			return fail_destination(destination, &held->taken.subnets[i],
						"the subnet of a link", failure);
	for (size_t i = 0; i < held->local_count; i++)
		if (is_taken_away(destination, &held->local[i].prefix))
			return fail_destination(destination, &held->local[i].prefix,
						held->local[i].what, failure);
	return 0;
}

static int check_unicast(const struct bgw_prefix *destination, unsigned int status,
			 struct l3_failure *failure)
{
	char text[BGW_PREFIX_TEXT_SIZE];

	if (l3_prefix_is_unicast(destination))
		return 0;
	return l3_fail(failure, status,
		       "destinationNetwork must be a network of hosts, which %s is not",
		       bgw_prefix_format(destination, text));
}

static bool is_of_family(const struct bgw_prefix *network, uint8_t family)
{
	return network->ip.family == 0 || network->ip.family == family;
}

static int choose_net(const struct l3_site *site, const struct l3_held *held,
		      const struct l3_offer *offer, uint32_t *cursor, struct l3_choice *choice,
		      struct l3_failure *failure)
{
	uint32_t end =
		offer->count - *cursor > SUBNETS_A_SLICE ? *cursor + SUBNETS_A_SLICE : offer->count;

	for (; *cursor < end; ++*cursor) {
		const struct bgw_prefix *subnet = &offer->subnets[*cursor];

		/* Next hops are of the networks' family. */
		if (!is_of_family(&offer->destination, subnet->ip.family) ||
		    !is_of_family(&site->internal, subnet->ip.family) ||
		    !l3_pool_has(&site->pool, subnet) || l3_taken_has(&held->taken, subnet))
			continue;
		choice->net = *subnet;
		return 0;
	}
	if (*cursor < offer->count)
		return -EAGAIN;
	return l3_fail(failure, L3_NOT_ACCEPTABLE, "No common network found for the P2P network");
}

static bool is_remapping_free(const struct l3_held *held, const struct bgw_prefix *remapping,
			      const struct bgw_prefix *destination)
{
	for (size_t i = 0; i < held->remapping_count; i++)
		if (l3_prefix_overlaps(remapping, &held->remapping[i]))
			return false;
	for (size_t i = 0; i < held->destination_count; i++)
		if (l3_prefix_overlaps(remapping, &held->destinations[i]))
			return false;
	return !l3_prefix_overlaps(remapping, destination);
}

static int choose_remapping(const struct l3_site *site, const struct l3_held *held,
			    const struct bgw_prefix *destination, struct l3_choice *choice,
			    struct l3_failure *failure)
{
	for (uint32_t i = 0; i < site->remapping_count; i++)
		if (is_remapping_free(held, &site->remapping[i], destination)) {
			choice->remapping = site->remapping[i];
			return 0;
		}
	return l3_fail(failure, L3_NOT_ACCEPTABLE, "No remapping network left");
}

bool l3_is_routed(const struct bgw_prefix *destination, const struct bgw_prefix *internal)
{
	return destination->ip.family != 0 && !l3_prefix_contains(internal, destination);
}

int l3_choose(const struct l3_site *site, const struct l3_held *held, const struct l3_offer *offer,
	      uint32_t *cursor, struct l3_choice *choice, struct l3_failure *failure)
{
	const struct bgw_prefix *destination = &offer->destination;
	int rc;

	*choice = (struct l3_choice){0};
	if (destination->ip.family != 0) {
		rc = check_unicast(destination, L3_BAD_REQUEST, failure);
		if (rc < 0)
			return rc;
	}
	rc = choose_net(site, held, offer, cursor, choice, failure);
	if (rc < 0 || destination->ip.family == 0)
		return rc;
	if (l3_prefix_overlaps(destination, &site->internal)) {
		rc = choose_remapping(site, held, destination, choice, failure);
		if (rc < 0)
			return rc;
	}
	choice->routes = l3_is_routed(destination, &site->internal);
	return choice->routes ? check_route(held, destination, failure) : 0;
}

struct l3_answer l3_choice_answer(const struct l3_site *site, const struct l3_choice *choice)
{
	return (struct l3_answer){
		.net = choice->net,
		.free_ip = l3_link_free(&choice->net),
		.assigned_ip = l3_link_assigned(&choice->net),
		.destination =
			choice->remapping.ip.family != 0 ? choice->remapping : site->internal,
		.options = l3_options_none(),
	};
}

static bool was_offered(const struct l3_offer *offer, const struct bgw_prefix *net)
{
	for (uint32_t i = 0; i < offer->count; i++)
		if (l3_prefix_equal(&offer->subnets[i], net))
			return true;
	return false;
}

static int check_link(const struct l3_held *held, const struct l3_offer *offer,
		      const struct l3_answer *answer, struct l3_failure *failure)
{
	const struct bgw_prefix *net = &answer->net;
	char text[BGW_PREFIX_TEXT_SIZE], address[BGW_ADDRESS_TEXT_SIZE];

	if (!was_offered(offer, net))
		return l3_fail(failure, L3_BAD_GATEWAY, "net %s is none that was offered",
			       bgw_prefix_format(net, text));
	if (l3_taken_has(&held->taken, net))
		return l3_fail(failure, L3_CONFLICT, "net %s was taken meanwhile",
			       bgw_prefix_format(net, text));
	if (!l3_link_is_usable(net, &answer->free_ip))
		return l3_fail(failure, L3_BAD_GATEWAY, "freeIp %s is no usable address of net %s",
			       bgw_address_format(&answer->free_ip, address),
			       bgw_prefix_format(net, text));
	if (!l3_link_is_usable(net, &answer->assigned_ip) ||
	    bgw_address_equal(&answer->free_ip, &answer->assigned_ip))
		return l3_fail(failure, L3_BAD_GATEWAY,
			       "assignedIp %s is not the other usable address of net %s",
			       bgw_address_format(&answer->assigned_ip, address),
			       bgw_prefix_format(net, text));
	return 0;
}

/* The initiator says it; a peer that knows the member repeats it. */
static int check_options(const struct l3_options *offered, const struct l3_options *answered,
			 struct l3_failure *failure)
{
	if (answered->segmentation_id == L3_SEGMENTATION_NONE ||
	    answered->segmentation_id == offered->segmentation_id)
		return 0;
	return l3_fail(failure, L3_BAD_GATEWAY, "segmentation_id %u is not what was offered",
		       answered->segmentation_id);
}

int l3_answer_check(const struct l3_site *site, const struct l3_held *held,
		    const struct l3_offer *offer, const struct l3_answer *answer,
		    struct l3_failure *failure)
{
	const struct bgw_prefix *destination = &answer->destination;
	int rc = check_link(held, offer, answer, failure);

	rc = rc == 0 ? check_options(&offer->options, &answer->options, failure) : rc;
	if (rc < 0 || destination->ip.family == 0)
		return rc;
	if (destination->ip.family != answer->net.ip.family)
		return l3_fail(failure, L3_BAD_GATEWAY,
			       "destinationNetwork and net are of different IP versions");
	if (l3_prefix_overlaps(destination, &answer->net))
		return fail_destination(destination, &answer->net, "the link itself", failure);
	if (l3_prefix_overlaps(destination, &site->internal))
		return fail_destination(destination, &site->internal,
					"our internal network; the peer should have remapped it",
					failure);
	rc = check_unicast(destination, L3_BAD_GATEWAY, failure);
	return rc == 0 ? check_route(held, destination, failure) : rc;
}

static void reverse(struct bgw_prefix *subnets, uint32_t count)
{
	for (uint32_t i = 0; i < count / 2; i++) {
		struct bgw_prefix subnet = subnets[i];

		subnets[i] = subnets[count - 1 - i];
		subnets[count - 1 - i] = subnet;
	}
}

void l3_offer_fill(const struct l3_site *site, const struct l3_held *held, uint32_t max,
		   uint32_t skip, struct l3_offer *offer)
{
	struct l3_cursor cursor = {0};
	struct bgw_prefix subnet;

	offer->count = 0;
	while (offer->count < max && l3_pool_next(&site->pool, &cursor, &subnet))
		if (is_of_family(&site->internal, subnet.ip.family) &&
		    !l3_taken_has(&held->taken, &subnet))
			offer->subnets[offer->count++] = subnet;
	if (offer->count == 0)
		return;
	skip %= offer->count;
	reverse(offer->subnets, skip);
	reverse(offer->subnets + skip, offer->count - skip);
	reverse(offer->subnets, offer->count);
}
