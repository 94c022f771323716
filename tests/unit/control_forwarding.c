/* SPDX-License-Identifier: BSD-3-Clause */
/* From objects to the dataplane: batches of operations, and what workers then find. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <bgw/dataplane.h>
#include <bgw/fdb.h>

#include "control.h"
#include "domain.h"
#include "fdb.h"
#include "forwarding.h"
#include "index.h"
#include "log.h"
#include "model.h"
#include "operation.h"
#include "packet_path.h"
#include "plan.h"
#include "resource.h"
#include "underlay.h"

#include "control_forwarding_seen.h"
#include "eal.h"

#define MEMBER1 0
#define MEMBER2 1
#define WAN	2

static const char configuration[] =
	"{\"name\": \"t\", \"workers\": {\"cores\": [1]}, \"control\": {\"cores\": [0]},"
	" \"tables\": {\"macs\": 1024, \"connections\": 40, \"networks\": 10, \"gateways\": 10,"
	"  \"attachments\": 40, \"remote_gateways\": 10},"
	" \"ports\": [{\"name\": \"member1\", \"driver\": \"vdev\", \"role\": \"access\"},"
	"  {\"name\": \"member2\", \"driver\": \"vdev\", \"role\": \"access\"},"
	"  {\"name\": \"wan0\", \"driver\": \"vdev\", \"role\": \"underlay\"}],"
	" \"underlay\": {\"vtep\": \"192.0.2.1\"}}";

static struct control control;

/* An underlay that Linux does not have: nothing is asked of it. */

static uint64_t now_ms(void *context)
{
	(void)context;
	return 1000;
}

static void timer_set(void *context, uint64_t delay_ms)
{
	(void)context;
	(void)delay_ms;
}

static int no_route(void *context, const struct bgw_address *destination,
		    const struct bgw_address *source, struct netlink_route *route)
{
	(void)context;
	(void)destination;
	(void)source;
	(void)route;
	return -ENETUNREACH;
}

static const struct underlay_environment environment = {
	.now_ms = now_ms, .timer_set = timer_set, .route_get = no_route};

static void underlay_setup(void)
{
	const struct underlay_port port = {
		.index = WAN,
		.name = "wan0",
		.admin_up = true,
		.link_up = true,
		.mac = {{2, 0, 0, 0, 0, 1}},
		.mtu_bytes = 1600,
	};
	const struct bgw_mac next_hop = {{2, 0, 0, 0, 0, 2}};
	struct bgw_prefix own;
	struct bgw_address ip;

	control.underlay = underlay_create(&environment, &control.config.underlay.vtep);
	assert_non_null(control.underlay);
	assert_int_equal(underlay_port_set(control.underlay, &port), 0);
	bgw_prefix_parse("192.0.2.1/24", &own);
	assert_int_equal(underlay_static_address_add(control.underlay, &own), 0);
	for (unsigned int i = 2; i < 20; i++) {
		char text[BGW_ADDRESS_TEXT_SIZE];

		snprintf(text, sizeof(text), "192.0.2.%u", i);
		bgw_address_parse(text, &ip);
		assert_int_equal(
			underlay_static_neighbour_add(control.underlay, &ip, &next_hop, WAN), 0);
	}
}

static int control_setup(void **state)
{
	struct bgw_limits limits;
	struct error error;

	(void)state;
	memset(&control, 0, sizeof(control));
	assert_int_equal(config_parse(&control.config, configuration, &error), 0);
	control.loop = loop_create();
	control.model = model_create();
	control.batch = batch_create(&control);
	limits = packet_path_limits(&control.config);
	control.dataplane = bgw_dataplane_create(&limits);
	assert_non_null(control.dataplane);
	underlay_setup();
	assert_int_equal(forwarding_start(&control, &error), 0);
	return 0;
}

static int control_teardown(void **state)
{
	(void)state;
	forwarding_stop(&control);
	underlay_destroy(control.underlay);
	batch_destroy(control.batch);
	model_destroy(control.model);
	bgw_dataplane_destroy(control.dataplane);
	loop_destroy(control.loop);
	config_clear(&control.config);
	return 0;
}

/* Stages a create; its id begins with `id`. */
static void create(const char *collection, unsigned int id, const char *members)
{
	char text[1024];
	struct object *object;
	struct error error = {0};
	cJSON *body;

	snprintf(text, sizeof(text), "{\"id\": \"%08x-0000-4000-8000-000000000000\"%s%s}", id,
		 members[0] != '\0' ? ", " : "", members);
	body = cJSON_Parse(text);
	assert_non_null(body);
	if (operation_create(&control, resource_find(collection), body, &object, &error) < 0)
		fail_msg("create of %s %s: %s", collection, text, error.message);
	cJSON_Delete(body);
}

static const char *id_text(unsigned int id)
{
	static char text[BGW_UUID_TEXT_SIZE];

	snprintf(text, sizeof(text), "%08x-0000-4000-8000-000000000000", id);
	return text;
}

static void update(const char *collection, unsigned int id, const char *members)
{
	struct object *object;
	struct error error = {0};
	cJSON *body = cJSON_Parse(members);

	if (operation_update(&control, resource_find(collection), id_text(id), body, 0, &object,
			     &error) < 0)
		fail_msg("update of %s %s: %s", collection, members, error.message);
	cJSON_Delete(body);
}

static void delete (const char *collection, unsigned int id)
{
	struct error error = {0};

	if (operation_delete(&control, resource_find(collection), id_text(id), 0, true, &error) < 0)
		fail_msg("delete of %s: %s", collection, error.message);
}

static void tick(void)
{
	bgw_dataplane_poll(control.dataplane);
	fdb_tick(control.fdb);
	indexes_tick(control.indexes, domains_are_published(control.domains));
}

/* The end of a batch, as batch.c has it. Returns how often it had to wait. */
static unsigned int commit(void)
{
	unsigned int waits = 0;
	size_t count;
	const struct change *changes = model_changes(control.model, &count);

	for (size_t i = 0; i < count; i++) {
		const struct object *object =
			changes[i].new != NULL ? changes[i].new : changes[i].old;

		resource_of(object->type)->publish(&control, changes[i].old, changes[i].new);
	}
	while (!forwarding_settle(&control)) {
		assert_in_range(waits++, 0, 1000);
		tick();
	}
	model_accept(control.model);
	return waits;
}

static void rest(void)
{
	for (unsigned int i = 0; i < 20; i++)
		tick();
}

#define GATEWAY(port, ids)                                                               \
	"\"devices\": [{\"device_name\": \"local\", \"interfaces\": [{\"name\": \"" port \
	"\", \"segmentation_id\": [" ids "]}]}]"
#define REF(name, digits) "\"" name "\": \"" digits "-0000-4000-8000-000000000000\""

static uint32_t peer(unsigned int last)
{
	return seen_peer(control.dataplane, RTE_BE32(0xc0000201),
			 rte_cpu_to_be_32(0xc0000200 + last));
}

static uint32_t vxlan(unsigned int last, uint32_t key)
{
	return seen_connection(control.dataplane, peer(last), BGW_ENCAP_VXLAN, key);
}

/* Gateway 10 with two VLANs, tunnels 31 and 32 to the remote gateway 20 at .2. */
static void site(void)
{
	create("l2-gateways", 0x10, GATEWAY("member1", "\"100\", \"200\""));
	create("l2-remote-gateways", 0x20, "\"ipaddr\": \"192.0.2.2\"");
	create("l2-remote-gateway-connections", 0x31,
	       REF("gateway", "00000010") "," REF("remote_gateway", "00000020") ", \"seg_id\": 1");
	create("l2-remote-gateway-connections", 0x32,
	       REF("gateway", "00000010") "," REF("remote_gateway", "00000020") ", \"seg_id\": 2,"
										"\"flood\": false");
	commit();
}

static void a_gateway_without_network_has_a_domain_of_its_own(void **state)
{
	uint32_t first, second, tunnel, silent;
	uint16_t domain;

	(void)state;
	site();
	first = seen_attachment(control.dataplane, MEMBER1, 100, 0);
	second = seen_attachment(control.dataplane, MEMBER1, 200, 0);
	tunnel = vxlan(2, 1);
	silent = vxlan(2, 2);
	assert_true(first != 0 && second != 0 && tunnel != 0 && silent != 0);
	domain = seen_attachment_domain(control.dataplane, first);
	assert_int_equal(seen_attachment_domain(control.dataplane, second), domain);
	assert_int_equal(seen_connection_domain(control.dataplane, tunnel), domain);
	assert_int_equal(seen_connection_domain(control.dataplane, silent), domain);
	assert_true(seen_floods(control.dataplane, domain, bgw_ref_attachment(first)));
	assert_true(seen_floods(control.dataplane, domain, bgw_ref_attachment(second)));
	assert_true(seen_floods(control.dataplane, domain, bgw_ref_connection(tunnel)));
	assert_int_equal(seen_flood_count(control.dataplane, domain), 3);
	assert_ptr_equal(seen_path(control.dataplane, tunnel),
			 seen_path(control.dataplane, silent));
	update("l2-remote-gateway-connections", 0x32, "{\"flood\": true}");
	commit();
	assert_true(seen_floods(control.dataplane, domain, bgw_ref_connection(silent)));
}

static void the_first_network_takes_everything_along(void **state)
{
	const struct rte_ether_addr mac = {{2, 0, 0, 0, 0, 9}};
	const struct bgw_ip ip = {.family = 4, .v4 = RTE_BE32(0x0a000009)};
	struct bgw_fdb_entry entry;
	uint16_t before, after;
	uint32_t attachment, tunnel;

	(void)state;
	site();
	create("l2-remote-macs", 0x40,
	       "\"mac\": \"02:00:00:00:00:09\", \"ipaddr\": \"10.0.0.9\"," REF("rgw_connection",
									       "00000031"));
	commit();
	before = seen_connection_domain(control.dataplane, vxlan(2, 1));
	assert_true(seen_suppresses(control.dataplane, before));
	assert_true(seen_answers(control.dataplane, before, &ip));
	create("networks", 0x50, "");
	create("l2-gateway-connections", 0x60,
	       REF("l2_gateway_id", "00000010") "," REF("network_id", "00000050"));
	commit();
	tunnel = vxlan(2, 1);
	attachment = seen_attachment(control.dataplane, MEMBER1, 100, 0);
	after = seen_connection_domain(control.dataplane, tunnel);
	assert_int_not_equal(after, before);
	assert_int_equal(seen_attachment_domain(control.dataplane, attachment), after);
	assert_int_equal(seen_flood_count(control.dataplane, after), 3);
	assert_int_equal(bgw_fdb_get(control.dataplane, after, &mac, &entry), 0);
	assert_int_equal(entry.ref, bgw_ref_connection(tunnel) | BGW_REF_STATIC);
	assert_int_equal(bgw_fdb_get(control.dataplane, before, &mac, &entry), -ENOENT);
	assert_true(seen_answers(control.dataplane, after, &ip));
	assert_false(seen_answers(control.dataplane, before, &ip));
	assert_int_equal(seen_counts(control.dataplane).domains, 1);
	delete ("l2-gateway-connections", 0x60);
	commit();
	after = seen_connection_domain(control.dataplane, vxlan(2, 1));
	assert_int_equal(bgw_fdb_get(control.dataplane, after, &mac, &entry), 0);
	assert_int_equal(seen_counts(control.dataplane).macs, 1);
}

static void a_network_that_is_down_stops_what_is_in_it(void **state)
{
	(void)state;
	site();
	create("networks", 0x50, "");
	create("l2-gateway-connections", 0x60,
	       REF("l2_gateway_id", "00000010") "," REF("network_id", "00000050"));
	commit();
	update("networks", 0x50, "{\"admin_state_up\": false}");
	commit();
	assert_false(seen_attachment_is_up(control.dataplane,
					   seen_attachment(control.dataplane, MEMBER1, 100, 0)));
	assert_false(seen_connection_is_up(control.dataplane, vxlan(2, 1)));
	update("networks", 0x50, "{\"admin_state_up\": true}");
	commit();
	assert_true(seen_attachment_is_up(control.dataplane,
					  seen_attachment(control.dataplane, MEMBER1, 100, 0)));
	assert_true(seen_connection_is_up(control.dataplane, vxlan(2, 1)));
	update("l2-remote-gateways", 0x20, "{\"admin_state_up\": false}");
	commit();
	assert_false(seen_connection_is_up(control.dataplane, vxlan(2, 1)));
}

static void a_new_address_takes_its_tunnels_along_and_no_other(void **state)
{
	uint32_t tunnel, other, number;
	const void *path, *other_path;

	(void)state;
	site();
	create("l2-remote-gateways", 0x21, "\"ipaddr\": \"192.0.2.3\"");
	create("l2-remote-gateway-connections", 0x33,
	       REF("gateway", "00000010") "," REF("remote_gateway", "00000021") ", \"seg_id\": 1");
	commit();
	tunnel = vxlan(2, 1);
	other = vxlan(3, 1);
	number = peer(2);
	path = seen_path(control.dataplane, tunnel);
	other_path = seen_path(control.dataplane, other);
	update("l2-remote-gateways", 0x20, "{\"ipaddr\": \"192.0.2.4\"}");
	commit();
	assert_int_equal(peer(2), 0);
	assert_int_equal(peer(4), number);
	assert_int_equal(vxlan(4, 1), tunnel);
	assert_ptr_not_equal(seen_path(control.dataplane, tunnel), path);
	assert_int_equal(vxlan(3, 1), other);
	assert_ptr_equal(seen_path(control.dataplane, other), other_path);
	assert_int_equal(seen_counts(control.dataplane).paths, 2);
}

static void keys_change_hands_in_one_batch(void **state)
{
	(void)state;
	site();
	create("l2-gateways", 0x11, GATEWAY("member1", "\"300\""));
	commit();
	/* 100 goes from one gateway to the other, 300 to a new one; 1 from tunnel to tunnel. */
	update("l2-gateways", 0x10, "{" GATEWAY("member1", "\"200\"") "}");
	update("l2-gateways", 0x11, "{" GATEWAY("member1", "\"100\"") "}");
	create("l2-gateways", 0x12, GATEWAY("member1", "\"300\""));
	update("l2-remote-gateway-connections", 0x31, "{\"seg_id\": 3}");
	update("l2-remote-gateway-connections", 0x32, "{\"seg_id\": 1}");
	update("l2-remote-gateway-connections", 0x31, "{\"seg_id\": 2}");
	update("l2-remote-gateways", 0x20, "{\"ipaddr\": \"192.0.2.9\"}");
	create("l2-remote-gateways", 0x21, "\"ipaddr\": \"192.0.2.2\"");
	commit();
	assert_int_equal(seen_counts(control.dataplane).attachments, 3);
	assert_int_not_equal(
		seen_attachment_domain(control.dataplane,
				       seen_attachment(control.dataplane, MEMBER1, 100, 0)),
		seen_attachment_domain(control.dataplane,
				       seen_attachment(control.dataplane, MEMBER1, 200, 0)));
	assert_int_not_equal(seen_attachment(control.dataplane, MEMBER1, 300, 0), 0);
	assert_int_not_equal(vxlan(9, 1), 0);
	assert_int_not_equal(vxlan(9, 2), 0);
	assert_int_equal(vxlan(9, 3), 0);
	assert_int_not_equal(peer(2), peer(9));
	assert_int_not_equal(peer(2), 0);
}

static void what_comes_and_goes_in_one_batch_leaves_nothing(void **state)
{
	(void)state;
	create("l2-gateways", 0x10, GATEWAY("member1", "\"100\""));
	update("l2-gateways", 0x10, "{\"name\": \"x\"}");
	delete ("l2-gateways", 0x10);
	create("l2-gateways", 0x10, GATEWAY("member2", "\"100\""));
	commit();
	assert_int_equal(seen_attachment(control.dataplane, MEMBER1, 100, 0), 0);
	assert_int_not_equal(seen_attachment(control.dataplane, MEMBER2, 100, 0), 0);
	assert_int_equal(seen_counts(control.dataplane).domains, 1);
}

static void indexes_that_rest_are_waited_for(void **state)
{
	unsigned int waits = 0;

	(void)state;
	site();
	for (unsigned int round = 0; round < 300; round++) {
		delete ("l2-gateways", 0x10);
		create("l2-gateways", 0x10, GATEWAY("member1", "\"100\", \"200\""));
		create("l2-remote-gateway-connections", 0x31,
		       REF("gateway", "00000010") "," REF("remote_gateway",
							  "00000020") ", \"seg_id\": 1");
		waits += commit();
	}
	assert_int_not_equal(waits, 0);
	assert_int_equal(seen_counts(control.dataplane).attachments, 2);
	assert_int_equal(seen_counts(control.dataplane).connections, 1);
	assert_int_equal(seen_counts(control.dataplane).domains, 1);
}

static void one_mac_with_two_addresses_stays_until_both_are_gone(void **state)
{
	const struct rte_ether_addr mac = {{2, 0, 0, 0, 0, 9}};
	struct bgw_fdb_entry entry;
	uint16_t domain;

	(void)state;
	site();
	create("l2-remote-macs", 0x40,
	       "\"mac\": \"02:00:00:00:00:09\", \"ipaddr\": \"10.0.0.9\"," REF("rgw_connection",
									       "00000031"));
	create("l2-remote-macs", 0x41,
	       "\"mac\": \"02:00:00:00:00:09\", \"ipaddr\": \"2001:db8::9\"," REF("rgw_connection",
										  "00000031"));
	commit();
	domain = seen_connection_domain(control.dataplane, vxlan(2, 1));
	assert_int_equal(seen_counts(control.dataplane).neighbours, 2);
	delete ("l2-remote-macs", 0x40);
	commit();
	assert_int_equal(bgw_fdb_get(control.dataplane, domain, &mac, &entry), 0);
	assert_int_equal(seen_counts(control.dataplane).neighbours, 1);
	delete ("l2-remote-macs", 0x41);
	commit();
	assert_int_equal(bgw_fdb_get(control.dataplane, domain, &mac, &entry), -ENOENT);
	assert_int_equal(seen_counts(control.dataplane).neighbours, 0);
	assert_false(seen_suppresses(control.dataplane, domain));
}

static void a_gateway_waits_for_tags_that_another_has(void **state)
{
	uint32_t attachment;

	(void)state;
	create("networks", 0x50, "");
	create("l2-gateways", 0x10, GATEWAY("member1", ""));
	create("l2-gateway-connections", 0x60,
	       REF("l2_gateway_id", "00000010") "," REF("network_id",
							"00000050") ","
								    "\"segmentation_id\": \"100\"");
	create("l2-gateways", 0x11, GATEWAY("member1", "\"0\""));
	commit();
	/* Without a network it wants untagged frames, which are the other's. */
	delete ("l2-gateway-connections", 0x60);
	commit();
	assert_int_equal(seen_counts(control.dataplane).attachments, 1);
	assert_int_equal(seen_attachment(control.dataplane, MEMBER1, 100, 0), 0);
	attachment = seen_attachment(control.dataplane, MEMBER1, 0, 0);
	delete ("l2-gateways", 0x11);
	commit();
	assert_int_equal(seen_counts(control.dataplane).attachments, 1);
	assert_int_not_equal(seen_attachment(control.dataplane, MEMBER1, 0, 0), attachment);
	assert_int_not_equal(seen_attachment(control.dataplane, MEMBER1, 0, 0), 0);
	assert_int_equal(seen_counts(control.dataplane).domains, 1);
}

static uint32_t random_below(uint32_t bound)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % bound;
}

static bool try_create(const char *collection, unsigned int id, const char *members)
{
	char text[1024];
	struct object *object;
	struct error error;
	cJSON *body;
	int rc;

	snprintf(text, sizeof(text), "{\"id\": \"%s\"%s%s}", id_text(id),
		 members[0] != '\0' ? ", " : "", members);
	body = cJSON_Parse(text);
	assert_non_null(body);
	rc = operation_create(&control, resource_find(collection), body, &object, &error);
	cJSON_Delete(body);
	return rc == 0;
}

static bool try_delete(const char *collection, unsigned int id)
{
	struct error error;

	return operation_delete(&control, resource_find(collection), id_text(id), 0,
				random_below(2) == 0, &error) == 0;
}

static bool try_update(const char *collection, unsigned int id, const char *members)
{
	struct object *object;
	struct error error;
	cJSON *body = cJSON_Parse(members);
	int rc = operation_update(&control, resource_find(collection), id_text(id), body, 0,
				  &object, &error);

	assert_non_null(body);
	cJSON_Delete(body);
	return rc == 0;
}

#define FEW 4

/* One operation that may or may not be valid; true if it was. */
static bool any_operation(void)
{
	const unsigned int n = random_below(FEW), g = random_below(FEW), r = random_below(FEW);
	const bool with_network = random_below(2) == 0;
	char text[512];

	switch (random_below(14)) {
	case 0:
		return try_create("networks", 0x100 + n, "\"segmentation_id\": 77");
	case 1:
		return try_delete("networks", 0x100 + n);
	case 2:
		snprintf(text, sizeof(text), GATEWAY("member%u", "\"%u\", \"%u.%u\""),
			 1 + random_below(2), random_below(6), 1 + random_below(3),
			 1 + random_below(3));
		return try_create("l2-gateways", 0x200 + g,
				  random_below(4) == 0 ? "\"devices\": []" : text);
	case 3:
		return try_delete("l2-gateways", 0x200 + g);
	case 4:
		snprintf(text, sizeof(text), "{" GATEWAY("member%u", "\"%u\"") "}",
			 1 + random_below(2), random_below(6));
		return try_update("l2-gateways", 0x200 + g, text);
	case 5:
		snprintf(text, sizeof(text),
			 REF("l2_gateway_id", "%08x") "," REF("network_id", "%08x"), 0x200 + g,
			 0x100 + n);
		return try_create("l2-gateway-connections", 0x300 + n, text);
	case 6:
		return try_delete("l2-gateway-connections", 0x300 + n);
	case 7:
		snprintf(text, sizeof(text), "\"ipaddr\": \"192.0.2.%u\"", 2 + random_below(6));
		return try_create("l2-remote-gateways", 0x400 + r, text);
	case 8:
		snprintf(text, sizeof(text), "{\"ipaddr\": \"192.0.2.%u\", \"ttl\": %u}",
			 2 + random_below(6), 1 + random_below(3));
		return try_update("l2-remote-gateways", 0x400 + r, text);
	case 9:
		return try_delete("l2-remote-gateways", 0x400 + r);
	case 10:
		snprintf(text, sizeof(text),
			 REF("gateway", "%08x") "," REF("remote_gateway",
							"%08x") ","
								"\"seg_id\": %u, \"flood\": %s, "
								"\"encapsulation\": \"%s\"%s%s%s",
			 0x200 + g, 0x400 + r, 4096 + random_below(3),
			 random_below(2) == 0 ? "true" : "false",
			 bgw_encapsulation_names[random_below(BGW_ENCAP_COUNT)],
			 with_network ? ", \"network\": \"" : "",
			 with_network ? id_text(0x100 + n) : "", with_network ? "\"" : "");
		return try_create("l2-remote-gateway-connections", 0x500 + random_below(2 * FEW),
				  text);
	case 11:
		return try_delete("l2-remote-gateway-connections", 0x500 + random_below(2 * FEW));
	case 12:
		snprintf(text, sizeof(text),
			 "\"mac\": \"02:00:00:00:00:%02x\", \"ipaddr\": \"10.0.0.%u\"," REF(
				 "rgw_connection", "%08x"),
			 random_below(6), 1 + random_below(6), 0x500 + random_below(2 * FEW));
		return try_create("l2-remote-macs", 0x600 + random_below(20), text);
	default:
		return try_delete("l2-remote-macs", 0x600 + random_below(20));
	}
}

static bool count_attachment(void *arg, const struct planned_attachment *planned)
{
	uint32_t *count = arg;
	uint32_t index = seen_attachment(control.dataplane, planned->port, planned->tags.outer,
					 planned->tags.inner);
	const struct domain *domain = domain_find(control.domains, &planned->domain);

	(*count)++;
	assert_int_not_equal(index, 0);
	assert_non_null(domain);
	assert_int_equal(seen_attachment_domain(control.dataplane, index), domain->id);
	assert_true(seen_floods(control.dataplane, domain->id, bgw_ref_attachment(index)));
	return true;
}

/* The dataplane has what the model says, and nothing else. */
static void compare(void)
{
	const struct seen_counts counts = seen_counts(control.dataplane);
	uint32_t attachments = 0, targets = 0, flooding = 0;
	const struct object *object;

	for (object = model_first(control.model, &bgw_l2_gateway_type); object != NULL;
	     object = object->next) {
		const struct plan plan = {.control = &control, .gateway = object_record(object)};

		plan_attachments(&plan, count_attachment, &attachments);
	}
	for (object = model_first(control.model, &bgw_l2_remote_gateway_connection_type);
	     object != NULL; object = object->next) {
		const struct bgw_l2_remote_gateway_connection *record = object_record(object);
		struct domain_key key;

		flooding += record->flood;
		assert_int_equal(remote_connection_domain(&control, record, &key), 0);
		assert_non_null(domain_find(control.domains, &key));
	}
	for (uint32_t id = 1; id < packet_path_limits(&control.config).domains; id++)
		if (domain_by_id(control.domains, (uint16_t)id) != NULL)
			targets += seen_flood_count(control.dataplane, (uint16_t)id);
	assert_int_equal(counts.attachments, attachments);
	assert_int_equal(targets, attachments + flooding);
	assert_int_equal(counts.connections,
			 model_count(control.model, &bgw_l2_remote_gateway_connection_type));
	assert_int_equal(counts.peers, model_count(control.model, &bgw_l2_remote_gateway_type));
	assert_int_equal(counts.neighbours, model_count(control.model, &bgw_l2_remote_mac_type));
}

static void free_counts(uint32_t counts[INDEX_KIND_COUNT])
{
	for (unsigned int kind = 0; kind < INDEX_KIND_COUNT; kind++)
		counts[kind] = index_free_count(control.indexes, kind);
}

static void delete_if_there(const char *collection, unsigned int id)
{
	struct error error;

	operation_delete(&control, resource_find(collection), id_text(id), 0, true, &error);
}

static void any_batches_end_as_the_model_says(void **state)
{
	uint32_t before[INDEX_KIND_COUNT], after[INDEX_KIND_COUNT];
	const struct seen_counts none = {0};
	struct seen_counts counts;
	unsigned int valid = 0;

	(void)state;
	free_counts(before);
	for (unsigned int batch = 0; batch < 3000; batch++) {
		for (unsigned int i = random_below(6); i > 0; i--) {
			size_t mark;

			model_changes(control.model, &mark);
			if (any_operation())
				valid++;
			else
				model_rollback(control.model, mark);
		}
		commit();
		compare();
		if (random_below(3) == 0)
			tick();
	}
	assert_in_range(valid, 1000, 1000000);
	for (unsigned int i = 0; i < 2 * FEW; i++) {
		delete_if_there("l2-remote-gateway-connections", 0x500 + i);
		delete_if_there("l2-gateways", 0x200 + i);
		delete_if_there("l2-remote-gateways", 0x400 + i);
		delete_if_there("networks", 0x100 + i);
	}
	commit();
	rest();
	counts = seen_counts(control.dataplane);
	assert_memory_equal(&counts, &none, sizeof(none));
	free_counts(after);
	assert_memory_equal(before, after, sizeof(after));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, control_setup, control_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_gateway_without_network_has_a_domain_of_its_own),
		CASE(the_first_network_takes_everything_along),
		CASE(a_network_that_is_down_stops_what_is_in_it),
		CASE(a_new_address_takes_its_tunnels_along_and_no_other),
		CASE(keys_change_hands_in_one_batch),
		CASE(what_comes_and_goes_in_one_batch_leaves_nothing),
		CASE(indexes_that_rest_are_waited_for),
		CASE(one_mac_with_two_addresses_stays_until_both_are_gone),
		CASE(a_gateway_waits_for_tags_that_another_has),
		CASE(any_batches_end_as_the_model_says),
	};

	log_level_set(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, eal_setup, eal_teardown);
}
