/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_HELP_H
#define BGWCTL_HELP_H

#include <stdio.h>

#include "outcome.h"

/** The options before a command, and all commands. */
void help_all(FILE *out);

/** One command with its arguments, out of the table of members. */
enum outcome help_command(const char *command);

#endif
