/* SPDX-License-Identifier: BSD-3-Clause */
/* bgw-agent: started in order, the loop, and stopped in the reverse order. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "link_watch.h"
#include "options.h"
#include "rpc/address.h"
#include "service.h"

#define ERROR_SIZE	  512
#define MAX_MESSAGE_BYTES 4096
#define MAX_IN_FLIGHT	  64
#define CLIENT_MS	  5000

struct agent_process {
	uv_loop_t loop;
	uv_signal_t signals[2];
	struct host *host;
	struct service service;
	struct link_watch *watch;
	struct rpc *rpc;
	struct rpc_server *server;
};

static void on_signal(uv_signal_t *handle, int number)
{
	fprintf(stderr, "bgw-agent: ending on %s; what is applied stays\n", strsignal(number));
	uv_stop(handle->loop);
}

static void on_links_changed(void *arg)
{
	struct agent_process *process = arg;

	applied_restore(process->service.applied);
}

static int serve(struct agent_process *process, const struct options *options,
		 char error[ERROR_SIZE])
{
	struct rpc_server_config config = {
		.methods = service_methods,
		.method_count = service_method_count,
		.context = &process->service,
		.max_message_bytes = MAX_MESSAGE_BYTES,
		.max_in_flight = MAX_IN_FLIGHT,
		.client_ms = CLIENT_MS,
	};

	process->rpc = rpc_create(&process->loop, NULL);
	if (process->rpc != NULL)
		process->server = rpc_server_create(process->rpc, &config);
	if (process->server == NULL) {
		snprintf(error, ERROR_SIZE, "gRPC cannot start: %s", strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < options->listen_count; i++) {
		const char *where = options->listen[i];
		struct rpc_address address;
		bool is_tls;
		int port;

		/* A unix socket is guarded by its mode. */
		is_tls = options->tls.cert != NULL && rpc_address_parse(where, &address) == 0 &&
			 address.path == NULL;
		port = rpc_server_listen(process->server, where, is_tls ? &options->tls : NULL,
					 error, ERROR_SIZE);
		if (port < 0)
			return port;
		fprintf(stderr, "bgw-agent: listening on %s, port %d%s\n", where, port,
			is_tls ? ", TLS" : "");
	}
	rpc_server_start(process->server);
	return 0;
}

static int start(struct agent_process *process, const struct options *options,
		 char error[ERROR_SIZE])
{
	static const int numbers[] = {SIGTERM, SIGINT};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uv_signal_init(&process->loop, &process->signals[i]);
		uv_signal_start(&process->signals[i], on_signal, numbers[i]);
	}
	process->host = host_open();
	if (process->host == NULL) {
		snprintf(error, ERROR_SIZE, "Linux cannot be configured: %s", strerror(errno));
		return -1;
	}
	process->service.applied = applied_open(process->host, options->state, error, ERROR_SIZE);
	if (process->service.applied == NULL)
		return -1;
	applied_restore(process->service.applied);
	process->watch = link_watch_open(&process->loop, on_links_changed, process);
	if (process->watch == NULL) {
		snprintf(error, ERROR_SIZE, "Linux's links cannot be watched: %s", strerror(errno));
		return -1;
	}
	return serve(process, options, error);
}

static void stop(struct agent_process *process)
{
	rpc_server_close(process->server);
	rpc_destroy(process->rpc);
	link_watch_close(process->watch);
	applied_close(process->service.applied);
	host_close(process->host);
	for (size_t i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&process->signals[i], NULL);
	uv_run(&process->loop, UV_RUN_DEFAULT);
	uv_loop_close(&process->loop);
}

int main(int argc, char **argv)
{
	struct options options = options_read(argc, argv);
	struct agent_process process = {0};
	char error[ERROR_SIZE] = "";
	int rc;

	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&process.loop);
	rc = start(&process, &options, error);
	if (rc == 0) {
		sd_notify(0, "READY=1");
		fprintf(stderr, "bgw-agent: ready\n");
		uv_run(&process.loop, UV_RUN_DEFAULT);
		sd_notify(0, "STOPPING=1");
	} else {
		fprintf(stderr, "bgw-agent: %s\n", error);
	}
	stop(&process);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
