/* SPDX-License-Identifier: BSD-3-Clause */
/* What must fit together in a configuration, beyond what each member's row says. */
#include <string.h>
#include <strings.h>

#include "config.h"

/* Ids of broadcast domains: BGW_MAX_DOMAIN_ID of bgw/dataplane.h. */
#define DOMAINS_MAX 65534u

static bool list_has(const struct bgw_list *cores, uint32_t core)
{
	for (uint32_t i = 0; i < cores->count; i++)
		if (((const uint32_t *)cores->items)[i] == core)
			return true;
	return false;
}

static int check_cores(const struct config *config, struct error *error)
{
	const uint32_t *cores = config->workers.cores.items;

	for (uint32_t i = 0; i < config->workers.cores.count; i++) {
		for (uint32_t j = 0; j < i; j++)
			if (cores[i] == cores[j])
				return error_set(
					error, BGW_ERROR_INVALID_INPUT,
					"workers.cores names CPU %u twice; give each worker "
					"a CPU of its own",
					cores[i]);
		if (config->workers.idle == CONFIG_IDLE_POLL &&
		    list_has(&config->control.cores, cores[i]))
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "workers.cores and control.cores share CPU %u; give a "
					 "polling worker a CPU of its own, or set workers.idle to "
					 "\"sleep\"",
					 cores[i]);
	}
	return 0;
}

/* Two ports cannot share what one of them takes whole. */
static const struct config_port *same_device(const struct config *config, uint32_t i)
{
	const struct config_port *port = config_port_at(config, i);

	for (uint32_t j = 0; j < i && port->device != NULL && port->device[0] != '\0'; j++) {
		const struct config_port *other = config_port_at(config, j);

		if (other->device != NULL && strcmp(other->device, port->device) == 0)
			return other;
	}
	return NULL;
}

static int check_port(const struct config *config, uint32_t i, struct error *error)
{
	const struct config_port *port = config_port_at(config, i);

	if (config_port_find(config, port->name) != port)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "ports[%u].name \"%s\" is that of another port; give it its own",
				 i, port->name);
	if (port->tpid != 0 && port->tpid != 0x8100 && port->tpid != 0x88a8)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "ports[%u].tpid must be \"0x8100\" or \"0x88a8\"", i);
	if (port->vlan != 0 && port->role != BGW_ROLE_UNDERLAY)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "ports[%u].vlan is for underlay ports; an access port's VLANs "
				 "belong to its gateways",
				 i);
	if (same_device(config, i) != NULL)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "ports[%u].device \"%.60s\" is that of port \"%s\" too; give each "
				 "port a device of its own",
				 i, port->device, same_device(config, i)->name);
	return 0;
}

/* 0.0.0.0, multicast and broadcast are nobody's own. */
static bool is_host(const struct bgw_address *address)
{
	if (address->family == 4)
		return address->bytes[0] != 0 && address->bytes[0] < 224;
	return address->family == 6 && address->bytes[0] != 0xff;
}

static int check_vtep(const struct config *config, struct error *error)
{
	const struct bgw_address *vtep = &config->underlay.vtep;

	if (vtep->family != 0 && !is_host(vtep))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "underlay.vtep must be a unicast address of this machine");
	return 0;
}

static int check_neighbours(const struct config *config, struct error *error)
{
	const struct config_neighbour *neighbours = config->underlay.neighbours.items;

	for (uint32_t i = 0; i < config->underlay.neighbours.count; i++) {
		const struct config_port *port = config_port_find(
			config, neighbours[i].port != NULL ? neighbours[i].port : "");

		if (port == NULL || port->role != BGW_ROLE_UNDERLAY)
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "underlay.neighbours[%u].port must name an underlay port",
					 i);
		if (!is_host(&neighbours[i].ip))
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "underlay.neighbours[%u].ip must be a unicast address", i);
		if ((neighbours[i].mac.bytes[0] & 1) != 0)
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "underlay.neighbours[%u].mac must be a unicast MAC", i);
	}
	return 0;
}

/* Each network and each gateway may have a broadcast domain, which has an id. */
static int check_tables(const struct config *config, struct error *error)
{
	if (config->tables.networks + config->tables.gateways <= DOMAINS_MAX)
		return 0;
	return error_set(error, BGW_ERROR_INVALID_INPUT,
			 "tables.networks and tables.gateways together must be at most %u, not %u",
			 DOMAINS_MAX, config->tables.networks + config->tables.gateways);
}

/* A token that anybody has, because it is none. */
static bool is_hash_of_nothing(const struct bgw_sha256 *hash)
{
	static const char nothing[] =
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	struct bgw_sha256 other;

	bgw_sha256_parse(nothing, &other);
	return memcmp(hash, &other, sizeof(other)) == 0;
}

static bool same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && a[0] != '\0' && strcasecmp(a, b) == 0;
}

static int check_bodies(const struct config_api *api, struct error *error)
{
	if (api->body_max_bytes <= api->bulk_body_max_bytes)
		return 0;
	return error_set(error, BGW_ERROR_INVALID_INPUT,
			 "api.body_max_bytes must be at most api.bulk_body_max_bytes, %u",
			 api->bulk_body_max_bytes);
}

static int check_tokens(const struct config_api *api, struct error *error)
{
	const struct config_token *tokens = api->tokens.items;
	struct bgw_sha256 hash;

	for (uint32_t i = 0; i < api->tokens.count; i++) {
		if (bgw_sha256_parse(tokens[i].sha256, &hash) < 0)
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "api.tokens[%u].sha256 must be 64 hexadecimal digits, as "
					 "of printf %%s TOKEN | sha256sum",
					 i);
		if (is_hash_of_nothing(&hash))
			return error_set(
				error, BGW_ERROR_INVALID_INPUT,
				"api.tokens[%u].sha256 is the hash of an empty token; make "
				"a token, as of openssl rand -hex 32",
				i);
		for (uint32_t j = 0; j < i; j++)
			if (same_text(tokens[i].sha256, tokens[j].sha256) ||
			    same_text(tokens[i].name, tokens[j].name))
				return error_set(error, BGW_ERROR_INVALID_INPUT,
						 "api.tokens[%u] has the sha256 or the name of "
						 "api.tokens[%u]; give each its own",
						 i, j);
	}
	if (api->tokens_everywhere && api->tokens.count == 0)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "api.tokens_everywhere needs api.tokens, or nobody gets in");
	return 0;
}

static int check_udp_ports(const struct config *config, struct error *error)
{
	if (config->negotiation.udp.port != config->vxlan.port)
		return 0;
	return error_set(error, BGW_ERROR_INVALID_INPUT,
			 "negotiation.udp.port must be another one than vxlan.port, %u",
			 config->vxlan.port);
}

int config_check(const struct config *config, struct error *error)
{
	int rc = check_cores(config, error);

	if (rc == 0)
		rc = check_tables(config, error);

	for (uint32_t i = 0; i < config->ports.count && rc == 0; i++)
		rc = check_port(config, i, error);
	rc = rc == 0 ? check_vtep(config, error) : rc;
	rc = rc == 0 ? check_neighbours(config, error) : rc;
	rc = rc == 0 ? check_udp_ports(config, error) : rc;
	rc = rc == 0 ? check_bodies(&config->api, error) : rc;
	return rc == 0 ? check_tokens(&config->api, error) : rc;
}
