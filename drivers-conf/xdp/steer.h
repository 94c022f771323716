/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STEER_H
#define STEER_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/*
 * Which frames of an underlay netdev are the gateway's. Everything else is Linux's.
 *
 * Control writes the maps (control/xdp.c) and finds them by name; a frame is the gateway's if its
 * VLAN is own_vlan, it goes to an address of own_v4 or own_v6, and it is of a protocol in own_proto
 * or a UDP datagram to a port in own_udp. Fragments go with the first of them, so that the workers
 * drop and count them; those that came before it go to Linux, which cannot put them together.
 */

#define STEER_ADDRESSES	 1024
#define STEER_UDP_PORTS	 64
#define STEER_FRAGMENTS	 1024
#define STEER_EXTENSIONS 4

#define IP_MORE_FRAGMENTS  0x2000
#define IP_FRAGMENT_OFFSET 0x1fff

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEER_ADDRESSES);
	__type(key, __be32);
	__type(value, __u8);
} own_v4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEER_ADDRESSES);
	__type(key, struct in6_addr);
	__type(value, __u8);
} own_v6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEER_UDP_PORTS);
	__type(key, __be16);
	__type(value, __u8);
} own_udp SEC(".maps");

/* By IP protocol number: 1 for ours. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u8);
} own_proto SEC(".maps");

/* The VID of the underlay, 0: untagged or priority-tagged. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u16);
} own_vlan SEC(".maps");

struct fragment {
	struct in6_addr source;
	struct in6_addr destination;
	__be32 id;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, STEER_FRAGMENTS);
	__type(key, struct fragment);
	__type(value, __u8);
} own_fragments SEC(".maps");

struct vlan_tag {
	__be16 tci;
	__be16 type;
};

static __always_inline int steer_is_own_udp(const void *l4, const void *end)
{
	const struct udphdr *udp = l4;

	if ((const void *)(udp + 1) > end)
		return 0;
	return bpf_map_lookup_elem(&own_udp, &udp->dest) != NULL;
}

/*
 * Whether the payload at `l4` is ours. `offset`: of the fragment, `more`: another follows. Both 0:
 * it is whole.
 */
static __always_inline int steer_is_own_payload(__u8 protocol, const void *l4, const void *end,
						const struct fragment *fragment, int offset,
						int more)
{
	const __u32 index = protocol;
	const __u8 one = 1;
	const __u8 *own = bpf_map_lookup_elem(&own_proto, &index);

	if (own != NULL && *own != 0)
		return 1;
	if (protocol != IPPROTO_UDP)
		return 0;
	if (offset != 0)
		return bpf_map_lookup_elem(&own_fragments, fragment) != NULL;
	if (!steer_is_own_udp(l4, end))
		return 0;
	if (more)
		bpf_map_update_elem(&own_fragments, fragment, &one, BPF_ANY);
	return 1;
}

static __always_inline int steer_is_own_v4(const void *l3, const void *end)
{
	const struct iphdr *ip = l3;
	struct fragment fragment = {0};
	__u16 where;

	if ((const void *)(ip + 1) > end || ip->version != 4 || ip->ihl < 5)
		return 0;
	if (bpf_map_lookup_elem(&own_v4, &ip->daddr) == NULL)
		return 0;
	fragment.source.s6_addr32[0] = ip->saddr;
	fragment.destination.s6_addr32[0] = ip->daddr;
	fragment.id = ip->id;
	where = bpf_ntohs(ip->frag_off);
	return steer_is_own_payload(ip->protocol, l3 + ip->ihl * 4, end, &fragment,
				    where & IP_FRAGMENT_OFFSET, where & IP_MORE_FRAGMENTS);
}

struct extension {
	__u8 next;
	__u8 length; /* in 8 octets, without the first 8 */
	__be16 fragment;
	__be32 id;
};

static __always_inline int steer_is_own_v6(const void *l3, const void *end)
{
	const struct ipv6hdr *ip = l3;
	struct fragment fragment = {0};
	const void *l4 = ip + 1;
	__u16 where = 0;
	__u8 protocol;

	if ((const void *)(ip + 1) > end || ip->version != 6)
		return 0;
	if (bpf_map_lookup_elem(&own_v6, &ip->daddr) == NULL)
		return 0;
	protocol = ip->nexthdr;
	for (int i = 0; i < STEER_EXTENSIONS; i++) {
		const struct extension *extension = l4;

		if (protocol != IPPROTO_HOPOPTS && protocol != IPPROTO_ROUTING &&
		    protocol != IPPROTO_DSTOPTS && protocol != IPPROTO_FRAGMENT)
			break;
		if ((const void *)(extension + 1) > end)
			return 0;
		if (protocol == IPPROTO_FRAGMENT) {
			fragment.source = ip->saddr;
			fragment.destination = ip->daddr;
			fragment.id = extension->id;
			where = bpf_ntohs(extension->fragment);
			l4 += sizeof(*extension);
		} else {
			l4 += (extension->length + 1) * 8;
		}
		protocol = extension->next;
		if (where & ~7) /* the rest is payload */
			break;
	}
	return steer_is_own_payload(protocol, l4, end, &fragment, where & ~7, where & 1);
}

/* `tci`: of a tag that the kernel holds beside the frame, or -1. */
static __always_inline int steer_is_own(const void *data, const void *end, int tci)
{
	const struct ethhdr *ethernet = data;
	const void *l3 = ethernet + 1;
	const __u32 zero = 0;
	const __u16 *vlan = bpf_map_lookup_elem(&own_vlan, &zero);
	__u16 vid = tci < 0 ? 0 : tci & 0xfff;
	__be16 type;

	if (l3 > end || vlan == NULL)
		return 0;
	type = ethernet->h_proto;
	if (tci < 0 && (type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD))) {
		const struct vlan_tag *tag = l3;

		if ((const void *)(tag + 1) > end)
			return 0;
		vid = bpf_ntohs(tag->tci) & 0xfff;
		type = tag->type;
		l3 = tag + 1;
	}
	if (vid != *vlan)
		return 0;
	if (type == bpf_htons(ETH_P_IP))
		return steer_is_own_v4(l3, end);
	if (type == bpf_htons(ETH_P_IPV6))
		return steer_is_own_v6(l3, end);
	return 0;
}

#endif
