/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Preloaded into a program (LD_PRELOAD), kills it by SIGKILL right before one of its steps, which
 * are what others see of it: that it writes to a disk, and that it sends. Which ones,
 * BGW_KILL_STEPS says, a list of
 *
 *   disk     write a file (the first part of what is written one after the other), have it on the
 *            disk, rename it
 *   netlink  send to the kernel
 *   inet     send to another host
 *   unix     send a message on a unix socket
 *
 * The file that BGW_KILL_AT names has the number of the step, from 1, and is counted down with each
 * step; it is removed right before the program is killed. Without the file nothing is counted.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_writing; /* the last step was one */

static bool is_step(const char *kind)
{
	const char *steps = getenv("BGW_KILL_STEPS");

	return steps != NULL && strstr(steps, kind) != NULL;
}

/* What it does to its own file is not one of its steps. */
static int write_count(int fd, int left)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%-8d\n", left);

	return syscall(SYS_pwrite64, fd, text, length, 0L) == length ? 0 : -1;
}

static void count(const char *path)
{
	char text[16] = "";
	int fd = open(path, O_RDWR | O_CLOEXEC), left;

	if (fd < 0)
		return;
	left = read(fd, text, sizeof(text) - 1) > 0 ? atoi(text) : 0;
	if (left == 1) {
		unlink(path);
		syscall(SYS_kill, getpid(), SIGKILL);
		for (;;)
			pause();
	}
	if (left > 1 && write_count(fd, left - 1) < 0)
		abort();
	close(fd);
}

static void step(const char *kind, bool is_write)
{
	const char *path = getenv("BGW_KILL_AT");

	if (path == NULL || !is_step(kind))
		return;
	pthread_mutex_lock(&lock);
	if (!is_write || !is_writing)
		count(path);
	is_writing = is_write;
	pthread_mutex_unlock(&lock);
}

static void step_send(int fd, bool is_message)
{
	struct sockaddr_storage address = {0};
	socklen_t size = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		return;
	if (address.ss_family == AF_NETLINK)
		step("netlink", false);
	else if (address.ss_family == AF_INET || address.ss_family == AF_INET6)
		step("inet", false);
	else if (address.ss_family == AF_UNIX && is_message)
		step("unix", false);
}

/* The function that this one stands before. */
static void *next_of(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (function == NULL)
		abort();
	return function;
}

#define NEXT(name) ((__typeof__(&name))(uintptr_t)next_of(#name))

int fsync(int fd)
{
	step("disk", false);
	return NEXT(fsync)(fd);
}

int fdatasync(int fd)
{
	step("disk", false);
	return NEXT(fdatasync)(fd);
}

int rename(const char *from, const char *to)
{
	step("disk", false);
	return NEXT(rename)(from, to);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
	step("disk", true);
	return NEXT(pwrite64)(fd, bytes, size, at);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
	step_send(fd, false);
	return NEXT(send)(fd, bytes, size, flags);
}

ssize_t sendto(int fd, const void *bytes, size_t size, int flags, const struct sockaddr *to,
	       socklen_t to_size)
{
	step_send(fd, false);
	return NEXT(sendto)(fd, bytes, size, flags, to, to_size);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	step_send(fd, true);
	return NEXT(sendmsg)(fd, message, flags);
}
