/* SPDX-License-Identifier: BSD-3-Clause */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_BYTES (8u << 20)

static int paths_set(struct state *state, const char *path)
{
	char *copy = strdup(path);

	state->path = strdup(path);
	if (copy == NULL || state->path == NULL || asprintf(&state->next_path, "%s.new", path) < 0)
		state->next_path = NULL;
	else
		state->directory = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (state->next_path == NULL)
		return -ENOMEM;
	return state->directory < 0 ? -errno : 0;
}

/* The file itself is replaced, so its lock is beside it. */
static int lock_take(struct state *state)
{
	char *path;
	int rc = 0;

	if (asprintf(&path, "%s.lock", state->path) < 0)
		return -ENOMEM;
	state->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (state->lock < 0 || flock(state->lock, LOCK_EX | LOCK_NB) < 0)
		rc = -errno;
	free(path);
	return rc;
}

/* Reads all of it. *bytes NULL: there is none yet. */
static int file_read(const char *path, uint8_t **bytes, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
	struct stat status;
	size_t done = 0;

	*bytes = NULL;
	*size = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &status) < 0)
		rc = -errno;
	else if (!S_ISREG(status.st_mode) || status.st_size > MAX_BYTES)
		rc = -EFBIG;
	else if ((*bytes = malloc((size_t)status.st_size + 1)) == NULL)
		rc = -ENOMEM;
	while (rc == 0 && done < (size_t)status.st_size) {
		ssize_t part = read(fd, *bytes + done, (size_t)status.st_size - done);

		if (part <= 0)
			rc = part < 0 ? -errno : -EIO;
		else
			done += (size_t)part;
	}
	close(fd);
	*size = done;
	return rc;
}

int state_open(struct state *state, const char *path, struct entries *entries, char *error,
	       size_t error_size)
{
	uint8_t *bytes = NULL;
	char why[HOST_ERROR_SIZE];
	size_t size = 0;
	int rc;

	*state = (struct state){.directory = -1, .lock = -1};
	rc = paths_set(state, path);
	if (rc == 0)
		rc = lock_take(state);
	if (rc == -EWOULDBLOCK)
		snprintf(error, error_size, "the state file %s is another agent's, which runs",
			 path);
	if (rc == 0)
		rc = file_read(path, &bytes, &size);
	if (rc < 0 && rc != -EWOULDBLOCK)
		snprintf(error, error_size, "the state file %s cannot be opened: %s", path,
			 strerror(-rc));
	if (rc == 0 && bytes != NULL) {
		rc = entries_unpack(entries, bytes, size, why, sizeof(why));
		if (rc < 0)
			snprintf(error, error_size, "the state file %s is damaged: %s", path, why);
	}
	free(bytes);
	if (rc < 0)
		state_close(state);
	return rc;
}

void state_close(struct state *state)
{
	if (state->lock >= 0)
		close(state->lock);
	if (state->directory >= 0)
		close(state->directory);
	free(state->next_path);
	free(state->path);
}

static int file_write(const char *path, const uint8_t *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), rc = 0;

	if (fd < 0)
		return -errno;
	while (size > 0 && rc == 0) {
		ssize_t part = write(fd, bytes, size);

		if (part < 0 && errno != EINTR) {
			rc = -errno;
		} else if (part > 0) {
			bytes += part;
			size -= (size_t)part;
		}
	}
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

int state_save(const struct state *state, const struct entries *entries)
{
	size_t size = 0;
	uint8_t *bytes = entries_pack(entries, "", &size);
	int rc = bytes != NULL ? file_write(state->next_path, bytes, size) : -ENOMEM;

	free(bytes);
	if (rc == 0 && rename(state->next_path, state->path) < 0)
		rc = -errno;
	if (rc == 0 && fsync(state->directory) < 0)
		rc = -errno;
	return rc;
}
