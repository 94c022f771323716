/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines to somebody who reads, reads late, or does not read. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "line_writer.h"
#include "loop.h"

#define LINE_BYTES 1024
#define LINES	   4000 /* more than the queue and a pipe hold */
#define QUICK_NS   UINT64_C(5000000000)

/* [0] is read from. */
typedef void make_channel(int ends[2]);

static void make_pipe(int ends[2])
{
	assert_int_equal(pipe(ends), 0);
}

static void make_socket(int ends[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
}

static void make_nonblocking(int ends[2])
{
	make_pipe(ends);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
}

static make_channel *const channels[] = {make_pipe, make_socket, make_nonblocking};

/* Line `number`, of which there are LINE_BYTES. */
static bool line_add(struct line_writer *writer, unsigned int number)
{
	char line[LINE_BYTES + 1];

	snprintf(line, sizeof(line), "%-*u\n", LINE_BYTES - 1, number);
	return line_writer_add(writer, line, LINE_BYTES);
}

struct reading {
	FILE *file;
	unsigned int next; /* number that is to come */
	unsigned int lost;
};

/* One line; what was said to be lost is left out. */
static void read_line(struct reading *reading)
{
	char line[LINE_BYTES + 2];
	unsigned int number;

	assert_non_null(fgets(line, sizeof(line), reading->file));
	if (sscanf(line, "bgwd: %u lines are lost here", &number) == 1) {
		reading->next += number;
		reading->lost += number;
		return;
	}
	assert_int_equal(strlen(line), LINE_BYTES);
	assert_int_equal(strtoul(line, NULL, 10), reading->next);
	reading->next++;
}

static void lines_come_whole_and_in_order(void **state)
{
	int ends[2];
	struct line_writer *writer;
	struct reading reading = {0};

	(void)state;
	make_pipe(ends);
	writer = line_writer_create(ends[1]);
	reading.file = fdopen(ends[0], "r");
	for (unsigned int i = 0; i < LINES; i++) {
		assert_true(line_add(writer, i));
		line_writer_wait(writer);
		assert_int_equal(poll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, 5000),
				 1);
		read_line(&reading);
	}
	line_writer_destroy(writer);
	assert_int_equal(reading.lost, 0);
	fclose(reading.file);
	close(ends[1]);
}

static void nobody_waits_for_one_who_does_not_read(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(channels) / sizeof(channels[0]); c++) {
		struct reading reading = {0};
		struct line_writer *writer;
		unsigned int kept = 0;
		uint64_t began_ns = loop_now_ns();
		int ends[2];

		channels[c](ends);
		writer = line_writer_create(ends[1]);
		for (unsigned int i = 0; i < LINES; i++) {
			kept += line_add(writer, i);
			line_writer_wait(writer);
		}
		assert_true(loop_now_ns() - began_ns < QUICK_NS);
		assert_in_range(kept, 512, LINES - 1);
		reading.file = fdopen(ends[0], "r");
		while (reading.next < LINES)
			read_line(&reading);
		assert_int_equal(reading.lost, LINES - kept);
		/* Now it is read again. */
		assert_true(line_add(writer, LINES));
		read_line(&reading);
		assert_int_equal(reading.next, LINES + 1);
		line_writer_destroy(writer);
		fclose(reading.file);
		close(ends[1]);
	}
}

static void it_ends_without_a_reader(void **state)
{
	uint64_t began_ns = loop_now_ns();
	struct line_writer *writer;
	int ends[2];

	(void)state;
	make_pipe(ends);
	writer = line_writer_create(ends[1]);
	for (unsigned int i = 0; i < LINES; i++)
		line_add(writer, i);
	line_writer_destroy(writer);
	assert_true(loop_now_ns() - began_ns < QUICK_NS);
	close(ends[0]);
	writer = line_writer_create(ends[1]);
	line_add(writer, 0);
	line_writer_wait(writer);
	line_writer_destroy(writer);
	close(ends[1]);
}

static void the_end_is_written(void **state)
{
	char path[] = "/tmp/control_line_writer.XXXXXX";
	int fd = mkstemp(path);
	struct line_writer *writer = line_writer_create(fd);
	struct reading reading = {0};

	(void)state;
	unlink(path);
	for (unsigned int i = 0; i < 300; i++)
		assert_true(line_add(writer, i));
	line_writer_destroy(writer);
	lseek(fd, 0, SEEK_SET);
	reading.file = fdopen(fd, "r");
	for (unsigned int i = 0; i < 300; i++)
		read_line(&reading);
	assert_int_equal(fgetc(reading.file), EOF);
	fclose(reading.file);
}

static int ignore_broken_pipes(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_whole_and_in_order),
		cmocka_unit_test(nobody_waits_for_one_who_does_not_read),
		cmocka_unit_test(it_ends_without_a_reader),
		cmocka_unit_test(the_end_is_written),
	};

	return cmocka_run_group_tests(tests, ignore_broken_pipes, NULL);
}
