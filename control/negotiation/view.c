/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions of negotiation, as the API shows them. */
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "resource.h"
#include "session.h"
#include "tcp.h"
#include "udp.h"

/* What ids begin with. */
#define TCP "tcp:"
#define UDP "udp:"

static bool add_counter(cJSON *json, const char *name, uint64_t value)
{
	return cJSON_AddNumberToObject(json, name, (double)value) != NULL;
}

static bool add_text(cJSON *json, const char *name, const char *text)
{
	return (text != NULL ? cJSON_AddStringToObject(json, name, text)
			     : cJSON_AddNullToObject(json, name)) != NULL;
}

static bool add_known(cJSON *json, const char *name, bool is_known, uint64_t value)
{
	return is_known ? add_counter(json, name, value)
			: cJSON_AddNullToObject(json, name) != NULL;
}

/* Of the round, or of the run, that is on. */
static const char *protocol_of(const struct bgw_negotiator *n)
{
	switch (n->state) {
	case BGW_NEGOTIATOR_SENT_INITIATE:
	case BGW_NEGOTIATOR_WAITING:
	case BGW_NEGOTIATOR_AGREED:
	case BGW_NEGOTIATOR_RUNNING:
		return n->protocols[n->protocol].name;
	default:
		return NULL;
	}
}

static bool add_session(cJSON *json, const struct session *session)
{
	const struct bgw_negotiator *n = session != NULL ? session_negotiator(session) : NULL;
	uint64_t trip_ns = n != NULL ? session_heartbeat(session)->round_trip_ns : 0;

	return add_text(json, "status", n != NULL ? "ACTIVE" : "DOWN") &&
	       add_text(json, "state", n != NULL ? bgw_negotiator_state_names[n->state] : NULL) &&
	       add_known(json, "round", n != NULL, n != NULL ? n->round : 0) &&
	       add_text(json, "protocol", n != NULL ? protocol_of(n) : NULL) &&
	       add_known(json, "round_trip_us", trip_ns != 0, trip_ns / 1000);
}

static bool add_protocols(cJSON *json, uint32_t mask)
{
	cJSON *names = cJSON_AddArrayToObject(json, "protocols");

	for (uint32_t i = 0; names != NULL && i < BGW_NEGOTIATION_COUNT; i++)
		if ((mask >> i & 1) != 0)
			cJSON_AddItemToArray(names, cJSON_CreateString(bgw_negotiation_names[i]));
	return names != NULL;
}

static bool add_peering(cJSON *json, const struct peering *peering, const uint64_t *runs)
{
	cJSON *errors = cJSON_AddArrayToObject(json, "connection_errors");
	uint32_t count = peering != NULL ? peering->error_count : 0;

	for (uint32_t i = 0; errors != NULL && i < count && i < PEERING_ERRORS_MAX; i++)
		cJSON_AddItemToArray(errors, cJSON_CreateString(peering->errors[i]));
	return errors != NULL &&
	       add_counter(json, "connections", peering != NULL ? peering->link_count : 0) &&
	       add_counter(json, "macs",
			   peering != NULL && peering->synced != NULL
				   ? synced_count(peering->synced)
				   : 0) &&
	       add_counter(json, "resyncs", peering != NULL ? peering->resyncs : 0) &&
	       add_counter(json, "mac_changes", peering != NULL ? peering->changes : 0) &&
	       add_counter(json, "resyncs_told", peering != NULL ? peering->resyncs_told : 0) &&
	       add_counter(json, "macs_told", peering != NULL ? peering->macs_told : 0) &&
	       add_counter(json, "tunnels", runs[BGW_NEGOTIATION_TUNNEL]) &&
	       add_counter(json, "mac_syncs", runs[BGW_NEGOTIATION_MAC_SYNC]);
}

static void seen(void *context, const struct negotiation_tcp_view *view)
{
	const struct session_counters *counters = view->counters;
	const struct session *up =
		view->session != NULL && session_is_up(view->session) ? view->session : NULL;
	cJSON *json = cJSON_CreateObject();
	char address[BGW_ADDRESS_TEXT_SIZE], id[24];

	snprintf(id, sizeof(id), TCP "%u", view->id);
	if (json == NULL || !add_text(json, "id", id) || !add_text(json, "peer", view->name) ||
	    !add_text(json, "transport", "tcp") ||
	    !add_text(json, "address", bgw_address_format(&view->ip, address)) ||
	    !add_session(json, up) || !add_counter(json, "sessions", view->sessions) ||
	    !add_counter(json, "heartbeats", counters->runs[BGW_NEGOTIATION_HEARTBEAT]) ||
	    !add_counter(json, "accepted", counters->accepted) ||
	    !add_counter(json, "rejected", counters->rejected) ||
	    !add_counter(json, "rx_bytes", counters->rx_bytes) ||
	    !add_counter(json, "tx_bytes", counters->tx_bytes) ||
	    !add_protocols(json, view->accepts) ||
	    !add_peering(json, view->peering, counters->runs) ||
	    !add_text(json, "last_error", view->last_error) || !cJSON_AddItemToArray(context, json))
		cJSON_Delete(json);
}

static bool add_datagrams(cJSON *json, const struct bgw_negotiation_status *now,
			  const struct bgw_negotiation_status *before)
{
	return add_counter(json, "heartbeats", now->heartbeats + before->heartbeats) &&
	       add_counter(json, "rx_datagrams", now->rx_datagrams + before->rx_datagrams) &&
	       add_counter(json, "tx_datagrams", now->tx_datagrams + before->tx_datagrams) &&
	       add_counter(json, "resent_datagrams",
			   now->resent_datagrams + before->resent_datagrams) &&
	       add_counter(json, "replayed_datagrams",
			   now->replayed_datagrams + before->replayed_datagrams) &&
	       add_counter(json, "forged_datagrams",
			   now->forged_datagrams + before->forged_datagrams);
}

static const char *running_of(const struct bgw_negotiation_status *status)
{
	return status->running == BGW_EXCHANGE_IDLE
		       ? NULL
		       : bgw_negotiation_protocols[status->running].name;
}

static void seen_udp(void *context, const struct negotiation_udp_view *view)
{
	static const struct bgw_negotiation_status none = {.running = BGW_EXCHANGE_IDLE};
	const struct bgw_negotiation_status *status = view->status != NULL ? view->status : &none;
	cJSON *json = cJSON_CreateObject();
	char address[BGW_ADDRESS_TEXT_SIZE], uuid[BGW_UUID_TEXT_SIZE], id[64];

	snprintf(id, sizeof(id), UDP "%s", bgw_uuid_format(view->id, uuid));
	if (json == NULL || !add_text(json, "id", id) || !add_text(json, "peer", view->name) ||
	    !add_text(json, "transport", "udp") ||
	    !add_text(json, "address", bgw_address_format(view->address, address)) ||
	    !add_text(json, "status", status->is_up ? "ACTIVE" : "DOWN") ||
	    !add_text(json, "state",
		      status->is_up ? bgw_negotiator_state_names[status->state] : NULL) ||
	    !add_known(json, "round", status->is_up, status->round) ||
	    !add_text(json, "protocol", running_of(status)) ||
	    !add_known(json, "round_trip_us", status->round_trip_ns != 0,
		       (status->round_trip_ns + 500) / 1000) ||
	    !add_counter(json, "sessions", view->sessions) ||
	    !add_datagrams(json, status, view->before) ||
	    !add_counter(json, "rx_hellos", view->hellos) ||
	    !add_text(json, "liveness", view->state) ||
	    !add_known(json, "heard_ms", status->is_up, status->heard_ago_ns / 1000000) ||
	    !add_protocols(json, view->accepts) || !add_peering(json, view->peering, view->runs) ||
	    !add_text(json, "last_error", view->last_error) || !cJSON_AddItemToArray(context, json))
		cJSON_Delete(json);
}

/* Those over TCP, which are few, come at once and first, and then the others by index. */
static bool walk(struct control *control, uint32_t *cursor, cJSON *array)
{
	uint32_t index = *cursor > 0 ? *cursor - 1 : 0;
	bool end;

	if (*cursor == 0)
		negotiation_tcp_each(control, seen, array);
	end = negotiation_udp_walk(control, &index, seen_udp, array);
	*cursor = index + 1;
	return end;
}

/* Of an id that has it. */
static bool gateway_of(const char *id, struct bgw_uuid *gateway)
{
	return strncmp(id, UDP, strlen(UDP)) == 0 && bgw_uuid_parse(id + strlen(UDP), gateway) == 0;
}

static bool seek(struct control *control, const char *id, uint32_t *cursor)
{
	struct bgw_uuid gateway;
	uint32_t index;

	*cursor = 0;
	if (strncmp(id, TCP, strlen(TCP)) == 0)
		return true;
	if (!gateway_of(id, &gateway) || !negotiation_udp_place(control, &gateway, &index))
		return false;
	*cursor = index + 1;
	return true;
}

static cJSON *find(struct control *control, const char *id)
{
	struct bgw_uuid gateway;
	cJSON *array = cJSON_CreateArray(), *item = NULL;

	if (array != NULL && gateway_of(id, &gateway))
		negotiation_udp_see(control, &gateway, seen_udp, array);
	else if (array != NULL)
		negotiation_tcp_each(control, seen, array);
	cJSON_ArrayForEach (item, array)
		if (strcmp(cJSON_GetObjectItemCaseSensitive(item, "id")->valuestring, id) == 0)
			break;
	if (item != NULL)
		cJSON_DetachItemViaPointer(array, item);
	cJSON_Delete(array);
	return item;
}

const struct resource negotiation_session_resource = {
	.type = &bgw_negotiation_session_type,
	.walk = walk,
	.seek = seek,
	.find = find,
};
