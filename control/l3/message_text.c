/* SPDX-License-Identifier: BSD-3-Clause */
/* Offers and answers as the bodies that travel. */
#include <stdlib.h>

#include "l3/message.h"

#include "text.h"

static void add_options(struct text *text, const struct l3_options *options)
{
	if (options->asn != 0)
		text_add_format(text, ",\"asn\":%u", options->asn);
	if (options->bfd)
		text_add_string(text, ",\"bfd\":true");
	if (options->mtu != 0)
		text_add_format(text, ",\"mtu\":%u", options->mtu);
	if (options->segmentation_id != L3_SEGMENTATION_NONE)
		text_add_format(text, ",\"segmentation_id\":%u", options->segmentation_id);
	if (options->lease_s != 0)
		text_add_format(text, ",\"lease\":%u", options->lease_s);
}

static void add_destination(struct text *text, const struct bgw_prefix *destination)
{
	char prefix[BGW_PREFIX_TEXT_SIZE];

	if (destination->ip.family != 0)
		text_add_format(text, ",\"destinationNetwork\":\"%s\"",
				bgw_prefix_format(destination, prefix));
}

static void add_id(struct text *text, const struct bgw_uuid *id)
{
	char uuid[BGW_UUID_TEXT_SIZE];

	if (!bgw_uuid_is_nil(id))
		text_add_format(text, ",\"negotiation_id\":\"%s\"", bgw_uuid_format(id, uuid));
}

static char *finish(struct text *text, size_t *length)
{
	text_add(text, "}", sizeof("}"));
	*length = text->length - 1;
	if (!text->broken)
		return text->bytes;
	text_free(text);
	return NULL;
}

char *l3_offer_body(const struct l3_offer *offer, size_t *length)
{
	struct text text = {0};
	char prefix[BGW_PREFIX_TEXT_SIZE];

	text_add_string(&text, "{\"cidrs\":[");
	for (uint32_t i = 0; i < offer->count; i++)
		text_add_format(&text, "%s\"%s\"", i > 0 ? "," : "",
				bgw_prefix_format(&offer->subnets[i], prefix));
	text_add_string(&text, "]");
	add_destination(&text, &offer->destination);
	add_options(&text, &offer->options);
	add_id(&text, &offer->id);
	if (offer->release_port != 0)
		text_add_format(&text, ",\"release_port\":%u,\"release_tls\":%s",
				offer->release_port, offer->release_tls ? "true" : "false");
	return finish(&text, length);
}

static void add_link(struct text *text, const struct l3_answer *answer)
{
	char prefix[BGW_PREFIX_TEXT_SIZE], address[BGW_ADDRESS_TEXT_SIZE];

	text_add_format(text, "\"net\":\"%s\"", bgw_prefix_format(&answer->net, prefix));
	text_add_format(text, ",\"freeIp\":\"%s\"", bgw_address_format(&answer->free_ip, address));
	text_add_format(text, ",\"assignedIp\":\"%s\"",
			bgw_address_format(&answer->assigned_ip, address));
	add_destination(text, &answer->destination);
}

char *l3_started_body(const struct l3_answer *answer, size_t *length)
{
	struct text text = {0};
	char id[BGW_UUID_TEXT_SIZE];

	text_add_format(&text, "{\"id\":\"%s\",", bgw_uuid_format(&answer->id, id));
	add_link(&text, answer);
	return finish(&text, length);
}

char *l3_answer_body(const struct l3_answer *answer, size_t *length)
{
	struct text text = {0};

	text_add_string(&text, "{");
	add_link(&text, answer);
	add_options(&text, &answer->options);
	add_id(&text, &answer->id);
	return finish(&text, length);
}
