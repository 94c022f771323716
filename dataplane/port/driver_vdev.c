/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <bgw/why.h>

#include "port/driver.h"

/* Any virtual device of DPDK, by its raw devargs: "net_pcap0,rx_pcap=in.pcap". */

static int vdev_check(const struct bgw_port_config *config, char *why, size_t why_size)
{
	if (strncmp(config->devargs, "net_", 4) != 0 && strncmp(config->devargs, "eth_", 4) != 0)
		return bgw_refuse(why, why_size, EINVAL,
				  "port %s: devargs must begin with the name of a DPDK network "
				  "device, as in \"net_null0,copy=1\", and is \"%s\"",
				  config->name, config->devargs);
	return 0;
}

static int vdev_device(const struct bgw_port_config *config, uint16_t index, uint16_t queues,
		       char *name, size_t name_size, char *args, size_t args_size)
{
	const size_t length = strcspn(config->devargs, ",");
	const char *rest = config->devargs + length;
	int ret = port_driver_print(name, name_size, "%.*s", (int)length, config->devargs);

	(void)index;
	(void)queues;
	return ret ? ret : port_driver_print(args, args_size, "%s", *rest == ',' ? rest + 1 : rest);
}

const struct port_driver port_driver_vdev = {
	.row =
		{
			.name = "vdev",
			.indirect_mbufs = true,
		},
	.check = vdev_check,
	.device = vdev_device,
};
