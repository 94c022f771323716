/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "rpc/address.h"

#define EXIT_USAGE 2

static const char usage[] =
	"usage: bgw-agent [--listen WHERE]... [--state FILE] [--cert FILE --key FILE --ca FILE]\n"
	"       bgw-agent --version\n"
	"\n"
	"  --listen WHERE   ADDRESS:PORT, [ADDRESS]:PORT or unix:/PATH "
	"(unix:/run/bgw-agent/agent.sock)\n"
	"  --state FILE     what is applied (/var/lib/bgw-agent/applied)\n"
	"  --cert FILE      TLS on ADDRESS:PORT: the certificate with its chain, PEM\n"
	"  --key FILE       its private key\n"
	"  --ca FILE        who signs the certificates that clients must have\n"
	"  --version        show the version, and end\n";

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("bgw-agent: ", stderr);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

static void check(const struct options *options)
{
	bool any = options->tls.cert != NULL || options->tls.key != NULL || options->tls.ca != NULL;
	bool all = options->tls.cert != NULL && options->tls.key != NULL && options->tls.ca != NULL;

	if (any && !all)
		fail("--cert, --key and --ca go together: clients are known by their certificates");
	for (size_t i = 0; i < options->listen_count; i++) {
		struct rpc_address address;

		if (rpc_address_parse(options->listen[i], &address) < 0 ||
		    (address.path == NULL && address.ip.family == 0))
			fail("--listen \"%s\" is no place: ADDRESS:PORT, [ADDRESS]:PORT or "
			     "unix:/PATH would be",
			     options->listen[i]);
		if (!rpc_address_is_local(&address) && !all)
			fail("--listen %s would let anybody configure this host: give --cert, "
			     "--key and --ca, or listen on 127.0.0.1, [::1] or a unix socket",
			     options->listen[i]);
	}
}

struct options options_read(int argc, char **argv)
{
	static const struct option known[] = {
		{"listen", required_argument, NULL, 'l'}, {"state", required_argument, NULL, 's'},
		{"cert", required_argument, NULL, 'c'},	  {"key", required_argument, NULL, 'k'},
		{"ca", required_argument, NULL, 'a'},	  {"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},	  {NULL, 0, NULL, 0},
	};
	struct options options = {.state = "/var/lib/bgw-agent/applied"};
	int option;

	while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		switch (option) {
		case 'l':
			if (options.listen_count == OPTIONS_MAX_LISTEN)
				fail("--listen is given more than %d times", OPTIONS_MAX_LISTEN);
			options.listen[options.listen_count++] = optarg;
			break;
		case 's':
			options.state = optarg;
			break;
		case 'c':
			options.tls.cert = optarg;
			break;
		case 'k':
			options.tls.key = optarg;
			break;
		case 'a':
			options.tls.ca = optarg;
			break;
		case 'v':
			printf("bgw-agent %s\n", BGW_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		default:
			fputs(usage, stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind < argc) {
		fputs(usage, stderr);
		exit(EXIT_USAGE);
	}
	if (options.listen_count == 0)
		options.listen[options.listen_count++] = "unix:/run/bgw-agent/agent.sock";
	check(&options);
	return options;
}
