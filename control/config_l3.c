/* SPDX-License-Identifier: BSD-3-Clause */
/* The section l3_negotiator of the configuration file. */
#include "config_rows.h"

/* clang-format off */
static const struct bgw_field agent_tls_fields[] = {
	{ "ca", .type = BGW_STRING, .flags = MUST | BGW_FIELD_NONEMPTY, AT(config_agent_tls, ca),
	  .max = 4000, .help = "file of those that sign the agent's certificate, PEM" },
	{ "cert", .type = BGW_STRING, .flags = MAY, AT(config_agent_tls, cert), .max = 4000,
	  .help = "file of the certificate shown to it, PEM" },
	{ "key", .type = BGW_STRING, .flags = MAY, AT(config_agent_tls, key), .max = 4000,
	  .help = "file of its key, PEM" },
};
RECORD(config_agent_tls, agent_tls_fields);

static const struct bgw_field l3_negotiator_fields[] = {
	{ "listen", .type = BGW_STRING, .flags = LIST, AT(config_l3_negotiator, listen),
	  .max_items = 8, .help = "ADDRESS:PORT or [ADDRESS]:PORT for the negotiators of peers" },
	{ "cidrs", .type = BGW_PREFIX, .flags = LIST, AT(config_l3_negotiator, cidrs),
	  .max_items = 64, .help = "what subnets of links are cut from" },
	{ "internal_network", .type = BGW_PREFIX, .flags = MAY, AT(config_l3_negotiator, internal),
	  .help = "the network here that peers shall reach" },
	{ "remapping_cidrs", .type = BGW_PREFIX, .flags = LIST, AT(config_l3_negotiator, remapping),
	  .max_items = 64, .help = "networks as large as internal_network, for peers whose "
	  "networks overlap it" },
	{ "interface", .type = BGW_STRING, .flags = MAY, AT(config_l3_negotiator, interface),
	  .max = 15, .help = "netdev on the layer-2 link, which gets addresses and routes" },
	{ "agent", .type = BGW_STRING, .flags = MAY, AT(config_l3_negotiator, agent),
	  .max = 255, .help = "ADDRESS:PORT or unix:PATH of the configuration agent" },
	{ "agent_tls", SECTION, AT(config_l3_negotiator, agent_tls),
	  .record = &config_agent_tls_record, .help = "how to speak to it by TLS" },
	{ "tls", SECTION, AT(config_l3_negotiator, tls), .record = &config_tls_record,
	  .help = "of listen, and what peers that are asked by https are shown" },
	{ "allowed_peers", .type = BGW_STRING, .flags = LIST,
	  AT(config_l3_negotiator, allowed_peers), .max_items = 256, .max = 63,
	  .help = "ADDRESS, ADDRESS/LENGTH, ADDRESS:PORT or [ADDRESS]:PORT of peers, by default "
	  "the remote gateways" },
	{ "peer_ca", .type = BGW_STRING, .flags = MAY, AT(config_l3_negotiator, peer_ca),
	  .max = 4000, .help = "file of those that sign certificates of peers, by default the "
	  "system's" },
	{ "timeout_s", .type = BGW_UINT, .flags = MAY, AT(config_l3_negotiator, timeout_s),
	  .min = 1, .max = 300, .preset = "30", .help = "for a peer to answer" },
	{ "asn", .type = BGW_UINT, .flags = MAY, AT(config_l3_negotiator, asn), .min = 1,
	  .max = UINT32_MAX - 1, .help = "AS number that peers are told" },
	{ "mtu", .type = BGW_UINT, .flags = MAY, AT(config_l3_negotiator, mtu), .min = 68,
	  .max = 65535, .help = "MTU of the link that peers are told" },
	{ "bfd", .type = BGW_BOOL, .flags = MAY, AT(config_l3_negotiator, bfd),
	  .preset = "false", .help = "peers are told that BFD is wanted on the link" },
};
RECORD_OF_ALL(config_l3_negotiator, l3_negotiator_fields);
/* clang-format on */
