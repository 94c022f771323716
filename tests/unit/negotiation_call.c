/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls that carry the messages of a run: what was packed is read, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "negotiation/call.h"
#include "negotiation/run.h"
#include "negotiation/wire.h"

static const uint8_t key[NEGOTIATION_KEY_BYTES] = {1, 2, 3};
static const struct call example = {.session = 0x01020304, .round = 7, .number = 3};

static uint8_t *pack(ProtobufCBinaryData *messages, size_t count, size_t *bytes)
{
	uint8_t *packed = call_pack(&example, messages, count, key, bytes);

	assert_non_null(packed);
	return packed;
}

static void what_is_packed_is_read(void **state)
{
	uint8_t large[RUN_MESSAGE_MAX] = {7, [RUN_MESSAGE_MAX - 1] = 9};
	ProtobufCBinaryData messages[] = {{2, (uint8_t *)"ab"}, {0, NULL}, {sizeof(large), large}};
	size_t bytes;
	uint8_t *packed = pack(messages, 3, &bytes);
	Bgw__Negotiation__Call *call = call_unpack(packed, bytes);
	Bgw__Negotiation__Body *body;

	(void)state;
	assert_non_null(call);
	assert_int_equal(call->session, example.session);
	assert_true(call_is_authentic(call, key));
	body = call_body(call);
	assert_non_null(body);
	assert_int_equal(body->round, example.round);
	assert_int_equal(body->number, example.number);
	assert_int_equal(body->n_messages, 3);
	assert_memory_equal(body->messages[0].data, "ab", 2);
	assert_int_equal(body->messages[1].len, 0);
	assert_int_equal(body->messages[2].len, sizeof(large));
	assert_memory_equal(body->messages[2].data, large, sizeof(large));
	bgw__negotiation__body__free_unpacked(body, NULL);
	bgw__negotiation__call__free_unpacked(call, NULL);
	free(packed);
}

static void whatever_is_changed_is_no_peers(void **state)
{
	ProtobufCBinaryData messages[] = {{2, (uint8_t *)"ab"}};
	const uint8_t other[NEGOTIATION_KEY_BYTES] = {1, 2, 4};
	size_t bytes;
	uint8_t *packed = pack(messages, 1, &bytes);
	Bgw__Negotiation__Call *call = call_unpack(packed, bytes);

	(void)state;
	assert_false(call_is_authentic(call, other));
	for (size_t i = 0; i < call->body.len; i++) {
		call->body.data[i] ^= 0x10;
		assert_false(call_is_authentic(call, key));
		call->body.data[i] ^= 0x10;
	}
	for (size_t i = 0; i < call->tag.len; i++) {
		call->tag.data[i] ^= 0x01;
		assert_false(call_is_authentic(call, key));
		call->tag.data[i] ^= 0x01;
	}
	call->tag.len--;
	assert_false(call_is_authentic(call, key));
	call->tag.len = 0;
	assert_false(call_is_authentic(call, key));
	bgw__negotiation__call__free_unpacked(call, NULL);
	free(packed);
}

static void refused(ProtobufCBinaryData *messages, size_t count)
{
	size_t bytes;
	uint8_t *packed = pack(messages, count, &bytes);
	Bgw__Negotiation__Call *call = call_unpack(packed, bytes);

	assert_non_null(call);
	assert_true(call_is_authentic(call, key));
	assert_null(call_body(call));
	bgw__negotiation__call__free_unpacked(call, NULL);
	free(packed);
}

static void what_is_too_much_is_refused(void **state)
{
	static uint8_t zeros[CALL_BYTES + 1], large[RUN_MESSAGE_MAX + 1];
	ProtobufCBinaryData messages[CALL_MESSAGES + 1] = {{0}};

	(void)state;
	assert_null(call_unpack(zeros, sizeof(zeros)));
	refused(messages, 0);
	refused(messages, CALL_MESSAGES + 1);
	messages[0] = (ProtobufCBinaryData){sizeof(large), large};
	refused(messages, 1);
}

/* Each of them would cost allocations. */
static void what_nobody_knows_is_bounded(void **state)
{
	static const uint8_t unknown[] = {0x7d, 0, 0, 0, 0}; /* field 15, 32 bits */
	ProtobufCBinaryData messages[] = {{2, (uint8_t *)"ab"}};
	uint8_t many[2000];
	size_t bytes;
	uint8_t *packed = pack(messages, 1, &bytes);
	Bgw__Negotiation__Call *call;

	(void)state;
	assert_true(bytes < 200);
	memcpy(many, packed, bytes);
	for (size_t i = 0; i < 10; i++, bytes += sizeof(unknown))
		memcpy(many + bytes, unknown, sizeof(unknown));
	call = call_unpack(many, bytes);
	assert_non_null(call);
	assert_true(call_is_authentic(call, key));
	bgw__negotiation__call__free_unpacked(call, NULL);
	for (size_t i = 0; i < 10; i++, bytes += sizeof(unknown))
		memcpy(many + bytes, unknown, sizeof(unknown));
	assert_null(call_unpack(many, bytes));
	free(packed);
}

static void fields_are_counted(void **state)
{
	static const uint8_t fields[] = {0x08, 0xff, 0x01,	 /* a number */
					 0x12, 3,    0x08, 0, 0, /* bytes that look alike */
					 0x19, 1,    2,	   3, 4, 5, 6, 7, 8, /* 64 bits */
					 0x25, 1,    2,	   3, 4};	     /* 32 bits */
	const uint8_t no_end[] = {0x08, 0xff, 0xff}, beyond[] = {0x12, 4, 0};

	(void)state;
	assert_true(wire_has_few_fields(fields, 0, 0));
	assert_true(wire_has_few_fields(fields, sizeof(fields), 4));
	assert_false(wire_has_few_fields(fields, sizeof(fields), 3));
	assert_false(wire_has_few_fields(fields, 3, 0));
	/* They are no messages. */
	assert_true(wire_has_few_fields(no_end, sizeof(no_end), 1));
	assert_true(wire_has_few_fields(beyond, sizeof(beyond), 1));
}

static void the_largest_call_fits(void **state)
{
	static uint8_t content[CALL_CONTENT_BYTES];
	ProtobufCBinaryData messages[CALL_MESSAGES];
	Bgw__Negotiation__Call *call;
	size_t bytes;
	uint8_t *packed;

	(void)state;
	for (size_t i = 0; i < CALL_MESSAGES; i++)
		messages[i] = (ProtobufCBinaryData){CALL_CONTENT_BYTES / CALL_MESSAGES, content};
	packed = pack(messages, CALL_MESSAGES, &bytes);
	assert_true(bytes <= CALL_BYTES);
	call = call_unpack(packed, bytes);
	assert_non_null(call);
	bgw__negotiation__call__free_unpacked(call, NULL);
	free(packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_is_read),
		cmocka_unit_test(whatever_is_changed_is_no_peers),
		cmocka_unit_test(what_is_too_much_is_refused),
		cmocka_unit_test(what_nobody_knows_is_bounded),
		cmocka_unit_test(fields_are_counted),
		cmocka_unit_test(the_largest_call_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
