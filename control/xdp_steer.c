/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bgw/why.h>

#include "xdp.h"
#include "xdp_object.h"

/* Where the guard sits at ingress. Low enough to run before filters that accept. */
#define GUARD_HANDLE   1
#define GUARD_PRIORITY 7

#define KEY_MAX 16

enum map_kind {
	MAP_V4,
	MAP_V6,
	MAP_UDP,
	MAP_PROTO,
	MAP_VLAN,
	MAP_COUNT,
};

static const struct {
	const char *name;
	uint32_t key_size;
} maps[MAP_COUNT] = {
	[MAP_V4] = {"own_v4", 4},	[MAP_V6] = {"own_v6", 16},    [MAP_UDP] = {"own_udp", 2},
	[MAP_PROTO] = {"own_proto", 4}, [MAP_VLAN] = {"own_vlan", 4},
};

struct xdp_steer {
	int fd[MAP_COUNT];
	struct bpf_object *guard; /* NULL: the program is the driver's */
	bool mute;		  /* the guard of an access port, which has no maps */
	int ifindex;
	bool qdisc_made;
};

static struct xdp_steer *steer_new(void)
{
	struct xdp_steer *steer = calloc(1, sizeof(*steer));

	for (int i = 0; steer != NULL && i < MAP_COUNT; i++)
		steer->fd[i] = -1;
	return steer;
}

static void map_keep(struct xdp_steer *steer, const struct bpf_map_info *info, int fd)
{
	for (int i = 0; i < MAP_COUNT; i++)
		if (steer->fd[i] < 0 && strcmp(info->name, maps[i].name) == 0 &&
		    info->key_size == maps[i].key_size)
			steer->fd[i] = fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static bool maps_are_complete(const struct xdp_steer *steer)
{
	for (int i = 0; i < MAP_COUNT; i++)
		if (steer->fd[i] < 0)
			return false;
	return true;
}

struct wanted_maps {
	__u32 ids[16];
	__u32 count;
};

/* What an open descriptor of this process is: "anon_inode:bpf-map", say. */
static bool fd_is(int fd, const char *kind)
{
	char path[64];
	char target[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	return strcmp(target, kind) == 0;
}

/* Calls `look` for each descriptor of this process that is of `kind`, until it says that is all. */
static void fds_visit(const char *kind, bool (*look)(int fd, void *arg), void *arg)
{
	struct dirent *entry;
	DIR *directory = opendir("/proc/self/fd");

	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		const int fd = atoi(entry->d_name);

		if (entry->d_name[0] != '.' && fd_is(fd, kind) && look(fd, arg))
			break;
	}
	if (directory != NULL)
		closedir(directory);
}

struct program_search {
	uint32_t id;
	struct wanted_maps maps;
};

static bool program_look(int fd, void *arg)
{
	struct program_search *search = arg;
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);

	info.nr_map_ids = sizeof(search->maps.ids) / sizeof(search->maps.ids[0]);
	info.map_ids = (uintptr_t)search->maps.ids;
	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0 || info.id != search->id)
		return false;
	search->maps.count = info.nr_map_ids;
	return true;
}

struct map_search {
	struct xdp_steer *steer;
	const struct wanted_maps *maps;
};

static bool map_look(int fd, void *arg)
{
	const struct map_search *search = arg;
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return false;
	for (__u32 i = 0; i < search->maps->count; i++)
		if (search->maps->ids[i] == info.id)
			map_keep(search->steer, &info, fd);
	return false;
}

/*
 * Takes the maps of program `id`, which this process loaded, by their ids: among its own
 * descriptors, because the kernel opens an id only for CAP_SYS_ADMIN.
 */
static int maps_find(struct xdp_steer *steer, uint32_t id)
{
	struct program_search search = {.id = id};
	struct map_search found = {.steer = steer, .maps = &search.maps};

	fds_visit("anon_inode:bpf-prog", program_look, &search);
	fds_visit("anon_inode:bpf-map", map_look, &found);
	return maps_are_complete(steer) ? 0 : -ENOENT;
}

struct xdp_steer *xdp_steer_open(const char *netdev, char *why, size_t why_size)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, attached);
	struct xdp_steer *steer = steer_new();
	int ret = steer == NULL ? -ENOMEM : 0;

	if (ret == 0)
		ret = bpf_xdp_query((int)if_nametoindex(netdev), 0, &attached);
	if (ret == 0)
		ret = maps_find(steer, attached.prog_id);
	if (ret < 0) {
		bgw_refuse(why, why_size, -ret,
			   "the steering program on netdev %s is not the gateway's: %s", netdev,
			   strerror(-ret));
		xdp_steer_close(steer);
		errno = -ret;
		return NULL;
	}
	return steer;
}

/* 0 if the place is free or holds a guard that a killed process left. */
static int guard_place_check(const struct bpf_tc_hook *hook)
{
	LIBBPF_OPTS(bpf_tc_opts, there, .handle = GUARD_HANDLE, .priority = GUARD_PRIORITY);
	struct bpf_prog_info info;
	int ret;

	if (bpf_tc_query(hook, &there) < 0 || there.prog_id == 0)
		return 0;
	ret = xdp_object_info(there.prog_id, &info);
	if (ret < 0)
		return ret;
	return strcmp(info.name, "bgw_guard") == 0 || strcmp(info.name, "bgw_mute") == 0 ? 0
											 : -EBUSY;
}

static int guard_attach(struct xdp_steer *steer)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = steer->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, place, .handle = GUARD_HANDLE, .priority = GUARD_PRIORITY,
		    .flags = BPF_TC_F_REPLACE);
	const struct bpf_program *program = bpf_object__next_program(steer->guard, NULL);
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);
	int ret;

	place.prog_fd = bpf_program__fd(program);
	if (bpf_obj_get_info_by_fd(place.prog_fd, &info, &size) < 0)
		return -errno;
	ret = steer->mute ? 0 : maps_find(steer, info.id);
	if (ret < 0)
		return ret;
	ret = bpf_tc_hook_create(&hook);
	if (ret < 0 && ret != -EEXIST)
		return ret;
	steer->qdisc_made = ret == 0;
	ret = guard_place_check(&hook);
	return ret < 0 ? ret : bpf_tc_attach(&hook, &place);
}

struct xdp_steer *xdp_guard_open(const char *netdev, bool underlay, char *why, size_t why_size)
{
	struct xdp_steer *steer;
	char path[PATH_MAX];
	int ret = xdp_object_path(underlay ? "guard" : "mute", path, sizeof(path), why, why_size);

	if (ret < 0) {
		errno = -ret;
		return NULL;
	}
	steer = steer_new();
	if (steer == NULL)
		return NULL;
	steer->mute = !underlay;
	steer->ifindex = (int)if_nametoindex(netdev);
	steer->guard = bpf_object__open_file(path, NULL);
	ret = steer->guard == NULL ? -errno : bpf_object__load(steer->guard);
	if (ret == 0)
		ret = guard_attach(steer);
	if (ret < 0) {
		bgw_refuse(why, why_size, -ret,
			   "the filter that keeps Linux from answering cannot be put on "
			   "netdev %s: %s (it needs CAP_BPF and CAP_NET_ADMIN, CAP_SYS_ADMIN to "
			   "replace an earlier one, and a kernel with clsact and cls_bpf)",
			   netdev, strerror(-ret));
		xdp_steer_close(steer);
		errno = -ret;
		return NULL;
	}
	return steer;
}

static bool key_is_wanted(const void *key, const void *wanted, uint32_t count, uint32_t size)
{
	for (uint32_t i = 0; i < count; i++)
		if (memcmp((const char *)wanted + (size_t)i * size, key, size) == 0)
			return true;
	return false;
}

/* Makes the keys of a hash map those of the array `wanted`. */
static int keys_set(int fd, const void *wanted, uint32_t count, uint32_t size)
{
	const uint8_t one = 1;
	char key[KEY_MAX];
	char next[KEY_MAX];
	const void *from = NULL;
	int ret = 0;

	for (uint32_t i = 0; i < count && ret == 0; i++)
		ret = bpf_map_update_elem(fd, (const char *)wanted + (size_t)i * size, &one,
					  BPF_ANY);
	while (ret == 0 && bpf_map_get_next_key(fd, from, next) == 0) {
		if (key_is_wanted(next, wanted, count, size)) {
			memcpy(key, next, size);
			from = key;
			continue;
		}
		/* and again from the last that stays */
		ret = bpf_map_delete_elem(fd, next);
	}
	return ret;
}

static int protocols_set(int fd, const struct xdp_steer_spec *spec)
{
	int ret = 0;

	for (uint32_t number = 0; number < 256 && ret == 0; number++) {
		const uint8_t protocol = (uint8_t)number;
		const uint8_t own = key_is_wanted(&protocol, spec->protocols, spec->protocols_count,
						  sizeof(protocol));

		ret = bpf_map_update_elem(fd, &number, &own, BPF_ANY);
	}
	return ret;
}

static int maps_set(struct xdp_steer *steer, const struct xdp_steer_spec *spec)
{
	const size_t addresses = spec->addresses_count + 1u;
	uint8_t(*v6)[16] = calloc(addresses, sizeof(*v6));
	rte_be32_t *v4 = calloc(addresses, sizeof(*v4));
	rte_be16_t *ports = calloc(spec->udp_ports_count + 1u, sizeof(*ports));
	const uint32_t zero = 0;
	uint32_t v4_count = 0;
	uint32_t v6_count = 0;
	int ret = v4 == NULL || v6 == NULL || ports == NULL ? -ENOMEM : 0;

	for (uint32_t i = 0; i < spec->addresses_count && ret == 0; i++) {
		if (spec->addresses[i].family == 4)
			v4[v4_count++] = spec->addresses[i].v4;
		else
			memcpy(v6[v6_count++], spec->addresses[i].v6, sizeof(*v6));
	}
	for (uint32_t i = 0; i < spec->udp_ports_count && ret == 0; i++)
		ports[i] = rte_cpu_to_be_16(spec->udp_ports[i]);
	if (ret == 0)
		ret = bpf_map_update_elem(steer->fd[MAP_VLAN], &zero, &spec->vlan, BPF_ANY);
	if (ret == 0)
		ret = protocols_set(steer->fd[MAP_PROTO], spec);
	if (ret == 0)
		ret = keys_set(steer->fd[MAP_UDP], ports, spec->udp_ports_count, sizeof(*ports));
	if (ret == 0)
		ret = keys_set(steer->fd[MAP_V4], v4, v4_count, sizeof(*v4));
	if (ret == 0)
		ret = keys_set(steer->fd[MAP_V6], v6, v6_count, sizeof(*v6));
	free(ports);
	free(v4);
	free(v6);
	return ret;
}

int xdp_steer_set(struct xdp_steer *steer, const struct xdp_steer_spec *spec)
{
	return steer->mute ? 0 : maps_set(steer, spec);
}

void xdp_steer_close(struct xdp_steer *steer)
{
	if (steer == NULL)
		return;
	if (steer->guard != NULL) {
		LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = steer->ifindex,
			    .attach_point = BPF_TC_INGRESS);
		LIBBPF_OPTS(bpf_tc_opts, place, .handle = GUARD_HANDLE, .priority = GUARD_PRIORITY);

		if (guard_place_check(&hook) == 0)
			bpf_tc_detach(&hook, &place);
		if (steer->qdisc_made) {
			hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
			bpf_tc_hook_destroy(&hook);
		}
	}
	for (int i = 0; i < MAP_COUNT; i++)
		if (steer->fd[i] >= 0)
			close(steer->fd[i]);
	bpf_object__close(steer->guard);
	free(steer);
}
