/* SPDX-License-Identifier: BSD-3-Clause */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct entry {
	char *name;
	struct secret secret;
	struct entry *next;
};

struct secrets {
	struct entry *first;
};

/* 0, or negative with *error set. Of the file that was opened: nothing changes under the check. */
static int file_check(int fd, const cJSON *member, struct error *error)
{
	struct stat status;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return error_set(error, BGW_ERROR_INVALID_INPUT, "secrets.%.64s: %.200s is no file",
				 member->string, member->valuestring);
	if ((status.st_mode & 077) != 0 || (status.st_uid != 0 && status.st_uid != geteuid()))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "secrets.%.64s: others may read %.200s; chown it to root or to "
				 "whom bgwd runs as, and chmod 600",
				 member->string, member->valuestring);
	return 0;
}

static int content_read(int fd, struct secret *secret)
{
	uint8_t bytes[SECRET_BYTES_MAX + 3];
	size_t length = 0;
	ssize_t got = 1;

	while (got > 0 && length < sizeof(bytes)) {
		got = read(fd, bytes + length, sizeof(bytes) - length);
		length += got > 0 ? (size_t)got : 0;
	}
	if (length > 0 && bytes[length - 1] == '\n')
		length--;
	if (length > 0 && bytes[length - 1] == '\r')
		length--;
	if (got >= 0 && length <= SECRET_BYTES_MAX) {
		memcpy(secret->bytes, bytes, length);
		secret->length = length;
	}
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return got < 0 ? -errno : 0;
}

static int entry_read(struct entry *entry, const cJSON *member, struct error *error)
{
	int fd, rc;

	fd = open(member->valuestring, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "secrets.%.64s: %.200s cannot be read: %s", member->string,
				 member->valuestring, strerror(errno));
	rc = file_check(fd, member, error);
	if (rc == 0 && content_read(fd, &entry->secret) < 0)
		rc = error_set(error, BGW_ERROR_INVALID_INPUT,
			       "secrets.%.64s: %.200s cannot be read: %s", member->string,
			       member->valuestring, strerror(errno));
	close(fd);
	if (rc == 0 && entry->secret.length < SECRET_BYTES_MIN)
		rc = error_set(error, BGW_ERROR_INVALID_INPUT,
			       "secrets.%.64s: %.200s must have %d to %d bytes, as of openssl rand "
			       "-hex 32",
			       member->string, member->valuestring, SECRET_BYTES_MIN,
			       SECRET_BYTES_MAX);
	return rc;
}

struct secrets *secrets_load(const cJSON *members, struct error *error)
{
	struct secrets *secrets = calloc(1, sizeof(*secrets));
	const cJSON *member;
	int rc = 0;

	if (secrets == NULL) {
		error_set(error, BGW_ERROR_INTERNAL, "no memory for secrets");
		return NULL;
	}
	cJSON_ArrayForEach (member, members) {
		struct entry *entry = calloc(1, sizeof(*entry));

		if (entry == NULL)
			break;
		entry->next = secrets->first;
		secrets->first = entry;
		entry->name = strdup(member->string);
		rc = entry_read(entry, member, error);
		if (rc < 0 || entry->name == NULL)
			break;
	}
	if (rc == 0 && member == NULL)
		return secrets;
	if (rc == 0)
		error_set(error, BGW_ERROR_INTERNAL, "no memory for secrets");
	secrets_destroy(secrets);
	return NULL;
}

void secrets_destroy(struct secrets *secrets)
{
	if (secrets == NULL)
		return;
	while (secrets->first != NULL) {
		struct entry *entry = secrets->first;

		secrets->first = entry->next;
		OPENSSL_cleanse(&entry->secret, sizeof(entry->secret));
		free(entry->name);
		free(entry);
	}
	free(secrets);
}

const struct secret *secret_find(const struct secrets *secrets, const char *name)
{
	const struct entry *entry = secrets != NULL ? secrets->first : NULL;

	while (entry != NULL && (name == NULL || strcmp(entry->name, name) != 0))
		entry = entry->next;
	return entry != NULL ? &entry->secret : NULL;
}
