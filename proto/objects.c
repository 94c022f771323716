/* SPDX-License-Identifier: BSD-3-Clause */
#include "object_rows.h"

#include <string.h>

static const char *const l2_control_names[] = {"drop", "tunnel", NULL};
static const char *const gre_key_names[] = {"segmentation_id", "none", NULL};
static const char *const network_type_names[] = {"vxlan", "gre",   "geneve", "vlan",
						 "flat",  "local", NULL};

#define SEG_ID_MAX    16777215
#define PPS_MAX	      1000000000
#define MAC_LIMIT_MAX 1048576

/* clang-format off */
static const struct bgw_field network_fields[] = {
	COMMON(bgw_network),
	NAME(bgw_network),
	ADMIN_STATE_UP(bgw_network, "false stops all forwarding in it"),
	{ "shared", .type = BGW_BOOL, .flags = BGW_FIELD_RW | BGW_FIELD_DETAIL,
	  AT(bgw_network, shared),
	  .help = "label for OpenStack clients" },
	{ "mtu", .type = BGW_UINT, .flags = BGW_FIELD_RW, AT(bgw_network, mtu),
	  .min = 68, .max = 65535, .preset = "1500", .help = "bytes of payload hosts may send" },
	{ "provider:network_type", { "network_type" }, .type = BGW_ENUM,
	  .flags = BGW_FIELD_CREATE | BGW_FIELD_DETAIL,
	  AT(bgw_network, network_type), .choices = network_type_names, .preset = "vxlan",
	  .help = "label for OpenStack clients" },
	{ "provider:segmentation_id", { "segmentation_id" }, .type = BGW_UINT,
	  .flags = BGW_FIELD_RW | BGW_FIELD_NULLABLE, AT(bgw_network, segmentation_id),
	  .max = SEG_ID_MAX, .help = "default seg_id of connections into it" },
	{ "mac_ageing_s", .type = BGW_UINT, .flags = BGW_FIELD_RW, AT(bgw_network, mac_ageing_s),
	  .min = 10, .max = 65000, .preset = "300",
	  .help = "seconds until a silent MAC is forgotten" },
	{ "mac_limit", .type = BGW_UINT, .flags = BGW_FIELD_RW, AT(bgw_network, mac_limit),
	  .max = MAC_LIMIT_MAX, .help = "most learned MACs, 0 for no limit of its own" },
	RUNTIME("status", BGW_STRING, "ACTIVE or DOWN"),
	RUNTIME_DETAIL("mac_count", BGW_UINT, "MACs learned in it"),
};

static const struct bgw_field interface_fields[] = {
	{ "name", .type = BGW_STRING,
	  .flags = BGW_FIELD_RW | BGW_FIELD_REQUIRED | BGW_FIELD_NONEMPTY,
	  AT(bgw_l2_gateway_interface, name), .help = "name of an access port" },
	{ "segmentation_id", .type = BGW_TAGS,
	  .flags = BGW_FIELD_RW | BGW_FIELD_LIST,
	  AT(bgw_l2_gateway_interface, segmentation_id), .max_items = 4096,
	  .help = "VLAN ids: \"0\" untagged, \"V\", or \"S.C\" for two tags" },
	{ "kind", .type = BGW_ENUM, .flags = BGW_FIELD_RW | BGW_FIELD_NULLABLE | BGW_FIELD_TERSE,
	  AT(bgw_l2_gateway_interface, kind), .choices = bgw_interface_kind_names,
	  .help = "\"port\" takes everything, tags kept; otherwise it follows segmentation_id" },
	{ "admin_state_up", .type = BGW_BOOL, .flags = BGW_FIELD_RW | BGW_FIELD_TERSE,
	  AT(bgw_l2_gateway_interface, admin_state_up), .preset = "true",
	  .help = "false drains the attachment" },
	{ "pcp", .type = BGW_UINT, .flags = BGW_FIELD_RW | BGW_FIELD_TERSE, AT(bgw_l2_gateway_interface, pcp),
	  .max = 7, .help = "priority of a tag that is pushed" },
	{ "dei", .type = BGW_BOOL, .flags = BGW_FIELD_RW | BGW_FIELD_TERSE, AT(bgw_l2_gateway_interface, dei),
	  .help = "drop eligibility of a tag that is pushed" },
	{ "mac_limit", .type = BGW_UINT, .flags = BGW_FIELD_RW | BGW_FIELD_TERSE,
	  AT(bgw_l2_gateway_interface, mac_limit), .max = MAC_LIMIT_MAX,
	  .help = "most learned MACs, 0 for no limit of its own" },
	{ "l2_control", .type = BGW_ENUM, .flags = BGW_FIELD_RW | BGW_FIELD_TERSE,
	  AT(bgw_l2_gateway_interface, l2_control), .choices = l2_control_names, .preset = "drop",
	  .help = "frames to 01-80-C2-00-00-0X; never PAUSE and LACP" },
	{ "broadcast_pps", .type = BGW_UINT, .flags = BGW_FIELD_RW | BGW_FIELD_TERSE,
	  AT(bgw_l2_gateway_interface, broadcast_pps), .max = PPS_MAX,
	  .help = "packets a second, 0 for no limit" },
	{ "multicast_pps", .type = BGW_UINT, .flags = BGW_FIELD_RW | BGW_FIELD_TERSE,
	  AT(bgw_l2_gateway_interface, multicast_pps), .max = PPS_MAX,
	  .help = "packets a second, 0 for no limit" },
	{ "unknown_unicast_pps", .type = BGW_UINT, .flags = BGW_FIELD_RW | BGW_FIELD_TERSE,
	  AT(bgw_l2_gateway_interface, unknown_unicast_pps), .max = PPS_MAX,
	  .help = "packets a second, 0 for no limit" },
	{ "source_macs", .type = BGW_MAC, .flags = BGW_FIELD_RW | BGW_FIELD_TERSE | BGW_FIELD_LIST,
	  AT(bgw_l2_gateway_interface, source_macs), .max_items = 64,
	  .help = "the only source MACs let in; empty: all" },
	{ "ethertypes", .type = BGW_UINT, .flags = BGW_FIELD_RW | BGW_FIELD_TERSE | BGW_FIELD_LIST,
	  AT(bgw_l2_gateway_interface, ethertypes), .min = 0x600, .max = 0xffff, .max_items = 16,
	  .help = "the only ethertypes let in; empty: all" },
};
const struct bgw_record bgw_l2_gateway_interface_record
	= FIELDS(bgw_l2_gateway_interface, interface_fields);

static const struct bgw_field device_fields[] = {
	{ "device_name", .type = BGW_STRING,
	  .flags = BGW_FIELD_RW | BGW_FIELD_REQUIRED | BGW_FIELD_NONEMPTY,
	  AT(bgw_l2_gateway_device, device_name), .help = "\"local\" or this gateway's name" },
	{ "interfaces", .type = BGW_RECORD, .flags = BGW_FIELD_RW | BGW_FIELD_LIST,
	  AT(bgw_l2_gateway_device, interfaces), .record = &bgw_l2_gateway_interface_record,
	  .help = "ports and their VLAN ids" },
};
static const struct bgw_record device_record = FIELDS(bgw_l2_gateway_device, device_fields);

static const struct bgw_field l2_gateway_fields[] = {
	COMMON(bgw_l2_gateway),
	NAME(bgw_l2_gateway),
	ADMIN_STATE_UP(bgw_l2_gateway, "false drains all its attachments"),
	{ "devices", .type = BGW_RECORD, .flags = BGW_FIELD_RW | BGW_FIELD_LIST,
	  AT(bgw_l2_gateway, devices), .record = &device_record,
	  .help = "empty for a gateway that only joins clouds" },
};

static const struct bgw_field l2_gateway_connection_fields[] = {
	COMMON(bgw_l2_gateway_connection),
	{ "l2_gateway_id", { "gateway" }, .type = BGW_REF, .ref = "l2_gateway",
	  .flags = BGW_FIELD_CREATE | BGW_FIELD_REQUIRED | BGW_FIELD_INDEX,
	  AT(bgw_l2_gateway_connection, l2_gateway_id), .help = "the gateway" },
	{ "network_id", { "network" }, .type = BGW_REF, .ref = "network",
	  .flags = BGW_FIELD_CREATE | BGW_FIELD_REQUIRED | BGW_FIELD_INDEX,
	  AT(bgw_l2_gateway_connection, network_id), .help = "the network" },
	{ "segmentation_id", { "seg_id", "default_segmentation_id" }, .type = BGW_TAGS,
	  .flags = BGW_FIELD_RW | BGW_FIELD_NULLABLE, AT(bgw_l2_gateway_connection, segmentation_id),
	  .help = "VLAN id for interfaces that carry none" },
	ADMIN_STATE_UP(bgw_l2_gateway_connection, "false drains it"),
};

static const struct bgw_field l2_remote_gateway_fields[] = {
	COMMON(bgw_l2_remote_gateway),
	NAME(bgw_l2_remote_gateway),
	{ "ipaddr", { "ip_addr", "ip" }, .type = BGW_ADDRESS,
	  .flags = BGW_FIELD_RW | BGW_FIELD_REQUIRED | BGW_FIELD_INDEX,
	  AT(bgw_l2_remote_gateway, ipaddr), .help = "address of its tunnel end" },
	{ "local_ip", .type = BGW_ADDRESS, .flags = BGW_FIELD_RW | BGW_FIELD_NULLABLE,
	  AT(bgw_l2_remote_gateway, local_ip),
	  .help = "our address towards it, by default underlay.vtep" },
	{ "encapsulations", .type = BGW_ENUM,
	  .flags = BGW_FIELD_RW | BGW_FIELD_LIST | BGW_FIELD_NONEMPTY,
	  AT(bgw_l2_remote_gateway, encapsulations), .choices = bgw_encapsulation_names,
	  .max_items = BGW_ENCAP_COUNT, .preset = "vxlan",
	  .help = "what connections use by default, preferred first" },
	{ "ttl", .type = BGW_UINT, .flags = BGW_FIELD_RW | BGW_FIELD_DETAIL,
	  AT(bgw_l2_remote_gateway, ttl), .min = 1, .max = 255, .preset = "64",
	  .help = "TTL of outer headers" },
	{ "dscp", .type = BGW_UINT, .flags = BGW_FIELD_RW | BGW_FIELD_NULLABLE | BGW_FIELD_DETAIL,
	  AT(bgw_l2_remote_gateway, dscp), .max = 63,
	  .help = "DSCP of outer headers, by default that of the packet inside" },
	{ "negotiation", .type = BGW_RECORD, .flags = BGW_FIELD_RW | BGW_FIELD_DETAIL,
	  AT(bgw_l2_remote_gateway, negotiation), .record = &bgw_l2_remote_gateway_negotiation_record,
	  .help = "whether and how to negotiate with it" },
	ADMIN_STATE_UP(bgw_l2_remote_gateway, "false drains its connections"),
	RUNTIME("status", BGW_STRING, "ACTIVE when its next hop is resolved and it is not known to be down"),
	RUNTIME_DETAIL("status_reason", BGW_STRING, "why it is DOWN"),
};

static const struct bgw_field l2_remote_gateway_connection_fields[] = {
	COMMON(bgw_l2_remote_gateway_connection),
	{ "gateway", { "l2_gateway_id", "l2_gateway" }, .type = BGW_REF, .ref = "l2_gateway",
	  .flags = BGW_FIELD_CREATE | BGW_FIELD_REQUIRED | BGW_FIELD_INDEX,
	  AT(bgw_l2_remote_gateway_connection, gateway), .help = "the gateway here" },
	{ "network", { "network_id" }, .type = BGW_REF, .ref = "network",
	  .flags = BGW_FIELD_CREATE | BGW_FIELD_NULLABLE | BGW_FIELD_INDEX,
	  AT(bgw_l2_remote_gateway_connection, network),
	  .help = "needed when the gateway is in several" },
	{ "remote_gateway", { "remote", "remote_gateway_id" }, .type = BGW_REF,
	  .ref = "l2_remote_gateway",
	  .flags = BGW_FIELD_RW | BGW_FIELD_REQUIRED | BGW_FIELD_INDEX,
	  AT(bgw_l2_remote_gateway_connection, remote_gateway), .help = "the gateway there" },
	{ "seg_id", { "segmentation_id" }, .type = BGW_UINT,
	  .flags = BGW_FIELD_RW | BGW_FIELD_NULLABLE, AT(bgw_l2_remote_gateway_connection, seg_id),
	  .max = SEG_ID_MAX, .help = "key on the wide area, by default the network's" },
	{ "flood", .type = BGW_BOOL, .flags = BGW_FIELD_RW,
	  AT(bgw_l2_remote_gateway_connection, flood), .preset = "true",
	  .help = "whether broadcast, multicast and unknown unicast are sent into it" },
	{ "encapsulation", .type = BGW_ENUM, .flags = BGW_FIELD_RW | BGW_FIELD_NULLABLE,
	  AT(bgw_l2_remote_gateway_connection, encapsulation),
	  .choices = bgw_connection_encapsulation_names,
	  .help = "by default the first of the remote gateway's; \"auto\": as negotiated" },
	{ "peer_name", .type = BGW_STRING, .flags = BGW_FIELD_RW | BGW_FIELD_DETAIL,
	  AT(bgw_l2_remote_gateway_connection, peer_name),
	  .help = "what both ends call it in negotiation, by default the network's name" },
	{ "gre_key", .type = BGW_ENUM, .flags = BGW_FIELD_RW | BGW_FIELD_DETAIL,
	  AT(bgw_l2_remote_gateway_connection, gre_key), .choices = gre_key_names,
	  .preset = "segmentation_id", .help = "\"none\" for one keyless GRE connection" },
	{ "mtu_signal", .type = BGW_BOOL, .flags = BGW_FIELD_RW | BGW_FIELD_DETAIL,
	  AT(bgw_l2_remote_gateway_connection, mtu_signal), .preset = "true",
	  .help = "answer frames that are too big with ICMP" },
	ADMIN_STATE_UP(bgw_l2_remote_gateway_connection, "false drains it"),
	RUNTIME_DETAIL("agreed_encapsulation", BGW_STRING, "of \"auto\", once negotiated"),
	RUNTIME_DETAIL("agreed_seg_id", BGW_UINT, "of \"auto\", once negotiated"),
	RUNTIME("mtu", BGW_UINT, "bytes of payload that fit through it"),
	RUNTIME("status", BGW_STRING, "ACTIVE or DOWN"),
	COUNTER("rx_packets", "frames from it"),
	COUNTER("rx_bytes", "bytes of those frames"),
	COUNTER("tx_packets", "frames into it"),
	COUNTER("tx_bytes", "bytes of those frames"),
	COUNTER_DETAIL("dropped_packets", "frames from it or for it that were dropped"),
	COUNTER_DETAIL("too_big_packets", "those of them that did not fit"),
	RUNTIME_DETAIL("mac_count", BGW_UINT, "MACs learned behind it"),
};

static const struct bgw_field l2_remote_mac_fields[] = {
	{ "id", { "uuid" }, .type = BGW_UUID, .flags = BGW_FIELD_CREATE | BGW_FIELD_ECHO,
	  AT(bgw_l2_remote_mac, id), .help = "chosen by the client or made by the gateway" },
	{ "project_id", { "tenant_id" }, .type = BGW_STRING,
	  .flags = BGW_FIELD_CREATE | BGW_FIELD_ECHO | BGW_FIELD_DETAIL,
	  AT(bgw_l2_remote_mac, project_id),
	  .help = "kept for OpenStack clients" },
	{ "revision_number", .type = BGW_UINT, .flags = BGW_FIELD_DETAIL, AT(bgw_l2_remote_mac, revision),
	  .max = UINT32_MAX, .help = "one more with each update" },
	{ "mac", .type = BGW_MAC, .flags = BGW_FIELD_CREATE | BGW_FIELD_REQUIRED | BGW_FIELD_INDEX,
	  AT(bgw_l2_remote_mac, mac), .help = "unicast MAC" },
	{ "ipaddr", { "ip_addr", "ip" }, .type = BGW_ADDRESS,
	  .flags = BGW_FIELD_RW | BGW_FIELD_NULLABLE | BGW_FIELD_INDEX,
	  AT(bgw_l2_remote_mac, ipaddr), .help = "its IP, for ARP and ND suppression" },
	{ "rgw_connection", { "remote_gateway_conn", "remote_connection" }, .type = BGW_REF,
	  .ref = "l2_remote_gateway_connection",
	  .flags = BGW_FIELD_RW | BGW_FIELD_REQUIRED | BGW_FIELD_INDEX,
	  AT(bgw_l2_remote_mac, rgw_connection), .help = "the connection it is behind" },
	{ "router", .type = BGW_BOOL, .flags = BGW_FIELD_RW, AT(bgw_l2_remote_mac, router),
	  .help = "R flag of neighbour advertisements for it" },
};

static const struct bgw_field port_fields[] = {
	COMMON(bgw_port),
	{ "name", .type = BGW_STRING, .flags = BGW_FIELD_INDEX, AT(bgw_port, name),
	  .help = "as configured" },
	{ "driver", .type = BGW_STRING, .flags = 0, AT(bgw_port, driver), .help = "as configured" },
	{ "device", .type = BGW_STRING, .flags = 0, AT(bgw_port, device),
	  .help = "netdev, PCI address or devargs" },
	{ "role", .type = BGW_ENUM, .flags = 0, AT(bgw_port, role),
	  .choices = bgw_role_names, .help = "access or underlay" },
	ADMIN_STATE_UP(bgw_port, "false drains the port"),
	RUNTIME("status", BGW_STRING, "ACTIVE when the link is up, else DOWN"),
	RUNTIME("mac_address", BGW_MAC, "of the port"),
	RUNTIME("mtu", BGW_UINT, "bytes of payload"),
	COUNTER("rx_packets", "frames received"),
	COUNTER("rx_bytes", "bytes received"),
	COUNTER("tx_packets", "frames sent"),
	COUNTER("tx_bytes", "bytes sent"),
	COUNTER_DETAIL("replicated_packets", "copies made of frames received, to flood them"),
	COUNTER_DETAIL("originated_packets", "frames the gateway made because of those received"),
	COUNTER_DETAIL("consumed_packets", "frames received that ended here on purpose"),
	COUNTER_DETAIL("to_linux_packets", "frames received and given to Linux"),
	COUNTER_DETAIL("from_linux_packets", "frames sent for Linux, by the mirror"),
	COUNTER_DETAIL("linux_resolution_packets", "of those to the mirror: ARP and ND"),
	COUNTER_DETAIL("linux_resolution_dropped", "of these, over their rate or not taken by Linux"),
	COUNTER_DETAIL("linux_protocol_packets", "BGP, BFD, IKE, OSPF, VRRP, LACP, LLDP to the mirror"),
	COUNTER_DETAIL("linux_protocol_dropped", "of these, over their rate or not taken by Linux"),
	COUNTER_DETAIL("linux_other_packets", "other frames to the mirror"),
	COUNTER_DETAIL("linux_other_dropped", "of these, over their rate or not taken by Linux"),
	COUNTER("dropped_packets", "frames received and dropped, for any reason"),
	RUNTIME_DETAIL("link_mbps", BGW_UINT, "speed of the link, 0 when unknown"),
	COUNTER_DETAIL("rx_missed", "frames that no worker fetched in time"),
	COUNTER_DETAIL("rx_errors", "frames that came broken"),
	COUNTER_DETAIL("rx_no_mbuf", "frames for which no buffer was free"),
	COUNTER_DETAIL("tx_errors", "frames that the driver could not send"),
};

static const struct bgw_field attachment_fields[] = {
	RUNTIME_DETAIL("id", BGW_STRING, "port and segmentation_id"),
	RUNTIME("port", BGW_STRING, "the port"),
	RUNTIME("segmentation_id", BGW_STRING, "its tags on the port, or \"port\" for all frames"),
	RUNTIME_REF("l2_gateway_id", "l2_gateway", "the gateway that it belongs to"),
	{ "network_id", { "network" }, .type = BGW_REF, .ref = "network", .flags = BGW_FIELD_RUNTIME,
	  .help = "the network that it is in; null in the private domain of a gateway" },
	RUNTIME("status", BGW_STRING, "ACTIVE or DOWN"),
	RUNTIME("mac_count", BGW_UINT, "MACs learned there"),
	RUNTIME_DETAIL("full", BGW_BOOL, "it has all the MACs that its mac_limit allows"),
	COUNTER("rx_packets", "frames received"),
	COUNTER("rx_bytes", "bytes of those frames"),
	COUNTER("tx_packets", "frames sent"),
	COUNTER("tx_bytes", "bytes of those frames"),
	COUNTER_DETAIL("dropped_packets", "frames from it or for it that were dropped"),
};

static const struct bgw_field mac_fields[] = {
	RUNTIME_DETAIL("id", BGW_STRING, "network and MAC"),
	RUNTIME("mac", BGW_MAC, "the address"),
	{ "network_id", { "network" }, .type = BGW_REF, .ref = "network", .flags = BGW_FIELD_RUNTIME,
	  .help = "where it lives; null in the private domain of a gateway" },
	RUNTIME("port", BGW_STRING, "port it is behind"),
	RUNTIME_REF("l2_gateway_id", "l2_gateway", "gateway whose attachment it is behind"),
	RUNTIME("segmentation_id", BGW_STRING, "attachment it is behind"),
	RUNTIME_REF("connection", "l2_remote_gateway_connection",
		    "remote gateway connection it is behind"),
	RUNTIME("kind", BGW_STRING, "learned, synced from a peer, or static"),
	RUNTIME("frozen", BGW_BOOL, "held where it is because it moved too often"),
	RUNTIME("age_s", BGW_UINT, "seconds since it was last seen"),
};

static const struct bgw_field worker_stage_fields[] = {
	RUNTIME("name", BGW_STRING, "the stage"),
	RUNTIME("packets", BGW_UINT, "frames it was given while it was measured"),
	RUNTIME("cycles_per_packet", BGW_DECIMAL, "what one of them costs there"),
	RUNTIME("share_percent", BGW_DECIMAL, "its share of all cycles that were measured"),
	RUNTIME("help", BGW_STRING, "what it comprises"),
};
static const struct bgw_record worker_stage_record = {
	.count = sizeof(worker_stage_fields) / sizeof(worker_stage_fields[0]),
	.fields = worker_stage_fields,
};

static const struct bgw_field worker_fields[] = {
	RUNTIME("id", BGW_STRING, "worker number"),
	RUNTIME("core", BGW_UINT, "CPU"),
	COUNTER("rx_packets", "packets received"),
	RUNTIME("cycles_per_packet", BGW_UINT, "busy cycles over packets"),
	RUNTIME("busy_percent", BGW_UINT, "share of time with packets"),
	RUNTIME_LIST("rx_queues", BGW_STRING, "PORT:QUEUE that it receives from"),
	RUNTIME_LIST("tx_queues", BGW_STRING, "PORT:QUEUE that it owns to send by"),
	COUNTER_DETAIL("rounds", "times it looked at all its queues"),
	COUNTER_DETAIL("naps", "times it slept because they were empty"),
	COUNTER("events_lost", "events that did not reach control"),
	{ "stages_measured", .type = BGW_BOOL, .flags = BGW_FIELD_UPDATE | BGW_FIELD_DETAIL,
	  AT(bgw_worker, stages_measured),
	  .help = "whether it measures its stages; not kept over a restart" },
	{ "stages", .type = BGW_RECORD,
	  .flags = BGW_FIELD_RUNTIME | BGW_FIELD_LIST | BGW_FIELD_DETAIL,
	  .record = &worker_stage_record,
	  .help = "where its cycles went since stages_measured was set, in a frame's order" },
};

static const struct bgw_field drop_fields[] = {
	RUNTIME_DETAIL("id", BGW_STRING, "the reason"),
	RUNTIME("reason", BGW_STRING, "the reason"),
	COUNTER("packets", "frames dropped for it"),
	RUNTIME("help", BGW_STRING, "what it means"),
	RUNTIME("ports", BGW_RECORD, "how many of each port's frames"),
};

static const struct bgw_field neighbour_fields[] = {
	RUNTIME_DETAIL("id", BGW_STRING, "address and port"),
	RUNTIME("ip", BGW_ADDRESS, "next hop"),
	RUNTIME("mac", BGW_MAC, "its MAC"),
	RUNTIME("port", BGW_STRING, "underlay port it is on"),
	RUNTIME("state", BGW_STRING, "as Linux says, or static"),
	RUNTIME("since_s", BGW_UINT, "seconds since its MAC changed, or since it has none"),
};

static const struct bgw_field negotiation_session_fields[] = {
	RUNTIME_DETAIL("id", BGW_STRING, "transport and number"),
	RUNTIME("peer", BGW_STRING, "name of the peer; empty for a guest of accept_any"),
	RUNTIME("transport", BGW_STRING, "tcp or udp"),
	RUNTIME("address", BGW_ADDRESS, "the peer's"),
	RUNTIME("status", BGW_STRING, "ACTIVE while a session is up, else DOWN"),
	RUNTIME("state", BGW_STRING, "of its round; null while DOWN"),
	RUNTIME("round", BGW_UINT, "rounds begun in this session; null while DOWN"),
	RUNTIME("protocol", BGW_STRING, "that runs, or that the round is about; null without one"),
	{ "protocols", .type = BGW_STRING,
	  .flags = BGW_FIELD_RUNTIME | BGW_FIELD_LIST | BGW_FIELD_DETAIL,
	  .help = "that the peer may initiate now" },
	RUNTIME("round_trip_us", BGW_UINT, "of the last heartbeat; null before the first"),
	COUNTER("sessions", "that were up"),
	COUNTER("heartbeats", "begun in all sessions"),
	COUNTER_DETAIL("accepted", "protocols that the peer initiated and that were accepted"),
	COUNTER_DETAIL("rejected", "protocols that the peer initiated and that were rejected"),
	COUNTER_DETAIL("rx_bytes", "from the peer"),
	COUNTER_DETAIL("tx_bytes", "to the peer"),
	RUNTIME_DETAIL("liveness", BGW_STRING, "over udp: connecting, up or down"),
	RUNTIME_DETAIL("heard_ms", BGW_UINT, "over udp: since its last datagram; null while DOWN"),
	COUNTER_DETAIL("rx_datagrams", "over udp: authentic ones of sessions"),
	COUNTER_DETAIL("tx_datagrams", "over udp: of sessions"),
	COUNTER_DETAIL("resent_datagrams", "over udp: sent with bytes that were sent before"),
	COUNTER_DETAIL("replayed_datagrams", "over udp: dropped, for their counter was there before"),
	COUNTER_DETAIL("forged_datagrams", "over udp: dropped, of a session but for their tag"),
	COUNTER_DETAIL("rx_hellos", "over udp: authentic ones"),
	RUNTIME("connections", BGW_UINT, "that both ends have, by peer_name"),
	RUNTIME("macs", BGW_UINT, "that the peer told of"),
	COUNTER_DETAIL("resyncs", "whole tables of MACs that were taken from the peer"),
	COUNTER_DETAIL("mac_changes", "MACs that came or went in tables and changes of the peer"),
	COUNTER_DETAIL("resyncs_told", "whole tables of MACs that were given to the peer"),
	COUNTER_DETAIL("macs_told", "MACs that came or went in tables and changes for the peer"),
	COUNTER_DETAIL("tunnels", "times that connections were agreed on"),
	COUNTER_DETAIL("mac_syncs", "times that changes of MACs were exchanged"),
	{ "connection_errors", .type = BGW_STRING,
	  .flags = BGW_FIELD_RUNTIME | BGW_FIELD_LIST | BGW_FIELD_DETAIL,
	  .help = "connections that do not find the peer's, or do not agree; at most 8" },
	RUNTIME("last_error", BGW_STRING, "why the last session ended, or did not begin"),
};
/* clang-format on */

#define STORED (BGW_TYPE_CREATE | BGW_TYPE_UPDATE)

TYPE(network, "network", "networks", "networks", network_fields, .flags = STORED,
     .not_found = BGW_ERROR_NETWORK_NOT_FOUND, .in_use = BGW_ERROR_NETWORK_IN_USE,
     .exists = BGW_ERROR_CONFLICT, .help = "a broadcast domain");
TYPE(port, "port", "ports", "ports", port_fields, .flags = BGW_TYPE_UPDATE,
     .not_found = BGW_ERROR_PORT_NOT_FOUND, .in_use = BGW_ERROR_CONFLICT,
     .exists = BGW_ERROR_CONFLICT, .help = "a port of this gateway");
TYPE(l2_gateway, "l2_gateway", "l2_gateways", "l2-gateways", l2_gateway_fields, .flags = STORED,
     .not_found = BGW_ERROR_GATEWAY_NOT_FOUND, .in_use = BGW_ERROR_GATEWAY_IN_USE,
     .exists = BGW_ERROR_CONFLICT, .help = "a named set of attachments");
TYPE(l2_gateway_connection, "l2_gateway_connection", "l2_gateway_connections",
     "l2-gateway-connections", l2_gateway_connection_fields, .flags = STORED,
     .not_found = BGW_ERROR_GATEWAY_CONNECTION_NOT_FOUND,
     .in_use = BGW_ERROR_GATEWAY_CONNECTION_IN_USE, .exists = BGW_ERROR_GATEWAY_CONNECTION_EXISTS,
     .help = "attaches a gateway to a network");
TYPE(l2_remote_gateway, "l2_remote_gateway", "l2_remote_gateways", "l2-remote-gateways",
     l2_remote_gateway_fields, .flags = STORED, .not_found = BGW_ERROR_REMOTE_GATEWAY_NOT_FOUND,
     .in_use = BGW_ERROR_REMOTE_GATEWAY_IN_USE, .exists = BGW_ERROR_REMOTE_GATEWAY_EXISTS,
     .help = "the gateway on the other side");
TYPE(l2_remote_gateway_connection, "l2_remote_gateway_connection", "l2_remote_gateway_connections",
     "l2-remote-gateway-connections", l2_remote_gateway_connection_fields,
     .flags = STORED | BGW_TYPE_MANY, .not_found = BGW_ERROR_REMOTE_CONNECTION_NOT_FOUND,
     .in_use = BGW_ERROR_REMOTE_CONNECTION_IN_USE, .exists = BGW_ERROR_REMOTE_CONNECTION_EXISTS,
     .help = "a tunnel into a broadcast domain");
TYPE(l2_remote_mac, "l2_remote_mac", "l2_remote_macs", "l2-remote-macs", l2_remote_mac_fields,
     .flags = STORED | BGW_TYPE_MANY, .alias = "remote-mac", .alias_plural = "remote-macs",
     .not_found = BGW_ERROR_REMOTE_MAC_NOT_FOUND, .in_use = BGW_ERROR_CONFLICT,
     .exists = BGW_ERROR_REMOTE_MAC_EXISTS, .help = "a MAC behind a remote gateway connection");
VIEW(attachment, "attachment", "attachments", "attachments", attachment_fields, 0,
     .help = "ports and tags that gateways attach");
VIEW(mac, "mac", "macs", "macs", mac_fields, BGW_TYPE_FLUSH,
     .help = "the MAC table, learned and static");
TYPE(worker, "worker", "workers", "workers", worker_fields,
     .flags = BGW_TYPE_VIRTUAL | BGW_TYPE_UPDATE, .not_found = BGW_ERROR_NOT_FOUND,
     .help = "what each worker does");
VIEW(drop, "drop", "drops", "drops", drop_fields, BGW_TYPE_SPARSE,
     .help = "frames dropped, by reason");
VIEW(neighbour, "neighbour", "neighbours", "neighbours", neighbour_fields, 0,
     .help = "next hops on the underlay");
VIEW(negotiation_session, "negotiation_session", "negotiation_sessions", "negotiation-sessions",
     negotiation_session_fields, 0, .help = "what peers negotiate, and whether they are there");

const struct bgw_object_type *const bgw_object_types[] = {
	&bgw_network_type,
	&bgw_port_type,
	&bgw_l2_gateway_type,
	&bgw_l2_gateway_connection_type,
	&bgw_l2_remote_gateway_type,
	&bgw_l2_remote_gateway_connection_type,
	&bgw_l2_remote_mac_type,
	&bgw_l3_negotiation_type,
	&bgw_attachment_type,
	&bgw_mac_type,
	&bgw_worker_type,
	&bgw_drop_type,
	&bgw_neighbour_type,
	&bgw_negotiation_session_type,
	NULL,
};

const struct bgw_object_type *bgw_object_type_find(const char *name)
{
	for (const struct bgw_object_type *const *type = bgw_object_types; *type != NULL; type++)
		if (strcmp((*type)->name, name) == 0 || strcmp((*type)->plural, name) == 0 ||
		    strcmp((*type)->collection, name) == 0)
			return *type;
	return NULL;
}

bool bgw_object_given(const struct bgw_object_type *type, const void *object, const char *name)
{
	const struct bgw_field *field = bgw_field_find(&type->record, name);
	uint64_t given;

	memcpy(&given, object, sizeof(given));
	return field != NULL && (given >> (field - type->record.fields) & 1) != 0;
}
