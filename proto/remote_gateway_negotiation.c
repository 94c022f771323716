/* SPDX-License-Identifier: BSD-3-Clause */
/* The members of `negotiation` of a remote gateway. */
#include "objects.h"

#define AT(member) .offset = offsetof(struct bgw_l2_remote_gateway_negotiation, member)

/* clang-format off */
static const struct bgw_field negotiation_fields[] = {
	{ "enabled", .type = BGW_BOOL, .flags = BGW_FIELD_RW,
	  AT(enabled), .preset = "false",
	  .help = "negotiate with it over UDP, on the workers" },
	{ "secret", .type = BGW_STRING, .flags = BGW_FIELD_RW,
	  AT(secret), .max = 63,
	  .help = "name of the secret in the configuration file that both ends know" },
	{ "interval_ms", .type = BGW_UINT, .flags = BGW_FIELD_RW,
	  AT(interval_ms), .min = 10, .max = 60000,
	  .preset = "1000", .help = "something is sent at least so often" },
	{ "multiplier", .type = BGW_UINT, .flags = BGW_FIELD_RW,
	  AT(multiplier), .min = 1, .max = 255, .preset = "3",
	  .help = "it is down after so many intervals of silence" },
	{ "grpc", .type = BGW_STRING, .flags = BGW_FIELD_RW, AT(grpc), .max = 255,
	  .help = "ADDRESS:PORT, [ADDRESS]:PORT or NAME:PORT of its gRPC service, by default "
		  "port 9697 of its ipaddr" },
	{ "tls_name", .type = BGW_STRING, .flags = BGW_FIELD_RW, AT(tls_name), .max = 255,
	  .help = "name or address that its certificate must have, by default where its gRPC "
		  "service is" },
};
/* clang-format on */

const struct bgw_record bgw_l2_remote_gateway_negotiation_record = {
	.size = sizeof(struct bgw_l2_remote_gateway_negotiation),
	.count = sizeof(negotiation_fields) / sizeof(negotiation_fields[0]),
	.fields = negotiation_fields,
};
