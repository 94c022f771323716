/* SPDX-License-Identifier: BSD-3-Clause */
/* From objects to the dataplane: batches of operations, and what workers then find. */
#include "published.h"

/* And tunnel 32. */
static void site(void)
{
	create_site();
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
	erase("l2-gateway-connections", 0x60);
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
	erase("l2-gateways", 0x10);
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
		erase("l2-gateways", 0x10);
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
	erase("l2-remote-macs", 0x40);
	commit();
	assert_int_equal(bgw_fdb_get(control.dataplane, domain, &mac, &entry), 0);
	assert_int_equal(seen_counts(control.dataplane).neighbours, 1);
	erase("l2-remote-macs", 0x41);
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
	erase("l2-gateway-connections", 0x60);
	commit();
	assert_int_equal(seen_counts(control.dataplane).attachments, 1);
	assert_int_equal(seen_attachment(control.dataplane, MEMBER1, 100, 0), 0);
	attachment = seen_attachment(control.dataplane, MEMBER1, 0, 0);
	erase("l2-gateways", 0x11);
	commit();
	assert_int_equal(seen_counts(control.dataplane).attachments, 1);
	assert_int_not_equal(seen_attachment(control.dataplane, MEMBER1, 0, 0), attachment);
	assert_int_not_equal(seen_attachment(control.dataplane, MEMBER1, 0, 0), 0);
	assert_int_equal(seen_counts(control.dataplane).domains, 1);
}

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
	};

	log_level_set(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, eal_setup, eal_teardown);
}
