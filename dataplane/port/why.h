/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PORT_WHY_H
#define PORT_WHY_H

#include <stddef.h>

/* Writes the operator's sentence into `why` and returns -`error`. */
__attribute__((format(printf, 4, 5))) int port_refuse(char *why, size_t why_size, int error,
						      const char *format, ...);

#endif
