/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_FLOWS_H
#define PACKET_FLOWS_H

#include "expect.h"

/*
 * What ports are to send where many flows are mixed: the gateway keeps the order of each flow, and
 * may send one flow before another. A flow here is any number that the case chooses.
 *
 * Each frame must differ from all others that its port is to send at the time.
 */
#define FLOWS_MAX 16384

/* To be called for each frame in the order in which its flow came in. */
void flows_expect(uint16_t port, uint32_t flow, const struct packet *packet);
/*
 * Entropy: the bits of `mask` at byte `at` of the frame, where the packet does not say what they
 * are. They have to be the same for all frames of a case that have the same `label`.
 */
void flows_expect_entropy(uint16_t port, uint32_t flow, const struct packet *packet, uint32_t label,
			  uint32_t at, uint16_t mask);
/* Ports sent all of that and nothing else. Forgets it, but for the entropy. */
#define flows_check() site_flows_check(HERE)
void site_flows_check(struct site_line here);
/* To be called as a case begins: forgets all. */
void flows_reset(void);

#endif
