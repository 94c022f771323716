/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_NEGOTIATOR_DATAGRAM_BYTES_H
#define BGW_PROTO_NEGOTIATOR_DATAGRAM_BYTES_H

/*
 * Where the members of a datagram lie, and those functions of datagram.h that each datagram needs.
 * They are inline: calls of them, and what was written to memory for these, were 4 % of a
 * datagram's instructions. To be included by datagram.h alone.
 */

#include <endian.h>
#include <string.h>

#include <linux/types.h>

#include "negotiator/datagram.h"

/* Offsets of what is in both kinds; flags and count are of exchanges. */
#define BGW_DATAGRAM_AT_VERSION 0
#define BGW_DATAGRAM_AT_KIND	1
#define BGW_DATAGRAM_AT_FLAGS	2
#define BGW_DATAGRAM_AT_COUNT	3
#define BGW_DATAGRAM_AT_SESSION 4
#define BGW_DATAGRAM_AT_NONCE	8

/* Of an exchange; two bytes before the counter are 0. */
#define BGW_DATAGRAM_AT_ROUND		  16
#define BGW_DATAGRAM_AT_ACK_ROUND	  20
#define BGW_DATAGRAM_AT_STEP		  24
#define BGW_DATAGRAM_AT_ACK_STEP	  25
#define BGW_DATAGRAM_AT_BYTES		  26
#define BGW_DATAGRAM_AT_EXCHANGE_RESERVED 30
#define BGW_DATAGRAM_AT_EXCHANGE_COUNTER  (BGW_DATAGRAM_EXCHANGE_BYTES - BGW_DATAGRAM_SEAL_BYTES)

static inline void bgw_datagram_put_32(uint8_t *at, uint32_t value)
{
	const __be32 word = htobe32(value);

	memcpy(at, &word, sizeof(word));
}

static inline void bgw_datagram_put_64(uint8_t *at, uint64_t value)
{
	const __be64 word = htobe64(value);

	memcpy(at, &word, sizeof(word));
}

static inline uint32_t bgw_datagram_get_32(const uint8_t *at)
{
	__be32 word;

	memcpy(&word, at, sizeof(word));
	return be32toh(word);
}

static inline uint64_t bgw_datagram_get_64(const uint8_t *at)
{
	__be64 word;

	memcpy(&word, at, sizeof(word));
	return be64toh(word);
}

static inline bool bgw_datagram_length_is_right(uint8_t kind, uint32_t length)
{
	return (kind == BGW_DATAGRAM_HELLO && length == BGW_DATAGRAM_HELLO_BYTES) ||
	       (kind == BGW_DATAGRAM_EXCHANGE && length == BGW_DATAGRAM_EXCHANGE_BYTES);
}

static inline bool bgw_datagram_read(const uint8_t *bytes, uint32_t length,
				     struct bgw_datagram *datagram)
{
	if (length < BGW_DATAGRAM_EXCHANGE_BYTES ||
	    bytes[BGW_DATAGRAM_AT_VERSION] != BGW_DATAGRAM_VERSION ||
	    !bgw_datagram_length_is_right(bytes[BGW_DATAGRAM_AT_KIND], length))
		return false;
	datagram->kind = bytes[BGW_DATAGRAM_AT_KIND];
	datagram->session = bgw_datagram_get_32(bytes + BGW_DATAGRAM_AT_SESSION);
	datagram->nonce = bgw_datagram_get_64(bytes + BGW_DATAGRAM_AT_NONCE);
	datagram->counter = bgw_datagram_get_64(bytes + length - BGW_DATAGRAM_SEAL_BYTES);
	return true;
}

static inline bool bgw_datagram_exchange_read(const uint8_t *bytes,
					      struct bgw_datagram_exchange *exchange)
{
	exchange->round = bgw_datagram_get_32(bytes + BGW_DATAGRAM_AT_ROUND);
	exchange->ack_round = bgw_datagram_get_32(bytes + BGW_DATAGRAM_AT_ACK_ROUND);
	exchange->step = bytes[BGW_DATAGRAM_AT_STEP];
	exchange->ack_step = bytes[BGW_DATAGRAM_AT_ACK_STEP];
	exchange->flags = bytes[BGW_DATAGRAM_AT_FLAGS];
	exchange->count = bytes[BGW_DATAGRAM_AT_COUNT];
	memcpy(exchange->bytes, bytes + BGW_DATAGRAM_AT_BYTES, BGW_EXCHANGE_BYTES_MAX);
	return (exchange->flags & ~BGW_EXCHANGE_FLAGS) == 0 &&
	       exchange->count <= BGW_EXCHANGE_BYTES_MAX &&
	       bytes[BGW_DATAGRAM_AT_EXCHANGE_RESERVED] == 0 &&
	       bytes[BGW_DATAGRAM_AT_EXCHANGE_RESERVED + 1] == 0;
}

static inline void bgw_datagram_begin_write(uint8_t *bytes, const struct bgw_datagram *datagram,
					    uint8_t flags, uint8_t count)
{
	bytes[BGW_DATAGRAM_AT_VERSION] = BGW_DATAGRAM_VERSION;
	bytes[BGW_DATAGRAM_AT_KIND] = datagram->kind;
	bytes[BGW_DATAGRAM_AT_FLAGS] = flags;
	bytes[BGW_DATAGRAM_AT_COUNT] = count;
	bgw_datagram_put_32(bytes + BGW_DATAGRAM_AT_SESSION, datagram->session);
	bgw_datagram_put_64(bytes + BGW_DATAGRAM_AT_NONCE, datagram->nonce);
}

static inline void bgw_datagram_exchange_write(uint8_t *bytes, const struct bgw_datagram *datagram,
					       const struct bgw_datagram_exchange *exchange)
{
	bgw_datagram_begin_write(bytes, datagram, exchange->flags, exchange->count);
	bgw_datagram_put_32(bytes + BGW_DATAGRAM_AT_ROUND, exchange->round);
	bgw_datagram_put_32(bytes + BGW_DATAGRAM_AT_ACK_ROUND, exchange->ack_round);
	bytes[BGW_DATAGRAM_AT_STEP] = exchange->step;
	bytes[BGW_DATAGRAM_AT_ACK_STEP] = exchange->ack_step;
	memcpy(bytes + BGW_DATAGRAM_AT_BYTES, exchange->bytes, BGW_EXCHANGE_BYTES_MAX);
	bytes[BGW_DATAGRAM_AT_EXCHANGE_RESERVED] = 0;
	bytes[BGW_DATAGRAM_AT_EXCHANGE_RESERVED + 1] = 0;
	bgw_datagram_put_64(bytes + BGW_DATAGRAM_AT_EXCHANGE_COUNTER, datagram->counter);
}

static inline void bgw_datagram_iv(uint8_t iv[BGW_DATAGRAM_IV_BYTES], bool from_higher,
				   uint32_t epoch, uint64_t counter)
{
	bgw_datagram_put_32(iv, (from_higher ? UINT32_C(1) << 31 : 0) | (epoch & INT32_MAX));
	bgw_datagram_put_64(iv + 4, counter);
}

#endif
