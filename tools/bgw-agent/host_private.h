/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_AGENT_HOST_PRIVATE_H
#define BGW_AGENT_HOST_PRIVATE_H

/** What the files of the host share. */

#include <nftables/libnftables.h>

#include "host.h"
#include "netlink/change.h"

struct host {
	struct netlink_request *netlink;
	struct nft_ctx *nft;
	char *rules; /* of nftables, as they were read; NULL: they are to be read */
	bool is_looking;
};

/** Writes *error, with what the kernel said; returns rc. */
int host_refused(const struct host *host, int rc, char error[HOST_ERROR_SIZE], const char *format,
		 ...) __attribute__((format(printf, 4, 5)));

/** 0, or negative with *error set. */
int host_interface(struct host *host, const char *name, struct netlink_link *link,
		   char error[HOST_ERROR_SIZE]);

/** The number in /proc/sys/net/PATH, or -1. */
int host_knob_get(const char *path);
int host_knob_set(const char *path, int value);

#endif
