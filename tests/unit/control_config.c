/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration is taken whole or refused with a sentence that names the member. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"

static void refuses(const char *text, const char *sentence)
{
	struct config config;
	struct error error = {0};

	assert_true(config_parse(&config, text, &error) < 0);
	if (strstr(error.message, sentence) == NULL)
		fail_msg("%s: \"%s\" does not say \"%s\"", text, error.message, sentence);
}

static void presets(void **state)
{
	struct config config;
	struct error error;

	(void)state;
	assert_int_equal(config_parse(&config, "{}", &error), 0);
	assert_string_equal(config.name, "local");
	assert_int_equal(config.workers.cores.count, 1);
	assert_int_equal(*(const uint32_t *)config.workers.cores.items, 1);
	assert_int_equal(config.tables.macs, 131072);
	assert_int_equal(config.vxlan.port, 4789);
	assert_string_equal(((char **)config.api.listen.items)[0], "unix:/run/bgw/api.sock");
	assert_string_equal(config.store.path, "/var/lib/bgw/bgw.db");
	assert_int_equal(config.ports.count, 0);
	assert_int_equal(config.underlay.vtep.family, 0);
	assert_null(config.initial);
	config_clear(&config);
}

static void whole(void **state)
{
	static const char text[] =
		"{ // a comment\n"
		"  \"name\": \"site-a\", /* and another */\n"
		"  \"workers\": {\"cores\": [1, 2], \"idle\": \"sleep\"},\n"
		"  \"control\": {\"cores\": [0]},\n"
		"  \"memory\": {\"hugepages\": true, \"mbytes\": 1024, \"mbufs\": 65536},\n"
		"  \"tables\": {\"macs\": 131072, \"connections\": 4096, \"networks\": 1024},\n"
		"  \"ports\": [\n"
		"    {\"name\": \"member1\", \"driver\": \"af_xdp\", \"device\": \"eth1\","
		"     \"role\": \"access\", \"mac_limit\": 4, \"tpid\": \"0x88a8\"},\n"
		"    {\"name\": \"wan0\", \"driver\": \"af_xdp\", \"device\": \"eth2\","
		"     \"role\": \"underlay\", \"vlan\": 7},\n"
		"    {\"name\": \"m0\", \"driver\": \"memif\", \"role\": \"access\","
		"     \"memif\": {\"socket\": \"/run/bgw/m.sock\", \"id\": 0, \"mode\": "
		"\"client\"}}],\n"
		"  \"underlay\": {\"vtep\": \"192.0.2.1\", \"addresses\": [\"192.0.2.1/24\"],\n"
		"    \"neighbours\": [{\"ip\": \"192.0.2.2\", \"mac\": \"02:00:00:00:00:02\","
		"                      \"port\": \"wan0\"}]},\n"
		"  \"vxlan\": {\"port\": 4790},\n"
		"  \"api\": {\"listen\": [\"127.0.0.1:9696\", \"unix:/run/bgw/api.sock\"]},\n"
		"  \"store\": {\"kind\": \"sqlite\", \"path\": \"/tmp/db\"},\n"
		"  \"initial\": [{\"network\": {\"name\": \"n\"}}]\n"
		"}";
	struct config config;
	struct error error;
	const struct config_port *port;

	(void)state;
	if (config_parse(&config, text, &error) < 0)
		fail_msg("%s", error.message);
	assert_int_equal(config.ports.count, 3);
	port = config_port_find(&config, "member1");
	assert_non_null(port);
	assert_int_equal(port->mac_limit, 4);
	assert_int_equal(port->tpid, 0x88a8);
	port = config_port_at(&config, 2);
	assert_string_equal(port->memif.socket, "/run/bgw/m.sock");
	assert_int_equal(port->memif.mode, CONFIG_MEMIF_CLIENT);
	assert_int_equal(config.underlay.vtep.family, 4);
	assert_int_equal(config.underlay.neighbours.count, 1);
	assert_int_equal(config.workers.idle, CONFIG_IDLE_SLEEP);
	assert_int_equal(cJSON_GetArraySize(config.initial), 1);
	config_clear(&config);
}

static void errors_name_the_member(void **state)
{
	static const char port[] = "{\"ports\": [{\"name\": \"a\", \"driver\": \"tap\", "
				   "\"role\": \"access\"%s}]}";
	static const struct {
		const char *members, *sentence;
	} ports[] = {
		{", \"speed\": 1", "ports[0].speed is not a member; members are name, driver"},
		{", \"vlan\": 5", "ports[0].vlan is for underlay ports"},
		{", \"mtu\": 20", "ports[0].mtu must be an integer between 68 and 9200"},
		{", \"tpid\": 33025", "ports[0].tpid must be \"0x8100\" or \"0x88a8\""},
		{", \"memif\": {}", "ports[0].memif.socket is required"},
		{", \"memif\": {\"socket\": \"/x\", \"mode\": \"peer\"}",
		 "ports[0].memif.mode must be one of \"server\", \"client\""},
	};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		snprintf(text, sizeof(text), port, ports[i].members);
		refuses(text, ports[i].sentence);
	}
	refuses("", "ends too early");
	refuses("[]", "must be an object");
	refuses("{\"name\": \"a\"", "error at byte");
	refuses("{\"nmae\": \"a\"}", "nmae is not a member; members are name, workers");
	refuses("{\"workers\": {\"cores\": []}}", "workers.cores must not be an empty list");
	refuses("{\"workers\": {\"cores\": [1, 1]}}", "workers.cores names CPU 1 twice");
	refuses("{\"workers\": {\"cores\": [0]}}", "share CPU 0");
	refuses("{\"workers\": {\"idle\": \"rest\"}}", "workers.idle must be one of");
	refuses("{\"tables\": {\"macs\": 2000000}}",
		"tables.macs must be an integer between 1024 and 1048576");
	refuses("{\"tables\": {\"networks\": 65000, \"gateways\": 535}}",
		"tables.networks and tables.gateways together must be at most 65534, not 65535");
	refuses("{\"ports\": [{\"driver\": \"tap\", \"role\": \"access\"}]}",
		"ports[0].name is required");
	refuses("{\"ports\": [{\"name\": \"a\", \"driver\": \"tap\"}]}",
		"ports[0].role is required: one of \"access\", \"underlay\"");
	refuses("{\"ports\": [{\"name\": \"a\", \"driver\": \"tap\", \"role\": \"access\"},"
		" {\"name\": \"a\", \"driver\": \"tap\", \"role\": \"access\"}]}",
		"ports[1].name \"a\" is that of another port");
	refuses("{\"underlay\": {\"vtep\": \"192.0.2.1/24\"}}", "underlay.vtep must be an IPv4 or");
	refuses("{\"underlay\": {\"addresses\": [\"192.0.2.1\"]}}",
		"underlay.addresses[0] must be an address with prefix length");
	refuses("{\"underlay\": {\"neighbours\": [{\"ip\": \"192.0.2.2\","
		" \"mac\": \"02:00:00:00:00:02\", \"port\": \"x\"}]}}",
		"underlay.neighbours[0].port must name an underlay port");
	refuses("{\"ports\": [{\"name\": \"a\", \"driver\": \"af_xdp\", \"device\": \"e0\","
		" \"role\": \"access\"}, {\"name\": \"b\", \"driver\": \"af_packet\","
		" \"device\": \"e0\", \"role\": \"access\"}]}",
		"ports[1].device \"e0\" is that of port \"a\" too");
	refuses("{\"underlay\": {\"vtep\": \"0.0.0.0\"}}", "underlay.vtep must be a unicast");
	refuses("{\"underlay\": {\"vtep\": \"224.0.0.1\"}}", "underlay.vtep must be a unicast");
	refuses("{\"underlay\": {\"vtep\": \"ff02::1\"}}", "underlay.vtep must be a unicast");
	refuses("{\"ports\": [{\"name\": \"w\", \"driver\": \"tap\", \"role\": \"underlay\"}],"
		" \"underlay\": {\"neighbours\": [{\"ip\": \"192.0.2.2\","
		" \"mac\": \"01:00:00:00:00:02\", \"port\": \"w\"}]}}",
		"underlay.neighbours[0].mac must be a unicast MAC");
	refuses("{\"ports\": [{\"name\": \"w\", \"driver\": \"tap\", \"role\": \"underlay\"}],"
		" \"underlay\": {\"neighbours\": [{\"ip\": \"255.255.255.255\","
		" \"mac\": \"02:00:00:00:00:02\", \"port\": \"w\"}]}}",
		"underlay.neighbours[0].ip must be a unicast address");
	refuses("{\"api\": {\"body_max_bytes\": 65537, \"bulk_body_max_bytes\": 65536}}",
		"api.body_max_bytes must be at most api.bulk_body_max_bytes, 65536");
	refuses("{\"tables\": {\"remote_gateways\": 131073}}",
		"tables.remote_gateways must be an integer between 1 and 131072");
	refuses("{\"api\": {\"tokens_everywhere\": true}}",
		"api.tokens_everywhere needs api.tokens");
	refuses("{\"store\": {\"kind\": \"etcd\"}}", "store.kind must be one of \"sqlite\"");
	refuses("{\"initial\": {}}", "initial must be a list");
	refuses("{\"initial\": [{\"networks\": []}]}", "initial: each element");
	refuses("{\"initial\": [{\"port\": {}}]}", "initial: each element");
}

static void tokens(void **state)
{
#define HASH_A	       "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HASH_B	       "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define API(tokens)    "{\"api\": {\"tokens\": [" tokens "]}}"
#define TOKEN(members) "{\"role\": \"admin\", \"sha256\": " members "}"
	struct config config;
	struct error error;
	const struct config_token *token;

	(void)state;
	if (config_parse(
		    &config,
		    API(TOKEN("\"" HASH_A "\"") ", {\"role\": \"reader\", \"sha256\": \"" HASH_B
						"\", \"name\": \"eyes\"}"),
		    &error) < 0)
		fail_msg("%s", error.message);
	assert_int_equal(config.api.tokens.count, 2);
	token = config.api.tokens.items;
	assert_int_equal(token[0].role, CONFIG_ROLE_ADMIN);
	assert_int_equal(token[1].role, CONFIG_ROLE_READER);
	assert_string_equal(token[1].name, "eyes");
	config_clear(&config);
	refuses(API("{}"), "api.tokens[0].sha256 is required");
	refuses(API("{\"sha256\": \"" HASH_A "\"}"), "api.tokens[0].role is required: one of");
	refuses(API(TOKEN("\"secret\"")), "api.tokens[0].sha256 must be 64 hexadecimal digits");
	refuses(API(TOKEN("\"" HASH_A "0\"")), "api.tokens[0].sha256 must");
	refuses(API(TOKEN("\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852B855\"")),
		"api.tokens[0].sha256 is the hash of an empty token");
	refuses(API(TOKEN("\"" HASH_A "\"") ", " TOKEN("\"" HASH_A "\"")),
		"api.tokens[1] has the sha256 or the name of api.tokens[0]");
	refuses(API(TOKEN("\"" HASH_A "\", \"name\": \"a\"") ", " TOKEN("\"" HASH_B
									"\", \"name\": \"A\"")),
		"api.tokens[1] has the sha256 or the name of api.tokens[0]");
}

static void a_file_that_is_not_there(void **state)
{
	struct config config;
	struct error error;

	(void)state;
	assert_true(config_load(&config, "/none/bgw.json", &error) < 0);
	assert_string_equal(error.message,
			    "/none/bgw.json cannot be read: No such file or directory");
}

static void a_file_with_a_nul(void **state)
{
	static const char text[] = "{}\0garbage";
	char path[] = "/tmp/control_config.XXXXXX";
	const int fd = mkstemp(path);
	struct config config;
	struct error error;
	int rc;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text)), sizeof(text));
	close(fd);
	rc = config_load(&config, path, &error);
	unlink(path);
	assert_true(rc < 0);
	assert_non_null(strstr(error.message, "cannot be read"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(presets),
		cmocka_unit_test(whole),
		cmocka_unit_test(errors_name_the_member),
		cmocka_unit_test(tokens),
		cmocka_unit_test(a_file_that_is_not_there),
		cmocka_unit_test(a_file_with_a_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
