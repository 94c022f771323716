/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_malloc.h>

#include <bgw/port.h>

#include "negotiation/negotiation.h"
#include "table/slab.h"

static struct rte_ring *ring_make(const char *what, uint16_t id, const void *owner, size_t size,
				  uint32_t count, unsigned int flags)
{
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "n%s%u_%p", what, id, owner);
	return rte_ring_create_elem(name, (unsigned int)size, count, SOCKET_ID_ANY, flags);
}

struct negotiation_worker *negotiation_worker_create(const struct bgw_dataplane *dp, uint16_t id)
{
	struct negotiation_worker *negotiation =
		rte_zmalloc("negotiation", sizeof(*negotiation), RTE_CACHE_LINE_SIZE);

	if (negotiation == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	negotiation->commands = ring_make("cmd", id, dp, sizeof(struct negotiation_command),
					  NEGOTIATION_COMMANDS, RING_F_SP_ENQ | RING_F_SC_DEQ);
	negotiation->reports = ring_make("rep", id, dp, sizeof(struct negotiation_report),
					 NEGOTIATION_REPORTS, RING_F_SP_ENQ | RING_F_SC_DEQ);
	negotiation->handover =
		ring_make("hand", id, dp, sizeof(void *), NEGOTIATION_HANDOVER, RING_F_SC_DEQ);
	negotiation->sessions = rte_zmalloc("negotiation sessions",
					    dp->limits.peers * sizeof(negotiation->sessions[0]),
					    RTE_CACHE_LINE_SIZE);
	negotiation->wheel.tick = negotiation_now_ns(dp, rte_rdtsc()) >> WHEEL_TICK_BITS;
	negotiation->pool = bgw_mbuf_pool((int)rte_lcore_to_socket_id(id + 1u));
	if (!negotiation->commands || !negotiation->reports || !negotiation->handover ||
	    !negotiation->sessions) {
		negotiation_worker_destroy(NULL, negotiation);
		errno = ENOMEM;
		return NULL;
	}
	return negotiation;
}

void negotiation_worker_destroy(struct bgw_dataplane *dp, struct negotiation_worker *negotiation)
{
	struct negotiation_command command;
	struct negotiation_report report;
	void *mbuf;

	if (negotiation == NULL)
		return;
	for (uint32_t i = 0; dp && i < dp->limits.peers; i++)
		slab_free(negotiation->sessions[i]);
	while (negotiation->ended != NULL) {
		struct negotiation_session *session = negotiation->ended;

		negotiation->ended = session->next_ended;
		slab_free(session);
	}
	while (negotiation->commands &&
	       rte_ring_sc_dequeue_elem(negotiation->commands, &command, sizeof(command)) == 0)
		if (command.type == NEGOTIATION_START)
			slab_free(command.start);
	while (negotiation->reports &&
	       rte_ring_sc_dequeue_elem(negotiation->reports, &report, sizeof(report)) == 0)
		slab_free(report.ended);
	while (negotiation->handover && rte_ring_sc_dequeue(negotiation->handover, &mbuf) == 0)
		rte_pktmbuf_free(mbuf);
	rte_free(negotiation->sessions);
	rte_ring_free(negotiation->handover);
	rte_ring_free(negotiation->reports);
	rte_ring_free(negotiation->commands);
	rte_free(negotiation);
}
