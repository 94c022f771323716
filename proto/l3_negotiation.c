/* SPDX-License-Identifier: BSD-3-Clause */
/* The object of a layer-3 negotiation. */
#include "object_rows.h"

const char *const bgw_l3_negotiation_role_names[] = {"initiator", "responder", NULL};
const char *const bgw_l3_negotiation_state_names[] = {"offered", "agreed", "configured",
						      "releasing", NULL};

/* clang-format off */
#define NEGOTIATED(text, member, kind, more, what)                                                 \
	{ text, .type = kind, .flags = BGW_FIELD_NULLABLE | (more), AT(bgw_l3_negotiation, member),   \
	  .max = UINT32_MAX, .help = what }

static const struct bgw_field negotiation_fields[] = {
	COMMON(bgw_l3_negotiation),
	{ "role", .type = BGW_ENUM, .flags = 0, AT(bgw_l3_negotiation, role),
	  .choices = bgw_l3_negotiation_role_names, .help = "initiator or responder" },
	{ "state", .type = BGW_ENUM, .flags = 0, AT(bgw_l3_negotiation, state),
	  .choices = bgw_l3_negotiation_state_names,
	  .help = "offered, agreed, configured or releasing" },
	{ "peer", .type = BGW_ADDRESS, .flags = 0, AT(bgw_l3_negotiation, peer),
	  .help = "address that it is negotiated with" },
	{ "remote_agent", .type = BGW_STRING, .flags = BGW_FIELD_DETAIL,
	  AT(bgw_l3_negotiation, remote_agent), .max = 512,
	  .help = "URL of the peer's negotiator, as far as it is known" },
	NEGOTIATED("peer_negotiation_id", peer_id, BGW_UUID, BGW_FIELD_DETAIL,
		   "its id at a peer that tells one"),
	NEGOTIATED("net", net, BGW_PREFIX, 0, "subnet of the link"),
	NEGOTIATED("free_ip", free_ip, BGW_ADDRESS, 0, "the initiator's address on it"),
	NEGOTIATED("assigned_ip", assigned_ip, BGW_ADDRESS, 0, "the responder's address on it"),
	NEGOTIATED("destination_network", destination, BGW_PREFIX, 0,
		   "the peer's network; at an initiator, as it is routed here"),
	NEGOTIATED("internal_network", internal, BGW_PREFIX, 0, "ours, as it was told to the peer"),
	NEGOTIATED("remapping_network", remapping, BGW_PREFIX, 0,
		   "under which each side sees the other, at the responder that translates"),
	{ "interface", .type = BGW_STRING, .flags = 0, AT(bgw_l3_negotiation, interface),
	  .help = "netdev that has the address" },
	NEGOTIATED("table", table, BGW_UINT, BGW_FIELD_DETAIL, "routing table of what is remapped"),
	NEGOTIATED("mark", mark, BGW_UINT, BGW_FIELD_DETAIL, "packet mark of what is remapped"),
	NEGOTIATED("asn", asn, BGW_UINT, BGW_FIELD_DETAIL, "AS number that we told"),
	NEGOTIATED("peer_asn", peer_asn, BGW_UINT, BGW_FIELD_DETAIL, "AS number that the peer told"),
	{ "bfd", .type = BGW_BOOL, .flags = BGW_FIELD_DETAIL, AT(bgw_l3_negotiation, bfd),
	  .help = "both sides want BFD on the link" },
	NEGOTIATED("mtu", mtu, BGW_UINT, BGW_FIELD_DETAIL,
		   "of the link, the smaller of what both sides told"),
	NEGOTIATED("segmentation_id", segmentation_id, BGW_UINT, BGW_FIELD_DETAIL,
		   "of the link, as the initiator told"),
	NEGOTIATED("lease", lease_s, BGW_UINT, 0,
		   "seconds that it holds without being renewed; null: until released"),
	NEGOTIATED("expires", expires_s, BGW_UINT, BGW_FIELD_HIDDEN, "seconds since 1970"),
	NEGOTIATED("late_orders", late_orders, BGW_UINT, BGW_FIELD_HIDDEN,
		   "how often it is taken back again, as an order may be carried out late"),
	{ "digest", .type = BGW_STRING, .flags = BGW_FIELD_HIDDEN, AT(bgw_l3_negotiation, digest),
	  .help = "of what was asked" },
	{ "key", .type = BGW_STRING, .flags = BGW_FIELD_HIDDEN, AT(bgw_l3_negotiation, key),
	  .help = "Idempotency-Key of what was asked" },
	RUNTIME("lease_left", BGW_UINT, "seconds of the lease that are left"),
	RUNTIME_DETAIL("error", BGW_STRING, "what it waits for, when something fails"),
};
/* clang-format on */

TYPE(l3_negotiation, "negotiation", "negotiations", "negotiations", negotiation_fields,
     .flags = BGW_TYPE_DELETE, .not_found = BGW_ERROR_NOT_FOUND, .in_use = BGW_ERROR_CONFLICT,
     .exists = BGW_ERROR_CONFLICT, .help = "what was agreed with another gateway on layer 3");
