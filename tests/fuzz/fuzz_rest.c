/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests of the REST API, from their text to what becomes of the objects, over the real model and
 * resources; only nothing forwards, and no commit is written. An input is some requests, parted by
 * RS (0x1e). */
#include "fuzz.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access.h"
#include "audit.h"
#include "control.h"
#include "events.h"
#include "json.h"
#include "log.h"
#include "rest.h"
#include "rest_exchange.h"
#include "text.h"

#define SEPARATOR  0x1e
#define MAX_BYTES  65536 /* below every limit of bodies */
#define LOOP_TURNS 1000000

/* The token is "t". */
static const char configuration[] =
	"{\"name\": \"t\", \"workers\": {\"cores\": [1]}, \"control\": {\"cores\": [0]},"
	" \"tables\": {\"macs\": 1024, \"connections\": 40, \"networks\": 10, \"gateways\": 10,"
	"  \"attachments\": 40, \"remote_gateways\": 10},"
	" \"ports\": [{\"name\": \"member1\", \"driver\": \"vdev\", \"role\": \"access\"},"
	"  {\"name\": \"member2\", \"driver\": \"vdev\", \"role\": \"access\"},"
	"  {\"name\": \"wan0\", \"driver\": \"vdev\", \"role\": \"underlay\"}],"
	" \"api\": {\"tokens\": [{\"name\": \"r\", \"role\": \"reader\", \"sha256\": \""
	"e3b98a4da31a127d4bde6e43033f66ba274cab0eb7eb1c70ec41402bf6273dd8\"}]},"
	" \"underlay\": {\"vtep\": \"192.0.2.1\"}}";

/* What there is before each input. */
static const char *const objects[] = {
	"POST /v2.0/networks\n\n{\"network\": {\"id\": \"00000000-0000-4000-8000-000000000001\","
	" \"name\": \"net\", \"segmentation_id\": 700}}",
	"POST /v2.0/l2-gateways\n\n{\"l2_gateway\": {\"name\": \"gw\","
	" \"id\": \"00000000-0000-4000-8000-000000000002\", \"devices\": [{\"device_name\":"
	" \"local\", \"interfaces\": [{\"name\": \"member1\", \"segmentation_id\": [\"100\"]}]}]}}",
	"POST /v2.0/l2-gateway-connections\n\n{\"l2_gateway_connection\": {\"id\":"
	" \"00000000-0000-4000-8000-000000000003\", \"gateway\": \"gw\", \"network\": \"net\"}}",
	"POST /v2.0/l2-remote-gateways\n\n{\"l2_remote_gateway\": {\"name\": \"rgw\","
	" \"id\": \"00000000-0000-4000-8000-000000000004\", \"ipaddr\": \"192.0.2.2\"}}",
	"POST /v2.0/l2-remote-gateway-connections\n\n{\"l2_remote_gateway_connection\": {\"id\":"
	" \"00000000-0000-4000-8000-000000000005\", \"gateway\": \"gw\", \"remote\": \"rgw\"}}",
	"POST /v2.0/l2-remote-macs\n\n{\"l2_remote_mac\": {\"mac\": \"02:00:00:00:00:01\","
	" \"id\": \"00000000-0000-4000-8000-000000000006\", \"ip\": \"10.0.0.1\","
	" \"rgw_connection\": \"00000000-0000-4000-8000-000000000005\"}}",
};

#define OBJECTS (sizeof(objects) / sizeof(objects[0]))

static struct control control;
static struct http_handler handler;
static char directory[] = "/dev/shm/bgw-fuzz-rest.XXXXXX";
static char path[sizeof(directory) + 8];
static bool is_dirty = true;

static void directory_remove(void)
{
	char name[sizeof(path) + 8];

	for (unsigned int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", path, (const char *[]){"", "-wal", "-shm"}[i]);
		unlink(name);
	}
	rmdir(directory);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct error error;

	(void)argc;
	(void)argv;
	log_level_set(LOG_LEVEL_ERROR);
	MUST(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/bgw.db", directory);
	atexit(directory_remove);
	MUST(config_parse(&control.config, configuration, &error) == 0);
	control.loop = loop_create();
	control.access = access_create(&control.config.api);
	control.audit = audit_open(control.loop, "/dev/null", &error);
	MUST(control.loop && control.access && control.audit);
	control.store = store_open(path, &error);
	control.events = events_create(control.loop);
	MUST(control.store && control.events);
	handler = rest_handler(&control);
	return 0;
}

/* By the linker in place of store_commit(), which has a thread of the pool write and sync. */
void __wrap_store_commit(struct store *store, struct loop *loop, const struct change *changes,
			 size_t count, store_done *done, void *arg);

void __wrap_store_commit(struct store *store, struct loop *loop, const struct change *changes,
			 size_t count, store_done *done, void *arg)
{
	const struct error none = {.code = BGW_ERROR_NONE};

	(void)store;
	(void)loop;
	(void)changes;
	MUST(count > 0);
	done(arg, &none);
}

static void answered(void *arg)
{
	loop_stop(arg);
}

/* All that there is, as it is stored; with revisions. */
static void everything(struct text *text)
{
	for (unsigned int t = 0; model_type(t) != NULL; t++) {
		const struct object *object = model_first(control.model, model_type(t));

		for (; object != NULL; object = object->next) {
			text_add_format(text, "%s %u {", object->type->name,
					object_base(object)->revision);
			record_text(text, &object->type->record, object_record(object),
				    RECORD_STORED, NULL, NULL);
			text_add(text, "}\n", 2);
		}
	}
	MUST(!text->broken);
}

/* What the store has of an object is that object. */
static void check_stored(void)
{
	static const struct record_reader load = {.mode = RECORD_LOAD};

	for (unsigned int t = 0; model_type(t) != NULL; t++) {
		const struct object *object = model_first(control.model, model_type(t));

		for (; object != NULL; object = object->next) {
			struct text text = {0};
			struct object *loaded;
			struct error error;
			cJSON *json;

			text_add(&text, "{", 1);
			record_text(&text, &object->type->record, object_record(object),
				    RECORD_STORED, NULL, NULL);
			text_add(&text, "}", 1);
			json = json_parse(text.bytes, text.length, &error);
			MUST(json);
			loaded = object_parse(object->type, json, &load, &error);
			MUST(loaded && object_has(loaded, object) && object_has(object, loaded));
			object_free(loaded);
			cJSON_Delete(json);
			text_free(&text);
		}
	}
}

static bool is_error(const cJSON *json)
{
	const cJSON *error = cJSON_GetObjectItemCaseSensitive(json, "NeutronError");
	const char *type = cJSON_GetStringValue(cJSON_GetObjectItem(error, "type"));
	const char *message = cJSON_GetStringValue(cJSON_GetObjectItem(error, "message"));

	return type != NULL && type[0] != '\0' && message != NULL && message[0] != '\0';
}

static void check_answer(const struct http_exchange *exchange)
{
	struct error error;
	cJSON *json = NULL;

	MUST(exchange->answers == 1);
	MUST(exchange->status >= 200 && exchange->status < 500 && exchange->status / 100 != 3);
	if (exchange->answer != NULL && exchange->type == NULL) {
		json = json_parse(exchange->answer, exchange->answer_length, &error);
		MUST(json);
	}
	MUST((exchange->status >= 400) == is_error(json));
	MUST(json || exchange->type != NULL || exchange->status == 204);
	cJSON_Delete(json);
}

/* A request that is refused, or only reads, changes nothing. */
static void check_effect(const struct http_exchange *exchange, const struct text *before)
{
	struct text after = {0};
	bool same;

	everything(&after);
	same = after.length == before->length &&
	       memcmp(after.bytes, before->bytes, after.length) == 0;
	MUST(same || (exchange->status < 400 && !http_is_read(exchange)));
	if (!same)
		check_stored();
	is_dirty = is_dirty || !same;
	text_free(&after);
}

static void begin(struct http_exchange *exchange)
{
	struct error error;

	exchange->answered = answered;
	exchange->arg = control.loop;
	if (handler.admit(handler.arg, exchange, &error) < 0) {
		size_t length;
		char *body = handler.refuse(handler.arg, exchange, &error, &length);

		http_answer(exchange, error_status(error.code), body, length);
	} else {
		handler.handle(handler.arg, exchange);
	}
}

static void end(struct http_exchange *exchange)
{
	for (unsigned int i = 0; !batch_is_idle(control.batch) || exchange->answers == 0; i++) {
		MUST(i < LOOP_TURNS);
		uv_run(loop_uv(control.loop), UV_RUN_ONCE);
	}
	check_answer(exchange);
	exchange_end(exchange);
}

static void request(const uint8_t *data, size_t size)
{
	struct http_exchange exchange;
	struct text before = {0};

	if (exchange_read(&exchange, data, size)) {
		everything(&before);
		begin(&exchange);
		end(&exchange);
		check_effect(&exchange, &before);
		text_free(&before);
	}
	exchange_clear(&exchange);
}

static void begin_anew(void)
{
	struct http_exchange made[OBJECTS];

	batch_destroy(control.batch);
	model_destroy(control.model);
	control.model = model_create();
	MUST(control.model);
	control.batch = batch_create(&control);
	MUST(control.batch);
	/* All of them in one commit. */
	for (size_t i = 0; i < OBJECTS; i++) {
		MUST(exchange_read(&made[i], (const uint8_t *)objects[i], strlen(objects[i])));
		begin(&made[i]);
	}
	for (size_t i = 0; i < OBJECTS; i++) {
		end(&made[i]);
		exchange_clear(&made[i]);
	}
	MUST(model_count(control.model, &bgw_l2_remote_mac_type) == 1);
	is_dirty = false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data, *end = data + size;

	if (size > MAX_BYTES)
		return 0;
	if (is_dirty)
		begin_anew();
	while (at < end) {
		const uint8_t *stop = memchr(at, SEPARATOR, (size_t)(end - at));

		if (stop == NULL)
			stop = end;
		request(at, (size_t)(stop - at));
		at = stop + 1;
	}
	return 0;
}
