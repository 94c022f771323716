/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiation/wire.h"

#define VARINT_BYTES_MAX 10

/* Wire types, the low three bits of a tag. */
enum {
	VARINT = 0,
	FIXED_64 = 1,
	BYTES = 2,
	FIXED_32 = 5,
};

struct reader {
	const uint8_t *at, *end;
};

static bool skip(struct reader *reader, uint64_t bytes)
{
	if (bytes > (uint64_t)(reader->end - reader->at))
		return false;
	reader->at += bytes;
	return true;
}

static bool varint(struct reader *reader, uint64_t *value)
{
	*value = 0;
	for (unsigned int i = 0; i < VARINT_BYTES_MAX && reader->at < reader->end; i++) {
		const uint8_t byte = *reader->at++;

		*value |= (uint64_t)(byte & 0x7f) << 7 * i;
		if ((byte & 0x80) == 0)
			return true;
	}
	return false;
}

static bool field_skip(struct reader *reader)
{
	uint64_t tag, value;

	if (!varint(reader, &tag))
		return false;
	switch (tag & 7) {
	case VARINT:
		return varint(reader, &value);
	case FIXED_64:
		return skip(reader, 8);
	case BYTES:
		return varint(reader, &value) && skip(reader, value);
	case FIXED_32:
		return skip(reader, 4);
	default:
		return false;
	}
}

bool wire_has_few_fields(const uint8_t *packed, size_t bytes, size_t most)
{
	struct reader reader = {packed, packed + bytes};

	for (size_t fields = 0; fields <= most; fields++)
		if (reader.at == reader.end || !field_skip(&reader))
			return true;
	return false;
}
