/* SPDX-License-Identifier: BSD-3-Clause */
/* What a configuration agent may be asked for, out of its messages and into them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "rpc/address.h"
#include "rpc/configuration_message.h"

#define ERROR_SIZE 256
#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))

#define LONG_NAME "12345678901234567890123456789012345678901234567890123456789012345678901234567890"

struct wrong {
	const char *value;
	const char *says; /* what the error has, besides the member */
};

static char *text(const char *value)
{
	return (char *)(uintptr_t)value;
}

static void expect(int rc, const char *error, const char *member, const struct wrong *wrong)
{
	if (rc != -EINVAL || strncmp(error, member, strlen(member)) != 0 ||
	    strstr(error, wrong->says) == NULL)
		fail_msg("%s = \"%s\" was answered %d, \"%s\"", member, wrong->value, rc, error);
	for (const char *at = error; *at != '\0'; at++)
		assert_true(*at >= ' ' && *at <= '~');
}

static const struct wrong wrong_prefixes[] = {
	{"", "no prefix"},
	{"10.0.0.1", "no prefix"},
	{"10.0.0.1/33", "no prefix"},
	{"10.0.0/24", "no prefix"},
	{"10.0.0.1/24 ", "no prefix"},
	{"10.0.0.1/-1", "no prefix"},
	{"2001:db8::1/129", "no prefix"},
	{"10.0.0.1/24; reboot", "no prefix"},
	{"\x1b[2J\n\xff", "?[2J??"},
	{LONG_NAME, "..."},
};

static const struct wrong wrong_interfaces[] = {
	{"", "no interface's name"},
	{"..", "no interface's name"},
	{"a/b", "no interface's name"},
	{"../../etc", "no interface's name"},
	{"a b", "no interface's name"},
	{"a\"b", "no interface's name"},
	{"a;b", "no interface's name"},
	{"e%d", "no interface's name"},
	{"1234567890123456", "no interface's name"},
	{LONG_NAME, "no interface's name"},
};

static void addresses_that_are_taken(void **state)
{
	static const char *const right[] = {"10.0.0.1/30", "10.0.0.2/30",    "10.0.0.0/31",
					    "10.0.0.1/31", "10.0.0.0/32",    "2001:db8::1/127",
					    "192.0.2.1/1", "2001:db8::2/64", "2001:db8::/127",
					    "fd00::1/128", "203.0.113.9/24", "169.254.1.1/16"};
	char error[ERROR_SIZE], back[BGW_PREFIX_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(right); i++) {
		Configurator__IPAssignment message, written;
		struct agent_address address;
		struct agent_texts texts;

		configurator__ipassignment__init(&message);
		message.ip = text(right[i]);
		message.interface = text("eth0.12@if-3_");
		if (agent_address_read(&message, &address, error, sizeof(error)) < 0)
			fail_msg("%s: %s", right[i], error);
		assert_string_equal(bgw_prefix_format(&address.ip, back), right[i]);
		agent_address_write(&address, "me", &texts, &written);
		assert_string_equal(written.ip, right[i]);
		assert_string_equal(written.interface, message.interface);
		assert_string_equal(written.owner, "me");
	}
}

static void addresses_that_are_refused(void **state)
{
	static const struct wrong wrong[] = {
		{"10.0.0.0/30", "network"},
		{"10.0.0.3/30", "broadcast"},
		{"10.0.255.255/16", "broadcast"},
		{"2001:db8::/64", "network"},
		{"0.0.0.0/0", "unicast"},
		{"0.1.2.3/8", "unicast"},
		{"127.0.0.1/8", "unicast"},
		{"224.0.0.1/24", "unicast"},
		{"255.255.255.255/32", "unicast"},
		{"10.0.0.1/0", "unicast"},
		{"::/128", "unicast"},
		{"::1/128", "unicast"},
		{"ff02::1/64", "unicast"},
		{"::ffff:10.0.0.1/128", "unicast"},
		{"2001:db8::1/0", "unicast"},
	};
	Configurator__IPAssignment message;
	struct agent_address address, untouched;
	char error[ERROR_SIZE];

	(void)state;
	memset(&untouched, 0x5a, sizeof(untouched));
	address = untouched;
	configurator__ipassignment__init(&message);
	message.interface = text("eth0");
	for (size_t i = 0; i < COUNT(wrong); i++) {
		message.ip = text(wrong[i].value);
		expect(agent_address_read(&message, &address, error, sizeof(error)), error, "ip",
		       &wrong[i]);
	}
	for (size_t i = 0; i < COUNT(wrong_prefixes); i++) {
		message.ip = text(wrong_prefixes[i].value);
		expect(agent_address_read(&message, &address, error, sizeof(error)), error, "ip",
		       &wrong_prefixes[i]);
	}
	message.ip = text("10.0.0.1/30");
	for (size_t i = 0; i < COUNT(wrong_interfaces); i++) {
		message.interface = text(wrong_interfaces[i].value);
		expect(agent_address_read(&message, &address, error, sizeof(error)), error,
		       "interface", &wrong_interfaces[i]);
	}
	assert_memory_equal(&address, &untouched, sizeof(address));
}

static void routes(void **state)
{
	static const struct wrong wrong_destinations[] = {
		{"10.0.0.1/24", "10.0.0.0/24 would be right"},
		{"2001:db8::1/64", "2001:db8::/64 would be right"},
		{"0.0.0.0/0", "every network"},
		{"::/0", "every network"},
		{"127.0.0.0/8", "network of hosts"},
		{"224.0.0.0/4", "network of hosts"},
		{"fe80::/64", "network of hosts"},
		{"10.0.0.0/33", "no prefix"},
		{"", "no prefix"},
	};
	static const struct wrong wrong_next_hops[] = {
		{"", "no address"},
		{"10.0.0.1/30", "no address"},
		{"0.0.0.0", "unicast"},
		{"fe80::1", "link-local"},
		{"2001:db8::1", "family"},
		{"224.0.0.5", "unicast"},
		{"peer.example", "no address"},
	};
	Configurator__Route message, written;
	struct agent_texts texts;
	struct agent_route route;
	char error[ERROR_SIZE];

	(void)state;
	configurator__route__init(&message);
	message.nexthop = text("10.0.0.1");
	for (size_t i = 0; i < COUNT(wrong_destinations); i++) {
		message.destinationnetwork = text(wrong_destinations[i].value);
		expect(agent_route_read(&message, &route, error, sizeof(error)), error,
		       "destinationNetwork", &wrong_destinations[i]);
	}
	message.destinationnetwork = text("192.168.0.0/24");
	for (size_t i = 0; i < COUNT(wrong_next_hops); i++) {
		message.nexthop = text(wrong_next_hops[i].value);
		expect(agent_route_read(&message, &route, error, sizeof(error)), error, "nextHop",
		       &wrong_next_hops[i]);
	}
	message.nexthop = text("10.0.0.1");
	assert_int_equal(agent_route_read(&message, &route, error, sizeof(error)), 0);
	agent_route_write(&route, "", &texts, &written);
	assert_string_equal(written.destinationnetwork, "192.168.0.0/24");
	assert_string_equal(written.nexthop, "10.0.0.1");
	/* As the original asks. */
	message.destinationnetwork = text("192.168.0.0");
	assert_int_equal(agent_route_read(&message, &route, error, sizeof(error)), 0);
	assert_int_equal(route.destination.length, 32);
	message.destinationnetwork = text("2001:db8::7");
	message.nexthop = text("2001:db8:1::1");
	assert_int_equal(agent_route_read(&message, &route, error, sizeof(error)), 0);
	assert_int_equal(route.destination.length, 128);
}

static void nat_fill(Configurator__NatConfiguration *message)
{
	configurator__nat_configuration__init(message);
	message->localnetwork = text("172.16.0.0/24");
	message->remotenetwork = text("192.168.0.0/24");
	message->localinterface = text("eth1");
	message->tablenumber = text("100");
	message->packetmark = text("0x100");
	message->nexthop = text("10.0.0.2");
}

static void nats(void **state)
{
	static const struct wrong wrong_tables[] = {
		{"", "no number"},	     {"0", "system's own"}, {"253", "system's own"},
		{"255", "system's own"},     {"main", "no number"}, {"-1", "no number"},
		{"4294967296", "no number"},
	};
	static const struct wrong wrong_marks[] = {{"", "no number"},
						   {"0", "no mark"},
						   {"0x100/0xff", "no number"},
						   {"1 ", "no number"}};
	static const struct wrong wrong_remapping[] = {
		{"172.16.0.0/16", "family and length"},
		{"2001:d00::/24", "family and length"},
		{"192.168.0.0/24", "are the same"},
		{"172.16.0.1/24", "host bits"},
	};
	static const struct wrong translated[] = {{"172.16.0.9", "translated itself"},
						  {"192.168.0.9", "translated itself"}};
	static const struct wrong wrong_peers[] = {
		{"192.168.0.0/24", "within and more"},	{"192.168.0.0/25", "within and more"},
		{"10.0.0.0/8", "within and more"},	{"2001:c00::/23", "within and more"},
		{"128.0.0.0/1", "localNetwork within"}, {"192.168.0.1/16", "host bits"},
		{"192.168.0.0", "no prefix"},		{"0.0.0.0/0", "every network"},
	};
	Configurator__NatConfiguration message, written;
	struct agent_texts texts;
	struct agent_nat nat;
	char error[ERROR_SIZE];

	(void)state;
	nat_fill(&message);
	assert_int_equal(agent_nat_read(&message, &nat, error, sizeof(error)), 0);
	assert_int_equal(nat.table, 100);
	assert_int_equal(nat.mark, 0x100);
	agent_nat_write(&nat, "n", &texts, &written);
	assert_string_equal(written.localnetwork, "172.16.0.0/24");
	assert_string_equal(written.remotenetwork, "192.168.0.0/24");
	assert_string_equal(written.localinterface, "eth1");
	assert_string_equal(written.tablenumber, "100");
	assert_string_equal(written.packetmark, "0x100");
	assert_string_equal(written.nexthop, "10.0.0.2");
	assert_string_equal(written.owner, "n");
	assert_string_equal(written.peernetwork, "");
	message.peernetwork = text("192.168.0.0/16");
	assert_int_equal(agent_nat_read(&message, &nat, error, sizeof(error)), 0);
	agent_nat_write(&nat, "n", &texts, &written);
	assert_string_equal(written.peernetwork, "192.168.0.0/16");
#define REFUSED(member, name, list)                                                               \
	do {                                                                                      \
		for (size_t i = 0; i < COUNT(list); i++) {                                        \
			nat_fill(&message);                                                       \
			message.member = text((list)[i].value);                                   \
			expect(agent_nat_read(&message, &nat, error, sizeof(error)), error, name, \
			       &(list)[i]);                                                       \
		}                                                                                 \
	} while (0)
	REFUSED(localnetwork, "localNetwork", wrong_prefixes);
	REFUSED(remotenetwork, "remoteNetwork", wrong_prefixes);
	REFUSED(localnetwork, "localNetwork", wrong_remapping);
	REFUSED(localinterface, "localInterface", wrong_interfaces);
	REFUSED(tablenumber, "tableNumber", wrong_tables);
	REFUSED(packetmark, "packetMark", wrong_marks);
	REFUSED(nexthop, "nextHop", translated);
	REFUSED(peernetwork, "peerNetwork", wrong_peers);
}

static void owners(void **state)
{
	static const struct wrong wrong[] = {{"a b", "none"},
					     {"a/b", "none"},
					     {"a\"", "none"},
					     {LONG_NAME, "none"},
					     {"\n", "?"}};
	char error[ERROR_SIZE];

	(void)state;
	assert_int_equal(agent_owner_check("", error, sizeof(error)), 0);
	assert_int_equal(agent_owner_check("bgw:1f0e-A_z.9", error, sizeof(error)), 0);
	for (size_t i = 0; i < COUNT(wrong); i++)
		expect(agent_owner_check(wrong[i].value, error, sizeof(error)), error, "owner",
		       &wrong[i]);
}

static void what_is_local(void **state)
{
	static const struct {
		const char *where;
		bool local;
	} places[] = {
		{"127.0.0.1:1", true},
		{"127.9.9.9:8081", true},
		{"[::1]:8081", true},
		{"[::ffff:127.0.0.1]:1", true},
		{"unix:/run/a", true},
		{"0.0.0.0:1", false},
		{"[::]:1", false},
		{"128.0.0.1:1", false},
		{"[::ffff:10.0.0.1]:1", false},
		{"localhost:1", false},
		{"[::2]:1", false},
	};
	struct rpc_address address;

	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		assert_int_equal(rpc_address_parse(places[i].where, &address), 0);
		if (rpc_address_is_local(&address) != places[i].local)
			fail_msg("%s", places[i].where);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_that_are_taken),
		cmocka_unit_test(addresses_that_are_refused),
		cmocka_unit_test(routes),
		cmocka_unit_test(nats),
		cmocka_unit_test(owners),
		cmocka_unit_test(what_is_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
