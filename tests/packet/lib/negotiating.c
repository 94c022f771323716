/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiating.h"

#include <string.h>

#include <openssl/evp.h>

#include "negotiation/negotiation.h"

#define UDP_PAYLOAD_OFFSET 42

static uint64_t last_counter;

/* AES-128-GMAC of the bytes. */
static void gmac(const uint8_t key[16], bool from_higher, uint32_t epoch, uint64_t counter,
		 const uint8_t *bytes, uint32_t length, uint8_t tag[16])
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t iv[12];
	int out;

	for (int i = 0; i < 4; i++)
		iv[i] = (uint8_t)(epoch >> (24 - 8 * i));
	iv[0] = (uint8_t)(iv[0] | (from_higher ? 0x80 : 0));
	for (int i = 0; i < 8; i++)
		iv[4 + i] = (uint8_t)(counter >> (56 - 8 * i));
	assert_int_equal(EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL, key, iv), 1);
	assert_int_equal(EVP_EncryptUpdate(context, NULL, &out, bytes, (int)length), 1);
	assert_int_equal(EVP_EncryptFinal_ex(context, NULL, &out), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, tag), 1);
	EVP_CIPHER_CTX_free(context);
}

void negotiating_peer(uint16_t worker)
{
	struct bgw_negotiation_peer_spec spec = {
		.worker = worker,
		.path =
			{
				.state = BGW_PATH_UP,
				.local = ip(VTEP),
				.remote = ip(REMOTE_1),
				.port = UNDERLAY_1,
				.source_mac = mac(ring_port_mac(UNDERLAY_1)),
				.next_hop_mac = mac(NEXT_HOP_1),
				.mtu_bytes = 1600,
			},
		.rx_key = FAR_HELLO_KEY,
		.tx_key = OUR_HELLO_KEY,
	};

	negotiation_clock_advance(site_dp, 0);
	peer(1, REMOTE_1);
	bgw_negotiation_port_set(site_dp, NEGOTIATION_UDP_PORT);
	site_result(bgw_negotiation_peer_set(site_dp, 1, &spec), 0, "negotiation peer", HERE);
}

void negotiating_start(uint64_t interval_ns, uint32_t multiplier)
{
	const struct bgw_negotiation_session_spec spec = {
		.session = OUR_SESSION,
		.remote_session = FAR_SESSION,
		.nonce = OUR_NONCE,
		.remote_nonce = FAR_NONCE,
		.epoch = OUR_EPOCH,
		.remote_epoch = FAR_EPOCH,
		.rx_key = FAR_KEY,
		.tx_key = OUR_KEY,
		.setup =
			{
				.interval_ns = interval_ns,
				.down_ns = interval_ns * multiplier,
				.accept_mask = 1u << BGW_NEGOTIATION_TUNNEL,
				.random = 1,
			},
	};

	site_result(bgw_negotiation_session_start(site_dp, 1, &spec), 0, "session", HERE);
	site_run();
}

const struct packet *negotiating_packet(const struct far_says *says)
{
	const bool is_hello = says->datagram.kind == BGW_DATAGRAM_HELLO;
	uint32_t length = is_hello ? BGW_DATAGRAM_HELLO_BYTES : BGW_DATAGRAM_EXCHANGE_BYTES;
	uint8_t bytes[128] = {0};

	if (is_hello)
		bgw_datagram_hello_write(bytes, &says->datagram, &says->hello);
	else
		bgw_datagram_exchange_write(bytes, &says->datagram, &says->exchange);
	gmac(says->key, true, is_hello ? says->hello.epoch : FAR_EPOCH, says->datagram.counter,
	     bytes, length - BGW_DATAGRAM_SEAL_BYTES, bytes + length - 16);
	bytes[length - 1] ^= says->spoil;
	if (says->changed_byte != 0)
		bytes[says->changed_byte - 1] ^= 1;
	if (says->length != 0)
		length = says->length;
	return PACKET(eth(NEXT_HOP_1, ring_port_mac(UNDERLAY_1)),
		      ipv4(says->remote ? says->remote : REMOTE_1, VTEP),
		      udp(NEGOTIATION_UDP_PORT, NEGOTIATION_UDP_PORT, .no_checksum = true),
		      bytes_of(bytes, length));
}

/* The datagram that was sent; all around it is compared here. */
static const uint8_t *datagram_take(uint8_t kind, uint32_t length, struct bgw_datagram *datagram,
				    struct site_line here)
{
	const struct packet *got = site_expect_some(UNDERLAY_1, here);
	char text[4096];
	const struct packet *expected;

	if (got->length_bytes < UDP_PAYLOAD_OFFSET)
		expect_fail(here, "%u bytes were sent", got->length_bytes);
	expected = PACKET(
		eth(ring_port_mac(UNDERLAY_1), NEXT_HOP_1), ipv4(VTEP, REMOTE_1, .df = true),
		udp(NEGOTIATION_UDP_PORT, NEGOTIATION_UDP_PORT, .no_checksum = true),
		bytes_of(got->bytes + UDP_PAYLOAD_OFFSET, got->length_bytes - UDP_PAYLOAD_OFFSET));
	if (!packet_matches(expected, got)) {
		packet_describe_difference(expected, got, text, sizeof(text));
		expect_fail(here, "a datagram's headers:\n%s", text);
	}
	if (!bgw_datagram_read(got->bytes + UDP_PAYLOAD_OFFSET,
			       got->length_bytes - UDP_PAYLOAD_OFFSET, datagram) ||
	    datagram->kind != kind || got->length_bytes - UDP_PAYLOAD_OFFSET != length)
		expect_fail(here, "no datagram of kind %u was sent", kind);
	last_counter = datagram->counter;
	return got->bytes + UDP_PAYLOAD_OFFSET;
}

static void tag_check(const uint8_t key[16], uint32_t epoch, const uint8_t *bytes, uint32_t length,
		      uint64_t counter, struct site_line here)
{
	uint8_t tag[16];

	gmac(key, false, epoch, counter, bytes, length - BGW_DATAGRAM_SEAL_BYTES, tag);
	if (memcmp(tag, bytes + length - 16, 16) != 0)
		expect_fail(here, "a datagram was sent with a wrong tag");
}

void negotiating_expect(struct bgw_datagram_exchange *exchange, struct site_line here)
{
	static const uint8_t key[16] = OUR_KEY;
	struct bgw_datagram datagram;
	const uint8_t *bytes =
		datagram_take(BGW_DATAGRAM_EXCHANGE, BGW_DATAGRAM_EXCHANGE_BYTES, &datagram, here);

	tag_check(key, OUR_EPOCH, bytes, BGW_DATAGRAM_EXCHANGE_BYTES, datagram.counter, here);
	if (datagram.session != FAR_SESSION || datagram.nonce != FAR_NONCE ||
	    !bgw_datagram_exchange_read(bytes, exchange))
		expect_fail(here, "an exchange was sent that is not of the session");
}

void negotiating_expect_hello(struct bgw_datagram *datagram, struct bgw_datagram_hello *hello,
			      struct site_line here)
{
	static const uint8_t key[16] = OUR_HELLO_KEY;
	const uint8_t *bytes =
		datagram_take(BGW_DATAGRAM_HELLO, BGW_DATAGRAM_HELLO_BYTES, datagram, here);

	if (!bgw_datagram_hello_read(bytes, hello))
		expect_fail(here, "a hello was sent that is none");
	tag_check(key, hello->epoch, bytes, BGW_DATAGRAM_HELLO_BYTES, datagram->counter, here);
}

uint64_t negotiating_counter(void)
{
	return last_counter;
}

struct bgw_negotiation_report negotiating_report(enum bgw_negotiation_report_type type,
						 struct site_line here)
{
	struct bgw_negotiation_report report;

	if (bgw_negotiation_report_take(site_dp, &report, 1) != 1)
		expect_fail(here, "there is no report, expected type %d", type);
	if (report.type != type)
		expect_fail(here, "a report is of type %d, expected %d", report.type, type);
	if (report.peer != 1)
		expect_fail(here, "a report is of peer %u", report.peer);
	return report;
}

void negotiating_no_report(struct site_line here)
{
	struct bgw_negotiation_report report;

	if (bgw_negotiation_report_take(site_dp, &report, 1) != 0)
		expect_fail(here, "there is a report of type %d", report.type);
}

void negotiating_wait(uint64_t ns)
{
	negotiation_clock_advance(site_dp, ns);
	site_run();
}
