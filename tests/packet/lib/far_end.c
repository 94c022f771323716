/* SPDX-License-Identifier: BSD-3-Clause */
#include "far_end.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_ethdev.h>

#include <bgw/port.h>

int far_end_open_netdev(struct far_end *end, const char *name)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(name),
	};
	const int on = 1;
	const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	end->socket = fd;
	return 0;
}

int far_end_open_memif(struct far_end *end, const char *path)
{
	const struct rte_eth_conf none = {.txmode.mq_mode = RTE_ETH_MQ_TX_NONE};
	struct rte_eth_link link = {.link_status = RTE_ETH_LINK_DOWN};
	char args[256];

	end->socket = -1;
	snprintf(args, sizeof(args), "role=client,id=0,socket-abstract=no,socket=%s", path);
	if (rte_eal_hotplug_add("vdev", "net_memif_far", args) < 0 ||
	    rte_eth_dev_get_port_by_name("net_memif_far", &end->memif) < 0 ||
	    rte_eth_dev_configure(end->memif, 1, 1, &none) < 0 ||
	    rte_eth_rx_queue_setup(end->memif, 0, 512, 0, NULL, bgw_mbuf_pool(0)) < 0 ||
	    rte_eth_tx_queue_setup(end->memif, 0, 512, 0, NULL) < 0 ||
	    rte_eth_dev_start(end->memif) < 0)
		return -EIO;
	for (int waited = 0; link.link_status == RTE_ETH_LINK_DOWN && waited < 5000; waited++) {
		const struct timespec duration = {.tv_nsec = 1000000};

		nanosleep(&duration, NULL);
		rte_eth_link_get_nowait(end->memif, &link);
	}
	return link.link_status == RTE_ETH_LINK_UP ? 0 : -ETIMEDOUT;
}

static const struct packet *memif_take(uint16_t ethdev)
{
	static uint8_t bytes[65536];
	struct packet *packet;
	struct rte_mbuf *mbuf;

	if (rte_eth_rx_burst(ethdev, 0, &mbuf, 1) == 0)
		return NULL;
	packet = packet_of_bytes(rte_pktmbuf_read(mbuf, 0, mbuf->pkt_len, bytes), mbuf->pkt_len);
	rte_pktmbuf_free(mbuf);
	return packet;
}

/* Linux takes the outer tag off and says beside the frame what it was. */
static const struct packet *with_tag(const uint8_t *bytes, uint32_t length,
				     const struct tpacket_auxdata *aux)
{
	const uint16_t tpid =
		aux->tp_status & TP_STATUS_VLAN_TPID_VALID ? aux->tp_vlan_tpid : 0x8100;
	struct packet *packet;

	if (!(aux->tp_status & TP_STATUS_VLAN_VALID) || length < 12)
		return packet_of_bytes(bytes, length);
	packet = packet_resize(packet_of_bytes(bytes, length), length + 4);
	memmove(packet->bytes + 16, bytes + 12, length - 12);
	packet->bytes[12] = (uint8_t)(tpid >> 8);
	packet->bytes[13] = (uint8_t)tpid;
	packet->bytes[14] = (uint8_t)(aux->tp_vlan_tci >> 8);
	packet->bytes[15] = (uint8_t)aux->tp_vlan_tci;
	return packet;
}

static const struct packet *netdev_take(int fd)
{
	static uint8_t bytes[65536];
	static uint8_t control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct sockaddr_ll from;
	struct iovec vector = {.iov_base = bytes, .iov_len = sizeof(bytes)};
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	const ssize_t length = recvmsg(fd, &message, 0);
	struct tpacket_auxdata aux = {.tp_status = 0};

	if (length < 0 || from.sll_pkttype == PACKET_OUTGOING)
		return NULL;
	for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part != NULL;
	     part = CMSG_NXTHDR(&message, part))
		if (part->cmsg_level == SOL_PACKET && part->cmsg_type == PACKET_AUXDATA)
			memcpy(&aux, CMSG_DATA(part), sizeof(aux));
	return with_tag(bytes, (uint32_t)length, &aux);
}

void far_end_close(const struct far_end *end)
{
	if (end->socket >= 0) {
		close(end->socket);
		return;
	}
	rte_eth_dev_stop(end->memif);
	rte_eal_hotplug_remove("vdev", "net_memif_far");
}

const struct packet *far_end_take(const struct far_end *end)
{
	return end->socket >= 0 ? netdev_take(end->socket) : memif_take(end->memif);
}
