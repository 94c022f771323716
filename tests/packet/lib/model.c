/* SPDX-License-Identifier: BSD-3-Clause */
#include "model.h"

#include <string.h>

#include <bgw/port.h>

#include "dataplane.h"
#include "expect.h"
#include "flows.h"
#include "model_frame.h"
#include "port/port.h"

#define PLACES 32

static const struct model *model;
static uint32_t serial;
static uint32_t answers;
static uint64_t drops[RING_PORTS_END][BGW_DROP_COUNT];
static struct bgw_port_counters ports[RING_PORTS_END];
static struct bgw_traffic_counters attachment_counters[PLACES];
static struct bgw_traffic_counters connection_counters[PLACES];

/* A frame on its way. */
struct transit {
	const struct model_input *input;
	struct model_frame frame;
	const struct packet *inner; /* without the tags that an attachment takes off */
	uint16_t port;
	uint16_t domain;
	uint32_t headroom_bytes;
	bool keeps_tag;
	bool has_priority; /* a tag was taken off */
	bool flooded;
};

static const struct model_attachment *attachment_of(bgw_ref ref)
{
	return &model->attachments[bgw_ref_index(ref)];
}

static const struct model_connection *connection_of(bgw_ref ref)
{
	return &model->connections[bgw_ref_index(ref)];
}

static struct bgw_traffic_counters *counters_of(bgw_ref ref)
{
	return bgw_ref_is_connection(ref) ? &connection_counters[bgw_ref_index(ref)]
					  : &attachment_counters[bgw_ref_index(ref)];
}

static void dropped(const struct transit *transit, enum bgw_drop reason)
{
	drops[transit->port][reason]++;
}

static void dropped_at(const struct transit *transit, enum bgw_drop reason, bgw_ref ref)
{
	dropped(transit, reason);
	counters_of(ref)->dropped_pkts++;
}

static void attachment_open(uint32_t index)
{
	const struct model_attachment *from = &model->attachments[index];
	struct bgw_attachment_spec spec = {
		.port = from->port,
		.domain = from->domain,
		.kind = from->kind,
		.outer_vid = from->outer_vid,
		.inner_vid = from->inner_vid,
		.pcp = from->pcp,
		.admin_up = !from->down,
	};

	if (from->ipv4_only) {
		spec.allowed_ethertypes[0] = RTE_BE16(0x0800);
		spec.allowed_ethertypes_count = 1;
	}
	for (uint32_t i = 0; from->known_only && i < model->stations_count; i++)
		if (model->stations[i].place == at(index))
			spec.allowed_sources[spec.allowed_sources_count++] =
				mac(model->stations[i].mac);
	site_result(bgw_attachment_set(site_dp, index, &spec), 0, "attachment", HERE);
}

static void connection_open(uint32_t index)
{
	const struct model_connection *from = &model->connections[index];

	if (from->peer == index)
		peer(index, from->remote, .nvgre = from->encap == BGW_ENCAP_NVGRE);
	if (from->path == index)
		path(index, from->remote, .encap = from->encap, .keyless = from->keyless,
		     .port = from->port, .vlan = from->vlan, .dscp = from->dscp,
		     .state = from->state, .mtu_bytes = from->mtu_bytes,
		     .source_mac = mac(ring_port_mac(from->port)));
	tunnel(index, from->key, .domain = from->domain, .encap = from->encap,
	       .keyless = from->keyless, .peer = from->peer, .path = from->path,
	       .admin_up = !from->down, .mtu_signal = from->mtu_signal);
}

/* All of a domain, in the order of their indexes. */
static void domain_open(uint16_t id)
{
	bgw_ref targets[2 * PLACES];
	struct bgw_domain_spec spec = {.flood = targets};

	for (uint32_t i = 1; i < model->attachments_count; i++)
		if (model->attachments[i].domain == id)
			targets[spec.flood_count++] = at(i);
	for (uint32_t i = 1; i < model->connections_count; i++)
		if (model->connections[i].domain == id)
			targets[spec.flood_count++] = by(i);
	site_result(bgw_domain_set(site_dp, id, &spec), 0, "domain", HERE);
}

void model_open(const struct model *the_model)
{
	model = the_model;
	serial = 0;
	answers = 0;
	memset(drops, 0, sizeof(drops));
	memset(ports, 0, sizeof(ports));
	memset(attachment_counters, 0, sizeof(attachment_counters));
	memset(connection_counters, 0, sizeof(connection_counters));
	flows_reset();
	for (uint32_t i = 1; i < model->attachments_count; i++)
		attachment_open(i);
	for (uint32_t i = 1; i < model->connections_count; i++)
		connection_open(i);
	for (uint16_t id = 1; id <= 2; id++)
		domain_open(id);
	for (uint32_t i = 0; i < model->stations_count; i++)
		station(model->stations[i].domain, model->stations[i].mac,
			model->stations[i].place);
}

static uint32_t place_number(bgw_ref ref)
{
	return bgw_ref_index(ref) | (bgw_ref_is_connection(ref) ? PLACES : 0);
}

/* A frame's source, destination and content make a flow, by each target one of its own. */
static uint32_t flow_of(const struct transit *transit, bgw_ref target)
{
	const struct model_input *input = transit->input;

	return place_number(target) << 26 | place_number(input->source) << 20 |
	       (uint32_t)input->sender << 12 | (uint32_t)input->destination << 4 | input->content;
}

/* Of all that entropy may depend on, in 17 bits. */
static uint32_t entropy_label(const struct transit *transit, enum bgw_encap encap)
{
	const struct model_input *input = transit->input;
	const uint32_t sender = input->sender == FROM_NEW ? 31 : input->sender;
	const uint32_t destination = input->destination >= TO_BROADCAST
					     ? 28u + input->destination - TO_BROADCAST
					     : input->destination;

	return sender << 12 | destination << 7 | (uint32_t)input->content << 3 |
	       (uint32_t)input->flow << 1 | (encap == BGW_ENCAP_VXLAN);
}

static void port_sends(uint16_t port, uint32_t length)
{
	ports[port].tx_pkts++;
	ports[port].tx_bytes += length;
}

static void attachment_sends(const struct transit *transit, bgw_ref target,
			     const struct packet *bare)
{
	const struct model_attachment *to = attachment_of(target);
	const struct packet *frame = model_frame_tagged(
		bare, to->port == ACCESS_AD ? 0x88a8 : 0x8100,
		to->kind == BGW_ATTACHMENT_VLAN || to->kind == BGW_ATTACHMENT_QINQ ? to->outer_vid
										   : 0,
		to->kind == BGW_ATTACHMENT_QINQ ? to->inner_vid : 0,
		transit->has_priority ? transit->input->pcp : to->pcp);

	counters_of(target)->tx_pkts++;
	counters_of(target)->tx_bytes += bare->length_bytes;
	frame = frame->length_bytes < 60 ? packet_resize(frame, 60) : frame;
	port_sends(to->port, frame->length_bytes);
	flows_expect(to->port, flow_of(transit, target), frame);
}

static void to_attachment(const struct transit *transit, bgw_ref target)
{
	const struct model_attachment *to = attachment_of(target);
	const uint32_t tags_bytes = to->kind == BGW_ATTACHMENT_VLAN   ? 4
				    : to->kind == BGW_ATTACHMENT_QINQ ? 8
								      : 0;

	if (to->down)
		dropped_at(transit, BGW_DROP_ATTACHMENT_DOWN, target);
	else if (transit->keeps_tag && to->kind != BGW_ATTACHMENT_PORT)
		dropped_at(transit, BGW_DROP_INNER_VLAN, target);
	else if (transit->input->destination == TO_LINK_LOCAL)
		dropped_at(transit, BGW_DROP_LINK_LOCAL, target);
	else if (transit->headroom_bytes < tags_bytes)
		dropped_at(transit, BGW_DROP_NO_HEADROOM, target);
	else
		attachment_sends(transit, target, transit->inner);
}

static void connection_sends(const struct transit *transit, bgw_ref target)
{
	const struct model_connection *to = connection_of(target);
	const uint8_t tos = model_frame_tos(&transit->frame);
	const struct packet *packet = model_frame_encapsulated(
		to, to->dscp == BGW_DSCP_COPY ? tos : (uint8_t)(to->dscp << 2 | (tos & 3)),
		transit->inner);
	const uint32_t ip_at = to->vlan != 0 ? 18 : 14;

	counters_of(target)->tx_pkts++;
	counters_of(target)->tx_bytes += transit->inner->length_bytes;
	port_sends(to->port, packet->length_bytes);
	if (to->encap == BGW_ENCAP_VXLAN)
		flows_expect_entropy(to->port, flow_of(transit, target), packet,
				     entropy_label(transit, to->encap), ip_at + 20, 0xffff);
	else if (to->encap == BGW_ENCAP_NVGRE)
		flows_expect_entropy(to->port, flow_of(transit, target), packet,
				     entropy_label(transit, to->encap), ip_at + 26, 0x00ff);
	else
		flows_expect(to->port, flow_of(transit, target), packet);
}

static void too_big(const struct transit *transit, bgw_ref target, uint32_t inner_max_bytes)
{
	const struct packet *answer =
		connection_of(target)->mtu_signal && !transit->flooded &&
				bgw_ref_is_attachment(transit->input->source)
			? model_frame_answer(&transit->frame, inner_max_bytes - 14)
			: NULL;

	counters_of(target)->too_big_pkts++;
	dropped_at(transit, BGW_DROP_TOO_BIG, target);
	if (answer == NULL || transit->headroom_bytes < 48)
		return;
	answers++;
	attachment_sends(transit, transit->input->source, answer);
}

static void to_connection(const struct transit *transit, bgw_ref target)
{
	const struct model_connection *to = connection_of(target);
	const uint32_t inner_max_bytes = to->mtu_bytes - model_frame_overhead_bytes(to);

	if (to->down)
		dropped_at(transit, BGW_DROP_CONNECTION_DOWN, target);
	else if (to->state == BGW_PATH_UNRESOLVED)
		dropped_at(transit, BGW_DROP_PATH_UNRESOLVED, target);
	else if (to->state == BGW_PATH_NO_ROUTE)
		dropped_at(transit, BGW_DROP_PATH_NO_ROUTE, target);
	else if (transit->inner->length_bytes > inner_max_bytes)
		too_big(transit, target, inner_max_bytes);
	else if (transit->headroom_bytes < 64)
		dropped_at(transit, BGW_DROP_NO_HEADROOM, target);
	else
		connection_sends(transit, target);
}

static void to_place(const struct transit *transit, bgw_ref target)
{
	if (bgw_ref_is_connection(target))
		to_connection(transit, target);
	else
		to_attachment(transit, target);
}

static void to_all(struct transit *transit)
{
	const bgw_ref source = transit->input->source;

	transit->flooded = true;
	for (uint32_t i = 1; i < model->attachments_count; i++)
		if (model->attachments[i].domain == transit->domain && at(i) != source)
			to_place(transit, at(i));
	for (uint32_t i = 1; i < model->connections_count; i++)
		if (model->connections[i].domain == transit->domain &&
		    !bgw_ref_is_connection(source))
			to_place(transit, by(i));
}

static bool is_known(const struct model_input *input, uint16_t id)
{
	return input->destination < model->stations_count &&
	       model->stations[input->destination].domain == id;
}

static uint16_t domain_of(bgw_ref ref)
{
	return bgw_ref_is_connection(ref) ? connection_of(ref)->domain : attachment_of(ref)->domain;
}

bool model_is_known(const struct model_input *input)
{
	return is_known(input, domain_of(input->source));
}

static void bridge(struct transit *transit)
{
	const struct model_input *input = transit->input;
	bgw_ref target;

	if (input->sender == FROM_GROUP) {
		dropped_at(transit, BGW_DROP_BAD_SOURCE, input->source);
		return;
	}
	if (!is_known(input, transit->domain)) {
		to_all(transit);
		return;
	}
	target = model->stations[input->destination].place;
	if (bgw_ref_is_connection(target) && bgw_ref_is_connection(input->source))
		dropped_at(transit, BGW_DROP_SPLIT_HORIZON, input->source);
	else if (target == input->source)
		dropped_at(transit, BGW_DROP_SAME_ATTACHMENT, input->source);
	else
		to_place(transit, target);
}

/* Why the attachment does not let the frame in, or -1. */
static int attachment_refuses(const struct transit *transit, const struct model_attachment *from)
{
	const struct model_input *input = transit->input;

	if (from->down)
		return BGW_DROP_ATTACHMENT_DOWN;
	if (input->sender == FROM_GROUP)
		return BGW_DROP_BAD_SOURCE;
	if (input->destination == TO_LINK_LOCAL)
		return BGW_DROP_LINK_LOCAL;
	if (from->known_only && input->sender == FROM_NEW)
		return BGW_DROP_SOURCE_NOT_ALLOWED;
	if (from->ipv4_only && !model_content_is_ipv4(input->content))
		return BGW_DROP_ETHERTYPE_NOT_ALLOWED;
	return -1;
}

static void from_attachment(struct transit *transit)
{
	const struct model_input *input = transit->input;
	struct bgw_traffic_counters *counters = counters_of(input->source);
	int reason;

	if (input->shape == SHAPE_RUNT) {
		dropped(transit, BGW_DROP_RUNT);
		return;
	}
	if (input->fault == FAULT_TAG) {
		dropped(transit, BGW_DROP_NO_ATTACHMENT);
		return;
	}
	counters->rx_pkts++;
	counters->rx_bytes += transit->inner->length_bytes;
	reason = attachment_refuses(transit, attachment_of(input->source));
	if (reason >= 0)
		dropped_at(transit, (enum bgw_drop)reason, input->source);
	else
		bridge(transit);
}

static void from_connection(struct transit *transit)
{
	static const int reasons[FAULTS_OUTER] = {
		[FAULT_NONE] = -1,
		[FAULT_OPTIONS] = -1,
		[FAULT_MAC] = BGW_DROP_NOT_OUR_MAC,
		[FAULT_CHECKSUM] = BGW_DROP_BAD_IP_HEADER,
		[FAULT_FRAGMENT] = BGW_DROP_OUTER_FRAGMENT,
		[FAULT_REMOTE] = BGW_DROP_UNKNOWN_REMOTE,
		[FAULT_KEY] = BGW_DROP_UNKNOWN_KEY,
		[FAULT_VLAN] = BGW_DROP_OTHER_VLAN,
		[FAULT_NO_TUNNEL] = BGW_DROP_NOT_A_TUNNEL,
	};
	const struct model_input *input = transit->input;
	struct bgw_traffic_counters *counters = counters_of(input->source);

	if (input->shape == SHAPE_RUNT) {
		dropped(transit, BGW_DROP_RUNT);
		return;
	}
	if (reasons[input->fault] >= 0) {
		dropped(transit, (enum bgw_drop)reasons[input->fault]);
		return;
	}
	counters->rx_pkts++;
	counters->rx_bytes += transit->inner->length_bytes;
	if (connection_of(input->source)->down) {
		dropped_at(transit, BGW_DROP_CONNECTION_DOWN, input->source);
	} else if (!model_frame_is_marked(&transit->frame, input->outer_ecn)) {
		dropped_at(transit, BGW_DROP_ECN, input->source);
	} else {
		transit->inner = model_frame_build(&transit->frame);
		bridge(transit);
	}
}

static void port_receives(uint16_t port, uint32_t length)
{
	ports[port].rx_pkts++;
	ports[port].rx_bytes += length;
}

void model_give(const struct model_input *input)
{
	static const uint16_t tight[] = {0, 1, 3, 4, 8, 63, 64, 127};
	const bool tunnelled = bgw_ref_is_connection(input->source);
	struct transit transit = {
		.input = input,
		.domain = domain_of(input->source),
		.port = tunnelled ? connection_of(input->source)->port
				  : attachment_of(input->source)->port,
	};
	struct ring_port_shape shape = {
		.headroom_bytes = input->shape == SHAPE_TIGHT ? tight[serial % 8] : 128,
		.segments = input->shape == SHAPE_CHAIN ? (uint16_t)(2 + serial % 4) : 1,
	};
	struct model_frame_place place;
	const struct packet *given;

	transit.frame = model_frame_of(model, input, serial++);
	transit.inner = model_frame_build(&transit.frame);
	if (tunnelled) {
		given = model_frame_received(connection_of(input->source), input, transit.inner);
		transit.headroom_bytes =
			shape.headroom_bytes + given->length_bytes - transit.inner->length_bytes;
	} else {
		place = model_frame_placed(attachment_of(input->source), input, transit.inner);
		given = place.packet;
		shape.vlan_stripped = place.vlan_stripped;
		shape.vlan_tci = place.vlan_tci;
		transit.headroom_bytes =
			shape.headroom_bytes + place.tags_bytes - (place.vlan_stripped ? 4u : 0);
		transit.has_priority = place.tags_bytes > 0;
	}
	transit.keeps_tag = input->content == CONTENT_TAGGED;
	if (input->shape == SHAPE_RUNT)
		given = packet_resize(given, serial % 14);
	ring_port_give(transit.port, given, &shape);
	expect_given(transit.port);
	port_receives(transit.port, given->length_bytes);
	if (tunnelled)
		from_connection(&transit);
	else
		from_attachment(&transit);
}

uint32_t model_answers(void)
{
	return answers;
}

static void port_check(uint16_t port)
{
	struct bgw_port_counters counters;

	bgw_port_counters_get(site_dp, port, &counters);
	if (counters.rx_pkts != ports[port].rx_pkts || counters.rx_bytes != ports[port].rx_bytes ||
	    counters.tx_pkts != ports[port].tx_pkts || counters.tx_bytes != ports[port].tx_bytes)
		expect_fail(HERE,
			    "counters of port %s: rx %lu (%lu B) tx %lu (%lu B); expected rx "
			    "%lu (%lu B) tx %lu (%lu B)",
			    ring_port_name(port), counters.rx_pkts, counters.rx_bytes,
			    counters.tx_pkts, counters.tx_bytes, ports[port].rx_pkts,
			    ports[port].rx_bytes, ports[port].tx_pkts, ports[port].tx_bytes);
	for (int reason = 0; reason < BGW_DROP_COUNT; reason++)
		if (counters.drops[reason] != drops[port][reason])
			expect_fail(HERE, "port %s dropped %lu as %s, expected %lu",
				    ring_port_name(port), counters.drops[reason],
				    bgw_drop_name((enum bgw_drop)reason), drops[port][reason]);
}

void model_check(void)
{
	/* As after a second without answers. */
	for (uint32_t i = 1; i < model->connections_count; i++)
		site_dp->signal_meters[i] = 0;
	site_run();
	answers = 0;
	flows_check();
	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++)
		port_check(port);
	for (uint32_t i = 1; i < model->attachments_count; i++)
		site_expect_traffic(false, i, &attachment_counters[i], HERE);
	for (uint32_t i = 1; i < model->connections_count; i++)
		site_expect_traffic(true, i, &connection_counters[i], HERE);
	/* The drops are stated. */
	site_expect_anything();
	packet_free_all();
}
