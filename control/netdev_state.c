/* SPDX-License-Identifier: BSD-3-Clause */
#include "netdev_state.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
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
	snprintf(request->ifr_name, sizeof(request->ifr_name), "%s", name);
	ret = ioctl(fd, number, request) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static int ethtool_run(const char *name, void *command)
{
	struct ifreq request = {.ifr_data = command};

	return request_run(name, SIOCETHTOOL, &request);
}

static int value_get(const char *name, uint32_t command, uint32_t *value)
{
	struct ethtool_value get = {.cmd = command};
	int ret = ethtool_run(name, &get);

	*value = get.data;
	return ret;
}

static int value_set(const char *name, uint32_t command, uint32_t value)
{
	struct ethtool_value set = {.cmd = command, .data = value};

	return ethtool_run(name, &set);
}

static int ipv6_path(const char *name, char *path, size_t size)
{
	int length = snprintf(path, size, "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);

	return length < 0 || (size_t)length >= size ? -ENAMETOOLONG : 0;
}

static int ipv6_read(const char *name, bool *disabled)
{
	char path[128];
	char digit;
	ssize_t got;
	int fd;

	if (ipv6_path(name, path, sizeof(path)) < 0)
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, &digit, 1);
	close(fd);
	*disabled = got == 1 && digit == '1';
	return got == 1 ? 0 : -EIO;
}

static int ipv6_write(const char *name, bool disabled)
{
	char path[128];
	int ret = 0;
	int fd;

	if (ipv6_path(name, path, sizeof(path)) < 0)
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, disabled ? "1" : "0", 1) != 1)
		ret = -errno;
	close(fd);
	return ret;
}

int netdev_state_read(const char *name, struct netdev_state *state)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
	struct ifreq request = {0};
	uint32_t value;
	int ret;

	*state = (struct netdev_state){0};
	ret = request_run(name, SIOCGIFFLAGS, &request);
	if (ret < 0)
		return ret;
	state->up = (request.ifr_flags & IFF_UP) != 0;
	state->promiscuous = (request.ifr_flags & IFF_PROMISC) != 0;
	state->arp = (request.ifr_flags & IFF_NOARP) == 0;
	state->has_ipv6 = ipv6_read(name, &state->ipv6_disabled) == 0;
	state->has_gro = value_get(name, ETHTOOL_GGRO, &value) == 0;
	state->gro = state->has_gro && value != 0;
	state->has_offloads = value_get(name, ETHTOOL_GFLAGS, &value) == 0;
	state->rxvlan = state->has_offloads && (value & ETH_FLAG_RXVLAN) != 0;
	state->lro = state->has_offloads && (value & ETH_FLAG_LRO) != 0;
	state->has_channels = ethtool_run(name, &channels) == 0;
	if (state->has_channels) {
		state->rx_channels = channels.rx_count;
		state->tx_channels = channels.tx_count;
		state->combined_channels = channels.combined_count;
		state->max_combined_channels = channels.max_combined;
	}
	return 0;
}

static int flags_write(const char *name, const struct netdev_state *to)
{
	struct ifreq request = {0};
	int flags;
	int ret = request_run(name, SIOCGIFFLAGS, &request);

	if (ret < 0)
		return ret;
	flags = (unsigned short)request.ifr_flags & ~(IFF_UP | IFF_PROMISC | IFF_NOARP);
	flags |= to->up ? IFF_UP : 0;
	flags |= to->promiscuous ? IFF_PROMISC : 0;
	flags |= to->arp ? 0 : IFF_NOARP;
	request.ifr_flags = (short)flags;
	return request_run(name, SIOCSIFFLAGS, &request);
}

static int offloads_write(const char *name, const struct netdev_state *from,
			  const struct netdev_state *to)
{
	uint32_t value;
	int ret = 0;
	int next;

	if (to->has_gro && from->gro != to->gro)
		ret = value_set(name, ETHTOOL_SGRO, to->gro ? 1 : 0);
	if (!to->has_offloads || (from->rxvlan == to->rxvlan && from->lro == to->lro))
		return ret;
	next = value_get(name, ETHTOOL_GFLAGS, &value);
	if (next == 0) {
		value &= ~(uint32_t)(ETH_FLAG_RXVLAN | ETH_FLAG_LRO);
		value |= to->rxvlan ? ETH_FLAG_RXVLAN : 0;
		value |= to->lro ? ETH_FLAG_LRO : 0;
		next = value_set(name, ETHTOOL_SFLAGS, value);
	}
	return ret < 0 ? ret : next;
}

static int channels_write(const char *name, const struct netdev_state *from,
			  const struct netdev_state *to)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
	int ret;

	if (!to->has_channels ||
	    (from->rx_channels == to->rx_channels && from->tx_channels == to->tx_channels &&
	     from->combined_channels == to->combined_channels))
		return 0;
	ret = ethtool_run(name, &channels);
	if (ret < 0)
		return ret;
	channels.cmd = ETHTOOL_SCHANNELS;
	channels.rx_count = to->rx_channels;
	channels.tx_count = to->tx_channels;
	channels.combined_count = to->combined_channels;
	return ethtool_run(name, &channels);
}

int netdev_state_write(const char *name, const struct netdev_state *from,
		       const struct netdev_state *to)
{
	struct netdev_state down = *to;
	int first = 0;
	int ret;

	/* Going down before IPv6 goes keeps its farewell (MLD) off the wire. */
	if (to->has_ipv6 && from->ipv6_disabled != to->ipv6_disabled) {
		down.up = false;
		first = flags_write(name, &down);
		ret = ipv6_write(name, to->ipv6_disabled);
		first = first < 0 ? first : ret;
	}
	ret = channels_write(name, from, to);
	first = first < 0 ? first : ret;
	ret = offloads_write(name, from, to);
	first = first < 0 ? first : ret;
	ret = flags_write(name, to);
	return first < 0 ? first : ret;
}

int netdev_state_format(const struct netdev_state *state, char *text, size_t size)
{
	int length = snprintf(text, size,
			      "up=%d promiscuous=%d arp=%d ipv6=%d,%d gro=%d,%d rxvlan=%d,%d "
			      "lro=%d channels=%d,%u,%u,%u,%u\n",
			      state->up, state->promiscuous, state->arp, state->has_ipv6,
			      state->ipv6_disabled, state->has_gro, state->gro, state->has_offloads,
			      state->rxvlan, state->lro, state->has_channels, state->rx_channels,
			      state->tx_channels, state->combined_channels,
			      state->max_combined_channels);

	return length < 0 || (size_t)length >= size ? -ENOSPC : 0;
}

int netdev_state_parse(struct netdev_state *state, const char *text)
{
	int flag[11];
	unsigned int channels[4];

	if (sscanf(text,
		   "up=%d promiscuous=%d arp=%d ipv6=%d,%d gro=%d,%d rxvlan=%d,%d lro=%d "
		   "channels=%d,%u,%u,%u,%u",
		   &flag[0], &flag[1], &flag[2], &flag[3], &flag[4], &flag[5], &flag[6], &flag[7],
		   &flag[8], &flag[9], &flag[10], &channels[0], &channels[1], &channels[2],
		   &channels[3]) != 15)
		return -EINVAL;
	*state = (struct netdev_state){
		.up = flag[0] != 0,
		.promiscuous = flag[1] != 0,
		.arp = flag[2] != 0,
		.has_ipv6 = flag[3] != 0,
		.ipv6_disabled = flag[4] != 0,
		.has_gro = flag[5] != 0,
		.gro = flag[6] != 0,
		.has_offloads = flag[7] != 0,
		.rxvlan = flag[8] != 0,
		.lro = flag[9] != 0,
		.has_channels = flag[10] != 0,
		.rx_channels = channels[0],
		.tx_channels = channels[1],
		.combined_channels = channels[2],
		.max_combined_channels = channels[3],
	};
	return 0;
}
