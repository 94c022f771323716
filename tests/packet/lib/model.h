/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_MODEL_H
#define PACKET_MODEL_H

#include "site.h"

/*
 * A second gateway, of the plainest kind: it takes one frame after the other and knows nothing of
 * bursts. Given what comes in it says what the first has to send, drop and count, and
 * model_check() holds it to that.
 *
 * Both are made from the tables here. Index 0 of a table is nobody.
 */
struct model_attachment {
	uint16_t port;
	uint16_t domain;
	enum bgw_attachment_kind kind;
	uint16_t outer_vid, inner_vid;
	uint8_t pcp;
	bool down;
	bool ipv4_only;	 /* a list of ethertypes */
	bool known_only; /* a list of sources: the stations that are there */
};

struct model_connection {
	uint16_t domain;
	enum bgw_encap encap;
	bool keyless;
	uint32_t key;
	uint32_t peer, path; /* its own index, or a connection's with which it shares them */
	const char *remote;
	uint16_t port;
	uint16_t vlan;
	int8_t dscp; /* BGW_DSCP_COPY, or 1 .. 63 */
	uint16_t mtu_bytes;
	enum bgw_path_state state;
	bool down;
	bool mtu_signal;
};

struct model_station {
	uint16_t domain;
	const char *mac;
	bgw_ref place;
};

struct model {
	const struct model_attachment *attachments;
	uint32_t attachments_count;
	const struct model_connection *connections;
	uint32_t connections_count;
	const struct model_station *stations;
	uint32_t stations_count;
};

/* Destinations that are no station: after their indexes. */
enum model_destination {
	TO_BROADCAST = 100,
	TO_MULTICAST,
	TO_UNKNOWN,
	TO_LINK_LOCAL,
};

/* Sources that are no station of the place. */
enum model_sender {
	FROM_NEW = 100, /* of whom the gateway did not hear yet */
	FROM_GROUP,
};

enum model_content {
	CONTENT_IPV4,
	CONTENT_IPV4_OPTIONS,
	CONTENT_IPV4_FRAGMENT,
	CONTENT_IPV4_LONG, /* more than is copied, and more than a small MTU */
	CONTENT_IPV6,
	CONTENT_ARP,
	CONTENT_OTHER,
	CONTENT_TAGGED, /* IPv4 behind a VLAN tag that is kept */
	CONTENT_SHORT,	/* less than Ethernet's minimum */
	CONTENTS,
};

enum model_shape {
	SHAPE_PLAIN,
	SHAPE_CHAIN,
	SHAPE_STRIPPED, /* the outer tag beside the frame, if it has one */
	SHAPE_TIGHT,	/* little headroom; to one station */
	SHAPE_RUNT,
	SHAPES,
};

/* What is wrong with the outer headers, or with the tags. */
enum model_fault {
	FAULT_NONE,
	FAULT_MAC,
	FAULT_CHECKSUM,
	FAULT_FRAGMENT,
	FAULT_REMOTE,
	FAULT_KEY,
	FAULT_VLAN,
	FAULT_NO_TUNNEL,
	FAULT_OPTIONS, /* none: they are passed over */
	FAULTS_OUTER,
	FAULT_TAG = FAULTS_OUTER, /* of no attachment */
};

struct model_input {
	bgw_ref source;
	uint8_t sender;	     /* station, or enum model_sender */
	uint8_t destination; /* station, or enum model_destination */
	uint8_t content;
	uint8_t shape;
	uint8_t fault;
	uint8_t flow;	   /* 0 .. 3: addresses and ports */
	uint8_t tos;	   /* of the inner packet */
	uint8_t outer_ecn; /* of the outer one */
	uint8_t pcp;
};

/* Makes the gateway, and forgets what was before. */
void model_open(const struct model *model);
/* Gives the frame to its port, and works out what has to come of it. */
void model_give(const struct model_input *input);
/* Frames that would be answered with an ICMP error since the last check: at most 10 are. */
uint32_t model_answers(void);
/* Runs the gateway, and compares frames, drops and counters. */
void model_check(void);
/* Whether its destination is a station of its domain: else it is flooded. */
bool model_is_known(const struct model_input *input);

#endif
