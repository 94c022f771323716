/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

/*
 * An access netdev through AF_PACKET: the workers got their copy before this runs, at ingress.
 * Linux must see no frame of the exchange's LAN, or members would reach this host's own services.
 */
SEC("tc")
int bgw_mute(struct __sk_buff *frame)
{
	(void)frame;
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
