/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_AGENT_LINK_WATCH_H
#define BGW_AGENT_LINK_WATCH_H

/** Tells when interfaces have changed: with one that goes, Linux forgets its addresses and routes.
 */

#include <uv.h>

struct link_watch;

/** Calls back some time after the last of several changes. NULL and errno. */
struct link_watch *link_watch_open(uv_loop_t *loop, void (*changed)(void *arg), void *arg);
/** The loop must run once more. Accepts NULL. */
void link_watch_close(struct link_watch *watch);

#endif
