/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CONTROL_XDP_OBJECT_H
#define CONTROL_XDP_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include <linux/bpf.h>

/* What xdp.c and xdp_steer.c share. */

/* The path of PROGRAM.bpf.o. -ENOENT. */
int xdp_object_path(const char *program, char *path, size_t path_size, char *why, size_t why_size);
/* What the kernel knows of program `id`. */
int xdp_object_info(uint32_t id, struct bpf_prog_info *info);

#endif
