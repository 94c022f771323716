/* SPDX-License-Identifier: BSD-3-Clause */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "port/port.h"

#define SENT_MAX   8192
#define EVENTS_MAX 1024

/* Frames that a port sent and that no case has taken. */
static struct sent {
	const struct packet *packets[SENT_MAX];
	uint32_t head, tail;
} sent[RING_PORTS_END];

static uint64_t stated_drops[RING_PORTS_END][BGW_DROP_COUNT];
static uint16_t last_given;
static struct bgw_event events[EVENTS_MAX];
static uint32_t events_count;
static const char *broken_mbuf;

void expect_begin(const char *case_name)
{
	memset(sent, 0, sizeof(sent));
	memset(stated_drops, 0, sizeof(stated_drops));
	last_given = 0;
	events_count = 0;
	broken_mbuf = NULL;
	capture_open(case_name);
}

void expect_given(uint16_t port)
{
	last_given = port;
}

void expect_fail(struct site_line here, const char *format, ...)
{
	char text[8192];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	print_error("%s\n", text);
	_fail(here.file, here.line);
	abort();
}

/* The contract of dataplane/port/port.h for frames given to a driver. */
static const char *mbuf_breach(const struct rte_mbuf *mbuf, bool multi_segment)
{
	const char *why = NULL;

	if (rte_mbuf_check(mbuf, 1, &why) != 0)
		return why;
	if (multi_segment)
		return NULL;
	if (mbuf->nb_segs != 1)
		return "a chain of segments for a port that sends single ones";
	if (!RTE_MBUF_DIRECT(mbuf) || rte_mbuf_refcnt_read(mbuf) != 1)
		return "a shared buffer for a port that derives its descriptor from the mbuf";
	return NULL;
}

void expect_collect(void)
{
	static uint8_t bytes[65536];

	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++) {
		struct sent *list = &sent[port];
		struct rte_mbuf *mbuf;

		while ((mbuf = ring_port_take(port)) != NULL) {
			const char *breach = mbuf_breach(mbuf, port_table[port].tx_multi_segment);
			const void *start = rte_pktmbuf_read(mbuf, 0, mbuf->pkt_len, bytes);

			if (breach != NULL)
				broken_mbuf = breach;
			if (start == NULL || list->tail - list->head == SENT_MAX) {
				fprintf(stderr, "a frame that cannot be read or kept\n");
				exit(1);
			}
			list->packets[list->tail++ % SENT_MAX] =
				packet_of_bytes(start, mbuf->pkt_len);
			capture_write(start, mbuf->pkt_len);
			rte_pktmbuf_free(mbuf);
		}
	}
	events_count += bgw_event_take(site_dp, events + events_count, EVENTS_MAX - events_count);
}

/* Drops of all ports that no case has stated, as text. */
static const char *unstated_drops(void)
{
	static char text[1024];
	size_t used = 0;

	text[0] = '\0';
	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++) {
		struct bgw_port_counters counters;

		bgw_port_counters_get(site_dp, port, &counters);
		for (int reason = 0; reason < BGW_DROP_COUNT; reason++) {
			const uint64_t stated = stated_drops[port][reason];

			if (counters.drops[reason] == stated || used >= sizeof(text) - 80)
				continue;
			used += (size_t)snprintf(text + used, sizeof(text) - used, " %s:%s %+lld",
						 ring_port_name(port),
						 bgw_drop_name((enum bgw_drop)reason),
						 (long long)(counters.drops[reason] - stated));
		}
	}
	return text;
}

static const char *unstated_frames(void)
{
	static char text[256];
	size_t used = 0;

	text[0] = '\0';
	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++)
		if (sent[port].head != sent[port].tail)
			used += (size_t)snprintf(text + used, sizeof(text) - used, " %s:%u",
						 ring_port_name(port),
						 sent[port].tail - sent[port].head);
	return text;
}

uint32_t expect_waiting(uint16_t port)
{
	return sent[port].tail - sent[port].head;
}

const struct packet *site_expect_some(uint16_t port, struct site_line here)
{
	struct sent *list = &sent[port];

	if (list->head == list->tail)
		expect_fail(here, "port %s sent no further frame; drops:%s; frames not stated:%s",
			    ring_port_name(port), unstated_drops(), unstated_frames());
	return list->packets[list->head++ % SENT_MAX];
}

void site_expect_frame(uint16_t port, const struct packet *packet, struct site_line here)
{
	static char text[8000];
	const struct packet *got = site_expect_some(port, here);

	if (packet_matches(packet, got))
		return;
	packet_describe_difference(packet, got, text, sizeof(text));
	expect_fail(here, "port %s sent another frame\n%s", ring_port_name(port), text);
}

void site_expect_nothing(struct site_line here)
{
	static char text[8000];

	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++) {
		const struct packet *got;

		if (sent[port].head == sent[port].tail)
			continue;
		got = site_expect_some(port, here);
		packet_describe_difference(packet_of_bytes("", 0), got, text, sizeof(text));
		expect_fail(here, "port %s sent a frame that was not expected\n%s",
			    ring_port_name(port), text);
	}
}

void site_expect_anything(void)
{
	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++) {
		struct bgw_port_counters counters;

		bgw_port_counters_get(site_dp, port, &counters);
		memcpy(stated_drops[port], counters.drops, sizeof(stated_drops[port]));
		sent[port].head = sent[port].tail;
	}
}

void site_expect_drops_at(uint16_t port, enum bgw_drop reason, uint64_t count,
			  struct site_line here)
{
	struct bgw_port_counters counters;

	bgw_port_counters_get(site_dp, port, &counters);
	if (counters.drops[reason] < stated_drops[port][reason] + count)
		expect_fail(here,
			    "%llu drops of %s by %s were expected; drops:%s; frames not stated:%s",
			    (unsigned long long)count, bgw_drop_name(reason), ring_port_name(port),
			    unstated_drops(), unstated_frames());
	stated_drops[port][reason] += count;
}

void site_expect_drops(enum bgw_drop reason, uint64_t count, struct site_line here)
{
	site_expect_drops_at(last_given, reason, count, here);
}

void site_expect_event(enum bgw_event_type type, uint16_t id, bgw_ref ref, const char *text,
		       struct site_line here)
{
	const struct rte_ether_addr address = mac(text);

	for (uint32_t i = 0; i < events_count; i++) {
		const struct bgw_event *event = &events[i];

		if (event->type != type || event->domain != id || event->ref != ref ||
		    !rte_is_same_ether_addr(&event->mac, &address))
			continue;
		events[i] = events[--events_count];
		return;
	}
	expect_fail(here, "no event %d of %s in domain %u by ref %#x; %u others", (int)type, text,
		    id, ref, events_count);
}

void site_expect_no_event(struct site_line here)
{
	if (events_count > 0)
		expect_fail(here, "an event was not expected: type %u, domain %u, ref %#x",
			    events[0].type, events[0].domain, events[0].ref);
}

void site_expect_traffic(bool connection, uint32_t index,
			 const struct bgw_traffic_counters *expected, struct site_line here)
{
	struct bgw_traffic_counters got;

	if (connection)
		bgw_connection_counters_get(site_dp, index, &got);
	else
		bgw_attachment_counters_get(site_dp, index, &got);
	if (memcmp(&got, expected, sizeof(got)) != 0)
		expect_fail(here,
			    "counters of %s %u: rx %llu (%llu B) tx %llu (%llu B) dropped %llu "
			    "too big %llu; expected rx %llu (%llu B) tx %llu (%llu B) dropped %llu "
			    "too big %llu",
			    connection ? "connection" : "attachment", index,
			    (unsigned long long)got.rx_pkts, (unsigned long long)got.rx_bytes,
			    (unsigned long long)got.tx_pkts, (unsigned long long)got.tx_bytes,
			    (unsigned long long)got.dropped_pkts,
			    (unsigned long long)got.too_big_pkts,
			    (unsigned long long)expected->rx_pkts,
			    (unsigned long long)expected->rx_bytes,
			    (unsigned long long)expected->tx_pkts,
			    (unsigned long long)expected->tx_bytes,
			    (unsigned long long)expected->dropped_pkts,
			    (unsigned long long)expected->too_big_pkts);
}

/* rx + replicated + originated + from Linux = tx + drops + consumed + to Linux */
static bool frames_add_up(uint64_t *in, uint64_t *out)
{
	*in = 0;
	*out = 0;
	for (uint16_t port = 0; port < BGW_MAX_PORTS; port++) {
		struct bgw_port_counters counters;

		bgw_port_counters_get(site_dp, port, &counters);
		*in += counters.rx_pkts + counters.replicated + counters.originated +
		       counters.from_linux;
		*out += counters.tx_pkts + counters.consumed + counters.to_linux;
		for (int reason = 0; reason < BGW_DROP_COUNT; reason++)
			*out += counters.drops[reason];
	}
	return *in == *out;
}

const char *expect_end(void)
{
	static char text[2048];
	uint64_t in, out;

	text[0] = '\0';
	capture_close();
	if (broken_mbuf != NULL)
		snprintf(text, sizeof(text), "a driver was given %s", broken_mbuf);
	else if (unstated_frames()[0] != '\0')
		snprintf(text, sizeof(text), "frames were sent that the case did not state:%s",
			 unstated_frames());
	else if (unstated_drops()[0] != '\0')
		snprintf(text, sizeof(text), "frames were dropped, and the case did not say so:%s",
			 unstated_drops());
	else if (!frames_add_up(&in, &out))
		snprintf(text, sizeof(text),
			 "the counters do not add up: %llu frames came or were made, and %llu left",
			 (unsigned long long)in, (unsigned long long)out);
	return text;
}
