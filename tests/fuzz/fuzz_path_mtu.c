/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "underlay.h"

static const struct bgw_mac mac = {{2, 0, 0, 0, 0, 2}};

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

static void path_changed(void *context, const struct underlay_path_state *state)
{
	const uint8_t *family = context;

	MUST(state->state == UNDERLAY_UP);
	MUST(state->mtu_bytes >= (*family == 4 ? 576 : 1280) && state->mtu_bytes <= 1500);
}

/* The IP version in one byte, then an ICMP message: never raises an MTU, nor lowers it too far. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bgw_address none;
	struct bgw_address remote = {4, {192, 0, 2, 9}}, local = {4, {10, 1, 0, 1}};
	struct underlay_port port = {
		.index = 1,
		.name = "wan0",
		.admin_up = true,
		.link_up = true,
		.mac = mac,
		.mtu_bytes = 1500,
	};
	struct underlay_environment environment = {.now_ms = now_ms, .timer_set = timer_set};
	struct underlay *underlay = underlay_create(&environment, &none);
	struct underlay_path *path;
	uint8_t *copy, family;

	MUST(underlay);
	if (size == 0) {
		underlay_destroy(underlay);
		return 0;
	}
	family = data[0] % 2 == 0 ? 4 : 6;
	remote.family = local.family = family;
	MUST(underlay_port_set(underlay, &port) == 0);
	MUST(underlay_static_neighbour_add(underlay, &remote, &mac, 1) == 0);
	path = underlay_path_add(underlay, &remote, &local, path_changed, &family);
	MUST(path && underlay_path_state(path)->mtu_bytes == 1500);
	copy = fuzz_copy(data + 1, size - 1, 0);
	(void)underlay_too_big(underlay, family, copy, size - 1);
	(void)underlay_too_big(underlay, family, copy, size - 1);
	underlay_path_remove(path);
	underlay_destroy(underlay);
	free(copy);
	return 0;
}
