/* SPDX-License-Identifier: BSD-3-Clause */
#include "layer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ethertype of a payload that is none of the others: IEEE 802 local experimental 1. */
#define ETHERTYPE_EXPERIMENTAL 0x88b5

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void put_mac(uint8_t *at, const char *text)
{
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &at[0], &at[1], &at[2], &at[3], &at[4],
		   &at[5]) != 6)
		abort();
}

static void put_ip(int family, uint8_t *at, const char *text)
{
	if (inet_pton(family, text, at) != 1)
		abort();
}

uint16_t internet_checksum(const void *bytes, size_t length_bytes, uint32_t sum)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i + 1 < length_bytes; i += 2)
		sum += get16(at + i);
	if (length_bytes % 2 != 0)
		sum += (uint32_t)at[length_bytes - 1] << 8;
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

struct layer layer_eth(struct eth_args args)
{
	struct layer layer = {.kind = LAYER_ETHERNET, .ethertype = 0x6558, .length_bytes = 14};

	put_mac(layer.bytes, args.to);
	put_mac(layer.bytes + 6, args.from);
	put16(layer.bytes + 12, args.type);
	layer.fixed_type = args.type != 0;
	return layer;
}

struct layer layer_vlan(struct vlan_args args)
{
	struct layer layer = {.kind = LAYER_VLAN, .length_bytes = 4};

	layer.ethertype = args.tpid ? args.tpid : 0x8100;
	put16(layer.bytes, (uint32_t)args.pcp << 13 | (uint32_t)args.dei << 12 | args.vid);
	put16(layer.bytes + 2, args.type);
	layer.fixed_type = args.type != 0;
	return layer;
}

struct layer layer_ipv4(struct ipv4_args args)
{
	struct layer layer = {.kind = LAYER_IPV4, .ethertype = 0x0800, .ip_protocol = 4};
	const uint32_t words = 5 + args.options_bytes / 4u;

	layer.length_bytes = words * 4;
	layer.bytes[0] =
		(uint8_t)((args.version ? args.version : 4u) << 4 | (args.ihl ? args.ihl : words));
	layer.bytes[1] = args.tos;
	put16(layer.bytes + 4, args.id);
	put16(layer.bytes + 6,
	      (uint32_t)args.df << 14 | (uint32_t)args.mf << 13 | (args.offset & 0x1fffu));
	layer.bytes[8] = args.ttl ? args.ttl : 64;
	layer.bytes[9] = args.protocol;
	layer.fixed_type = args.protocol != 0;
	put_ip(AF_INET, layer.bytes + 12, args.from);
	put_ip(AF_INET, layer.bytes + 16, args.to);
	memset(layer.bytes + 20, 1, args.options_bytes);
	layer.checksum_error = args.checksum_error;
	layer.length_error = args.length_error;
	return layer;
}

struct layer layer_ipv6(struct ipv6_args args)
{
	struct layer layer = {
		.kind = LAYER_IPV6, .ethertype = 0x86dd, .ip_protocol = 41, .length_bytes = 40};

	put32(layer.bytes, UINT32_C(6) << 28 | (uint32_t)args.traffic_class << 20);
	layer.bytes[6] = args.next_header;
	layer.fixed_type = args.next_header != 0;
	layer.bytes[7] = args.hop_limit ? args.hop_limit : 64;
	put_ip(AF_INET6, layer.bytes + 8, args.from);
	put_ip(AF_INET6, layer.bytes + 24, args.to);
	layer.length_error = args.length_error;
	return layer;
}

struct layer layer_udp(struct udp_args args)
{
	struct layer layer = {.kind = LAYER_UDP, .ip_protocol = 17, .length_bytes = 8};

	put16(layer.bytes, args.from);
	put16(layer.bytes + 2, args.to);
	if (args.from == ANY)
		memset(layer.ignored, 0xff, 2);
	layer.no_checksum = args.no_checksum;
	layer.checksum_error = args.checksum_error;
	layer.length_error = args.length_error;
	return layer;
}

static struct layer layer_icmp(uint8_t kind, uint8_t protocol, uint8_t type, uint8_t code,
			       uint32_t rest)
{
	struct layer layer = {.kind = kind, .ip_protocol = protocol, .length_bytes = 8};

	layer.bytes[0] = type;
	layer.bytes[1] = code;
	put32(layer.bytes + 4, rest);
	return layer;
}

struct layer icmp(uint8_t type, uint8_t code, uint32_t rest)
{
	return layer_icmp(LAYER_ICMP, 1, type, code, rest);
}

struct layer icmpv6(uint8_t type, uint8_t code, uint32_t rest)
{
	return layer_icmp(LAYER_ICMPV6, 58, type, code, rest);
}

struct layer layer_arp(struct arp_args args)
{
	struct layer layer = {.kind = LAYER_OPAQUE, .ethertype = 0x0806, .length_bytes = 28};

	put16(layer.bytes, 1);
	put16(layer.bytes + 2, 0x0800);
	layer.bytes[4] = 6;
	layer.bytes[5] = 4;
	put16(layer.bytes + 6, args.operation);
	put_mac(layer.bytes + 8, args.sender_mac);
	put_ip(AF_INET, layer.bytes + 14, args.sender_ip);
	put_mac(layer.bytes + 18, args.target_mac);
	put_ip(AF_INET, layer.bytes + 24, args.target_ip);
	return layer;
}

struct layer layer_vxlan(struct vxlan_args args)
{
	struct layer layer = {.kind = LAYER_OPAQUE, .length_bytes = 8};
	const uint32_t flags = args.no_flags ? 0 : args.flags ? args.flags : 0x08u;

	put32(layer.bytes, flags << 24 | args.reserved);
	put32(layer.bytes + 4, args.vni << 8 | args.last_reserved);
	return layer;
}

struct layer layer_gre(struct gre_args args)
{
	struct layer layer = {.kind = LAYER_GRE, .ip_protocol = 47, .length_bytes = 4};

	put16(layer.bytes, (args.has_checksum ? 0x8000u : 0) | (args.has_key ? 0x2000u : 0) |
				   (args.has_sequence ? 0x1000u : 0) | args.flags);
	put16(layer.bytes + 2, args.type);
	layer.fixed_type = args.type != 0;
	layer.no_checksum = !args.has_checksum;
	layer.checksum_error = args.checksum_error;
	if (args.has_checksum)
		layer.length_bytes += 4;
	if (args.has_key) {
		put32(layer.bytes + layer.length_bytes, args.key);
		if (args.any_flow_id)
			layer.ignored[layer.length_bytes + 3] = 0xff;
		layer.length_bytes += 4;
	}
	if (args.has_sequence) {
		put32(layer.bytes + layer.length_bytes, args.sequence);
		layer.length_bytes += 4;
	}
	return layer;
}

struct layer payload(uint32_t length_bytes)
{
	static uint8_t pattern[65536];

	if (pattern[1] == 0)
		for (uint32_t i = 0; i < sizeof(pattern); i++)
			pattern[i] = (uint8_t)(i * 7 + i / 256);
	return bytes_of(pattern, length_bytes);
}

struct layer bytes_of(const void *bytes, uint32_t length_bytes)
{
	return (struct layer){.kind = LAYER_OPAQUE, .length_bytes = length_bytes, .data = bytes};
}

struct layer inner(const struct packet *packet)
{
	struct layer layer = bytes_of(packet->bytes, packet->length_bytes);

	layer.ethertype = 0x6558;
	return layer;
}

struct layer padded_to(uint32_t length_bytes)
{
	return (struct layer){.kind = LAYER_PADDING, .length_bytes = length_bytes};
}

/* Sum of the pseudo header (RFC 768, RFC 8200 section 8.1) of what IP carries from `at` on. */
static uint32_t pseudo_header_sum(const struct packet *packet, const struct layer_place *ip,
				  uint8_t protocol, uint32_t length)
{
	const bool v4 = ip->layer->kind == LAYER_IPV4;
	const uint8_t *addresses = packet->bytes + ip->at + (v4 ? 12 : 8);
	uint32_t sum = protocol + (length >> 16) + (length & 0xffff);

	for (uint32_t i = 0; i < (v4 ? 8u : 32u); i += 2)
		sum += get16(addresses + i);
	return sum;
}

static void finish_checksum(struct packet *packet, uint32_t at, uint32_t field, uint32_t end,
			    uint32_t sum, const struct layer *layer)
{
	uint16_t checksum;

	put16(packet->bytes + at + field, 0);
	checksum = internet_checksum(packet->bytes + at, end - at, sum);
	if (layer->kind == LAYER_UDP && checksum == 0)
		checksum = 0xffff;
	put16(packet->bytes + at + field, checksum ^ layer->checksum_error);
}

void layer_finish(struct packet *packet, const struct layer_place *places, size_t count, size_t i,
		  uint32_t end)
{
	const struct layer *layer = places[i].layer;
	const struct layer *next = i + 1 < count ? places[i + 1].layer : NULL;
	const uint16_t type =
		next != NULL && next->ethertype != 0 ? next->ethertype : ETHERTYPE_EXPERIMENTAL;
	/* 253: use for experimentation (RFC 3692). */
	const uint8_t protocol = next != NULL && next->ip_protocol != 0 ? next->ip_protocol : 253;
	const uint32_t at = places[i].at;
	const uint32_t length = (uint32_t)((int64_t)(end - at) + layer->length_error);
	uint8_t *bytes = packet->bytes + at;

	switch ((enum layer_kind)layer->kind) {
	case LAYER_ETHERNET:
	case LAYER_VLAN:
		if (!layer->fixed_type)
			put16(bytes + layer->length_bytes - 2, type);
		break;
	case LAYER_GRE:
		if (!layer->fixed_type)
			put16(bytes + 2, type);
		if (!layer->no_checksum)
			finish_checksum(packet, at, 4, end, 0, layer);
		break;
	case LAYER_IPV4:
		if (!layer->fixed_type)
			bytes[9] = protocol;
		put16(bytes + 2, length);
		finish_checksum(packet, at, 10, at + layer->length_bytes, 0, layer);
		break;
	case LAYER_IPV6:
		if (!layer->fixed_type)
			bytes[6] = protocol;
		put16(bytes + 4, length - 40);
		break;
	case LAYER_UDP:
		put16(bytes + 4, length);
		if (!layer->no_checksum)
			finish_checksum(packet, at, 6, end,
					pseudo_header_sum(packet, &places[i - 1], 17, end - at),
					layer);
		break;
	case LAYER_ICMP:
		finish_checksum(packet, at, 2, end, 0, layer);
		break;
	case LAYER_ICMPV6:
		finish_checksum(packet, at, 2, end,
				pseudo_header_sum(packet, &places[i - 1], 58, end - at), layer);
		break;
	case LAYER_OPAQUE:
	case LAYER_PADDING:
		break;
	}
}
