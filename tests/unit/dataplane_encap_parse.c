/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "encap/gre.h"
#include "encap/nvgre.h"
#include "encap/outer_ipv4.h"
#include "encap/vxlan.h"

#include "guarded.h"

/* The example of many textbooks: UDP, 192.168.0.1 to 192.168.0.199, 115 bytes, checksum b861. */
static const uint8_t ipv4_header[20] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
					0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};

/* ipv4_header and what follows it, with room behind. */
struct packet {
	uint8_t bytes[160];
	uint32_t length;
};

static struct packet ipv4_packet(void)
{
	struct packet packet = {.length = 115};

	memcpy(packet.bytes, ipv4_header, sizeof(ipv4_header));
	return packet;
}

static void mend(struct packet *packet, size_t header_bytes)
{
	store_u16(packet->bytes + 10, 0);
	store_u16(packet->bytes + 10, slow_checksum(packet->bytes, header_bytes, 0));
}

static int parse(const struct packet *packet, struct outer_ipv4 *outer)
{
	return outer_ipv4_parse(guarded_copy(packet->bytes, packet->length), packet->length, outer);
}

static void expect_ipv4(const struct packet *packet, int expected)
{
	struct outer_ipv4 outer;

	assert_int_equal(parse(packet, &outer), expected);
}

static void ipv4_fields_are_read(void **state)
{
	struct packet packet = ipv4_packet();
	struct outer_ipv4 outer;

	(void)state;
	packet.bytes[1] = 0x2e;
	mend(&packet, 20);
	assert_int_equal(parse(&packet, &outer), ENCAP_OK);
	assert_int_equal(outer.l4_offset, 20);
	assert_int_equal(outer.l4_length, 95);
	assert_int_equal(outer.protocol, 17);
	assert_int_equal(outer.tos, 0x2e);
	assert_int_equal(outer.addresses,
			 outer_ipv4_addresses(RTE_BE32(0xc0a800c7), RTE_BE32(0xc0a80001)));
	assert_int_equal(outer_ipv4_local(outer.addresses), RTE_BE32(0xc0a800c7));
	assert_int_equal(outer_ipv4_remote(outer.addresses), RTE_BE32(0xc0a80001));
}

static void ipv4_padding_of_the_frame_is_no_payload(void **state)
{
	struct packet packet = ipv4_packet();
	struct outer_ipv4 outer;

	(void)state;
	packet.length = 130;
	assert_int_equal(parse(&packet, &outer), ENCAP_OK);
	assert_int_equal(outer.l4_length, 95);
}

static void ipv4_of_every_length(void **state)
{
	struct packet packet = ipv4_packet();

	(void)state;
	for (packet.length = 0; packet.length <= 130; packet.length++)
		expect_ipv4(&packet, packet.length < 20	   ? BGW_DROP_RUNT
				     : packet.length < 115 ? BGW_DROP_BAD_IP_HEADER
							   : ENCAP_OK);
}

static void ipv4_of_every_total_length(void **state)
{
	(void)state;
	for (uint32_t total = 0; total <= UINT16_MAX; total++) {
		struct packet packet = ipv4_packet();

		store_u16(packet.bytes + 2, (uint16_t)total);
		mend(&packet, 20);
		expect_ipv4(&packet,
			    total >= 20 && total <= 115 ? ENCAP_OK : BGW_DROP_BAD_IP_HEADER);
	}
}

static void ipv4_of_every_version_and_ihl(void **state)
{
	(void)state;
	for (uint32_t first = 0; first <= UINT8_MAX; first++) {
		const uint32_t header_bytes = (first & 0x0f) * 4;
		struct packet packet = ipv4_packet();
		struct outer_ipv4 outer;

		for (size_t i = 20; i < 60; i++)
			packet.bytes[i] = (uint8_t)(i * 7);
		packet.bytes[0] = (uint8_t)first;
		mend(&packet, header_bytes < 20 ? 20 : header_bytes);
		if (first >> 4 != 4 || header_bytes < 20) {
			expect_ipv4(&packet, BGW_DROP_BAD_IP_HEADER);
			continue;
		}
		assert_int_equal(parse(&packet, &outer), ENCAP_OK);
		assert_int_equal(outer.l4_offset, header_bytes);
		assert_int_equal(outer.l4_length, 115 - header_bytes);
	}
}

static void ipv4_options_must_fit_and_be_summed(void **state)
{
	struct packet packet = ipv4_packet();

	(void)state;
	packet.bytes[0] = 0x4f;
	store_u16(packet.bytes + 2, 60);
	mend(&packet, 60);
	for (packet.length = 20; packet.length < 60; packet.length++)
		expect_ipv4(&packet, BGW_DROP_RUNT);
	expect_ipv4(&packet, ENCAP_OK);
	packet.bytes[59] ^= 1;
	expect_ipv4(&packet, BGW_DROP_BAD_IP_HEADER);
	packet.bytes[59] ^= 1;
	/* The packet ends inside its header. */
	store_u16(packet.bytes + 2, 59);
	mend(&packet, 60);
	expect_ipv4(&packet, BGW_DROP_BAD_IP_HEADER);
}

/* One checksum in 65,536 is right, whatever the rest (0 and 0xffff being the same number). */
static void ipv4_of_every_checksum(void **state)
{
	(void)state;
	for (uint32_t checksum = 0; checksum <= UINT16_MAX; checksum++) {
		struct packet packet = ipv4_packet();

		store_u16(packet.bytes + 10, (uint16_t)checksum);
		expect_ipv4(&packet, checksum == 0xb861 ? ENCAP_OK : BGW_DROP_BAD_IP_HEADER);
	}
}

static void ipv4_checksum_of_many_headers_matches_the_slow_way(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (uint32_t round = 0; round < 100000; round++) {
		struct packet packet = ipv4_packet();

		for (size_t i = 8; i < 20; i++) {
			random = random * 1664525 + 1013904223;
			/* Many ones, for the carries. */
			packet.bytes[i] = round % 2 ? (uint8_t)(random >> 24) : 0xff;
		}
		packet.bytes[1] = (uint8_t)round;
		packet.bytes[19] = (uint8_t)(round >> 8);
		mend(&packet, 20);
		expect_ipv4(&packet, ENCAP_OK);
		packet.bytes[8 + round % 12] ^= (uint8_t)(1 << round % 8);
		expect_ipv4(&packet, BGW_DROP_BAD_IP_HEADER);
	}
}

static void ipv4_fragments_are_refused(void **state)
{
	(void)state;
	for (uint32_t field = 0; field <= UINT16_MAX; field++) {
		struct packet packet = ipv4_packet();

		store_u16(packet.bytes + 6, (uint16_t)field);
		mend(&packet, 20);
		/* The reserved bit and DF mean nothing here. */
		expect_ipv4(&packet, (field & 0x3fff) != 0 ? BGW_DROP_OUTER_FRAGMENT : ENCAP_OK);
	}
}

/* RFC 7348 section 5, VNI 0x123456, with 14 bytes of payload; UDP checksum 0. */
static const uint8_t vxlan_packet[30] = {
	0xc0, 0x01, 0x12, 0xb5, 0x00, 0x1e, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x12, 0x34, 0x56,
	0x00, 0x02, 0x02, 0x02, 0x02, 0x02, 0x02, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x88, 0xb5};

static int vxlan(const uint8_t *bytes, uint32_t length, struct tunnel_header *header)
{
	return vxlan_parse(guarded_copy(bytes, length), length, ipv4_header, header);
}

static void vxlan_fields_are_read(void **state)
{
	uint8_t bytes[30];
	struct tunnel_header header;

	(void)state;
	memcpy(bytes, vxlan_packet, sizeof(bytes));
	assert_int_equal(vxlan(bytes, 30, &header), ENCAP_OK);
	assert_int_equal(header.key, 0x123456);
	assert_int_equal(header.keyless, 0);
	assert_int_equal(header.length, 16);
	/* Reserved bits are ignored. */
	memset(bytes + 8, 0xff, 8);
	assert_int_equal(vxlan(bytes, 30, &header), ENCAP_OK);
	assert_int_equal(header.key, 0xffffff);
	memset(bytes + 8, 0, 8);
	bytes[8] = 0x08;
	assert_int_equal(vxlan(bytes, 30, &header), ENCAP_OK);
	assert_int_equal(header.key, 0);
}

static void vxlan_needs_the_i_flag(void **state)
{
	(void)state;
	for (uint32_t flags = 0; flags <= UINT8_MAX; flags++) {
		struct tunnel_header header;
		uint8_t bytes[30];

		memcpy(bytes, vxlan_packet, sizeof(bytes));
		bytes[8] = (uint8_t)flags;
		assert_int_equal(vxlan(bytes, 30, &header),
				 flags & 0x08 ? ENCAP_OK : BGW_DROP_BAD_VXLAN_HEADER);
	}
}

static void vxlan_of_every_length(void **state)
{
	struct tunnel_header header;
	uint8_t bytes[30];

	(void)state;
	memcpy(bytes, vxlan_packet, sizeof(bytes));
	for (uint32_t length = 0; length < 30; length++)
		assert_int_equal(vxlan(bytes, length, &header),
				 length < 16 ? BGW_DROP_RUNT : BGW_DROP_BAD_UDP);
	for (uint32_t udp_length = 0; udp_length <= UINT16_MAX; udp_length++) {
		store_u16(bytes + 4, (uint16_t)udp_length);
		assert_int_equal(vxlan(bytes, 30, &header),
				 udp_length == 30 ? ENCAP_OK : BGW_DROP_BAD_UDP);
	}
	/* The header alone: no inner frame, which is for the caller to refuse. */
	store_u16(bytes + 4, 16);
	assert_int_equal(vxlan(bytes, 16, &header), ENCAP_OK);
}

/* Over the pseudo header of RFC 768 too, for even and odd lengths. */
static void vxlan_checksum_is_verified_if_there(void **state)
{
	(void)state;
	for (uint32_t length = 29; length <= 30; length++) {
		struct tunnel_header header;
		uint8_t pseudo[12 + 30] = {0};
		uint8_t bytes[30];
		uint16_t checksum;

		memcpy(bytes, vxlan_packet, sizeof(bytes));
		store_u16(bytes + 4, (uint16_t)length);
		memcpy(pseudo, ipv4_header + 12, 8);
		pseudo[9] = 17;
		store_u16(pseudo + 10, (uint16_t)length);
		memcpy(pseudo + 12, bytes, length);
		checksum = slow_checksum(pseudo, 12 + length, 0);
		for (uint32_t field = 0; field <= UINT16_MAX; field++) {
			store_u16(bytes + 6, (uint16_t)field);
			assert_int_equal(vxlan(bytes, length, &header),
					 field == 0 || field == checksum
						 ? ENCAP_OK
						 : BGW_DROP_BAD_UDP_CHECKSUM);
		}
	}
}

/* A sum of zero is sent as 0xffff (RFC 768). */
static void vxlan_checksum_of_zero_is_ones(void **state)
{
	uint8_t pseudo[12 + 30] = {0};
	struct tunnel_header header;
	uint8_t bytes[30];

	(void)state;
	memcpy(bytes, vxlan_packet, sizeof(bytes));
	memcpy(pseudo, ipv4_header + 12, 8);
	pseudo[9] = 17;
	store_u16(pseudo + 10, 30);
	memcpy(pseudo + 12, bytes, 30);
	/* A last word that brings the sum of all to 0xffff. */
	store_u16(pseudo + 40, 0);
	store_u16(bytes + 28, slow_checksum(pseudo, 42, 0));
	store_u16(bytes + 6, 0xffff);
	assert_int_equal(vxlan(bytes, 30, &header), ENCAP_OK);
	bytes[20] ^= 1;
	assert_int_equal(vxlan(bytes, 30, &header), BGW_DROP_BAD_UDP_CHECKSUM);
}

static int gre(const uint8_t *bytes, uint32_t length, struct tunnel_header *header)
{
	return gre_parse(guarded_copy(bytes, length), length, header);
}

/* Every combination of flags and version; all of 16 header bytes are there. */
static void gre_of_every_first_word(void **state)
{
	(void)state;
	for (uint32_t word = 0; word <= UINT16_MAX; word++) {
		uint8_t bytes[30] = {0, 0, 0x65, 0x58};
		struct tunnel_header header;
		const uint32_t checksum_bytes = word & 0x8000 ? 4 : 0;
		const uint32_t key_bytes = word & 0x2000 ? 4 : 0;
		const uint32_t sequence_bytes = word & 0x1000 ? 4 : 0;
		int verdict;

		store_u16(bytes, (uint16_t)word);
		memset(bytes + 4, 0x99, sizeof(bytes) - 4);
		if (checksum_bytes != 0) {
			memset(bytes + 4, 0, 4);
			store_u16(bytes + 4, slow_checksum(bytes, sizeof(bytes), 0));
		}
		if (key_bytes != 0)
			memcpy(bytes + 4 + checksum_bytes, "\xfe\xdc\xba\x98", 4);
		if (checksum_bytes != 0) {
			store_u16(bytes + 4, 0);
			store_u16(bytes + 4, slow_checksum(bytes, sizeof(bytes), 0));
		}
		verdict = gre(bytes, sizeof(bytes), &header);
		/* Bits 1, 4, 5 and the version. */
		if (word & 0x4c07) {
			assert_int_equal(verdict, BGW_DROP_BAD_GRE_HEADER);
			continue;
		}
		assert_int_equal(verdict, ENCAP_OK);
		assert_int_equal(header.length, 4 + checksum_bytes + key_bytes + sequence_bytes);
		assert_int_equal(header.keyless, key_bytes == 0);
		assert_int_equal(header.key, key_bytes ? 0xfedcba98 : 0);
	}
}

static void gre_carries_ethernet_alone(void **state)
{
	(void)state;
	for (uint32_t type = 0; type <= UINT16_MAX; type++) {
		uint8_t bytes[8] = {0x20, 0x00};
		struct tunnel_header header;

		store_u16(bytes + 2, (uint16_t)type);
		assert_int_equal(gre(bytes, 8, &header),
				 type == 0x6558 ? ENCAP_OK : BGW_DROP_BAD_GRE_HEADER);
	}
}

static void gre_of_every_length(void **state)
{
	static const uint16_t flags[] = {0x0000, 0x1000, 0x2000, 0x3000,
					 0x8000, 0x9000, 0xa000, 0xb000};

	(void)state;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		const uint32_t header_bytes = 4 + 4 * (uint32_t)__builtin_popcount(flags[i]);

		for (uint32_t length = 0; length <= 20; length++) {
			uint8_t bytes[20] = {0, 0, 0x65, 0x58};
			struct tunnel_header header;

			store_u16(bytes, flags[i]);
			if (flags[i] & 0x8000)
				store_u16(bytes + 4, slow_checksum(bytes, length, 0));
			assert_int_equal(gre(bytes, length, &header),
					 length < header_bytes ? BGW_DROP_RUNT : ENCAP_OK);
			if (length >= header_bytes)
				assert_int_equal(header.length, header_bytes);
		}
	}
}

static void gre_checksum_must_be_right(void **state)
{
	uint8_t bytes[24] = {0xa0, 0x00, 0x65, 0x58, 0x00, 0x00,
			     0x00, 0x00, 0x00, 0x12, 0x34, 0x56};
	struct tunnel_header header;
	uint16_t checksum;

	(void)state;
	checksum = slow_checksum(bytes, sizeof(bytes), 0);
	for (uint32_t field = 0; field <= UINT16_MAX; field++) {
		store_u16(bytes + 4, (uint16_t)field);
		assert_int_equal(gre(bytes, sizeof(bytes), &header),
				 field == checksum ? ENCAP_OK : BGW_DROP_BAD_GRE_HEADER);
	}
	store_u16(bytes + 4, checksum);
	bytes[23] = 1;
	assert_int_equal(gre(bytes, sizeof(bytes), &header), BGW_DROP_BAD_GRE_HEADER);
}

static void nvgre_key_has_vsid_and_flow_id(void **state)
{
	(void)state;
	assert_int_equal(nvgre_key_vsid(0x12345678), 0x123456);
	assert_int_equal(nvgre_key_vsid(0xffffffff), 0xffffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_fields_are_read),
		cmocka_unit_test(ipv4_padding_of_the_frame_is_no_payload),
		cmocka_unit_test(ipv4_of_every_length),
		cmocka_unit_test(ipv4_of_every_total_length),
		cmocka_unit_test(ipv4_of_every_version_and_ihl),
		cmocka_unit_test(ipv4_options_must_fit_and_be_summed),
		cmocka_unit_test(ipv4_of_every_checksum),
		cmocka_unit_test(ipv4_checksum_of_many_headers_matches_the_slow_way),
		cmocka_unit_test(ipv4_fragments_are_refused),
		cmocka_unit_test(vxlan_fields_are_read),
		cmocka_unit_test(vxlan_needs_the_i_flag),
		cmocka_unit_test(vxlan_of_every_length),
		cmocka_unit_test(vxlan_checksum_is_verified_if_there),
		cmocka_unit_test(vxlan_checksum_of_zero_is_ones),
		cmocka_unit_test(gre_of_every_first_word),
		cmocka_unit_test(gre_carries_ethernet_alone),
		cmocka_unit_test(gre_of_every_length),
		cmocka_unit_test(gre_checksum_must_be_right),
		cmocka_unit_test(nvgre_key_has_vsid_and_flow_id),
	};

	return cmocka_run_group_tests_name("encap_parse", tests, NULL, NULL);
}
