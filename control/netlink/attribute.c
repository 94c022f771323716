/* SPDX-License-Identifier: BSD-3-Clause */
#include "attribute.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define HEADER_BYTES sizeof(struct nlmsghdr)

static size_t align(size_t bytes)
{
	return (bytes + 3) & ~(size_t)3;
}

const void *netlink_payload(const struct nlmsghdr *header, size_t bytes)
{
	if (header->nlmsg_len < HEADER_BYTES + bytes)
		return NULL;
	return mnl_nlmsg_get_payload(header);
}

/* The attributes must fill the bytes exactly, but for padding. */
static int read_all(const void *start, size_t bytes, const struct nlattr **table, uint16_t max)
{
	const uint8_t *at = start;

	memset(table, 0, sizeof(*table) * (max + 1u));
	while (bytes > 0) {
		const struct nlattr *attribute = (const struct nlattr *)at;
		size_t step;

		if (bytes < sizeof(*attribute) || attribute->nla_len < sizeof(*attribute) ||
		    attribute->nla_len > bytes)
			return -EBADMSG;
		if (mnl_attr_get_type(attribute) <= max)
			table[mnl_attr_get_type(attribute)] = attribute;
		step = align(attribute->nla_len);
		if (step >= bytes)
			break;
		at += step;
		bytes -= step;
	}
	return 0;
}

int netlink_attributes(const struct nlmsghdr *header, size_t fixed_bytes,
		       const struct nlattr **table, uint16_t max)
{
	size_t skip = HEADER_BYTES + align(fixed_bytes);

	if (header->nlmsg_len <= skip)
		return read_all(NULL, 0, table, max);
	return read_all((const uint8_t *)header + skip, header->nlmsg_len - skip, table, max);
}

int netlink_attributes_nested(const struct nlattr *parent, const struct nlattr **table,
			      uint16_t max)
{
	return read_all(mnl_attr_get_payload(parent), mnl_attr_get_payload_len(parent), table, max);
}

static int copy(const struct nlattr *attribute, void *value, size_t bytes)
{
	if (attribute == NULL)
		return 0;
	if (mnl_attr_get_payload_len(attribute) != bytes)
		return -EBADMSG;
	memcpy(value, mnl_attr_get_payload(attribute), bytes);
	return 0;
}

int netlink_attribute_u8(const struct nlattr *attribute, uint8_t *value)
{
	return copy(attribute, value, sizeof(*value));
}

int netlink_attribute_u16(const struct nlattr *attribute, uint16_t *value)
{
	return copy(attribute, value, sizeof(*value));
}

int netlink_attribute_u32(const struct nlattr *attribute, uint32_t *value)
{
	return copy(attribute, value, sizeof(*value));
}

int netlink_attribute_mac(const struct nlattr *attribute, struct bgw_mac *mac)
{
	return copy(attribute, mac->bytes, sizeof(mac->bytes));
}

int netlink_attribute_text(const struct nlattr *attribute, char *text, size_t text_size)
{
	size_t bytes;

	if (attribute == NULL)
		return 0;
	bytes = mnl_attr_get_payload_len(attribute);
	if (bytes == 0 || bytes > text_size ||
	    memchr(mnl_attr_get_payload(attribute), '\0', bytes) == NULL)
		return -EBADMSG;
	memcpy(text, mnl_attr_get_payload(attribute), bytes);
	return 0;
}

int netlink_attribute_ip(const struct nlattr *attribute, int family, struct bgw_address *ip)
{
	memset(ip, 0, sizeof(*ip));
	ip->family = family == AF_INET ? 4 : 6;
	return copy(attribute, ip->bytes, family == AF_INET ? 4 : 16);
}

bool netlink_attribute_is(const struct nlattr *attribute, const char *text)
{
	size_t bytes = mnl_attr_get_payload_len(attribute);
	size_t length = strlen(text);

	/* The kernel sends it with its NUL, some senders without. */
	return (bytes == length || bytes == length + 1) &&
	       memcmp(mnl_attr_get_payload(attribute), text, length) == 0 &&
	       (bytes == length || ((const char *)mnl_attr_get_payload(attribute))[length] == '\0');
}
