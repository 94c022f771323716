/* SPDX-License-Identifier: BSD-3-Clause */
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "print.h"

static int write_whole(const char *path, const void *bytes, size_t length)
{
	/* Ours to read alone: it has all that the gateway is told. */
	const mode_t before = umask(077);
	FILE *file = fopen(path, "we");
	int err = 0;

	umask(before);
	if (file == NULL)
		return errno;
	if (fwrite(bytes, 1, length, file) != length || fflush(file) != 0 ||
	    fsync(fileno(file)) != 0)
		err = errno;
	if (fclose(file) != 0 && err == 0)
		err = errno;
	return err;
}

/* Under another name first, so that a file of that name is never half a backup. */
static enum outcome save(const char *path, const void *bytes, size_t length)
{
	char *part = NULL;
	int err = asprintf(&part, "%s.part", path) < 0 ? ENOMEM : 0;

	if (err == 0)
		err = write_whole(part, bytes, length);
	if (err == 0 && rename(part, path) != 0)
		err = errno;
	if (err != 0 && part != NULL)
		unlink(part);
	free(part);
	return err == 0 ? OUTCOME_OK
			: complain(OUTCOME_USAGE, "%s cannot be written: %s", path, strerror(err));
}

enum outcome store_backup(struct session *session, int count, char **words)
{
	void *bytes = NULL;
	size_t length = 0;
	enum outcome outcome;

	if (count != 1)
		return complain(OUTCOME_USAGE, "name the file that the backup shall be");
	outcome = client_fetch(session->client, "backup", &bytes, &length);
	if (outcome == OUTCOME_OK)
		outcome = save(words[0], bytes, length);
	if (outcome == OUTCOME_OK && !session->json)
		printf("%s has %zu bytes\n", words[0], length);
	free(bytes);
	return outcome;
}

static enum outcome load(const char *path, void **bytes, size_t *length)
{
	FILE *file = fopen(path, "re");
	struct stat status;
	bool whole = false;

	if (file == NULL)
		return complain(OUTCOME_USAGE, "%s cannot be read: %s", path, strerror(errno));
	if (fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode)) {
		*length = (size_t)status.st_size;
		*bytes = malloc(*length + 1);
		whole = *bytes != NULL && fread(*bytes, 1, *length, file) == *length;
	}
	fclose(file);
	return whole ? OUTCOME_OK
		     : complain(OUTCOME_USAGE, "%s cannot be read as a whole file", path);
}

static void print_counts(const cJSON *counts)
{
	const cJSON *count;
	const char *comma = "";

	cJSON_ArrayForEach (count, counts) {
		printf("%s%.0f %s", comma, count->valuedouble, count->string);
		comma = ", ";
	}
	putchar('\n');
}

enum outcome store_restore(struct session *session, int count, char **words)
{
	void *bytes = NULL;
	size_t length = 0;
	cJSON *answer = NULL;
	enum outcome outcome;

	if (count != 1)
		return complain(OUTCOME_USAGE, "name the backup's file");
	outcome = load(words[0], &bytes, &length);
	if (outcome == OUTCOME_OK)
		outcome = client_send(session->client, "backup", bytes, length, &answer);
	if (outcome == OUTCOME_OK && session->json)
		print_json(answer);
	else if (outcome == OUTCOME_OK)
		print_counts(cJSON_GetObjectItem(answer, "restore"));
	cJSON_Delete(answer);
	free(bytes);
	return outcome;
}

enum outcome store_verify(struct session *session, int count, char **words)
{
	const cJSON *verify, *problem;
	cJSON *answer = NULL;
	enum outcome outcome;

	if (count != 0)
		return complain(OUTCOME_USAGE, "verify takes nothing, not \"%s\"", words[0]);
	outcome = client_request(session->client, "GET", "verify", NULL, &answer);
	verify = cJSON_GetObjectItem(answer, "verify");
	if (outcome == OUTCOME_OK && session->json)
		print_json(answer);
	if (outcome == OUTCOME_OK && !cJSON_IsTrue(cJSON_GetObjectItem(verify, "ok"))) {
		cJSON_ArrayForEach (problem, cJSON_GetObjectItem(verify, "problems"))
			outcome = complain(OUTCOME_REFUSED, "%s", problem->valuestring);
	} else if (outcome == OUTCOME_OK && !session->json) {
		printf("%.0f objects are the same in the store and in memory, %.0f have their "
		       "place in the tables\n",
		       cJSON_GetNumberValue(cJSON_GetObjectItem(verify, "stored")),
		       cJSON_GetNumberValue(cJSON_GetObjectItem(verify, "in_tables")));
	}
	cJSON_Delete(answer);
	return outcome;
}
