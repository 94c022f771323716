/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NETLINK_ATTRIBUTE_H
#define BGW_CONTROL_NETLINK_ATTRIBUTE_H

/**
 * Attributes of netlink messages, read with suspicion: -EBADMSG for one that does not fit what
 * holds it, or has another size than its type. A reader given NULL (no such attribute) leaves its
 * output alone and returns 0.
 */

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "values.h"

/** The fixed part of a message, NULL if it has less than `bytes`. */
const void *netlink_payload(const struct nlmsghdr *header, size_t bytes);

/** table[0..max]: the attribute of each type, NULL if absent; the last one when it is repeated.
 * Types above max are ignored. */
int netlink_attributes(const struct nlmsghdr *header, size_t fixed_bytes,
		       const struct nlattr **table, uint16_t max);
int netlink_attributes_nested(const struct nlattr *parent, const struct nlattr **table,
			      uint16_t max);

int netlink_attribute_u8(const struct nlattr *attribute, uint8_t *value);
int netlink_attribute_u16(const struct nlattr *attribute, uint16_t *value);
int netlink_attribute_u32(const struct nlattr *attribute, uint32_t *value);
int netlink_attribute_mac(const struct nlattr *attribute, struct bgw_mac *mac);
/** A NUL-terminated text that fits, its NUL included. */
int netlink_attribute_text(const struct nlattr *attribute, char *text, size_t text_size);
/** `family` is AF_INET or AF_INET6. Not for NULL. */
int netlink_attribute_ip(const struct nlattr *attribute, int family, struct bgw_address *ip);
/** Whether it is this text. Not for NULL. */
bool netlink_attribute_is(const struct nlattr *attribute, const char *text);

#endif
