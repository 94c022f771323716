/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "frame.h"
#include "signature.h"
#include "template.h"

#define KEY 0x1234

/* What a tunnel needs: 192.0.2.2 to 192.0.2.1. */
#define TUNNEL                                                                          \
	.is_used = true, .local = RTE_BE32(0xc0000202), .remote = RTE_BE32(0xc0000201), \
	.source_mac = {{0x02, 0, 0, 0, 0, 2}}, .next_hop_mac = {{0x02, 0, 0, 0, 0, 1}}, \
	.udp_port = 4789

static const struct frame_plan plain = {
	.ip_version = 4,
	.pair = 3,
	.source_macs = 1000,
	.destination_macs = 10,
	.flows = 3000,
};

static void assert_headers(const struct frame_plan *plan, uint32_t flow, uint16_t size,
			   const uint8_t *expected, size_t length)
{
	struct frame_headers headers;

	assert_int_equal(frame_build(&headers, plan, flow, size, RTE_BE16(KEY)), 0);
	assert_int_equal(headers.length, length);
	assert_memory_equal(headers.bytes, expected, length);
}

/*
 * Flow 1,234 of 1,000 and 10 MACs: source 234, destination 4, second round of ports. 64 bytes with
 * FCS: 60 of Ethernet, 46 of IP, 26 of UDP. The checksums were summed up by another program, the
 * UDP one with 0x1234 in place of the signature.
 */
static void ipv4_byte_for_byte(void **state)
{
	static const uint8_t expected[] = {
		0x02, 0x90, 0x07, 0x00, 0x00, 0x04, 0x02, 0x90, 0x06, 0x00, 0x00, 0xea, 0x08, 0x00,
		0x45, 0x00, 0x00, 0x2e, 0x00, 0x00, 0x00, 0x00, 0x40, 0x11, 0xed, 0xab, 0xc6, 0x12,
		0x00, 0xea, 0xc6, 0x13, 0x00, 0x04, 0x04, 0x01, 0x00, 0x09, 0x00, 0x1a, 0x5c, 0x68,
	};

	(void)state;
	assert_headers(&plain, 1234, 64, expected, sizeof(expected));
}

/* The reverse direction swaps sides, so that each learns what the other sends. */
static void reverse_swaps_sides(void **state)
{
	struct frame_plan back = plain;
	struct frame_headers forth_headers, back_headers;

	(void)state;
	back.reverse = true;
	back.source_macs = plain.destination_macs;
	back.destination_macs = plain.source_macs;
	assert_int_equal(frame_build(&forth_headers, &plain, 7, 64, KEY), 0);
	assert_int_equal(frame_build(&back_headers, &back, 7, 64, KEY), 0);
	assert_memory_equal(forth_headers.bytes, back_headers.bytes + 6, 6);
	assert_memory_equal(forth_headers.bytes + 6, back_headers.bytes, 6);
	assert_memory_equal(forth_headers.bytes + 26, back_headers.bytes + 30, 4);
}

static void tags_of_two_ranges(void **state)
{
	struct frame_plan plan = plain;
	static const uint8_t expected[] = {0x88, 0xa8, 0x00, 101,  0x81,
					   0x00, 0x00, 202,  0x08, 0x00};
	struct frame_headers headers;

	(void)state;
	plan.tags = (struct frame_tags){.outer = {100, 2}, .inner = {200, 3}};
	assert_int_equal(frame_size_min(&plan), 68);
	assert_int_equal(frame_build(&headers, &plan, 5, 64, KEY), -22);
	assert_int_equal(frame_build(&headers, &plan, 5, 68, KEY), 0);
	assert_memory_equal(headers.bytes + 12, expected, sizeof(expected));
	assert_int_equal(headers.frame_bytes, 64);
}

static void ipv6_byte_for_byte(void **state)
{
	struct frame_plan plan = plain;
	/* 80 bytes: 76 of Ethernet, 22 of UDP. */
	static const uint8_t expected[] = {
		0x02, 0x90, 0x07, 0x00, 0x00, 0x04, 0x02, 0x90, 0x06, 0x00, 0x00, 0x04, 0x86,
		0xdd, 0x60, 0x00, 0x00, 0x00, 0x00, 0x16, 0x11, 0x40, 0x20, 0x01, 0x00, 0x02,
		0,    0,    0,	  0,	0,    3,    0,	  0,	0,    0,    0,	  4,	0x20,
		0x01, 0x00, 0x02, 0,	0,    0,    0,	  0,	3,    0,    1,	  0,	0,
		0,    4,    0x04, 0x00, 0x00, 0x09, 0x00, 0x16, 0xa9, 0x70,
	};

	(void)state;
	plan.ip_version = 6;
	assert_int_equal(frame_size_min(&plan), 80);
	assert_headers(&plan, 4, 80, expected, sizeof(expected));
}

static void vxlan_byte_for_byte(void **state)
{
	struct frame_plan plan = plain;
	struct frame_headers headers;
	/* Outer IP: 20 + 8 + 8 + 60 = 96 bytes; the source port is the flow's own. */
	static const uint8_t expected[] = {
		0x02, 0,    0,	  0,	0,    1,    0x02, 0,	0,    0,    0,	  2,	0x81,
		0x00, 0x00, 77,	  0x08, 0x00, 0x45, 0x00, 0x00, 0x60, 0x00, 0x00, 0x40, 0x00,
		0x40, 0x11, 0xb6, 0x89, 192,  0,    2,	  2,	192,  0,    2,	  1,
	};
	static const uint8_t shim[] = {0x12, 0xb5, 0x00, 0x4c, 0,    0,	   0x08,
				       0,    0,	   0,	 0x00, 0x13, 0x8a, 0};

	(void)state;
	plan.tunnel = (struct frame_tunnel){TUNNEL, .encap = BGW_ENCAP_VXLAN, .vlan = 77,
					    .ids = {5000, 4}};
	assert_int_equal(frame_tunnel_bytes(&plan.tunnel), 54);
	assert_int_equal(frame_build(&headers, &plan, 6, 64, KEY), 0);
	assert_int_equal(headers.length, 54 + 42);
	assert_int_equal(headers.frame_bytes, 54 + 60);
	assert_memory_equal(headers.bytes, expected, sizeof(expected));
	assert_true(headers.bytes[38] >= 0xc0);
	assert_memory_equal(headers.bytes + 40, shim, sizeof(shim));
	assert_int_equal(headers.bytes[54 + 12], 0x08);
}

static void gre_and_nvgre(void **state)
{
	struct frame_plan plan = plain;
	struct frame_headers headers;
	static const uint8_t gre[] = {0x20, 0x00, 0x65, 0x58, 0x00, 0x00, 0x13, 0x88};
	static const uint8_t vsid[] = {0x20, 0x00, 0x65, 0x58, 0x00, 0x13, 0x88};
	static const uint8_t keyless[] = {0x00, 0x00, 0x65, 0x58};

	(void)state;
	plan.tunnel = (struct frame_tunnel){TUNNEL, .encap = BGW_ENCAP_GRE, .ids = {5000, 1}};
	assert_int_equal(frame_build(&headers, &plan, 0, 128, KEY), 0);
	assert_int_equal(headers.length, 42 + 42);
	assert_memory_equal(headers.bytes + 34, gre, sizeof(gre));
	plan.tunnel.encap = BGW_ENCAP_NVGRE;
	assert_int_equal(frame_build(&headers, &plan, 0, 128, KEY), 0);
	assert_memory_equal(headers.bytes + 34, vsid, sizeof(vsid));
	plan.tunnel.encap = BGW_ENCAP_GRE;
	plan.tunnel.keyless = true;
	assert_int_equal(frame_build(&headers, &plan, 0, 128, KEY), 0);
	assert_int_equal(headers.length, 38 + 42);
	assert_memory_equal(headers.bytes + 34, keyless, sizeof(keyless));
}

static void ids_that_the_tunnel_cannot_carry(void **state)
{
	struct frame_plan plan = plain;
	struct frame_headers headers;

	(void)state;
	plan.tunnel = (struct frame_tunnel){TUNNEL, .encap = BGW_ENCAP_NVGRE, .ids = {0xfff, 2}};
	assert_int_equal(frame_build(&headers, &plan, 0, 64, KEY), -22);
	assert_int_equal(frame_build(&headers, &plan, 1, 64, KEY), 0);
	plan.tunnel.remote = 0;
	assert_int_equal(frame_build(&headers, &plan, 1, 64, KEY), -22);
}

/* The whole frame, as it is sent, has a right UDP checksum, whatever the signature says. */
static void checksum_counts_in_the_signature(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 2000; i++) {
		const struct signature signature = {(uint8_t)i, (uint8_t)(i * 7), i * 2654435761u,
						    (uint64_t)i * 0x123456789abu &
							    SIGNATURE_TIME_MAX};
		const uint16_t size = (uint16_t)(80 + i % 1400);
		struct frame_plan plan = plain;
		struct frame_headers headers;
		uint8_t frame[1600] = {0};
		uint32_t sum = 17, ip, udp;

		plan.ip_version = i % 2 ? 6 : 4;
		assert_int_equal(frame_build(&headers, &plan, i, size, KEY), 0);
		memcpy(frame, headers.bytes, headers.length);
		signature_write(frame + headers.length, &signature, KEY);
		ip = 14;
		udp = headers.length - 8u;
		sum += (uint32_t)(size - 4) - udp;
		for (uint32_t at = ip + (plan.ip_version == 4 ? 12 : 8); at < size - 4u; at += 2)
			sum += (uint32_t)frame[at] << 8 | (at + 1 < size - 4u ? frame[at + 1] : 0);
		while (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
		assert_int_equal(sum, 0xffff);
	}
}

static void templates_follow_the_pattern(void **state)
{
	const struct template_mix imix = {{64, 570, 1518}, {7, 4, 1}, 3};
	uint32_t of_size[3] = {0};
	struct template_set set;

	(void)state;
	assert_int_equal(template_set_init(&set, &plain, &imix, KEY), 0);
	assert_int_equal(set.pattern_length, 12);
	for (uint32_t i = 0; i < 12; i++)
		of_size[set.pattern[i]]++;
	assert_int_equal(of_size[0], 7);
	assert_int_equal(of_size[1], 4);
	assert_int_equal(of_size[2], 1);
	/* The usual simple IMIX has a mean of 353.8 bytes. */
	assert_true(set.mean_bytes > 353.8 && set.mean_bytes < 353.9);
	assert_int_equal(set.frame_bytes[2], 1514);
	assert_int_equal(set.signature_offset, 42);
	assert_int_equal(set.stride, 64);
	/* Each template says the length of its own frame. */
	assert_int_equal(template_lines(&set, 2999, 1)[16] << 8 | template_lines(&set, 2999, 1)[17],
			 570 - 4 - 14);
	/* 3,000 flows divide by 12: without the step at each round a flow would keep its size. */
	assert_int_not_equal(template_pattern_at(&set, 0), template_pattern_at(&set, 3000));
	template_set_free(&set);
}

static void mixes_that_cannot_be(void **state)
{
	const struct template_mix none = {{64}, {0}, 1};
	const struct template_mix wide = {{64, 128}, {100, 99}, 2};
	const struct template_mix too_wide = {{64, 128, 256}, {100, 99, 98}, 3};
	struct template_set set;

	(void)state;
	assert_int_equal(template_set_init(&set, &plain, &none, KEY), -22);
	assert_int_equal(template_set_init(&set, &plain, &too_wide, KEY), -22);
	assert_int_equal(template_set_init(&set, &plain, &wide, KEY), 0);
	template_set_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_byte_for_byte),
		cmocka_unit_test(reverse_swaps_sides),
		cmocka_unit_test(tags_of_two_ranges),
		cmocka_unit_test(ipv6_byte_for_byte),
		cmocka_unit_test(vxlan_byte_for_byte),
		cmocka_unit_test(gre_and_nvgre),
		cmocka_unit_test(ids_that_the_tunnel_cannot_carry),
		cmocka_unit_test(checksum_counts_in_the_signature),
		cmocka_unit_test(templates_follow_the_pattern),
		cmocka_unit_test(mixes_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
