/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_WHY_H
#define BGW_WHY_H

#include <stddef.h>

/*
 * Functions that take (why, why_size) tell the operator in one sentence why they failed: which
 * limit or member, and what to do. This writes the sentence and returns -`error`. Any thread.
 */
__attribute__((format(printf, 4, 5))) int bgw_refuse(char *why, size_t why_size, int error,
						     const char *format, ...);

#endif
