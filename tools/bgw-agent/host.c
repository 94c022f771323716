/* SPDX-License-Identifier: BSD-3-Clause */
#include "host_private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct host *host_open(void)
{
	struct host *host = calloc(1, sizeof(*host));

	if (host == NULL)
		return NULL;
	host->netlink = netlink_request_open();
	if (host->netlink != NULL)
		host->nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (host->nft == NULL) {
		int failure = errno != 0 ? errno : ENOMEM;

		host_close(host);
		errno = failure;
		return NULL;
	}
	nft_ctx_buffer_output(host->nft);
	nft_ctx_buffer_error(host->nft);
	return host;
}

void host_close(struct host *host)
{
	if (host == NULL)
		return;
	if (host->nft != NULL)
		nft_ctx_free(host->nft);
	netlink_request_close(host->netlink);
	free(host->rules);
	free(host);
}

int host_refused(const struct host *host, int rc, char error[HOST_ERROR_SIZE], const char *format,
		 ...)
{
	const char *said = netlink_request_said(host->netlink);
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(error, HOST_ERROR_SIZE, format, arguments);
	va_end(arguments);
	if (length >= 0 && length < HOST_ERROR_SIZE)
		snprintf(error + length, HOST_ERROR_SIZE - (size_t)length, ": %s%s%s%s",
			 strerror(-rc), said[0] != '\0' ? " (" : "", said,
			 said[0] != '\0' ? ")" : "");
	return rc;
}

int host_interface(struct host *host, const char *name, struct netlink_link *link,
		   char error[HOST_ERROR_SIZE])
{
	int rc = netlink_link_find(host->netlink, name, link);

	if (rc == -ENODEV)
		snprintf(error, HOST_ERROR_SIZE, "there is no interface %s on this host", name);
	else if (rc < 0)
		host_refused(host, rc, error, "the interface %s cannot be looked up", name);
	return rc;
}

int host_knob_get(const char *path)
{
	char file[96], text[16];
	ssize_t bytes;
	int fd;

	snprintf(file, sizeof(file), "/proc/sys/net/%s", path);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	bytes = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (bytes <= 0)
		return -1;
	text[bytes] = '\0';
	return (int)strtol(text, NULL, 10);
}

int host_knob_set(const char *path, int value)
{
	char file[96];
	int fd, rc;

	snprintf(file, sizeof(file), "/proc/sys/net/%s", path);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = dprintf(fd, "%d\n", value) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

const char *host_forwarding_note(unsigned int family)
{
	if (family == 4)
		return host_knob_get("ipv4/ip_forward") == 0
			       ? "; but net.ipv4.ip_forward is 0, this host forwards nothing"
			       : "";
	return host_knob_get("ipv6/conf/all/forwarding") == 0
		       ? "; but net.ipv6.conf.all.forwarding is 0, this host forwards nothing"
		       : "";
}

int host_address_add(struct host *host, const struct agent_address *address, bool *existed,
		     char error[HOST_ERROR_SIZE])
{
	char text[BGW_PREFIX_TEXT_SIZE];
	struct netlink_found found;
	struct netlink_link link;
	int rc = host_interface(host, address->interface, &link, error);

	*existed = false;
	if (rc < 0)
		return rc;
	bgw_prefix_format(&address->ip, text);
	rc = netlink_address_add(host->netlink, link.ifindex, &address->ip);
	if (rc != -EEXIST)
		return rc < 0 ? host_refused(host, rc, error, "the kernel refused %s on %s", text,
					     address->interface)
			      : 0;
	rc = netlink_address_find(host->netlink, link.ifindex, &address->ip, &found);
	if (rc < 0)
		return host_refused(host, rc, error, "the addresses of %s cannot be read",
				    address->interface);
	if (!found.found) {
		snprintf(error, HOST_ERROR_SIZE,
			 "the kernel refused %s on %s: it has that address in another network",
			 text, address->interface);
		return -EEXIST;
	}
	*existed = !found.ours;
	return 0;
}

/* Where an interface has several addresses of one network, the first one takes the others with it
 * unless Linux is told to promote them. */
static int delete_alone(struct host *host, int ifindex, const struct agent_address *address)
{
	char knob[64];
	int before, rc;

	snprintf(knob, sizeof(knob), "ipv4/conf/%s/promote_secondaries", address->interface);
	before = address->ip.ip.family == 4 ? host_knob_get(knob) : -1;
	if (before == 0)
		host_knob_set(knob, 1);
	rc = netlink_address_delete(host->netlink, ifindex, &address->ip);
	if (before == 0)
		host_knob_set(knob, 0);
	return rc == -EADDRNOTAVAIL ? 0 : rc;
}

int host_address_remove(struct host *host, const struct agent_address *address,
			char error[HOST_ERROR_SIZE])
{
	struct netlink_found found = {0};
	char text[BGW_PREFIX_TEXT_SIZE];
	struct netlink_link link;
	int rc = netlink_link_find(host->netlink, address->interface, &link);

	if (rc == -ENODEV)
		return 0; /* and its addresses went with it */
	if (rc == 0)
		rc = netlink_address_find(host->netlink, link.ifindex, &address->ip, &found);
	if (rc == 0 && found.found && found.ours)
		rc = delete_alone(host, link.ifindex, address);
	return rc < 0 ? host_refused(host, rc, error, "the kernel keeps %s on %s",
				     bgw_prefix_format(&address->ip, text), address->interface)
		      : 0;
}

bool host_address_has(struct host *host, const struct agent_address *address)
{
	struct netlink_found found;
	struct netlink_link link;

	return netlink_link_find(host->netlink, address->interface, &link) == 0 &&
	       netlink_address_find(host->netlink, link.ifindex, &address->ip, &found) == 0 &&
	       found.found;
}

static struct netlink_way way_of(const struct agent_route *route)
{
	return (struct netlink_way){
		.destination = route->destination,
		.gateway = route->next_hop,
		.table = RT_TABLE_MAIN,
	};
}

int host_route_add(struct host *host, const struct agent_route *route, bool *existed,
		   char error[HOST_ERROR_SIZE])
{
	char destination[BGW_PREFIX_TEXT_SIZE], next_hop[BGW_ADDRESS_TEXT_SIZE];
	struct netlink_way way = way_of(route);
	struct netlink_found found;
	int rc = netlink_way_add(host->netlink, &way);

	*existed = false;
	bgw_prefix_format(&route->destination, destination);
	bgw_address_format(&route->next_hop, next_hop);
	if (rc != -EEXIST)
		return rc < 0 ? host_refused(host, rc, error,
					     "the kernel refused a route to %s via %s", destination,
					     next_hop)
			      : 0;
	rc = netlink_way_find(host->netlink, &way, &found);
	if (rc < 0)
		return host_refused(host, rc, error, "the routes cannot be read");
	if (!found.found) {
		snprintf(error, HOST_ERROR_SIZE,
			 "the kernel refused a route to %s via %s: there is one another way",
			 destination, next_hop);
		return -EEXIST;
	}
	*existed = !found.ours;
	return 0;
}

int host_route_remove(struct host *host, const struct agent_route *route,
		      char error[HOST_ERROR_SIZE])
{
	char destination[BGW_PREFIX_TEXT_SIZE], next_hop[BGW_ADDRESS_TEXT_SIZE];
	struct netlink_way way = way_of(route);
	int rc = netlink_way_delete(host->netlink, &way);

	if (rc == 0 || rc == -ESRCH)
		return 0;
	return host_refused(host, rc, error, "the kernel keeps the route to %s via %s",
			    bgw_prefix_format(&route->destination, destination),
			    bgw_address_format(&route->next_hop, next_hop));
}

bool host_route_has(struct host *host, const struct agent_route *route, bool existed)
{
	struct netlink_way way = way_of(route);
	struct netlink_found found;

	if (!existed)
		return netlink_way_is_ours(host->netlink, &way);
	return netlink_way_find(host->netlink, &way, &found) == 0 && found.found;
}
