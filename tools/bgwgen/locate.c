/* SPDX-License-Identifier: BSD-3-Clause */
#include "locate.h"

#include <errno.h>
#include <netinet/in.h>

#include <encap/gre.h>
#include <encap/inner.h>
#include <encap/outer_ipv4.h>
#include <encap/vxlan.h>

#include "signature.h"

#define UDP_BYTES 8

/* A part of the frame: where it begins, and how far it can be read and reaches, from there on. */
struct part {
	const uint8_t *at;
	uint32_t readable;
	uint32_t length;
};

static uint16_t be16(const uint8_t *at)
{
	return rte_be_to_cpu_16(*(const unaligned_uint16_t *)at);
}

/* The rest of a part behind `bytes`, which can be read. */
static struct part part_after(struct part part, uint32_t bytes)
{
	return (struct part){part.at + bytes, part.readable - bytes, part.length - bytes};
}

/*
 * Narrows the part to what its IPv4 or IPv6 header carries. Returns the protocol, or -ENOENT. The
 * header's own checksum is not looked at: whoever broke it also broke what comes behind it.
 */
static int payload_of_ip(struct part *part, struct inner_l3 l3)
{
	const uint8_t *ip = part->at + l3.offset;
	uint32_t header_bytes = INNER_IPV6_BYTES;
	uint32_t total;
	int protocol;

	if (l3.family == 4) {
		header_bytes = (ip[0] & 0x0fu) * 4;
		total = be16(ip + 2);
		protocol = ip[9];
		if (be16(ip + 6) & 0x3fff)
			return -ENOENT;
	} else if (l3.family == 6) {
		total = be16(ip + 4) + (uint32_t)INNER_IPV6_BYTES;
		protocol = ip[6];
	} else {
		return -ENOENT;
	}
	if (header_bytes < INNER_IPV4_BYTES || total < header_bytes ||
	    total > part->length - l3.offset || part->readable < l3.offset + header_bytes)
		return -ENOENT;
	*part = part_after(*part, l3.offset + header_bytes);
	part->length = total - header_bytes;
	if (part->readable > part->length)
		part->readable = part->length;
	return protocol;
}

/* Whether a tunnel header is at `l4`, which is `ip_payload` bytes long. */
static bool tunnel_is(struct part l4, int protocol, uint16_t vxlan_port,
		      struct tunnel_header *header, enum locate_tunnel *kind)
{
	if (protocol == VXLAN_IP_PROTOCOL && l4.readable >= VXLAN_SHIM_BYTES &&
	    be16(l4.at + 2) == vxlan_port) {
		/* The checksum, which RFC 7348 wants to be zero, is not of interest. */
		if (!(l4.at[VXLAN_UDP_BYTES] & VXLAN_FLAG_I))
			return false;
		*header = (struct tunnel_header){
			.key = rte_be_to_cpu_32(*(const unaligned_uint32_t *)(l4.at + 12)) >> 8,
			.length = VXLAN_SHIM_BYTES,
		};
		*kind = LOCATE_VXLAN;
		return true;
	}
	if (protocol != GRE_IP_PROTOCOL || gre_parse(l4.at, l4.readable, header) != ENCAP_OK)
		return false;
	*kind = LOCATE_GRE;
	return true;
}

int locate_signature(const uint8_t *frame, uint32_t readable, uint32_t length, uint16_t vxlan_port,
		     struct location *location)
{
	struct part part = {frame, readable < length ? readable : length, length};
	struct tunnel_header header;
	int protocol = payload_of_ip(&part, inner_l3_find(part.at, part.readable));

	*location = (struct location){.tunnel = LOCATE_PLAIN};
	if (protocol >= 0 && tunnel_is(part, protocol, vxlan_port, &header, &location->tunnel)) {
		location->key = header.key;
		part = part_after(part, header.length);
		protocol = payload_of_ip(&part, inner_l3_find(part.at, part.readable));
	}
	if (protocol != IPPROTO_UDP || part.readable < UDP_BYTES + SIGNATURE_BYTES ||
	    be16(part.at + 2) != SIGNATURE_UDP_PORT ||
	    be16(part.at + 4) < UDP_BYTES + SIGNATURE_BYTES)
		return -ENOENT;
	location->offset = (uint32_t)(part.at - frame) + UDP_BYTES;
	return 0;
}
