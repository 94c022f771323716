/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_DEVICE_H
#define BGWCTL_DEVICE_H

#include <cjson/cJSON.h>

#include "field.h"
#include "outcome.h"

/**
 * A member made of records, from text: JSON, or the form that OpenStack's l2-gateway commands know,
 *
 *   name=DEVICE,interface_names=PORT|ID#ID;PORT|ID
 *
 * where "name=DEVICE," may be left out for this gateway. *value is the caller's to delete.
 */
enum outcome device_parse(const struct bgw_field *field, const char *text, cJSON **value);

#endif
