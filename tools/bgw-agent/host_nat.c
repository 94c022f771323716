/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conntrack.h"
#include "host_private.h"
#include "ruleset.h"

/* Before main (32766), and among the first of what an administrator may have. */
#define RULE_PRIORITY 182
#define MAX_WAYS      2
#define MAX_RULES     2
#define BACKSTOP      1 /* of the ways */

/* What routes marked packets. */
struct nat_parts {
	struct netlink_way ways[MAX_WAYS];
	struct netlink_rule rules[MAX_RULES];
};

static struct nat_parts parts_of(const struct agent_nat *nat, int ifindex)
{
	struct bgw_prefix everything = {{nat->internal.ip.family, {0}}, 0};

	return (struct nat_parts){
		.ways = {{everything, nat->next_hop, nat->table, ifindex},
			 /* With the link down, marked packets would otherwise fall through to hosts
			  * of this side that have the addresses of the peer's. */
			 {everything, {0}, nat->table, 0}},
		.rules = {{nat->internal.ip.family, RULE_PRIORITY, nat->table, nat->mark, {{0}, 0}},
			  /* The host itself chooses a route before it knows the mark. */
			  {nat->internal.ip.family, RULE_PRIORITY, nat->table, 0, nat->remapping}},
	};
}

static bool is_same_way(const struct agent_nat *a, const struct agent_nat *b)
{
	return a->table == b->table && a->internal.ip.family == b->internal.ip.family;
}

/* Whether another translation uses the table, so that its routes and the mark's rule stay. */
static bool is_shared(const struct agent_nat *nat, const struct host_nat *others, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (others[i].nat != nat && is_same_way(others[i].nat, nat))
			return true;
	return false;
}

/* 0 where the link is away. */
static uint32_t link_mtu_bytes(struct host *host, const struct agent_nat *nat)
{
	struct netlink_link link;

	return netlink_link_find(host->netlink, nat->interface, &link) == 0 ? link.mtu_bytes : 0;
}

static void rules_forget(struct host *host)
{
	free(host->rules);
	host->rules = NULL;
}

void host_look_begin(struct host *host)
{
	host->is_looking = true;
}

void host_look_end(struct host *host)
{
	host->is_looking = false;
	rules_forget(host);
}

static bool has_rules(struct host *host, const struct agent_nat *nat)
{
	struct host_nat now = {nat, "", link_mtu_bytes(host, nat)};
	char tag[RULESET_TAG_SIZE];

	if (host->rules == NULL || !host->is_looking) {
		rules_forget(host);
		if (nft_run_cmd_from_buffer(host->nft, "list table inet " RULESET_TABLE "\n") != 0)
			return false;
		host->rules = strdup(nft_ctx_get_output_buffer(host->nft));
	}
	return host->rules != NULL && strstr(host->rules, ruleset_tag(&now, tag)) != NULL;
}

static int ruleset_set(struct host *host, struct host_nat *nats, size_t count,
		       char error[HOST_ERROR_SIZE])
{
	char *text;
	char said[AGENT_QUOTE_SIZE];
	int rc;

	for (size_t i = 0; i < count; i++)
		nats[i].mtu_bytes = link_mtu_bytes(host, nats[i].nat);
	text = ruleset_print(nats, count);
	rules_forget(host);
	rc = text != NULL ? nft_run_cmd_from_buffer(host->nft, text) : -1;
	if (rc != 0)
		snprintf(error, HOST_ERROR_SIZE, "nftables refused the translation: %s",
			 text != NULL ? agent_quote(nft_ctx_get_error_buffer(host->nft), said)
				      : "out of memory");
	free(text);
	return rc == 0 ? 0 : -EIO;
}

static void ruleset_without(struct host *host, const struct host_nat *nats, size_t count,
			    size_t without)
{
	struct host_nat *others = calloc(count, sizeof(*others));
	char ignored[HOST_ERROR_SIZE];
	size_t kept = 0;

	if (others == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		if (i != without)
			others[kept++] = nats[i];
	ruleset_set(host, others, kept, ignored);
	free(others);
}

/* A reverse path that is checked strictly is the one to our own hosts, of the same addresses. */
static int check_reverse_path(const struct agent_nat *nat, char error[HOST_ERROR_SIZE])
{
	char knob[64];
	int all = host_knob_get("ipv4/conf/all/rp_filter"), own;

	snprintf(knob, sizeof(knob), "ipv4/conf/%s/rp_filter", nat->interface);
	own = host_knob_get(knob);
	if (nat->internal.ip.family != 4 || (all > own ? all : own) != 1)
		return 0;
	snprintf(error, HOST_ERROR_SIZE,
		 "the kernel drops what comes from %s with addresses of %s's other side: "
		 "net.ipv4.conf.%s.rp_filter must be 2 or, with that of all, 0",
		 nat->interface, nat->interface, nat->interface);
	return -EINVAL;
}

/* What others of ours have in common with it must agree. */
static int check_others(const struct host_nat *nats, size_t count, size_t added,
			char error[HOST_ERROR_SIZE])
{
	const struct agent_nat *nat = nats[added].nat;
	char text[BGW_PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		const struct agent_nat *other = nats[i].nat;

		if (i == added)
			continue;
		if (agent_network_has(&nat->remapping, &other->remapping.ip) ||
		    agent_network_has(&other->remapping, &nat->remapping.ip)) {
			snprintf(error, HOST_ERROR_SIZE,
				 "localNetwork overlaps %s, which is translated already",
				 bgw_prefix_format(&other->remapping, text));
			return -EEXIST;
		}
		if ((nat->mark == other->mark || nat->table == other->table) &&
		    (nat->mark != other->mark || nat->table != other->table ||
		     !bgw_address_equal(&nat->next_hop, &other->next_hop) ||
		     strcmp(nat->interface, other->interface) != 0)) {
			snprintf(error, HOST_ERROR_SIZE,
				 "packetMark 0x%x or tableNumber %u is another next hop's already: "
				 "each next hop needs its own",
				 nat->mark, nat->table);
			return -EEXIST;
		}
	}
	return 0;
}

/* Takes routes and rules away that nobody else needs. */
static int parts_remove(struct host *host, const struct agent_nat *nat, bool shared,
			char error[HOST_ERROR_SIZE])
{
	struct nat_parts parts = parts_of(nat, 0);
	int rc = 0;

	for (size_t i = shared ? 1 : 0; i < MAX_RULES && rc == 0; i++) {
		rc = netlink_rule_delete(host->netlink, &parts.rules[i]);
		if (rc == -ENOENT)
			rc = 0;
	}
	for (size_t i = 0; i < MAX_WAYS && rc == 0 && !shared; i++) {
		rc = netlink_way_delete(host->netlink, &parts.ways[i]);
		if (rc == -ESRCH)
			rc = 0;
	}
	return rc < 0 ? host_refused(host, rc, error, "the kernel keeps what routes by table %u",
				     nat->table)
		      : 0;
}

static int way_add(struct host *host, const struct netlink_way *way, char error[HOST_ERROR_SIZE])
{
	struct netlink_found found;
	int rc = netlink_way_add(host->netlink, way);

	if (rc == -EEXIST) {
		rc = netlink_way_find(host->netlink, way, &found);
		if (rc == 0 && found.found && found.ours)
			return 0;
		snprintf(
			error, HOST_ERROR_SIZE,
			"table %u has a default route already, which is not ours: tableNumber must "
			"name one that nobody uses",
			way->table);
		return rc < 0 ? rc : -EEXIST;
	}
	return rc < 0 ? host_refused(host, rc, error, "the kernel refused a route in table %u",
				     way->table)
		      : 0;
}

/* Without the way to the next hop: marked packets are unreachable until it is there. */
static int backstop_add(struct host *host, const struct nat_parts *parts,
			char error[HOST_ERROR_SIZE])
{
	int rc = way_add(host, &parts->ways[BACKSTOP], error);

	for (size_t i = 0; i < MAX_RULES && rc == 0; i++) {
		rc = netlink_rule_add(host->netlink, &parts->rules[i]);
		if (rc == -EEXIST)
			rc = 0;
		if (rc < 0)
			host_refused(host, rc, error, "the kernel refused a rule for table %u",
				     parts->rules[i].table);
	}
	return rc;
}

static int rules_add(struct host *host, struct host_nat *nats, size_t count, size_t added,
		     char error[HOST_ERROR_SIZE])
{
	int rc = ruleset_set(host, nats, count, error);

	if (rc < 0)
		return rc;
	rc = conntrack_forget(nats[added].nat);
	return rc < 0 ? host_refused(host, rc, error,
				     "the flows that began before cannot be forgotten")
		      : 0;
}

static int nat_set(struct host *host, struct host_nat *nats, size_t count, size_t added,
		   int ifindex, char error[HOST_ERROR_SIZE])
{
	struct nat_parts parts = parts_of(nats[added].nat, ifindex);
	int rc = backstop_add(host, &parts, error);

	/* What is restored may have lost no more than its routes. */
	if (rc == 0 && !has_rules(host, nats[added].nat))
		rc = rules_add(host, nats, count, added, error);
	if (rc < 0)
		return rc;
	return ifindex > 0 ? way_add(host, &parts.ways[0], error) : ifindex;
}

int host_nat_add(struct host *host, struct host_nat *nats, size_t count, size_t added,
		 char error[HOST_ERROR_SIZE])
{
	const struct agent_nat *nat = nats[added].nat;
	char ignored[HOST_ERROR_SIZE];
	struct netlink_link link;
	int rc = host_interface(host, nat->interface, &link, error);

	if (rc == 0)
		rc = check_reverse_path(nat, error);
	if (rc == 0)
		rc = check_others(nats, count, added, error);
	if (rc < 0)
		return rc;
	rc = nat_set(host, nats, count, added, link.ifindex, error);
	if (rc < 0) {
		ruleset_without(host, nats, count, added);
		parts_remove(host, nat, is_shared(nat, nats, count), ignored);
	}
	return rc;
}

int host_nat_restore(struct host *host, struct host_nat *nats, size_t count, size_t restored,
		     char error[HOST_ERROR_SIZE])
{
	struct netlink_link link;
	int rc = host_interface(host, nats[restored].nat->interface, &link, error);

	return nat_set(host, nats, count, restored, rc == 0 ? link.ifindex : rc, error);
}

int host_nat_remove(struct host *host, const struct agent_nat *nat, struct host_nat *others,
		    size_t count, char error[HOST_ERROR_SIZE])
{
	int rc = ruleset_set(host, others, count, error);

	if (rc == 0) {
		rc = conntrack_forget(nat);
		if (rc < 0)
			host_refused(host, rc, error, "the translated flows cannot be forgotten");
	}
	return rc < 0 ? rc : parts_remove(host, nat, is_shared(nat, others, count), error);
}

bool host_nat_has(struct host *host, const struct agent_nat *nat)
{
	struct nat_parts parts = parts_of(nat, 0);

	return has_rules(host, nat) && netlink_way_is_ours(host->netlink, &parts.ways[0]);
}
