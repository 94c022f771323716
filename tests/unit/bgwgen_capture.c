/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "frame.h"
#include "signature.h"

/*
 * usage: bgwgen_capture FILE
 *
 * Writes a capture of test frames for other decoders to judge: see bgwgen_decode, which knows the
 * order.
 */
#define KEY 0x4711

static int put(FILE *out, const struct frame_plan *plan, uint32_t flow, uint16_t size)
{
	const struct signature signature = {1, 2, flow, 0x123456789a};
	uint8_t frame[FRAME_SIZE_MAX + FRAME_HEADER_MAX] = {0};
	struct frame_headers headers;
	uint32_t record[4] = {0};

	if (frame_build(&headers, plan, flow, size, KEY) < 0)
		return 1;
	memcpy(frame, headers.bytes, headers.length);
	signature_write(frame + headers.length, &signature, KEY);
	record[2] = record[3] = headers.frame_bytes;
	return fwrite(record, sizeof(record), 1, out) != 1 ||
	       fwrite(frame, headers.frame_bytes, 1, out) != 1;
}

int main(int argc, char **argv)
{
	const struct frame_tunnel tunnel = {
		.is_used = true,
		.local = RTE_BE32(0xc0000202),
		.remote = RTE_BE32(0xc0000201),
		.source_mac = {{2, 0, 0, 0, 0, 2}},
		.next_hop_mac = {{2, 0, 0, 0, 0, 1}},
		.ids = {5000, 1},
		.udp_port = 4789,
	};
	const uint32_t header[6] = {0xa1b2c3d4, 2u | 4u << 16, 0, 0, 65535, 1};
	struct frame_plan plan = {
		.ip_version = 4, .source_macs = 10, .destination_macs = 10, .flows = 100};
	FILE *out = argc == 2 ? fopen(argv[1], "we") : NULL;
	int wrong;

	if (out == NULL)
		return 2;
	wrong = fwrite(header, sizeof(header), 1, out) != 1;
	wrong |= put(out, &plan, 57, 64);
	plan.ip_version = 6;
	plan.tags = (struct frame_tags){.outer = {100, 1}, .inner = {200, 1}};
	wrong |= put(out, &plan, 3, 1518);
	plan.tunnel = tunnel;
	plan.tunnel.encap = BGW_ENCAP_VXLAN;
	wrong |= put(out, &plan, 3, 129);
	plan = (struct frame_plan){
		.ip_version = 4, .source_macs = 1, .destination_macs = 1, .flows = 1};
	plan.tunnel = tunnel;
	plan.tunnel.encap = BGW_ENCAP_GRE;
	plan.tunnel.vlan = 77;
	wrong |= put(out, &plan, 0, 512);
	return fclose(out) != 0 || wrong;
}
