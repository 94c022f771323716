/* SPDX-License-Identifier: BSD-3-Clause */
#include "port/driver.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_common.h>

#include <bgw/why.h>

static const struct port_driver *const drivers[] = {
	&port_driver_af_xdp, &port_driver_af_packet, &port_driver_tap,
	&port_driver_memif,  &port_driver_pci,	     &port_driver_vdev,
};

const struct port_driver *port_driver_get(const char *name)
{
	for (unsigned int i = 0; i < RTE_DIM(drivers); i++)
		if (strcmp(drivers[i]->row.name, name) == 0)
			return drivers[i];
	return NULL;
}

const struct bgw_port_driver *bgw_port_driver_find(const char *name)
{
	const struct port_driver *driver = port_driver_get(name);

	if (driver == NULL) {
		errno = ENOENT;
		return NULL;
	}
	return &driver->row;
}

const struct bgw_port_driver *bgw_port_driver_at(unsigned int i)
{
	return i < RTE_DIM(drivers) ? &drivers[i]->row : NULL;
}

int port_driver_print(char *out, size_t size, const char *format, ...)
{
	va_list list;
	int length;

	va_start(list, format);
	length = vsnprintf(out, size, format, list);
	va_end(list);
	return length < 0 || (size_t)length >= size ? -ENAMETOOLONG : 0;
}

int port_driver_check_netdev(const struct bgw_port_config *config, char *why, size_t why_size)
{
	if (strlen(config->device) >= IFNAMSIZ || if_nametoindex(config->device) == 0)
		return bgw_refuse(why, why_size, ENODEV,
				  "port %s: there is no netdev \"%s\" in this network namespace",
				  config->name, config->device);
	return 0;
}

static bool capability_is_effective(int number)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	return (data[number / 32].effective & (1u << (number % 32))) != 0;
}

int port_driver_check_capability(const struct bgw_port_config *config, int number, const char *name,
				 char *why, size_t why_size)
{
	if (!capability_is_effective(number))
		return bgw_refuse(why, why_size, EPERM,
				  "port %s: driver %s needs the capability %s: run as root or "
				  "grant it (AmbientCapabilities= of the service unit)",
				  config->name, config->driver, name);
	return 0;
}
