/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiator/datagram.h"

#include <endian.h>
#include <string.h>

#include <linux/types.h>

/* Offsets of what is in both kinds; flags and count are of exchanges. */
#define AT_VERSION 0
#define AT_KIND	   1
#define AT_FLAGS   2
#define AT_COUNT   3
#define AT_SESSION 4
#define AT_NONCE   8

/* Of a hello; what is behind the interval is 0. */
#define AT_OWN_SESSION	  16
#define AT_EPOCH	  20
#define AT_OWN_NONCE	  24
#define AT_INTERVAL	  32
#define AT_HELLO_RESERVED 36
#define AT_HELLO_COUNTER  (BGW_DATAGRAM_HELLO_BYTES - BGW_DATAGRAM_SEAL_BYTES)

/* Of an exchange; two bytes before the counter are 0. */
#define AT_ROUND	     16
#define AT_ACK_ROUND	     20
#define AT_STEP		     24
#define AT_ACK_STEP	     25
#define AT_BYTES	     26
#define AT_EXCHANGE_RESERVED 30
#define AT_EXCHANGE_COUNTER  (BGW_DATAGRAM_EXCHANGE_BYTES - BGW_DATAGRAM_SEAL_BYTES)

static void put_32(uint8_t *at, uint32_t value)
{
	const __be32 word = htobe32(value);

	memcpy(at, &word, sizeof(word));
}

static void put_64(uint8_t *at, uint64_t value)
{
	const __be64 word = htobe64(value);

	memcpy(at, &word, sizeof(word));
}

static uint32_t get_32(const uint8_t *at)
{
	__be32 word;

	memcpy(&word, at, sizeof(word));
	return be32toh(word);
}

static uint64_t get_64(const uint8_t *at)
{
	__be64 word;

	memcpy(&word, at, sizeof(word));
	return be64toh(word);
}

static bool length_is_right(uint8_t kind, uint32_t length)
{
	return (kind == BGW_DATAGRAM_HELLO && length == BGW_DATAGRAM_HELLO_BYTES) ||
	       (kind == BGW_DATAGRAM_EXCHANGE && length == BGW_DATAGRAM_EXCHANGE_BYTES);
}

bool bgw_datagram_read(const uint8_t *bytes, uint32_t length, struct bgw_datagram *datagram)
{
	if (length < BGW_DATAGRAM_EXCHANGE_BYTES || bytes[AT_VERSION] != BGW_DATAGRAM_VERSION ||
	    !length_is_right(bytes[AT_KIND], length))
		return false;
	datagram->kind = bytes[AT_KIND];
	datagram->session = get_32(bytes + AT_SESSION);
	datagram->nonce = get_64(bytes + AT_NONCE);
	datagram->counter = get_64(bytes + length - BGW_DATAGRAM_SEAL_BYTES);
	return true;
}

bool bgw_datagram_hello_read(const uint8_t *bytes, struct bgw_datagram_hello *hello)
{
	hello->session = get_32(bytes + AT_OWN_SESSION);
	hello->epoch = get_32(bytes + AT_EPOCH);
	hello->nonce = get_64(bytes + AT_OWN_NONCE);
	hello->interval_ms = get_32(bytes + AT_INTERVAL);
	return bytes[AT_FLAGS] == 0 && bytes[AT_COUNT] == 0 && hello->session != 0 &&
	       hello->epoch <= INT32_MAX && hello->nonce != 0 && hello->interval_ms != 0 &&
	       get_32(bytes + AT_HELLO_RESERVED) == 0;
}

bool bgw_datagram_exchange_read(const uint8_t *bytes, struct bgw_datagram_exchange *exchange)
{
	exchange->round = get_32(bytes + AT_ROUND);
	exchange->ack_round = get_32(bytes + AT_ACK_ROUND);
	exchange->step = bytes[AT_STEP];
	exchange->ack_step = bytes[AT_ACK_STEP];
	exchange->flags = bytes[AT_FLAGS];
	exchange->count = bytes[AT_COUNT];
	memcpy(exchange->bytes, bytes + AT_BYTES, BGW_EXCHANGE_BYTES_MAX);
	return (exchange->flags & ~BGW_EXCHANGE_FLAGS) == 0 &&
	       exchange->count <= BGW_EXCHANGE_BYTES_MAX && bytes[AT_EXCHANGE_RESERVED] == 0 &&
	       bytes[AT_EXCHANGE_RESERVED + 1] == 0;
}

static void begin_write(uint8_t *bytes, const struct bgw_datagram *datagram, uint8_t flags,
			uint8_t count)
{
	bytes[AT_VERSION] = BGW_DATAGRAM_VERSION;
	bytes[AT_KIND] = datagram->kind;
	bytes[AT_FLAGS] = flags;
	bytes[AT_COUNT] = count;
	put_32(bytes + AT_SESSION, datagram->session);
	put_64(bytes + AT_NONCE, datagram->nonce);
}

void bgw_datagram_hello_write(uint8_t *bytes, const struct bgw_datagram *datagram,
			      const struct bgw_datagram_hello *hello)
{
	begin_write(bytes, datagram, 0, 0);
	put_32(bytes + AT_OWN_SESSION, hello->session);
	put_32(bytes + AT_EPOCH, hello->epoch);
	put_64(bytes + AT_OWN_NONCE, hello->nonce);
	put_32(bytes + AT_INTERVAL, hello->interval_ms);
	put_32(bytes + AT_HELLO_RESERVED, 0);
	put_64(bytes + AT_HELLO_COUNTER, datagram->counter);
}

void bgw_datagram_exchange_write(uint8_t *bytes, const struct bgw_datagram *datagram,
				 const struct bgw_datagram_exchange *exchange)
{
	begin_write(bytes, datagram, exchange->flags, exchange->count);
	put_32(bytes + AT_ROUND, exchange->round);
	put_32(bytes + AT_ACK_ROUND, exchange->ack_round);
	bytes[AT_STEP] = exchange->step;
	bytes[AT_ACK_STEP] = exchange->ack_step;
	memcpy(bytes + AT_BYTES, exchange->bytes, BGW_EXCHANGE_BYTES_MAX);
	bytes[AT_EXCHANGE_RESERVED] = 0;
	bytes[AT_EXCHANGE_RESERVED + 1] = 0;
	put_64(bytes + AT_EXCHANGE_COUNTER, datagram->counter);
}

void bgw_datagram_iv(uint8_t iv[BGW_DATAGRAM_IV_BYTES], bool from_higher, uint32_t epoch,
		     uint64_t counter)
{
	put_32(iv, (from_higher ? UINT32_C(1) << 31 : 0) | (epoch & INT32_MAX));
	put_64(iv + 4, counter);
}
