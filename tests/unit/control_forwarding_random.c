/* SPDX-License-Identifier: BSD-3-Clause */
/* Any valid operations, in any batches, end as the model says. */
#include "published.h"

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

static void any_batches_end_as_the_model_says(void **state)
{
	uint32_t before[INDEX_KIND_COUNT], after[INDEX_KIND_COUNT];
	const struct seen_counts none = {0};
	struct seen_counts counts;
	struct error error;
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
		try_erase("l2-remote-gateway-connections", 0x500 + i, &error);
		try_erase("l2-gateways", 0x200 + i, &error);
		try_erase("l2-remote-gateways", 0x400 + i, &error);
		try_erase("networks", 0x100 + i, &error);
	}
	commit();
	rest();
	counts = seen_counts(control.dataplane);
	assert_memory_equal(&counts, &none, sizeof(none));
	free_counts(after);
	assert_memory_equal(before, after, sizeof(after));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(any_batches_end_as_the_model_says),
	};

	log_level_set(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, eal_setup, eal_teardown);
}
