/* SPDX-License-Identifier: BSD-3-Clause */
#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "access.h"
#include "audit.h"
#include "control.h"
#include "events.h"
#include "forwarding.h"
#include "grpc.h"
#include "happenings.h"
#include "http.h"
#include "http_credentials.h"
#include "initial.h"
#include "l3/negotiator.h"
#include "log.h"
#include "negotiation/service.h"
#include "negotiation/tcp.h"
#include "negotiation/udp.h"
#include "operation.h"
#include "packet_path.h"
#include "reload.h"
#include "resource.h"
#include "rest.h"
#include "secret.h"
#include "underlay_control.h"

#define STOP_CHECK_MS 5

struct daemon {
	struct control control;
	struct http *http;
	const char *path; /* of the configuration */
	struct reload *reload;
	struct loop_timer *stop_check;
	unsigned int resources_started;
	bool stopping, on_terminal;
};

/* Nothing may be lost that a client was told, nor left hanging what it asked. */
static void stop_check(void *arg)
{
	struct daemon *daemon = arg;

	if (http_is_idle(daemon->http) && negotiator_is_idle(&daemon->control) &&
	    batch_is_idle(daemon->control.batch) && audit_is_idle(daemon->control.audit) &&
	    reload_is_idle(daemon->reload))
		loop_stop(daemon->control.loop);
}

static void stop_asked(void *arg, int number)
{
	struct daemon *daemon = arg;

	if (daemon->stopping)
		return;
	daemon->stopping = true;
	log_info("stopping on %s", strsignal(number));
	sd_notify(0, "STOPPING=1");
	http_quiesce(daemon->http);
	negotiator_quiesce(&daemon->control);
	loop_timer_set(daemon->stop_check, 0, STOP_CHECK_MS);
}

/* A terminal that goes away takes with it what was started there. */
static void hung_up(void *arg, int number)
{
	struct daemon *daemon = arg;

	if (daemon->on_terminal) {
		stop_asked(daemon, number);
		return;
	}
	audit_reopen(daemon->control.audit);
	reload_start(daemon->reload);
}

static int load_object(void *arg, struct object *object, struct error *error)
{
	const struct bgw_uuid *id = &object_base(object)->id;
	char text[BGW_UUID_TEXT_SIZE];

	if (model_find(arg, object->type, id) != NULL) {
		error_set(error, BGW_ERROR_STORE,
			  "the store is damaged: %s %s is there twice; it was left as it is: "
			  "restore a backup",
			  object->type->name, bgw_uuid_format(id, text));
		object_free(object);
		return -EEXIST;
	}
	/* Published when all are there: what an object refers to may come after it. */
	if (model_insert(arg, object) == 0)
		return 0;
	object_free(object);
	return error_set(error, BGW_ERROR_INTERNAL, "no memory for the objects");
}

/* From the store to the model and to the dataplane, what is referred to before what refers. */
static int replay(struct control *control, struct error *error)
{
	struct model *loaded = model_create();
	size_t count = 0;
	int rc;

	if (loaded == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for the objects");
	rc = store_load(control->store, load_object, loaded, error);
	for (unsigned int t = 0; model_type(t) != NULL && rc == 0; t++) {
		struct object *object = model_first(loaded, model_type(t)), *next;

		for (; object != NULL && rc == 0; object = next, count++) {
			next = object->next;
			model_release(loaded, object);
			rc = operation_replay(control, object, error);
		}
	}
	model_destroy(loaded);
	if (rc == 0 && count != 0)
		log_info("%zu objects are back from the store", count);
	return rc;
}

static int resources_start(struct daemon *daemon, struct error *error)
{
	for (; resources[daemon->resources_started] != NULL; daemon->resources_started++) {
		const struct resource *resource = resources[daemon->resources_started];

		if (resource->start != NULL && resource->start(&daemon->control, error) < 0)
			return -EINVAL;
	}
	return 0;
}

static void resources_stop(struct daemon *daemon)
{
	while (daemon->resources_started-- > 0) {
		const struct resource *resource = resources[daemon->resources_started];

		if (resource->stop != NULL)
			resource->stop(&daemon->control);
	}
	daemon->resources_started = 0;
}

static int objects_make(struct daemon *daemon, struct error *error)
{
	struct control *control = &daemon->control;

	control->store = store_open(control->config.store.path, error);
	if (control->store == NULL)
		return -EIO;
	control->audit = audit_open(control->loop, control->config.api.audit, error);
	if (control->audit == NULL)
		return -EIO;
	control->model = model_create();
	if (control->model != NULL)
		control->batch = batch_create(control);
	if (control->batch != NULL)
		control->access = access_create(&control->config.api);
	if (control->access != NULL)
		daemon->stop_check =
			loop_timer_create(control->loop, LOOP_NEVER, 0, stop_check, daemon);
	if (daemon->stop_check == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for the control thread");
	return 0;
}

static int start(struct daemon *daemon, struct error *error)
{
	struct control *control = &daemon->control;
	struct http_handler handler = rest_handler(control);
	bool store_is_new_now;

	control->loop = loop_create();
	if (control->loop == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "the event loop cannot start: %s",
				 strerror(errno));
	/* The machine is asked first: who may not use it may not open the store either, and is
	 * better told of capabilities than of a directory. */
	if (packet_path_start(control, error) < 0)
		return -EINVAL;
	log_follow();
	if (underlay_control_start(control, error) < 0 || objects_make(daemon, error) < 0)
		return -EINVAL;
	store_is_new_now = store_is_new(control->store);
	control->events = events_create(control->loop);
	if (control->events == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for the control thread");
	control->tell = happening_change;
	if (negotiation_udp_start(control, error) < 0 || forwarding_start(control, error) < 0 ||
	    resources_start(daemon, error) < 0 || replay(control, error) < 0 ||
	    initial_apply(control, store_is_new_now, error) < 0 ||
	    packet_path_run(control, error) < 0 || negotiation_tcp_start(control, error) < 0 ||
	    negotiation_service_start(control, error) < 0)
		return -EINVAL;
	daemon->http =
		http_start(control->loop, &control->config.api, &http_api_place, &handler, error);
	if (daemon->http == NULL || negotiator_run(control, error) < 0)
		return -EINVAL;
	daemon->reload = reload_create(control, daemon->http, daemon->path);
	if (daemon->reload == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for the control thread");
	if (loop_signal(control->loop, SIGTERM, stop_asked, daemon) < 0 ||
	    loop_signal(control->loop, SIGINT, stop_asked, daemon) < 0 ||
	    loop_signal(control->loop, SIGHUP, hung_up, daemon) < 0)
		return error_set(error, BGW_ERROR_INTERNAL, "signals cannot be caught");
	return 0;
}

static void stop(struct daemon *daemon)
{
	struct control *control = &daemon->control;

	reload_destroy(daemon->reload);
	http_stop(daemon->http);
	negotiation_tcp_stop(control);
	negotiation_udp_close(control);
	negotiation_service_stop(control);
	packet_path_halt(control);
	resources_stop(daemon);
	forwarding_stop(control);
	negotiation_udp_stop(control);
	underlay_control_stop(control);
	packet_path_stop(control);
	loop_timer_close(daemon->stop_check);
	access_destroy(control->access);
	events_destroy(control->events);
	batch_destroy(control->batch);
	model_destroy(control->model);
	audit_close(control->audit);
	store_close(control->store);
	grpc_stop(control);
	loop_destroy(control->loop);
	config_clear(&control->config);
}

int daemon_check(const struct config *config, struct error *error)
{
	struct secrets *secrets = secrets_load(config->secrets, error);
	struct http_credentials *credentials;

	if (secrets == NULL)
		return -EINVAL;
	secrets_destroy(secrets);
	if (http_check(&config->api, &http_api_place, &credentials, error) < 0)
		return -EINVAL;
	http_credentials_free(credentials);
	if (negotiation_tcp_check(&config->negotiation.tcp, error) < 0 ||
	    negotiation_service_check(&config->negotiation.grpc, error) < 0 ||
	    negotiator_check(config, error) < 0)
		return -EINVAL;
	return packet_path_check(config, error);
}

int daemon_run(struct config *config, const char *path, struct error *error)
{
	struct daemon daemon = {
		.control.config = *config, .path = path, .on_terminal = isatty(STDIN_FILENO)};
	int rc;

	signal(SIGPIPE, SIG_IGN);
	/* A file that may not grow is a failed write, not the end. */
	signal(SIGXFSZ, SIG_IGN);
	log_level_set(config->control.log_level);
	rc = log_start();
	if (rc < 0) {
		config_clear(config);
		return error_set(error, BGW_ERROR_INTERNAL, "the log cannot start: %s",
				 strerror(-rc));
	}
	rc = start(&daemon, error);
	if (rc == 0) {
		sd_notify(0, "READY=1");
		log_info("%s is ready", config->name != NULL ? config->name : "bgwd");
		loop_run(daemon.control.loop);
	}
	stop(&daemon);
	log_stop();
	return rc;
}
