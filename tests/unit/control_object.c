/* SPDX-License-Identifier: BSD-3-Clause */
/* Bodies of the API become objects and come back as answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json.h"
#include "object.h"
#include "text.h"

static const struct record_reader create = {.mode = RECORD_CREATE};
static const struct record_reader update = {.mode = RECORD_UPDATE};
static const struct record_reader load = {.mode = RECORD_LOAD};

static cJSON *json_of(const char *text)
{
	struct error error;
	cJSON *json = json_parse(text, strlen(text), &error);

	assert_non_null(json);
	return json;
}

static struct object *parse_as(const struct record_reader *reader,
			       const struct bgw_object_type *type, const char *text)
{
	struct error error = {0};
	cJSON *json = json_of(text);
	struct object *object = object_parse(type, json, reader, &error);

	cJSON_Delete(json);
	if (object == NULL)
		fail_msg("%s: %s", text, error.message);
	return object;
}

static struct object *parse(const struct bgw_object_type *type, const char *text)
{
	return parse_as(&create, type, text);
}

static void refuses(const struct bgw_object_type *type, const char *text, const char *sentence)
{
	struct error error = {0};
	cJSON *json = json_of(text);
	struct object *object = object_parse(type, json, &create, &error);

	cJSON_Delete(json);
	assert_null(object);
	if (strstr(error.message, sentence) == NULL)
		fail_msg("%s: \"%s\" does not say \"%s\"", text, error.message, sentence);
}

static char *text_of(const struct object *object, enum record_form form)
{
	struct text text = {0};

	text_add(&text, "{", 1);
	record_text(&text, &object->type->record, object_record(object), form, NULL, NULL);
	text_add(&text, "}", 2);
	assert_false(text.broken);
	return text.bytes;
}

static void presets(void **state)
{
	struct object *object = parse(&bgw_network_type, "{}");
	const struct bgw_network *network = object_record(object);

	(void)state;
	assert_null(network->name);
	assert_string_equal(object_name(object), "");
	assert_true(network->admin_state_up);
	assert_int_equal(network->mac_ageing_s, 300);
	assert_int_equal(network->revision, 1);
	assert_false(object_given(object, "provider:segmentation_id"));
	object_free(object);
}

static void aliases(void **state)
{
	struct object *object = parse(
		&bgw_l2_remote_gateway_connection_type,
		"{\"l2_gateway_id\": \"0a1b2c3d-0000-4000-8000-000000000001\","
		" \"remote\": \"0A1B2C3D000040008000000000000002\", \"segmentation_id\": \"456\","
		" \"flood\": \"False\", \"encapsulation\": null}");
	const struct bgw_l2_remote_gateway_connection *connection = object_record(object);

	(void)state;
	assert_int_equal(connection->gateway.bytes[15], 1);
	assert_int_equal(connection->remote_gateway.bytes[15], 2);
	assert_int_equal(connection->seg_id, 456);
	assert_true(object_given(object, "seg_id"));
	assert_false(connection->flood);
	assert_false(object_given(object, "encapsulation"));
	assert_false(object_given(object, "network"));
	object_free(object);
}

static void answer_has_one_name(void **state)
{
	struct object *object =
		parse(&bgw_l2_remote_mac_type,
		      "{\"mac\": \"02-00-00-00-00-0A\", \"ip\": \"2001:DB8::1\","
		      " \"rgw_connection\": \"0a1b2c3d-0000-4000-8000-000000000001\","
		      " \"uuid\": \"0a1b2c3d-0000-4000-8000-000000000009\","
		      " \"tenant_id\": \"t1\"}");
	char *text = text_of(object, RECORD_ANSWERED);

	(void)state;
	assert_string_equal(text,
			    "{\"id\":\"0a1b2c3d-0000-4000-8000-000000000009\","
			    "\"uuid\":\"0a1b2c3d-0000-4000-8000-000000000009\","
			    "\"project_id\":\"t1\",\"tenant_id\":\"t1\",\"revision_number\":1,"
			    "\"mac\":\"02:00:00:00:00:0a\",\"ipaddr\":\"2001:db8::1\","
			    "\"rgw_connection\":\"0a1b2c3d-0000-4000-8000-000000000001\","
			    "\"router\":false}");
	free(text);
	object_free(object);
}

static void nested_lists(void **state)
{
	struct object *object = parse(
		&bgw_l2_gateway_type,
		"{\"name\": \"gw\", \"devices\": [{\"device_name\": \"local\", \"interfaces\": ["
		"{\"name\": \"eth0\", \"segmentation_id\": [\"0\", 100, \"7.8\"]}, {\"name\": "
		"\"eth1\"}]}]}");
	const struct bgw_l2_gateway *gateway = object_record(object);
	const struct bgw_l2_gateway_device *device = gateway->devices.items;
	const struct bgw_l2_gateway_interface *interface = device->interfaces.items;
	const struct bgw_tags *tags = interface->segmentation_id.items;

	(void)state;
	assert_int_equal(gateway->devices.count, 1);
	assert_int_equal(device->interfaces.count, 2);
	assert_int_equal(interface->segmentation_id.count, 3);
	assert_int_equal(tags[0].outer, 0);
	assert_int_equal(tags[1].outer, 100);
	assert_int_equal(tags[2].outer, 7);
	assert_int_equal(tags[2].inner, 8);
	assert_true(interface[1].admin_state_up);
	object_free(object);
}

static void terse_members_are_shown_when_given(void **state)
{
	struct object *object =
		parse(&bgw_l2_gateway_type,
		      "{\"devices\": [{\"device_name\": \"local\", \"interfaces\": ["
		      "{\"name\": \"eth0\"}, {\"name\": \"eth1\", \"pcp\": 3}]}]}");
	char *whole = text_of(object, RECORD_ANSWERED);
	cJSON *json = cJSON_Parse(whole);
	char *text = cJSON_PrintUnformatted(cJSON_GetObjectItem(json, "devices"));

	(void)state;
	assert_string_equal(text, "[{\"device_name\":\"local\",\"interfaces\":["
				  "{\"name\":\"eth0\",\"segmentation_id\":[]},"
				  "{\"name\":\"eth1\",\"segmentation_id\":[],\"pcp\":3}]}]");
	free(text);
	free(whole);
	cJSON_Delete(json);
	object_free(object);
}

static void texts_are_json(void **state)
{
	/* Such as a store may have of earlier versions. */
	struct object *object = parse_as(&load, &bgw_network_type,
					 "{\"name\": \"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f"
					 "\\u007f\\u00e4\", \"description\": \"\", \"mtu\": 9000,"
					 " \"shared\": true}");
	char *text = text_of(object, RECORD_STORED);

	(void)state;
	assert_string_equal(text,
			    "{\"name\":\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa4\","
			    "\"description\":\"\",\"shared\":true,\"mtu\":9000}");
	free(text);
	object_free(object);
}

static void has_what_was_given(void **state)
{
	static const char local[] =
		"{\"devices\": [{\"device_name\": \"local\", \"interfaces\": [%s]}]}";
	static const struct {
		const char *interfaces;
		bool has;
	} cases[] = {
		{"{\"name\": \"a\"}", true},
		{"{\"name\": \"a\", \"pcp\": 3, \"segmentation_id\": [1, 2]}", true},
		{"{\"name\": \"a\", \"segmentation_id\": [\"1\"]}", false},
		{"{\"name\": \"a\", \"kind\": \"vlan\"}", false},
		{"{\"name\": \"b\"}", false},
		{"{\"name\": \"a\"}, {\"name\": \"b\"}", false},
		{"", false},
	};
	struct object *object = parse(&bgw_l2_gateway_type,
				      "{\"name\": \"g\", \"devices\": [{\"device_name\": \"local\","
				      " \"interfaces\": [{\"name\": \"a\", \"pcp\": 3,"
				      " \"segmentation_id\": [\"1\", \"2\"]}]}]}");
	char body[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct object *wanted;

		snprintf(body, sizeof(body), local, cases[i].interfaces);
		wanted = parse(&bgw_l2_gateway_type, body);
		assert_int_equal(object_has(object, wanted), cases[i].has);
		object_free(wanted);
	}
	object_free(object);
}

static void update_is_partial(void **state)
{
	struct object *object = parse(&bgw_network_type,
				      "{\"name\": \"a\", \"segmentation_id\": 7, \"mtu\": 9000}");
	cJSON *body =
		json_of("{\"name\": \"b\", \"provider:segmentation_id\": null, \"mtu\": null}");
	struct error error;
	struct object *merged = object_merge(object, body, &update, &error);
	const struct bgw_network *network;

	(void)state;
	assert_non_null(merged);
	network = object_record(merged);
	assert_string_equal(network->name, "b");
	assert_int_equal(network->mtu, 9000);
	assert_int_equal(network->revision, 2);
	assert_false(object_given(merged, "provider:segmentation_id"));
	assert_string_equal(object_name(object), "a");
	cJSON_Delete(body);
	object_free(merged);
	object_free(object);
}

static void errors_name_the_member(void **state)
{
	const struct bgw_object_type *gateway = &bgw_l2_gateway_type;
	const struct bgw_object_type *connection = &bgw_l2_remote_gateway_connection_type;

	(void)state;
	refuses(&bgw_network_type, "{\"nmae\": \"a\"}", "nmae is not a member; members are id,");
	refuses(&bgw_network_type, "{\"mtu\": 67}", "mtu must be an integer between 68 and 65535");
	refuses(&bgw_network_type, "{\"mtu\": 1500.5}", "mtu must be an integer");
	refuses(&bgw_network_type, "{\"mtu\": \"12x\"}", "mtu must be an integer");
	refuses(&bgw_network_type, "{\"mtu\": \"99999999999\"}", "mtu must be an integer");
	refuses(&bgw_network_type, "{\"name\": 5}", "name must be a string of at most 255 bytes");
	refuses(&bgw_network_type, "{\"shared\": \"maybe\"}", "shared must be true or false");
	refuses(&bgw_network_type, "{\"name\": \"a\", \"name\": \"b\"}", "name is given twice");
	refuses(&bgw_network_type, "{\"status\": \"UP\"}", "status is read-only");
	refuses(&bgw_network_type, "{\"revision_number\": 2}", "revision_number is read-only");
	refuses(&bgw_network_type, "[]", "network must be an object");
	refuses(&bgw_network_type, "null", "network must be an object");
	refuses(&bgw_network_type, "{\"\": 1}", "\"\" is not a member; members are id,");
	refuses(&bgw_network_type, "{\"name\": \"a\\n\"}", "without control characters");
	refuses(&bgw_network_type, "{\"name\": \"\\u001b[1m\"}", "without control characters");
	refuses(&bgw_network_type, "{\"name\": \"\\u007f\"}", "without control characters");
	refuses(&bgw_network_type, "{\"name\": \"\\u009f\"}", "without control characters");
	refuses(&bgw_network_type, "{\"id\": \"00000000-0000-0000-0000-000000000000\"}",
		"id must be a UUID, not all zero");
	refuses(&bgw_network_type, "{\"project_id\": \"a\", \"tenant_id\": \"b\"}",
		"tenant_id is given twice");
	refuses(gateway, "{\"devices\": {}}", "devices must be a list");
	refuses(gateway, "{\"devices\": [{}]}", "devices[0].device_name is required");
	refuses(gateway, "{\"devices\": [{\"device_name\": \"\"}]}",
		"devices[0].device_name must be a non-empty string");
	refuses(gateway,
		"{\"devices\": [{\"device_name\": \"x\", \"interfaces\": [{\"name\": \"e\","
		"\"segmentation_id\": [\"4095\"]}]}]}",
		"devices[0].interfaces[0].segmentation_id[0] must be \"0\" for untagged");
	refuses(gateway,
		"{\"devices\": [{\"device_name\": \"x\", \"interfaces\": [{\"name\": \"e\","
		"\"segmentation_id\": \"67\"}]}]}",
		"segmentation_id must be a list");
	refuses(connection, "{\"gateway\": \"x\", \"remote_gateway\": \"y\"}",
		"gateway must be the id");
	refuses(connection,
		"{\"gateway\": \"0a1b2c3d-0000-4000-8000-000000000001\", \"seg_id\": 16777216}",
		"seg_id must be an integer between 0 and 16777215");
	refuses(connection, "{\"gateway\": \"0a1b2c3d-0000-4000-8000-000000000001\"}",
		"remote_gateway is required");
	refuses(connection, "{\"encapsulation\": \"geneve\"}",
		"encapsulation must be one of \"vxlan\", \"gre\", \"nvgre\"");
	refuses(&bgw_l2_remote_gateway_type, "{\"ipaddr\": \"10.0.0.256\"}",
		"ipaddr must be an IPv4 or IPv6 address");
	refuses(&bgw_l2_remote_gateway_type, "{\"ip\": \"10.0.0.1\", \"encapsulations\": []}",
		"encapsulations must not be an empty list");
	refuses(&bgw_l2_remote_mac_type, "{\"mac\": \"02:00:00:00:00\"}",
		"mac must be a MAC address");
}

static void echoes_may_be_sent_back(void **state)
{
	struct object *object =
		parse(&bgw_network_type, "{\"project_id\": \"a\", \"tenant_id\": \"a\"}");

	(void)state;
	assert_string_equal(((const struct bgw_network *)object_record(object))->project_id, "a");
	object_free(object);
}

static int resolve(void *arg, const struct bgw_field *field, const char *text, struct bgw_uuid *id,
		   struct error *error)
{
	strcat(arg, field->name);
	strcat(arg, " ");
	if (text[0] == '9')
		return error_set(error, BGW_ERROR_NETWORK_NOT_FOUND, "is not there");
	return bgw_uuid_parse(text, id);
}

static void references_are_looked_at_later(void **state)
{
	static const char text[] = "{\"l2_gateway_id\": \"00000000-0000-4000-8000-000000000001\","
				   " \"network_id\": \"00000000-0000-4000-8000-000000000002\"}";
	char seen[128] = "";
	const struct record_reader reader = {RECORD_CREATE, resolve, NULL, seen};
	struct object *object = parse(&bgw_l2_gateway_connection_type, text);
	struct bgw_l2_gateway_connection *connection = object_record_mutable(object);
	struct error error = {0};

	(void)state;
	assert_int_equal(record_resolve(&object->type->record, connection, &reader, &error), 0);
	assert_string_equal(seen, "l2_gateway_id network_id ");
	connection->network_id.bytes[0] = 0x99;
	assert_true(record_resolve(&object->type->record, connection, &reader, &error) < 0);
	assert_int_equal(error.code, BGW_ERROR_NETWORK_NOT_FOUND);
	assert_string_equal(error.message, "network_id is not there");
	object_free(object);
}

static void texts_are_cleaned(void **state)
{
	char text[] = "a\xff"
		      "b\xc3\xa4"
		      "c\xe2\x82";

	(void)state;
	json_text_clean(text);
	assert_string_equal(text, "a?b\xc3\xa4"
				  "c??");
}

static void what_the_store_keeps_comes_back(void **state)
{
	struct object *object =
		parse(&bgw_l2_remote_gateway_type, "{\"name\": \"r\", \"ipaddr\": \"192.0.2.1\", "
						   "\"encapsulations\": [\"gre\", \"vxlan\"]}");
	char *text = text_of(object, RECORD_STORED);
	cJSON *kept = json_of(text);
	struct error error = {0};
	struct object *loaded = object_parse(object->type, kept, &load, &error);

	(void)state;
	assert_non_null(loaded);
	assert_true(object_has(loaded, object));
	assert_true(object_has(object, loaded));
	cJSON_Delete(kept);
	free(text);
	object_free(loaded);
	object_free(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(presets),
		cmocka_unit_test(aliases),
		cmocka_unit_test(answer_has_one_name),
		cmocka_unit_test(nested_lists),
		cmocka_unit_test(terse_members_are_shown_when_given),
		cmocka_unit_test(texts_are_json),
		cmocka_unit_test(has_what_was_given),
		cmocka_unit_test(update_is_partial),
		cmocka_unit_test(errors_name_the_member),
		cmocka_unit_test(echoes_may_be_sent_back),
		cmocka_unit_test(references_are_looked_at_later),
		cmocka_unit_test(texts_are_cleaned),
		cmocka_unit_test(what_the_store_keeps_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
