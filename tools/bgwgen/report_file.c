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

static int file_check(const char *option, const char *path, char *why, size_t why_size)
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

/* The file that is there, or the folder that it would be in. */
static bool file_or_folder_stat(const char *path, bool *exists, struct stat *status)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	*exists = stat(path, status) == 0;
	if (*exists)
		return true;
	snprintf(folder, sizeof(folder), "%.*s", slash != NULL ? (int)(slash - path + 1) : 1,
		 slash != NULL ? path : ".");
	return stat(folder, status) == 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Whether one report would take the other's place. What is no regular file takes both. */
static bool is_same_file(const char *a, const char *b)
{
	struct stat a_status, b_status;
	bool a_exists, b_exists;

	if (!file_or_folder_stat(a, &a_exists, &a_status) ||
	    !file_or_folder_stat(b, &b_exists, &b_status) || a_exists != b_exists ||
	    a_status.st_dev != b_status.st_dev || a_status.st_ino != b_status.st_ino)
		return false;
	return a_exists ? S_ISREG(a_status.st_mode) : strcmp(base_name(a), base_name(b)) == 0;
}

int report_files_check(const char *json, const char *html, char *why, size_t why_size)
{
	int ret = file_check("--json", json, why, why_size);

	ret = ret ? ret : file_check("--html", html, why, why_size);
	if (ret == 0 && json != NULL && html != NULL && is_same_file(json, html))
		return bgw_refuse(why, why_size, EINVAL,
				  "--json %s and --html %s are one file: give two", json, html);
	return ret;
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
