/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "encap/ecn.h"
#include "encap/entropy.h"
#include "encap/flow.h"

#include "guarded.h"

#define FRAME_MAX 96

struct frame_bytes {
	uint8_t bytes[FRAME_MAX];
	uint32_t length;
	uint32_t l3; /* offset of the IP header */
};

/* MAC addresses and `tags` VLAN tags (0x88a8 outside, 0x8100 inside), then `ethertype`. */
static struct frame_bytes frame_of(unsigned int tags, uint16_t ethertype)
{
	struct frame_bytes frame = {.bytes = {0x02, 0, 0, 0, 0, 0x0b, 0x02, 0, 0, 0, 0, 0x0a}};
	uint32_t at = 12;

	for (unsigned int i = 0; i < tags; i++, at += 4) {
		store_u16(frame.bytes + at, i + 1 < tags ? 0x88a8 : 0x8100);
		store_u16(frame.bytes + at + 2, (uint16_t)(100 + i));
	}
	store_u16(frame.bytes + at, ethertype);
	frame.l3 = at + 2;
	return frame;
}

/* TCP from 10.0.0.1:1234 to 10.0.0.2:80. */
static struct frame_bytes ipv4_frame(unsigned int tags, uint8_t tos)
{
	static const uint8_t ip[24] = {0x45, 0, 0, 40, 0x12, 0x34, 0x40, 0, 64, 6,    0, 0,
				       10,   0, 0, 1,  10,   0,	   0,	 2, 4,	0xd2, 0, 80};
	struct frame_bytes frame = frame_of(tags, 0x0800);
	uint8_t *at = frame.bytes + frame.l3;

	memcpy(at, ip, sizeof(ip));
	at[1] = tos;
	store_u16(at + 10, slow_checksum(at, 20, 0));
	frame.length = frame.l3 + 40;
	return frame;
}

/* UDP from 2001:db8::1 port 1234 to 2001:db8::2 port 53. */
static struct frame_bytes ipv6_frame(unsigned int tags, uint8_t traffic_class)
{
	static const uint8_t ip[44] = {0x60, 0, 0, 0, 0, 20, 17, 64, 0x20, 1, 0x0d, 0xb8, 0, 0, 0,
				       0,    0, 0, 0, 0, 0,  0,	 1,  0x20, 1, 0x0d, 0xb8, 0, 0, 0,
				       0,    0, 0, 0, 0, 0,  0,	 0,  2,	   4, 0xd2, 0,	  53};
	struct frame_bytes frame = frame_of(tags, 0x86dd);
	uint8_t *at = frame.bytes + frame.l3;

	memcpy(at, ip, sizeof(ip));
	/* A flow label of ones, to see that it stays. */
	at[0] = (uint8_t)(0x60 | traffic_class >> 4);
	at[1] = (uint8_t)(traffic_class << 4 | 0x0f);
	frame.length = frame.l3 + 60;
	return frame;
}

static uint8_t encap_tos(const struct frame_bytes *frame, int8_t dscp)
{
	const uint8_t *copy = guarded_copy(frame->bytes, frame->length);

	return ecn_encap_tos(inner_flow_read_unusual(copy, frame->length).tos, tos_rule_of(dscp));
}

static uint32_t hash_of(const struct frame_bytes *frame)
{
	const uint8_t *copy = guarded_copy(frame->bytes, frame->length);

	return entropy_hash(copy, frame->length, inner_l3_find(copy, frame->length));
}

static void encap_copies_or_fixes_dscp_and_copies_ecn(void **state)
{
	(void)state;
	for (unsigned int tags = 0; tags <= 2; tags++) {
		for (uint32_t tos = 0; tos <= UINT8_MAX; tos++) {
			const struct frame_bytes v4 = ipv4_frame(tags, (uint8_t)tos);
			const struct frame_bytes v6 = ipv6_frame(tags, (uint8_t)tos);

			assert_int_equal(encap_tos(&v4, BGW_DSCP_COPY), tos);
			assert_int_equal(encap_tos(&v6, BGW_DSCP_COPY), tos);
			assert_int_equal(encap_tos(&v4, 46), 0xb8 | (tos & 3));
			assert_int_equal(encap_tos(&v6, 46), 0xb8 | (tos & 3));
			assert_int_equal(encap_tos(&v4, 0), tos & 3);
			assert_int_equal(encap_tos(&v6, 63), 0xfc | (tos & 3));
		}
	}
}

static void encap_of_no_ip_is_not_ect(void **state)
{
	static const uint16_t ethertypes[] = {0x0806, 0x8847, 0x0026, 0x88cc};

	(void)state;
	for (size_t i = 0; i < sizeof(ethertypes) / sizeof(ethertypes[0]); i++) {
		struct frame_bytes frame = frame_of(0, ethertypes[i]);

		memset(frame.bytes + frame.l3, 0x45, 46);
		frame.length = 60;
		assert_int_equal(encap_tos(&frame, BGW_DSCP_COPY), 0);
		assert_int_equal(encap_tos(&frame, 46), 0xb8);
	}
}

/* A version that is not the ethertype's, and an IP header that is cut short. */
static void encap_of_broken_ip_is_not_ect(void **state)
{
	struct frame_bytes v4 = ipv4_frame(0, 0xff);
	struct frame_bytes v6 = ipv6_frame(0, 0xff);

	(void)state;
	for (v4.length = 0; v4.length < 34; v4.length++)
		assert_int_equal(encap_tos(&v4, BGW_DSCP_COPY), 0);
	assert_int_equal(encap_tos(&v4, BGW_DSCP_COPY), 0xff);
	for (v6.length = 0; v6.length < 54; v6.length++)
		assert_int_equal(encap_tos(&v6, BGW_DSCP_COPY), 0);
	assert_int_equal(encap_tos(&v6, BGW_DSCP_COPY), 0xff);
	v4.bytes[14] = 0x65;
	assert_int_equal(encap_tos(&v4, BGW_DSCP_COPY), 0);
	v6.bytes[14] = 0x4f;
	assert_int_equal(encap_tos(&v6, BGW_DSCP_COPY), 0);
}

static void encap_looks_behind_two_tags_and_no_more(void **state)
{
	const struct frame_bytes frame = ipv4_frame(3, 0xff);

	(void)state;
	assert_int_equal(encap_tos(&frame, BGW_DSCP_COPY), 0);
}

/* RFC 6040 figure 4, by inner and outer field: 00 Not-ECT, 01 ECT(1), 10 ECT(0), 11 CE; -1 drop. */
static const int rfc_6040[4][4] = {
	{0, 0, 0, -1},
	{1, 1, 1, 3},
	{2, 1, 2, 3},
	{3, 3, 3, 3},
};

static bool decap(struct frame_bytes *frame, uint8_t outer_tos)
{
	uint8_t *copy = guarded_copy(frame->bytes, frame->length);
	const bool passes = ecn_decap(copy, frame->length, outer_tos);

	memcpy(frame->bytes, copy, frame->length);
	return passes;
}

static void decap_of_every_combination(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 3 * 16 * 64; round++) {
		const unsigned int tags = round % 3;
		const uint8_t inner = (uint8_t)(round / 3 % 4);
		const uint8_t outer = (uint8_t)(round / 12 % 4);
		const uint8_t dscp = (uint8_t)(round / 48 << 2);
		const int expected = rfc_6040[inner][outer];
		/* The outer DSCP stays outside. */
		const uint8_t outer_tos = (uint8_t)(~dscp & 0xfc) | outer;
		struct frame_bytes v4 = ipv4_frame(tags, dscp | inner);
		struct frame_bytes v6 = ipv6_frame(tags, dscp | inner);

		assert_int_equal(decap(&v4, outer_tos), expected >= 0);
		assert_int_equal(decap(&v6, outer_tos), expected >= 0);
		if (expected >= 0) {
			const struct frame_bytes v4_after =
				ipv4_frame(tags, dscp | (uint8_t)expected);
			const struct frame_bytes v6_after =
				ipv6_frame(tags, dscp | (uint8_t)expected);

			/* With the checksum that a header made so from the start has. */
			assert_memory_equal(v4.bytes, v4_after.bytes, FRAME_MAX);
			assert_memory_equal(v6.bytes, v6_after.bytes, FRAME_MAX);
		}
	}
}

static void decap_mends_every_checksum(void **state)
{
	(void)state;
	for (uint32_t id = 0; id <= UINT16_MAX; id++) {
		struct frame_bytes frame = ipv4_frame(0, ECN_ECT_0);

		store_u16(frame.bytes + 18, (uint16_t)id);
		store_u16(frame.bytes + 24, 0);
		store_u16(frame.bytes + 24, slow_checksum(frame.bytes + 14, 20, 0));
		assert_true(decap(&frame, ECN_CE));
		assert_int_equal(frame.bytes[15], ECN_CE);
		assert_int_equal(slow_checksum(frame.bytes + 14, 20, 0), 0);
	}
}

/* A wrong checksum stays as wrong as it was, for its receiver to find. */
static void decap_does_not_heal_a_wrong_checksum(void **state)
{
	struct frame_bytes frame = ipv4_frame(0, ECN_ECT_0);

	(void)state;
	frame.bytes[30] ^= 0x10;
	assert_true(decap(&frame, ECN_CE));
	assert_int_not_equal(slow_checksum(frame.bytes + 14, 20, 0), 0);
}

static void decap_leaves_what_is_no_ip_alone(void **state)
{
	struct frame_bytes frame = frame_of(0, 0x0806);
	struct frame_bytes before;

	(void)state;
	frame.length = 60;
	before = frame;
	assert_true(decap(&frame, ECN_CE));
	assert_memory_equal(frame.bytes, before.bytes, FRAME_MAX);
	frame = ipv4_frame(0, 0);
	for (frame.length = 0; frame.length < 34; frame.length++) {
		before = frame;
		assert_true(decap(&frame, ECN_CE));
		assert_memory_equal(frame.bytes, before.bytes, FRAME_MAX);
	}
}

static void hash_depends_on_each_part_of_the_flow(void **state)
{
	/* Where MAC addresses, IP addresses, protocol and ports begin and end. */
	static const uint8_t v4_parts[][2] = {{0, 12}, {23, 24}, {26, 38}};
	static const uint8_t v6_parts[][2] = {{0, 12}, {20, 21}, {22, 58}};

	(void)state;
	for (int family = 4; family <= 6; family += 2) {
		const struct frame_bytes original =
			family == 4 ? ipv4_frame(0, 0) : ipv6_frame(0, 0);

		for (uint32_t at = 0; at < original.length; at++) {
			struct frame_bytes frame = original;
			bool in_flow = false;

			for (size_t i = 0; i < 3; i++) {
				const uint8_t *part = family == 4 ? v4_parts[i] : v6_parts[i];

				in_flow = in_flow || (at >= part[0] && at < part[1]);
			}
			/* Ethertype, version, IHL and fragment fields say where the flow is. */
			if (at == 12 || at == 13 || at == 14 || (family == 4 && at / 2 == 10))
				continue;
			frame.bytes[at] ^= 0x40;
			if (in_flow)
				assert_int_not_equal(hash_of(&frame), hash_of(&original));
			else
				assert_int_equal(hash_of(&frame), hash_of(&original));
		}
	}
}

static void hash_sees_ports_behind_tags(void **state)
{
	(void)state;
	for (unsigned int tags = 0; tags <= 2; tags++) {
		struct frame_bytes v4 = ipv4_frame(tags, 0);
		struct frame_bytes v6 = ipv6_frame(tags, 0);
		const uint32_t v4_hash = hash_of(&v4);
		const uint32_t v6_hash = hash_of(&v6);

		v4.bytes[v4.l3 + 21]++;
		v6.bytes[v6.l3 + 41]++;
		assert_int_not_equal(hash_of(&v4), v4_hash);
		assert_int_not_equal(hash_of(&v6), v6_hash);
	}
}

static void hash_skips_ipv4_options(void **state)
{
	struct frame_bytes frame = ipv4_frame(0, 0);
	uint32_t hash;

	(void)state;
	frame.bytes[14] = 0x46;
	hash = hash_of(&frame);
	frame.bytes[34] ^= 1; /* the option */
	assert_int_equal(hash_of(&frame), hash);
	frame.bytes[38] ^= 1; /* the source port */
	assert_int_not_equal(hash_of(&frame), hash);
}

/* All fragments of a packet go one way, though only the first has ports. */
static void hash_of_fragments_has_no_ports(void **state)
{
	struct frame_bytes first = ipv4_frame(0, 0);
	struct frame_bytes later = ipv4_frame(0, 0);

	(void)state;
	store_u16(first.bytes + 20, 0x2000);
	store_u16(later.bytes + 20, 0x00b9);
	memset(later.bytes + 34, 0xab, 8);
	assert_int_equal(hash_of(&first), hash_of(&later));
}

static void hash_of_icmp_has_no_ports(void **state)
{
	struct frame_bytes frame = ipv4_frame(0, 0);
	uint32_t hash;

	(void)state;
	frame.bytes[23] = 1;
	hash = hash_of(&frame);
	frame.bytes[34] ^= 8;
	assert_int_equal(hash_of(&frame), hash);
}

static void hash_of_no_ip_is_of_its_addresses(void **state)
{
	struct frame_bytes frame = frame_of(0, 0x8847);
	uint32_t hash;

	(void)state;
	frame.length = 60;
	hash = hash_of(&frame);
	frame.bytes[20] ^= 1;
	assert_int_equal(hash_of(&frame), hash);
	frame.bytes[11] ^= 1;
	assert_int_not_equal(hash_of(&frame), hash);
}

/* Whatever is cut off, nothing behind is read: the frame ends at a guard. */
static void hash_of_every_length(void **state)
{
	(void)state;
	for (unsigned int tags = 0; tags <= 3; tags++) {
		struct frame_bytes v4 = ipv4_frame(tags, 0);
		struct frame_bytes v6 = ipv6_frame(tags, 0);

		for (v4.length = 0; v4.length <= v4.l3 + 40; v4.length++)
			assert_int_equal(hash_of(&v4) == 0, v4.length < 14);
		for (v6.length = 0; v6.length <= v6.l3 + 60; v6.length++)
			assert_int_equal(hash_of(&v6) == 0, v6.length < 14);
	}
}

/*
 * 65,536 flows that differ by one port, over the 16,384 source ports: thrown at random they would
 * leave 1.8 % of them empty, 300, and none with more than 20.
 */
/* The usual frame is hashed at known offsets: to the same value. */
static void flow_is_hash_and_tos(void **state)
{

	(void)state;
	for (uint32_t at = 0; at < 60; at++) {
		for (int bit = -1; bit < 8; bit++) {
			struct frame_bytes frames[] = {ipv4_frame(0, 0x2a), ipv6_frame(0, 0x2a),
						       ipv4_frame(1, 0x2a)};

			for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
				struct frame_bytes *frame = &frames[i];
				const uint8_t *copy;
				struct inner_flow flow;

				frame->bytes[at] ^= (uint8_t)(bit < 0 ? 0 : 1 << bit);
				copy = guarded_copy(frame->bytes, frame->length);
				flow = inner_flow_read(copy, frame->length);
				assert_int_equal(flow.entropy, hash_of(frame));
				assert_int_equal(flow.tos, encap_tos(frame, BGW_DSCP_COPY));
			}
		}
	}
}

static void flow_of_every_length(void **state)
{
	(void)state;
	for (uint32_t length = 0; length <= 60; length++) {
		struct frame_bytes frame = ipv4_frame(0, 0x2a);
		const uint8_t *copy;

		frame.length = length;
		copy = guarded_copy(frame.bytes, length);
		assert_int_equal(inner_flow_read(copy, length).entropy, hash_of(&frame));
	}
}

static void hash_spreads_over_the_source_ports(void **state)
{
	static uint8_t hits[16384];
	static uint32_t flow_ids[256];
	uint32_t empty = 0;

	(void)state;
	for (uint32_t port = 0; port <= UINT16_MAX; port++) {
		struct frame_bytes frame = ipv4_frame(0, 0);
		uint32_t hash;

		store_u16(frame.bytes + 34, (uint16_t)port);
		hash = hash_of(&frame);
		assert_in_range(entropy_udp_port(hash), 49152, 65535);
		hits[entropy_udp_port(hash) - 49152]++;
		flow_ids[entropy_flow_id(hash)]++;
	}
	for (size_t i = 0; i < 16384; i++) {
		assert_in_range(hits[i], 0, 24);
		empty += hits[i] == 0;
	}
	assert_in_range(empty, 100, 600);
	for (size_t i = 0; i < 256; i++)
		assert_in_range(flow_ids[i], 160, 360);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encap_copies_or_fixes_dscp_and_copies_ecn),
		cmocka_unit_test(encap_of_no_ip_is_not_ect),
		cmocka_unit_test(encap_of_broken_ip_is_not_ect),
		cmocka_unit_test(encap_looks_behind_two_tags_and_no_more),
		cmocka_unit_test(decap_of_every_combination),
		cmocka_unit_test(decap_mends_every_checksum),
		cmocka_unit_test(decap_does_not_heal_a_wrong_checksum),
		cmocka_unit_test(decap_leaves_what_is_no_ip_alone),
		cmocka_unit_test(hash_depends_on_each_part_of_the_flow),
		cmocka_unit_test(hash_sees_ports_behind_tags),
		cmocka_unit_test(hash_skips_ipv4_options),
		cmocka_unit_test(hash_of_fragments_has_no_ports),
		cmocka_unit_test(hash_of_icmp_has_no_ports),
		cmocka_unit_test(hash_of_no_ip_is_of_its_addresses),
		cmocka_unit_test(hash_of_every_length),
		cmocka_unit_test(flow_is_hash_and_tos),
		cmocka_unit_test(flow_of_every_length),
		cmocka_unit_test(hash_spreads_over_the_source_ports),
	};

	return cmocka_run_group_tests_name("ecn_entropy", tests, NULL, NULL);
}
