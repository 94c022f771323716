/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include <rte_cycles.h>

#include <bgw/port.h>

#include "object/bridge.h"
#include "port/port.h"

/* A burst of a tenth of a second's worth, at least of this many packets. */
#define STORM_BURST_MIN_PKTS 32

static bool vid_is_valid(uint16_t vid)
{
	return vid >= 1 && vid <= 4094;
}

static bool spec_is_valid(const struct bgw_dataplane *dp, const struct bgw_attachment_spec *spec)
{
	switch (spec->kind) {
	case BGW_ATTACHMENT_VLAN:
		if (!vid_is_valid(spec->outer_vid))
			return false;
		break;
	case BGW_ATTACHMENT_QINQ:
		if (!vid_is_valid(spec->outer_vid) || !vid_is_valid(spec->inner_vid))
			return false;
		break;
	case BGW_ATTACHMENT_UNTAGGED:
	case BGW_ATTACHMENT_PORT:
		break;
	default:
		return false;
	}
	return spec->port < BGW_MAX_PORTS && spec->domain != 0 &&
	       spec->domain < dp->limits.domains && spec->pcp <= 7 &&
	       spec->allowed_sources_count <= BGW_MAX_ALLOWED_SOURCES &&
	       spec->allowed_ethertypes_count <= BGW_MAX_ALLOWED_ETHERTYPES;
}

static void storm_limit_set(struct attachment *attachment, enum storm_class class, uint32_t pps)
{
	uint64_t cycles;

	if (pps == 0)
		return;
	cycles = rte_get_tsc_hz() / pps;
	attachment->storm_cycles[class] = (uint32_t)RTE_MIN(cycles, (uint64_t)UINT32_MAX);
	attachment->storm_burst_cycles[class] =
		RTE_MAX(rte_get_tsc_hz() / 10, cycles * STORM_BURST_MIN_PKTS);
	attachment->flags |= ATTACHMENT_STORM_LIMITS;
}

static uint64_t tag_word(rte_be16_t tpid, uint16_t tci)
{
	return tpid | (uint64_t)rte_cpu_to_be_16(tci) << 16;
}

static struct attachment *attachment_build(uint32_t index, const struct bgw_attachment_spec *spec)
{
	const size_t sources_bytes = spec->allowed_sources_count * sizeof(spec->allowed_sources[0]);
	struct attachment *attachment = object_alloc(sizeof(*attachment) + sources_bytes);
	const uint16_t priority = (uint16_t)(spec->pcp << 13 | (spec->dei ? 1 << 12 : 0));

	if (!attachment)
		return NULL;
	attachment->index = index;
	attachment->port = spec->port;
	attachment->domain = spec->domain;
	attachment->kind = (uint8_t)spec->kind;
	if (spec->kind == BGW_ATTACHMENT_VLAN)
		attachment->tags_bytes = 4;
	if (spec->kind == BGW_ATTACHMENT_QINQ)
		attachment->tags_bytes = 8;
	attachment->outer_vid = spec->outer_vid;
	attachment->inner_vid = spec->inner_vid;
	attachment->tags =
		tag_word(port_table[spec->port].tpid, (uint16_t)(priority | spec->outer_vid)) |
		tag_word(RTE_BE16(RTE_ETHER_TYPE_VLAN), (uint16_t)(priority | spec->inner_vid))
			<< 32;
	if (spec->admin_up)
		attachment->flags |= ATTACHMENT_ADMIN_UP;
	if (spec->l2_control_tunnel)
		attachment->flags |= ATTACHMENT_L2_CONTROL;
	if (spec->refuse_new_sources)
		attachment->flags |= ATTACHMENT_REFUSE_NEW_SOURCES;
	if (spec->kind == BGW_ATTACHMENT_PORT)
		attachment->flags |= ATTACHMENT_KEEPS_TAGS;
	storm_limit_set(attachment, STORM_BROADCAST, spec->storm.broadcast_pps);
	storm_limit_set(attachment, STORM_MULTICAST, spec->storm.multicast_pps);
	storm_limit_set(attachment, STORM_UNKNOWN_UNICAST, spec->storm.unknown_unicast_pps);
	if (spec->allowed_sources_count > 0 || spec->allowed_ethertypes_count > 0)
		attachment->flags |= ATTACHMENT_LISTS;
	attachment->allowed_sources_count = spec->allowed_sources_count;
	memcpy(attachment->allowed_sources, spec->allowed_sources, sources_bytes);
	attachment->allowed_ethertypes_count = spec->allowed_ethertypes_count;
	memcpy(attachment->allowed_ethertypes, spec->allowed_ethertypes,
	       sizeof(attachment->allowed_ethertypes));
	return attachment;
}

/* 0 for the two kinds that look at no tag. */
static uint64_t attachment_tags_key(uint16_t port, uint8_t kind, uint16_t outer_vid,
				    uint16_t inner_vid)
{
	if (kind == BGW_ATTACHMENT_VLAN)
		return tags_key(port, outer_vid, 0);
	if (kind == BGW_ATTACHMENT_QINQ)
		return tags_key(port, outer_vid, inner_vid);
	return 0;
}

static uint64_t published_tags_key(const struct attachment *attachment)
{
	return attachment_tags_key(attachment->port, attachment->kind, attachment->outer_vid,
				   attachment->inner_vid);
}

static uint32_t *untagged_place(struct bgw_dataplane *dp, uint16_t port, uint8_t kind)
{
	struct port_attachments *attachments = &dp->port_attachments[port];

	return kind == BGW_ATTACHMENT_PORT ? &attachments->whole_port : &attachments->untagged;
}

static bool port_has_others(const struct bgw_dataplane *dp, uint32_t index, uint16_t port)
{
	for (uint32_t i = 1; i < dp->limits.attachments; i++) {
		if (i != index && dp->attachments[i] && dp->attachments[i]->port == port)
			return true;
	}
	return false;
}

static int tags_check(struct bgw_dataplane *dp, uint32_t index,
		      const struct bgw_attachment_spec *spec)
{
	const uint32_t whole_port = dp->port_attachments[spec->port].whole_port;
	const uint64_t key = attachment_tags_key(spec->port, (uint8_t)spec->kind, spec->outer_vid,
						 spec->inner_vid);
	uint32_t owner;

	if (whole_port != 0 && whole_port != index)
		return -EEXIST;
	if (spec->kind == BGW_ATTACHMENT_PORT)
		return port_has_others(dp, index, spec->port) ? -EEXIST : 0;
	if (key == 0) {
		owner = dp->port_attachments[spec->port].untagged;
	} else {
		const struct em_slot slot = em_find(&dp->tags, key);

		owner = slot.bucket ? em_value(slot) : 0;
	}
	return owner != 0 && owner != index ? -EEXIST : 0;
}

static void tags_release(struct bgw_dataplane *dp, const struct attachment *attachment)
{
	const uint64_t key = published_tags_key(attachment);

	if (key != 0)
		em_remove(&dp->tags, key);
	else
		__atomic_store_n(untagged_place(dp, attachment->port, attachment->kind), 0,
				 __ATOMIC_RELEASE);
}

static int tags_claim(struct bgw_dataplane *dp, const struct attachment *attachment)
{
	const uint64_t key = published_tags_key(attachment);

	if (key != 0)
		return em_put(&dp->tags, key, attachment->index, 0);
	__atomic_store_n(untagged_place(dp, attachment->port, attachment->kind), attachment->index,
			 __ATOMIC_RELEASE);
	return 0;
}

int bgw_attachment_set(struct bgw_dataplane *dp, uint32_t index,
		       const struct bgw_attachment_spec *spec)
{
	const struct attachment *old;
	struct attachment *attachment;
	bool same_tags;
	int status;

	if (index == 0 || index >= dp->limits.attachments || !spec_is_valid(dp, spec))
		return -EINVAL;
	status = tags_check(dp, index, spec);
	if (status != 0)
		return status;
	attachment = attachment_build(index, spec);
	if (!attachment)
		return -ENOMEM;
	old = dp->attachments[index];
	same_tags = old && old->port == attachment->port && old->kind == attachment->kind &&
		    published_tags_key(old) == published_tags_key(attachment);
	if (!same_tags) {
		status = tags_claim(dp, attachment);
		if (status != 0) {
			published_free(attachment);
			return status;
		}
		if (old)
			tags_release(dp, old);
	}
	dataplane_publish(dp, &dp->attachments[index], attachment);
	return 0;
}

int bgw_attachment_clear(struct bgw_dataplane *dp, uint32_t index)
{
	if (index == 0 || index >= dp->limits.attachments || !dp->attachments[index])
		return -ENOENT;
	tags_release(dp, dp->attachments[index]);
	dataplane_publish(dp, &dp->attachments[index], NULL);
	return 0;
}
