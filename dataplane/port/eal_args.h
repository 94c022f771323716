/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PORT_EAL_ARGS_H
#define PORT_EAL_ARGS_H

#include <stddef.h>

#include <bgw/port.h>

/*
 * The command line that EAL is started with.
 *
 * Core 0 of EAL, the main lcore, is the control thread on all control CPUs; lcore w + 1 is worker
 * w. So EAL's limit on CPU numbers does not matter, and control may share a CPU with a worker.
 */
#define EAL_ARGS_MAX 96

struct eal_args {
	int argc;
	char *argv[EAL_ARGS_MAX + 1];
};

/* -ENOMEM, -E2BIG: too many PCI devices. Nothing is left allocated on an error. */
int eal_args_build(struct eal_args *args, const struct bgw_eal_config *config);
void eal_args_free(struct eal_args *args);

#endif
