/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration_message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int read_interface(const char *member, const char *text, char *name, char *error,
			  size_t error_size)
{
	int rc = agent_interface_check(member, text, error, error_size);

	if (rc == 0) {
		memset(name, 0, AGENT_INTERFACE_SIZE);
		memcpy(name, text, strlen(text));
	}
	return rc;
}

static int read_number(const char *member, const char *text, uint32_t *value, char *error,
		       size_t error_size)
{
	char quote[AGENT_QUOTE_SIZE];

	if (bgw_uint_parse(text, value) == 0)
		return 0;
	snprintf(error, error_size,
		 "%s \"%s\" is no number: up to 32 bits, decimal or 0x hexadecimal, would be",
		 member, agent_quote(text, quote));
	return -EINVAL;
}

static int read_address(const char *member, const char *text, struct bgw_address *ip, char *error,
			size_t error_size)
{
	char quote[AGENT_QUOTE_SIZE];

	if (bgw_address_parse(text, ip) == 0)
		return 0;
	snprintf(error, error_size, "%s \"%s\" is no address: 192.0.2.1 or 2001:db8::1 would be",
		 member, agent_quote(text, quote));
	return -EINVAL;
}

static int read_prefix(const char *member, const char *text, struct bgw_prefix *prefix, char *error,
		       size_t error_size)
{
	char quote[AGENT_QUOTE_SIZE];

	if (bgw_prefix_parse(text, prefix) == 0)
		return 0;
	snprintf(error, error_size,
		 "%s \"%s\" is no prefix: ADDRESS/LENGTH, as in 192.0.2.0/24, would be", member,
		 agent_quote(text, quote));
	return -EINVAL;
}

int agent_address_read(const Configurator__IPAssignment *message, struct agent_address *address,
		       char *error, size_t error_size)
{
	struct agent_address read = {0};
	int rc = read_prefix("ip", message->ip, &read.ip, error, error_size);

	if (rc == 0)
		rc = read_interface("interface", message->interface, read.interface, error,
				    error_size);
	if (rc == 0)
		rc = agent_address_check(&read, error, error_size);
	if (rc == 0)
		*address = read;
	return rc;
}

int agent_route_read(const Configurator__Route *message, struct agent_route *route, char *error,
		     size_t error_size)
{
	struct agent_route read = {0};
	int rc = 0;

	/* The original sends the network without its length, which is a host then. */
	if (bgw_address_parse(message->destinationnetwork, &read.destination.ip) == 0)
		read.destination.length = (uint8_t)(read.destination.ip.family == 4 ? 32 : 128);
	else
		rc = read_prefix("destinationNetwork", message->destinationnetwork,
				 &read.destination, error, error_size);
	if (rc == 0)
		rc = read_address("nextHop", message->nexthop, &read.next_hop, error, error_size);
	if (rc == 0)
		rc = agent_route_check(&read, error, error_size);
	if (rc == 0)
		*route = read;
	return rc;
}

int agent_nat_read(const Configurator__NatConfiguration *message, struct agent_nat *nat,
		   char *error, size_t error_size)
{
	struct agent_nat read = {0};
	int rc = read_prefix("localNetwork", message->localnetwork, &read.remapping, error,
			     error_size);

	if (rc == 0)
		rc = read_prefix("remoteNetwork", message->remotenetwork, &read.internal, error,
				 error_size);
	if (rc == 0)
		rc = read_interface("localInterface", message->localinterface, read.interface,
				    error, error_size);
	if (rc == 0)
		rc = read_number("tableNumber", message->tablenumber, &read.table, error,
				 error_size);
	if (rc == 0)
		rc = read_number("packetMark", message->packetmark, &read.mark, error, error_size);
	if (rc == 0)
		rc = read_address("nextHop", message->nexthop, &read.next_hop, error, error_size);
	if (rc == 0 && message->peernetwork[0] != '\0')
		rc = read_prefix("peerNetwork", message->peernetwork, &read.peer, error,
				 error_size);
	if (rc == 0)
		rc = agent_nat_check(&read, error, error_size);
	if (rc == 0)
		*nat = read;
	return rc;
}

/* protobuf-c has no const for texts. */
static char *text_of(const char *text)
{
	return (char *)(uintptr_t)text;
}

void agent_address_write(const struct agent_address *address, const char *owner,
			 struct agent_texts *texts, Configurator__IPAssignment *message)
{
	configurator__ipassignment__init(message);
	message->ip = bgw_prefix_format(&address->ip, texts->networks[0]);
	message->interface = text_of(address->interface);
	message->owner = text_of(owner);
}

void agent_route_write(const struct agent_route *route, const char *owner,
		       struct agent_texts *texts, Configurator__Route *message)
{
	configurator__route__init(message);
	message->destinationnetwork = bgw_prefix_format(&route->destination, texts->networks[0]);
	message->nexthop = bgw_address_format(&route->next_hop, texts->next_hop);
	message->owner = text_of(owner);
}

void agent_nat_write(const struct agent_nat *nat, const char *owner, struct agent_texts *texts,
		     Configurator__NatConfiguration *message)
{
	configurator__nat_configuration__init(message);
	message->localnetwork = bgw_prefix_format(&nat->remapping, texts->networks[0]);
	message->remotenetwork = bgw_prefix_format(&nat->internal, texts->networks[1]);
	message->localinterface = text_of(nat->interface);
	message->tablenumber = bgw_uint_format(nat->table, texts->table);
	/* As the original writes it. */
	snprintf(texts->mark, sizeof(texts->mark), "0x%x", nat->mark);
	message->packetmark = texts->mark;
	if (nat->peer.ip.family != 0)
		message->peernetwork = bgw_prefix_format(&nat->peer, texts->networks[2]);
	message->nexthop = bgw_address_format(&nat->next_hop, texts->next_hop);
	message->owner = text_of(owner);
}
