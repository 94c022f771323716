/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
#include "steer.h"
#include "xsks.h"

/* An underlay netdev through AF_XDP: tunnels and negotiation to the workers, the rest to Linux. */
SEC("xdp")
int bgw_steer(struct xdp_md *frame)
{
	const void *data = (const void *)(long)frame->data;
	const void *end = (const void *)(long)frame->data_end;

	return steer_is_own(data, end, -1) ? xsks_redirect(frame) : XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
