/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Follows Linux with the gateway's own code, without ports or workers, and prints what it makes of
 * it, one line for each change:
 *
 *   own ADDRESS...
 *   path REMOTE STATE NEXT-HOP MAC MTU: sentence
 *
 *   underlay_watch NETDEV[,NETDEV]... LOCAL REMOTE...
 *
 * LOCAL "-" leaves the source address to the gateway's rule. Ends on SIGTERM or SIGINT.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "underlay_linux.h"

#define MAX_PATHS 1024

struct watch {
	struct loop *loop;
	struct underlay *underlay;
	struct underlay_path *paths[MAX_PATHS];
	int count;
};

struct named {
	char remote[BGW_ADDRESS_TEXT_SIZE];
};

static void print_path(void *context, const struct underlay_path_state *state)
{
	const struct named *named = context;
	char hop[BGW_ADDRESS_TEXT_SIZE] = "-", mac[BGW_MAC_TEXT_SIZE] = "-";

	if (state->state == UNDERLAY_UP) {
		bgw_address_format(&state->next_hop, hop);
		bgw_mac_format(&state->next_hop_mac, mac);
	}
	printf("path %s %s %s %s %u: %s\n", named->remote, underlay_state_name(state->state), hop,
	       mac, state->mtu_bytes, state->reason);
}

static void print_own(void *context)
{
	const struct watch *watch = context;
	struct bgw_address own[64];
	size_t count = underlay_own_addresses(watch->underlay, own, 64);
	char text[BGW_ADDRESS_TEXT_SIZE];

	printf("own");
	for (size_t i = 0; i < count && i < 64; i++)
		printf(" %s", bgw_address_format(&own[i], text));
	printf("\n");
}

static void on_signal(void *arg, int number)
{
	(void)number;
	loop_stop(arg);
}

static int path_add(struct watch *watch, const char *local, struct named *named, const char *remote)
{
	struct bgw_address to, from = {0};
	char why[256];

	if (bgw_address_parse(remote, &to) < 0 ||
	    (strcmp(local, "-") != 0 && bgw_address_parse(local, &from) < 0)) {
		fprintf(stderr, "%s or %s is no address\n", local, remote);
		return -1;
	}
	if (underlay_source(watch->underlay, &to, &from, &from, why, sizeof(why)) < 0) {
		fprintf(stderr, "%s\n", why);
		return -1;
	}
	snprintf(named->remote, sizeof(named->remote), "%s", remote);
	watch->paths[watch->count] =
		underlay_path_add(watch->underlay, &to, &from, print_path, named);
	print_path(named, underlay_path_state(watch->paths[watch->count++]));
	return 0;
}

int main(int argc, char **argv)
{
	static struct watch watch;
	static struct named names[MAX_PATHS];
	struct bgw_address none = {0};
	struct underlay_linux *following;
	char why[256];
	int status = EXIT_SUCCESS;

	if (argc < 4 || argc - 3 > MAX_PATHS) {
		fprintf(stderr, "usage: underlay_watch NETDEV[,NETDEV]... LOCAL REMOTE...\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	watch.loop = loop_create();
	following = underlay_linux_open(watch.loop, &none, why, sizeof(why));
	if (following == NULL) {
		fprintf(stderr, "%s\n", why);
		return EXIT_FAILURE;
	}
	watch.underlay = underlay_linux_get(following);
	for (char *name = strtok(argv[1], ","); name != NULL; name = strtok(NULL, ",")) {
		static uint16_t index;
		struct underlay_port port = {.index = index++, .admin_up = true};

		snprintf(port.name, sizeof(port.name), "wan-%s", name);
		snprintf(port.netdev, sizeof(port.netdev), "%s", name);
		underlay_port_set(watch.underlay, &port);
	}
	if (underlay_linux_start(following, why, sizeof(why)) < 0) {
		fprintf(stderr, "%s\n", why);
		return EXIT_FAILURE;
	}
	underlay_own_watch(watch.underlay, print_own, &watch);
	print_own(&watch);
	loop_signal(watch.loop, SIGTERM, on_signal, watch.loop);
	loop_signal(watch.loop, SIGINT, on_signal, watch.loop);
	for (int i = 3; i < argc && status == EXIT_SUCCESS; i++)
		if (path_add(&watch, argv[2], &names[i - 3], argv[i]) < 0)
			status = EXIT_FAILURE;
	if (status == EXIT_SUCCESS) {
		printf("ready\n");
		loop_run(watch.loop);
	}
	for (int i = 0; i < watch.count; i++)
		underlay_path_remove(watch.paths[i]);
	underlay_linux_close(following);
	loop_destroy(watch.loop);
	return status;
}
