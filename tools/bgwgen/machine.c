/* SPDX-License-Identifier: BSD-3-Clause */
#include "machine.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_version.h>

static void cpu_read(char *text, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256];

	snprintf(text, size, "unknown");
	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		const char *colon = strchr(line, ':');

		if (strncmp(line, "model name", 10) != 0 || colon == NULL)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(text, size, "%s", colon + 1 + strspn(colon + 1, " "));
		break;
	}
	fclose(file);
}

/* Of all CPUs: user, nice, system, idle, iowait, irq, softirq, steal. */
static void ticks_read(uint64_t *steal, uint64_t *all)
{
	FILE *file = fopen("/proc/stat", "re");
	unsigned long long ticks[8] = {0};

	*steal = *all = 0;
	if (file == NULL)
		return;
	if (fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &ticks[0], &ticks[1],
		   &ticks[2], &ticks[3], &ticks[4], &ticks[5], &ticks[6], &ticks[7]) == 8) {
		*steal = ticks[7];
		for (int i = 0; i < 8; i++)
			*all += ticks[i];
	}
	fclose(file);
}

void machine_read(struct machine *machine)
{
	const time_t now = time(NULL);
	struct utsname name = {0};
	struct tm tm;

	memset(machine, 0, sizeof(*machine));
	cpu_read(machine->cpu, sizeof(machine->cpu));
	uname(&name);
	snprintf(machine->kernel, sizeof(machine->kernel), "%.20s %.64s %.64s", name.sysname,
		 name.release, name.machine);
	snprintf(machine->dpdk, sizeof(machine->dpdk), "%s", rte_version());
	gmtime_r(&now, &tm);
	strftime(machine->date, sizeof(machine->date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	machine->cpus = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	machine->tsc_hz = (double)rte_get_tsc_hz();
	ticks_read(&machine->steal_ticks, &machine->all_ticks);
}

void machine_finish(struct machine *machine)
{
	uint64_t steal, all;

	ticks_read(&steal, &all);
	if (all > machine->all_ticks)
		machine->steal_ratio =
			(double)(steal - machine->steal_ticks) / (double)(all - machine->all_ticks);
}
