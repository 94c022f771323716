/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
#include "xsks.h"

/* An access netdev through AF_XDP: every frame to the workers. */
SEC("xdp")
int bgw_take(struct xdp_md *frame)
{
	return xsks_redirect(frame);
}

char _license[] SEC("license") = "Dual BSD/GPL";
