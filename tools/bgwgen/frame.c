/* SPDX-License-Identifier: BSD-3-Clause */
#include "frame.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <encap/checksum.h>
#include <encap/entropy.h>
#include <encap/inner.h>
#include <encap/row.h>

#include "signature.h"

#define UDP_BYTES	8
#define UDP_PORT_FIRST	1024
#define UDP_PORTS	64000
#define TTL		64
#define SIDE_ADDRESSES	65536
#define OUTER_MTU_BYTES UINT16_MAX

static uint8_t *put_u16(uint8_t *at, uint16_t value)
{
	*(unaligned_uint16_t *)at = rte_cpu_to_be_16(value);
	return at + 2;
}

/* Locally administered, one block for each side of a pair. */
static uint8_t *put_mac(uint8_t *at, uint8_t pair, bool far_side, uint32_t number)
{
	const uint8_t mac[RTE_ETHER_ADDR_LEN] = {
		0x02,
		(uint8_t)(0x90 + (pair >> 7)),
		(uint8_t)(pair << 1 | far_side),
		(uint8_t)(number >> 16),
		(uint8_t)(number >> 8),
		(uint8_t)number,
	};

	memcpy(at, mac, sizeof(mac));
	return at + sizeof(mac);
}

static uint8_t *put_tag(uint8_t *at, uint16_t tpid, struct frame_range range, uint32_t flow)
{
	at = put_u16(at, tpid);
	return put_u16(at, (uint16_t)(range.first + flow % range.count));
}

static uint8_t *put_tags(uint8_t *at, const struct frame_tags *tags, uint32_t flow)
{
	if (tags->outer.count == 0)
		return at;
	if (tags->inner.count == 0)
		return put_tag(at, RTE_ETHER_TYPE_VLAN, tags->outer, flow);
	at = put_tag(at, RTE_ETHER_TYPE_QINQ, tags->outer, flow);
	return put_tag(at, RTE_ETHER_TYPE_VLAN, tags->inner, flow);
}

/* 198.18.x.y on the near side, 198.19.x.y on the far one. */
static void put_ipv4_address(uint8_t *at, bool far_side, uint32_t number)
{
	at[0] = 198;
	at[1] = (uint8_t)(18 + far_side);
	put_u16(at + 2, (uint16_t)(number % SIDE_ADDRESSES));
}

/* 2001:2::P:S:N, with the pair, the side and the number. */
static void put_ipv6_address(uint8_t *at, uint8_t pair, bool far_side, uint32_t number)
{
	memset(at, 0, 16);
	put_u16(put_u16(at, 0x2001), 0x0002);
	put_u16(at + 8, pair);
	put_u16(at + 10, far_side);
	*(unaligned_uint32_t *)(at + 12) = rte_cpu_to_be_32(number);
}

static uint8_t *put_ip(uint8_t *at, const struct frame_plan *plan, uint32_t source,
		       uint32_t destination, uint16_t payload_bytes)
{
	if (plan->ip_version == 4) {
		memset(at, 0, INNER_IPV4_BYTES);
		at[0] = 0x45;
		put_u16(at + 2, (uint16_t)(INNER_IPV4_BYTES + payload_bytes));
		at[8] = TTL;
		at[9] = IPPROTO_UDP;
		put_ipv4_address(at + 12, plan->reverse, source);
		put_ipv4_address(at + 16, !plan->reverse, destination);
		*(unaligned_uint16_t *)(at + 10) =
			checksum_finish(checksum_add(0, at, INNER_IPV4_BYTES));
		return at + INNER_IPV4_BYTES;
	}
	memset(at, 0, INNER_IPV6_BYTES);
	at[0] = 0x60;
	put_u16(at + 4, payload_bytes);
	at[6] = IPPROTO_UDP;
	at[7] = TTL;
	put_ipv6_address(at + 8, plan->pair, plan->reverse, source);
	put_ipv6_address(at + 24, plan->pair, !plan->reverse, destination);
	return at + INNER_IPV6_BYTES;
}

/* RFC 768; the addresses end where the header begins, in IPv4 and in IPv6. */
static uint8_t *put_udp(uint8_t *at, const struct frame_plan *plan, uint32_t flow, uint16_t length,
			uint16_t key)
{
	const size_t addresses = plan->ip_version == 4 ? 8 : 32;
	const uint32_t round = flow / RTE_MAX(plan->source_macs, plan->destination_macs);
	rte_be16_t checksum;
	uint64_t sum;

	put_u16(at, (uint16_t)(UDP_PORT_FIRST + round % UDP_PORTS));
	put_u16(at + 2, SIGNATURE_UDP_PORT);
	put_u16(at + 4, length);
	put_u16(at + 6, 0);
	sum = checksum_add(key, at - addresses, addresses + UDP_BYTES);
	sum = checksum_add_u16(sum, IPPROTO_UDP);
	checksum = checksum_finish(checksum_add_u16(sum, length));
	*(unaligned_uint16_t *)(at + 6) = checksum != 0 ? checksum : 0xffff;
	return at + UDP_BYTES;
}

static uint16_t headers_bytes(const struct frame_plan *plan)
{
	const int tags = (plan->tags.outer.count > 0) + (plan->tags.inner.count > 0);

	return (uint16_t)(INNER_ETHERNET_BYTES + tags * INNER_TAG_BYTES +
			  (plan->ip_version == 4 ? INNER_IPV4_BYTES : INNER_IPV6_BYTES) +
			  UDP_BYTES);
}

uint16_t frame_size_min(const struct frame_plan *plan)
{
	const int size = headers_bytes(plan) + SIGNATURE_BYTES + FRAME_FCS_BYTES;

	return (uint16_t)RTE_MAX(size, FRAME_SIZE_MIN);
}

uint16_t frame_tunnel_bytes(const struct frame_tunnel *tunnel)
{
	if (!tunnel->is_used)
		return 0;
	return (uint16_t)(OUTER_ETHERNET_BYTES + (tunnel->vlan != 0 ? OUTER_VLAN_BYTES : 0) +
			  bgw_encap_overhead_bytes(tunnel->encap, 4, tunnel->keyless));
}

/* Writes the outer header so that it ends at `inner`. */
static int push_tunnel(uint8_t *inner, const struct frame_tunnel *tunnel, uint32_t flow,
		       uint16_t inner_bytes, uint16_t readable)
{
	const struct encap_row *row = &encap_rows[tunnel->encap];
	const struct bgw_path_spec spec = {
		.state = BGW_PATH_UP,
		.encap = tunnel->encap,
		.keyless = tunnel->keyless,
		.local = {.family = 4, .v4 = tunnel->local},
		.remote = {.family = 4, .v4 = tunnel->remote},
		.vlan = tunnel->vlan,
		.source_mac = tunnel->source_mac,
		.next_hop_mac = tunnel->next_hop_mac,
		.mtu_bytes = OUTER_MTU_BYTES,
		.ttl = TTL,
		.udp_port = tunnel->udp_port,
	};
	struct encap_push push = {
		.inner = inner,
		.segmentation_id = tunnel->ids.first + flow % RTE_MAX(tunnel->ids.count, 1u),
		.entropy = entropy_hash(inner, readable, inner_l3_find(inner, readable)),
		.inner_length = inner_bytes,
	};
	struct outer_header header;
	const int ret = row->build(&header, &spec);

	if (ret < 0)
		return ret;
	if (!tunnel->keyless &&
	    (push.segmentation_id < row->key_min || push.segmentation_id > row->key_max))
		return -EINVAL;
	push.header = &header;
	row->push(&push);
	return 0;
}

int frame_build(struct frame_headers *headers, const struct frame_plan *plan, uint32_t flow,
		uint16_t size, uint16_t key)
{
	uint8_t room[OUTER_HEADER_ROOM + FRAME_HEADER_MAX] = {0};
	const uint16_t inner_bytes = (uint16_t)(size - FRAME_FCS_BYTES);
	const uint16_t outer_bytes = frame_tunnel_bytes(&plan->tunnel);
	const uint16_t head_bytes = headers_bytes(plan);
	const uint32_t source = flow % plan->source_macs;
	const uint32_t destination = flow % plan->destination_macs;
	uint8_t *inner = room + OUTER_HEADER_ROOM;
	uint8_t *at = inner;
	int ret;

	if (size < frame_size_min(plan) || size > FRAME_SIZE_MAX)
		return -EINVAL;
	at = put_mac(at, plan->pair, !plan->reverse, destination);
	at = put_mac(at, plan->pair, plan->reverse, source);
	at = put_tags(at, &plan->tags, flow);
	at = put_u16(at, plan->ip_version == 4 ? RTE_ETHER_TYPE_IPV4 : RTE_ETHER_TYPE_IPV6);
	at = put_ip(at, plan, source, destination,
		    (uint16_t)(inner_bytes - head_bytes + UDP_BYTES));
	at = put_udp(at, plan, flow, (uint16_t)(inner_bytes - (at - inner)), key);
	ret = plan->tunnel.is_used
		      ? push_tunnel(inner, &plan->tunnel, flow, inner_bytes, head_bytes)
		      : 0;
	if (ret < 0)
		return ret;
	memset(headers, 0, sizeof(*headers));
	headers->length = (uint16_t)(outer_bytes + head_bytes);
	headers->frame_bytes = (uint16_t)(outer_bytes + inner_bytes);
	memcpy(headers->bytes, inner - outer_bytes, headers->length);
	return 0;
}
