/* SPDX-License-Identifier: BSD-3-Clause */
/* What bgw-agent keeps of what it applied: owners, the state file, and the rules of nftables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ruleset.h"
#include "state.h"

#define ERROR_SIZE 512

static struct agent_applied address_of(const char *text)
{
	struct agent_applied what = {.kind = AGENT_ADDRESS, .address = {.interface = "eth1"}};

	assert_int_equal(bgw_prefix_parse(text, &what.address.ip), 0);
	return what;
}

static struct agent_applied nat_of(const char *remapping, const char *internal, const char *hop)
{
	struct agent_applied what = {
		.kind = AGENT_NAT,
		.nat = {.interface = "wan", .table = 100, .mark = 0x100},
	};

	assert_int_equal(bgw_prefix_parse(remapping, &what.nat.remapping), 0);
	assert_int_equal(bgw_prefix_parse(internal, &what.nat.internal), 0);
	assert_int_equal(bgw_address_parse(hop, &what.nat.next_hop), 0);
	return what;
}

static struct entry *entry_put(struct entries *entries, const struct agent_applied *what)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	assert_non_null(entry);
	entry->what = *what;
	STAILQ_INSERT_TAIL(entries, entry, link);
	return entry;
}

static void owners(void **state)
{
	struct entry entry = {.owner_count = 0};
	char name[8];

	(void)state;
	assert_int_equal(entry_owner_add(&entry, "x"), 0);
	assert_int_equal(entry_owner_add(&entry, ""), 0);
	assert_int_equal(entry_owner_add(&entry, "x"), 0);
	assert_int_equal(entry.owner_count, 2);
	entry_owner_remove(&entry, "y");
	assert_int_equal(entry.owner_count, 2);
	entry_owner_remove(&entry, "x");
	assert_int_equal(entry_owner(&entry, ""), 0);
	assert_int_equal(entry_owner(&entry, "x"), -1);
	for (unsigned int i = 1; i < APPLIED_MAX_OWNERS; i++) {
		snprintf(name, sizeof(name), "o%u", i);
		assert_int_equal(entry_owner_add(&entry, name), 0);
	}
	assert_int_equal(entry_owner_add(&entry, "more"), -ENOSPC);
	entry_owner_remove(&entry, "o3");
	assert_int_equal(entry_owner_add(&entry, "more"), 0);
	for (unsigned int i = 0; i < entry.owner_count; i++)
		assert_string_not_equal(entry.owners[i], "o3");
}

static void what_is_the_same(void **state)
{
	struct entries entries = STAILQ_HEAD_INITIALIZER(entries);
	struct agent_applied nat = nat_of("172.16.0.0/24", "192.168.0.0/24", "10.0.0.2");
	struct agent_applied a = address_of("10.0.0.1/30"), b = address_of("10.0.0.1/24");
	struct entry *entry = entry_put(&entries, &nat);

	(void)state;
	entry_put(&entries, &a);
	assert_non_null(entry_find(&entries, &a));
	assert_null(entry_find(&entries, &b));
	a.address.interface[3] = '2';
	assert_null(entry_find(&entries, &a));
	assert_ptr_equal(entry_find(&entries, &nat), entry);
	assert_true(entry_is(entry, &nat));
	nat.nat.mark++;
	assert_ptr_equal(entry_find(&entries, &nat), entry);
	assert_false(entry_is(entry, &nat));
	entries_clear(&entries);
}

static void file_write(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

static void the_state_file(void **unused)
{
	struct entries entries = STAILQ_HEAD_INITIALIZER(entries), none, read;
	struct agent_applied nat = nat_of("fd00:2::/64", "fd00:1::/64", "2001:db8::2");
	struct agent_applied address = address_of("10.0.0.1/30");
	char directory[] = "/tmp/bgw-state.XXXXXX", path[64], error[ERROR_SIZE];
	struct state state, other;
	struct entry *entry;
	struct stat status;

	(void)unused;
	STAILQ_INIT(&none);
	STAILQ_INIT(&read);
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/s", directory);
	entry = entry_put(&entries, &nat);
	entry_owner_add(entry, "x");
	entry = entry_put(&entries, &address);
	entry->what.existed = true;
	entry_owner_add(entry, "");
	entry_owner_add(entry, "y");

	assert_int_equal(state_open(&state, path, &none, error, sizeof(error)), 0);
	assert_true(STAILQ_EMPTY(&none));
	assert_int_equal(state_save(&state, &entries), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_true(state_open(&other, path, &none, error, sizeof(error)) < 0);
	assert_non_null(strstr(error, "another agent's"));
	state_close(&state);

	assert_int_equal(state_open(&state, path, &read, error, sizeof(error)), 0);
	entry = entry_find(&read, &address);
	assert_non_null(entry);
	assert_true(entry->what.existed);
	assert_int_equal(entry->owner_count, 2);
	assert_true(entry_owner(entry, "") >= 0 && entry_owner(entry, "y") >= 0);
	entry = entry_find(&read, &nat);
	assert_true(entry != NULL && entry_is(entry, &nat) && !entry->what.existed);
	state_close(&state);

	file_write(path, "\xff\xff\xff", 3);
	assert_true(state_open(&state, path, &none, error, sizeof(error)) < 0);
	assert_non_null(strstr(error, "is damaged"));
	snprintf(path, sizeof(path), "%s/none/s", directory);
	assert_true(state_open(&state, path, &none, error, sizeof(error)) < 0);
	assert_non_null(strstr(error, "cannot be opened"));
	entries_clear(&entries);
	entries_clear(&read);
	snprintf(path, sizeof(path), "rm -r %s", directory);
	assert_int_equal(system(path), 0);
}

static void an_owners_entries(void **state)
{
	struct entries entries = STAILQ_HEAD_INITIALIZER(entries), read;
	struct agent_applied a = address_of("10.0.0.1/30"), b = address_of("10.0.0.5/30");
	char error[ERROR_SIZE];
	uint8_t *bytes;
	size_t size;

	(void)state;
	STAILQ_INIT(&read);
	entry_owner_add(entry_put(&entries, &a), "x");
	entry_owner_add(entry_put(&entries, &b), "y");
	bytes = entries_pack(&entries, "y", &size);
	assert_int_equal(entries_unpack(&read, bytes, size, error, sizeof(error)), 0);
	assert_non_null(entry_find(&read, &b));
	assert_null(entry_find(&read, &a));
	/* The same thing twice is no state of ours. */
	assert_int_equal(entries_unpack(&read, bytes, size, error, sizeof(error)), -EBADMSG);
	free(bytes);
	entries_clear(&read);
	entries_clear(&entries);
}

static void rules(void **state)
{
	struct agent_applied nat = nat_of("172.16.0.0/24", "192.168.0.0/24", "10.0.0.2");
	struct agent_applied nat6 = nat_of("fd00:2::/64", "fd00:1::/64", "2001:db8::2");
	struct host_nat nats[] = {{&nat.nat, "n-1", 1400}, {&nat6.nat, "", 0}};
	char *text = ruleset_print(nats, 0);

	(void)state;
	assert_string_equal(text, "table inet bgw_agent {}\ndelete table inet bgw_agent\n");
	free(text);
	text = ruleset_print(nats, 2);
	assert_non_null(strstr(
		text, "\tchain translate_source { type nat hook postrouting priority srcnat; "
		      "policy accept;\n"
		      "\t\tct mark 0x100 ct original ip daddr 172.16.0.0/24 ip saddr "
		      "192.168.0.0/24 snat ip prefix to 172.16.0.0/24 comment "
		      "\"bgw 172.16.0.0/24 mtu 1400 n-1\"\n"
		      "\t\tct mark 0x100 ct original ip6 daddr fd00:2::/64 ip6 saddr "
		      "fd00:1::/64 snat ip6 prefix to fd00:2::/64 comment "
		      "\"bgw fd00:2::/64 mtu 0 \"\n\t}\n"));
	assert_non_null(strstr(text, "maxseg size set 1360 comment \"bgw 172.16"));
	assert_non_null(strstr(text, "maxseg size set 1220 comment \"bgw fd00"));
	assert_null(strchr(text, '$'));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owners),	  cmocka_unit_test(what_is_the_same),
		cmocka_unit_test(the_state_file), cmocka_unit_test(an_owners_entries),
		cmocka_unit_test(rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
