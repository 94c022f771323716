/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef XSKS_H
#define XSKS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/* The AF_XDP sockets by receive queue. DPDK's driver fills the map and wants it by this name. */
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u32);
} xsks_map SEC(".maps");

/* Without a socket on the queue (no worker any more) Linux keeps the link. */
static __always_inline int xsks_redirect(const struct xdp_md *frame)
{
	return (int)bpf_redirect_map(&xsks_map, frame->rx_queue_index, XDP_PASS);
}

#endif
