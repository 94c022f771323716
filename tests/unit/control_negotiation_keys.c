/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "negotiation/keys.h"

/* Computed by Python's hmac and hashlib from RFC 5869. */
static const char text[] = "correct horse battery staple";
static const struct negotiation_secret secret = {(const uint8_t *)text, sizeof(text) - 1};
static const struct bgw_address low = {.family = 4, .bytes = {192, 0, 2, 1}};
static const struct bgw_address high = {.family = 4, .bytes = {198, 51, 100, 1}};

#define LOW_NONCE  UINT64_C(0x1111111111111111)
#define HIGH_NONCE UINT64_C(0x2222222222222222)

static void hello_keys_are_of_one_direction(void **state)
{
	static const uint8_t up[] = {0x57, 0x5e, 0x46, 0xd4, 0x11, 0xf4, 0x88, 0x09,
				     0xd8, 0xc3, 0x4f, 0x11, 0x00, 0xec, 0x52, 0x58};
	static const uint8_t down[] = {0xe8, 0x7e, 0x93, 0x92, 0x60, 0x67, 0x52, 0xec,
				       0x24, 0xe0, 0x3c, 0x0e, 0x85, 0xbb, 0x11, 0xcd};
	uint8_t key[NEGOTIATION_KEY_BYTES];

	(void)state;
	assert_int_equal(negotiation_key_hello(&secret, &low, &high, key), 0);
	assert_memory_equal(key, up, sizeof(key));
	assert_int_equal(negotiation_key_hello(&secret, &high, &low, key), 0);
	assert_memory_equal(key, down, sizeof(key));
}

static void both_ends_derive_the_same_session_keys(void **state)
{
	static const uint8_t up[] = {0x58, 0x29, 0xa7, 0xc1, 0x94, 0xbb, 0x7c, 0x7d,
				     0x49, 0x73, 0x0f, 0xaa, 0x00, 0x2a, 0x9b, 0x3a};
	static const uint8_t down[] = {0x0a, 0x8b, 0xce, 0x21, 0x60, 0xb1, 0x4d, 0x55,
				       0x27, 0xd3, 0x1a, 0x2d, 0x5c, 0x56, 0x12, 0xc1};
	uint8_t key[NEGOTIATION_KEY_BYTES];

	(void)state;
	assert_int_equal(negotiation_key_session(&secret, &low, LOW_NONCE, &high, HIGH_NONCE, key),
			 0);
	assert_memory_equal(key, up, sizeof(key));
	assert_int_equal(negotiation_key_session(&secret, &high, HIGH_NONCE, &low, LOW_NONCE, key),
			 0);
	assert_memory_equal(key, down, sizeof(key));
}

static void calls_have_keys_of_their_own(void **state)
{
	static const uint8_t up[] = {0x37, 0x90, 0xb0, 0x7e, 0x58, 0x8a, 0x63, 0x74,
				     0x18, 0x0e, 0xff, 0xb6, 0x78, 0x76, 0xd4, 0xbb};
	static const uint8_t down[] = {0x72, 0xe7, 0xa4, 0xaa, 0x21, 0x70, 0x87, 0xb6,
				       0x63, 0x0a, 0xf3, 0xa5, 0x5a, 0xd2, 0x20, 0x73};
	uint8_t key[NEGOTIATION_KEY_BYTES];

	(void)state;
	assert_int_equal(negotiation_key_call(&secret, &low, LOW_NONCE, &high, HIGH_NONCE, key), 0);
	assert_memory_equal(key, up, sizeof(key));
	assert_int_equal(negotiation_key_call(&secret, &high, HIGH_NONCE, &low, LOW_NONCE, key), 0);
	assert_memory_equal(key, down, sizeof(key));
}

static void another_nonce_or_secret_is_another_key(void **state)
{
	const struct negotiation_secret shorter = {secret.bytes, secret.length - 1};
	uint8_t key[NEGOTIATION_KEY_BYTES], other[NEGOTIATION_KEY_BYTES];

	(void)state;
	negotiation_key_session(&secret, &low, LOW_NONCE, &high, HIGH_NONCE, key);
	negotiation_key_session(&secret, &low, LOW_NONCE ^ 1, &high, HIGH_NONCE, other);
	assert_memory_not_equal(key, other, sizeof(key));
	negotiation_key_session(&secret, &low, LOW_NONCE, &high, HIGH_NONCE ^ 1, other);
	assert_memory_not_equal(key, other, sizeof(key));
	negotiation_key_session(&shorter, &low, LOW_NONCE, &high, HIGH_NONCE, other);
	assert_memory_not_equal(key, other, sizeof(key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_keys_are_of_one_direction),
		cmocka_unit_test(both_ends_derive_the_same_session_keys),
		cmocka_unit_test(calls_have_keys_of_their_own),
		cmocka_unit_test(another_nonce_or_secret_is_another_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
