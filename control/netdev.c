/* SPDX-License-Identifier: BSD-3-Clause */
#include "netdev.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <bgw/why.h>

#include "netdev_state.h"

struct netdev {
	char name[IFNAMSIZ];
	char path[PATH_MAX]; /* of the file with the original state; "" if it could not be written
			      */
	int lock;
	uint16_t queues;
	struct netdev_state original;
	struct netdev_state prepared;
};

static int lock_take(struct netdev *netdev, char *why, size_t why_size)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int length = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "bgwd/netdev/%s",
			      netdev->name);

	netdev->lock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (netdev->lock < 0)
		return bgw_refuse(why, why_size, errno, "no socket: %s", strerror(errno));
	if (bind(netdev->lock, (struct sockaddr *)&address,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)) < 0)
		return bgw_refuse(why, why_size, errno,
				  "netdev %s is in use by another bgwd: stop that one or choose "
				  "another device",
				  netdev->name);
	return 0;
}

/* A tunnel's or an access netdev's link-local address goes when IPv6 does. */
static bool is_link_local(const struct sockaddr *address)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;

	return address->sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr);
}

static int addresses_check(const struct netdev_request *request, char *why, size_t why_size)
{
	struct ifaddrs *list;
	char text[INET6_ADDRSTRLEN];
	int ret = 0;

	if (getifaddrs(&list) < 0)
		return bgw_refuse(why, why_size, errno, "addresses of %s cannot be read: %s",
				  request->name, strerror(errno));
	for (const struct ifaddrs *entry = list; entry != NULL && ret == 0;
	     entry = entry->ifa_next) {
		const struct sockaddr *address = entry->ifa_addr;
		const void *bytes;

		if (strcmp(entry->ifa_name, request->name) != 0 || address == NULL ||
		    (address->sa_family != AF_INET && address->sa_family != AF_INET6) ||
		    is_link_local(address))
			continue;
		bytes = address->sa_family == AF_INET
				? (const void *)&((const struct sockaddr_in *)(const void *)address)
					  ->sin_addr
				: (const void *)&(
					  (const struct sockaddr_in6 *)(const void *)address)
					  ->sin6_addr;
		inet_ntop(address->sa_family, bytes, text, sizeof(text));
		ret = bgw_refuse(why, why_size, EBUSY,
				 "netdev %s has the address %s, and an access port must be silent: "
				 "remove it (ip address flush dev %s) or set the port's "
				 "allow_addresses to true",
				 request->name, text, request->name);
	}
	freeifaddrs(list);
	return ret;
}

static int master_check(const struct netdev_request *request, char *why, size_t why_size)
{
	char path[64 + IFNAMSIZ];
	char target[PATH_MAX];
	ssize_t length;

	snprintf(path, sizeof(path), "/sys/class/net/%.*s/master", IFNAMSIZ - 1, request->name);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return 0;
	target[length] = '\0';
	return bgw_refuse(why, why_size, EBUSY,
			  "netdev %s is a member of %s, which would take its frames: release it "
			  "(ip link set %s nomaster)",
			  request->name,
			  strrchr(target, '/') != NULL ? strrchr(target, '/') + 1 : target,
			  request->name);
}

/* Named by network namespace and interface index, so that a new netdev of that name is not meant.
 */
static int state_path(struct netdev *netdev)
{
	const char *directory = getenv("RUNTIME_DIRECTORY");
	struct stat status;
	int length;

	directory = directory != NULL && directory[0] == '/' ? directory : "/run/bgw";
	if (mkdir(directory, 0755) < 0 && errno != EEXIST)
		return -errno;
	if (stat("/proc/self/ns/net", &status) < 0)
		return -errno;
	length = snprintf(netdev->path, sizeof(netdev->path), "%s/netdev-%lu-%u-%s", directory,
			  (unsigned long)status.st_ino, if_nametoindex(netdev->name), netdev->name);
	return length < 0 || (size_t)length >= sizeof(netdev->path) ? -ENAMETOOLONG : 0;
}

/* What a killed process wrote is the original. */
static void original_recall(struct netdev *netdev)
{
	struct netdev_state recalled;
	char text[512];
	FILE *file;

	if (state_path(netdev) < 0) {
		netdev->path[0] = '\0';
		return;
	}
	file = fopen(netdev->path, "re");
	if (file != NULL) {
		if (fgets(text, sizeof(text), file) != NULL &&
		    netdev_state_parse(&recalled, text) == 0)
			netdev->original = recalled;
		fclose(file);
		return;
	}
	file = fopen(netdev->path, "we");
	if (file == NULL || netdev_state_format(&netdev->original, text, sizeof(text)) < 0 ||
	    fputs(text, file) == EOF)
		netdev->path[0] = '\0';
	if (file != NULL)
		fclose(file);
}

/*
 * The driver uses one queue of a netdev without combined channels (veth), so that must be all there
 * is.
 */
static void channels_choose(struct netdev *netdev, const struct netdev_request *request)
{
	struct netdev_state *wanted = &netdev->prepared;
	uint32_t queues = request->queues != 0 ? request->queues : request->workers;

	if (!wanted->has_channels)
		return;
	if (wanted->max_combined_channels == 0) {
		wanted->rx_channels = wanted->rx_channels > 0 ? 1 : 0;
		wanted->tx_channels = wanted->tx_channels > 0 ? 1 : 0;
		return;
	}
	if (queues > wanted->max_combined_channels)
		queues = wanted->max_combined_channels;
	wanted->combined_channels = queues;
}

static void state_choose(struct netdev *netdev, const struct netdev_request *request,
			 const struct netdev_state *now)
{
	netdev->prepared = *now;
	netdev->prepared.up = true;
	netdev->prepared.gro = false;
	netdev->prepared.rxvlan = false;
	netdev->prepared.lro = false;
	if (request->access) {
		netdev->prepared.promiscuous = true;
		netdev->prepared.arp = false;
		netdev->prepared.ipv6_disabled = true;
	}
	if (request->af_xdp)
		channels_choose(netdev, request);
}

/* What counts is what the netdev does now, not what a driver answered on the way. */
static int outcome_check(struct netdev *netdev, const struct netdev_request *request, int error,
			 char *why, size_t why_size)
{
	struct netdev_state now;
	int ret = netdev_state_read(netdev->name, &now);

	if (ret == 0 &&
	    (!now.up || (request->access && (now.arp || (now.has_ipv6 && !now.ipv6_disabled)))))
		ret = error < 0 ? error : -EIO;
	if (ret < 0)
		return bgw_refuse(why, why_size, -ret,
				  "netdev %s cannot be prepared: %s (its settings need "
				  "CAP_NET_ADMIN, and a writable /proc/sys/net)",
				  netdev->name, strerror(-ret));
	if (now.rxvlan || now.lro)
		return bgw_refuse(why, why_size, EOPNOTSUPP,
				  "netdev %s does not let its %s offload be turned off, and frames "
				  "would be broken by it: use another device or driver",
				  netdev->name, now.rxvlan ? "rxvlan" : "LRO");
	if (request->af_xdp && request->queues != 0 && now.max_combined_channels != 0 &&
	    now.combined_channels != request->queues)
		return bgw_refuse(why, why_size, EINVAL,
				  "netdev %s has %u channels, and %u were asked for: its driver "
				  "allows 1 to %u",
				  netdev->name, now.combined_channels, request->queues,
				  now.max_combined_channels);
	/* A channel count that could not be set means that the port claims every queue there is. */
	netdev->queues = 0;
	if (request->af_xdp)
		netdev->queues =
			now.max_combined_channels != 0 ? (uint16_t)now.combined_channels : 1;
	return 0;
}

struct netdev *netdev_prepare(const struct netdev_request *request, char *why, size_t why_size)
{
	struct netdev *netdev = calloc(1, sizeof(*netdev));
	struct netdev_state now;
	int ret;

	if (netdev == NULL) {
		errno = -bgw_refuse(why, why_size, ENOMEM, "no memory");
		return NULL;
	}
	netdev->lock = -1;
	snprintf(netdev->name, sizeof(netdev->name), "%.*s", IFNAMSIZ - 1, request->name);
	ret = netdev_state_read(netdev->name, &now);
	if (ret < 0)
		ret = bgw_refuse(why, why_size, ENODEV,
				 "there is no netdev \"%s\" in this network namespace",
				 request->name);
	if (ret == 0)
		ret = lock_take(netdev, why, why_size);
	if (ret == 0)
		ret = master_check(request, why, why_size);
	if (ret == 0 && request->access && !request->allow_addresses)
		ret = addresses_check(request, why, why_size);
	if (ret == 0) {
		netdev->original = now;
		original_recall(netdev);
		state_choose(netdev, request, &now);
		ret = netdev_state_write(netdev->name, &now, &netdev->prepared);
		ret = outcome_check(netdev, request, ret, why, why_size);
		if (ret < 0)
			netdev_restore(netdev);
	} else {
		if (netdev->lock >= 0)
			close(netdev->lock);
		free(netdev);
	}
	errno = -ret;
	return ret < 0 ? NULL : netdev;
}

uint16_t netdev_queues(const struct netdev *netdev)
{
	return netdev->queues;
}

void netdev_restore(struct netdev *netdev)
{
	struct netdev_state now;

	if (netdev == NULL)
		return;
	if (netdev_state_read(netdev->name, &now) == 0)
		netdev_state_write(netdev->name, &now, &netdev->original);
	if (netdev->path[0] != '\0')
		unlink(netdev->path);
	close(netdev->lock);
	free(netdev);
}
