/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include <bgw/why.h>

#include "port/driver.h"

/* A tap that the port creates; Linux has its other end. One queue is one file descriptor. */

static int tap_check(const struct bgw_port_config *config, char *why, size_t why_size)
{
	if (config->device[0] == '\0' || strlen(config->device) >= IFNAMSIZ)
		return bgw_refuse(why, why_size, EINVAL,
				  "port %s: device must be the name that the tap will have in "
				  "Linux, of 1 to %d characters",
				  config->name, IFNAMSIZ - 1);
	if (if_nametoindex(config->device) != 0)
		return bgw_refuse(why, why_size, EEXIST,
				  "port %s: Linux already has a netdev \"%s\": choose another "
				  "device name for the tap, or use driver af_xdp for that netdev",
				  config->name, config->device);
	return port_driver_check_capability(config, CAP_NET_ADMIN, "CAP_NET_ADMIN", why, why_size);
}

static int tap_device(const struct bgw_port_config *config, uint16_t index, uint16_t queues,
		      char *name, size_t name_size, char *args, size_t args_size)
{
	int ret = port_driver_print(name, name_size, "net_tap_bgw%u", index);

	(void)queues;
	if (ret < 0)
		return ret;
	return port_driver_print(args, args_size, "iface=%s%s%s", config->device,
				 config->devargs[0] != '\0' ? "," : "", config->devargs);
}

const struct port_driver port_driver_tap = {
	.row =
		{
			.name = "tap",
			.linux_sees_it = true,
			.paired_queues = true,
			.indirect_mbufs = true,
		},
	.check = tap_check,
	.device = tap_device,
};
