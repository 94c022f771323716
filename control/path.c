/* SPDX-License-Identifier: BSD-3-Clause */
#include "path.h"

#include <errno.h>
#include <net/ethernet.h>
#include <stdlib.h>
#include <string.h>

#include <bgw/dataplane.h>
#include <bgw/tunnel.h>

#include "index.h"
#include "log.h"
#include "objects.h"
#include "underlay.h"

#define BUCKETS	     1024u
#define PUBLISH_ROOM 16u /* left to those who publish for requests */

struct path {
	struct paths *paths;
	struct path_key key;
	uint32_t index;
	uint32_t users;
	struct underlay_path *underlay;
	bool dirty; /* workers have not seen its state yet */
	bool was_up;
	struct path *next;
	struct path *dirty_next;
};

struct paths {
	struct bgw_dataplane *dp;
	struct underlay *underlay;
	struct indexes *indexes;
	uint16_t vxlan_udp_port;
	path_changed *changed;
	void *context;
	struct path *dirty;
	struct path *buckets[BUCKETS];
};

struct paths *paths_create(struct bgw_dataplane *dp, struct underlay *underlay,
			   struct indexes *indexes, uint16_t vxlan_udp_port)
{
	struct paths *paths = calloc(1, sizeof(*paths));

	if (paths == NULL)
		return NULL;
	paths->dp = dp;
	paths->underlay = underlay;
	paths->indexes = indexes;
	paths->vxlan_udp_port = vxlan_udp_port;
	return paths;
}

void paths_destroy(struct paths *paths)
{
	free(paths);
}

void paths_watch(struct paths *paths, path_changed *changed, void *context)
{
	paths->changed = changed;
	paths->context = context;
}

static struct bgw_ip ip_of_address(const struct bgw_address *address)
{
	struct bgw_ip ip = {.family = address->family};

	memcpy(ip.v6, address->bytes, address->family == 4 ? 4 : 16);
	return ip;
}

static enum bgw_path_state state_of(enum underlay_state state)
{
	switch (state) {
	case UNDERLAY_UP:
		return BGW_PATH_UP;
	case UNDERLAY_UNRESOLVED:
		return BGW_PATH_UNRESOLVED;
	case UNDERLAY_LINK_DOWN:
	case UNDERLAY_ADMIN_DOWN:
		return BGW_PATH_LINK_DOWN;
	default:
		return BGW_PATH_NO_ROUTE;
	}
}

static int publish(struct path *path)
{
	const struct underlay_path_state *state = underlay_path_state(path->underlay);
	struct bgw_path_spec spec = {
		.state = state_of(state->state),
		.encap = path->key.encap,
		.keyless = path->key.keyless,
		.local = ip_of_address(&path->key.local),
		.remote = ip_of_address(&path->key.remote),
		.port = state->port,
		.vlan = state->vlan,
		.mtu_bytes = state->mtu_bytes,
		.ttl = path->key.ttl,
		.dscp = path->key.dscp,
		.udp_port = path->paths->vxlan_udp_port,
	};

	memcpy(spec.source_mac.addr_bytes, state->source_mac.bytes, sizeof(state->source_mac));
	memcpy(spec.next_hop_mac.addr_bytes, state->next_hop_mac.bytes,
	       sizeof(state->next_hop_mac));
	return bgw_path_set(path->paths->dp, path->index, &spec);
}

static void dirty_remove(struct path *path)
{
	struct path **place = &path->paths->dirty;

	while (*place != NULL && *place != path)
		place = &(*place)->dirty_next;
	if (*place != NULL)
		*place = path->dirty_next;
	path->dirty = false;
}

/* Now, or by paths_tick() when the dataplane has room again. */
static void publish_or_wait(struct path *path)
{
	struct paths *paths = path->paths;
	int rc = -EBUSY;

	if (paths->dp == NULL)
		return;
	if (bgw_dataplane_can_publish(paths->dp, PUBLISH_ROOM))
		rc = publish(path);
	if (rc == 0 || rc == -EINVAL) {
		if (rc < 0)
			log_error("path %u is of a kind that workers cannot send: %s", path->index,
				  underlay_path_state(path->underlay)->reason);
		if (path->dirty)
			dirty_remove(path);
	} else if (!path->dirty) {
		path->dirty = true;
		path->dirty_next = paths->dirty;
		paths->dirty = path;
	}
}

void paths_tick(struct paths *paths)
{
	while (paths->dirty != NULL) {
		publish_or_wait(paths->dirty);
		if (paths->dirty != NULL && !bgw_dataplane_can_publish(paths->dp, PUBLISH_ROOM))
			return;
	}
}

static void report(const struct path *path)
{
	char remote[BGW_ADDRESS_TEXT_SIZE];

	log_info("%s path to %s: %s", bgw_encapsulation_names[path->key.encap],
		 bgw_address_format(&path->key.remote, remote),
		 underlay_path_state(path->underlay)->reason);
}

static bool is_up(const struct path *path)
{
	return underlay_path_state(path->underlay)->state == UNDERLAY_UP;
}

static void tell(struct path *path)
{
	if (path->paths->changed != NULL)
		path->paths->changed(path->paths->context, path);
	path->was_up = is_up(path);
}

static void on_changed(void *context, const struct underlay_path_state *state)
{
	struct path *path = context;

	(void)state;
	publish_or_wait(path);
	report(path);
	tell(path);
}

static struct path **place_of(struct paths *paths, const struct path_key *key)
{
	uint32_t hash = (uint32_t)key->encap * 2 + key->keyless;
	struct path **place;

	for (size_t i = 0; i < sizeof(key->remote.bytes); i++)
		hash = hash * 31 + key->remote.bytes[i] + 7u * key->local.bytes[i];
	place = &paths->buckets[hash % BUCKETS];
	while (*place != NULL &&
	       ((*place)->key.encap != key->encap || (*place)->key.keyless != key->keyless ||
		(*place)->key.ttl != key->ttl || (*place)->key.dscp != key->dscp ||
		!bgw_address_equal(&(*place)->key.remote, &key->remote) ||
		!bgw_address_equal(&(*place)->key.local, &key->local)))
		place = &(*place)->next;
	return place;
}

static struct path *path_make(struct paths *paths, const struct path_key *key)
{
	struct path *path = calloc(1, sizeof(*path));
	int failure = ENOMEM;

	if (path == NULL)
		return NULL;
	path->paths = paths;
	path->key = *key;
	path->index = index_take(paths->indexes, INDEX_PATH);
	if (path->index != 0)
		path->underlay = underlay_path_add(paths->underlay, &key->remote, &key->local,
						   on_changed, path);
	else
		failure = ENOSPC;
	if (path->underlay == NULL) {
		if (path->index != 0)
			index_give_back(paths->indexes, INDEX_PATH, path->index);
		free(path);
		errno = failure;
		return NULL;
	}
	publish_or_wait(path);
	return path;
}

struct path *path_acquire(struct paths *paths, const struct path_key *key)
{
	struct path **place = place_of(paths, key);
	struct path *path = *place;

	if (path == NULL) {
		path = path_make(paths, key);
		if (path == NULL)
			return NULL;
		path->next = *place;
		*place = path;
		report(path);
		if (is_up(path))
			tell(path);
	}
	path->users++;
	return path;
}

void path_release(struct path *path)
{
	struct paths *paths;
	struct path **place;

	if (path == NULL || --path->users > 0)
		return;
	paths = path->paths;
	place = place_of(paths, &path->key);
	*place = path->next;
	if (path->dirty)
		dirty_remove(path);
	underlay_path_remove(path->underlay);
	if (paths->dp != NULL)
		bgw_path_clear(paths->dp, path->index);
	index_give_back(paths->indexes, INDEX_PATH, path->index);
	free(path);
}

const struct path_key *path_key(const struct path *path)
{
	return &path->key;
}

bool path_turned(const struct path *path)
{
	return is_up(path) != path->was_up;
}

uint32_t path_index(const struct path *path)
{
	return path->index;
}

const struct underlay_path_state *path_state(const struct path *path)
{
	return underlay_path_state(path->underlay);
}

uint16_t path_inner_mtu_bytes(const struct path *path)
{
	const struct underlay_path_state *state = path_state(path);
	uint32_t outer =
		ETHER_HDR_LEN + bgw_encap_overhead_bytes(path->key.encap, path->key.remote.family,
							 path->key.keyless);

	if (state->state != UNDERLAY_UP || state->mtu_bytes <= outer)
		return 0;
	return (uint16_t)(state->mtu_bytes - outer);
}
