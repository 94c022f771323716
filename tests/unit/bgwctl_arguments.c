/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arguments.h"
#include "cell.h"
#include "commands.h"
#include "device.h"
#include "parts.h"

#define ID_A "11111111-1111-4111-8111-111111111111"
#define ID_B "22222222-2222-4222-8222-222222222222"
#define ID_C "33333333-3333-4333-8333-333333333333"

/* No argument here is a name, so nothing is asked of a gateway. */
static struct session session;

static void assert_json(const cJSON *value, const char *expected)
{
	char *text = cJSON_PrintUnformatted(value);

	assert_string_equal(text, expected);
	cJSON_free(text);
}

static void assert_device(const char *text, const char *expected)
{
	const struct bgw_field *devices = bgw_field_find(&bgw_l2_gateway_type.record, "devices");
	cJSON *value = NULL;

	assert_int_equal(device_parse(devices, text, &value), OUTCOME_OK);
	assert_json(value, expected);
	cJSON_Delete(value);
}

static void device_as_openstack_spells_it(void **state)
{
	(void)state;
	assert_device("name=sw1,interface_names=int1|100#200",
		      "{\"device_name\":\"sw1\",\"interfaces\":"
		      "[{\"name\":\"int1\",\"segmentation_id\":[\"100\",\"200\"]}]}");
	assert_device("name=sw1,interface_names=int1;int2",
		      "{\"device_name\":\"sw1\",\"interfaces\":"
		      "[{\"name\":\"int1\"},{\"name\":\"int2\"}]}");
	assert_device("name=sw1", "{\"device_name\":\"sw1\",\"interfaces\":[]}");
	assert_device("interface_names=p|10.20;q|0",
		      "{\"device_name\":\"local\",\"interfaces\":"
		      "[{\"name\":\"p\",\"segmentation_id\":[\"10.20\"]},"
		      "{\"name\":\"q\",\"segmentation_id\":[\"0\"]}]}");
}

static void device_as_json(void **state)
{
	(void)state;
	assert_device("[{\"device_name\":\"local\"}]", "[{\"device_name\":\"local\"}]");
}

static void device_that_is_neither(void **state)
{
	const struct bgw_field *devices = bgw_field_find(&bgw_l2_gateway_type.record, "devices");
	cJSON *value = NULL;

	(void)state;
	assert_int_equal(device_parse(devices, "eth0", &value), OUTCOME_USAGE);
	assert_int_equal(device_parse(devices, "[{", &value), OUTCOME_USAGE);
	assert_null(value);
}

static void command_names_follow_types(void **state)
{
	const struct bgw_object_type *type = NULL;

	(void)state;
	assert_non_null(command_find("l2-remote-gateway-connection-create", &type));
	assert_ptr_equal(type, &bgw_l2_remote_gateway_connection_type);
	assert_non_null(command_find("mac-flush", &type));
	assert_ptr_equal(type, &bgw_mac_type);
	assert_null(command_find("mac-create", &type));
	assert_non_null(command_find("mac-delete", &type));
	assert_null(command_find("port-delete", &type));
	assert_null(command_find("network-flush", &type));
	assert_null(command_find("nothing-list", &type));
	assert_null(command_find("list", &type));
	assert_ptr_equal(view_find("connections"), &bgw_l2_remote_gateway_connection_type);
	assert_ptr_equal(view_find("drops"), &bgw_drop_type);
	assert_null(view_find("nothing"));
	assert_non_null(command_find("worker-update", &type));
	assert_ptr_equal(type, &bgw_worker_type);
	assert_null(command_find("worker-create", &type));
	assert_null(command_find("drop-update", &type));
}

static void views_have_parts_where_a_list_of_records_is(void **state)
{
	const struct bgw_field *stages = bgw_field_find(&bgw_worker_type.record, "stages");

	(void)state;
	assert_ptr_equal(parts_find(&bgw_worker_type, "--stages"), stages);
	assert_null(parts_find(&bgw_worker_type, "stages"));
	assert_null(parts_find(&bgw_worker_type, "--rx_queues"));
	assert_null(parts_find(&bgw_worker_type, "--stages_measured"));
	assert_null(parts_find(&bgw_worker_type, "--"));
	assert_null(parts_find(&bgw_drop_type, "--ports"));
}

static void decimals_have_one_digit_after_the_point(void **state)
{
	const struct bgw_field decimal = {"cost", .type = BGW_DECIMAL};
	const struct bgw_field number = {"count", .type = BGW_UINT};
	cJSON *value = cJSON_CreateNumber(12);
	struct text text = {NULL, 0};

	(void)state;
	cell_add(&text, &session, &decimal, value);
	cell_add(&text, &session, &number, value);
	assert_string_equal(text_get(&text), "12.012");
	assert_true(cell_is_number(&decimal));
	text_free(&text);
	cJSON_Delete(value);
}

static void options_by_every_spelling(void **state)
{
	const struct bgw_object_type *type = &bgw_l2_remote_gateway_connection_type;
	const struct bgw_field *seg_id = bgw_field_find(&type->record, "seg_id");

	(void)state;
	assert_ptr_equal(arguments_option(type, "seg-id", PURPOSE_CREATE), seg_id);
	assert_ptr_equal(arguments_option(type, "seg_id", PURPOSE_UPDATE), seg_id);
	assert_ptr_equal(arguments_option(type, "segmentation-id", PURPOSE_CREATE), seg_id);
	assert_non_null(arguments_option(&bgw_l2_gateway_type, "device", PURPOSE_CREATE));
	assert_non_null(
		arguments_option(&bgw_l2_remote_gateway_type, "encapsulation", PURPOSE_UPDATE));
	assert_null(arguments_option(type, "gateway", PURPOSE_UPDATE));
	assert_null(arguments_option(type, "rx-packets", PURPOSE_CREATE));
	assert_non_null(arguments_option(type, "status", PURPOSE_FILTER));
	assert_null(arguments_option(type, "nothing", PURPOSE_CREATE));
}

static void assert_places(const struct bgw_object_type *type, int count, const char *const *words,
			  const char *expected)
{
	cJSON *members = cJSON_CreateObject();

	assert_int_equal(arguments_place(&session, type, count, (char **)(uintptr_t)words, members),
			 OUTCOME_OK);
	assert_json(members, expected);
	cJSON_Delete(members);
}

static void creates_take_arguments_by_place(void **state)
{
	cJSON *members = cJSON_CreateObject();
	char *one[] = {(char[]){"x"}};

	(void)state;
	assert_places(&bgw_l2_remote_gateway_type, 2, (const char *[]){"site-b", "192.0.2.1"},
		      "{\"name\":\"site-b\",\"ipaddr\":\"192.0.2.1\"}");
	assert_places(&bgw_l2_remote_gateway_connection_type, 3, (const char *[]){ID_A, ID_B, ID_C},
		      "{\"gateway\":\"" ID_A "\",\"network\":\"" ID_B
		      "\",\"remote_gateway\":\"" ID_C "\"}");
	assert_places(&bgw_l2_remote_gateway_connection_type, 2, (const char *[]){ID_A, ID_C},
		      "{\"gateway\":\"" ID_A "\",\"remote_gateway\":\"" ID_C "\"}");
	assert_places(&bgw_l2_gateway_connection_type, 2, (const char *[]){ID_A, ID_B},
		      "{\"l2_gateway_id\":\"" ID_A "\",\"network_id\":\"" ID_B "\"}");
	assert_places(&bgw_l2_remote_mac_type, 3,
		      (const char *[]){"02:00:00:00:00:01", "192.0.2.9", ID_A},
		      "{\"mac\":\"02:00:00:00:00:01\",\"ipaddr\":\"192.0.2.9\",\"rgw_connection\":"
		      "\"" ID_A "\"}");
	assert_places(&bgw_l2_remote_mac_type, 2, (const char *[]){"02:00:00:00:00:01", ID_A},
		      "{\"mac\":\"02:00:00:00:00:01\",\"rgw_connection\":\"" ID_A "\"}");
	assert_int_equal(arguments_place(&session, &bgw_l2_remote_gateway_type, 1, one, members),
			 OUTCOME_USAGE);
	cJSON_Delete(members);
}

/* What an option has set needs no place; a MAC may bring its address along. */
static void creates_take_the_words_of_the_documents(void **state)
{
	static const struct {
		const struct bgw_object_type *type;
		const char *words[4];
		const char *members;
	} rows[] = {
		{&bgw_l2_remote_gateway_connection_type,
		 {ID_A, "--remote=" ID_C, "--segmentation-id=456"},
		 "{\"remote_gateway\":\"" ID_C "\",\"seg_id\":456,\"gateway\":\"" ID_A "\"}"},
		{&bgw_l2_remote_gateway_connection_type,
		 {ID_A, "\xe2\x80\x93remote=" ID_C},
		 "{\"remote_gateway\":\"" ID_C "\",\"gateway\":\"" ID_A "\"}"},
		{&bgw_l2_remote_gateway_connection_type,
		 {ID_A, ID_B, ID_C, "--flood=False"},
		 "{\"flood\":false,\"gateway\":\"" ID_A "\",\"network\":\"" ID_B
		 "\",\"remote_gateway\":\"" ID_C "\"}"},
		{&bgw_l2_remote_mac_type,
		 {"02:00:00:00:00:01", ID_A, "--ipaddr=192.0.2.9"},
		 "{\"ipaddr\":\"192.0.2.9\",\"mac\":\"02:00:00:00:00:01\",\"rgw_connection\":"
		 "\"" ID_A "\"}"},
		{&bgw_l2_remote_mac_type,
		 {"02:00:00:00:00:01;192.0.2.9", ID_A},
		 "{\"ipaddr\":\"192.0.2.9\",\"mac\":\"02:00:00:00:00:01\",\"rgw_connection\":"
		 "\"" ID_A "\"}"},
		{&bgw_l2_gateway_connection_type,
		 {ID_A, ID_B, "--default-segmentation-id=10"},
		 "{\"segmentation_id\":\"10\",\"l2_gateway_id\":\"" ID_A "\",\"network_id\":\"" ID_B
		 "\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cJSON *members = cJSON_CreateObject();
		char copies[4][64], *words[4];
		int count = 0, places = 0;

		for (; count < 4 && rows[i].words[count] != NULL; count++)
			words[count] = strcpy(copies[count], rows[i].words[count]);
		assert_int_equal(arguments_parse(&session, rows[i].type, PURPOSE_CREATE, count,
						 words, members, &places, NULL, NULL),
				 OUTCOME_OK);
		assert_int_equal(arguments_place(&session, rows[i].type, places, words, members),
				 OUTCOME_OK);
		assert_json(members, rows[i].members);
		cJSON_Delete(members);
	}
}

static void options_become_members(void **state)
{
	char *words[] = {(char[]){"first"},
			 (char[]){"--local-ip"},
			 (char[]){""},
			 (char[]){"--encapsulations"},
			 (char[]){"vxlan,gre"},
			 (char[]){"second"},
			 (char[]){"--encapsulation=nvgre"}};
	cJSON *members = cJSON_CreateObject();
	int places = 0;

	(void)state;
	assert_int_equal(arguments_parse(&session, &bgw_l2_remote_gateway_type, PURPOSE_CREATE, 7,
					 words, members, &places, NULL, NULL),
			 OUTCOME_OK);
	assert_int_equal(places, 2);
	assert_string_equal(words[1], "second");
	assert_json(members,
		    "{\"local_ip\":null,\"encapsulations\":[\"vxlan\",\"gre\",\"nvgre\"]}");
	cJSON_Delete(members);
}

static void values_keep_their_types(void **state)
{
	char *words[] = {(char[]){"--seg-id=456"}, (char[]){"--flood"}, (char[]){"False"},
			 (char[]){"--mtu-signal=maybe"}};
	cJSON *members = cJSON_CreateObject();
	int places = 0;

	(void)state;
	assert_int_equal(arguments_parse(&session, &bgw_l2_remote_gateway_connection_type,
					 PURPOSE_CREATE, 4, words, members, &places, NULL, NULL),
			 OUTCOME_OK);
	assert_json(members, "{\"seg_id\":456,\"flood\":false,\"mtu_signal\":\"maybe\"}");
	cJSON_Delete(members);
}

static void assert_refused(const struct bgw_object_type *type, const char *first,
			   const char *second)
{
	char one[32], two[32], *words[] = {one, two};
	cJSON *members = cJSON_CreateObject();
	int places = 0;

	strncpy(one, first, sizeof(one) - 1);
	strncpy(two, second, sizeof(two) - 1);
	one[sizeof(one) - 1] = two[sizeof(two) - 1] = '\0';
	assert_int_equal(arguments_parse(&session, type, PURPOSE_UPDATE, 2, words, members, &places,
					 NULL, NULL),
			 OUTCOME_USAGE);
	cJSON_Delete(members);
}

static void options_that_do_not_exist(void **state)
{
	(void)state;
	assert_refused(&bgw_l2_remote_gateway_connection_type, "--nothing", "1");
	assert_refused(&bgw_l2_remote_gateway_connection_type, "--gateway", ID_A);
	assert_refused(&bgw_l2_remote_gateway_connection_type, "word", "--seg-id");
}

static void assert_scaled(double number, const char *expected)
{
	struct text text = {NULL, 0};

	cell_add_scaled(&text, number);
	assert_string_equal(text_get(&text), expected);
	text_free(&text);
}

static void rates_have_three_digits(void **state)
{
	(void)state;
	assert_scaled(0, "0");
	assert_scaled(999.6, "1.0k");
	assert_scaled(950, "950");
	assert_scaled(12345, "12.3k");
	assert_scaled(123456, "123k");
	assert_scaled(14880952, "14.9M");
	assert_scaled(1e10, "10.0G");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_as_openstack_spells_it),
		cmocka_unit_test(device_as_json),
		cmocka_unit_test(device_that_is_neither),
		cmocka_unit_test(command_names_follow_types),
		cmocka_unit_test(views_have_parts_where_a_list_of_records_is),
		cmocka_unit_test(decimals_have_one_digit_after_the_point),
		cmocka_unit_test(options_by_every_spelling),
		cmocka_unit_test(creates_take_arguments_by_place),
		cmocka_unit_test(creates_take_the_words_of_the_documents),
		cmocka_unit_test(options_become_members),
		cmocka_unit_test(values_keep_their_types),
		cmocka_unit_test(options_that_do_not_exist),
		cmocka_unit_test(rates_have_three_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
