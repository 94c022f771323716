/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <string.h>
#include <unistd.h>

#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <bgw/why.h>

#include "port/driver.h"
#include "port/linux_netdev.h"

/*
 * A kernel netdev through AF_XDP. Its tx sends the first segment alone and derives the descriptor
 * from the mbuf's address, so neither chains nor indirect mbufs. A queue pair shares one UMEM with
 * rings that take no lock.
 */

static int af_xdp_check(const struct bgw_port_config *config, char *why, size_t why_size)
{
	const struct rte_mempool *pool = bgw_mbuf_pool(-1);
	int ret;

	ret = port_driver_check_netdev(config, why, why_size);
	ret = ret ? ret
		  : port_driver_check_capability(config, CAP_NET_RAW, "CAP_NET_RAW", why, why_size);
	ret = ret ? ret
		  : port_driver_check_capability(config, CAP_NET_ADMIN, "CAP_NET_ADMIN", why,
						 why_size);
	if (ret < 0)
		return ret;
	if (config->xdp_program[0] != '\0' && access(config->xdp_program, R_OK) < 0)
		return bgw_refuse(why, why_size, errno,
				  "port %s: the XDP program %s cannot be read: %s", config->name,
				  config->xdp_program, strerror(errno));
	if (pool == NULL || pool->nb_mem_chunks != 1)
		return bgw_refuse(why, why_size, ENOMEM,
				  "port %s: af_xdp needs all packet buffers in one piece of "
				  "memory: raise memory.mbytes or lower memory.mbufs",
				  config->name);
	if (rte_mempool_calc_obj_size(pool->elt_size, pool->flags, NULL) >
	    (uint32_t)sysconf(_SC_PAGESIZE))
		return bgw_refuse(why, why_size, EINVAL,
				  "port %s: af_xdp cannot use packet buffers larger than a page: "
				  "lower memory.mbuf_bytes to 3,584",
				  config->name);
	return 0;
}

/*
 * The driver takes a netdev without combined channels as one with a single queue; the others would
 * hand their frames to Linux.
 */
static uint16_t af_xdp_queues(const struct bgw_port_config *config, uint16_t workers)
{
	const uint32_t combined = linux_combined_channels(config->device);

	(void)workers;
	/* every queue: an unclaimed one would leak tunnel frames to Linux */
	return combined == 0 ? 1 : (uint16_t)combined;
}

static int af_xdp_device(const struct bgw_port_config *config, uint16_t index, uint16_t queues,
			 char *name, size_t name_size, char *args, size_t args_size)
{
	int ret = port_driver_print(name, name_size, "net_af_xdp_bgw%u", index);

	if (ret < 0)
		return ret;
	return port_driver_print(
		args, args_size, "iface=%s,start_queue=0,queue_count=%u%s%s%s%s", config->device,
		queues, config->xdp_program[0] != '\0' ? ",xdp_prog=" : "", config->xdp_program,
		config->devargs[0] != '\0' ? "," : "", config->devargs);
}

/* A buffer holds the pool's header, the mbuf, headroom, the kernel's own headroom, the frame. */
static uint16_t af_xdp_mtu_max(void)
{
	const struct rte_mempool *pool = bgw_mbuf_pool(-1);
	const uint32_t chunk = rte_mempool_calc_obj_size(pool->elt_size, pool->flags, NULL);
	const uint32_t overhead = pool->header_size + (uint32_t)sizeof(struct rte_mbuf) +
				  RTE_PKTMBUF_HEADROOM + XDP_PACKET_HEADROOM;

	return (uint16_t)(chunk - overhead - RTE_ETHER_HDR_LEN - 2 * RTE_VLAN_HLEN);
}

const struct port_driver port_driver_af_xdp = {
	.row =
		{
			.name = "af_xdp",
			.netdev = true,
			.linux_sees_it = true,
			.xdp = true,
			.paired_queues = true,
		},
	.forgets_mbufs = 2048,
	.hint = "; the other end of a veth must send by one queue (ethtool -L ... tx 1), or use "
		"driver af_packet",
	.check = af_xdp_check,
	.queues = af_xdp_queues,
	.device = af_xdp_device,
	.mtu_max = af_xdp_mtu_max,
};
