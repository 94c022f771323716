/* SPDX-License-Identifier: BSD-3-Clause */
#include "initial.h"

#include <errno.h>
#include <string.h>

#include "control.h"
#include "operation.h"
#include "resource.h"

struct initial_request {
	struct request base;
	struct control *control;
	bool store_is_new;
	struct error error;
};

static struct object *port_find(const struct control *control, const char *name)
{
	return model_match(control->model, &bgw_port_type, "name", &name);
}

static const char *port_device(const struct config_port *port)
{
	if (port->device != NULL)
		return port->device;
	if (port->devargs != NULL)
		return port->devargs;
	return port->memif.socket != NULL ? port->memif.socket : "";
}

/* What the configuration says of a port, in the form in which the store keeps it. */
static cJSON *port_json(const struct config_port *port)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "name", port->name);
	cJSON_AddStringToObject(json, "driver", port->driver);
	cJSON_AddStringToObject(json, "device", port_device(port));
	cJSON_AddStringToObject(json, "role", bgw_role_names[port->role]);
	return json;
}

static int port_set(struct control *control, const struct config_port *port, struct error *error)
{
	static const struct record_reader reader = {.mode = RECORD_LOAD};
	struct object *old = port_find(control, port->name), *new;
	cJSON *json = port_json(port);
	int rc = 0;

	new = old != NULL ? object_merge(old, json, &reader, error)
			  : object_parse(&bgw_port_type, json, &reader, error);
	cJSON_Delete(json);
	if (new == NULL)
		return -EINVAL;
	if (old != NULL && object_has(old, new)) {
		object_free(new);
		return 0;
	}
	if (old == NULL)
		rc = object_identify(new, error);
	if (rc == 0 && (old != NULL ? model_replace(control->model, old, new)
				    : model_insert(control->model, new)) < 0)
		rc = error_set(error, BGW_ERROR_INTERNAL, "no memory for port %s", port->name);
	if (rc < 0)
		object_free(new);
	return rc;
}

static int ports_set(struct control *control, struct error *error)
{
	struct object *object = model_first(control->model, &bgw_port_type), *next;
	int rc = 0;

	for (; object != NULL && rc == 0; object = next) {
		next = object->next;
		if (config_port_find(&control->config, object_name(object)) == NULL &&
		    model_remove(control->model, object) < 0)
			rc = error_set(error, BGW_ERROR_INTERNAL, "no memory to forget port %s",
				       object_name(object));
	}
	for (uint32_t i = 0; i < control->config.ports.count && rc == 0; i++)
		rc = port_set(control, config_port_at(&control->config, i), error);
	return rc;
}

static int objects_make(struct control *control, struct error *error)
{
	const cJSON *item;
	unsigned int i = 0;

	cJSON_ArrayForEach (item, control->config.initial) {
		const struct bgw_object_type *type = bgw_object_type_find(item->child->string);
		struct object *object;
		struct error why;

		if (operation_create(control, resource_of(type), item->child, &object, &why) < 0)
			return error_set(error, why.code, "initial[%u].%s: %.400s", i, type->name,
					 why.message);
		i++;
	}
	return 0;
}

static int stage(struct request *base, struct error *error)
{
	struct initial_request *request = (struct initial_request *)base;
	int rc = ports_set(request->control, error);

	if (rc == 0 && request->store_is_new)
		rc = objects_make(request->control, error);
	return rc;
}

static bool finish(struct request *base, const struct error *error)
{
	struct initial_request *request = (struct initial_request *)base;

	request->error = *error;
	loop_stop(request->control->loop);
	return true;
}

int initial_apply(struct control *control, bool store_is_new, struct error *error)
{
	static const struct request_operations operations = {.stage = stage, .finish = finish};
	struct initial_request request = {
		.base.operations = &operations,
		.control = control,
		.store_is_new = store_is_new,
	};

	batch_submit(control->batch, &request.base);
	loop_run(control->loop);
	if (request.error.code == BGW_ERROR_NONE)
		return 0;
	*error = request.error;
	return -EINVAL;
}
