/* SPDX-License-Identifier: BSD-3-Clause */
#include "kept_answer.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* Each new one lets that many old ones go, so that they are gone sooner than they come. */
#define OLD_ONES_A_TIME 4

struct kept_answer {
	BGW_OBJECT_MEMBERS;
	char *key;
	char *digest;
	uint32_t made_s;
	uint32_t end_kbytes; /* taken by all that were ever kept, up to and with this one, mod 2^32
			      */
	char *told;
	/* What told takes; 0 until somebody asked. No member that the store's thread reads. */
	uint32_t kbytes;
};

#define AT(member) .offset = offsetof(struct kept_answer, member)

static const struct bgw_field fields[] = {
	{"id", .type = BGW_UUID, AT(id)},
	{"key", .type = BGW_STRING, .flags = BGW_FIELD_INDEX, .max = KEPT_KEY_MAX_BYTES, AT(key)},
	{"digest", .type = BGW_STRING, AT(digest)},
	{"made_s", .type = BGW_UINT, .max = UINT32_MAX, AT(made_s)},
	{"end_kbytes", .type = BGW_UINT, .max = UINT32_MAX, AT(end_kbytes)},
	{"told", .type = BGW_STRING, .max = UINT32_MAX, AT(told)},
};

const struct bgw_object_type kept_answer_type = {
	.name = "kept_answer",
	.plural = "kept_answers",
	.collection = "kept-answers",
	.record = {.size = sizeof(struct kept_answer),
		   .count = sizeof(fields) / sizeof(fields[0]),
		   .fields = fields},
};

bool kept_key_is_valid(const char *key)
{
	size_t length = strlen(key);

	for (size_t i = 0; i < length; i++)
		if (key[i] < ' ' || key[i] > '~')
			return false;
	return length > 0 && length <= KEPT_KEY_MAX_BYTES;
}

int kept_digest(const char *path, const cJSON *body, char digest[KEPT_DIGEST_TEXT_SIZE])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int length = 0;
	char *text = cJSON_PrintUnformatted(body);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = text != NULL && context != NULL &&
		    EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
		    EVP_DigestUpdate(context, path, strlen(path) + 1) == 1 &&
		    EVP_DigestUpdate(context, text, strlen(text)) == 1 &&
		    EVP_DigestFinal_ex(context, hash, &length) == 1;

	EVP_MD_CTX_free(context);
	free(text);
	if (!done)
		return -ENOMEM;
	for (unsigned int i = 0; i < length; i++)
		snprintf(digest + 2 * i, 3, "%02x", hash[i]);
	return 0;
}

/* A clock that was set back makes nothing old. */
static bool is_old(const struct object *answer, uint32_t now_s)
{
	const struct kept_answer *kept = object_record(answer);

	return now_s > kept->made_s && now_s - kept->made_s >= KEPT_ANSWER_S;
}

static int let_old_ones_go(struct model *model, uint32_t now_s)
{
	struct object *answer = model_first(model, &kept_answer_type), *next;

	for (unsigned int i = 0; i < OLD_ONES_A_TIME && answer != NULL; i++, answer = next) {
		next = answer->next;
		if (!is_old(answer, now_s))
			break;
		if (model_remove(model, answer) < 0)
			return -ENOMEM;
	}
	return 0;
}

int kept_answer_find(struct model *model, const char *key, const char *digest, uint32_t now_s,
		     const struct object **answer, struct error *error)
{
	struct object *found = model_match(model, &kept_answer_type, "key", &key);
	const struct kept_answer *kept;

	*answer = NULL;
	if (found != NULL && is_old(found, now_s)) {
		if (model_remove(model, found) < 0)
			goto no_memory;
		found = NULL;
	}
	if (let_old_ones_go(model, now_s) < 0)
		goto no_memory;
	if (found == NULL)
		return 0;
	kept = object_record(found);
	if (strcmp(kept->digest, digest) != 0)
		return error_set(error, BGW_ERROR_CONFLICT,
				 "Idempotency-Key \"%.64s\" was that of another request less than "
				 "24 hours ago; a new request needs a new key",
				 key);
	*answer = found;
	return 0;

no_memory:
	return error_set(error, BGW_ERROR_INTERNAL, "no memory to let old keys go");
}

static bool is_not_id(const void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "id") != 0;
}

void kept_answer_tell(struct text *told, const struct object *object)
{
	const struct bgw_object *base = object_base(object);
	char id[BGW_UUID_TEXT_SIZE];

	text_add_string(told, told->length == 0 ? "[{" : ",{");
	if (record_text(told, &object->type->record, base, RECORD_STORED, is_not_id, NULL))
		text_add(told, ",", 1);
	text_add_format(told, "\"id\":\"%s\",\"revision_number\":%u}",
			bgw_uuid_format(&base->id, id), base->revision);
}

/* What answers take, in units of 1 KB; every one takes some. */
static uint32_t kbytes_of(size_t bytes)
{
	return (uint32_t)(bytes >> 10) + 1;
}

/* The first is asked with each new one, and may have megabytes: it is measured once. */
static uint32_t kbytes_told(struct object *answer)
{
	struct kept_answer *kept = answer->record;

	if (kept->kbytes == 0)
		kept->kbytes = kbytes_of(strlen(kept->told));
	return kept->kbytes;
}

static uint32_t end_kbytes(const struct object *answer)
{
	return ((const struct kept_answer *)object_record(answer))->end_kbytes;
}

/* Between the first and the last that are kept; what went from between them still counts. */
static uint32_t kbytes_kept(struct object *first, const struct object *last)
{
	return end_kbytes(last) - end_kbytes(first) + kbytes_told(first);
}

static struct object *create(const char *key, const char *digest, uint32_t now_s,
			     const struct text *told)
{
	struct object *object = object_create(&kept_answer_type);
	struct kept_answer *kept;

	if (object == NULL)
		return NULL;
	kept = object_record_mutable(object);
	kept->given = (UINT64_C(1) << sizeof(fields) / sizeof(fields[0])) - 1;
	kept->made_s = now_s;
	kept->key = strdup(key);
	kept->digest = strdup(digest);
	kept->told = malloc(told->length + 2);
	if (kept->key == NULL || kept->digest == NULL || kept->told == NULL) {
		object_free(object);
		return NULL;
	}
	memcpy(kept->told, told->bytes, told->length);
	memcpy(kept->told + told->length, "]", 2);
	kept->kbytes = kbytes_of(told->length + 1);
	return object;
}

int kept_answer_add(struct model *model, const char *key, const char *digest, uint32_t now_s,
		    const struct text *told, struct error *error)
{
	struct object *first = model_first(model, &kept_answer_type);
	const struct object *last = model_last(model, &kept_answer_type);
	struct object *answer = told->broken ? NULL : create(key, digest, now_s, told);
	struct kept_answer *kept;
	int rc = 0;

	if (answer == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "no memory to keep the answer");
	kept = object_record_mutable(answer);
	kept->end_kbytes = kept->kbytes + (last != NULL ? end_kbytes(last) : 0);
	if (kbytes_kept(first != NULL ? first : answer, answer) > KEPT_ANSWERS_MAX_KBYTES)
		rc = error_set(error, BGW_ERROR_OVER_QUOTA,
			       "there are as many answers to requests with an Idempotency-Key as "
			       "can be kept for 24 hours; send fewer of them");
	if (rc == 0)
		rc = object_identify(answer, error);
	if (rc == 0 && model_insert(model, answer) < 0)
		rc = error_set(error, BGW_ERROR_INTERNAL, "no memory to keep the answer");
	if (rc < 0)
		object_free(answer);
	return rc;
}

const char *kept_answer_told(const struct object *answer)
{
	return ((const struct kept_answer *)object_record(answer))->told;
}

struct object *kept_answer_object(const struct bgw_object_type *type, const cJSON *element)
{
	static const struct record_reader reader = {.mode = RECORD_LOAD};
	struct error error;

	return object_parse(type, element, &reader, &error);
}
