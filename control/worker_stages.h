/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_WORKER_STAGES_H
#define BGW_CONTROL_WORKER_STAGES_H

/**
 * Where the cycles of each worker go (bgw/stage.h), over the time for which an operator has it
 * measured. None is at first: what is measured is no object, and not stored. Control's thread.
 */

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct control;

/** What control->worker_stages holds. 0 or negative with *error set. */
int worker_stages_create(struct control *control, struct error *error);
void worker_stages_destroy(struct control *control);

/** A worker that begins is measured afresh; for one that is measured already nothing changes. One
 * that ends keeps what was measured. The worker and the dataplane exist. */
void worker_stages_measure(struct control *control, uint16_t worker, bool on);

/** Adds stages_measured, and stages: those that were given frames. */
void worker_stages_add(const struct control *control, uint16_t worker, cJSON *json);

#endif
