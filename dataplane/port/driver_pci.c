/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bgw/why.h>

#include "port/driver.h"

/* A PCI device that DPDK owns (vfio-pci, or a bifurcated driver). EAL probed it at its start. */

static int pci_check(const struct bgw_port_config *config, char *why, size_t why_size)
{
	unsigned int domain, bus, device, function;
	char path[64 + BGW_PORT_DEVICE_SIZE];
	int end = 0;

	if (sscanf(config->device, "%x:%x:%x.%x%n", &domain, &bus, &device, &function, &end) != 4 ||
	    config->device[end] != '\0')
		return bgw_refuse(why, why_size, EINVAL,
				  "port %s: device must be a PCI address like 0000:3b:00.0, and "
				  "is \"%s\"",
				  config->name, config->device);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", config->device);
	if (access(path, F_OK) < 0)
		return bgw_refuse(why, why_size, ENODEV,
				  "port %s: the machine has no PCI device %s", config->name,
				  config->device);
	return 0;
}

static int pci_device(const struct bgw_port_config *config, uint16_t index, uint16_t queues,
		      char *name, size_t name_size, char *args, size_t args_size)
{
	int ret = port_driver_print(name, name_size, "%s", config->device);

	(void)index;
	(void)queues;
	return ret ? ret : port_driver_print(args, args_size, "%s", config->devargs);
}

const struct port_driver port_driver_pci = {
	.row =
		{
			.name = "pci",
			.needs_hugepages = true,
			/* and only if the device offers the offload: bgw_port_add asks it */
			.indirect_mbufs = true,
		},
	.check = pci_check,
	.device = pci_device,
};
