/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef UNIT_PUBLISHED_H
#define UNIT_PUBLISHED_H

/* Control over the real dataplane, with an underlay that Linux does not have: operations are
 * staged, and committed as a batch would be. */

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

static inline uint64_t now_ms(void *context)
{
	(void)context;
	return 1000;
}

static inline void timer_set(void *context, uint64_t delay_ms)
{
	(void)context;
	(void)delay_ms;
}

static inline int no_route(void *context, const struct bgw_address *destination,
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

static inline void underlay_setup(void)
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

static inline int control_setup(void **state)
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

static inline int control_teardown(void **state)
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
static inline void create(const char *collection, unsigned int id, const char *members)
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

static inline const char *id_text(unsigned int id)
{
	static char text[BGW_UUID_TEXT_SIZE];

	snprintf(text, sizeof(text), "%08x-0000-4000-8000-000000000000", id);
	return text;
}

static inline void update(const char *collection, unsigned int id, const char *members)
{
	struct object *object;
	struct error error = {0};
	cJSON *body = cJSON_Parse(members);

	if (operation_update(&control, resource_find(collection), id_text(id), body, 0, &object,
			     &error) < 0)
		fail_msg("update of %s %s: %s", collection, members, error.message);
	cJSON_Delete(body);
}

/* With all that uses it. */
static inline int try_erase(const char *collection, unsigned int id, struct error *error)
{
	int rc;

	do
		rc = operation_delete(&control, resource_find(collection), id_text(id), 0, true,
				      error);
	while (rc == -EAGAIN);
	return rc;
}

static inline void erase(const char *collection, unsigned int id)
{
	struct error error = {0};

	if (try_erase(collection, id, &error) < 0)
		fail_msg("delete of %s: %s", collection, error.message);
}

static inline void tick(void)
{
	bgw_dataplane_poll(control.dataplane);
	fdb_tick(control.fdb);
	indexes_tick(control.indexes, domains_are_published(control.domains));
}

/* The end of a batch, as batch.c has it. Returns how often it had to wait. */
static inline unsigned int commit(void)
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

static inline void rest(void)
{
	for (unsigned int i = 0; i < 20; i++)
		tick();
}

#define GATEWAY(port, ids)                                                               \
	"\"devices\": [{\"device_name\": \"local\", \"interfaces\": [{\"name\": \"" port \
	"\", \"segmentation_id\": [" ids "]}]}]"
#define REF(name, digits) "\"" name "\": \"" digits "-0000-4000-8000-000000000000\""

/* Gateway 10 with two VLANs, and tunnel 31 to the remote gateway 20 at .2; not committed. */
static inline void create_site(void)
{
	create("l2-gateways", 0x10, GATEWAY("member1", "\"100\", \"200\""));
	create("l2-remote-gateways", 0x20, "\"ipaddr\": \"192.0.2.2\"");
	create("l2-remote-gateway-connections", 0x31,
	       REF("gateway", "00000010") "," REF("remote_gateway", "00000020") ", \"seg_id\": 1");
}

static inline uint32_t peer(unsigned int last)
{
	return seen_peer(control.dataplane, RTE_BE32(0xc0000201),
			 rte_cpu_to_be_32(0xc0000200 + last));
}

static inline uint32_t vxlan(unsigned int last, uint32_t key)
{
	return seen_connection(control.dataplane, peer(last), BGW_ENCAP_VXLAN, key);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, control_setup, control_teardown)

#endif
