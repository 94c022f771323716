/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frame.h"
#include "guarded.h"
#include "locate.h"
#include "signature.h"

#define KEY	   0xbeef
#define VXLAN_PORT 4789

static const struct signature sample = {9, 200, 0x89abcdef, UINT64_C(0xfedc12345678)};

static void what_is_written_is_read(void **state)
{
	static const uint8_t expected[] = {9,	 200,  0x89, 0xab, 0xcd, 0xef,
					   0xfe, 0xdc, 0x12, 0x34, 0x56, 0x78};
	uint8_t bytes[SIGNATURE_BYTES];
	struct signature read;

	(void)state;
	signature_write(bytes, &sample, KEY);
	assert_memory_equal(bytes + 2, expected, sizeof(expected));
	assert_true(signature_read(bytes, KEY, &read));
	assert_int_equal(read.stream, sample.stream);
	assert_int_equal(read.trial, sample.trial);
	assert_int_equal(read.sequence, sample.sequence);
	assert_true(read.time == sample.time);
}

static void other_runs_are_told_apart(void **state)
{
	uint8_t bytes[SIGNATURE_BYTES] = {0};
	struct signature read;

	(void)state;
	assert_false(signature_read(bytes, KEY, &read));
	signature_write(bytes, &sample, KEY);
	assert_false(signature_read(bytes, KEY + 1, &read));
	for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(signature_read(bytes, KEY, &read));
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

/* Of every form: a frame of 100 bytes or a bit more. */
static uint16_t frame_make(uint8_t *frame, int form)
{
	struct frame_plan plan = {
		.ip_version = form & 1 ? 6 : 4,
		.source_macs = 1,
		.destination_macs = 1,
		.flows = 1,
	};
	struct frame_headers headers;

	if (form & 2)
		plan.tags.outer = (struct frame_range){100, 1};
	if (form & 4)
		plan.tags.inner = plan.tags.outer;
	if (form & 8) {
		plan.tunnel = (struct frame_tunnel){
			.is_used = true,
			.encap = form & 16 ? BGW_ENCAP_GRE : BGW_ENCAP_VXLAN,
			.local = RTE_BE32(0xc0000202),
			.remote = RTE_BE32(0xc0000201),
			.source_mac = {{2, 0, 0, 0, 0, 2}},
			.next_hop_mac = {{2, 0, 0, 0, 0, 1}},
			.ids = {4097, 1},
			.udp_port = VXLAN_PORT,
			.vlan = form & 32 ? 7 : 0,
		};
	}
	assert_int_equal(frame_build(&headers, &plan, 0, 104, KEY), 0);
	memset(frame, 0, headers.frame_bytes);
	memcpy(frame, headers.bytes, headers.length);
	signature_write(frame + headers.length, &sample, KEY);
	return headers.frame_bytes;
}

static void found_in_every_form(void **state)
{
	(void)state;
	for (int form = 0; form < 64; form++) {
		uint8_t frame[256];
		const uint16_t length = frame_make(frame, form);
		struct location location;
		struct signature read;

		assert_int_equal(locate_signature(frame, length, length, VXLAN_PORT, &location), 0);
		assert_true(signature_read(frame + location.offset, KEY, &read));
		assert_int_equal(read.sequence, sample.sequence);
		if (form & 8) {
			assert_int_equal(location.tunnel, form & 16 ? LOCATE_GRE : LOCATE_VXLAN);
			assert_int_equal(location.key, 4097);
		} else {
			assert_int_equal(location.tunnel, LOCATE_PLAIN);
		}
	}
}

/* A device pads short frames, and may hand over more than the packet is long. */
static void padding_does_not_matter(void **state)
{
	uint8_t frame[256];
	const uint16_t length = frame_make(frame, 0);
	struct location location;

	(void)state;
	memset(frame + length, 0xff, sizeof(frame) - length);
	assert_int_equal(
		locate_signature(frame, sizeof(frame), sizeof(frame), VXLAN_PORT, &location), 0);
	assert_int_equal(location.offset, 42);
}

/* Cut off anywhere, nothing behind the cut is read, and what was cut is not believed. */
static void cut_off_anywhere(void **state)
{
	(void)state;
	for (int form = 0; form < 64; form++) {
		uint8_t frame[256];
		const uint16_t length = frame_make(frame, form);

		for (uint16_t left = 0; left <= length; left++) {
			uint8_t *guarded = guarded_copy(frame, left);
			struct location location;
			const int ret =
				locate_signature(guarded, left, left, VXLAN_PORT, &location);

			assert_int_equal(ret, left == length ? 0 : -2);
		}
	}
}

/* The first segment of a chain has the headers; its length alone may be read. */
static void first_segment_of_a_chain(void **state)
{
	uint8_t frame[256];
	const uint16_t length = frame_make(frame, 0);
	uint8_t *guarded = guarded_copy(frame, 42 + SIGNATURE_BYTES);
	struct location location;

	(void)state;
	assert_int_equal(
		locate_signature(guarded, 42 + SIGNATURE_BYTES, length, VXLAN_PORT, &location), 0);
	assert_int_equal(
		locate_signature(guarded, 41 + SIGNATURE_BYTES, length, VXLAN_PORT, &location), -2);
}

/* Any byte may be anything: no answer may point beyond what can be read. */
static void any_byte_may_be_anything(void **state)
{
	uint64_t random = 88172645463325252u;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		uint8_t frame[256];
		const uint16_t length = frame_make(frame, round % 64);
		struct location location;

		for (int change = 0; change < 3; change++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			frame[random % length] = (uint8_t)(random >> 32);
		}
		if (locate_signature(frame, length, length, VXLAN_PORT, &location) == 0)
			assert_true(location.offset + SIGNATURE_BYTES <= length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(other_runs_are_told_apart),
		cmocka_unit_test(found_in_every_form),
		cmocka_unit_test(padding_does_not_matter),
		cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(first_segment_of_a_chain),
		cmocka_unit_test(any_byte_may_be_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
