/* SPDX-License-Identifier: BSD-3-Clause */
#include <linux/capability.h>

#include <rte_mbuf.h>

#include <bgw/why.h>

#include "port/driver.h"

/*
 * A kernel netdev through AF_PACKET rings. The driver copies each frame in and out, so it takes any
 * mbuf; Linux gets every received frame too. The kernel takes the outer tag off before it hands a
 * frame over and the driver would put it back as 0x8100 whatever it was.
 */

/* What the kernel puts before the frame in a slot of the ring is at least this long. */
#define SLOT_OVERHEAD 64
#define PAGE	      4096

static int af_packet_check(const struct bgw_port_config *config, char *why, size_t why_size)
{
	int ret = port_driver_check_netdev(config, why, why_size);

	return ret ? ret
		   : port_driver_check_capability(config, CAP_NET_RAW, "CAP_NET_RAW", why,
						  why_size);
}

/*
 * The size of a slot. The driver copies a slot's frame into one buffer without a look at the
 * buffer's size, so the slot bounds it. Slots must fill their blocks, and blocks whole pages.
 */
static unsigned int slot_bytes(void)
{
	const unsigned int room =
		rte_pktmbuf_data_room_size(bgw_mbuf_pool(-1)) - RTE_PKTMBUF_HEADROOM;

	if (room + SLOT_OVERHEAD < PAGE)
		return PAGE / 2;
	return (room + SLOT_OVERHEAD) / PAGE * PAGE;
}

static int af_packet_device(const struct bgw_port_config *config, uint16_t index, uint16_t queues,
			    char *name, size_t name_size, char *args, size_t args_size)
{
	const unsigned int slot = slot_bytes();
	int ret = port_driver_print(name, name_size, "net_af_packet_bgw%u", index);

	if (ret < 0)
		return ret;
	return port_driver_print(args, args_size,
				 "iface=%s,qpairs=%u,blocksz=%u,framesz=%u,framecnt=%u%s%s",
				 config->device, queues, slot < PAGE ? PAGE : slot, slot, 1024,
				 config->devargs[0] != '\0' ? "," : "", config->devargs);
}

static uint16_t af_packet_mtu_max(void)
{
	/* TPACKET2_HDRLEN and alignment, then Ethernet with two tags */
	return (uint16_t)(slot_bytes() - 96 - 22);
}

static uint16_t af_packet_queues(const struct bgw_port_config *config, uint16_t workers)
{
	(void)config;
	return workers < 16 ? workers : 16;
}

const struct port_driver port_driver_af_packet = {
	.row =
		{
			.name = "af_packet",
			.netdev = true,
			.linux_sees_it = true,
			.linux_copies = true,
			.paired_queues = true,
			.indirect_mbufs = true,
		},
	.rx_vlan_stripped = true,
	.check = af_packet_check,
	.queues = af_packet_queues,
	.device = af_packet_device,
	.mtu_max = af_packet_mtu_max,
};
