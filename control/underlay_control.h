/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_UNDERLAY_CONTROL_H
#define BGW_CONTROL_UNDERLAY_CONTROL_H

/**
 * Ties the underlay (underlay.h) to the rest of control: its ports and static entries come from the
 * configuration and the ports that run, its own addresses go to workers and steering.
 */

#include <stdint.h>

#include "error.h"

struct control;

/** Sets control->underlay, which then knows what Linux knows. After the ports were added, before
 * objects are replayed. Negative with *error set. */
int underlay_control_start(struct control *control, struct error *error);
/** After every path was released. May be called whatever was started. */
void underlay_control_stop(struct control *control);

/** Looks at the ports now (administrative state, link), not when the next second begins. */
void underlay_control_ports_changed(struct control *control);

#endif
