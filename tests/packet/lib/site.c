/* SPDX-License-Identifier: BSD-3-Clause */
#include "site.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bgw/port.h>
#include <bgw/worker.h>

#include "dataplane.h"
#include "expect.h"
#include "mirror.h"
#include "port/port.h"
#include "worker/worker.h"

struct bgw_dataplane *site_dp;

static uint16_t workers = 1;
static bool multi_segment = true;
static uint32_t buffers_at_begin;

uint16_t site_workers(void)
{
	return workers;
}

bool site_is_multi_segment(void)
{
	return multi_segment;
}

struct rte_ether_addr mac(const char *text)
{
	struct rte_ether_addr address;

	if (rte_ether_unformat_addr(text, &address) != 0) {
		fprintf(stderr, "\"%s\" is no MAC address\n", text);
		exit(1);
	}
	return address;
}

struct bgw_ip ip(const char *text)
{
	const int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	struct bgw_ip address = {.family = family == AF_INET6 ? 6 : 4};

	if (inet_pton(family, text, address.v6) != 1) {
		fprintf(stderr, "\"%s\" is no IP address\n", text);
		exit(1);
	}
	return address;
}

void site_result(int status, int expected, const char *what, struct site_line here)
{
	if (status != expected)
		expect_fail(here, "%s: %s, expected %s", what, strerror(-status),
			    strerror(-expected));
}

void site_domain(uint16_t id, bool suppress, const bgw_ref *flood, size_t count,
		 struct site_line here)
{
	const struct bgw_domain_spec spec = {
		.flood_count = (uint32_t)count, .flood = flood, .suppress = suppress};

	site_result(bgw_domain_set(site_dp, id, &spec), 0, "domain", here);
}

void site_station(uint16_t id, const char *text, bgw_ref ref, struct site_line here)
{
	const struct rte_ether_addr address = mac(text);

	site_result(bgw_fdb_put(site_dp, id, &address, ref), 0, "station", here);
}

uint16_t station_seen_s(const char *text)
{
	const struct rte_ether_addr address = mac(text);
	struct bgw_fdb_entry entry = {.seen_s = 0};

	assert_int_equal(bgw_fdb_get(site_dp, 1, &address, &entry), 0);
	return entry.seen_s;
}

void site_lan(void)
{
	attach(1, ACCESS_1);
	attach(2, ACCESS_2);
	peer(1, REMOTE_1);
	path(1, REMOTE_1);
	tunnel(1, 5000);
	domain(1, at(1), at(2), by(1));
	station(1, HOST_A, at(1));
	station(1, HOST_B, at(2));
	station(1, HOST_R, by(1));
}

void site_clock(uint16_t now_s)
{
	dataplane_clock_set(site_dp, now_s);
}

void site_round(uint16_t worker)
{
	worker_round(site_dp->workers[worker]);
	expect_collect();
}

void site_run(void)
{
	/* A frame that is handed over takes a round of each of two workers. */
	for (uint32_t idle_rounds = 0; idle_rounds < 3; idle_rounds++) {
		for (uint16_t worker = 0; worker < workers; worker++)
			if (worker_round(site_dp->workers[worker]) > 0)
				idle_rounds = 0;
		expect_collect();
	}
	bgw_dataplane_poll(site_dp);
}

static void give_shaped(uint16_t port, const struct packet *packet,
			const struct ring_port_shape *shape)
{
	ring_port_give(port, packet, shape);
	expect_given(port);
}

void give(uint16_t port, const struct packet *packet)
{
	give_shaped(port, packet, &(struct ring_port_shape){.headroom_bytes = 128});
}

void site_inject_shaped(uint16_t port, const struct packet *packet, struct ring_port_shape shape)
{
	give_shaped(port, packet, &shape);
	site_run();
}

void inject(uint16_t port, const struct packet *packet)
{
	give(port, packet);
	site_run();
}

static uint32_t buffers_in_use(void)
{
	struct bgw_mbuf_usage usage;

	bgw_mbuf_usage_get(&usage);
	return usage.in_use;
}

static void case_begin(const char *name)
{
	struct bgw_limits limits = {
		.macs = 1024,
		.connections = 256,
		.attachments = 256,
		.domains = 64,
		.paths = 64,
		.peers = 64,
		.neighbours = 64,
		.workers = workers,
	};
	const struct bgw_ip own = ip(VTEP);

	if (site_limits_hook != NULL)
		site_limits_hook(&limits);
	buffers_at_begin = buffers_in_use();
	site_dp = bgw_dataplane_create(&limits);
	if (site_dp == NULL) {
		perror("dataplane");
		exit(1);
	}
	expect_begin(name);
	site_clock(SITE_START_S);
	for (uint16_t port = ACCESS_1; port < RING_PORTS_END; port++)
		port_table[port].tx_multi_segment = multi_segment;
	site_result(bgw_own_addresses_set(site_dp, &own, 1), 0, "own address", HERE);
}

/* Also after a case that failed half way. */
static int case_clean_up(void **state)
{
	(void)state;
	if (site_dp != NULL)
		bgw_workers_stop(site_dp);
	bgw_dataplane_destroy(site_dp);
	site_dp = NULL;
	mirror_close();
	ring_port_reset_all();
	packet_free_all();
	return 0;
}

static void case_run(void **state)
{
	const struct packet_case *the_case = *state;
	char why[2048];
	uint32_t missing;

	case_begin(the_case->name);
	the_case->body();
	site_run();
	snprintf(why, sizeof(why), "%s", expect_end());
	case_clean_up(NULL);
	if (why[0] != '\0')
		expect_fail(HERE, "%s: %s", the_case->name, why);
	missing = buffers_in_use() - buffers_at_begin;
	if (missing != 0 && site_ports_hook == NULL)
		expect_fail(HERE, "%s: %d buffers did not come back", the_case->name, (int)missing);
}

static void machine_start(uint16_t data_room)
{
	struct bgw_eal_config config = {
		.control_cores_count = 1,
		.worker_cores_count = workers,
		.memory_mbytes = 256,
		.mbufs = 8192,
		.mbuf_data_room = data_room,
	};
	uint16_t cores[BGW_MAX_WORKERS];
	char why[256] = "";
	cpu_set_t usable;
	uint16_t found = 0, first = (uint16_t)sched_getcpu();

	sched_getaffinity(0, sizeof(usable), &usable);
	/* From where the kernel put it on: another program may run beside this one. */
	for (uint16_t i = 0; i < CPU_SETSIZE && found < workers; i++) {
		const uint16_t core = (uint16_t)((first + i) % CPU_SETSIZE);

		if (CPU_ISSET(core, &usable))
			cores[found++] = core;
	}
	config.control_cores = cores;
	config.worker_cores = cores;
	if (found < workers || bgw_eal_start(&config, why, sizeof(why)) < 0) {
		fprintf(stderr, "%u cores: %s\n", found, why);
		exit(1);
	}
	ring_port_open_all(site_ports_hook);
}

int site_main(int argc, char **argv, const struct packet_case *cases, size_t count)
{
	struct CMUnitTest *tests = calloc(count, sizeof(*tests));
	const char *slash = strrchr(argv[0], '/');
	uint16_t data_room = 0;
	int option, failed;

	while ((option = getopt(argc, argv, "w:sr:k:")) != -1) {
		if (option == 'w')
			workers = (uint16_t)atoi(optarg);
		else if (option == 's')
			multi_segment = false;
		else if (option == 'r')
			data_room = (uint16_t)atoi(optarg);
		else if (option == 'k')
			cmocka_set_test_filter(optarg);
		else
			return 2;
	}
	if (tests == NULL)
		return 1;
	for (size_t i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){
			.name = cases[i].name,
			.test_func = case_run,
			.teardown_func = case_clean_up,
			.initial_state = (void *)(uintptr_t)&cases[i],
		};
	machine_start(data_room);
	failed = _cmocka_run_group_tests(slash != NULL ? slash + 1 : argv[0], tests, count, NULL,
					 NULL);
	ring_port_close_all();
	if (buffers_in_use() != 0) {
		fprintf(stderr, "%u buffers did not come back from the ports\n", buffers_in_use());
		failed++;
	}
	bgw_eal_stop();
	free(tests);
	return failed;
}

void site_reader_hold(void)
{
	rte_rcu_qsbr_thread_register(site_dp->qsbr, 0);
	rte_rcu_qsbr_thread_online(site_dp->qsbr, 0);
}

void site_reader_release(void)
{
	rte_rcu_qsbr_thread_offline(site_dp->qsbr, 0);
	rte_rcu_qsbr_thread_unregister(site_dp->qsbr, 0);
	/* Those that waited, and those that came later. */
	bgw_dataplane_poll(site_dp);
	bgw_dataplane_poll(site_dp);
}
