/* SPDX-License-Identifier: BSD-3-Clause */
#include "report_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bgw/why.h>

#define MODE 0666 /* less the umask */

struct place {
	char path[PATH_MAX];
	char beside[PATH_MAX]; /* empty: it is written to as it is */
	FILE *out;
};

/* A file of its own name in the same folder. A descriptor, or -1 with errno. */
static int beside_create(struct place *place)
{
	errno = ENAMETOOLONG;
	if (snprintf(place->beside, sizeof(place->beside), "%s.%d.tmp", place->path, getpid()) >=
	    (int)sizeof(place->beside))
		return -1;
	return open(place->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
}

/* 0 or -errno, and then there is nothing to close. */
static int place_open(struct place *place, const char *path)
{
	struct stat status;
	const bool exists = stat(path, &status) == 0;
	int descriptor;

	*place = (struct place){0};
	if (exists && S_ISDIR(status.st_mode))
		return -EISDIR;
	if (exists && !S_ISREG(status.st_mode)) {
		descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	} else if (exists ? realpath(path, place->path) == NULL
			  : snprintf(place->path, sizeof(place->path), "%s", path) >=
				    (int)sizeof(place->path)) {
		return exists ? -errno : -ENAMETOOLONG;
	} else {
		descriptor = beside_create(place);
	}
	if (descriptor < 0)
		return -errno;
	place->out = fdopen(descriptor, "w");
	if (place->out == NULL) {
		const int error = errno;

		close(descriptor);
		if (place->beside[0] != '\0')
			unlink(place->beside);
		return -error;
	}
	return 0;
}

/* Moves what was written to its place if `ret` is 0, which it answers else. */
static int place_close(struct place *place, int ret)
{
	if (fclose(place->out) != 0 && ret == 0)
		ret = -errno;
	if (place->beside[0] == '\0')
		return ret;
	if (ret == 0 && rename(place->beside, place->path) < 0)
		ret = -errno;
	if (ret < 0)
		unlink(place->beside);
	return ret;
}

static int refuse(const char *option, const char *path, int error, char *why, size_t why_size)
{
	return bgw_refuse(why, why_size, error, "%s %s cannot be written: %s", option, path,
			  strerror(error));
}

int report_file_check(const char *option, const char *path, char *why, size_t why_size)
{
	struct stat status;
	struct place place;
	int ret;

	if (path == NULL)
		return 0;
	/* To open a pipe would make its reader believe that this was all. */
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
		return access(path, W_OK) == 0 ? 0 : refuse(option, path, errno, why, why_size);
	ret = place_open(&place, path);
	if (ret < 0)
		return refuse(option, path, -ret, why, why_size);
	fclose(place.out);
	unlink(place.beside);
	return 0;
}

int report_file_write(const char *option, const char *path,
		      int (*write)(FILE *out, const struct report *report),
		      const struct report *report, char *why, size_t why_size)
{
	struct place place;
	int ret;

	if (path == NULL)
		return 0;
	ret = place_open(&place, path);
	if (ret == 0)
		ret = place_close(&place, write(place.out, report));
	return ret < 0 ? refuse(option, path, -ret, why, why_size) : 0;
}
