/* SPDX-License-Identifier: BSD-3-Clause */
#include "options_traffic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <bgw/why.h>
#include <encap/row.h>
#include <utf8.h>

#include "value.h"

#define VLAN_MAX   4094
#define VXLAN_PORT 4789
#define CORE_MAX   4095
#define MACS_MAX   1048576u
/* Of a list, before it is cut up, in the sentence that refuses it. */
#define GIVEN_SIZE 80

#define REFUSE(...) bgw_refuse(why, why_size, EINVAL, __VA_ARGS__)

static int port_find(const struct options *options, const char *name)
{
	for (int i = 0; i < options->ports_count; i++)
		if (strcmp(options->ports[i].name, name) == 0)
			return i;
	return -1;
}

int options_read_port(struct options *options, char *text, char *why, size_t why_size)
{
	struct port_options *port = &options->ports[options->ports_count];
	char *device = strchr(text, '=');

	if (device == NULL || device == text || device[1] == '\0')
		return REFUSE("--port %s: give NAME=DEVICE, as lan=net_memif0,role=client,... or "
			      "lan=0000:3b:00.0",
			      text);
	*device++ = '\0';
	if (options->ports_count == GENERATOR_PORTS_MAX)
		return REFUSE("--port %s: there are %d ports already, the most there can be", text,
			      GENERATOR_PORTS_MAX);
	if (strlen(text) >= sizeof(port->name) || strpbrk(text, ":,") != NULL)
		return REFUSE("--port %s: a name has at most %zu characters, and no ':' or ','",
			      text, sizeof(port->name) - 1);
	if (port_find(options, text) >= 0)
		return REFUSE("--port %s: there is a port of this name already", text);
	if (strlen(device) >= sizeof(port->device))
		return REFUSE("--port %s: the device has more than %zu characters", text,
			      sizeof(port->device) - 1);
	if (!utf8_is_valid(text) || !utf8_is_valid(device))
		return REFUSE("--port: name and device must be UTF-8, for reports show them");
	strcpy(port->name, text);
	strcpy(port->device, device);
	options->ports_count++;
	return 0;
}

/* The port of "NAME=...", whose value *value becomes; NULL with the sentence. */
static struct port_options *port_of(struct options *options, const char *option, char *text,
				    char **value, char *why, size_t why_size)
{
	char *equals = strchr(text, '=');
	int at;

	if (equals == NULL) {
		REFUSE("%s %s: give NAME=..., the name of a --port before it", option, text);
		return NULL;
	}
	*equals = '\0';
	*value = equals + 1;
	at = port_find(options, text);
	if (at >= 0)
		return &options->ports[at];
	REFUSE("%s %s: there is no port of this name: give its --port before it", option, text);
	return NULL;
}

int options_read_tags(struct options *options, char *text, char *why, size_t why_size)
{
	char *list;
	struct port_options *port = port_of(options, "--tags", text, &list, why, why_size);
	char *outer, *inner;

	if (port == NULL)
		return -EINVAL;
	outer = value_part(&list, '.');
	inner = list;
	if (!value_range(outer, 1, VLAN_MAX, &port->tags.outer) ||
	    (inner != NULL && !value_range(inner, 1, VLAN_MAX, &port->tags.inner)))
		return REFUSE("--tags %s: give VLAN ids from 1 to %d: V, A-B, or OUTER.INNER",
			      port->name, VLAN_MAX);
	return 0;
}

/* One KEY=VALUE of a tunnel. False: it is none, or its value is wrong. */
static bool tunnel_member(struct frame_tunnel *tunnel, const char *key, const char *value)
{
	struct frame_range range;

	if (strcmp(key, "keyless") == 0 && value == NULL)
		return tunnel->keyless = true;
	if (value == NULL)
		return false;
	if (strcmp(key, "local") == 0)
		return value_ipv4(value, &tunnel->local);
	if (strcmp(key, "remote") == 0)
		return value_ipv4(value, &tunnel->remote);
	if (strcmp(key, "source-mac") == 0)
		return value_mac(value, &tunnel->source_mac);
	if (strcmp(key, "next-hop-mac") == 0)
		return value_mac(value, &tunnel->next_hop_mac);
	if (strcmp(key, "id") == 0)
		return value_range(value, 0, 0xffffff, &tunnel->ids);
	if (strcmp(key, "vlan") == 0 && value_range(value, 1, VLAN_MAX, &range))
		tunnel->vlan = (uint16_t)range.first;
	else if (strcmp(key, "udp-port") == 0 && value_range(value, 1, UINT16_MAX, &range))
		tunnel->udp_port = (uint16_t)range.first;
	else
		return false;
	return range.count == 1;
}

int options_read_tunnel(struct options *options, char *text, char *why, size_t why_size)
{
	char *list;
	struct port_options *port = port_of(options, "--tunnel", text, &list, why, why_size);
	struct frame_tunnel tunnel = {.is_used = true, .udp_port = VXLAN_PORT, .ids = {1, 1}};
	char *key;

	if (port == NULL)
		return -EINVAL;
	key = value_part(&list, ',');
	if (key == NULL || !encap_find(key, &tunnel.encap))
		return REFUSE("--tunnel %s=%s: the kind is one of" ENCAP_NAMES, port->name,
			      key != NULL ? key : "");
	while ((key = value_part(&list, ',')) != NULL) {
		char *value = key;

		value_part(&value, '=');
		if (!tunnel_member(&tunnel, key, value))
			return REFUSE("--tunnel %s: %s%s%s is not known or out of range: give "
				      "local=IPV4, remote=IPV4, source-mac=MAC, next-hop-mac=MAC, "
				      "id=N or A-B, vlan=1..4094, udp-port=1..65535, keyless",
				      port->name, key, value != NULL ? "=" : "",
				      value != NULL ? value : "");
	}
	if (tunnel.local == 0 || tunnel.remote == 0 || rte_is_zero_ether_addr(&tunnel.source_mac) ||
	    rte_is_zero_ether_addr(&tunnel.next_hop_mac))
		return REFUSE("--tunnel %s: local, remote, source-mac and next-hop-mac are needed",
			      port->name);
	if (tunnel.keyless && (tunnel.encap != BGW_ENCAP_GRE || tunnel.ids.count > 1))
		return REFUSE("--tunnel %s: keyless is for gre alone, without ids", port->name);
	if (!tunnel.keyless &&
	    (tunnel.ids.first < bgw_encap_key_min(tunnel.encap) ||
	     tunnel.ids.first + tunnel.ids.count - 1 > bgw_encap_key_max(tunnel.encap)))
		return REFUSE("--tunnel %s: ids of this kind are %u to %u", port->name,
			      bgw_encap_key_min(tunnel.encap), bgw_encap_key_max(tunnel.encap));
	port->tunnel = tunnel;
	return 0;
}

static bool number_read(const char *text, uint32_t max, uint32_t *value)
{
	uint64_t number;

	if (text == NULL || !value_count(text, &number) || number < 1 || number > max)
		return false;
	*value = (uint32_t)number;
	return true;
}

static bool pair_member(struct pair_options *pair, const char *key, const char *value)
{
	if (strcmp(key, "both") == 0 && value == NULL)
		return pair->both = true;
	if (strcmp(key, "flows") == 0)
		return number_read(value, OPTIONS_FLOWS_MAX, &pair->flows);
	if (strcmp(key, "source-macs") == 0)
		return number_read(value, MACS_MAX, &pair->near_macs);
	if (strcmp(key, "destination-macs") == 0)
		return number_read(value, MACS_MAX, &pair->far_macs);
	if (strcmp(key, "macs") != 0 || !number_read(value, MACS_MAX, &pair->near_macs))
		return false;
	pair->far_macs = pair->near_macs;
	return true;
}

int options_read_stream(struct options *options, char *text, char *why, size_t why_size)
{
	struct pair_options pair = {.near_macs = 1, .far_macs = 1};
	char *list = text;
	char *to = value_part(&list, ',');
	const char *from = value_part(&to, ':');
	const int near = port_find(options, from);
	const int far = to != NULL ? port_find(options, to) : -1;
	char *key;

	if (near < 0 || far < 0 || near == far)
		return REFUSE("--stream %s%s%s: give FROM:TO, the names of two different ports "
			      "whose --port stands before it",
			      from, to != NULL ? ":" : "", to != NULL ? to : "");
	if (options->pairs_count == OPTIONS_PAIRS_MAX)
		return REFUSE("--stream %s:%s: there are %d streams already, the most there can be",
			      from, to, OPTIONS_PAIRS_MAX);
	pair.from = (uint16_t)near;
	pair.to = (uint16_t)far;
	while ((key = value_part(&list, ',')) != NULL) {
		char *value = key;

		value_part(&value, '=');
		if (!pair_member(&pair, key, value))
			return REFUSE("--stream %s:%s: %s%s%s is not known or out of range: give "
				      "both, flows=1..%u, macs=, source-macs= or "
				      "destination-macs=1..%u",
				      from, to, key, value != NULL ? "=" : "",
				      value != NULL ? value : "", OPTIONS_FLOWS_MAX, MACS_MAX);
	}
	options->pairs[options->pairs_count++] = pair;
	return 0;
}

static bool size_read(const char *text, uint16_t *size)
{
	struct frame_range range;

	if (!value_range(text, FRAME_SIZE_MIN, FRAME_SIZE_MAX, &range) || range.count != 1)
		return false;
	*size = (uint16_t)range.first;
	return true;
}

static struct frames_options *frames_next(struct options *options)
{
	if (options->frames_count == OPTIONS_FRAMES_MAX)
		return NULL;
	return &options->frames[options->frames_count++];
}

static bool frames_add_size(struct options *options, uint16_t size, bool may_grow)
{
	struct frames_options *frames = frames_next(options);

	if (frames == NULL)
		return false;
	*frames = (struct frames_options){
		.mix = {.sizes = {size}, .weights = {1}, .count = 1},
		.may_grow = may_grow,
	};
	snprintf(frames->label, sizeof(frames->label), "%u", size);
	return true;
}

/* SIZE:WEIGHT+SIZE:WEIGHT */
static bool frames_add_mix(struct options *options, const char *label, char *text, bool may_grow)
{
	struct frames_options *frames = frames_next(options);
	char *part;

	if (frames == NULL)
		return false;
	*frames = (struct frames_options){.may_grow = may_grow};
	snprintf(frames->label, sizeof(frames->label), "%s", label);
	while ((part = value_part(&text, '+')) != NULL) {
		const char *size = value_part(&part, ':');
		uint32_t weight = 1;

		if (frames->mix.count == TEMPLATE_SIZES_MAX ||
		    !size_read(size, &frames->mix.sizes[frames->mix.count]) ||
		    (part != NULL && !number_read(part, 100, &weight)))
			return false;
		frames->mix.weights[frames->mix.count++] = (uint16_t)weight;
	}
	return template_pattern_entries(&frames->mix) <= TEMPLATE_PATTERN_MAX;
}

static bool frames_add(struct options *options, char *text)
{
	static const uint16_t sizes[] = {64, 128, 256, 512, 1024, 1280, 1518};
	char imix[] = "64:7+570:4+1518:1";
	uint16_t size;

	if (strcmp(text, "rfc2544") == 0) {
		for (size_t i = 0; i < RTE_DIM(sizes); i++)
			if (!frames_add_size(options, sizes[i], true))
				return false;
		return true;
	}
	if (strcmp(text, "jumbo") == 0)
		return frames_add_size(options, 9000, true);
	if (strcmp(text, "imix") == 0)
		return frames_add_mix(options, text, imix, true);
	if (strncmp(text, "imix=", 5) == 0)
		return frames_add_mix(options, "mix", text + 5, false);
	return size_read(text, &size) && frames_add_size(options, size, false);
}

int options_read_frames(struct options *options, char *text, char *why, size_t why_size)
{
	char given[GIVEN_SIZE];
	char *part;

	options->frames_count = 0;
	snprintf(given, sizeof(given), "%s", text);
	while ((part = value_part(&text, ',')) != NULL)
		if (!frames_add(options, part))
			return REFUSE("--frame-size %s: give sizes from %d to %d, rfc2544, jumbo, "
				      "imix, or imix=SIZE:WEIGHT+... of %d sizes at most with "
				      "weights from 1 to 100, which without their common divisor "
				      "add up to %d at most; %d of all these at most",
				      given, FRAME_SIZE_MIN, FRAME_SIZE_MAX, TEMPLATE_SIZES_MAX,
				      TEMPLATE_PATTERN_MAX, OPTIONS_FRAMES_MAX);
	return 0;
}

int options_read_loads(struct options *options, char *text, char *why, size_t why_size)
{
	char given[GIVEN_SIZE];
	char *part;

	options->loads_count = 0;
	snprintf(given, sizeof(given), "%s", text);
	while ((part = value_part(&text, ',')) != NULL)
		if (options->loads_count == OPTIONS_LOADS_MAX ||
		    !value_percent(part, &options->loads[options->loads_count]) ||
		    options->loads[options->loads_count++] <= 0)
			return REFUSE("--load %s: give at most %d percentages above 0 and up to "
				      "100, as 10,50,90",
				      given, OPTIONS_LOADS_MAX);
	return 0;
}

int options_read_sweep(struct options *options, char *text, char *why, size_t why_size)
{
	static const char *const names[] = {
		[SWEEP_MACS] = "macs", [SWEEP_FLOWS] = "flows", [SWEEP_IDS] = "ids"};

	for (size_t i = 0; i < RTE_DIM(names); i++)
		if (strcmp(text, names[i]) == 0) {
			options->sweep_of = (enum sweep_of)i;
			return 0;
		}
	return REFUSE("--sweep %s: it is macs, flows or ids", text);
}

int options_read_values(struct options *options, char *text, char *why, size_t why_size)
{
	char *part;

	options->sweep_values_count = 0;
	while ((part = value_part(&text, ',')) != NULL)
		if (options->sweep_values_count == OPTIONS_VALUES_MAX ||
		    !number_read(part, OPTIONS_FLOWS_MAX,
				 &options->sweep_values[options->sweep_values_count++]))
			return REFUSE("--values %s: give at most %d numbers from 1 to %u, as "
				      "1,1k,100k",
				      part, OPTIONS_VALUES_MAX, OPTIONS_FLOWS_MAX);
	return 0;
}

int options_read_cores(struct options *options, char *text, char *why, size_t why_size)
{
	char *part;

	options->cores_count = 0;
	while ((part = value_part(&text, ',')) != NULL) {
		struct frame_range range;

		if (options->cores_count == RTE_DIM(options->cores) ||
		    !value_range(part, 0, CORE_MAX, &range) || range.count != 1)
			return REFUSE("--core %s: give the number of one CPU, or of two: N,N",
				      part);
		options->cores[options->cores_count++] = range.first;
	}
	if (options->cores_count == 2 && options->cores[0] == options->cores[1])
		return REFUSE("--core %u,%u: give two different CPUs, or one", options->cores[0],
			      options->cores[1]);
	return 0;
}

int options_read_control_core(struct options *options, char *text, char *why, size_t why_size)
{
	struct frame_range range;

	if (!value_range(text, 0, CORE_MAX, &range) || range.count != 1)
		return REFUSE("--control-core %s: give the number of a CPU", text);
	options->control_core = range.first;
	options->has_control_core = true;
	return 0;
}

void options_plan(const struct options *options, uint16_t pair, bool reverse,
		  struct frame_plan *plan)
{
	const struct pair_options *from = &options->pairs[pair];
	const struct port_options *port = &options->ports[reverse ? from->to : from->from];

	*plan = (struct frame_plan){
		.ip_version = (uint8_t)options->ip_version,
		.pair = (uint8_t)pair,
		.reverse = reverse,
		.source_macs = reverse ? from->far_macs : from->near_macs,
		.destination_macs = reverse ? from->near_macs : from->far_macs,
		.flows = from->flows,
		.tags = port->tags,
		.tunnel = port->tunnel,
	};
}

/* Raises a size of a named list to what the streams need, or says what that is. */
static int frames_fit(struct frames_options *frames, uint16_t least, char *why, size_t why_size)
{
	for (uint16_t i = 0; i < frames->mix.count; i++) {
		if (frames->mix.sizes[i] >= least)
			continue;
		if (!frames->may_grow)
			return REFUSE("--frame-size %u: with these tags and this version of IP a "
				      "frame needs %u bytes at least",
				      frames->mix.sizes[i], least);
		frames->mix.sizes[i] = least;
		if (frames->mix.count == 1)
			snprintf(frames->label, sizeof(frames->label), "%u", least);
	}
	return 0;
}

static void pairs_complete(struct options *options)
{
	if (options->pairs_count == 0 && options->ports_count == 2)
		options->pairs[options->pairs_count++] = (struct pair_options){
			.from = 0, .to = 1, .both = true, .near_macs = 1, .far_macs = 1};
	for (uint16_t i = 0; i < options->pairs_count; i++) {
		struct pair_options *pair = &options->pairs[i];

		if (pair->flows == 0)
			pair->flows = RTE_MAX(pair->near_macs, pair->far_macs);
	}
}

int options_complete(struct options *options, char *why, size_t why_size)
{
	uint16_t least = FRAME_SIZE_MIN;

	if (options->ports_count < 2)
		return REFUSE("--port: give the ports on both sides of the device, two at least");
	if (options->ip_version != 4 && options->ip_version != 6)
		return REFUSE("--ip %u: it is 4 or 6", (unsigned int)options->ip_version);
	pairs_complete(options);
	if (options->pairs_count == 0)
		return REFUSE("--stream: with more than two ports say which send to which, as "
			      "--stream %s:%s,both",
			      options->ports[0].name, options->ports[1].name);
	if (options->frames_count == 0)
		frames_add_size(options, FRAME_SIZE_MIN, true);
	for (uint16_t i = 0; i < options->pairs_count; i++)
		for (int reverse = 0; reverse < 2; reverse++) {
			struct frame_plan plan;

			options_plan(options, i, reverse, &plan);
			if (frame_size_min(&plan) > least)
				least = frame_size_min(&plan);
		}
	for (uint16_t i = 0; i < options->frames_count; i++) {
		const int ret = frames_fit(&options->frames[i], least, why, why_size);

		if (ret < 0)
			return ret;
	}
	return 0;
}
