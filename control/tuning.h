/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CONTROL_TUNING_H
#define CONTROL_TUNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bgw/port.h>

/**
 * The table of driver tuning (drivers-conf/drivers.conf says what is in it and why). Control
 * thread, at start.
 */

struct tuning;

/** An empty table; NULL without memory. */
struct tuning *tuning_create(void);
void tuning_destroy(struct tuning *tuning);

/**
 * Adds the sections of an INI text; keys that are there already are replaced. -EINVAL: `why` names
 * `origin`, the line, and what would be right; the table is then not to be used.
 */
int tuning_parse(struct tuning *tuning, const char *text, const char *origin, char *why,
		 size_t why_size);

/** Reads the installed table and, if it exists, the operator's /etc/bgw/drivers.conf over it. */
struct tuning *tuning_load(char *why, size_t why_size);

struct tuning_values {
	uint16_t rx_desc; /**< 0: no section says */
	uint16_t tx_desc;
	uint16_t rx_queues;
	uint16_t tx_queues;
	char devargs[256];
};

/**
 * What applies to a device: each key from the first of [KIND PARTICULAR], [KIND] and [default] that
 * has it. `particular` may be "".
 */
void tuning_find(const struct tuning *tuning, const char *kind, const char *particular,
		 struct tuning_values *values);

/** Fills what the configuration leaves open in `port`. */
void tuning_apply(const struct tuning *tuning, struct bgw_port_config *port);

#endif
