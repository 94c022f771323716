/* SPDX-License-Identifier: BSD-3-Clause */
/* bgwd: arguments, configuration, and then the daemon. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "daemon.h"
#include "log.h"

#define EXIT_USAGE 2

static const char usage[] = "usage: bgwd --config FILE [--check]\n"
			    "       bgwd --version\n"
			    "\n"
			    "  --config FILE   JSON with comments; see bgwd.json(5)\n"
			    "  --check         say whether the configuration is valid, and end\n"
			    "  --version       show the version, and end\n";

struct arguments {
	const char *config;
	bool check;
};

/* Ends the process for --help, --version and mistakes. */
static struct arguments arguments_read(int argc, char **argv)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"check", no_argument, NULL, 'k'},
		{"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct arguments arguments = {0};
	int option;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			arguments.config = optarg;
			break;
		case 'k':
			arguments.check = true;
			break;
		case 'v':
			printf("bgwd %s\n", BGW_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		default:
			fputs(usage, stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind < argc || arguments.config == NULL) {
		fputs(usage, stderr);
		exit(EXIT_USAGE);
	}
	return arguments;
}

int main(int argc, char **argv)
{
	struct arguments arguments = arguments_read(argc, argv);
	struct config config;
	struct error error;

	if (config_load(&config, arguments.config, &error) < 0 ||
	    daemon_check(&config, &error) < 0) {
		log_error("%s", error.message);
		return EXIT_FAILURE;
	}
	if (arguments.check) {
		config_clear(&config);
		printf("%s is valid\n", arguments.config);
		return EXIT_SUCCESS;
	}
	if (daemon_run(&config, arguments.config, &error) < 0) {
		log_error("%s", error.message);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
