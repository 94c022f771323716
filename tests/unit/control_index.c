/* SPDX-License-Identifier: BSD-3-Clause */
/* Indexes rest before they are given out again. */
#include "index.h"

#include "eal.h"
#include "fdb_keeper.h"

static const uint32_t index_limits[INDEX_KIND_COUNT] = {
	[INDEX_ATTACHMENT] = 4, [INDEX_CONNECTION] = 4, [INDEX_DOMAIN] = 4,
	[INDEX_PATH] = 4,	[INDEX_PEER] = 4,	[INDEX_NEIGHBOUR] = 4,
};

static void indexes_are_given_out_once(void **state)
{
	struct indexes *indexes = indexes_create(dp, fdb, index_limits);

	(void)state;
	assert_int_equal(index_free_count(indexes, INDEX_PEER), 3);
	assert_int_equal(index_take(indexes, INDEX_PEER), 1);
	assert_int_equal(index_take(indexes, INDEX_PEER), 2);
	assert_int_equal(index_take(indexes, INDEX_PEER), 3);
	assert_int_equal(index_take(indexes, INDEX_PEER), 0);
	assert_int_equal(index_take(indexes, INDEX_PATH), 1);
	indexes_destroy(indexes);
}

static void both_tick(struct indexes *indexes, bool flood_lists_current)
{
	for (unsigned int i = 0; i < 10; i++) {
		fdb_tick(fdb);
		indexes_tick(indexes, flood_lists_current);
	}
}

static void an_index_rests_until_nothing_names_it(void **state)
{
	struct indexes *indexes = indexes_create(dp, fdb, index_limits);

	(void)state;
	rte_rcu_qsbr_thread_register(dp->qsbr, 0);
	rte_rcu_qsbr_thread_online(dp->qsbr, 0);
	for (unsigned int i = 0; i < 3; i++)
		index_take(indexes, INDEX_ATTACHMENT);
	seen(1, 1, left);
	fdb_attachment_retire(fdb, 1);
	index_give_back(indexes, INDEX_ATTACHMENT, 1);
	assert_int_equal(index_take(indexes, INDEX_ATTACHMENT), 0);
	/* A flood list mentions it, and then a worker may hold it. */
	both_tick(indexes, false);
	rte_rcu_qsbr_quiescent(dp->qsbr, 0);
	both_tick(indexes, true);
	assert_int_equal(where(1, 1), BGW_REF_NONE);
	assert_int_equal(index_take(indexes, INDEX_ATTACHMENT), 0);
	rte_rcu_qsbr_quiescent(dp->qsbr, 0);
	both_tick(indexes, true);
	assert_int_equal(index_take(indexes, INDEX_ATTACHMENT), 1);
	rte_rcu_qsbr_thread_offline(dp->qsbr, 0);
	rte_rcu_qsbr_thread_unregister(dp->qsbr, 0);
	indexes_destroy(indexes);
}

static void what_is_given_back_meanwhile_rests_for_the_next_round(void **state)
{
	struct indexes *indexes = indexes_create(dp, fdb, index_limits);

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		index_take(indexes, INDEX_PEER);
	index_give_back(indexes, INDEX_PEER, 2);
	indexes_tick(indexes, true);
	index_give_back(indexes, INDEX_PEER, 3);
	both_tick(indexes, true);
	assert_int_equal(index_free_count(indexes, INDEX_PEER), 2);
	indexes_destroy(indexes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(indexes_are_given_out_once),
		CASE(an_index_rests_until_nothing_names_it),
		CASE(what_is_given_back_meanwhile_rests_for_the_next_round),
	};

	return cmocka_run_group_tests(tests, eal_setup, eal_teardown);
}
