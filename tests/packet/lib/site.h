/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_SITE_H
#define PACKET_SITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bgw/bridge.h>
#include <bgw/counter.h>
#include <bgw/dataplane.h>
#include <bgw/event.h>
#include <bgw/fdb.h>
#include <bgw/ref.h>
#include <bgw/tunnel.h>

#include "packet.h"
#include "ring_port.h"

/*
 * A gateway in this process: the ports of ring_port.h, and for each case a new dataplane whose
 * workers run on the calling thread, so that nothing happens but what a case asks for. Its coarse
 * clock stands at SITE_START_S.
 *
 * Nothing may happen that a case did not state: after each, a frame that was not expected, a drop
 * that was not expected, counters that do not add up or a buffer that is missing fails it.
 *
 * The macros with lower-case names stand for the bgw/ functions with the defaults of a plain
 * gateway; further arguments are members of the function's specification.
 */

#define SITE_START_S 100

/* Stations of domain 1. */
#define HOST_A	  "02:0a:00:00:00:0a"
#define HOST_B	  "02:0b:00:00:00:0b"
#define HOST_C	  "02:0c:00:00:00:0c"
#define HOST_R	  "02:0e:00:00:00:0e" /* behind connection 1 */
#define STRANGER  "02:99:00:00:00:99"
#define BROADCAST "ff:ff:ff:ff:ff:ff"
#define MULTICAST "01:00:5e:01:02:03"
/* The underlay. */
#define VTEP	   "192.0.2.1"
#define REMOTE_1   "198.51.100.1"
#define REMOTE_2   "198.51.100.2"
#define REMOTE_3   "198.51.100.3"
#define NEXT_HOP_1 "02:fe:00:00:00:01"
#define NEXT_HOP_2 "02:fe:00:00:00:02"

extern struct bgw_dataplane *site_dp;

struct packet_case {
	const char *name;
	void (*body)(void);
};
#define CASE(function)              \
	{                           \
#function, function \
	}

/* Ends main(): `-w N` workers, `-s` ports that send single segments only, `-r BYTES` buffers. */
int site_main(int argc, char **argv, const struct packet_case *cases, size_t count);

/*
 * A program may define this: adds ports from RING_PORTS_END on, before all are started. Their
 * drivers hold buffers of their own, so buffers are counted when the ports have stopped.
 */
__attribute__((weak)) void site_ports_hook(void);

/* And this: tables of other sizes than those that suit most cases, for all of its cases. */
__attribute__((weak)) void site_limits_hook(struct bgw_limits *limits);

#define PACKET_PROGRAM(...)                                                      \
	int main(int argc, char **argv)                                          \
	{                                                                        \
		static const struct packet_case all[] = {__VA_ARGS__};           \
		return site_main(argc, argv, all, sizeof(all) / sizeof(all[0])); \
	}

/* Workers of this run, and whether the ports take chains of segments. */
uint16_t site_workers(void);
bool site_is_multi_segment(void);

struct rte_ether_addr mac(const char *text);
/* IPv4 or IPv6, by the look of it. */
struct bgw_ip ip(const char *text);

struct site_line {
	const char *file;
	int line;
};
#define HERE ((struct site_line){__FILE__, __LINE__})

/* Fails the case unless a bgw/ function's result is what it should be. */
void site_result(int status, int expected, const char *what, struct site_line here);

#define attach(index_, port_, ...) \
	site_result(attach_status(index_, port_, __VA_ARGS__), 0, "attachment", HERE)
#define attach_status(index_, port_, ...)                 \
	bgw_attachment_set(site_dp, index_,               \
			   &(struct bgw_attachment_spec){ \
				   .port = port_, .domain = 1, .admin_up = true, __VA_ARGS__})

#define peer(index_, remote_, ...) \
	site_result(peer_status(index_, remote_, __VA_ARGS__), 0, "peer", HERE)
#define peer_status(index_, remote_, ...) \
	bgw_peer_set(                     \
		site_dp, index_,          \
		&(struct bgw_peer_spec){.local = ip(VTEP), .remote = ip(remote_), __VA_ARGS__})

#define path(index_, remote_, ...) \
	site_result(path_status(index_, remote_, __VA_ARGS__), 0, "path", HERE)
#define path_status(index_, remote_, ...)                                                  \
	bgw_path_set(site_dp, index_,                                                      \
		     &(struct bgw_path_spec){.state = BGW_PATH_UP,                         \
					     .encap = BGW_ENCAP_VXLAN,                     \
					     .local = ip(VTEP),                            \
					     .remote = ip(remote_),                        \
					     .port = UNDERLAY_1,                           \
					     .source_mac = mac(ring_port_mac(UNDERLAY_1)), \
					     .next_hop_mac = mac(NEXT_HOP_1),              \
					     .mtu_bytes = 1600,                            \
					     .ttl = 64,                                    \
					     .udp_port = 4789,                             \
					     __VA_ARGS__})

/* By path and peer of the same index. */
#define tunnel(index_, segmentation_id_, ...) \
	site_result(tunnel_status(index_, segmentation_id_, __VA_ARGS__), 0, "connection", HERE)
#define tunnel_status(index_, segmentation_id_, ...)                                          \
	bgw_connection_set(site_dp, index_,                                                   \
			   &(struct bgw_connection_spec){.domain = 1,                         \
							 .path = index_,                      \
							 .peer = index_,                      \
							 .encap = BGW_ENCAP_VXLAN,            \
							 .segmentation_id = segmentation_id_, \
							 .admin_up = true,                    \
							 __VA_ARGS__})

/* A domain, and where it floods to: refs. */
#define domain(id_, ...)                                        \
	site_domain(id_, false, (const bgw_ref[]){__VA_ARGS__}, \
		    sizeof((const bgw_ref[]){__VA_ARGS__}) / sizeof(bgw_ref), HERE)
#define domain_suppressing(id_, ...)                           \
	site_domain(id_, true, (const bgw_ref[]){__VA_ARGS__}, \
		    sizeof((const bgw_ref[]){__VA_ARGS__}) / sizeof(bgw_ref), HERE)
void site_domain(uint16_t id, bool suppress, const bgw_ref *flood, size_t count,
		 struct site_line here);

static inline bgw_ref at(uint32_t attachment)
{
	return bgw_ref_attachment(attachment);
}

static inline bgw_ref by(uint32_t connection)
{
	return bgw_ref_connection(connection);
}

/* A forwarding entry. */
#define station(domain_, mac_, ref_) site_station(domain_, mac_, ref_, HERE)
void site_station(uint16_t id, const char *text, bgw_ref ref, struct site_line here);
/* The age stamp of a station of domain 1. */
uint16_t station_seen_s(const char *text);

#define neighbour(index_, ip_, mac_, ref_, ...)                                      \
	site_result(bgw_neighbour_set(site_dp, index_,                               \
				      &(struct bgw_neighbour_spec){.domain = 1,      \
								   .ip = ip(ip_),    \
								   .mac = mac(mac_), \
								   .place = ref_,    \
								   __VA_ARGS__}),    \
		    0, "neighbour", HERE)

/*
 * What most cases start from: domain 1 with attachments 1 (ACCESS_1, untagged) and 2 (ACCESS_2,
 * untagged), and connection 1 (VXLAN, segmentation id 5000) to REMOTE_1, flooding to all; HOST_A
 * at 1, HOST_B at 2, HOST_R behind the connection.
 */
void site_lan(void);

/* Stops the coarse clock there. */
void site_clock(uint16_t now_s);

/* From the one to the other a worker reads, so that freed slots stay marked. */
void site_reader_hold(void);
void site_reader_release(void);

/* Lets workers take what waits until they have nothing to do. */
void site_run(void);
/* One round of one worker. */
void site_round(uint16_t worker);

/* Gives a frame to a port without running; and with. */
void give(uint16_t port, const struct packet *packet);
void inject(uint16_t port, const struct packet *packet);
#define inject_shaped(port_, packet_, ...) \
	site_inject_shaped(port_, packet_, \
			   (struct ring_port_shape){.headroom_bytes = 128, __VA_ARGS__})
void site_inject_shaped(uint16_t port, const struct packet *packet, struct ring_port_shape shape);

#endif
