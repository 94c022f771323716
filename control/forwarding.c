/* SPDX-License-Identifier: BSD-3-Clause */
#include "forwarding.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bgw/dataplane.h>

#include "attachment.h"
#include "control.h"
#include "domain.h"
#include "fdb.h"
#include "happenings.h"
#include "index.h"
#include "log.h"
#include "model.h"
#include "negotiation/journal.h"
#include "negotiation/udp.h"
#include "packet_path.h"
#include "path.h"
#include "plan.h"
#include "tunnel.h"
#include "underlay.h"

#define FIRST_TICK_MS  10
#define PUBLISH_MARGIN 64
#define ITEMS_A_CHECK  16

struct queue {
	struct work *first, **end;
};

struct forwarding {
	struct control *control;
	struct loop_timer *timer;
	struct queue changed[WORK_KIND_COUNT];	/* to let go */
	struct queue released[WORK_KIND_COUNT]; /* to take */
	uint64_t settled_count;
	bool own_addresses_changed;
};

static const struct work_operations *const operations[WORK_KIND_COUNT] = {
	[WORK_REMOTE_GATEWAY] = &remote_gateway_work,
	[WORK_GATEWAY] = &gateway_work,
	[WORK_CONNECTION] = &connection_work,
	[WORK_REMOTE_MAC] = &remote_mac_work,
};

static void queue_init(struct queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

static void queue_push(struct queue *queue, struct work *work)
{
	work->next = NULL;
	*queue->end = work;
	queue->end = &work->next;
}

static void queue_pop(struct queue *queue)
{
	queue->first = queue->first->next;
	if (queue->first == NULL)
		queue->end = &queue->first;
}

bool forwarding_can_publish(const struct control *control)
{
	return bgw_dataplane_can_publish(control->dataplane, PUBLISH_MARGIN);
}

void work_queue(struct control *control, struct work *work)
{
	if (work->is_queued)
		return;
	work->is_queued = true;
	queue_push(&control->forwarding->changed[work->kind], work);
}

void work_touch(struct control *control, const struct object *object)
{
	if (object != NULL && object->runtime != NULL)
		work_queue(control, object->runtime);
}

void gateway_touch(struct control *control, const struct bgw_uuid *gateway)
{
	const struct object *object;

	work_touch(control, model_find(control->model, &bgw_l2_gateway_type, gateway));
	for (object = model_match(control->model, &bgw_l2_remote_gateway_connection_type, "gateway",
				  gateway);
	     object != NULL; object = model_match_next(object, "gateway"))
		if (!remote_connection_has_network(object_record(object)))
			work_touch(control, object);
}

void work_publish(struct control *control, enum work_kind kind, struct object *old,
		  struct object *new)
{
	struct work *work = old != NULL ? old->runtime : NULL;

	if (control->forwarding == NULL)
		return;
	if (work == NULL && new != NULL) {
		work = calloc(1, operations[kind]->size);
		if (work == NULL) {
			log_error("no memory to publish a %s; restart bgwd when there is more",
				  new->type->name);
			return;
		}
		work->kind = (uint8_t)kind;
		work->id = object_base(new)->id;
	}
	if (new != NULL)
		new->runtime = work;
	if (work == NULL)
		return;
	/* Who still reads the old one must not follow it to what will be freed. */
	if (old != NULL)
		old->runtime = NULL;
	work->object = new;
	work_queue(control, work);
}

static bool is_over(struct forwarding *forwarding, uint64_t deadline_ns)
{
	return ++forwarding->settled_count % ITEMS_A_CHECK == 0 && loop_now_ns() >= deadline_ns;
}

/* What was deleted ends here; the rest goes on to be taken. */
static bool release_all(struct forwarding *forwarding, enum work_kind kind, uint64_t deadline_ns)
{
	struct control *control = forwarding->control;
	struct queue *queue = &forwarding->changed[kind];

	while (queue->first != NULL) {
		struct work *work = queue->first;

		if (is_over(forwarding, deadline_ns) || !forwarding_can_publish(control) ||
		    !operations[kind]->release(control, work, work->object))
			return false;
		queue_pop(queue);
		if (work->object == NULL)
			free(work);
		else
			queue_push(&forwarding->released[kind], work);
	}
	return true;
}

static bool apply_all(struct forwarding *forwarding, enum work_kind kind, uint64_t deadline_ns)
{
	struct control *control = forwarding->control;
	struct queue *queue = &forwarding->released[kind];

	while (queue->first != NULL) {
		struct work *work = queue->first;

		if (is_over(forwarding, deadline_ns) || !forwarding_can_publish(control) ||
		    !operations[kind]->apply(control, work, work->object))
			return false;
		queue_pop(queue);
		work->is_queued = false;
	}
	return true;
}

static bool nothing_changed(const struct forwarding *forwarding)
{
	for (unsigned int kind = 0; kind < WORK_KIND_COUNT; kind++)
		if (forwarding->changed[kind].first != NULL)
			return false;
	return true;
}

static bool work_settle(struct forwarding *forwarding)
{
	const uint64_t deadline_ns = loop_now_ns() + LOOP_SLICE_NS;

	for (unsigned int kind = WORK_KIND_COUNT; kind-- > 0;)
		if (!release_all(forwarding, kind, deadline_ns))
			return false;
	for (unsigned int kind = 0; kind < WORK_KIND_COUNT; kind++)
		if (!apply_all(forwarding, kind, deadline_ns))
			return false;
	return nothing_changed(forwarding);
}

bool forwarding_settle(struct control *control)
{
	bool settled;

	if (control->forwarding == NULL)
		return true;
	settled = work_settle(control->forwarding);
	/* Also while waiting for indexes to become free: those rest until no flood list has them.
	 */
	return domains_publish(control->domains) && settled;
}

/* Which of our addresses is towards a remote gateway may have changed. */
static void own_addresses_changed(void *arg)
{
	struct control *control = arg;

	if (control->forwarding != NULL)
		control->forwarding->own_addresses_changed = true;
}

/* Between batches, as the model then holds nothing that is not committed. */
static void settle_alone(struct control *control)
{
	struct object *object;

	if (!batch_is_idle(control->batch))
		return;
	if (control->forwarding->own_addresses_changed) {
		control->forwarding->own_addresses_changed = false;
		object = model_first(control->model, &bgw_l2_remote_gateway_type);
		for (; object != NULL; object = object->next)
			work_touch(control, object);
	}
	forwarding_settle(control);
}

static void tick(void *arg)
{
	struct control *control = arg;

	settle_alone(control);
	paths_tick(control->paths);
	fdb_tick(control->fdb);
	indexes_tick(control->indexes, domains_are_published(control->domains));
	loop_timer_set(control->forwarding->timer, fdb_tick_delay_ms(control->fdb), 0);
}

static uint64_t clock_ns(void *arg)
{
	(void)arg;
	return loop_now_ns();
}

static void fdb_report(void *arg, const struct fdb_event *event)
{
	char mac[BGW_MAC_TEXT_SIZE];
	struct bgw_mac address;

	(void)arg;
	memcpy(address.bytes, event->mac.addr_bytes, sizeof(address.bytes));
	bgw_mac_format(&address, mac);
	switch (event->kind) {
	case FDB_MAC_FROZEN:
		log_warning("%s moved %d times within %d s: it is held where it is for %d s", mac,
			    FDB_MOVES_TO_FREEZE, FDB_MOVES_WITHIN_S, FDB_FROZEN_S);
		break;
	case FDB_MAC_THAWED:
		log_info("%s may move again", mac);
		break;
	case FDB_DOMAIN_FULL:
		log_warning("%s was not learned: its network has all that mac_limit allows", mac);
		break;
	case FDB_ATTACHMENT_FULL:
		log_warning("%s is the last MAC that its attachment may have (mac_limit): other "
			    "sources are dropped",
			    mac);
		break;
	case FDB_TABLE_FULL:
		log_warning("%s was not learned: the table is full; raise tables.macs", mac);
		break;
	}
}

static void fdb_learned(void *arg, uint16_t domain, bgw_ref place, const struct rte_ether_addr *mac,
			bool has_moved)
{
	happening_mac(arg, domain, place, mac, has_moved);
}

static void fdb_local_changed(void *arg, uint16_t domain, const struct rte_ether_addr *mac)
{
	const struct control *control = arg;

	journal_add(control->journal, domain, mac);
}

static const struct fdb_operations fdb_operations = {
	.now_ns = clock_ns,
	.refuse = attachment_refuse,
	.event = fdb_report,
	.local_changed = fdb_local_changed,
	.learned = fdb_learned,
};

int forwarding_start(struct control *control, struct error *error)
{
	const struct bgw_limits limits = packet_path_limits(&control->config);
	const uint32_t indexes[INDEX_KIND_COUNT] = {
		[INDEX_ATTACHMENT] = limits.attachments,
		[INDEX_CONNECTION] = limits.connections,
		[INDEX_DOMAIN] = limits.domains,
		[INDEX_PATH] = limits.paths,
		[INDEX_PEER] = limits.peers,
		[INDEX_NEIGHBOUR] = limits.neighbours,
	};
	struct forwarding *forwarding = calloc(1, sizeof(*forwarding));

	if (forwarding != NULL) {
		control->forwarding = forwarding;
		forwarding->control = control;
		for (unsigned int kind = 0; kind < WORK_KIND_COUNT; kind++) {
			queue_init(&forwarding->changed[kind]);
			queue_init(&forwarding->released[kind]);
		}
		control->fdb = fdb_create(control->dataplane, &limits, &fdb_operations, control);
		control->domains = domains_create(control);
		control->attachments = attachments_create(limits.attachments);
		control->connections = calloc(limits.connections, sizeof(control->connections[0]));
		forwarding->timer =
			loop_timer_create(control->loop, FIRST_TICK_MS, 0, tick, control);
	}
	if (control->fdb != NULL)
		control->indexes = indexes_create(control->dataplane, control->fdb, indexes);
	if (control->indexes != NULL)
		control->paths =
			paths_create(control->dataplane, control->underlay, control->indexes,
				     (uint16_t)control->config.vxlan.port);
	if (control->paths == NULL || control->domains == NULL || control->attachments == NULL ||
	    control->connections == NULL || forwarding->timer == NULL ||
	    underlay_own_watch(control->underlay, own_addresses_changed, control) < 0) {
		forwarding_stop(control);
		return error_set(error, BGW_ERROR_INTERNAL,
				 "no memory for tables of the size that the configuration "
				 "asks for; lower its tables");
	}
	control->settle = forwarding_settle;
	paths_watch(control->paths, happening_path, control);
	return 0;
}

/* Workers have stopped and the dataplane goes as a whole: nothing is withdrawn one by one, but
 * paths, of which others know. */
static void states_free(struct control *control)
{
	for (unsigned int kind = 0; kind < WORK_KIND_COUNT; kind++) {
		struct object *object = model_first(control->model, operations[kind]->type);

		for (; object != NULL; object = object->next) {
			if (kind == WORK_CONNECTION && object->runtime != NULL)
				path_release(((struct connection_state *)object->runtime)->path);
			if (kind == WORK_REMOTE_GATEWAY && object->runtime != NULL)
				negotiation_udp_forget(object->runtime);
			free(object->runtime);
			object->runtime = NULL;
		}
	}
}

void forwarding_stop(struct control *control)
{
	if (control->forwarding == NULL)
		return;
	loop_timer_close(control->forwarding->timer);
	states_free(control);
	paths_destroy(control->paths);
	free(control->connections);
	attachments_destroy(control->attachments);
	domains_destroy(control->domains);
	indexes_destroy(control->indexes);
	fdb_destroy(control->fdb);
	free(control->forwarding);
	control->forwarding = NULL;
	control->settle = NULL;
}
