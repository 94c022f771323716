/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layer.h"

/* Frames of one test, freed together. */
struct kept {
	struct kept *next;
	struct packet packet;
};

static struct kept *all_packets;

static struct packet *packet_new(uint32_t length_bytes)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	if (kept == NULL)
		abort();
	kept->next = all_packets;
	all_packets = kept;
	kept->packet.length_bytes = length_bytes;
	/* One byte more, so that an empty frame has memory too. */
	kept->packet.bytes = calloc(1, length_bytes + 1);
	kept->packet.mask = malloc(length_bytes + 1);
	if (kept->packet.bytes == NULL || kept->packet.mask == NULL)
		abort();
	memset(kept->packet.mask, 0xff, length_bytes + 1);
	return &kept->packet;
}

void packet_free_all(void)
{
	while (all_packets != NULL) {
		struct kept *kept = all_packets;

		all_packets = kept->next;
		free(kept->packet.bytes);
		free(kept->packet.mask);
		free(kept);
	}
}

struct packet *packet_resize(const struct packet *packet, uint32_t length_bytes)
{
	struct packet *copy = packet_new(length_bytes);
	const uint32_t kept =
		length_bytes < packet->length_bytes ? length_bytes : packet->length_bytes;

	memcpy(copy->bytes, packet->bytes, kept);
	memcpy(copy->mask, packet->mask, kept);
	return copy;
}

struct packet *packet_copy(const struct packet *packet)
{
	return packet_resize(packet, packet->length_bytes);
}

struct packet *packet_of_bytes(const void *bytes, uint32_t length_bytes)
{
	struct packet *packet = packet_new(length_bytes);

	memcpy(packet->bytes, bytes, length_bytes);
	return packet;
}

const struct packet *packet_build(const struct layer *layers, size_t count)
{
	struct layer_place places[16];
	uint32_t length = 0, end = 0;
	struct packet *packet;

	if (count > sizeof(places) / sizeof(places[0]))
		abort();
	for (size_t i = 0; i < count; i++) {
		places[i] = (struct layer_place){&layers[i], end};
		if (layers[i].kind == LAYER_PADDING)
			length = layers[i].length_bytes;
		else
			end += layers[i].length_bytes;
	}
	length = length > end ? length : end;
	packet = packet_new(length);
	for (size_t i = 0; i < count; i++) {
		const struct layer *layer = &layers[i];

		if (layer->kind == LAYER_PADDING)
			continue;
		memcpy(packet->bytes + places[i].at, layer->data ? layer->data : layer->bytes,
		       layer->length_bytes);
		for (uint32_t b = 0; layer->data == NULL && b < layer->length_bytes; b++)
			packet->mask[places[i].at + b] = (uint8_t)~layer->ignored[b];
	}
	/* From the inside out: an outer checksum covers the inner ones. */
	for (size_t i = count; i-- > 0;)
		layer_finish(packet, places, count, i, end);
	return packet;
}

bool packet_matches(const struct packet *expected, const struct packet *got)
{
	if (expected->length_bytes != got->length_bytes)
		return false;
	for (uint32_t i = 0; i < got->length_bytes; i++)
		if (((expected->bytes[i] ^ got->bytes[i]) & expected->mask[i]) != 0)
			return false;
	return true;
}

__attribute__((format(printf, 3, 4))) static size_t append(char *text, size_t size,
							   const char *format, ...)
{
	const size_t used = strlen(text);
	va_list list;
	int more;

	va_start(list, format);
	more = vsnprintf(text + used, size - used, format, list);
	va_end(list);
	return more < 0 ? used : used + (size_t)more;
}

static void append_line(char *text, size_t size, const char *title, const struct packet *packet,
			uint32_t from, const struct packet *other, const struct packet *mask)
{
	append(text, size, "  %-9s %4u:", title, from);
	for (uint32_t i = from; i < from + 16 && i < packet->length_bytes; i++) {
		const bool known = other != NULL && i < other->length_bytes;
		const bool counts = mask == NULL || i >= mask->length_bytes || mask->mask[i] != 0;
		const bool differs = !known || (counts && packet->bytes[i] != other->bytes[i]);

		append(text, size, "%c%02x", other != NULL && differs ? '*' : ' ',
		       packet->bytes[i]);
	}
	append(text, size, "\n");
}

void packet_describe_difference(const struct packet *expected, const struct packet *got, char *text,
				size_t size)
{
	const uint32_t longer = expected->length_bytes > got->length_bytes ? expected->length_bytes
									   : got->length_bytes;
	uint32_t lines = 0;

	text[0] = '\0';
	append(text, size, "  expected %u bytes, got %u (a star marks what differs)\n",
	       expected->length_bytes, got->length_bytes);
	for (uint32_t at = 0; at < longer && lines < 12; at += 16) {
		bool equal = at + 16 <= expected->length_bytes && at + 16 <= got->length_bytes;

		for (uint32_t i = at; equal && i < at + 16; i++)
			equal = ((expected->bytes[i] ^ got->bytes[i]) & expected->mask[i]) == 0;
		if (equal && at >= 96)
			continue;
		lines++;
		if (at < expected->length_bytes)
			append_line(text, size, "expected", expected, at, NULL, NULL);
		if (at < got->length_bytes)
			append_line(text, size, "got", got, at, expected, expected);
	}
}
