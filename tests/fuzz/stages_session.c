/* SPDX-License-Identifier: BSD-3-Clause */
#include "stages_session.h"

#include <stdio.h>

#include <rte_ether.h>

#include <bgw/negotiation.h>

#include "../packet/lib/ring_port.h"
#include "fuzz.h"
#include "negotiation/negotiation.h"

#define UDP_PORT       9698
#define SESSION	       0x1001u
#define NONCE	       UINT64_C(0x1111111111111111)
#define REMOTE_SESSION 0x2002u
#define REMOTE_NONCE   UINT64_C(0x2222222222222222)
#define EPOCH	       1000u
#define REMOTE_EPOCH   2000u
#define INTERVAL_NS    UINT64_C(1000000000)
/* Ethernet, IPv4 and UDP before a datagram, without options. */
#define HEADER_BYTES 42

static const uint8_t session_key[BGW_NEGOTIATION_KEY_BYTES] = {1};
static const uint8_t hello_key[BGW_NEGOTIATION_KEY_BYTES] = {3};
static struct tag_key session_tag_key, hello_tag_key;

static void done(int status)
{
	if (status != 0) {
		fprintf(stderr, "the session under test is not up: %d\n", status);
		exit(1);
	}
}

void stages_session_open(struct bgw_dataplane *dp)
{
	struct bgw_negotiation_peer_spec spec = {
		.path =
			{
				.local = {.family = 4, .v4 = RTE_BE32(0xc0000201)},
				.remote = {.family = 4, .v4 = RTE_BE32(0xc6336405)},
				.port = UNDERLAY_1,
				.mtu_bytes = 1500,
			},
		.tx_key = {4},
	};
	const struct bgw_peer_spec peer = {.local = spec.path.local, .remote = spec.path.remote};

	done(rte_ether_unformat_addr(ring_port_mac(UNDERLAY_1), &spec.path.source_mac));
	done(rte_ether_unformat_addr("02:fe:00:00:00:05", &spec.path.next_hop_mac));
	memcpy(spec.rx_key, hello_key, sizeof(hello_key));
	bgw_negotiation_port_set(dp, UDP_PORT);
	done(bgw_peer_set(dp, STAGES_PEER, &peer));
	done(bgw_negotiation_peer_set(dp, STAGES_PEER, &spec));
	negotiation_clock_advance(dp, 0);
	tag_key_expand(&session_tag_key, session_key);
	tag_key_expand(&hello_tag_key, hello_key);
}

void stages_session_begin(struct bgw_dataplane *dp)
{
	struct bgw_negotiation_session_spec spec = {
		.session = SESSION,
		.remote_session = REMOTE_SESSION,
		.nonce = NONCE,
		.remote_nonce = REMOTE_NONCE,
		.epoch = EPOCH,
		.remote_epoch = REMOTE_EPOCH,
		.tx_key = {2},
		.setup = {.interval_ns = INTERVAL_NS,
			  .down_ns = 3 * INTERVAL_NS,
			  .accept_mask =
				  1u << BGW_NEGOTIATION_RESYNC | 1u << BGW_NEGOTIATION_TUNNEL,
			  .random = 1},
	};

	memcpy(spec.rx_key, session_key, sizeof(session_key));
	done(bgw_negotiation_session_start(dp, STAGES_PEER, &spec));
	negotiation_round(dp->workers[0]);
}

void stages_session_answer(struct bgw_dataplane *dp)
{
	struct bgw_negotiation_report report;

	while (bgw_negotiation_report_take(dp, &report, 1) == 1) {
		MUST(report.peer == STAGES_PEER);
		/* Nobody but the peer has the key of hellos, and what it said is a hello. */
		MUST(report.type != BGW_NEGOTIATION_HELLO ||
		     (report.hello.session != 0 && report.hello.nonce != 0));
		MUST(report.type == BGW_NEGOTIATION_HELLO || report.session == SESSION);
		if (report.type == BGW_NEGOTIATION_AGREED)
			done(bgw_negotiation_done(dp, STAGES_PEER, SESSION, false));
	}
	negotiation_round(dp->workers[0]);
}

static void store(uint8_t *at, uint64_t number, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		at[i] = (uint8_t)(number >> (8 * (bytes - 1 - i)));
}

void stages_session_seal(uint8_t *frame, uint16_t length)
{
	struct bgw_datagram_hello hello = {0};
	struct bgw_datagram datagram = {0};
	struct tag_job job = {.key = &session_tag_key};
	uint32_t bytes = BGW_DATAGRAM_EXCHANGE_BYTES;
	uint8_t *at;

	if (length < HEADER_BYTES + BGW_DATAGRAM_EXCHANGE_BYTES)
		return;
	if (length == HEADER_BYTES + BGW_DATAGRAM_HELLO_BYTES) {
		bytes = BGW_DATAGRAM_HELLO_BYTES;
		job.key = &hello_tag_key;
	}
	at = frame + length - bytes;
	at[0] = BGW_DATAGRAM_VERSION;
	if (bytes == BGW_DATAGRAM_EXCHANGE_BYTES) {
		at[1] = BGW_DATAGRAM_EXCHANGE;
		store(at + 4, SESSION, 4);
		store(at + 8, NONCE, 8);
	} else {
		at[1] = BGW_DATAGRAM_HELLO;
		bgw_datagram_hello_read(at, &hello);
	}
	bgw_datagram_read(at, bytes, &datagram);
	job.bytes = at;
	job.length = bytes - BGW_DATAGRAM_SEAL_BYTES;
	/* The peer has the higher address. */
	bgw_datagram_iv(job.iv, true,
			bytes == BGW_DATAGRAM_HELLO_BYTES ? hello.epoch : REMOTE_EPOCH,
			datagram.counter);
	tag_write(&job, 1);
}

bool stages_session_said(const uint8_t *frame, uint32_t length)
{
	static const uint8_t remote[] = {198, 51, 100, 5};

	return length > HEADER_BYTES && frame[12] == 0x08 && frame[13] == 0x00 &&
	       memcmp(frame + 30, remote, sizeof(remote)) == 0;
}

void stages_session_forget(struct bgw_port_counters *counters, uint64_t said_pkts,
			   uint64_t said_bytes)
{
	counters->tx_pkts -= said_pkts;
	counters->tx_bytes -= said_bytes;
	counters->originated -= said_pkts;
	/* How many of a burst are looked at is counted in bursts. */
	for (int reason = BGW_DROP_NEGOTIATION_UNKNOWN_PEER;
	     reason <= BGW_DROP_NEGOTIATION_REPORT_FULL; reason++) {
		counters->consumed += counters->drops[reason];
		counters->drops[reason] = 0;
	}
}
