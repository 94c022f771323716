/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <rte_ethdev.h>

#include <bgw/why.h>

#include "exception/exception.h"
#include "exception/mirror.h"
#include "port/port.h"

/* Workers make no system call for the thread, so it looks after them: often while they send. */
#define NAP_MIN_NS 50000
#define NAP_MAX_NS 1000000
/* How often the port's link, MTU and address are compared with the tap's. */
#define FOLLOW_NS 200000000

static struct mirror mirrors[BGW_MAX_PORTS];
static uint16_t mirrors_count;
static pthread_t thread;
static bool thread_runs;
static bool thread_must_end;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Sleeps for `nap_ns`, or until Linux sends. */
static void nap(uint64_t nap_ns)
{
	const struct timespec timeout = {.tv_nsec = (long)nap_ns};
	struct pollfd fds[BGW_MAX_PORTS];
	bool broken = false;

	for (uint16_t i = 0; i < mirrors_count; i++)
		fds[i] = (struct pollfd){.fd = mirrors[i].tap.fd, .events = POLLIN};
	ppoll(fds, mirrors_count, &timeout, NULL);
	for (uint16_t i = 0; i < mirrors_count; i++)
		broken = broken || (fds[i].revents & ~POLLIN) != 0;
	/* Somebody deleted a tap: poll() does not wait on it any more. */
	if (broken)
		nanosleep(&timeout, NULL);
}

static void *run(void *argument)
{
	uint64_t follow_at_ns = 0;
	uint64_t nap_ns = NAP_MIN_NS;

	(void)argument;
	while (!__atomic_load_n(&thread_must_end, __ATOMIC_ACQUIRE)) {
		const uint64_t now = now_ns();
		uint32_t moved = 0;

		for (uint16_t i = 0; i < mirrors_count; i++) {
			if (now >= follow_at_ns)
				mirror_follow(&mirrors[i]);
			moved += mirror_to_linux(&mirrors[i], now);
			moved += mirror_from_linux(&mirrors[i]);
		}
		if (now >= follow_at_ns)
			follow_at_ns = now + FOLLOW_NS;
		if (moved > 0) {
			nap_ns = NAP_MIN_NS;
			continue;
		}
		nap(nap_ns);
		nap_ns = nap_ns * 2 > NAP_MAX_NS ? NAP_MAX_NS : nap_ns * 2;
	}
	return NULL;
}

int bgw_exception_start(char *why, size_t why_size)
{
	struct bgw_port_info info;
	int ret = 0;

	for (uint16_t port = 0; port < BGW_MAX_PORTS && ret == 0; port++) {
		if (bgw_port_info_get(port, &info) < 0 || info.driver->linux_sees_it ||
		    info.netdev[0] == '\0')
			continue;
		ret = mirror_create(&mirrors[mirrors_count], port, &info, now_ns(), why, why_size);
		if (ret == 0)
			mirrors_count++;
	}
	if (ret == 0 && mirrors_count > 0) {
		thread_must_end = false;
		ret = -pthread_create(&thread, NULL, run, NULL);
		thread_runs = ret == 0;
		if (ret < 0)
			bgw_refuse(why, why_size, -ret, "the exception thread cannot start: %s",
				   strerror(-ret));
	}
	if (ret < 0)
		bgw_exception_stop();
	return ret;
}

void bgw_exception_stop(void)
{
	if (thread_runs) {
		__atomic_store_n(&thread_must_end, true, __ATOMIC_RELEASE);
		pthread_join(thread, NULL);
		thread_runs = false;
	}
	while (mirrors_count > 0)
		mirror_destroy(&mirrors[--mirrors_count]);
}

int bgw_exception_counters_get(uint16_t port, struct bgw_exception_counters *counters)
{
	for (uint16_t i = 0; i < mirrors_count; i++) {
		if (mirrors[i].port != port)
			continue;
		mirror_counters_get(&mirrors[i], counters);
		return 0;
	}
	return -ENOENT;
}

const char *bgw_exception_class_name(enum bgw_exception_class number)
{
	static const char *const names[] = {
#define X(id, name, pps) #name,
		BGW_EXCEPTION_LIST(X)
#undef X
	};

	return number < BGW_EXCEPTION_COUNT ? names[number] : "";
}
