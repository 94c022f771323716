/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_L3_NEGOTIATOR_H
#define BGW_CONTROL_L3_NEGOTIATOR_H

/**
 * The layer-3 negotiator: agrees with other gateways on the subnet of a link between their routers
 * and on what is routed over it, has the configuration agent configure that, and takes it back when
 * it is released, on both sides. What it does is kept as objects of type negotiation; each step is
 * recorded before it is done, so that whatever is under way when the gateway ends is finished or
 * undone by the next.
 *
 * Control thread only.
 */

#include <stdbool.h>

#include "config.h"
#include "error.h"
#include "object.h"

struct control;
struct http_exchange;
struct negotiator;
struct negotiator_credentials;

/** What can be told of the configuration alone. 0, or negative with *error set. */
int negotiator_check(const struct config *config, struct error *error);

/** Makes control->negotiator, which stays NULL where the configuration has none. 0, or negative
 * with *error set. */
int negotiator_start(struct control *control, struct error *error);
/** The objects are there: goes on with what is under way, and listens. 0, or negative with *error
 * set. Without a negotiator it does nothing, as do all of these. */
int negotiator_run(struct control *control, struct error *error);
/** No more requests; those that wait are answered. */
void negotiator_quiesce(struct control *control);
bool negotiator_is_idle(const struct control *control);
void negotiator_stop(struct control *control);

/** What the certificates of a configuration that is read anew hold, those of the listeners and
 * those for the agent; NULL where there is no negotiator. 0, or negative with *error set. Any
 * thread. */
int negotiator_credentials_load(const struct control *control, const struct config *config,
				struct negotiator_credentials **credentials, struct error *error);
/** Accepts NULL. */
void negotiator_credentials_free(struct negotiator_credentials *credentials);
/** They are in control->config now. Takes them. */
void negotiator_credentials_replace(struct control *control,
				    struct negotiator_credentials *credentials);

#define L3_START_PATH "/api/v1/start_negotiation"
/** POST of that, by a listener of the API. */
void negotiator_ask(struct control *control, struct http_exchange *exchange);
/** The body of an error, in the form that both requests have; free(). */
char *negotiator_error_body(const struct error *error, size_t *length);

/** A negotiation is now in another state. To be called when that is committed. */
void negotiator_changed(struct control *control, const struct object *old,
			const struct object *new);
/** What it waits for, NULL when nothing fails. */
const char *negotiator_trouble(const struct control *control, const struct bgw_uuid *id);

#endif
