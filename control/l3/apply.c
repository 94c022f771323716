/* SPDX-License-Identifier: BSD-3-Clause */
/* What the configuration agent is asked for: the address on the link, a route to the peer's
 * network, and a translation where the networks overlap. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "l3/negotiator_private.h"
#include "l3/prefix.h"
#include "log.h"

/* As they are given: what is routed to the peer is translated from the first packet. */
enum order {
	ORDER_ADDRESS,
	ORDER_NAT,
	ORDER_ROUTE,
	ORDER_COUNT,
};

/* All that a negotiation has the agent configure. */
struct orders {
	bool has[ORDER_COUNT];
	struct agent_address address;
	struct agent_route route;
	struct agent_nat nat;
};

static struct orders orders_of(const struct object *object)
{
	const struct bgw_l3_negotiation *negotiation = negotiation_of(object);
	bool is_initiator = negotiation->role == BGW_L3_INITIATOR;
	const struct bgw_address *own =
		is_initiator ? &negotiation->free_ip : &negotiation->assigned_ip;
	const struct bgw_address *next_hop =
		is_initiator ? &negotiation->assigned_ip : &negotiation->free_ip;
	struct orders orders = {.has = {[ORDER_ADDRESS] = object_given(object, "net"),
					[ORDER_ROUTE] = negotiation_is_routed(object),
					[ORDER_NAT] = object_given(object, "remapping_network")}};

	orders.address.ip = (struct bgw_prefix){.ip = *own, .length = negotiation->net.length};
	snprintf(orders.address.interface, sizeof(orders.address.interface), "%s",
		 negotiation->interface != NULL ? negotiation->interface : "");
	orders.route.destination = negotiation->destination;
	orders.route.next_hop = *next_hop;
	orders.nat.remapping = negotiation->remapping;
	orders.nat.internal = negotiation->internal;
	memcpy(orders.nat.interface, orders.address.interface, sizeof(orders.nat.interface));
	orders.nat.table = negotiation->table;
	orders.nat.mark = negotiation->mark;
	orders.nat.next_hop = *next_hop;
	if (orders.has[ORDER_ROUTE])
		orders.nat.peer = negotiation->destination;
	return orders;
}

bool negotiation_has_order(const struct object *object, enum agent_applied_kind kind)
{
	static const enum order orders[] = {
		[AGENT_ADDRESS] = ORDER_ADDRESS,
		[AGENT_ROUTE] = ORDER_ROUTE,
		[AGENT_NAT] = ORDER_NAT,
	};

	return orders_of(object).has[orders[kind]];
}

/* Taken back in the opposite order. */
static enum order order_of(const struct job *job)
{
	return job->is_taking_back ? ORDER_COUNT - 1 - job->order : job->order;
}

static void ordered(void *arg, enum agent_outcome outcome, const char *message);

static struct agent_call *order_give(struct job *job, const struct orders *orders)
{
	struct agent *agent = job->negotiator->agent;
	char owner[BGW_UUID_TEXT_SIZE];

	bgw_uuid_format(&job->id, owner);
	switch (order_of(job)) {
	case ORDER_ADDRESS:
		return job->is_taking_back
			       ? agent_address_remove(agent, &orders->address, owner, ordered, job)
			       : agent_address_add(agent, &orders->address, owner, ordered, job);
	case ORDER_ROUTE:
		return job->is_taking_back
			       ? agent_route_remove(agent, &orders->route, owner, ordered, job)
			       : agent_route_add(agent, &orders->route, owner, ordered, job);
	default:
		return job->is_taking_back
			       ? agent_nat_remove(agent, &orders->nat, owner, ordered, job)
			       : agent_nat_add(agent, &orders->nat, owner, ordered, job);
	}
}

static void fail_order(struct job *job, const char *message)
{
	l3_fail(&job->order_failure, L3_BAD_GATEWAY, "%s", message);
	job->applied(job);
}

static void next_order(struct job *job)
{
	const struct object *object = negotiation_find(job->negotiator, &job->id);
	struct orders orders;

	if (object == NULL) {
		fail_order(job, "the negotiation is gone");
		return;
	}
	orders = orders_of(object);
	while (job->order < ORDER_COUNT && !orders.has[order_of(job)])
		job->order++;
	if (job->order == ORDER_COUNT) {
		job->applied(job);
		return;
	}
	job->agent_call = order_give(job, &orders);
	if (job->agent_call == NULL && errno == EBUSY) {
		job_retry(job, next_order,
			  "the configuration agent has as many orders as it takes");
	} else if (job->agent_call == NULL) {
		char why[160];

		snprintf(why, sizeof(why), "the configuration agent %.80s cannot be asked: %s",
			 job->negotiator->config->agent, strerror(errno));
		fail_order(job, why);
	}
}

/* An order without an answer may be on its way to the agent, or under way in it, for longer than
 * the one that takes it back: for some seconds where it is slow, hardly where the connection broke.
 */
static unsigned int late_orders_of(enum agent_outcome outcome)
{
	return outcome == AGENT_TIMEOUT ? 5 : outcome == AGENT_NO_ANSWER ? 1 : 0;
}

static void ordered(void *arg, enum agent_outcome outcome, const char *message)
{
	struct job *job = arg;

	job->agent_call = NULL;
	if (!job->is_taking_back && late_orders_of(outcome) > job->late_orders)
		job->late_orders = late_orders_of(outcome);
	/* One that cannot take back never will. */
	if (outcome == AGENT_UNIMPLEMENTED && job->is_taking_back)
		log_error("%s: this has to be taken back by hand", message);
	else if (outcome != AGENT_DONE) {
		fail_order(job, message);
		return;
	}
	job->order++;
	next_order(job);
}

static void begin(struct job *job, bool is_taking_back, job_step *applied)
{
	job->is_taking_back = is_taking_back;
	job->order = 0;
	job->order_failure.status = 0;
	job->applied = applied;
	next_order(job);
}

void job_apply(struct job *job, job_step *applied)
{
	begin(job, false, applied);
}

void job_take_back(struct job *job, job_step *taken)
{
	begin(job, true, taken);
}

static int stage_configured(struct job *job, struct l3_failure *failure)
{
	const struct object *object = negotiation_find(job->negotiator, &job->id);

	if (object == NULL || negotiation_of(object)->state != BGW_L3_AGREED)
		return l3_fail(failure, L3_CONFLICT, "the negotiation was released");
	return negotiation_patch(job, negotiation_state_patch(BGW_L3_CONFIGURED), failure);
}

static void configured(struct job *job)
{
	if (job->order_failure.status == 0) {
		job_commit(job, stage_configured, job_end, job_release);
		return;
	}
	job->failure = job->order_failure;
	job_release(job);
}

void job_configure(struct job *job)
{
	job_apply(job, configured);
}

/* Somebody may have released it meanwhile. */
static bool is_over(struct job *job)
{
	const struct object *object = negotiation_find(job->negotiator, &job->id);

	return object == NULL || negotiation_of(object)->state == BGW_L3_RELEASING;
}

static void held(struct job *job)
{
	if (is_over(job))
		job_release(job);
	else if (job->order_failure.status != 0)
		job_retry(job, job_hold, job->order_failure.description);
	else
		job_end(job);
}

void job_hold(struct job *job)
{
	if (is_over(job))
		job_release(job);
	else
		job_apply(job, held);
}
