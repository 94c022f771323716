/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_WAIT_H
#define BGWCTL_WAIT_H

#include "collection.h"

#define WAIT_S	   30
#define WAIT_S_MAX 86400

/**
 * Waits until objects are in force: those of types that have a status, until it is ACTIVE, or DOWN
 * where admin_state_up is false. Of the others the answer to their create says so already.
 * OUTCOME_TIMEOUT, with the reason of the first that is not, after session->wait_s. objects is an
 * array as the API answered it.
 */
enum outcome wait_for(struct session *session, const struct bgw_object_type *type,
		      const cJSON *objects);

#endif
