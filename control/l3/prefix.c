/* SPDX-License-Identifier: BSD-3-Clause */
#include "l3/prefix.h"

#include <string.h>

unsigned int l3_family_bits(uint8_t family)
{
	return family == 4 ? 32 : 128;
}

/* The bits of byte i that are in the first `length` ones. */
static uint8_t byte_mask(unsigned int i, unsigned int length)
{
	if (length >= 8 * (i + 1))
		return 0xff;
	return length <= 8 * i ? 0 : (uint8_t)(0xff00u >> (length - 8 * i));
}

struct bgw_prefix l3_prefix_masked(const struct bgw_prefix *prefix)
{
	struct bgw_prefix masked = *prefix;

	for (unsigned int i = 0; i < sizeof(masked.ip.bytes); i++)
		masked.ip.bytes[i] &= byte_mask(i, prefix->length);
	return masked;
}

struct bgw_prefix l3_prefix_of(const struct bgw_address *address)
{
	return (struct bgw_prefix){.ip = *address,
				   .length = (uint8_t)l3_family_bits(address->family)};
}

bool l3_prefix_equal(const struct bgw_prefix *a, const struct bgw_prefix *b)
{
	return l3_prefix_compare(a, b) == 0;
}

bool l3_prefix_has(const struct bgw_prefix *prefix, const struct bgw_address *address)
{
	uint8_t differ = prefix->ip.family ^ address->family;

	for (unsigned int i = 0; i < sizeof(address->bytes); i++)
		differ |= (uint8_t)((prefix->ip.bytes[i] ^ address->bytes[i]) &
				    byte_mask(i, prefix->length));
	return differ == 0;
}

bool l3_prefix_contains(const struct bgw_prefix *outer, const struct bgw_prefix *inner)
{
	return outer->length <= inner->length && l3_prefix_has(outer, &inner->ip);
}

bool l3_prefix_overlaps(const struct bgw_prefix *a, const struct bgw_prefix *b)
{
	return l3_prefix_contains(a, b) || l3_prefix_contains(b, a);
}

int l3_prefix_compare(const void *a, const void *b)
{
	const struct bgw_prefix *x = a, *y = b;
	int order = x->ip.family - y->ip.family;

	if (order == 0)
		order = memcmp(x->ip.bytes, y->ip.bytes, sizeof(x->ip.bytes));
	return order != 0 ? order : x->length - y->length;
}

struct bgw_address l3_prefix_address(const struct bgw_prefix *prefix, uint8_t n)
{
	struct bgw_address address = prefix->ip;

	address.bytes[l3_family_bits(address.family) / 8 - 1] |= n;
	return address;
}

bool l3_prefix_next(struct bgw_prefix *prefix)
{
	unsigned int at, carry;

	if (prefix->length == 0)
		return false;
	at = (prefix->length - 1u) / 8;
	carry = 1u << (7 - (prefix->length - 1u) % 8);
	for (;; at--) {
		carry += prefix->ip.bytes[at];
		prefix->ip.bytes[at] = (uint8_t)carry;
		carry >>= 8;
		if (carry == 0)
			return true;
		if (at == 0)
			return false;
	}
}

bool l3_prefix_is_unicast(const struct bgw_prefix *prefix)
{
	/* RFC 6890, and what multicast and the reserved class E leave. IPv4 in IPv6 (::ffff:0:0/96)
	 * is no address of a host on a link, and is in the first. */
	static const struct bgw_prefix nobodys[] = {
		{.ip = {.family = 4, .bytes = {0}}, .length = 8},
		{.ip = {.family = 4, .bytes = {127}}, .length = 8},
		{.ip = {.family = 4, .bytes = {169, 254}}, .length = 16},
		{.ip = {.family = 4, .bytes = {224}}, .length = 3},
		{.ip = {.family = 6, .bytes = {0}}, .length = 8},
		{.ip = {.family = 6, .bytes = {0xfe, 0x80}}, .length = 10},
		{.ip = {.family = 6, .bytes = {0xff}}, .length = 8},
	};

	for (unsigned int i = 0; i < sizeof(nobodys) / sizeof(nobodys[0]); i++)
		if (l3_prefix_overlaps(&nobodys[i], prefix))
			return false;
	return prefix->length != 0;
}
