/* SPDX-License-Identifier: BSD-3-Clause */
#include "values.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VID_MAX 4094

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool hex_bytes(const char *text, uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int high = hex_digit(text[2 * i]);
		int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);

		if (low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

int bgw_sha256_parse(const char *text, struct bgw_sha256 *hash)
{
	struct bgw_sha256 parsed;

	if (!hex_bytes(text, parsed.bytes, sizeof(parsed.bytes)) ||
	    text[2 * sizeof(parsed.bytes)] != '\0')
		return -EINVAL;
	*hash = parsed;
	return 0;
}

int bgw_uuid_parse(const char *text, struct bgw_uuid *uuid)
{
	char digits[32];
	struct bgw_uuid parsed;
	size_t length = strlen(text), n = 0;

	if (length != 32 && length != 36)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		bool dash = length == 36 && (i == 8 || i == 13 || i == 18 || i == 23);

		if (dash != (text[i] == '-'))
			return -EINVAL;
		if (!dash)
			digits[n++] = text[i];
	}
	if (!hex_bytes(digits, parsed.bytes, sizeof(parsed.bytes)))
		return -EINVAL;
	*uuid = parsed;
	return 0;
}

static char *hex_add(char *out, uint8_t byte)
{
	static const char digits[] = "0123456789abcdef";

	*out++ = digits[byte >> 4];
	*out++ = digits[byte & 15];
	return out;
}

char *bgw_uuid_format(const struct bgw_uuid *uuid, char text[BGW_UUID_TEXT_SIZE])
{
	char *out = text;

	for (unsigned int i = 0; i < sizeof(uuid->bytes); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		out = hex_add(out, uuid->bytes[i]);
	}
	*out = '\0';
	return text;
}

bool bgw_uuid_equal(const struct bgw_uuid *a, const struct bgw_uuid *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool bgw_uuid_is_nil(const struct bgw_uuid *uuid)
{
	static const struct bgw_uuid nil;

	return bgw_uuid_equal(uuid, &nil);
}

int bgw_mac_parse(const char *text, struct bgw_mac *mac)
{
	size_t length = strlen(text);
	size_t group = length == 17 ? 2 : 4;
	char separator = length == 17 ? text[2] : '.';
	char digits[12];
	struct bgw_mac parsed;
	size_t n = 0;

	if (length != 17 && length != 14)
		return -EINVAL;
	if (length == 17 && separator != ':' && separator != '-')
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		bool between = i % (group + 1) == group;

		if (between != (text[i] == separator))
			return -EINVAL;
		if (!between)
			digits[n++] = text[i];
	}
	if (!hex_bytes(digits, parsed.bytes, sizeof(parsed.bytes)))
		return -EINVAL;
	*mac = parsed;
	return 0;
}

char *bgw_mac_format(const struct bgw_mac *mac, char text[BGW_MAC_TEXT_SIZE])
{
	char *out = text;

	for (unsigned int i = 0; i < sizeof(mac->bytes); i++) {
		if (i != 0)
			*out++ = ':';
		out = hex_add(out, mac->bytes[i]);
	}
	*out = '\0';
	return text;
}

bool bgw_mac_is_station(const struct bgw_mac *mac)
{
	static const struct bgw_mac zero;

	return (mac->bytes[0] & 1) == 0 && memcmp(mac, &zero, sizeof(zero)) != 0;
}

int bgw_address_parse(const char *text, struct bgw_address *ip)
{
	struct bgw_address parsed = {0};

	if (inet_pton(AF_INET, text, parsed.bytes) == 1)
		parsed.family = 4;
	else if (inet_pton(AF_INET6, text, parsed.bytes) == 1)
		parsed.family = 6;
	else
		return -EINVAL;
	*ip = parsed;
	return 0;
}

char *bgw_address_format(const struct bgw_address *ip, char text[BGW_ADDRESS_TEXT_SIZE])
{
	text[0] = '\0';
	if (ip->family != 0)
		inet_ntop(ip->family == 4 ? AF_INET : AF_INET6, ip->bytes, text,
			  BGW_ADDRESS_TEXT_SIZE);
	return text;
}

bool bgw_address_equal(const struct bgw_address *a, const struct bgw_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

int bgw_prefix_parse(const char *text, struct bgw_prefix *prefix)
{
	struct bgw_prefix parsed = {0};
	const char *slash = strchr(text, '/');
	char address[BGW_ADDRESS_TEXT_SIZE];
	uint32_t length;

	if (slash == NULL || (size_t)(slash - text) >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (bgw_address_parse(address, &parsed.ip) < 0 || !isdigit((unsigned char)slash[1]))
		return -EINVAL;
	if (bgw_uint_parse(slash + 1, &length) < 0 || length > (parsed.ip.family == 4 ? 32 : 128))
		return -EINVAL;
	parsed.length = (uint8_t)length;
	*prefix = parsed;
	return 0;
}

char *bgw_prefix_format(const struct bgw_prefix *prefix, char text[BGW_PREFIX_TEXT_SIZE])
{
	char ip[BGW_ADDRESS_TEXT_SIZE];

	snprintf(text, BGW_PREFIX_TEXT_SIZE, "%s/%u", bgw_address_format(&prefix->ip, ip),
		 prefix->length);
	return text;
}

/* One VLAN id in decimal; the end of it in *end, or NULL when there is none. */
static uint32_t vid_parse(const char *text, const char **end)
{
	uint32_t value = 0;
	unsigned int digits = 0;

	while (isdigit((unsigned char)*text) && digits < 5) {
		value = value * 10 + (uint32_t)(*text++ - '0');
		digits++;
	}
	*end = digits == 0 || value > VID_MAX ? NULL : text;
	return value;
}

int bgw_tags_parse(const char *text, struct bgw_tags *tags)
{
	const char *end;
	uint32_t outer = vid_parse(text, &end), inner = 0;

	if (end != NULL && *end == '.') {
		inner = vid_parse(end + 1, &end);
		if (outer == 0 || inner == 0)
			return -EINVAL;
	}
	if (end == NULL || *end != '\0')
		return -EINVAL;
	tags->outer = (uint16_t)outer;
	tags->inner = (uint16_t)inner;
	return 0;
}

char *bgw_tags_format(const struct bgw_tags *tags, char text[BGW_TAGS_TEXT_SIZE])
{
	if (tags->inner != 0)
		snprintf(text, BGW_TAGS_TEXT_SIZE, "%u.%u", tags->outer & 0xfffu,
			 tags->inner & 0xfffu);
	else
		snprintf(text, BGW_TAGS_TEXT_SIZE, "%u", tags->outer & 0xfffu);
	return text;
}

int bgw_uint_parse(const char *text, uint32_t *value)
{
	unsigned long long parsed;
	char *end;
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

	if (hex ? hex_digit(text[2]) < 0 : !isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	parsed = strtoull(text, &end, hex ? 16 : 10);
	if (*end != '\0')
		return -EINVAL;
	if (errno == ERANGE || parsed > UINT32_MAX)
		return -ERANGE;
	*value = (uint32_t)parsed;
	return 0;
}

char *bgw_uint_format(uint32_t value, char text[BGW_UINT_TEXT_SIZE])
{
	char digits[BGW_UINT_TEXT_SIZE];
	unsigned int count = 0;

	do
		digits[count++] = (char)('0' + value % 10);
	while ((value /= 10) != 0);
	for (unsigned int i = 0; i < count; i++)
		text[i] = digits[count - 1 - i];
	text[count] = '\0';
	return text;
}
