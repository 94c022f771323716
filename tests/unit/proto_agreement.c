/* SPDX-License-Identifier: BSD-3-Clause */
/* What two ends agree on for a tunnel, from their lists of preferences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "encapsulation.h"
#include "negotiator/agreement.h"

static struct bgw_address address_of(const char *text)
{
	struct bgw_address address;

	assert_int_equal(bgw_address_parse(text, &address), 0);
	return address;
}

static struct bgw_offer offer_of(const char *encapsulations, const char *ids, const char *address)
{
	struct bgw_offer offer = {0};

	for (; *encapsulations != '\0'; encapsulations++)
		offer.encapsulations[offer.encapsulation_count++] =
			*encapsulations == 'v'	 ? BGW_ENCAP_VXLAN
			: *encapsulations == 'g' ? BGW_ENCAP_GRE
						 : BGW_ENCAP_NVGRE;
	for (; *ids != '\0'; ids++)
		offer.segmentation_ids[offer.segmentation_id_count++] = (uint32_t)(*ids - '0');
	offer.addresses[offer.address_count++] = address_of(address);
	return offer;
}

/* Both ends must come to that. */
static void agree(const struct bgw_offer *a, const struct bgw_offer *b, uint32_t encapsulation,
		  uint32_t segmentation_id)
{
	struct bgw_agreement here, there;

	assert_int_equal(bgw_tunnel_agree(a, b, &here), BGW_AGREED);
	assert_int_equal(bgw_tunnel_agree(b, a, &there), BGW_AGREED);
	assert_int_equal(here.encapsulation, encapsulation);
	assert_int_equal(here.segmentation_id, segmentation_id);
	assert_int_equal(there.encapsulation, encapsulation);
	assert_int_equal(there.segmentation_id, segmentation_id);
	assert_true(bgw_address_equal(&here.ours, &there.theirs));
	assert_true(bgw_address_equal(&here.theirs, &there.ours));
}

static void the_least_sum_of_places_wins(void **state)
{
	struct bgw_offer a = offer_of("vgn", "5", "192.0.2.1");
	struct bgw_offer b = offer_of("gv", "5", "192.0.2.2");

	(void)state;
	/* vxlan 0+1, gre 1+0: the same sum and the same lower place, so the smaller value. */
	agree(&a, &b, BGW_ENCAP_VXLAN, 5);
	b = offer_of("ngv", "5", "192.0.2.2");
	/* vxlan 0+2, gre 1+1, nvgre 2+0: that which is nowhere far down. */
	agree(&a, &b, BGW_ENCAP_GRE, 5);
	b = offer_of("n", "5", "192.0.2.2");
	agree(&a, &b, BGW_ENCAP_NVGRE, 5);
}

static void who_has_no_segmentation_id_takes_the_others(void **state)
{
	struct bgw_offer a = offer_of("v", "", "192.0.2.1");
	struct bgw_offer b = offer_of("v", "73", "192.0.2.2");
	struct bgw_agreement agreement;

	(void)state;
	agree(&a, &b, BGW_ENCAP_VXLAN, 7);
	a = offer_of("v", "43", "192.0.2.1");
	agree(&a, &b, BGW_ENCAP_VXLAN, 3);
	a = offer_of("v", "", "192.0.2.1");
	assert_int_equal(bgw_tunnel_agree(&a, &a, &agreement), BGW_NO_SEGMENTATION_ID);
	b = offer_of("v", "4", "192.0.2.1");
	a = offer_of("v", "5", "192.0.2.1");
	assert_int_equal(bgw_tunnel_agree(&a, &b, &agreement), BGW_NO_SEGMENTATION_ID);
}

static void nothing_in_common_is_said(void **state)
{
	struct bgw_offer a = offer_of("v", "5", "192.0.2.1"), b = offer_of("g", "5", "192.0.2.2");
	struct bgw_offer none = {0};
	struct bgw_agreement agreement;

	(void)state;
	assert_int_equal(bgw_tunnel_agree(&a, &b, &agreement), BGW_NO_ENCAPSULATION);
	assert_int_equal(bgw_tunnel_agree(&a, &none, &agreement), BGW_NO_ENCAPSULATION);
	b = offer_of("v", "5", "2001:db8::2");
	assert_int_equal(bgw_tunnel_agree(&a, &b, &agreement), BGW_NO_ADDRESSES);
	b.address_count = 0;
	assert_int_equal(bgw_tunnel_agree(&a, &b, &agreement), BGW_NO_ADDRESSES);
}

static void addresses_are_of_one_family(void **state)
{
	struct bgw_offer a = offer_of("v", "5", "192.0.2.1");
	struct bgw_offer b = offer_of("v", "5", "2001:db8::2");
	struct bgw_agreement agreement;

	(void)state;
	a.addresses[a.address_count++] = address_of("2001:db8::1");
	agree(&a, &b, BGW_ENCAP_VXLAN, 5);
	assert_int_equal(bgw_tunnel_agree(&a, &b, &agreement), BGW_AGREED);
	assert_int_equal(agreement.ours.family, 6);
	/* Both families with crossed preferences. */
	b.addresses[b.address_count++] = address_of("192.0.2.2");
	agree(&a, &b, BGW_ENCAP_VXLAN, 5);
}

static uint32_t some(uint32_t below)
{
	return (uint32_t)random() % below;
}

static struct bgw_offer random_offer(void)
{
	struct bgw_offer offer = {0};

	offer.encapsulation_count = (uint8_t)(1 + some(3));
	offer.segmentation_id_count = (uint8_t)some(4);
	offer.address_count = (uint8_t)(1 + some(4));
	for (int i = 0; i < 3; i++) {
		offer.encapsulations[i] = some(3);
		offer.segmentation_ids[i] = some(5);
	}
	for (int i = 0; i < 4; i++) {
		offer.addresses[i].family = some(2) ? 4 : 6;
		offer.addresses[i].bytes[0] = (uint8_t)some(3);
	}
	return offer;
}

static void both_ends_come_to_the_same(void **state)
{
	struct bgw_agreement here, there;
	int agreed = 0;

	(void)state;
	srandom(4711);
	for (int i = 0; i < 100000; i++) {
		struct bgw_offer a = random_offer(), b = random_offer();
		enum bgw_disagreement verdict = bgw_tunnel_agree(&a, &b, &here);

		assert_int_equal(bgw_tunnel_agree(&b, &a, &there), verdict);
		if (verdict != BGW_AGREED)
			continue;
		agreed++;
		assert_int_equal(here.encapsulation, there.encapsulation);
		assert_int_equal(here.segmentation_id, there.segmentation_id);
		assert_true(here.ours.family == here.theirs.family);
		/* Or they have the same addresses, which no two gateways do. */
		assert_true((bgw_address_equal(&here.ours, &there.theirs) &&
			     bgw_address_equal(&here.theirs, &there.ours)) ||
			    (bgw_address_equal(&here.ours, &there.ours) &&
			     bgw_address_equal(&here.theirs, &there.theirs)));
	}
	assert_true(agreed > 10000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_sum_of_places_wins),
		cmocka_unit_test(who_has_no_segmentation_id_takes_the_others),
		cmocka_unit_test(nothing_in_common_is_said),
		cmocka_unit_test(addresses_are_of_one_family),
		cmocka_unit_test(both_ends_come_to_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
