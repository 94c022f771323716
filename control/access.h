/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_ACCESS_H
#define BGW_CONTROL_ACCESS_H

/**
 * Who may use the API: tokens and their roles. A client sends its token as X-Auth-Token, as
 * OpenStack's do; only SHA-256 hashes are known here, and they are compared in constant time.
 *
 * Control thread only.
 */

#include "config.h"
#include "error.h"

struct access;
struct http_exchange;

/** The configuration must outlive it. NULL without memory. */
struct access *access_create(const struct config_api *config);
/** Accepts NULL. */
void access_destroy(struct access *access);

/** Whether the sender of a request may do what it asks for, and who that is (http_caller()). 0, or
 * negative with *error set: who it is was not said (401), or that one may not (403). */
int access_admit(const struct access *access, struct http_exchange *exchange, struct error *error);

#endif
