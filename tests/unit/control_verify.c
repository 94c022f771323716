/* SPDX-License-Identifier: BSD-3-Clause */
/* What is not in the tables as the objects have it is told by name. */
#include "published.h"

#include <stdlib.h>

#include "verify.h"

#define MAC_ID "00000040-0000-4000-8000-000000000000"

static const struct rte_ether_addr mac = {{2, 0, 0, 0, 0, 9}};

/* And a MAC behind the tunnel. */
static void site(void)
{
	create_site();
	create("l2-remote-macs", 0x40,
	       "\"mac\": \"02:00:00:00:00:09\"," REF("rgw_connection", "00000031"));
	commit();
}

static void expect(int in_tables, const char *problem)
{
	struct verify *verify = verify_create(&control);
	cJSON *json, *answer;
	char *text;

	while (!verify_dataplane(verify))
		continue;
	json = verify_json(verify);
	verify_free(verify);
	text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	if (problem == NULL) {
		assert_non_null(strstr(text, "\"ok\":true"));
		assert_non_null(strstr(text, "\"problems\":[]"));
	} else {
		assert_non_null(strstr(text, "\"ok\":false"));
		if (strstr(text, problem) == NULL)
			fail_msg("%s does not say \"%s\"", text, problem);
	}
	json = cJSON_Parse(text);
	answer = cJSON_GetObjectItem(json, "verify");
	assert_int_equal(cJSON_GetObjectItem(answer, "in_tables")->valueint, in_tables);
	cJSON_Delete(json);
	free(text);
}

static void everything_is_in_place(void **state)
{
	(void)state;
	expect(0, NULL);
	site();
	expect(3, NULL);
	erase("l2-remote-gateways", 0x20);
	commit();
	expect(1, NULL);
}

static void a_mac_is_missing(void **state)
{
	uint16_t domain;

	(void)state;
	site();
	domain = seen_connection_domain(control.dataplane, vxlan(2, 1));
	assert_int_equal(bgw_fdb_remove(control.dataplane, domain, &mac), 0);
	expect(2, "l2_remote_mac " MAC_ID " is not in the table of MACs");
}

static void a_mac_is_elsewhere(void **state)
{
	const uint32_t attachment = (site(), seen_attachment(control.dataplane, MEMBER1, 100, 0));
	const uint16_t domain = seen_connection_domain(control.dataplane, vxlan(2, 1));
	const bgw_ref right = bgw_ref_connection(vxlan(2, 1));

	(void)state;
	bgw_fdb_put(control.dataplane, domain, &mac,
		    bgw_ref_attachment(attachment) | BGW_REF_STATIC);
	expect(2, "l2_remote_mac " MAC_ID " is not in the table of MACs");
	/* Where it should be, but as if it had been learned. */
	bgw_fdb_put(control.dataplane, domain, &mac, right);
	expect(2, "l2_remote_mac " MAC_ID " is not in the table of MACs");
	bgw_fdb_put(control.dataplane, domain, &mac, right | BGW_REF_STATIC);
	expect(3, NULL);
}

/* The interface moves, and nobody says so to the workers. */
static void an_attachment_is_not_as_planned(void **state)
{
	(void)state;
	site();
	update("l2-gateways", 0x10, "{" GATEWAY("member1", "\"100\", \"300\"") "}");
	expect(2, "l2_gateway 00000010-0000-4000-8000-000000000000 has 1 attachments, not the 2");
	commit();
	expect(3, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(everything_is_in_place),
		CASE(a_mac_is_missing),
		CASE(a_mac_is_elsewhere),
		CASE(an_attachment_is_not_as_planned),
	};

	log_level_set(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, eal_setup, eal_teardown);
}
