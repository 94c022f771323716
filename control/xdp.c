/* SPDX-License-Identifier: BSD-3-Clause */
#include "xdp.h"

#include <errno.h>
#include <limits.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bgw/why.h>

#include "install.h"
#include "xdp_object.h"

/* Answers to questions, and sections of foreign objects, are no errors. */
static int print_errors(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level != LIBBPF_WARN || strstr(format, "elf: skipping") != NULL ||
	    strstr(format, "Kernel error message") != NULL)
		return 0;
	return vfprintf(stderr, format, args);
}

int xdp_object_path(const char *program, char *path, size_t path_size, char *why, size_t why_size)
{
	char file[64];

	libbpf_set_print(print_errors);
	snprintf(file, sizeof(file), "xdp/%s.bpf.o", program);
	return install_find(file, path, path_size, why, why_size);
}

int xdp_program_path(bool underlay, char *path, size_t path_size, char *why, size_t why_size)
{
	return xdp_object_path(underlay ? "steer" : "take", path, path_size, why, why_size);
}

int xdp_object_info(uint32_t id, struct bpf_prog_info *info)
{
	__u32 size = sizeof(*info);
	int fd = bpf_prog_get_fd_by_id(id);
	int ret;

	if (fd < 0)
		return -errno;
	memset(info, 0, sizeof(*info));
	ret = bpf_obj_get_info_by_fd(fd, info, &size) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

/* Whether the kernel's program is what the object file `program` holds. */
static bool is_ours(const struct bpf_prog_info *info, const char *program)
{
	char path[PATH_MAX];
	char why[64];
	struct bpf_object *object;
	struct bpf_prog_info own = {0};
	__u32 size = sizeof(own);
	bool same = false;

	if (xdp_object_path(program, path, sizeof(path), why, sizeof(why)) < 0)
		return false;
	object = bpf_object__open_file(path, NULL);
	if (object == NULL)
		return false;
	if (bpf_object__load(object) == 0) {
		const struct bpf_program *first = bpf_object__next_program(object, NULL);

		same = first != NULL &&
		       bpf_obj_get_info_by_fd(bpf_program__fd(first), &own, &size) == 0 &&
		       memcmp(own.tag, info->tag, sizeof(own.tag)) == 0 &&
		       strcmp(own.name, info->name) == 0;
	}
	bpf_object__close(object);
	return same;
}

int xdp_stale_remove(const char *netdev, char *why, size_t why_size)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, attached);
	struct bpf_prog_info info;
	const unsigned int ifindex = if_nametoindex(netdev);
	__u32 flags;
	int ret;

	ret = bpf_xdp_query((int)ifindex, 0, &attached);
	if (ret < 0)
		return bgw_refuse(why, why_size, -ret,
				  "the XDP program of netdev %s cannot be asked for: %s", netdev,
				  strerror(-ret));
	if (attached.attach_mode == XDP_ATTACHED_NONE)
		return 0;
	ret = attached.attach_mode == XDP_ATTACHED_MULTI ? -EBUSY
							 : xdp_object_info(attached.prog_id, &info);
	if (ret == -EPERM)
		return bgw_refuse(
			why, why_size, EPERM,
			"netdev %s has an XDP program (id %u), and CAP_SYS_ADMIN is needed "
			"to see whether an earlier bgwd left it: grant that, or remove it "
			"(ip link set dev %s xdp off)",
			netdev, attached.prog_id, netdev);
	if (ret < 0)
		return bgw_refuse(why, why_size, EBUSY,
				  "netdev %s has XDP programs of somebody else: remove them (ip "
				  "link set dev %s xdp off)",
				  netdev, netdev);
	if (!is_ours(&info, "steer") && !is_ours(&info, "take"))
		return bgw_refuse(why, why_size, EBUSY,
				  "netdev %s has the XDP program \"%s\" (id %u), which is not this "
				  "gateway's: remove it (ip link set dev %s xdp off)",
				  netdev, info.name, info.id, netdev);
	flags = attached.attach_mode == XDP_ATTACHED_SKB ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	ret = bpf_xdp_detach((int)ifindex, flags, NULL);
	if (ret < 0)
		return bgw_refuse(
			why, why_size, -ret,
			"the XDP program that an earlier bgwd left on netdev %s cannot be "
			"removed: %s",
			netdev, strerror(-ret));
	return 0;
}
