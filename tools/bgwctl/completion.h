/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_COMPLETION_H
#define BGWCTL_COMPLETION_H

#include "outcome.h"

/** Prints the script by which bash completes commands, options, values and, where a gateway
 * answers, names; made of the tables of members. */
enum outcome completion_print(int count, char **words);

#endif
