/* SPDX-License-Identifier: BSD-3-Clause */
#include "port/interrupt.h"

#include <semaphore.h>

#include <rte_alarm.h>

struct call {
	void (*function)(void *context);
	void *context;
	sem_t done;
};

static void call_run(void *argument)
{
	struct call *call = argument;

	call->function(call->context);
	sem_post(&call->done);
}

void interrupt_call(void (*function)(void *context), void *context)
{
	struct call call = {.function = function, .context = context};

	sem_init(&call.done, 0, 0);
	/* Alarms go off on the interrupt thread. */
	if (rte_eal_alarm_set(1, call_run, &call) == 0)
		while (sem_wait(&call.done) != 0)
			; /* a signal */
	else
		function(context);
	sem_destroy(&call.done);
}
