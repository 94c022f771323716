/* SPDX-License-Identifier: BSD-3-Clause */
/* What drivers need of a port's configuration. */
#include <bgw/port.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "packet_path.h"

static bool is_empty(const char *text)
{
	return text == NULL || text[0] == '\0';
}

static int fail_driver(const struct config_port *port, uint32_t i, struct error *error)
{
	char names[160] = "";

	for (unsigned int n = 0; bgw_port_driver_at(n) != NULL; n++) {
		size_t used = strlen(names);

		snprintf(names + used, sizeof(names) - used, "%s%s", n != 0 ? ", " : "",
			 bgw_port_driver_at(n)->name);
	}
	return error_set(error, BGW_ERROR_INVALID_INPUT, "ports[%u].driver \"%s\" is none of %s", i,
			 port->driver, names);
}

static int check_port(const struct config *config, uint32_t i, struct error *error)
{
	const struct config_port *port = config_port_at(config, i);
	const struct bgw_port_driver *driver = bgw_port_driver_find(port->driver);

	if (driver == NULL)
		return fail_driver(port, i, error);
	if ((driver->netdev || strcmp(driver->name, "pci") == 0) && is_empty(port->device))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "ports[%u].device is required for driver %s: %s", i, driver->name,
				 driver->netdev ? "the name of a netdev" : "a PCI address");
	if (strcmp(driver->name, "vdev") == 0 && is_empty(port->devargs))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "ports[%u].devargs is required for driver vdev, such as "
				 "\"net_null0\"",
				 i);
	if (strcmp(driver->name, "memif") == 0 && is_empty(port->memif.socket))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "ports[%u].memif is required for driver memif: {\"socket\": PATH}",
				 i);
	if (driver->needs_hugepages && !config->memory.hugepages)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "ports[%u].driver %s needs memory.hugepages to be true", i,
				 driver->name);
	if (driver->linux_sees_it && !is_empty(port->mirror))
		return error_set(
			error, BGW_ERROR_INVALID_INPUT,
			"ports[%u].mirror is for ports that Linux does not see; it sees %s "
			"ports as they are",
			i, driver->name);
	return 0;
}

int packet_path_check(const struct config *config, struct error *error)
{
	for (uint32_t i = 0; i < config->ports.count; i++)
		if (check_port(config, i, error) < 0)
			return -EINVAL;
	return 0;
}
