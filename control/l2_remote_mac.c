/* SPDX-License-Identifier: BSD-3-Clause */
/* Remote MACs: stations behind a remote gateway connection, and their addresses. */
#include "l2_remote_mac.h"

#include <string.h>

#include "control.h"
#include "forwarding.h"
#include "model.h"
#include "plan.h"
#include "resource.h"

static size_t capacity(const struct control *control)
{
	return control->config.tables.macs;
}

static bool is_in(const struct control *control, const struct bgw_l2_remote_mac *mac,
		  const struct domain_key *domain)
{
	const struct object *connection = model_find(
		control->model, &bgw_l2_remote_gateway_connection_type, &mac->rgw_connection);
	struct domain_key key;

	return connection != NULL &&
	       remote_connection_domain(control, object_record(connection), &key) == 0 &&
	       domain_key_equal(&key, domain);
}

/* The same MAC in the domain: behind another connection, or said twice. */
static int check_mac(const struct control *control, const struct bgw_l2_remote_mac *mac,
		     const struct domain_key *domain, struct error *error)
{
	const struct object *object =
		model_match(control->model, &bgw_l2_remote_mac_type, "mac", &mac->mac);
	char id[BGW_UUID_TEXT_SIZE];

	for (; object != NULL; object = model_match_next(object, "mac")) {
		const struct bgw_l2_remote_mac *other = object_record(object);

		if (bgw_uuid_equal(&other->id, &mac->id) || !is_in(control, other, domain))
			continue;
		bgw_uuid_format(&other->id, id);
		if (!bgw_uuid_equal(&other->rgw_connection, &mac->rgw_connection))
			return error_set(error, BGW_ERROR_REMOTE_MAC_EXISTS,
					 "mac: l2_remote_mac %s says that it is behind another "
					 "connection of the same network; delete that first",
					 id);
		if (mac->ipaddr.family == 0 || other->ipaddr.family == 0 ||
		    bgw_address_equal(&mac->ipaddr, &other->ipaddr))
			return error_set(error, BGW_ERROR_REMOTE_MAC_EXISTS,
					 "mac: l2_remote_mac %s is the same; one MAC may be given "
					 "again only with another ipaddr",
					 id);
	}
	return 0;
}

static int check_ip(const struct control *control, const struct bgw_l2_remote_mac *mac,
		    const struct domain_key *domain, struct error *error)
{
	const struct object *object = NULL;
	char id[BGW_UUID_TEXT_SIZE], text[BGW_ADDRESS_TEXT_SIZE];

	if (mac->ipaddr.family != 0)
		object = model_match(control->model, &bgw_l2_remote_mac_type, "ipaddr",
				     &mac->ipaddr);
	for (; object != NULL; object = model_match_next(object, "ipaddr")) {
		const struct bgw_l2_remote_mac *other = object_record(object);

		if (!bgw_uuid_equal(&other->id, &mac->id) && is_in(control, other, domain))
			return error_set(error, BGW_ERROR_REMOTE_MAC_EXISTS,
					 "ipaddr %s is that of l2_remote_mac %s, another MAC of "
					 "the same network",
					 bgw_address_format(&mac->ipaddr, text),
					 bgw_uuid_format(&other->id, id));
	}
	return 0;
}

static int check_in(const struct control *control, const struct bgw_l2_remote_mac *mac,
		    const struct domain_key *domain, struct error *error)
{
	int rc = check_mac(control, mac, domain, error);

	return rc == 0 ? check_ip(control, mac, domain, error) : rc;
}

int remote_macs_check_move(const struct control *control, const struct bgw_uuid *connection,
			   const struct domain_key *domain, struct error *error)
{
	const struct object *object =
		model_match(control->model, &bgw_l2_remote_mac_type, "rgw_connection", connection);
	char id[BGW_UUID_TEXT_SIZE];
	struct error why;

	for (; object != NULL; object = model_match_next(object, "rgw_connection"))
		if (check_in(control, object_record(object), domain, &why) < 0)
			return error_set(error, BGW_ERROR_REMOTE_MAC_EXISTS,
					 "network_id: l2_remote_mac %s would come into that "
					 "network, but %.200s",
					 bgw_uuid_format(&object_base(object)->id, id),
					 why.message);
	return 0;
}

static bool is_group_address(const struct bgw_address *address)
{
	static const uint8_t zero[sizeof(address->bytes)];

	if (address->family == 4)
		return address->bytes[0] == 0 || address->bytes[0] >= 224;
	return address->bytes[0] == 0xff || memcmp(address->bytes, zero, sizeof(zero)) == 0;
}

static int check_values(const struct bgw_l2_remote_mac *mac, struct error *error)
{
	if (!bgw_mac_is_station(&mac->mac))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "mac must be the address of one station: neither a group address "
				 "nor zero");
	if (mac->ipaddr.family != 0 && is_group_address(&mac->ipaddr))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "ipaddr must be the address of one host");
	return 0;
}

static int check(const struct control *control, const struct bgw_l2_remote_mac *mac,
		 struct error *error)
{
	const struct object *connection = model_find(
		control->model, &bgw_l2_remote_gateway_connection_type, &mac->rgw_connection);
	struct domain_key domain;
	int rc = check_values(mac, error);

	if (rc < 0 || connection == NULL ||
	    remote_connection_domain(control, object_record(connection), &domain) < 0)
		return rc;
	return check_in(control, mac, &domain, error);
}

static int validate_create(struct control *control, struct object *new, struct error *error)
{
	return check(control, object_record(new), error);
}

static int validate_update(struct control *control, const struct object *old, struct object *new,
			   struct error *error)
{
	(void)old;
	return check(control, object_record(new), error);
}

static void publish(struct control *control, struct object *old, struct object *new)
{
	work_publish(control, WORK_REMOTE_MAC, old, new);
}

const struct resource l2_remote_mac_resource = {
	.type = &bgw_l2_remote_mac_type,
	.capacity = capacity,
	.limit = "tables.macs",
	.validate_create = validate_create,
	.validate_update = validate_update,
	.publish = publish,
};
