/* SPDX-License-Identifier: BSD-3-Clause */
/* The registry: a resource is one row. What is referred to comes before what refers. */
#include "resource.h"

extern const struct resource neighbour_resource;
extern const struct resource network_resource;
extern const struct resource port_resource;
extern const struct resource l2_gateway_resource;
extern const struct resource l2_gateway_connection_resource;
extern const struct resource l2_remote_gateway_resource;
extern const struct resource l2_remote_gateway_connection_resource;
extern const struct resource l2_remote_mac_resource;
extern const struct resource l3_negotiation_resource;
extern const struct resource attachment_resource;
extern const struct resource mac_resource;
extern const struct resource worker_resource;
extern const struct resource drop_resource;
extern const struct resource negotiation_session_resource;

const struct resource *const resources[] = {
	&network_resource,
	&port_resource,
	&l2_gateway_resource,
	&l2_gateway_connection_resource,
	&l2_remote_gateway_resource,
	&l2_remote_gateway_connection_resource,
	&l2_remote_mac_resource,
	&l3_negotiation_resource,
	&attachment_resource,
	&mac_resource,
	&worker_resource,
	&drop_resource,
	&neighbour_resource,
	&negotiation_session_resource,
	NULL,
};
