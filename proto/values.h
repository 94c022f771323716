/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_VALUES_H
#define BGW_PROTO_VALUES_H

/**
 * The value types that object members are made of, and their text forms: what the API, the
 * configuration file and the command line read and print. Any thread; nothing allocates.
 *
 * A bgw_*_parse function takes a NUL-terminated text, accepts nothing before or after the value,
 * and returns 0 or -EINVAL with the output untouched. A bgw_*_format function writes at most the
 * size named beside it, NUL included, and returns its output.
 */

#include <stdbool.h>
#include <stdint.h>

/** RFC 9562, bytes in the order of the text. */
struct bgw_uuid {
	uint8_t bytes[16];
};

/** EUI-48 in the order of the wire. */
struct bgw_mac {
	uint8_t bytes[6];
};

/** FIPS 180-4, bytes in the order of the text. */
struct bgw_sha256 {
	uint8_t bytes[32];
};

/** An IPv4 or IPv6 address in the order of the wire; IPv4 fills the first four bytes, the rest is
 * zero, so that two equal addresses are equal bytes. */
struct bgw_address {
	uint8_t family; /**< 0 none, 4 or 6 */
	uint8_t bytes[16];
};

/** An address of a netdev or a set of addresses. Host bits are kept. */
struct bgw_prefix {
	struct bgw_address ip;
	uint8_t length; /**< bits, 0-32 or 0-128 */
};

/** VLAN ids that name an attachment: none (untagged, "0"), one ("V") or two ("S.C", outer first).
 * RFC: IEEE 802.1Q, VID 1-4094; inner 0 means one tag. */
struct bgw_tags {
	uint16_t outer;
	uint16_t inner;
};

#define BGW_UUID_TEXT_SIZE    37
#define BGW_MAC_TEXT_SIZE     18
#define BGW_ADDRESS_TEXT_SIZE 46
#define BGW_PREFIX_TEXT_SIZE  50
#define BGW_TAGS_TEXT_SIZE    10
#define BGW_UINT_TEXT_SIZE    11

/** Accepts 8-4-4-4-12 and 32 hexadecimal digits, either case. */
int bgw_uuid_parse(const char *text, struct bgw_uuid *uuid);
char *bgw_uuid_format(const struct bgw_uuid *uuid, char text[BGW_UUID_TEXT_SIZE]);
bool bgw_uuid_equal(const struct bgw_uuid *a, const struct bgw_uuid *b);
bool bgw_uuid_is_nil(const struct bgw_uuid *uuid);

/** Accepts six groups of two digits with ':' or '-', three groups of four with '.'. */
int bgw_mac_parse(const char *text, struct bgw_mac *mac);
char *bgw_mac_format(const struct bgw_mac *mac, char text[BGW_MAC_TEXT_SIZE]);

/** Whether it is the address of one station: neither a group's (IEEE 802, I/G bit) nor zero. */
bool bgw_mac_is_station(const struct bgw_mac *mac);

int bgw_address_parse(const char *text, struct bgw_address *ip);
char *bgw_address_format(const struct bgw_address *ip, char text[BGW_ADDRESS_TEXT_SIZE]);
bool bgw_address_equal(const struct bgw_address *a, const struct bgw_address *b);

/** Accepts 64 hexadecimal digits, either case. */
int bgw_sha256_parse(const char *text, struct bgw_sha256 *hash);

/** Accepts ADDRESS/LENGTH. */
int bgw_prefix_parse(const char *text, struct bgw_prefix *prefix);
char *bgw_prefix_format(const struct bgw_prefix *prefix, char text[BGW_PREFIX_TEXT_SIZE]);

int bgw_tags_parse(const char *text, struct bgw_tags *tags);
char *bgw_tags_format(const struct bgw_tags *tags, char text[BGW_TAGS_TEXT_SIZE]);

/** A whole number without sign, decimal or 0x hexadecimal. -ERANGE beyond 32 bits. */
int bgw_uint_parse(const char *text, uint32_t *value);
/** In decimal. */
char *bgw_uint_format(uint32_t value, char text[BGW_UINT_TEXT_SIZE]);

#endif
