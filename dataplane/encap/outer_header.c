/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/outer_header.h"

#include <errno.h>

#include <rte_ether.h>

#define VLAN_ID_MAX 4094
#define IPV4_DF	    0x4000

static void put_u16(uint8_t *at, uint16_t value)
{
	*(unaligned_uint16_t *)at = rte_cpu_to_be_16(value);
}

static void put_ipv4(uint8_t *ip, const struct bgw_path_spec *spec, uint8_t ip_protocol)
{
	memset(ip, 0, OUTER_IPV4_BYTES);
	ip[0] = 0x45;
	put_u16(ip + 6, IPV4_DF);
	ip[8] = spec->ttl ? spec->ttl : OUTER_TTL_DEFAULT;
	ip[9] = ip_protocol;
	memcpy(ip + 12, &spec->local.v4, 4);
	memcpy(ip + 16, &spec->remote.v4, 4);
}

int outer_header_build(struct outer_header *header, const struct bgw_path_spec *spec,
		       uint8_t ip_protocol, const void *shim, uint8_t shim_bytes)
{
	const uint8_t ip_offset = (uint8_t)(OUTER_IPV4_BYTES + shim_bytes);
	uint8_t *end = header->bytes + OUTER_HEADER_ROOM;
	uint8_t *ip = end - ip_offset;
	uint8_t *at = ip;

	if (spec->local.family != 4 || spec->remote.family != 4 || spec->local.v4 == 0 ||
	    spec->remote.v4 == 0 || rte_is_zero_ether_addr(&spec->next_hop_mac) ||
	    spec->vlan > VLAN_ID_MAX)
		return -EINVAL;
	memset(header, 0, sizeof(*header));
	memcpy(end - shim_bytes, shim, shim_bytes);
	put_ipv4(ip, spec, ip_protocol);
	put_u16(at -= 2, RTE_ETHER_TYPE_IPV4);
	if (spec->vlan != 0) {
		put_u16(at -= 2, spec->vlan);
		put_u16(at -= 2, RTE_ETHER_TYPE_VLAN);
	}
	memcpy(at -= RTE_ETHER_ADDR_LEN, &spec->source_mac, RTE_ETHER_ADDR_LEN);
	memcpy(at -= RTE_ETHER_ADDR_LEN, &spec->next_hop_mac, RTE_ETHER_ADDR_LEN);
	header->ip_checksum_base = checksum_fold(checksum_add(0, ip, OUTER_IPV4_BYTES));
	header->length = (uint8_t)(end - at);
	header->ip_offset = ip_offset;
	return 0;
}
