/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Preloaded into a program (LD_PRELOAD), makes its disk slow or bad. The file that BGW_SLOW_DISK
 * names has how many milliseconds longer fsync() takes, and how often it works until it fails.
 * Without the file it is as fast as ever, and works.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Whether it fails. */
static bool do_as_told(void)
{
	static unsigned int done;
	const char *path = getenv("BGW_SLOW_DISK");
	FILE *file = path != NULL ? fopen(path, "re") : NULL;
	unsigned int ms, good;
	bool is_bad = false;

	if (file == NULL) {
		done = 0;
		return false;
	}
	if (fscanf(file, "%u %u", &ms, &good) == 2) {
		usleep(ms * 1000);
		is_bad = done++ >= good;
	}
	fclose(file);
	return is_bad;
}

int fsync(int fd)
{
	int (*real)(int fd) = (int (*)(int fd))(uintptr_t)dlsym(RTLD_NEXT, "fsync");

	if (!do_as_told())
		return real(fd);
	errno = EIO;
	return -1;
}
