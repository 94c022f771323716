/* SPDX-License-Identifier: BSD-3-Clause */
/* The view of attachments: what gateways have of which port, and what passes there. */
#include <stdio.h>

#include "attachment.h"
#include "control.h"
#include "fdb.h"
#include "resource.h"

static void counters_add(const struct control *control, const struct attachment *attachment,
			 cJSON *json)
{
	struct bgw_traffic_counters counters;

	attachment_counters(control, attachment, &counters);
	cJSON_AddNumberToObject(json, "rx_packets", (double)counters.rx_pkts);
	cJSON_AddNumberToObject(json, "rx_bytes", (double)counters.rx_bytes);
	cJSON_AddNumberToObject(json, "tx_packets", (double)counters.tx_pkts);
	cJSON_AddNumberToObject(json, "tx_bytes", (double)counters.tx_bytes);
	cJSON_AddNumberToObject(json, "dropped_packets", (double)counters.dropped_pkts);
}

static cJSON *attachment_json(const struct control *control, const struct attachment *attachment)
{
	const char *port = config_port_at(&control->config, attachment->spec.port)->name;
	const struct domain_key *domain = &attachment->domain->key;
	char id[96], tags_text[BGW_TAGS_TEXT_SIZE], uuid[BGW_UUID_TEXT_SIZE];
	const char *tags = attachment_tags_text(attachment, tags_text);
	cJSON *json = cJSON_CreateObject();

	snprintf(id, sizeof(id), "%s:%s", port, tags);
	cJSON_AddStringToObject(json, "id", id);
	cJSON_AddStringToObject(json, "port", port);
	cJSON_AddStringToObject(json, "segmentation_id", tags);
	cJSON_AddStringToObject(json, "l2_gateway_id", bgw_uuid_format(&attachment->gateway, uuid));
	if (domain->is_private)
		cJSON_AddNullToObject(json, "network_id");
	else
		cJSON_AddStringToObject(json, "network_id", bgw_uuid_format(&domain->id, uuid));
	cJSON_AddStringToObject(json, "status", attachment->spec.admin_up ? "ACTIVE" : "DOWN");
	cJSON_AddNumberToObject(json, "mac_count",
				fdb_attachment_count(control->fdb, attachment->index));
	cJSON_AddBoolToObject(json, "full",
			      fdb_attachment_refuses(control->fdb, attachment->index));
	counters_add(control, attachment, json);
	return json;
}

static int collect(struct control *control, const struct query *query, cJSON *array)
{
	(void)query;
	if (control->attachments == NULL)
		return 0;
	for (uint32_t i = 1; i < attachment_index_limit(control->attachments); i++) {
		const struct attachment *attachment = attachment_by_index(control->attachments, i);

		if (attachment != NULL)
			cJSON_AddItemToArray(array, attachment_json(control, attachment));
	}
	return 0;
}

const struct resource attachment_resource = {
	.type = &bgw_attachment_type,
	.collect = collect,
};
