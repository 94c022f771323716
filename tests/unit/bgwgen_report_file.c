/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "report_file.h"

#define TEXT "what was measured\n"

static char folder[] = "/tmp/bgwgen-report.XXXXXX";
static char why[512];

static int folder_make(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

/* Nothing is left beside what the cases made. */
static int folder_remove(void **state)
{
	(void)state;
	unlink("report");
	unlink("link");
	unlink("pipe");
	rmdir("directory");
	return chdir("/") == 0 ? rmdir(folder) : -1;
}

static int text_write(FILE *out, const struct report *report)
{
	(void)report;
	return fputs(TEXT, out) < 0 ? -EIO : 0;
}

static int nothing_write(FILE *out, const struct report *report)
{
	(void)report;
	fputs("half of", out);
	return -ENOMEM;
}

static int write_to(const char *path)
{
	return report_file_write("--json", path, text_write, NULL, why, sizeof(why));
}

static void assert_text(const char *path, const char *text)
{
	char found[64] = "";
	FILE *in = fopen(path, "re");

	assert_non_null(in);
	found[fread(found, 1, sizeof(found) - 1, in)] = '\0';
	fclose(in);
	assert_string_equal(found, text);
}

static mode_t kind_of(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status.st_mode & S_IFMT;
}

static void none_is_asked_for(void **state)
{
	(void)state;
	assert_int_equal(report_files_check(NULL, NULL, why, sizeof(why)), 0);
	assert_int_equal(write_to(NULL), 0);
}

static void a_check_leaves_nothing(void **state)
{
	(void)state;
	assert_int_equal(report_files_check("report", NULL, why, sizeof(why)), 0);
	assert_int_equal(access("report", F_OK), -1);
}

static void a_report_that_fails_leaves_what_was_there(void **state)
{
	(void)state;
	assert_int_equal(write_to("report"), 0);
	assert_int_equal(
		report_file_write("--json", "report", nothing_write, NULL, why, sizeof(why)),
		-ENOMEM);
	assert_text("report", TEXT);
	assert_int_equal(unlink("report"), 0);
}

static void a_link_stays_a_link(void **state)
{
	(void)state;
	assert_int_equal(symlink("report", "link"), 0);
	assert_int_equal(write_to("report"), 0);
	assert_int_equal(truncate("report", 0), 0);
	assert_int_equal(write_to("link"), 0);
	assert_int_equal(kind_of("link"), S_IFLNK);
	assert_text("report", TEXT);
	assert_int_equal(unlink("report"), 0);
	assert_int_equal(unlink("link"), 0);
}

/* As /dev/null does, which root could replace. */
static void a_pipe_stays_a_pipe_and_gets_the_report(void **state)
{
	char found[64] = "";
	int reader;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	reader = open("pipe", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(reader >= 0);
	assert_int_equal(report_files_check(NULL, "pipe", why, sizeof(why)), 0);
	assert_int_equal(write_to("pipe"), 0);
	assert_int_equal(kind_of("pipe"), S_IFIFO);
	assert_int_equal(read(reader, found, sizeof(found)), strlen(TEXT));
	assert_string_equal(found, TEXT);
	close(reader);
	assert_int_equal(unlink("pipe"), 0);
}

static void what_cannot_be_written_is_refused_before_measuring(void **state)
{
	char longest[PATH_MAX + 2];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(mkdir("directory", 0700), 0);
	assert_int_equal(report_files_check("directory", NULL, why, sizeof(why)), -EISDIR);
	assert_string_equal(why, "--json directory cannot be written: Is a directory");
	assert_int_equal(report_files_check("none/report", NULL, why, sizeof(why)), -ENOENT);
	assert_int_equal(report_files_check(longest, NULL, why, sizeof(why)), -ENAMETOOLONG);
	assert_int_equal(rmdir("directory"), 0);
}

static void a_full_disk_is_said(void **state)
{
	(void)state;
	assert_int_equal(symlink("/dev/full", "link"), 0);
	assert_int_equal(write_to("link"), -ENOSPC);
	assert_string_equal(why, "--json link cannot be written: No space left on device");
	assert_int_equal(kind_of("link"), S_IFLNK);
	assert_int_equal(unlink("link"), 0);
}

static void two_reports_are_two_files(void **state)
{
	(void)state;
	assert_int_equal(report_files_check("report", "report", why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "--json report and --html report are one file: give two");
	assert_int_equal(report_files_check("report", "./report", why, sizeof(why)), -EINVAL);
	assert_int_equal(report_files_check("report", "other", why, sizeof(why)), 0);
	assert_int_equal(report_files_check("/dev/null", "/dev/null", why, sizeof(why)), 0);
	assert_int_equal(write_to("report"), 0);
	assert_int_equal(symlink("report", "link"), 0);
	assert_int_equal(report_files_check("link", "report", why, sizeof(why)), -EINVAL);
	assert_int_equal(report_files_check("report", "other", why, sizeof(why)), 0);
	assert_int_equal(mkdir("directory", 0700), 0);
	assert_int_equal(report_files_check("other", "directory/other", why, sizeof(why)), 0);
	assert_int_equal(report_files_check("directory/x", "directory//x", why, sizeof(why)),
			 -EINVAL);
	assert_text("report", TEXT);
	assert_int_equal(rmdir("directory"), 0);
	assert_int_equal(unlink("link"), 0);
	assert_int_equal(unlink("report"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_is_asked_for),
		cmocka_unit_test(a_check_leaves_nothing),
		cmocka_unit_test(a_report_that_fails_leaves_what_was_there),
		cmocka_unit_test(a_link_stays_a_link),
		cmocka_unit_test(a_pipe_stays_a_pipe_and_gets_the_report),
		cmocka_unit_test(what_cannot_be_written_is_refused_before_measuring),
		cmocka_unit_test(a_full_disk_is_said),
		cmocka_unit_test(two_reports_are_two_files),
	};

	return cmocka_run_group_tests_name("bgwgen_report_file", tests, folder_make, folder_remove);
}
