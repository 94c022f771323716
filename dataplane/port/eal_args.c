/* SPDX-License-Identifier: BSD-3-Clause */
#include "port/eal_args.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((format(printf, 2, 3))) static int add(struct eal_args *args, const char *format, ...)
{
	char *text;
	va_list list;
	int length;

	if (args->argc == EAL_ARGS_MAX)
		return -E2BIG;
	va_start(list, format);
	length = vasprintf(&text, format, list);
	va_end(list);
	if (length < 0)
		return -ENOMEM;
	args->argv[args->argc++] = text;
	args->argv[args->argc] = NULL;
	return 0;
}

static int add_lcores(struct eal_args *args, const struct bgw_eal_config *config)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int ret;

	if (out == NULL)
		return -ENOMEM;
	fprintf(out, "0@(");
	for (uint16_t i = 0; i < config->control_cores_count; i++)
		fprintf(out, "%s%u", i > 0 ? "," : "", config->control_cores[i]);
	fprintf(out, ")");
	for (uint16_t i = 0; i < config->worker_cores_count; i++)
		fprintf(out, ",%u@%u", i + 1, config->worker_cores[i]);
	ret = fclose(out) == 0 ? add(args, "--lcores=%s", text) : -ENOMEM;
	free(text);
	return ret;
}

int eal_args_build(struct eal_args *args, const struct bgw_eal_config *config)
{
	int ret;

	*args = (struct eal_args){0};
	ret = add(args, "bgwd");
	ret = ret ? ret : add_lcores(args, config);
	ret = ret ? ret : add(args, "-m%u", config->memory_mbytes);
	/* In 22.11 --in-memory does not start without hugepages. */
	if (config->hugepages) {
		ret = ret ? ret : add(args, "--in-memory");
		/* memif's zero copy and vhost share memory with a peer by one descriptor. */
		ret = ret ? ret : add(args, "--single-file-segments");
	} else {
		ret = ret ? ret : add(args, "--no-huge");
		ret = ret ? ret : add(args, "--no-shconf");
		ret = ret ? ret : add(args, "--file-prefix=bgwd-%d", getpid());
	}
	ret = ret ? ret : add(args, "--no-telemetry");
	for (uint16_t i = 0; i < config->pci_devices_count; i++)
		ret = ret ? ret : add(args, "--allow=%s", config->pci_devices[i]);
	if (config->pci_devices_count == 0) {
		ret = ret ? ret : add(args, "--no-pci");
		/* Keeps the pool in one chunk, as an AF_XDP UMEM must be. */
		ret = ret ? ret : add(args, "--iova-mode=va");
	}
	ret = ret ? ret : add(args, "--log-level=lib.eal:warning");
	if (ret < 0)
		eal_args_free(args);
	return ret;
}

void eal_args_free(struct eal_args *args)
{
	for (int i = 0; i < args->argc; i++)
		free(args->argv[i]);
	*args = (struct eal_args){0};
}
