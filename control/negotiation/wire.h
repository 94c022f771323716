/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_NEGOTIATION_WIRE_H
#define BGW_CONTROL_NEGOTIATION_WIRE_H

/** What is looked at of a protobuf message of a peer before it is unpacked. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Whether the message has so many fields at most, those within others not counted. Unpacking one
 * costs allocations for each of its fields, also for those that nobody knows, and two bytes are a
 * field. What is no message has none too many: to unpack it fails.
 */
bool wire_has_few_fields(const uint8_t *packed, size_t bytes, size_t most);

#endif
