/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define QUOTE_BYTES (AGENT_QUOTE_SIZE - 4)

static int __attribute__((format(printf, 3, 4)))
refuse(char *error, size_t error_size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error, error_size, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

const char *agent_quote(const char *text, char buffer[AGENT_QUOTE_SIZE])
{
	size_t length = strnlen(text, QUOTE_BYTES + 1);
	bool cut = length > QUOTE_BYTES;

	if (cut)
		length = QUOTE_BYTES;
	for (size_t i = 0; i < length; i++)
		buffer[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
	memcpy(buffer + length, cut ? "..." : "", cut ? 4 : 1);
	return buffer;
}

static unsigned int bits(const struct bgw_address *ip)
{
	return ip->family == 4 ? 32 : 128;
}

struct bgw_prefix agent_network(const struct bgw_prefix *prefix)
{
	struct bgw_prefix network = *prefix;

	for (unsigned int bit = prefix->length; bit < bits(&prefix->ip); bit++)
		network.ip.bytes[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	return network;
}

bool agent_network_has(const struct bgw_prefix *network, const struct bgw_address *ip)
{
	struct bgw_prefix other = {*ip, network->length};

	if (ip->family != network->ip.family)
		return false;
	other = agent_network(&other);
	return bgw_address_equal(&other.ip, &network->ip);
}

/* 0/8, 127/8, multicast and above; ::, ::1, multicast, IPv4 in IPv6. */
static bool is_special(const struct bgw_address *ip)
{
	static const uint8_t zeros[15];

	if (ip->family == 4)
		return ip->bytes[0] == 0 || ip->bytes[0] == 127 || ip->bytes[0] >= 224;
	if (ip->family != 6)
		return true;
	return ip->bytes[0] == 0xff || memcmp(ip->bytes, zeros, 10) == 0;
}

static bool is_link_local(const struct bgw_address *ip)
{
	return ip->family == 6 && ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80;
}

int agent_interface_check(const char *member, const char *name, char *error, size_t error_size)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-@+";
	char quote[AGENT_QUOTE_SIZE];
	size_t length = strnlen(name, AGENT_INTERFACE_SIZE);

	if (length > 0 && length < AGENT_INTERFACE_SIZE && strspn(name, allowed) == length &&
	    strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
		return 0;
	return refuse(error, error_size,
		      "%s \"%s\" is no interface's name: 1 to 15 letters, digits, '.', '_', '-', "
		      "'@' and '+' would be",
		      member, agent_quote(name, quote));
}

int agent_owner_check(const char *owner, char *error, size_t error_size)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._:-";
	char quote[AGENT_QUOTE_SIZE];

	if (strnlen(owner, AGENT_OWNER_SIZE) < AGENT_OWNER_SIZE &&
	    strspn(owner, allowed) == strlen(owner))
		return 0;
	return refuse(error, error_size,
		      "owner \"%s\" is none: at most 64 letters, digits, '.', '_', ':' and '-' "
		      "would be",
		      agent_quote(owner, quote));
}

int agent_address_check(const struct agent_address *address, char *error, size_t error_size)
{
	const struct bgw_prefix *ip = &address->ip;
	struct bgw_prefix network;
	char text[BGW_PREFIX_TEXT_SIZE];
	bool host = true;

	if (is_special(&ip->ip) || ip->length == 0 || ip->length > bits(&ip->ip))
		return refuse(error, error_size,
			      "ip %s can be no host's: a unicast address with the length of its "
			      "network would be",
			      bgw_prefix_format(ip, text));
	network = agent_network(ip);
	if (ip->length < bits(&ip->ip) - 1)
		host = !bgw_address_equal(&network.ip, &ip->ip);
	if (ip->ip.family == 4 && ip->length < 31 && host) {
		struct bgw_prefix last = *ip;

		/* The broadcast address is the one whose inverse is a network's. */
		for (unsigned int i = 0; i < 4; i++)
			last.ip.bytes[i] = (uint8_t)~last.ip.bytes[i];
		network = agent_network(&last);
		host = !bgw_address_equal(&network.ip, &last.ip);
	}
	if (!host)
		return refuse(error, error_size,
			      "ip %s is the network or its broadcast address: an address within "
			      "would be right",
			      bgw_prefix_format(ip, text));
	return agent_interface_check("interface", address->interface, error, error_size);
}

static int check_network(const char *member, const struct bgw_prefix *prefix, char *error,
			 size_t error_size)
{
	struct bgw_prefix network;
	char text[BGW_PREFIX_TEXT_SIZE], right[BGW_PREFIX_TEXT_SIZE];

	if (prefix->ip.family == 0 || prefix->length > bits(&prefix->ip))
		return refuse(error, error_size, "%s is missing: NETWORK/LENGTH would be right",
			      member);
	network = agent_network(prefix);
	if (prefix->length == 0)
		return refuse(error, error_size, "%s %s is every network: name one", member,
			      bgw_prefix_format(prefix, text));
	if (is_special(&network.ip) || is_link_local(&network.ip))
		return refuse(error, error_size,
			      "%s %s is no network of hosts: a unicast network would be right",
			      member, bgw_prefix_format(prefix, text));
	if (!bgw_address_equal(&network.ip, &prefix->ip))
		return refuse(error, error_size, "%s %s has host bits: %s would be right", member,
			      bgw_prefix_format(prefix, text), bgw_prefix_format(&network, right));
	return 0;
}

static int check_next_hop(const struct bgw_address *next_hop, const struct bgw_prefix *network,
			  char *error, size_t error_size)
{
	char text[BGW_ADDRESS_TEXT_SIZE];

	if (next_hop->family == 0)
		return refuse(error, error_size, "nextHop is missing: an address would be right");
	if (is_special(next_hop) || is_link_local(next_hop))
		return refuse(error, error_size,
			      "nextHop %s is none: a unicast address, not link-local, would be "
			      "right",
			      bgw_address_format(next_hop, text));
	if (next_hop->family != network->ip.family)
		return refuse(error, error_size,
			      "nextHop %s is not of the network's family: an IPv%u address would "
			      "be right",
			      bgw_address_format(next_hop, text), network->ip.family);
	return 0;
}

int agent_route_check(const struct agent_route *route, char *error, size_t error_size)
{
	int rc = check_network("destinationNetwork", &route->destination, error, error_size);

	return rc < 0 ? rc
		      : check_next_hop(&route->next_hop, &route->destination, error, error_size);
}

static int check_pair(const struct agent_nat *nat, char *error, size_t error_size)
{
	char text[BGW_ADDRESS_TEXT_SIZE];

	if (nat->remapping.ip.family != nat->internal.ip.family ||
	    nat->remapping.length != nat->internal.length)
		return refuse(error, error_size,
			      "localNetwork and remoteNetwork are not of one family and length: "
			      "each address needs its other");
	if (bgw_address_equal(&nat->remapping.ip, &nat->internal.ip))
		return refuse(error, error_size,
			      "localNetwork and remoteNetwork are the same: the remapping network "
			      "and the internal one would be right");
	if (agent_network_has(&nat->remapping, &nat->next_hop) ||
	    agent_network_has(&nat->internal, &nat->next_hop))
		return refuse(error, error_size,
			      "nextHop %s is translated itself: the peer's address on the link "
			      "would be right",
			      bgw_address_format(&nat->next_hop, text));
	return 0;
}

static int check_peer(const struct agent_nat *nat, char *error, size_t error_size)
{
	const struct bgw_prefix *peer = &nat->peer, *remapping = &nat->remapping;
	char text[BGW_PREFIX_TEXT_SIZE];
	int rc;

	if (peer->ip.family == 0)
		return 0;
	rc = check_network("peerNetwork", peer, error, error_size);
	if (rc < 0)
		return rc;
	if (peer->length >= nat->internal.length || !agent_network_has(peer, &nat->internal.ip))
		return refuse(error, error_size,
			      "peerNetwork %s has not remoteNetwork within and more: a larger "
			      "network would be right, or none",
			      bgw_prefix_format(peer, text));
	if (agent_network_has(peer, &remapping->ip))
		return refuse(error, error_size,
			      "peerNetwork %s has localNetwork within: one that nobody has would "
			      "be right for that",
			      bgw_prefix_format(peer, text));
	return 0;
}

int agent_nat_check(const struct agent_nat *nat, char *error, size_t error_size)
{
	int rc = check_network("localNetwork", &nat->remapping, error, error_size);

	if (rc == 0)
		rc = check_network("remoteNetwork", &nat->internal, error, error_size);
	if (rc == 0)
		rc = agent_interface_check("localInterface", nat->interface, error, error_size);
	if (rc == 0)
		rc = check_next_hop(&nat->next_hop, &nat->internal, error, error_size);
	if (rc == 0)
		rc = check_pair(nat, error, error_size);
	if (rc == 0)
		rc = check_peer(nat, error, error_size);
	if (rc < 0)
		return rc;
	if (nat->table == RT_TABLE_UNSPEC ||
	    (nat->table >= RT_TABLE_DEFAULT && nat->table <= RT_TABLE_LOCAL))
		return refuse(
			error, error_size,
			"tableNumber %u is the system's own: 1 to 252, or 256 and above would "
			"be right",
			nat->table);
	if (nat->mark == 0)
		return refuse(error, error_size,
			      "packetMark 0 is no mark: 1 or above would be right");
	return 0;
}
