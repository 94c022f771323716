/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bgw/why.h>

#include "eal.h"
#include "measure.h"
#include "options.h"
#include "report.h"
#include "report_file.h"

enum outcome {
	OUTCOME_OK = 0,
	OUTCOME_FAILED = 1,
	OUTCOME_USAGE = 2,
	OUTCOME_LOSS = 3,
	OUTCOME_SIGNAL = 130,
};

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static enum outcome complain(enum outcome outcome, const char *why)
{
	fprintf(stderr, "bgwgen: %s\n", why);
	return outcome;
}

/* 0 or -errno. */
static int table_write(const struct report *report)
{
	report_table(stdout, report);
	if (fflush(stdout) != 0)
		return -errno;
	return ferror(stdout) ? -EIO : 0;
}

/* One that cannot be written keeps no other from it. False: it was said which. */
static bool reports_write(const struct report *report)
{
	const struct options *options = report->options;
	const int table = table_write(report);
	bool all = table == 0;
	char why[512];

	if (table < 0)
		fprintf(stderr, "bgwgen: the table cannot be written to standard output: %s\n",
			strerror(-table));
	if (report_file_write("--json", options->json, report_json, report, why, sizeof(why)) < 0) {
		complain(OUTCOME_FAILED, why);
		all = false;
	}
	if (report_file_write("--html", options->html, report_html, report, why, sizeof(why)) < 0) {
		complain(OUTCOME_FAILED, why);
		all = false;
	}
	return all;
}

static bool lost_too_much(const struct session *session)
{
	for (uint32_t i = 0; i < session->results.count; i++)
		if (session->results.list[i].kind == RESULT_RUN &&
		    session->results.list[i].trial.loss_ratio > session->options->loss_tolerance)
			return true;
	return false;
}

static enum outcome measure(struct options *options, struct report *report)
{
	static struct session session;
	struct machine machine;
	enum outcome outcome = OUTCOME_OK;
	char why[512];

	if (session_open(&session, options, &interrupted, why, sizeof(why)) < 0)
		return complain(interrupted ? OUTCOME_SIGNAL : OUTCOME_FAILED, why);
	machine_read(&machine);
	report->results = &session.results;
	report->machine = &machine;
	if (measure_all(&session, why, sizeof(why)) < 0)
		outcome = complain(interrupted ? OUTCOME_SIGNAL : OUTCOME_FAILED, why);
	machine_finish(&machine);
	if ((session.results.count > 0 || interrupted) && !reports_write(report))
		outcome = OUTCOME_FAILED;
	if (outcome == OUTCOME_OK && lost_too_much(&session))
		outcome = OUTCOME_LOSS;
	session_close(&session);
	return outcome;
}

/* The parser cuts its words up, and reports show them whole. NULL: no memory. */
static char **words_copy(int argc, char **argv)
{
	char **words = calloc((size_t)argc + 1, sizeof(*words));

	for (int i = 0; words != NULL && i < argc; i++) {
		words[i] = strdup(argv[i]);
		if (words[i] == NULL)
			return NULL;
	}
	return words;
}

int main(int argc, char **argv)
{
	const struct sigaction action = {.sa_handler = interrupt};
	/* Who reads the table may go away; the other reports are written all the same. */
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	static struct options options;
	struct report report = {.options = &options, .argc = argc, .argv = argv};
	char **words = words_copy(argc, argv);
	enum outcome outcome;
	char why[512];

	if (words == NULL)
		return (int)complain(OUTCOME_FAILED, "there is no memory");
	if (options_parse(&options, argc, words, why, sizeof(why)) < 0)
		return (int)complain(OUTCOME_USAGE, why);
	if (options.help) {
		options_help(stdout);
		return OUTCOME_OK;
	}
	if (options.version) {
		puts("bgwgen " BGW_VERSION);
		return OUTCOME_OK;
	}
	if (report_files_check(options.json, options.html, why, sizeof(why)) < 0)
		return (int)complain(OUTCOME_USAGE, why);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	if (eal_start(&options, why, sizeof(why)) < 0)
		return (int)complain(OUTCOME_FAILED, why);
	outcome = measure(&options, &report);
	eal_stop();
	return (int)outcome;
}
