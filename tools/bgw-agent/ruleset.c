/* SPDX-License-Identifier: BSD-3-Clause */
#include "ruleset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One rule in each chain for each translation. In a rule $F is the family's name, $P its
 * protocol's, $R the remapping network, $I the internal one, $D the peer's larger one, $L the link,
 * $M the mark and $S the largest TCP segment that fits the link.
 *
 * A flow that names R is marked once, at its first packet. Its packets are routed by the mark
 * unless they come from the link: those are for hosts of this side. Replies are translated by what
 * connection tracking remembers. */
struct chain {
	const char *head;
	const char *rule;
};

static const struct chain chains[] = {
	{"mark_flow { type filter hook prerouting priority mangle;",
	 "ct state new $F daddr $R ct mark set $M"},
	{"mark_flow_of_host { type route hook output priority mangle;",
	 "ct state new $F daddr $R ct mark set $M"},
	{"route_by_mark { type filter hook prerouting priority mangle + 1;",
	 "iifname != \"$L\" meta nfproto $P ct mark $M meta mark set $M"},
	{"route_by_mark_of_host { type route hook output priority mangle + 1;",
	 "meta nfproto $P ct mark $M meta mark set $M"},
	{"translate_destination { type nat hook prerouting priority dstnat;",
	 "ct mark $M $F daddr $R dnat $F prefix to $I"},
	{"translate_destination_of_host { type nat hook output priority -100;",
	 "ct mark $M $F daddr $R dnat $F prefix to $I"},
	{"translate_source { type nat hook postrouting priority srcnat;",
	 "ct mark $M ct original $F daddr $R $F saddr $I snat $F prefix to $R"},
	{"translate_source_to_host { type nat hook input priority 100;",
	 "ct mark $M ct original $F daddr $R $F saddr $I snat $F prefix to $R"},
	/* These go by the main table, and the peer would take their sources for hosts of its own.
	 */
	{"translate_source_to_rest { type nat hook postrouting priority srcnat + 1;",
	 "oifname \"$L\" $F saddr $I $F daddr $D snat $F prefix to $R"},
	/* An address of the internal network that this host has too is the peer's, under R: without
	 * this the host itself would answer for it. */
	{"not_this_host { type filter hook input priority filter;",
	 "iifname != \"$L\" meta nfproto $P ct mark $M ct direction original reject"},
	/* A packet too big for the link is quoted half translated in the ICMP error, which its
	 * sender does not recognise: TCP is told before. */
	{"limit_segments { type filter hook forward priority mangle;",
	 "meta nfproto $P ct mark $M tcp flags syn / syn,rst tcp option maxseg size set $S"},
};

const char *ruleset_tag(const struct host_nat *nat, char tag[RULESET_TAG_SIZE])
{
	char remapping[BGW_PREFIX_TEXT_SIZE];

	snprintf(tag, RULESET_TAG_SIZE, "bgw %s mtu %u ",
		 bgw_prefix_format(&nat->nat->remapping, remapping), nat->mtu_bytes);
	return tag;
}

/* What every link of the family takes where the MTU is not known. */
static uint32_t segment_bytes(const struct host_nat *nat)
{
	bool is_ipv4 = nat->nat->internal.ip.family == 4;
	uint32_t least = is_ipv4 ? 576 : 1280;
	uint32_t mtu_bytes = nat->mtu_bytes > least ? nat->mtu_bytes : least;

	mtu_bytes -= is_ipv4 ? 40 : 60;
	return mtu_bytes < UINT16_MAX ? mtu_bytes : UINT16_MAX;
}

static void put(FILE *out, char letter, const struct host_nat *host_nat)
{
	const struct agent_nat *nat = host_nat->nat;
	bool is_ipv4 = nat->internal.ip.family == 4;
	char text[BGW_PREFIX_TEXT_SIZE];

	switch (letter) {
	case 'F':
		fputs(is_ipv4 ? "ip" : "ip6", out);
		break;
	case 'P':
		fputs(is_ipv4 ? "ipv4" : "ipv6", out);
		break;
	case 'R':
		fputs(bgw_prefix_format(&nat->remapping, text), out);
		break;
	case 'I':
		fputs(bgw_prefix_format(&nat->internal, text), out);
		break;
	case 'D':
		fputs(bgw_prefix_format(&nat->peer, text), out);
		break;
	case 'L':
		fputs(nat->interface, out);
		break;
	case 'S':
		fprintf(out, "%u", segment_bytes(host_nat));
		break;
	default:
		fprintf(out, "0x%x", nat->mark);
	}
}

static void rule_print(FILE *out, const char *rule, const struct host_nat *nat)
{
	char tag[RULESET_TAG_SIZE];

	if (strstr(rule, "$D") != NULL && nat->nat->peer.ip.family == 0)
		return;
	fputs("\t\t", out);
	for (const char *at = rule; *at != '\0'; at++) {
		if (*at == '$')
			put(out, *++at, nat);
		else
			fputc(*at, out);
	}
	fprintf(out, " comment \"%s%s\"\n", ruleset_tag(nat, tag), nat->owner);
}

char *ruleset_print(const struct host_nat *nats, size_t count)
{
	size_t bytes;
	char *text;
	FILE *out = open_memstream(&text, &bytes);

	if (out == NULL)
		return NULL;
	/* The table is made first so that it can be deleted whether or not it was there. */
	fputs("table inet " RULESET_TABLE " {}\ndelete table inet " RULESET_TABLE "\n", out);
	if (count > 0)
		fputs("table inet " RULESET_TABLE " {\n", out);
	for (size_t c = 0; c < sizeof(chains) / sizeof(chains[0]) && count > 0; c++) {
		fprintf(out, "\tchain %s policy accept;\n", chains[c].head);
		for (size_t i = 0; i < count; i++)
			rule_print(out, chains[c].rule, &nats[i]);
		fputs("\t}\n", out);
	}
	if (count > 0)
		fputs("}\n", out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
