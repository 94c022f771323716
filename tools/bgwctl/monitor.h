/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_MONITOR_H
#define BGWCTL_MONITOR_H

#include "session.h"

/**
 * bgwctl monitor [WHAT]... [--event EVENT]... [--count NUMBER]: prints what happens, a line an
 * event, until it is interrupted or has seen that many. A gateway that goes away is asked again
 * every second, for what was missed meanwhile, too.
 */
enum outcome monitor_run(struct session *session, int count, char **words);

#endif
