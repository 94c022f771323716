/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RELOAD_H
#define BGW_CONTROL_RELOAD_H

/**
 * Certificates and tokens anew while it runs: every tls section of the configuration file and the
 * certificates of negotiation.grpc, the files that they name, and api.tokens. They are taken all
 * together, or where something is wrong, which goes to the log, none. The rest of the file is for
 * the next start.
 *
 * Control thread only; the files are read on the thread pool.
 */

#include <stdbool.h>

struct control;
struct http;
struct reload;

/** Of the file that the configuration came from. NULL without memory. */
struct reload *reload_create(struct control *control, struct http *http, const char *path);
/** reload_is_idle() must be true. Accepts NULL. */
void reload_destroy(struct reload *reload);
bool reload_is_idle(const struct reload *reload);

/** Reads them; once more where it is reading already. */
void reload_start(struct reload *reload);

#endif
