/* SPDX-License-Identifier: BSD-3-Clause */
/* Objects are found by id and by member, and a rollback leaves everything as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model.h"

#define MANY 1000

static struct bgw_uuid id_of(unsigned int n)
{
	return (struct bgw_uuid){.bytes = {[14] = (uint8_t)(n >> 8), [15] = (uint8_t)n}};
}

static struct object *network(unsigned int n, const char *name)
{
	struct object *object = object_create(&bgw_network_type);
	struct bgw_network *record = object_record_mutable(object);

	record->id = id_of(n);
	record->name = strdup(name);
	return object;
}

static struct object *mac(unsigned int n, unsigned int connection)
{
	struct object *object = object_create(&bgw_l2_remote_mac_type);
	struct bgw_l2_remote_mac *record = object_record_mutable(object);

	record->id = id_of(n);
	record->rgw_connection = id_of(connection);
	return object;
}

static const struct object *find(const struct model *model, unsigned int n)
{
	struct bgw_uuid id = id_of(n);

	return model_find(model, &bgw_network_type, &id);
}

static unsigned int count_named(const struct model *model, const char *name)
{
	unsigned int count = 0;

	for (const struct object *object = model_match(model, &bgw_network_type, "name", &name);
	     object != NULL; object = model_match_next(object, "name"))
		count++;
	return count;
}

static void expect_order(const struct model *model, const char *names)
{
	char seen[64] = "";

	for (const struct object *o = model_first(model, &bgw_network_type); o != NULL; o = o->next)
		strcat(seen, object_name(o));
	assert_string_equal(seen, names);
}

static void finds_by_id_and_member(void **state)
{
	struct model *model = model_create();

	(void)state;
	for (unsigned int n = 1; n <= MANY; n++)
		assert_int_equal(model_insert(model, network(n, n % 2 != 0 ? "odd" : "even")), 0);
	assert_int_equal(model_count(model, &bgw_network_type), MANY);
	for (unsigned int n = 1; n <= MANY; n++)
		assert_non_null(find(model, n));
	assert_null(find(model, MANY + 1));
	assert_int_equal(count_named(model, "odd"), MANY / 2);
	assert_int_equal(count_named(model, "none"), 0);
	model_destroy(model);
}

static void rollback_restores_order_and_indexes(void **state)
{
	struct model *model = model_create();
	struct object *b;
	size_t count;

	(void)state;
	model_insert(model, network(1, "a"));
	model_insert(model, network(2, "b"));
	model_insert(model, network(3, "c"));
	model_accept(model);
	b = (struct object *)find(model, 2);

	model_insert(model, network(4, "d"));
	model_replace(model, b, network(2, "B"));
	model_remove(model, (struct object *)find(model, 1));
	model_remove(model, (struct object *)find(model, 2));
	model_remove(model, (struct object *)find(model, 4));
	expect_order(model, "c");
	model_changes(model, &count);
	assert_int_equal(count, 5);

	model_rollback(model, 2);
	expect_order(model, "aBcd");
	model_rollback(model, 0);
	expect_order(model, "abc");
	assert_ptr_equal(find(model, 2), b);
	assert_int_equal(count_named(model, "B"), 0);
	assert_int_equal(count_named(model, "b"), 1);
	assert_null(find(model, 4));
	model_destroy(model);
}

static void accept_keeps_the_new(void **state)
{
	struct model *model = model_create();
	size_t count;

	(void)state;
	model_insert(model, network(1, "a"));
	model_replace(model, (struct object *)find(model, 1), network(1, "b"));
	model_accept(model);
	model_changes(model, &count);
	assert_int_equal(count, 0);
	model_rollback(model, 0);
	expect_order(model, "b");
	model_destroy(model);
}

static void knows_who_refers(void **state)
{
	struct model *model = model_create();
	struct object *connection = object_create(&bgw_l2_remote_gateway_connection_type);
	struct object *first = mac(1, 7), *second = mac(2, 7);
	const struct object *user;

	(void)state;
	((struct bgw_object *)object_record_mutable(connection))->id = id_of(7);
	model_insert(model, connection);
	assert_null(model_user(model, connection));
	model_insert(model, first);
	model_insert(model, second);
	user = model_user(model, connection);
	assert_true(user == first || user == second);
	model_remove(model, first);
	assert_ptr_equal(model_user(model, connection), second);
	model_remove(model, second);
	assert_null(model_user(model, connection));
	model_destroy(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_id_and_member),
		cmocka_unit_test(rollback_restores_order_and_indexes),
		cmocka_unit_test(accept_keeps_the_new),
		cmocka_unit_test(knows_who_refers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
