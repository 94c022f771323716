/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "encap/every.h"

#define OUTER_IPV6_BYTES 40

/* clang-format off */
#define X(id, name_, help)                                     \
	[BGW_ENCAP_##id] = {                                   \
		.name = #name_,                                \
		.ip_protocol = id##_IP_PROTOCOL,               \
		.shim_bytes = id##_SHIM_BYTES,                 \
		.keyless_shim_bytes = id##_KEYLESS_SHIM_BYTES, \
		.key_min = id##_KEY_MIN,                       \
		.key_max = id##_KEY_MAX,                       \
		.build = name_##_build,                        \
		.push = name_##_push,                          \
	},
const struct encap_row encap_rows[BGW_ENCAP_COUNT] = { BGW_ENCAP_LIST(X) };
#undef X
/* clang-format on */

bool encap_find(const char *name, enum bgw_encap *encap)
{
	for (int i = 0; i < BGW_ENCAP_COUNT; i++) {
		if (strcmp(encap_rows[i].name, name) == 0) {
			*encap = (enum bgw_encap)i;
			return true;
		}
	}
	return false;
}

uint32_t bgw_encap_key_min(enum bgw_encap encap)
{
	return encap_rows[encap].key_min;
}

uint32_t bgw_encap_key_max(enum bgw_encap encap)
{
	return encap_rows[encap].key_max;
}

uint16_t bgw_encap_overhead_bytes(enum bgw_encap encap, int family, int keyless)
{
	const struct encap_row *row = &encap_rows[encap];
	const int ip_bytes = family == 6 ? OUTER_IPV6_BYTES : OUTER_IPV4_BYTES;

	return (uint16_t)(ip_bytes + (keyless ? row->keyless_shim_bytes : row->shim_bytes));
}
