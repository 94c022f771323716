/* SPDX-License-Identifier: BSD-3-Clause */
#include "input.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"

/*
 * Frames are written from the standards alone, not by the code that is measured. What each layer
 * writes begins at `at` and ends where the next one begins.
 */

#define FRAME_ROOM 2048

/* libpcap's file format, in the byte order of the machine. */
struct capture_header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snapshot_bytes, link_type;
};

struct capture_record {
	uint32_t seconds, microseconds, captured_bytes, frame_bytes;
};

rte_be32_t input_local_address(void)
{
	return rte_cpu_to_be_32(0xc0000201); /* 192.0.2.1 */
}

rte_be32_t input_remote_address(uint32_t remote)
{
	return rte_cpu_to_be_32(0xc6120001 + remote); /* 198.18.0.1 and on, RFC 2544 */
}

struct rte_ether_addr input_underlay_mac(void)
{
	return (struct rte_ether_addr){{2, 0, 0, 0, 0xff, 1}};
}

static struct rte_ether_addr numbered_mac(uint8_t side, uint32_t number)
{
	return (struct rte_ether_addr){{2, side, (uint8_t)(number >> 24), (uint8_t)(number >> 16),
					(uint8_t)(number >> 8), (uint8_t)number}};
}

struct rte_ether_addr bench_near_mac(uint32_t flow)
{
	return numbered_mac(1, flow);
}

struct rte_ether_addr bench_far_mac(uint32_t flow)
{
	return numbered_mac(2, flow);
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static uint8_t *ethernet_write(uint8_t *at, struct rte_ether_addr destination,
			       struct rte_ether_addr source, uint16_t ethertype)
{
	memcpy(at, &destination, 6);
	memcpy(at + 6, &source, 6);
	put16(at + 12, ethertype);
	return at + 14;
}

static uint16_t header_checksum(const uint8_t *header, unsigned int bytes)
{
	uint32_t sum = 0;

	for (unsigned int i = 0; i < bytes; i += 2)
		sum += (uint32_t)header[i] << 8 | header[i + 1];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint8_t *ipv4_write(uint8_t *at, uint8_t protocol, uint32_t payload_bytes, uint32_t source,
			   uint32_t destination)
{
	memset(at, 0, 20);
	at[0] = 0x45;
	put16(at + 2, 20 + payload_bytes);
	at[6] = 0x40;
	at[8] = 64;
	at[9] = protocol;
	put32(at + 12, source);
	put32(at + 16, destination);
	put16(at + 10, header_checksum(at, 20));
	return at + 20;
}

static uint8_t *udp_write(uint8_t *at, uint16_t source, uint16_t destination,
			  uint32_t payload_bytes)
{
	put16(at, source);
	put16(at + 2, destination);
	put16(at + 4, 8 + payload_bytes);
	put16(at + 6, 0);
	return at + 8;
}

/* RFC 7348 section 5; RFC 2784 with a key, RFC 2890. */
static uint8_t *tunnel_write(uint8_t *at, const struct bench_site *site, uint32_t flow,
			     uint32_t inner_bytes)
{
	const uint32_t connection = flow % site->connections;
	const uint32_t id = input_segmentation_id(connection + 1);
	const uint32_t source =
		rte_be_to_cpu_32(input_remote_address(connection / INPUT_CONNECTIONS_OF_REMOTE));
	const uint32_t destination = rte_be_to_cpu_32(input_local_address());

	at = ethernet_write(at, input_underlay_mac(),
			    (struct rte_ether_addr){{2, 0, 0, 0, 0xff, 2}}, 0x0800);
	if (site->encap == BGW_ENCAP_VXLAN) {
		at = ipv4_write(at, IPPROTO_UDP, 16 + inner_bytes, source, destination);
		at = udp_write(at, (uint16_t)(0xc000 | (flow & 0x3fff)), 4789, 8 + inner_bytes);
		put32(at, 0x08000000);
		put32(at + 4, id << 8);
		return at + 8;
	}
	at = ipv4_write(at, IPPROTO_GRE, 8 + inner_bytes, source, destination);
	put32(at, 0x20006558);
	put32(at + 4, site->encap == BGW_ENCAP_NVGRE ? id << 8 | (flow & 0xff) : id);
	return at + 8;
}

static uint8_t *tags_write(uint8_t *at, uint32_t attachment)
{
	/* The ethertype moves behind the tags. */
	put16(at - 2, 0x8100);
	put16(at, input_outer_vid(attachment));
	put16(at + 2, 0x8100);
	put16(at + 4, input_inner_vid(attachment));
	put16(at + 6, 0x0800);
	return at + 8;
}

static uint32_t frame_write(uint8_t *frame, const struct bench_site *site, uint32_t flow)
{
	const bool decap = site->direction == BENCH_DECAP;
	const struct rte_ether_addr near = bench_near_mac(flow);
	const struct rte_ether_addr far = bench_far_mac(flow);
	const uint32_t payload_bytes = site->frame_bytes - 14u - 20u - 8u;
	uint8_t *at = frame;

	memset(frame, 0, FRAME_ROOM);
	if (decap)
		at = tunnel_write(at, site, flow, site->frame_bytes);
	at = ethernet_write(at, decap ? near : far, decap ? far : near, 0x0800);
	if (!decap && site->attachments > 1)
		at = tags_write(at, flow % site->attachments);
	at = ipv4_write(at, IPPROTO_UDP, 8 + payload_bytes, 0x0a000000 + flow, 0x0b000000 + flow);
	at = udp_write(at, (uint16_t)(1024 + flow % 50000), 7, payload_bytes);
	return (uint32_t)(at - frame) + payload_bytes;
}

void bench_input_write(const struct bench_site *site, const char *path)
{
	const struct capture_header header = {.magic = 0xa1b2c3d4,
					      .major = 2,
					      .minor = 4,
					      .snapshot_bytes = 65535,
					      .link_type = 1};
	uint8_t frame[FRAME_ROOM];
	FILE *file = fopen(path, "we");

	if (file == NULL)
		bench_die("%s: %s", path, strerror(errno));
	fwrite(&header, sizeof(header), 1, file);
	for (uint32_t flow = 0; flow < site->flows; flow++) {
		const uint32_t length = frame_write(frame, site, flow);
		const struct capture_record record = {.captured_bytes = length,
						      .frame_bytes = length};

		fwrite(&record, sizeof(record), 1, file);
		fwrite(frame, length, 1, file);
	}
	if (fclose(file) != 0)
		bench_die("%s: %s", path, strerror(errno));
}
