/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
#include <linux/pkt_cls.h>

#include "steer.h"

#define HEADERS 128

/*
 * An underlay netdev through AF_PACKET: the workers got their copy before this runs, at ingress;
 * Linux must not see it, or it would answer tunnels with ICMP errors.
 */
SEC("tc")
int bgw_guard(struct __sk_buff *frame)
{
	const void *data;
	const void *end;
	const int tci = frame->vlan_present ? (int)frame->vlan_tci : -1;

	/* Headers may lie in pages; nothing of ours is decided by what comes after these. */
	bpf_skb_pull_data(frame, frame->len < HEADERS ? frame->len : HEADERS);
	data = (const void *)(long)frame->data;
	end = (const void *)(long)frame->data_end;
	return steer_is_own(data, end, tci) ? TC_ACT_SHOT : TC_ACT_OK;
}

char _license[] SEC("license") = "Dual BSD/GPL";
