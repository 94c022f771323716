/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NEGOTIATION_WHEEL_H
#define NEGOTIATION_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A timer wheel. Setting a timer later than it is set already costs nothing: it then goes off
 * early, and whoever it belongs to sets it again. One that is further away than the wheel is long
 * goes off early too. A wheel that stood still for days, as that of a worker does until the first
 * negotiation, goes on in one round over its slots.
 */

#define WHEEL_TICK_BITS 20 /* of 2^20 ns: about a millisecond */
#define WHEEL_SLOTS	4096

struct wheel_timer {
	struct wheel_timer *next;
	struct wheel_timer **place; /* what points to it; NULL: it is not set */
	uint64_t tick;
};

struct wheel {
	uint64_t tick; /* all before it have gone off */
	struct wheel_timer *slots[WHEEL_SLOTS];
};

static inline void wheel_clear(struct wheel_timer *timer)
{
	if (timer->place == NULL)
		return;
	*timer->place = timer->next;
	if (timer->next != NULL)
		timer->next->place = timer->place;
	timer->place = NULL;
}

static inline void wheel_set(struct wheel *wheel, struct wheel_timer *timer, uint64_t due_ns)
{
	const uint64_t last = wheel->tick + WHEEL_SLOTS - 1;
	uint64_t tick = (due_ns >> WHEEL_TICK_BITS) + 1;
	struct wheel_timer **slot;

	if (tick <= wheel->tick)
		tick = wheel->tick + 1;
	if (timer->place != NULL && timer->tick <= tick)
		return;
	if (tick > last)
		tick = last;
	wheel_clear(timer);
	slot = &wheel->slots[tick % WHEEL_SLOTS];
	timer->tick = tick;
	timer->next = *slot;
	timer->place = slot;
	if (timer->next != NULL)
		timer->next->place = &timer->next;
	*slot = timer;
}

/* The next timer whose time has come, not set any more; NULL: there is none. */
static inline struct wheel_timer *wheel_next(struct wheel *wheel, uint64_t now_ns)
{
	const uint64_t now = now_ns >> WHEEL_TICK_BITS;

	/* None is set further ahead than the wheel is long: all are due. */
	if (now >= wheel->tick + WHEEL_SLOTS)
		wheel->tick = now - (WHEEL_SLOTS - 1);
	while (wheel->tick <= now) {
		struct wheel_timer *timer = wheel->slots[wheel->tick % WHEEL_SLOTS];

		if (timer != NULL) {
			wheel_clear(timer);
			return timer;
		}
		wheel->tick++;
	}
	return NULL;
}

#endif
