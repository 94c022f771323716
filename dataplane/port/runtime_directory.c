/* SPDX-License-Identifier: BSD-3-Clause */
#include <bgw/runtime_directory.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>

/* The process of a directory NAME-PID; 0: it is no such. */
static int process_of(const char *directory, const char *name)
{
	const size_t length = strlen(name);

	if (strncmp(directory, name, length) != 0 || directory[length] != '-')
		return 0;
	return atoi(directory + length + 1);
}

static void directory_remove(const char *path)
{
	char file[1100];
	struct dirent *entry;
	DIR *directory = opendir(path);

	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		unlink(file);
	}
	closedir(directory);
	rmdir(path);
}

void bgw_runtime_directory_leave(const char *name)
{
	const char *path = rte_eal_get_runtime_dir();
	const char *slash = strrchr(path, '/');

	if (slash != NULL && process_of(slash + 1, name) == getpid())
		directory_remove(path);
}

void bgw_runtime_directories_sweep(const char *name)
{
	char path[512];
	struct dirent *entry;
	char *slash;
	DIR *directory;

	snprintf(path, sizeof(path), "%s", rte_eal_get_runtime_dir());
	slash = strrchr(path, '/');
	if (slash == NULL)
		return;
	*slash = '\0';
	directory = opendir(path);
	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL) {
		char stale[sizeof(path) + sizeof(entry->d_name)];
		const int pid = process_of(entry->d_name, name);

		if (pid <= 0 || kill(pid, 0) == 0 || errno != ESRCH)
			continue;
		snprintf(stale, sizeof(stale), "%s/%s", path, entry->d_name);
		directory_remove(stale);
	}
	closedir(directory);
}
