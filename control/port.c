/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports: those of the configuration file. Clients may take one out of service. */
#include <bgw/counter.h>
#include <bgw/exception.h>
#include <bgw/port.h>

#include <stdio.h>
#include <string.h>

#include "control.h"
#include "log.h"
#include "plan.h"
#include "resource.h"
#include "underlay_control.h"

static void publish(struct control *control, struct object *old, struct object *new)
{
	const struct bgw_port *port = new != NULL ? object_record(new) : NULL;
	int index;

	(void)old;
	if (control->dataplane == NULL || port == NULL)
		return;
	index = plan_port_index(control, port->name);
	/* A port that the configuration no longer has is removed in a moment. */
	if (index < 0)
		return;
	if (bgw_port_admin_set((uint16_t)index, port->admin_state_up) < 0)
		log_error("port %s cannot be set %s", port->name,
			  port->admin_state_up ? "up" : "down");
	underlay_control_ports_changed(control);
}

static void link_add(const struct bgw_port_info *info, cJSON *json)
{
	char text[BGW_MAC_TEXT_SIZE];
	struct bgw_mac mac;

	memcpy(mac.bytes, info->mac.addr_bytes, sizeof(mac.bytes));
	cJSON_AddStringToObject(json, "status",
				info->link_up && info->admin_up ? "ACTIVE" : "DOWN");
	cJSON_AddStringToObject(json, "mac_address", bgw_mac_format(&mac, text));
	cJSON_AddNumberToObject(json, "mtu", info->mtu);
	cJSON_AddNumberToObject(json, "link_mbps", info->link_mbps);
}

static uint64_t drops_sum(const struct bgw_port_counters *counters)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < BGW_DROP_COUNT; i++)
		sum += counters->drops[i];
	return sum;
}

static void counters_add(const struct bgw_port_counters *counters, cJSON *json)
{
	cJSON_AddNumberToObject(json, "rx_packets", (double)counters->rx_pkts);
	cJSON_AddNumberToObject(json, "rx_bytes", (double)counters->rx_bytes);
	cJSON_AddNumberToObject(json, "tx_packets", (double)counters->tx_pkts);
	cJSON_AddNumberToObject(json, "tx_bytes", (double)counters->tx_bytes);
	cJSON_AddNumberToObject(json, "dropped_packets", (double)drops_sum(counters));
	cJSON_AddNumberToObject(json, "replicated_packets", (double)counters->replicated);
	cJSON_AddNumberToObject(json, "originated_packets", (double)counters->originated);
	cJSON_AddNumberToObject(json, "consumed_packets", (double)counters->consumed);
	cJSON_AddNumberToObject(json, "to_linux_packets", (double)counters->to_linux);
	cJSON_AddNumberToObject(json, "from_linux_packets", (double)counters->from_linux);
}

/* By class, of a port with a mirror. */
static void mirror_add(uint16_t index, cJSON *json)
{
	struct bgw_exception_counters counters;

	if (bgw_exception_counters_get(index, &counters) < 0)
		return;
	for (unsigned int i = 0; i < BGW_EXCEPTION_COUNT; i++) {
		const char *name = bgw_exception_class_name((enum bgw_exception_class)i);
		char member[64];

		snprintf(member, sizeof(member), "linux_%s_packets", name);
		cJSON_AddNumberToObject(json, member, (double)counters.to_linux_pkts[i]);
		snprintf(member, sizeof(member), "linux_%s_dropped", name);
		cJSON_AddNumberToObject(
			json, member,
			(double)(counters.policed_pkts[i] + counters.refused_pkts[i]));
	}
}

static void driver_add(const struct bgw_port_stats *stats, cJSON *json)
{
	cJSON_AddNumberToObject(json, "rx_missed", (double)stats->rx_missed);
	cJSON_AddNumberToObject(json, "rx_errors", (double)stats->rx_errors);
	cJSON_AddNumberToObject(json, "rx_no_mbuf", (double)stats->rx_no_mbuf);
	cJSON_AddNumberToObject(json, "tx_errors", (double)stats->tx_errors);
}

static void enrich(struct control *control, const struct object *object, cJSON *json)
{
	const struct bgw_port *port = object_record(object);
	int index = plan_port_index(control, port->name);
	struct bgw_port_info info;
	struct bgw_port_counters counters;
	struct bgw_port_stats stats;

	if (control->dataplane == NULL || index < 0 ||
	    bgw_port_info_get((uint16_t)index, &info) < 0)
		return;
	link_add(&info, json);
	bgw_port_counters_get(control->dataplane, (uint16_t)index, &counters);
	counters_add(&counters, json);
	mirror_add((uint16_t)index, json);
	if (bgw_port_stats_get((uint16_t)index, &stats) == 0)
		driver_add(&stats, json);
}

const struct resource port_resource = {
	.type = &bgw_port_type,
	.publish = publish,
	.enrich = enrich,
};
