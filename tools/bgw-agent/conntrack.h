/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_AGENT_CONNTRACK_H
#define BGW_AGENT_CONNTRACK_H

/** The flows that Linux tracks. A flow is translated as it was when it began, so those that a
 * translation is about are forgotten when it comes or goes. */

#include "rpc/configuration.h"

/** Forgets the flows that are translated, or would be. 0 or negative errno. */
int conntrack_forget(const struct agent_nat *nat);

#endif
