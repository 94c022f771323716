/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <rte_ethdev.h>

#include <bgw/port.h>

#include "lib/expect.h"
#include "lib/far_end.h"
#include "lib/traffic.h"
#include "port/port.h"

/*
 * Flooded frames on a port of every driver kind that needs no NIC: each is both the port of an
 * attachment, with a tag, and the underlay of a tunnel, next to a ring port of either. So each
 * driver is given header segments with shared payloads, or full copies, as its row of the driver
 * table says. The netdevs are in a network namespace of this process.
 */

enum {
	PORT_PCAP = RING_PORTS_END,
	PORT_MEMIF,
	PORT_TAP,
	PORT_AF_PACKET,
	PORT_AF_XDP,
};

static char directory[] = "/tmp/bgw-drivers.XXXXXX";
static struct far_end memif_end, tap_end, af_packet_end, af_xdp_end;
static bool has_netdevs;

static void stop(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

static void run(const char *command)
{
	if (system(command) != 0)
		stop(command, "failed");
}

/* Only root may make netdevs, and a namespace for them. */
static void netdevs_make(void)
{
	has_netdevs = geteuid() == 0;
	if (!has_netdevs)
		return;
	if (unshare(CLONE_NEWNET) < 0)
		stop("network namespace", "not permitted");
	/* Nothing of Linux's own is to be heard on them. */
	run("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
	run("ip link add packet0 type veth peer name packet1");
	run("ip link add xdp0 type veth peer name xdp1");
	run("for netdev in packet0 packet1 xdp0 xdp1; do ip link set $netdev up; done");
}

static void port_make(uint16_t index, const struct bgw_port_config *config)
{
	char why[256] = "";

	if (bgw_port_add(index, config, why, sizeof(why)) < 0)
		stop(config->name, why);
}

void site_ports_hook(void)
{
	struct bgw_port_config pcap = {.name = "pcap", .driver = "vdev"};
	struct bgw_port_config memif = {.name = "memif", .driver = "memif", .memif.server = true};

	if (mkdtemp(directory) == NULL)
		stop(directory, "cannot be made");
	snprintf(pcap.devargs, sizeof(pcap.devargs), "net_pcap_drivers,tx_pcap=%s/sent.pcap",
		 directory);
	snprintf(memif.memif.socket, sizeof(memif.memif.socket), "%s/memif.sock", directory);
	netdevs_make();
	port_make(PORT_PCAP, &pcap);
	port_make(PORT_MEMIF, &memif);
	if (!has_netdevs)
		return;
	port_make(PORT_TAP,
		  &(struct bgw_port_config){.name = "tap", .driver = "tap", .device = "tap0"});
	port_make(PORT_AF_PACKET, &(struct bgw_port_config){.name = "af_packet",
							    .driver = "af_packet",
							    .device = "packet0"});
	port_make(PORT_AF_XDP, &(struct bgw_port_config){
				       .name = "af_xdp", .driver = "af_xdp", .device = "xdp0"});
}

static void sleep_ms(void)
{
	const struct timespec duration = {.tv_nsec = 1000000};

	nanosleep(&duration, NULL);
}

static void far_ends_open(void)
{
	static bool open;
	struct bgw_port_info info = {.link_up = false};
	char path[sizeof(directory) + 16];

	if (open)
		return;
	open = true;
	snprintf(path, sizeof(path), "%s/memif.sock", directory);
	if (far_end_open_memif(&memif_end, path) < 0)
		stop("memif", "does not connect");
	for (int waited = 0; !info.link_up && waited < 5000; waited++) {
		sleep_ms();
		bgw_port_info_get(PORT_MEMIF, &info);
	}
	/* Which lets workers use a port that has its peer. */
	bgw_dataplane_poll(site_dp);
	if (has_netdevs && (far_end_open_netdev(&tap_end, "tap0") < 0 ||
			    far_end_open_netdev(&af_packet_end, "packet1") < 0 ||
			    far_end_open_netdev(&af_xdp_end, "xdp1") < 0))
		stop("netdevs", "cannot be listened on");
}

static const uint32_t sizes[] = {18, 200, 215, 600, 1000, 1400};

static const struct packet *tagged(uint32_t size)
{
	return PACKET(eth(HOST_A, BROADCAST), vlan(20, .pcp = 5), ipv4("10.0.0.1", "10.0.0.2"),
		      udp(1000, 2000), payload(size));
}

static void lan_with(uint16_t port)
{
	far_ends_open();
	attach(1, ACCESS_1);
	attach(2, port, .kind = BGW_ATTACHMENT_VLAN, .outer_vid = 20, .pcp = 5);
	attach(3, ACCESS_3);
	peer(1, REMOTE_1);
	path(1, REMOTE_1, .port = port);
	tunnel(1, 5000);
	peer(2, REMOTE_2);
	path(2, REMOTE_2, .encap = BGW_ENCAP_GRE);
	tunnel(2, 6000, .encap = BGW_ENCAP_GRE);
	domain(1, at(1), at(2), at(3), by(1), by(2));
	station(1, HOST_A, at(1));
}

static void flood_one(uint32_t size)
{
	inject(ACCESS_1, UDP_FRAME(HOST_A, BROADCAST, size));
	expect_frame(ACCESS_3, UDP_FRAME(HOST_A, BROADCAST, size));
	expect_some(UNDERLAY_1);
}

static const struct packet *take_soon(const struct far_end *end)
{
	for (int waited = 0; waited < 5000; waited++) {
		const struct packet *got = far_end_take(end);

		if (got != NULL)
			return got;
		sleep_ms();
		site_run();
	}
	return NULL;
}

static void must_be(const struct packet *got, const struct packet *expected)
{
	static char text[8000];

	if (got == NULL)
		expect_fail(HERE, "a frame of %u bytes did not arrive", expected->length_bytes);
	packet_describe_difference(expected, got, text, sizeof(text));
	if (!packet_matches(expected, got))
		expect_fail(HERE, "another frame arrived\n%s", text);
}

static void flood_by(uint16_t port, const struct far_end *end)
{
	lan_with(port);
	while (far_end_take(end) != NULL)
		;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		flood_one(sizes[i]);
		must_be(take_soon(end), tagged(sizes[i]));
		must_be(take_soon(end), VXLAN_SENT(5000, UDP_FRAME(HOST_A, BROADCAST, sizes[i])));
	}
}

static void flood_by_memif(void)
{
	flood_by(PORT_MEMIF, &memif_end);
	far_end_close(&memif_end);
}

static void flood_by_tap(void)
{
	if (!has_netdevs)
		skip();
	flood_by(PORT_TAP, &tap_end);
}

static void flood_by_af_packet(void)
{
	if (!has_netdevs)
		skip();
	flood_by(PORT_AF_PACKET, &af_packet_end);
}

static void flood_by_af_xdp(void)
{
	if (!has_netdevs)
		skip();
	flood_by(PORT_AF_XDP, &af_xdp_end);
}

/* The next frame of a pcap file. */
static const struct packet *pcap_take(FILE *file)
{
	static uint8_t bytes[65536];
	uint32_t header[4];

	if (fread(header, sizeof(header), 1, file) != 1 || header[2] > sizeof(bytes) ||
	    fread(bytes, 1, header[2], file) != header[2])
		return NULL;
	return packet_of_bytes(bytes, header[2]);
}

/* The driver writes its file when its device stops. */
static void flood_by_pcap(void)
{
	char path[sizeof(directory) + 16];
	FILE *file;

	lan_with(PORT_PCAP);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		flood_one(sizes[i]);
	rte_eth_dev_stop(port_table[PORT_PCAP].ethdev_id);
	snprintf(path, sizeof(path), "%s/sent.pcap", directory);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_int_equal(fseek(file, 24, SEEK_SET), 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		must_be(pcap_take(file), tagged(sizes[i]));
		must_be(pcap_take(file), VXLAN_SENT(5000, UDP_FRAME(HOST_A, BROADCAST, sizes[i])));
	}
	assert_null(pcap_take(file));
	fclose(file);
	assert_int_equal(rte_eth_dev_start(port_table[PORT_PCAP].ethdev_id), 0);
}

int main(int argc, char **argv)
{
	static const struct packet_case cases[] = {CASE(flood_by_memif), CASE(flood_by_tap),
						   CASE(flood_by_af_packet), CASE(flood_by_af_xdp),
						   CASE(flood_by_pcap)};
	char command[sizeof(directory) + 16];
	int failed;

	failed = site_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	run(command);
	return failed;
}
