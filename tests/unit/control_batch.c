/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests happen in order; a commit that fails leaves nothing behind. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "control.h"
#include "operation.h"
#include "resource.h"

#define LOG_SIZE 512

static char log_text[LOG_SIZE];

static void note(const char *what, const char *name)
{
	size_t used = strlen(log_text);

	snprintf(log_text + used, sizeof(log_text) - used, "%s(%s) ", what, name);
}

static size_t capacity(const struct control *control)
{
	(void)control;
	return 5;
}

static int validate_create(struct control *control, struct object *new, struct error *error)
{
	const char *name = object_name(new);

	note("validate", name);
	if (model_match(control->model, new->type, "name", &name) != NULL)
		return error_set(error, BGW_ERROR_CONFLICT, "name \"%s\" is taken", name);
	return 0;
}

static void publish(struct control *control, struct object *old, struct object *new)
{
	(void)control;
	if (old != NULL)
		note("withdraw", object_name(old));
	if (new != NULL)
		note("publish", object_name(new));
}

static const struct resource network_resource = {
	.type = &bgw_network_type,
	.capacity = capacity,
	.limit = "tables.networks",
	.validate_create = validate_create,
	.publish = publish,
};
static const struct resource gateway_resource = {.type = &bgw_l2_gateway_type};
static const struct resource connection_resource = {.type = &bgw_l2_gateway_connection_type};

const struct resource *const resources[] = {
	&network_resource,
	&gateway_resource,
	&connection_resource,
	NULL,
};

enum what {
	CREATE,
	READ,
	DELETE,
	CASCADE,
	LAST, /* stops the loop */
};

struct test_request {
	struct request base;
	struct control *control;
	enum what what;
	const struct bgw_object_type *type;
	const char *body; /* or id */
	unsigned int slices;
	enum bgw_error outcome;
	size_t seen; /* networks that a read saw */
};

static int stage(struct request *base, struct error *error)
{
	struct test_request *request = (struct test_request *)base;
	const struct resource *resource = resource_of(request->type);
	struct object *object;
	cJSON *json;
	int rc;

	if (request->slices > 0) {
		request->slices--;
		return -EAGAIN;
	}
	if (request->what != CREATE)
		return operation_delete(request->control, resource, request->body, 0,
					request->what == CASCADE, error);
	json = cJSON_Parse(request->body);
	rc = operation_create(request->control, resource, json, &object, error);
	cJSON_Delete(json);
	return rc;
}

static bool finish(struct request *base, const struct error *error)
{
	struct test_request *request = (struct test_request *)base;

	request->outcome = error->code;
	request->seen = model_count(request->control->model, &bgw_network_type);
	if (request->what == LAST)
		loop_stop(request->control->loop);
	return true;
}

static const struct request_operations write_operations = {stage, finish};
static const struct request_operations read_operations = {NULL, finish};

struct fixture {
	char directory[32];
	struct control control;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct error error;
	char path[64];

	strcpy(fixture->directory, "/tmp/bgw-batch.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(path, sizeof(path), "%s/db", fixture->directory);
	fixture->control.loop = loop_create();
	fixture->control.store = store_open(path, &error);
	fixture->control.model = model_create();
	fixture->control.batch = batch_create(&fixture->control);
	log_text[0] = '\0';
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	char command[96];

	assert_true(batch_is_idle(fixture->control.batch));
	batch_destroy(fixture->control.batch);
	store_close(fixture->control.store);
	model_destroy(fixture->control.model);
	loop_destroy(fixture->control.loop);
	snprintf(command, sizeof(command), "rm -r %s", fixture->directory);
	assert_int_equal(system(command), 0);
	free(fixture);
	return 0;
}

/* Submits all of them at once, and a read that ends it. */
static void run(struct fixture *fixture, struct test_request *requests, size_t count)
{
	struct test_request last = {.control = &fixture->control, .what = LAST};

	for (size_t i = 0; i < count; i++) {
		requests[i].control = &fixture->control;
		if (requests[i].type == NULL)
			requests[i].type = &bgw_network_type;
		requests[i].base.operations =
			requests[i].what == READ ? &read_operations : &write_operations;
		batch_submit(fixture->control.batch, &requests[i].base);
	}
	last.base.operations = &read_operations;
	batch_submit(fixture->control.batch, &last.base);
	loop_run(fixture->control.loop);
}

#define RUN(requests) run(*state, requests, sizeof(requests) / sizeof((requests)[0]))

static void in_order_and_published_after_all_are_valid(void **state)
{
	struct test_request requests[] = {
		{.what = CREATE, .body = "{\"name\": \"a\"}", .slices = 3},
		{.what = CREATE, .body = "{\"name\": \"b\"}"},
		{.what = READ},
		{.what = CREATE, .body = "{\"name\": \"a\"}"},
	};

	RUN(requests);
	assert_string_equal(log_text, "validate(a) validate(b) validate(a) publish(a) publish(b) ");
	assert_int_equal(requests[0].outcome, BGW_ERROR_NONE);
	assert_int_equal(requests[1].outcome, BGW_ERROR_NONE);
	assert_int_equal(requests[2].seen, 2);
	assert_int_equal(requests[3].outcome, BGW_ERROR_CONFLICT);
}

static void one_refused_does_not_hinder_others(void **state)
{
	struct test_request requests[] = {
		{.what = CREATE, .body = "{\"name\": \"a\", \"mtu\": 1}"},
		{.what = CREATE, .body = "{\"name\": \"b\"}"},
		{.what = DELETE, .body = "00000000-0000-4000-8000-000000000001"},
	};

	RUN(requests);
	assert_int_equal(requests[0].outcome, BGW_ERROR_INVALID_INPUT);
	assert_int_equal(requests[1].outcome, BGW_ERROR_NONE);
	assert_int_equal(requests[2].outcome, BGW_ERROR_NETWORK_NOT_FOUND);
	assert_string_equal(log_text, "validate(b) publish(b) ");
}

static void the_same_id_again(void **state)
{
	struct test_request requests[] = {
		{.what = CREATE,
		 .body = "{\"name\": \"a\", \"id\": \"00000000-0000-4000-8000-000000000001\"}"},
		{.what = CREATE,
		 .body = "{\"name\": \"a\", \"id\": \"00000000-0000-4000-8000-000000000001\"}"},
		{.what = CREATE,
		 .body = "{\"name\": \"b\", \"id\": \"00000000-0000-4000-8000-000000000001\"}"},
	};

	RUN(requests);
	assert_int_equal(requests[0].outcome, BGW_ERROR_NONE);
	assert_int_equal(requests[1].outcome, BGW_ERROR_NONE);
	assert_int_equal(requests[2].outcome, BGW_ERROR_CONFLICT);
	assert_string_equal(log_text, "validate(a) publish(a) ");
}

static void no_more_than_the_capacity(void **state)
{
	struct test_request requests[6];
	char bodies[6][24];

	for (unsigned int i = 0; i < 6; i++) {
		snprintf(bodies[i], sizeof(bodies[i]), "{\"name\": \"n%u\"}", i);
		requests[i] = (struct test_request){.what = CREATE, .body = bodies[i]};
	}
	RUN(requests);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(requests[i].outcome, BGW_ERROR_NONE);
	assert_int_equal(requests[5].outcome, BGW_ERROR_OVER_QUOTA);
}

static void what_is_in_use_stays_or_goes_as_a_whole(void **state)
{
	static const char network[] = "00000000-0000-4000-8000-000000000001";
	struct test_request make[] = {
		{.what = CREATE,
		 .body = "{\"name\": \"n\", \"id\": \"00000000-0000-4000-8000-000000000001\"}"},
		{.what = CREATE, .type = &bgw_l2_gateway_type, .body = "{\"name\": \"g\"}"},
		/* References by name, of objects that this very batch makes. */
		{.what = CREATE,
		 .type = &bgw_l2_gateway_connection_type,
		 .body = "{\"gateway\": \"g\", \"network\": \"n\"}"},
		{.what = CREATE,
		 .type = &bgw_l2_gateway_connection_type,
		 .body = "{\"gateway\": \"x\", \"network\": \"n\"}"},
		{.what = DELETE, .body = network},
	};
	struct test_request drop[] = {{.what = CASCADE, .body = network}};
	struct fixture *fixture = *state;
	const struct model *model = fixture->control.model;

	RUN(make);
	assert_int_equal(make[2].outcome, BGW_ERROR_NONE);
	assert_int_equal(make[3].outcome, BGW_ERROR_GATEWAY_NOT_FOUND);
	assert_int_equal(make[4].outcome, BGW_ERROR_NETWORK_IN_USE);
	assert_int_equal(model_count(model, &bgw_network_type), 1);
	RUN(drop);
	assert_int_equal(drop[0].outcome, BGW_ERROR_NONE);
	assert_int_equal(model_count(model, &bgw_network_type), 0);
	assert_int_equal(model_count(model, &bgw_l2_gateway_connection_type), 0);
	assert_int_equal(model_count(model, &bgw_l2_gateway_type), 1);
}

/* A full disk, as far as this process can tell: no file may grow. */
static void files_may_grow(bool may)
{
	struct rlimit limit = {may ? RLIM_INFINITY : 0, RLIM_INFINITY};

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_failed_commit_leaves_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct test_request before[] = {{.what = CREATE, .body = "{\"name\": \"a\"}"}};
	struct test_request full[] = {
		{.what = CREATE, .body = "{\"name\": \"b\"}"},
		{.what = READ},
		{.what = CREATE, .body = "{\"name\": \"a\"}"},
	};
	struct test_request after[] = {{.what = CREATE, .body = "{\"name\": \"c\"}"}};

	RUN(before);
	log_text[0] = '\0';
	files_may_grow(false);
	RUN(full);
	files_may_grow(true);
	assert_int_equal(full[0].outcome, BGW_ERROR_STORE);
	assert_int_equal(full[1].outcome, BGW_ERROR_NONE);
	assert_int_equal(full[1].seen, 1);
	assert_int_equal(full[2].outcome, BGW_ERROR_CONFLICT);
	assert_string_equal(log_text, "validate(b) validate(a) ");
	assert_int_equal(model_count(fixture->control.model, &bgw_network_type), 1);
	RUN(after);
	assert_int_equal(after[0].outcome, BGW_ERROR_NONE);
	assert_int_equal(model_count(fixture->control.model, &bgw_network_type), 2);
}

static unsigned int closed_for;

static bool settle(struct control *control)
{
	(void)control;
	note("settle", "");
	return closed_for == 0 || closed_for-- == 0;
}

static void tell(struct control *control, const struct change *change)
{
	(void)control;
	note("tell", change->new != NULL ? object_name(change->new) : "-");
}

static void answers_when_what_it_published_is_settled_and_told(void **state)
{
	struct fixture *fixture = *state;
	struct test_request requests[] = {{.what = CREATE, .body = "{\"name\": \"a\"}"}};

	fixture->control.settle = settle;
	fixture->control.tell = tell;
	closed_for = 3;
	RUN(requests);
	assert_int_equal(requests[0].outcome, BGW_ERROR_NONE);
	assert_string_equal(log_text,
			    "validate(a) publish(a) settle() settle() settle() settle() tell(a) ");
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(in_order_and_published_after_all_are_valid),
		CASE(one_refused_does_not_hinder_others),
		CASE(the_same_id_again),
		CASE(no_more_than_the_capacity),
		CASE(what_is_in_use_stays_or_goes_as_a_whole),
		CASE(a_failed_commit_leaves_nothing),
		CASE(answers_when_what_it_published_is_settled_and_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
