/* SPDX-License-Identifier: BSD-3-Clause */
#include "install.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bgw/why.h>

/* From bgwd and from tests in a build directory; from an installed bgwd. */
static const char *const directories[] = {
	"../drivers-conf",
	"../../drivers-conf",
	"../lib/bgw",
};

int install_find(const char *file, char *path, size_t path_size, char *why, size_t why_size)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length < 0)
		return bgw_refuse(why, why_size, errno, "/proc is not mounted");
	self[length] = '\0';
	*strrchr(self, '/') = '\0';
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		int size = snprintf(path, path_size, "%s/%s/%s", self, directories[i], file);

		if (size > 0 && (size_t)size < path_size && access(path, R_OK) == 0)
			return 0;
	}
	return bgw_refuse(why, why_size, ENOENT,
			  "%s is neither in %s/../lib/bgw nor in a build directory: install bgw, "
			  "or build all of it",
			  file, self);
}
