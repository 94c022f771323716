/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_FORWARDING_H
#define BGW_CONTROL_FORWARDING_H

/**
 * From objects to the dataplane. A resource's publish() only says that its object changed
 * (work_queue()); when the batch has said all, forwarding_settle() compares what the model wants
 * with what workers have and publishes the difference, in slices. First everything lets go of what
 * it no longer has (keys, members, indexes), then everything takes what it now wants, so that two
 * objects may swap a key in one batch.
 *
 * Control thread only. Between batches all is settled.
 */

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "objects.h"

struct control;
struct forwarding;
struct object;

/** In the order in which things are taken: what refers comes after what it refers to. */
enum work_kind {
	WORK_REMOTE_GATEWAY,
	WORK_GATEWAY,
	WORK_CONNECTION,
	WORK_REMOTE_MAC,
	WORK_KIND_COUNT,
};

/** The first member of what a resource keeps of a published object (object->runtime). */
struct work {
	struct work *next;
	const struct object *object; /**< as it was last published; NULL once deleted */
	struct bgw_uuid id;
	uint8_t kind; /**< enum work_kind */
	bool is_queued;
};

/** Of the object types that have work; each may be called again until it returns true. */
struct work_operations {
	const struct bgw_object_type *type;
	size_t size; /**< of the struct that begins with struct work */
	/** Lets go of what the object no longer has; of everything when `object` is NULL. */
	bool (*release)(struct control *control, struct work *work, const struct object *object);
	/** Takes what the object now has. */
	bool (*apply)(struct control *control, struct work *work, const struct object *object);
};

extern const struct work_operations remote_gateway_work;
extern const struct work_operations gateway_work;
extern const struct work_operations connection_work;
extern const struct work_operations remote_mac_work;

/** Makes domains, indexes, FDB and the timer that keeps them going. The dataplane must be there. */
int forwarding_start(struct control *control, struct error *error);
void forwarding_stop(struct control *control);

/** Publishes what was queued. False: not done, call again. */
bool forwarding_settle(struct control *control);

/** For publish() of a resource: keeps ->runtime and queues the change. */
void work_publish(struct control *control, enum work_kind kind, struct object *old,
		  struct object *new);

/** What the object means may have changed because another object did. Accepts NULL and objects that
 * are not published. */
void work_touch(struct control *control, const struct object *object);
/** A gateway, and its remote connections that name no network of their own. */
void gateway_touch(struct control *control, const struct bgw_uuid *gateway);
void work_queue(struct control *control, struct work *work);

/** Whether an object may be published now: the dataplane keeps what was replaced for a moment. */
bool forwarding_can_publish(const struct control *control);

#endif
