/* SPDX-License-Identifier: BSD-3-Clause */
#include "eal.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include <bgw/runtime_directory.h>
#include <bgw/why.h>

#include "port.h"

#define NAME	      "bgwgen"
#define ARGUMENTS_MAX (16 + GENERATOR_PORTS_MAX)

struct arguments {
	char text[ARGUMENTS_MAX][640];
	char *argv[ARGUMENTS_MAX + 1];
	int argc;
};

__attribute__((format(printf, 2, 3))) static void add(struct arguments *arguments,
						      const char *format, ...)
{
	char *text = arguments->text[arguments->argc];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(arguments->text[0]), format, list);
	va_end(list);
	arguments->argv[arguments->argc++] = text;
}

static int cores_complete(struct options *options, char *why, size_t why_size)
{
	cpu_set_t allowed;
	unsigned int first = 0;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return bgw_refuse(why, why_size, errno,
				  "the CPUs of this process are not known: %s", strerror(errno));
	while (first < CPU_SETSIZE - 1 && !CPU_ISSET(first, &allowed))
		first++;
	if (options->cores_count == 0)
		options->cores[options->cores_count++] = first;
	if (!options->has_control_core)
		options->control_core = first;
	for (uint16_t i = 0; i < options->cores_count; i++)
		if (!CPU_ISSET(options->cores[i], &allowed))
			return bgw_refuse(why, why_size, EINVAL,
					  "--core %u: this process may not use this CPU",
					  options->cores[i]);
	if (!CPU_ISSET(options->control_core, &allowed))
		return bgw_refuse(why, why_size, EINVAL,
				  "--control-core %u: this process may not use this CPU",
				  options->control_core);
	return 0;
}

unsigned int eal_rx_lcore(const struct options *options)
{
	return options->cores_count == 2 ? EAL_TX_LCORE + 1 : EAL_TX_LCORE;
}

int eal_start(struct options *options, char *why, size_t why_size)
{
	static struct arguments arguments;
	bool has_pci = false;
	int ret = cores_complete(options, why, why_size);

	if (ret < 0)
		return ret;
	add(&arguments, NAME);
	if (options->cores_count == 2)
		add(&arguments, "--lcores=0@%u,1@%u,2@%u", options->control_core, options->cores[0],
		    options->cores[1]);
	else
		add(&arguments, "--lcores=0@%u,1@%u", options->control_core, options->cores[0]);
	add(&arguments, "-m%u", port_memory_mbytes(options));
	/* In 22.11 --in-memory does not start without huge pages. */
	if (options->hugepages) {
		add(&arguments, "--in-memory");
		/* memif's zero copy and vhost share memory with a peer by one descriptor. */
		add(&arguments, "--single-file-segments");
	} else {
		add(&arguments, "--no-huge");
		add(&arguments, "--no-shconf");
		add(&arguments, "--file-prefix=%s-%d", NAME, getpid());
	}
	add(&arguments, "--no-telemetry");
	for (uint16_t i = 0; i < options->ports_count; i++)
		if (port_is_pci(options->ports[i].device)) {
			add(&arguments, "--allow=%s", options->ports[i].device);
			has_pci = true;
		}
	if (!has_pci) {
		add(&arguments, "--no-pci");
		add(&arguments, "--iova-mode=va");
	}
	add(&arguments, "--log-level=*:error");
	if (rte_eal_init(arguments.argc, arguments.argv) < 0)
		return bgw_refuse(why, why_size, rte_errno,
				  "DPDK does not start (%s): see above; --memory %u must fit, and "
				  "--hugepages needs huge pages of the machine",
				  rte_strerror(rte_errno), port_memory_mbytes(options));
	bgw_runtime_directories_sweep(NAME);
	return 0;
}

void eal_stop(void)
{
	bgw_runtime_directory_leave(NAME);
}
