/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_PLAN_H
#define BGW_CONTROL_PLAN_H

/**
 * What the objects of the model mean for the dataplane: which attachments a gateway's interfaces
 * make, and into which broadcast domain each attachment and each tunnel belongs. Asked by
 * validation before anything happens, and again by what makes it so. Has no state.
 *
 * A gateway without l2_gateway_connection has a private domain; else each of those connections
 * attaches its interfaces to a network. A remote connection that names no network is in the private
 * domain, or in the network of the gateway's only l2_gateway_connection.
 */

#include <bgw/bridge.h>

#include "domain.h"
#include "error.h"
#include "object.h"

struct control;

struct planned_attachment {
	struct domain_key domain;
	uint16_t port;
	enum bgw_attachment_kind kind;
	struct bgw_tags tags;
	const struct bgw_l2_gateway_interface *interface;
	bool admin_up;
};

/** A gateway as it is, or as it would be with another l2_gateway_connection, or without one. */
struct plan {
	const struct control *control;
	const struct bgw_l2_gateway *gateway;
	const struct bgw_l2_gateway_connection *with; /**< or NULL; replaces the one of its id */
	const struct bgw_uuid *without;		      /**< or NULL */
};

/** Calls back for each attachment, until the callback returns false. False if it did. Interfaces
 * whose port does not exist make none. */
typedef bool plan_visit(void *arg, const struct planned_attachment *attachment);
bool plan_attachments(const struct plan *plan, plan_visit *visit, void *arg);

/** Whether every attachment can be: none twice, none that another gateway has, not too many. The
 * gateway in the model with the same id is not looked at. */
int plan_check(const struct plan *plan, struct error *error);

/** Whether the gateway's interfaces say themselves which tags they take. */
bool interface_carries_ids(const struct bgw_l2_gateway_interface *interface);
bool gateway_carries_ids(const struct bgw_l2_gateway *gateway);

/** Index of the port, or -ENOENT. */
int plan_port_index(const struct control *control, const char *name);

/** How many networks the gateway is in. */
unsigned int gateway_network_count(const struct control *control, const struct bgw_uuid *gateway);

/** The domain of a remote connection. -EINVAL: it names no network, and its gateway is in several.
 */
int remote_connection_domain(const struct control *control,
			     const struct bgw_l2_remote_gateway_connection *connection,
			     struct domain_key *key);

/** False where a network's admin_state_up stops all that is in it. */
bool domain_is_up(const struct control *control, const struct domain_key *key);

/** Whether it names its network itself. */
bool remote_connection_has_network(const struct bgw_l2_remote_gateway_connection *connection);

#endif
