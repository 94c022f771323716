/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_INITIAL_H
#define BGW_CONTROL_INITIAL_H

/**
 * What the configuration file makes of the objects at start, in one transaction: a port object for
 * each configured port, and, once, when the store is new, the objects of `initial`.
 */

#include <stdbool.h>

#include "error.h"

struct control;

/** Runs the loop until it is done. 0 or negative with *error set. */
int initial_apply(struct control *control, bool store_is_new, struct error *error);

#endif
