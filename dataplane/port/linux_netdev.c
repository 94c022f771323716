/* SPDX-License-Identifier: BSD-3-Clause */
#include "port/linux_netdev.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int request_run(const char *name, unsigned long number, struct ifreq *request)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret;

	if (fd < 0)
		return -errno;
	snprintf(request->ifr_name, sizeof(request->ifr_name), "%.*s", IFNAMSIZ - 1, name);
	ret = ioctl(fd, number, request) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

int linux_mtu(const char *name, uint16_t mtu)
{
	struct ifreq request = {.ifr_mtu = mtu};
	int ret = mtu != 0 ? request_run(name, SIOCSIFMTU, &request) : 0;

	if (ret == 0)
		ret = request_run(name, SIOCGIFMTU, &request);
	return ret < 0 ? ret : request.ifr_mtu;
}

int linux_mac(const char *name, struct rte_ether_addr *mac)
{
	struct ifreq request = {0};
	int ret = request_run(name, SIOCGIFHWADDR, &request);

	if (ret == 0)
		memcpy(mac->addr_bytes, request.ifr_hwaddr.sa_data, sizeof(mac->addr_bytes));
	return ret;
}

bool linux_link(const char *name, uint32_t *mbps)
{
	struct ethtool_cmd settings = {.cmd = ETHTOOL_GSET};
	struct ifreq request = {.ifr_data = (char *)&settings};

	*mbps = 0;
	if (request_run(name, SIOCETHTOOL, &request) == 0 &&
	    ethtool_cmd_speed(&settings) != (uint32_t)SPEED_UNKNOWN)
		*mbps = ethtool_cmd_speed(&settings);
	memset(&request, 0, sizeof(request));
	return request_run(name, SIOCGIFFLAGS, &request) == 0 &&
	       (request.ifr_flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING);
}

uint32_t linux_combined_channels(const char *name)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
	struct ifreq request = {.ifr_data = (char *)&channels};

	if (request_run(name, SIOCETHTOOL, &request) < 0 || channels.max_combined == 0)
		return 0;
	return channels.combined_count;
}
