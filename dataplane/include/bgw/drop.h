/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_DROP_H
#define BGW_DROP_H

/*
 * Why a frame was dropped.
 *
 * Every frame that the gateway does not pass on is counted under exactly one of these reasons, by
 * the port on which it (or, for a replica, its original) came in. The names are what the API, the
 * metrics and bgwctl show. A new reason is one row here: enumeration, name and help follow.
 */
/* clang-format off */
#define BGW_DROP_LIST(X)                                                                           \
	/* any port */                                                                             \
	X(PORT_DOWN, port_down, "the port is administratively down")                               \
	X(RUNT, runt, "too short for the headers that it claims to have")                          \
	X(OVERSIZED, oversized, "longer than the port that it should leave by can send")           \
	X(CHAINED, chained, "spread over several buffers that could not be made one")              \
	X(NO_MBUF, no_mbuf, "no buffer was free for a copy")                                       \
	X(NO_HEADROOM, no_headroom, "no room for another header before the frame")                 \
	X(TX_FULL, tx_full, "the transmit queue did not take it")                                  \
	X(TX_HANDOVER_FULL, tx_handover_full,                                                      \
	  "the ring to the worker that owns the transmit queue is full")                           \
	X(NO_PORT, no_port, "the port that it should leave by does not exist any more")            \
	/* access side */                                                                          \
	X(NO_ATTACHMENT, no_attachment, "no attachment of the port claims its tags")               \
	X(ATTACHMENT_DOWN, attachment_down, "its attachment is administratively down")             \
	X(BAD_SOURCE, bad_source, "its source address is zero or a group address")                 \
	X(LINK_LOCAL, link_local, "its destination is 01-80-C2-00-00-00 to -0F")                   \
	X(BROADCAST_LIMIT, broadcast_limit, "over the attachment's broadcast limit")               \
	X(MULTICAST_LIMIT, multicast_limit, "over the attachment's multicast limit")               \
	X(UNKNOWN_UNICAST_LIMIT, unknown_unicast_limit,                                            \
	  "over the attachment's unknown unicast limit")                                           \
	X(SOURCE_NOT_ALLOWED, source_not_allowed, "its source is not on the attachment's list")    \
	X(ETHERTYPE_NOT_ALLOWED, ethertype_not_allowed,                                            \
	  "its ethertype is not on the attachment's list")                                         \
	X(MAC_LIMIT, mac_limit, "a new source, and the attachment has all that it may have")       \
	/* bridge */                                                                               \
	X(NO_DOMAIN, no_domain, "its network does not exist any more")                             \
	X(NO_FLOOD_TARGET, no_flood_target, "to be flooded, and there is nowhere to flood it to")  \
	X(SAME_ATTACHMENT, same_attachment, "its destination is on the attachment it came from")   \
	X(SPLIT_HORIZON, split_horizon, "from a tunnel, and its destination is behind a tunnel")   \
	X(INNER_VLAN, inner_vlan, "tagged, and the attachment it should leave by keeps no tags")   \
	X(STALE_TARGET, stale_target, "its destination was being deleted")                         \
	/* underlay, received */                                                                   \
	X(NOT_OUR_MAC, not_our_mac, "sent to another station's address")                           \
	X(OTHER_VLAN, other_vlan,                                                                  \
	  "tagged otherwise than the underlay, on a port whose other traffic nobody takes")        \
	X(NOT_IP, not_ip, "no IPv4 packet, on a port whose other traffic nobody takes")            \
	X(BAD_IP_HEADER, bad_ip_header, "outer IP header wrong: version, length or checksum")      \
	X(OUTER_FRAGMENT, outer_fragment, "a fragment of a tunnel packet")                         \
	X(NOT_OUR_ADDRESS, not_our_address, "outer destination is no address of this gateway")     \
	X(NOT_A_TUNNEL, not_a_tunnel,                                                              \
	  "no tunnel protocol, on a port whose other traffic nobody takes")                        \
	X(BAD_UDP, bad_udp, "outer UDP length wrong")                                              \
	X(BAD_UDP_CHECKSUM, bad_udp_checksum, "outer UDP checksum present and wrong")              \
	X(BAD_VXLAN_HEADER, bad_vxlan_header, "the VXLAN header's I flag is not set")              \
	X(BAD_GRE_HEADER, bad_gre_header, "GRE version, flags, checksum or protocol not ours")     \
	X(UNKNOWN_REMOTE, unknown_remote, "from an address that is no known remote gateway")       \
	X(UNKNOWN_KEY, unknown_key,                                                                \
	  "no connection of the remote gateway has this segmentation id")                          \
	X(CONNECTION_DOWN, connection_down, "its connection is administratively down")             \
	X(ECN, ecn, "outer says congestion, and inner cannot carry that (RFC 6040)")               \
	X(TO_LINUX_FULL, to_linux_full, "the ring to Linux is full")                               \
	/* negotiation, received; in the order of what is checked */                               \
	X(NEGOTIATION_UNKNOWN_PEER, negotiation_unknown_peer,                                      \
	  "from an address with which no negotiation is on")                                       \
	X(NEGOTIATION_HANDOVER_FULL, negotiation_handover_full,                                    \
	  "the ring to the worker that owns the session is full")                                  \
	X(NEGOTIATION_MALFORMED, negotiation_malformed,                                            \
	  "version, kind, length or a member of the datagram is wrong")                            \
	X(NEGOTIATION_UNKNOWN_SESSION, negotiation_unknown_session,                                \
	  "not with the id and nonce of the peer's session")                                       \
	X(NEGOTIATION_REPLAYED, negotiation_replayed,                                              \
	  "its counter was there before, or is too old to tell")                                   \
	X(NEGOTIATION_SHARE, negotiation_share, "over negotiation's share of a burst")             \
	X(NEGOTIATION_FORGED, negotiation_forged, "its tag is wrong")                              \
	X(NEGOTIATION_POLICED, negotiation_policed, "a hello over the peer's rate")                \
	X(NEGOTIATION_REPORT_FULL, negotiation_report_full,                                        \
	  "a hello, and the ring to control is full")                                              \
	/* underlay, sent */                                                                       \
	X(PATH_UNRESOLVED, path_unresolved, "the next hop is not resolved")                        \
	X(PATH_NO_ROUTE, path_no_route, "there is no route to the remote gateway")                 \
	X(PATH_LINK_DOWN, path_link_down, "the link to the next hop is down")                      \
	X(TOO_BIG, too_big, "does not fit the tunnel's MTU")
/* clang-format on */

enum bgw_drop {
#define X(id, name, help) BGW_DROP_##id,
	BGW_DROP_LIST(X)
#undef X
	BGW_DROP_COUNT
};

/* The reason's name as the API shows it, and one line on what it means. Any thread. */
const char *bgw_drop_name(enum bgw_drop reason);
const char *bgw_drop_help(enum bgw_drop reason);

#endif
