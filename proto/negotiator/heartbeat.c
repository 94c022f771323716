/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiator/heartbeat.h"

bool bgw_heartbeat_due(const struct bgw_heartbeat *heartbeat, uint64_t period_ns, uint64_t now_ns)
{
	return heartbeat->count == 0 || now_ns - heartbeat->began_ns >= period_ns;
}

uint8_t bgw_heartbeat_begin(struct bgw_heartbeat *heartbeat, uint64_t now_ns)
{
	heartbeat->count++;
	heartbeat->began_ns = now_ns;
	heartbeat->state = BGW_HEARTBEAT_SENT_BEAT;
	return BGW_HEARTBEAT_BEAT;
}

enum bgw_heartbeat_action bgw_heartbeat_take(struct bgw_heartbeat *heartbeat, uint8_t byte,
					     uint64_t now_ns, uint8_t *reply)
{
	if (heartbeat->state == BGW_HEARTBEAT_SENT_BEAT && byte == BGW_HEARTBEAT_BEAT) {
		heartbeat->state = BGW_HEARTBEAT_SENT_ACK;
		*reply = BGW_HEARTBEAT_ACK;
		return BGW_HEARTBEAT_WRITE;
	}
	if (heartbeat->state == BGW_HEARTBEAT_SENT_ACK && byte == BGW_HEARTBEAT_ACK) {
		heartbeat->state = BGW_HEARTBEAT_IDLE;
		heartbeat->round_trip_ns = now_ns - heartbeat->began_ns;
		return BGW_HEARTBEAT_DONE;
	}
	heartbeat->state = BGW_HEARTBEAT_FAILED;
	return BGW_HEARTBEAT_FAIL;
}
