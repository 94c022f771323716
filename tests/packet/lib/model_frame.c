/* SPDX-License-Identifier: BSD-3-Clause */
#include "model_frame.h"

#include <arpa/inet.h>
#include <string.h>

#define NEW_STATION "02:77:00:00:00:01"
#define NOBODY	    "203.0.113.77"

static const char *const flow_from[] = {"10.0.0.1", "10.0.0.2", "10.1.0.1", "172.16.0.1"};
static const char *const flow_from_v6[] = {"2001:db8::1", "2001:db8::2", "2001:db8:1::1",
					   "2001:db8:ffff::1"};

static const char *address_of(const struct model *model, uint8_t number)
{
	switch (number) {
	case TO_BROADCAST:
		return BROADCAST;
	case TO_MULTICAST:
		return MULTICAST;
	case TO_UNKNOWN:
		return STRANGER;
	case TO_LINK_LOCAL:
		return "01:80:c2:00:00:0e";
	default:
		return model->stations[number].mac;
	}
}

static const char *sender_of(const struct model *model, uint8_t number)
{
	if (number == FROM_NEW)
		return NEW_STATION;
	return number == FROM_GROUP ? MULTICAST : model->stations[number].mac;
}

struct model_frame model_frame_of(const struct model *model, const struct model_input *input,
				  uint32_t number)
{
	return (struct model_frame){
		.from = sender_of(model, input->sender),
		.to = address_of(model, input->destination),
		.content = input->content,
		.flow = input->flow,
		.tos = input->tos,
		.number = number,
	};
}

bool model_content_is_ipv4(uint8_t content)
{
	return content == CONTENT_IPV4 || content == CONTENT_IPV4_OPTIONS ||
	       content == CONTENT_IPV4_FRAGMENT || content == CONTENT_IPV4_LONG ||
	       content == CONTENT_TAGGED;
}

static const struct packet *ipv4_build(const struct model_frame *frame)
{
	const uint32_t number = htonl(frame->number);
	struct ipv4_args args = {
		.from = flow_from[frame->flow],
		.to = "10.9.0.1",
		.tos = frame->tos,
		.id = (uint16_t)frame->number,
		.df = true,
	};
	struct layer layers[6];
	size_t count = 0;

	layers[count++] = eth(frame->from, frame->to);
	if (frame->content == CONTENT_TAGGED)
		layers[count++] = vlan(77, .pcp = 3);
	if (frame->content == CONTENT_IPV4_OPTIONS)
		args.options_bytes = 8;
	if (frame->content == CONTENT_IPV4_FRAGMENT) {
		args.df = false;
		args.offset = 100;
		args.protocol = 17;
	}
	layers[count++] = layer_ipv4(args);
	if (frame->content != CONTENT_IPV4_FRAGMENT)
		layers[count++] = udp(1000u + frame->flow, 2000);
	layers[count++] =
		payload(frame->content == CONTENT_IPV4_LONG ? 700 : 14 + frame->number % 90);
	layers[count++] = bytes_of(&number, sizeof(number));
	return packet_build(layers, count);
}

const struct packet *model_frame_build(const struct model_frame *frame)
{
	const uint32_t number = htonl(frame->number);
	const struct layer last = bytes_of(&number, sizeof(number));

	if (model_content_is_ipv4(frame->content))
		return ipv4_build(frame);
	if (frame->content == CONTENT_IPV6)
		return PACKET(eth(frame->from, frame->to),
			      ipv6(flow_from_v6[frame->flow], "2001:db8:9::1",
				   .traffic_class = frame->tos),
			      udp(1000u + frame->flow, 2000), payload(frame->number % 90), last);
	if (frame->content == CONTENT_ARP)
		return PACKET(eth(frame->from, frame->to),
			      arp(1, frame->from, flow_from[frame->flow], "00:00:00:00:00:00",
				  "10.9.0.1"),
			      payload(18), last);
	if (frame->content == CONTENT_SHORT)
		return PACKET(eth(frame->from, frame->to), payload(frame->number % 30), last);
	return PACKET(eth(frame->from, frame->to), payload(46 + frame->number % 90), last);
}

static bool has_tos(const struct model_frame *frame)
{
	return model_content_is_ipv4(frame->content) || frame->content == CONTENT_IPV6;
}

uint8_t model_frame_tos(const struct model_frame *frame)
{
	return has_tos(frame) ? frame->tos : 0;
}

bool model_frame_is_marked(struct model_frame *frame, uint8_t outer_ecn)
{
	const uint8_t ecn = frame->tos & 3;

	if (!has_tos(frame) || outer_ecn == 0 || outer_ecn == 2)
		return true;
	if (outer_ecn == 3 && ecn == 0)
		return false;
	if (outer_ecn == 3)
		frame->tos |= 3;
	else if (ecn == 2)
		frame->tos = (uint8_t)((frame->tos & ~3) | 1);
	return true;
}

static struct packet *tag_insert(const struct packet *frame, uint16_t tpid, uint16_t tci)
{
	struct packet *tagged = packet_resize(frame, frame->length_bytes + 4);

	memmove(tagged->bytes + 16, frame->bytes + 12, frame->length_bytes - 12);
	tagged->bytes[12] = (uint8_t)(tpid >> 8);
	tagged->bytes[13] = (uint8_t)tpid;
	tagged->bytes[14] = (uint8_t)(tci >> 8);
	tagged->bytes[15] = (uint8_t)tci;
	return tagged;
}

const struct packet *model_frame_tagged(const struct packet *frame, uint16_t tpid,
					uint16_t outer_vid, uint16_t inner_vid, uint8_t pcp)
{
	if (inner_vid != 0)
		frame = tag_insert(frame, 0x8100, (uint16_t)(pcp << 13 | inner_vid));
	if (outer_vid != 0)
		frame = tag_insert(frame, tpid, (uint16_t)(pcp << 13 | outer_vid));
	return frame;
}

struct model_frame_place model_frame_placed(const struct model_attachment *from,
					    const struct model_input *input,
					    const struct packet *frame)
{
	const uint16_t tpid = from->port == ACCESS_AD ? 0x88a8 : 0x8100;
	struct model_frame_place place = {.packet = frame};

	if (from->kind == BGW_ATTACHMENT_QINQ) {
		place.packet =
			tag_insert(frame, 0x8100, (uint16_t)(input->pcp << 13 | from->inner_vid));
		place.tags_bytes = 4;
	}
	place.vlan_tci = (uint16_t)(input->pcp << 13 | from->outer_vid);
	if (input->fault == FAULT_TAG)
		place.vlan_tci = 4000;
	else if (from->outer_vid == 0)
		return place;
	place.tags_bytes += 4;
	place.vlan_stripped = input->shape == SHAPE_STRIPPED;
	if (!place.vlan_stripped)
		place.packet = tag_insert(place.packet, tpid, place.vlan_tci);
	return place;
}

static struct layer shim(const struct model_connection *connection, uint32_t key, bool any)
{
	if (connection->encap == BGW_ENCAP_VXLAN)
		return vxlan(key);
	if (connection->encap == BGW_ENCAP_NVGRE)
		return gre(.has_key = true, .key = key << 8 | (any ? 0 : key % 200),
			   .any_flow_id = any);
	return connection->keyless ? gre(.key = 0) : gre(.has_key = true, .key = key);
}

uint32_t model_frame_overhead_bytes(const struct model_connection *connection)
{
	const struct layer layer = shim(connection, 0, true);

	return 20 + (connection->encap == BGW_ENCAP_VXLAN ? 8u : 0) + layer.length_bytes;
}

const struct packet *model_frame_encapsulated(const struct model_connection *to, uint8_t tos,
					      const struct packet *frame)
{
	struct layer layers[6];
	size_t count = 0;

	layers[count++] = eth(ring_port_mac(to->port), NEXT_HOP_1);
	if (to->vlan != 0)
		layers[count++] = vlan(to->vlan);
	layers[count++] = ipv4(VTEP, to->remote, .df = true, .tos = tos);
	if (to->encap == BGW_ENCAP_VXLAN)
		layers[count++] = udp(ANY, 4789, .no_checksum = true);
	layers[count++] = shim(to, to->key, true);
	layers[count++] = inner(frame);
	return packet_build(layers, count);
}

const struct packet *model_frame_received(const struct model_connection *from,
					  const struct model_input *input,
					  const struct packet *frame)
{
	const uint8_t fault = input->fault;
	struct ipv4_args ip_args = {
		.from = fault == FAULT_REMOTE ? NOBODY : from->remote,
		.to = VTEP,
		.tos = input->outer_ecn,
		.checksum_error = fault == FAULT_CHECKSUM ? 0x0101 : 0,
		.mf = fault == FAULT_FRAGMENT,
		.options_bytes = fault == FAULT_OPTIONS ? 12 : 0,
	};
	/* A key that no connection has, unless the tunnel has none. */
	const uint32_t key = fault == FAULT_KEY ? 0xabcdef : from->key;
	struct layer layers[6];
	size_t count = 0;

	layers[count++] =
		eth(NEXT_HOP_1, fault == FAULT_MAC ? STRANGER : ring_port_mac(from->port));
	if (fault == FAULT_VLAN)
		layers[count++] = vlan(99);
	layers[count++] = layer_ipv4(ip_args);
	if (fault == FAULT_NO_TUNNEL)
		layers[count++] = udp(500, 500, .no_checksum = true);
	else if (from->encap == BGW_ENCAP_VXLAN)
		layers[count++] = udp(50000, 4789, .no_checksum = true);
	if (fault == FAULT_KEY && from->keyless)
		layers[count++] = gre(.has_key = true, .key = key);
	else
		layers[count++] = shim(from, key, false);
	layers[count++] = inner(frame);
	return packet_build(layers, count);
}

const struct packet *model_frame_answer(const struct model_frame *frame, uint32_t mtu_bytes)
{
	const struct packet *packet = model_frame_build(frame);
	const uint32_t length = packet->length_bytes - 14;

	/* The only content that is longer than a path of the models can carry. */
	if (frame->content != CONTENT_IPV4_LONG)
		return NULL;
	return PACKET(eth(frame->to, frame->from),
		      ipv4("10.9.0.1", flow_from[frame->flow], .df = true), icmp(3, 4, mtu_bytes),
		      bytes_of(packet->bytes + 14, length < 548 ? length : 548));
}
