/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>

#include "port/eal_args.h"
#include "port/log_capture.h"
#include "port/pool.h"

#include <bgw/runtime_directory.h>
#include <bgw/why.h>

#define DEFAULT_MEMORY_MBYTES 1024

/* EAL keeps pointers into its arguments. */
static struct eal_args eal_args;

static bool core_is_usable(uint16_t core)
{
	cpu_set_t before;
	cpu_set_t one;
	bool usable;

	if (core >= CPU_SETSIZE || sched_getaffinity(0, sizeof(before), &before) < 0)
		return false;
	CPU_ZERO(&one);
	CPU_SET(core, &one);
	usable = sched_setaffinity(0, sizeof(one), &one) == 0;
	sched_setaffinity(0, sizeof(before), &before);
	return usable;
}

static int cores_check(const struct bgw_eal_config *config, char *why, size_t why_size)
{
	const uint16_t *cores = config->worker_cores;
	const long online = sysconf(_SC_NPROCESSORS_ONLN);

	if (config->worker_cores_count == 0 || config->worker_cores_count > BGW_MAX_WORKERS)
		return bgw_refuse(why, why_size, EINVAL, "workers.cores must name 1 to %d cores",
				  BGW_MAX_WORKERS);
	if (config->control_cores_count == 0)
		return bgw_refuse(why, why_size, EINVAL,
				  "control.cores must name at least one core");
	for (uint16_t i = 0; i < config->worker_cores_count; i++) {
		if (!core_is_usable(cores[i]))
			return bgw_refuse(why, why_size, EINVAL,
					  "workers.cores names core %u, which does not exist or "
					  "which this process may not use: the machine has %ld "
					  "cores, numbered from 0",
					  cores[i], online);
		for (uint16_t j = 0; j < i; j++)
			if (cores[i] == cores[j])
				return bgw_refuse(why, why_size, EINVAL,
						  "workers.cores names core %u twice: each worker "
						  "needs a core of its own",
						  cores[i]);
	}
	for (uint16_t i = 0; i < config->control_cores_count; i++)
		if (!core_is_usable(config->control_cores[i]))
			return bgw_refuse(why, why_size, EINVAL,
					  "control.cores names core %u, which does not exist or "
					  "which this process may not use: the machine has %ld "
					  "cores, numbered from 0",
					  config->control_cores[i], online);
	return 0;
}

static uint64_t hugepages_free_mbytes(void)
{
	static const char base[] = "/sys/kernel/mm/hugepages";
	uint64_t kbytes = 0;
	struct dirent *entry;
	DIR *directory = opendir(base);

	if (directory == NULL)
		return 0;
	while ((entry = readdir(directory)) != NULL) {
		unsigned long size_kbytes;
		unsigned long pages;
		char path[sizeof(base) + 300];
		FILE *file;

		if (sscanf(entry->d_name, "hugepages-%lukB", &size_kbytes) != 1)
			continue;
		snprintf(path, sizeof(path), "%s/%s/free_hugepages", base, entry->d_name);
		file = fopen(path, "re");
		if (file == NULL)
			continue;
		if (fscanf(file, "%lu", &pages) == 1)
			kbytes += pages * size_kbytes;
		fclose(file);
	}
	closedir(directory);
	return kbytes / 1024;
}

static int memory_check(const struct bgw_eal_config *config, char *why, size_t why_size)
{
	const uint64_t pool_mbytes = pool_bytes(config->mbufs, config->mbuf_data_room) >> 20;

	if (config->mbuf_data_room < POOL_DATA_ROOM_MIN)
		return bgw_refuse(why, why_size, EINVAL,
				  "memory.mbuf_bytes is %d, and must be at least %d",
				  config->mbuf_data_room - RTE_PKTMBUF_HEADROOM,
				  POOL_DATA_ROOM_MIN - RTE_PKTMBUF_HEADROOM);
	if (pool_mbytes + 16 > config->memory_mbytes)
		return bgw_refuse(why, why_size, ENOMEM,
				  "memory.mbufs %u need %llu MB, and memory.mbytes is %u: raise "
				  "mbytes or lower mbufs",
				  config->mbufs, (unsigned long long)pool_mbytes + 16,
				  config->memory_mbytes);
	if (config->hugepages && hugepages_free_mbytes() < config->memory_mbytes)
		return bgw_refuse(why, why_size, ENOMEM,
				  "memory.mbytes is %u, and only %llu MB of hugepages are free: "
				  "reserve more (echo %u > /proc/sys/vm/nr_hugepages), lower "
				  "mbytes, or set memory.hugepages to false",
				  config->memory_mbytes,
				  (unsigned long long)hugepages_free_mbytes(),
				  config->memory_mbytes / 2 + 1);
	if (!config->hugepages && config->pci_devices_count > 0)
		return bgw_refuse(why, why_size, EINVAL,
				  "memory.hugepages is false, and the pci port %s needs them",
				  config->pci_devices[0]);
	return 0;
}

static int eal_init(char *why, size_t why_size)
{
	char *argv[EAL_ARGS_MAX + 1]; /* EAL permutes what it is given */
	struct log_capture log;
	char line[256];
	int ret;

	memcpy(argv, eal_args.argv, sizeof(argv));
	log_capture_begin(&log);
	ret = rte_eal_init(eal_args.argc, argv);
	log_capture_end(&log, true, line, sizeof(line));
	if (ret < 0)
		return bgw_refuse(why, why_size, rte_errno != 0 ? rte_errno : EINVAL,
				  "DPDK does not start: %s", line);
	return 0;
}

int bgw_eal_start(const struct bgw_eal_config *given, char *why, size_t why_size)
{
	const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	struct bgw_eal_config config = *given;
	int ret;

	config.memory_mbytes = config.memory_mbytes ?: DEFAULT_MEMORY_MBYTES;
	config.mbufs = config.mbufs ?: POOL_DEFAULT_MBUFS;
	config.mbuf_data_room = config.mbuf_data_room ?: RTE_MBUF_DEFAULT_BUF_SIZE;
	ret = cores_check(&config, why, why_size);
	if (ret == 0)
		ret = memory_check(&config, why, why_size);
	if (ret < 0)
		return ret;
	ret = eal_args_build(&eal_args, &config);
	if (ret < 0)
		return bgw_refuse(why, why_size, -ret, "DPDK's arguments cannot be built: %s",
				  strerror(-ret));
	/* An AF_XDP UMEM is locked memory. Without the right to raise it the driver says so. */
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	ret = eal_init(why, why_size);
	if (ret < 0) {
		eal_args_free(&eal_args);
		return ret;
	}
	bgw_runtime_directories_sweep("bgwd");
	ret = pool_create_all(&config, why, why_size);
	if (ret < 0)
		bgw_eal_stop();
	return ret;
}

void bgw_eal_stop(void)
{
	pool_free_all();
	bgw_runtime_directory_leave("bgwd");
	eal_args_free(&eal_args);
}
