/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "encap/checksum.h"

#include "guarded.h"

/* RFC 1071 section 3. */
static void sum_of_the_example_of_rfc_1071(void **state)
{
	static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

	(void)state;
	assert_int_equal(checksum_fold(checksum_add(0, bytes, 8)), rte_cpu_to_be_16(0xddf2));
	assert_int_equal(checksum_finish(checksum_add(0, bytes, 8)), rte_cpu_to_be_16(0x220d));
}

/* RFC 1624 section 4. */
static void update_of_the_example_of_rfc_1624(void **state)
{
	(void)state;
	assert_int_equal(checksum_update(RTE_BE16(0xdd2f), RTE_BE16(0x5555), RTE_BE16(0x3285)), 0);
}

static void every_length_matches_the_slow_way(void **state)
{
	uint8_t bytes[300];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 151 + 0x80);
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		const uint8_t *copy = guarded_copy(bytes, length);

		assert_int_equal(checksum_finish(checksum_add(0, copy, length)),
				 rte_cpu_to_be_16(slow_checksum(bytes, length, 0)));
	}
}

static void longest_packet_of_ones_does_not_overflow(void **state)
{
	uint8_t *bytes = malloc(65535);

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 0xff, 65535);
	assert_int_equal(checksum_finish(checksum_add(0xffff, bytes, 65535)),
			 rte_cpu_to_be_16(slow_checksum(bytes, 65535, 0xffff)));
	free(bytes);
}

static void folding_takes_every_carry(void **state)
{
	(void)state;
	assert_int_equal(checksum_fold(0), 0);
	assert_int_equal(checksum_fold(0xffff), 0xffff);
	assert_int_equal(checksum_fold(0x10000), 1);
	assert_int_equal(checksum_fold(UINT64_MAX), 0xffff);
	assert_int_equal(checksum_fold(UINT64_C(0xfffffffe00000001)), 0xffff);
	assert_int_equal(checksum_fold(UINT64_C(0xffff0001ffff)), 0x0001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sum_of_the_example_of_rfc_1071),
		cmocka_unit_test(update_of_the_example_of_rfc_1624),
		cmocka_unit_test(every_length_matches_the_slow_way),
		cmocka_unit_test(longest_packet_of_ones_does_not_overflow),
		cmocka_unit_test(folding_takes_every_carry),
	};

	return cmocka_run_group_tests_name("checksum", tests, NULL, NULL);
}
