/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "table/slab.h"

/* More than three chunks hold. */
#define OBJECT_BYTES 4096
#define OBJECTS	     2000

static struct slab slab = {.object_bytes = OBJECT_BYTES};
static uint8_t *objects[OBJECTS];

static void object_take(uint32_t index)
{
	static const uint8_t zeros[OBJECT_BYTES];

	objects[index] = slab_alloc(&slab);
	assert_non_null(objects[index]);
	assert_int_equal((uintptr_t)objects[index] % 64, 0);
	assert_memory_equal(objects[index], zeros, OBJECT_BYTES);
	memset(objects[index], (int)(index % 255 + 1), OBJECT_BYTES);
}

static void object_give(uint32_t index)
{
	for (uint32_t i = 0; i < OBJECT_BYTES; i++)
		assert_int_equal(objects[index][i], index % 255 + 1);
	slab_free(objects[index]);
	objects[index] = NULL;
}

static void objects_are_zeroed_and_apart(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < OBJECTS; i++)
		object_take(i);
	for (uint32_t i = 0; i < OBJECTS; i++)
		object_give(i);
	assert_true(slab.chunks <= 1);
}

static void what_was_freed_is_given_again(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (uint32_t round = 0; round < 20 * OBJECTS; round++) {
		const uint32_t index = (random = random * 1664525 + 1013904223) >> 8;

		if (objects[index % OBJECTS] == NULL)
			object_take(index % OBJECTS);
		else
			object_give(index % OBJECTS);
	}
	for (uint32_t i = 0; i < OBJECTS; i++)
		if (objects[i] != NULL)
			object_give(i);
	assert_true(slab.chunks <= 1);
}

static void a_full_chunk_has_room_again(void **state)
{
	uint32_t count = 0;

	(void)state;
	do
		object_take(count++);
	while (slab.with_room != NULL);
	object_take(count);
	object_give(0);
	object_take(0);
	for (uint32_t i = 0; i <= count; i++)
		object_give(i);
	assert_true(slab.chunks <= 1);
	slab_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_zeroed_and_apart),
		cmocka_unit_test(what_was_freed_is_given_again),
		cmocka_unit_test(a_full_chunk_has_room_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
