/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CONTROL_INSTALL_H
#define CONTROL_INSTALL_H

#include <stddef.h>

/**
 * Files of drivers-conf/ that bgwd reads at run time ("drivers.conf", "xdp/steer.bpf.o"): looked
 * for relative to the executable, in the build directory it was built in or in ../lib/bgw, where
 * the installation puts them. 0 and an absolute path, or -ENOENT with the operator's sentence.
 */
int install_find(const char *file, char *path, size_t path_size, char *why, size_t why_size);

#endif
