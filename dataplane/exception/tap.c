/* SPDX-License-Identifier: BSD-3-Clause */
#include "exception/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* A frame of the largest MTU in the smallest buffers. */
#define SEGMENTS_MAX 16

static int request_run(const struct tap *tap, unsigned long number, struct ifreq *request)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret;

	if (fd < 0)
		return -errno;
	memcpy(request->ifr_name, tap->name, sizeof(tap->name));
	ret = ioctl(fd, number, request) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

int tap_open(struct tap *tap, const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};

	snprintf(tap->name, sizeof(tap->name), "%s", name);
	memcpy(request.ifr_name, tap->name, sizeof(tap->name));
	if (if_nametoindex(name) != 0)
		return -EBUSY;
	tap->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap->fd < 0)
		return -errno;
	if (ioctl(tap->fd, TUNSETIFF, &request) < 0) {
		const int error = errno;

		tap_close(tap);
		return -error;
	}
	return 0;
}

void tap_close(struct tap *tap)
{
	if (tap->fd >= 0)
		close(tap->fd);
	tap->fd = -1;
}

int tap_mac_set(const struct tap *tap, const struct rte_ether_addr *mac)
{
	struct ifreq request = {0};

	request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(request.ifr_hwaddr.sa_data, mac->addr_bytes, sizeof(mac->addr_bytes));
	return request_run(tap, SIOCSIFHWADDR, &request);
}

int tap_mtu_set(const struct tap *tap, uint16_t mtu)
{
	struct ifreq request = {.ifr_mtu = mtu};

	return request_run(tap, SIOCSIFMTU, &request);
}

int tap_link_set(const struct tap *tap, bool up)
{
	struct ifreq request = {0};
	int carrier = up ? 1 : 0;
	int ret;

	if (up) {
		ret = request_run(tap, SIOCGIFFLAGS, &request);
		if (ret < 0)
			return ret;
		request.ifr_flags = (short)((unsigned short)request.ifr_flags | IFF_UP);
		ret = request_run(tap, SIOCSIFFLAGS, &request);
		if (ret < 0)
			return ret;
	}
	return ioctl(tap->fd, TUNSETCARRIER, &carrier) < 0 ? -errno : 0;
}

int tap_write(const struct tap *tap, const struct rte_mbuf *frame)
{
	struct iovec parts[SEGMENTS_MAX];
	int count = 0;

	for (const struct rte_mbuf *segment = frame; segment != NULL; segment = segment->next) {
		if (count == SEGMENTS_MAX)
			return -EMSGSIZE;
		parts[count++] = (struct iovec){
			.iov_base = rte_pktmbuf_mtod(segment, void *),
			.iov_len = segment->data_len,
		};
	}
	return writev(tap->fd, parts, count) < 0 ? -errno : 0;
}

int tap_read(const struct tap *tap, struct rte_mbuf *frame)
{
	char beyond;
	struct iovec parts[2] = {
		{rte_pktmbuf_mtod(frame, void *), rte_pktmbuf_tailroom(frame)},
		{&beyond, sizeof(beyond)},
	};
	const ssize_t length = readv(tap->fd, parts, 2);

	if (length <= 0)
		return 0;
	if ((size_t)length > parts[0].iov_len)
		return -EMSGSIZE;
	rte_pktmbuf_append(frame, (uint16_t)length);
	return 1;
}
