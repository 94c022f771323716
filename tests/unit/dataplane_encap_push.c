/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "encap/row.h"

#include "guarded.h"

static struct bgw_path_spec path_spec(enum bgw_encap encap)
{
	return (struct bgw_path_spec){
		.encap = encap,
		.local = {.family = 4, .v4 = RTE_BE32(0xc0000201)},
		.remote = {.family = 4, .v4 = RTE_BE32(0xc0000202)},
		.source_mac = {{0x02, 0x00, 0x00, 0x00, 0x00, 0x01}},
		.next_hop_mac = {{0x02, 0x00, 0x00, 0x00, 0x00, 0x02}},
		.ttl = 64,
		.dscp = BGW_DSCP_COPY,
		.udp_port = 4789,
	};
}

/* Room for a frame behind its headroom, all of it 0xee. */
struct buffer {
	uint8_t before[OUTER_HEADER_ROOM];
	uint8_t inner[64];
};

static struct outer_header built(const struct bgw_path_spec *spec)
{
	struct outer_header header;

	memset(&header, 0xdd, sizeof(header));
	assert_int_equal(encap_rows[spec->encap].build(&header, spec), 0);
	return header;
}

static struct buffer pushed(enum bgw_encap encap, const struct outer_header *header,
			    struct encap_push item)
{
	struct buffer buffer;

	memset(&buffer, 0xee, sizeof(buffer));
	item.inner = buffer.inner;
	item.header = header;
	encap_rows[encap].push(&item);
	for (size_t i = 0; i < sizeof(buffer.inner); i++)
		assert_int_equal(buffer.inner[i], 0xee);
	return buffer;
}

static void expect_header(const struct buffer *buffer, const struct outer_header *header,
			  const uint8_t *expected, size_t expected_bytes)
{
	assert_int_equal(header->length, expected_bytes);
	assert_memory_equal(buffer->inner - expected_bytes, expected, expected_bytes);
}

static void vxlan_header_byte_for_byte(void **state)
{
	static const uint8_t expected[] = {
		0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00,
		/* IPv4: length 100, ID 0, DF, TTL 64, UDP */
		0x45, 0x00, 0x00, 0x64, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0xb6, 0x85, 0xc0, 0x00,
		0x02, 0x01, 0xc0, 0x00, 0x02, 0x02,
		/* UDP: 54904 to 4789, length 80, no checksum */
		0xd6, 0x78, 0x12, 0xb5, 0x00, 0x50, 0x00, 0x00,
		/* VXLAN: I, VNI 0x123456 */
		0x08, 0x00, 0x00, 0x00, 0x12, 0x34, 0x56, 0x00};
	const struct bgw_path_spec spec = path_spec(BGW_ENCAP_VXLAN);
	const struct outer_header header = built(&spec);
	const struct buffer buffer = pushed(BGW_ENCAP_VXLAN, &header,
					    (struct encap_push){.segmentation_id = 0x123456,
								.entropy = 0x12345678,
								.inner_length = 64});

	(void)state;
	expect_header(&buffer, &header, expected, sizeof(expected));
}

static void vxlan_header_with_vlan_tos_ttl_and_port(void **state)
{
	static const uint8_t expected[] = {
		0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01,
		/* VLAN 100 */
		0x81, 0x00, 0x00, 0x64, 0x08, 0x00,
		/* IPv4: TOS 0xb9, length 1522, TTL 255 */
		0x45, 0xb9, 0x05, 0xf2, 0x00, 0x00, 0x40, 0x00, 0xff, 0x11, 0xf1, 0x3d, 0xc0, 0x00,
		0x02, 0x01, 0xc0, 0x00, 0x02, 0x02,
		/* UDP: 65535 to 8472, length 1502 */
		0xff, 0xff, 0x21, 0x18, 0x05, 0xde, 0x00, 0x00,
		/* VXLAN: VNI 0xffffff */
		0x08, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0x00};
	struct bgw_path_spec spec = path_spec(BGW_ENCAP_VXLAN);
	struct outer_header header;
	struct buffer buffer;

	(void)state;
	spec.vlan = 100;
	spec.ttl = 255;
	spec.udp_port = 8472;
	header = built(&spec);
	buffer = pushed(BGW_ENCAP_VXLAN, &header,
			(struct encap_push){.segmentation_id = 0xffffff,
					    .entropy = UINT32_MAX,
					    .inner_length = 1486,
					    .tos = 0xb9});
	expect_header(&buffer, &header, expected, sizeof(expected));
}

static void gre_header_byte_for_byte(void **state)
{
	static const uint8_t expected[] = {
		0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00,
		/* IPv4: length 92, GRE */
		0x45, 0x00, 0x00, 0x5c, 0x00, 0x00, 0x40, 0x00, 0x40, 0x2f, 0xb6, 0x6f, 0xc0, 0x00,
		0x02, 0x01, 0xc0, 0x00, 0x02, 0x02,
		/* GRE: K, Ethernet, key 0x123456 */
		0x20, 0x00, 0x65, 0x58, 0x00, 0x12, 0x34, 0x56};
	const struct bgw_path_spec spec = path_spec(BGW_ENCAP_GRE);
	const struct outer_header header = built(&spec);
	const struct buffer buffer = pushed(BGW_ENCAP_GRE, &header,
					    (struct encap_push){.segmentation_id = 0x123456,
								.entropy = UINT32_MAX,
								.inner_length = 64});

	(void)state;
	expect_header(&buffer, &header, expected, sizeof(expected));
}

static void keyless_gre_header_byte_for_byte(void **state)
{
	static const uint8_t expected[] = {
		0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00,
		/* IPv4: ECT(0), length 88, GRE */
		0x45, 0x02, 0x00, 0x58, 0x00, 0x00, 0x40, 0x00, 0x40, 0x2f, 0xb6, 0x71, 0xc0, 0x00,
		0x02, 0x01, 0xc0, 0x00, 0x02, 0x02,
		/* GRE: Ethernet */
		0x00, 0x00, 0x65, 0x58};
	struct bgw_path_spec spec = path_spec(BGW_ENCAP_GRE);
	struct outer_header header;
	struct buffer buffer;

	(void)state;
	spec.keyless = true;
	header = built(&spec);
	buffer = pushed(
		BGW_ENCAP_GRE, &header,
		(struct encap_push){.segmentation_id = 0x123456, .inner_length = 64, .tos = 2});
	expect_header(&buffer, &header, expected, sizeof(expected));
}

static void nvgre_header_byte_for_byte(void **state)
{
	static const uint8_t expected[] = {0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00,
					   0x00, 0x00, 0x01, 0x08, 0x00, 0x45, 0x00, 0x00, 0x5c,
					   0x00, 0x00, 0x40, 0x00, 0x40, 0x2f, 0xb6, 0x6f, 0xc0,
					   0x00, 0x02, 0x01, 0xc0, 0x00, 0x02, 0x02,
					   /* GRE: K, Ethernet, VSID 0x123456, FlowID 0x78 */
					   0x20, 0x00, 0x65, 0x58, 0x12, 0x34, 0x56, 0x78};
	const struct bgw_path_spec spec = path_spec(BGW_ENCAP_NVGRE);
	const struct outer_header header = built(&spec);
	const struct buffer buffer = pushed(BGW_ENCAP_NVGRE, &header,
					    (struct encap_push){.segmentation_id = 0x123456,
								.entropy = 0x12345678,
								.inner_length = 64});

	(void)state;
	expect_header(&buffer, &header, expected, sizeof(expected));
}

/* Every TOS, and every length that an IP packet can have. */
static void ip_checksum_matches_the_slow_way(void **state)
{
	const struct bgw_path_spec spec = path_spec(BGW_ENCAP_VXLAN);
	const struct outer_header header = built(&spec);

	(void)state;
	for (uint32_t length = 0; length <= 65535 - 36; length++) {
		const struct buffer buffer =
			pushed(BGW_ENCAP_VXLAN, &header,
			       (struct encap_push){.inner_length = length, .tos = (uint8_t)length});
		const uint8_t *ip = buffer.inner - 36;

		assert_int_equal(ip[2] << 8 | ip[3], length + 36);
		assert_int_equal(ip[1], length & 0xff);
		assert_int_equal(slow_checksum(ip, 20, 0), 0);
	}
}

/* A sum that needs both folds. */
static void ip_checksum_takes_every_carry(void **state)
{
	struct bgw_path_spec spec = path_spec(BGW_ENCAP_GRE);

	(void)state;
	spec.local.v4 = UINT32_MAX;
	spec.ttl = 255;
	for (uint32_t low = 0; low <= UINT16_MAX; low++) {
		struct outer_header header;
		struct buffer buffer;

		spec.remote.v4 = rte_cpu_to_be_32(0xffff0000u | low);
		header = built(&spec);
		buffer = pushed(BGW_ENCAP_GRE, &header,
				(struct encap_push){.inner_length = 65507, .tos = 0xff});
		assert_int_equal(slow_checksum(buffer.inner - 28, 20, 0), 0);
	}
}

/* Paths of every form one after the other, as flooding makes them. */
static void headers_of_each_form_take_turns(void **state)
{
	struct bgw_path_spec spec = path_spec(BGW_ENCAP_GRE);
	const struct outer_header keyed = built(&spec);
	struct outer_header keyless;
	struct buffer buffers[3];

	(void)state;
	spec.keyless = true;
	spec.vlan = 4094;
	keyless = built(&spec);
	memset(buffers, 0xee, sizeof(buffers));
	for (unsigned int i = 0; i < 3; i++) {
		encap_rows[BGW_ENCAP_GRE].push(
			&(struct encap_push){.inner = buffers[i].inner,
					     .header = i == 1 ? &keyless : &keyed,
					     .segmentation_id = i + 1,
					     .inner_length = 100});
	}
	for (uint8_t i = 0; i < 3; i += 2) {
		const uint8_t gre[] = {0x20, 0x00, 0x65, 0x58, 0x00, 0x00, 0x00, (uint8_t)(i + 1)};

		assert_memory_equal(buffers[i].inner - 8, gre, 8);
		assert_int_equal(slow_checksum(buffers[i].inner - 28, 20, 0), 0);
	}
	assert_memory_equal(buffers[1].inner - 4, "\x00\x00\x65\x58", 4);
	assert_memory_equal(buffers[1].inner - 24 - 6, "\x81\x00\x0f\xfe\x08\x00", 6);
	assert_int_equal(slow_checksum(buffers[1].inner - 24, 20, 0), 0);
}

/* A header of more than 64 bytes takes the second copy; shorter ones leave the room's front. */
static void copy_takes_one_line_or_two(void **state)
{
	struct outer_header header;
	struct buffer buffer;

	(void)state;
	for (uint8_t length = 1; length <= OUTER_HEADER_ROOM; length++) {
		const size_t copied = length > 64 ? 128 : 64;

		memset(&buffer, 0xee, sizeof(buffer));
		for (size_t i = 0; i < OUTER_HEADER_ROOM; i++)
			header.bytes[i] = (uint8_t)i;
		header.length = length;
		outer_header_copy(buffer.inner, &header);
		for (size_t i = 0; i < OUTER_HEADER_ROOM; i++)
			assert_int_equal(buffer.before[i],
					 i < OUTER_HEADER_ROOM - copied ? 0xee : i);
		assert_int_equal(buffer.inner[0], 0xee);
	}
}

static void a_path_without_ttl_has_64(void **state)
{
	struct bgw_path_spec spec = path_spec(BGW_ENCAP_VXLAN);
	struct outer_header header;

	(void)state;
	spec.ttl = 0;
	header = built(&spec);
	assert_int_equal(header.bytes[OUTER_HEADER_ROOM - 36 + 8], 64);
}

static void expect_refused(const struct bgw_path_spec *spec)
{
	struct outer_header header;

	assert_int_equal(encap_rows[spec->encap].build(&header, spec), -EINVAL);
}

static void build_refuses_what_it_cannot_send(void **state)
{
	(void)state;
	for (int encap = 0; encap < BGW_ENCAP_COUNT; encap++) {
		const struct bgw_path_spec good = path_spec((enum bgw_encap)encap);
		struct bgw_path_spec spec = good;

		spec.local.family = 6;
		expect_refused(&spec);
		spec = good;
		spec.remote.family = 6;
		expect_refused(&spec);
		spec = good;
		spec.local.v4 = 0;
		expect_refused(&spec);
		spec = good;
		spec.remote.v4 = 0;
		expect_refused(&spec);
		spec = good;
		memset(&spec.next_hop_mac, 0, sizeof(spec.next_hop_mac));
		expect_refused(&spec);
		spec = good;
		spec.vlan = 4095;
		expect_refused(&spec);
	}
}

static void build_refuses_what_only_another_encapsulation_has(void **state)
{
	struct bgw_path_spec spec = path_spec(BGW_ENCAP_VXLAN);

	(void)state;
	spec.udp_port = 0;
	expect_refused(&spec);
	spec = path_spec(BGW_ENCAP_VXLAN);
	spec.keyless = true;
	expect_refused(&spec);
	spec.encap = BGW_ENCAP_NVGRE;
	expect_refused(&spec);
}

static void table_states_ranges_and_overheads(void **state)
{
	(void)state;
	assert_int_equal(bgw_encap_key_min(BGW_ENCAP_VXLAN), 0);
	assert_int_equal(bgw_encap_key_max(BGW_ENCAP_VXLAN), 16777215);
	assert_int_equal(bgw_encap_key_min(BGW_ENCAP_GRE), 0);
	assert_int_equal(bgw_encap_key_max(BGW_ENCAP_GRE), 16777215);
	assert_int_equal(bgw_encap_key_min(BGW_ENCAP_NVGRE), 4096);
	assert_int_equal(bgw_encap_key_max(BGW_ENCAP_NVGRE), 16777214);
	assert_int_equal(bgw_encap_overhead_bytes(BGW_ENCAP_VXLAN, 4, 0), 36);
	assert_int_equal(bgw_encap_overhead_bytes(BGW_ENCAP_VXLAN, 6, 0), 56);
	assert_int_equal(bgw_encap_overhead_bytes(BGW_ENCAP_GRE, 4, 0), 28);
	assert_int_equal(bgw_encap_overhead_bytes(BGW_ENCAP_GRE, 4, 1), 24);
	assert_int_equal(bgw_encap_overhead_bytes(BGW_ENCAP_NVGRE, 4, 0), 28);
	assert_int_equal(encap_rows[BGW_ENCAP_VXLAN].ip_protocol, 17);
	assert_int_equal(encap_rows[BGW_ENCAP_GRE].ip_protocol, 47);
	assert_int_equal(encap_rows[BGW_ENCAP_NVGRE].ip_protocol, 47);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vxlan_header_byte_for_byte),
		cmocka_unit_test(vxlan_header_with_vlan_tos_ttl_and_port),
		cmocka_unit_test(gre_header_byte_for_byte),
		cmocka_unit_test(keyless_gre_header_byte_for_byte),
		cmocka_unit_test(nvgre_header_byte_for_byte),
		cmocka_unit_test(ip_checksum_matches_the_slow_way),
		cmocka_unit_test(ip_checksum_takes_every_carry),
		cmocka_unit_test(headers_of_each_form_take_turns),
		cmocka_unit_test(copy_takes_one_line_or_two),
		cmocka_unit_test(a_path_without_ttl_has_64),
		cmocka_unit_test(build_refuses_what_it_cannot_send),
		cmocka_unit_test(build_refuses_what_only_another_encapsulation_has),
		cmocka_unit_test(table_states_ranges_and_overheads),
	};

	return cmocka_run_group_tests_name("encap_push", tests, NULL, NULL);
}
