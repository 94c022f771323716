/* SPDX-License-Identifier: BSD-3-Clause */
/* Path MTU, from ICMP errors that quote a tunnel header of ours. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "underlay_state.h"

#define FLOOR_IPV4_BYTES   576u
#define FLOOR_IPV6_BYTES   1280u
#define ENTROPY_PORT_MIN   49152u
#define ETHERNET_IN_GRE	   0x6558u
#define ICMP4_UNREACHABLE  3
#define ICMP4_FRAG_NEEDED  4
#define ICMP6_TOO_BIG	   2
#define ICMP_HEADER_BYTES  8u
#define QUOTED_INNER_BYTES 8u /* of the payload, as RFC 792 promises */
#define IPV4_HEADER_BYTES  20u
#define IPV6_HEADER_BYTES  40u

struct quote {
	struct bgw_address source, destination;
	uint32_t packet_bytes; /* of the packet that was too big */
	uint32_t mtu_bytes;
	uint8_t protocol;
	const uint8_t *payload; /* QUOTED_INNER_BYTES of it */
};

static uint32_t get16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static bool checksum_is_right(const uint8_t *bytes, size_t count)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < count; i += 2)
		sum += get16(bytes + i);
	if (count % 2 != 0)
		sum += (uint32_t)bytes[count - 1] << 8;
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

/* RFC 792, RFC 1191 */
static int read_ipv4(const uint8_t *icmp, size_t bytes, struct quote *quote)
{
	const uint8_t *ip = icmp + ICMP_HEADER_BYTES;
	size_t header_bytes;

	if (bytes < ICMP_HEADER_BYTES + IPV4_HEADER_BYTES || bytes > UINT16_MAX ||
	    icmp[0] != ICMP4_UNREACHABLE || icmp[1] != ICMP4_FRAG_NEEDED ||
	    !checksum_is_right(icmp, bytes))
		return -EBADMSG;
	header_bytes = (ip[0] & 0x0fu) * 4u;
	if (ip[0] >> 4 != 4 || header_bytes < IPV4_HEADER_BYTES ||
	    bytes < ICMP_HEADER_BYTES + header_bytes + QUOTED_INNER_BYTES)
		return -EBADMSG;
	if ((get16(ip + 6) & 0x1fff) != 0)
		return -ENOENT; /* we send no fragments */
	quote->mtu_bytes = get16(icmp + 6);
	quote->packet_bytes = get16(ip + 2);
	quote->protocol = ip[9];
	quote->source.family = quote->destination.family = 4;
	memcpy(quote->source.bytes, ip + 12, 4);
	memcpy(quote->destination.bytes, ip + 16, 4);
	quote->payload = ip + header_bytes;
	return 0;
}

/* RFC 4443 3.2; its checksum needs addresses that are not here: whoever hands it over checked. */
static int read_ipv6(const uint8_t *icmp, size_t bytes, struct quote *quote)
{
	const uint8_t *ip = icmp + ICMP_HEADER_BYTES;

	if (bytes < ICMP_HEADER_BYTES + IPV6_HEADER_BYTES + QUOTED_INNER_BYTES ||
	    icmp[0] != ICMP6_TOO_BIG || icmp[1] != 0 || ip[0] >> 4 != 6)
		return -EBADMSG;
	quote->mtu_bytes = get16(icmp + 4) << 16 | get16(icmp + 6);
	quote->packet_bytes = get16(ip + 4) + IPV6_HEADER_BYTES;
	quote->protocol = ip[6];
	quote->source.family = quote->destination.family = 6;
	memcpy(quote->source.bytes, ip + 8, 16);
	memcpy(quote->destination.bytes, ip + 24, 16);
	quote->payload = ip + IPV6_HEADER_BYTES;
	return 0;
}

/* Whether a header is quoted that we might have sent. */
static bool is_tunnel(const struct underlay *underlay, const struct quote *quote)
{
	if (quote->protocol == IPPROTO_UDP)
		return get16(quote->payload + 2) == underlay->udp_port &&
		       get16(quote->payload) >= ENTROPY_PORT_MIN;
	return quote->protocol == IPPROTO_GRE && get16(quote->payload + 2) == ETHERNET_IN_GRE;
}

int underlay_too_big(struct underlay *underlay, uint8_t family, const uint8_t *packet,
		     size_t packet_bytes)
{
	uint32_t least = family == 4 ? FLOOR_IPV4_BYTES : FLOOR_IPV6_BYTES;
	uint64_t until_ms = underlay_now_ms(underlay) + UNDERLAY_MTU_LEARNED_MS;
	struct quote quote = {0};
	bool lowered = false;
	int rc = family == 4 ? read_ipv4(packet, packet_bytes, &quote)
			     : read_ipv6(packet, packet_bytes, &quote);

	if (rc < 0)
		return rc;
	/* A packet that fitted was not too big; 0 is from before RFC 1191 and says nothing. */
	if (!is_tunnel(underlay, &quote) || quote.mtu_bytes == 0 ||
	    quote.mtu_bytes >= quote.packet_bytes)
		return -ENOENT;
	if (quote.mtu_bytes < least)
		quote.mtu_bytes = least;
	for (struct underlay_path *path = underlay->first; path != NULL; path = path->next) {
		if (!bgw_address_equal(&path->remote, &quote.destination) ||
		    !bgw_address_equal(&path->local, &quote.source) ||
		    path->state.state != UNDERLAY_UP || quote.mtu_bytes > path->state.mtu_bytes)
			continue;
		if (quote.mtu_bytes == path->state.mtu_bytes && path->learned_mtu_bytes == 0)
			continue;
		path->learned_mtu_bytes = (uint16_t)quote.mtu_bytes;
		path->learned_until_ms = until_ms;
		lowered = true;
	}
	if (!lowered)
		return -ENOENT;
	underlay_paths_resolve(underlay);
	return 0;
}

void underlay_udp_port_set(struct underlay *underlay, uint16_t udp_port)
{
	underlay->udp_port = udp_port;
}
