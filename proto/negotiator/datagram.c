/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiator/datagram.h"

/* Of a hello; what is behind the interval is 0. */
#define AT_OWN_SESSION	  16
#define AT_EPOCH	  20
#define AT_OWN_NONCE	  24
#define AT_INTERVAL	  32
#define AT_HELLO_RESERVED 36
#define AT_HELLO_COUNTER  (BGW_DATAGRAM_HELLO_BYTES - BGW_DATAGRAM_SEAL_BYTES)

bool bgw_datagram_hello_read(const uint8_t *bytes, struct bgw_datagram_hello *hello)
{
	hello->session = bgw_datagram_get_32(bytes + AT_OWN_SESSION);
	hello->epoch = bgw_datagram_get_32(bytes + AT_EPOCH);
	hello->nonce = bgw_datagram_get_64(bytes + AT_OWN_NONCE);
	hello->interval_ms = bgw_datagram_get_32(bytes + AT_INTERVAL);
	return bytes[BGW_DATAGRAM_AT_FLAGS] == 0 && bytes[BGW_DATAGRAM_AT_COUNT] == 0 &&
	       hello->session != 0 && hello->epoch <= INT32_MAX && hello->nonce != 0 &&
	       hello->interval_ms != 0 && bgw_datagram_get_32(bytes + AT_HELLO_RESERVED) == 0;
}

void bgw_datagram_hello_write(uint8_t *bytes, const struct bgw_datagram *datagram,
			      const struct bgw_datagram_hello *hello)
{
	bgw_datagram_begin_write(bytes, datagram, 0, 0);
	bgw_datagram_put_32(bytes + AT_OWN_SESSION, hello->session);
	bgw_datagram_put_32(bytes + AT_EPOCH, hello->epoch);
	bgw_datagram_put_64(bytes + AT_OWN_NONCE, hello->nonce);
	bgw_datagram_put_32(bytes + AT_INTERVAL, hello->interval_ms);
	bgw_datagram_put_32(bytes + AT_HELLO_RESERVED, 0);
	bgw_datagram_put_64(bytes + AT_HELLO_COUNTER, datagram->counter);
}
