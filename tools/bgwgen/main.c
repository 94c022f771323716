/* SPDX-License-Identifier: BSD-3-Clause */
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

static int reports_write(const struct report *report, char *why, size_t why_size)
{
	const struct options *options = report->options;
	int ret;

	report_table(stdout, report);
	ret = report_file_write("--json", options->json, report_json, report, why, why_size);
	return ret ? ret
		   : report_file_write("--html", options->html, report_html, report, why, why_size);
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
	if ((session.results.count > 0 || interrupted) &&
	    reports_write(report, why, sizeof(why)) < 0)
		outcome = complain(OUTCOME_FAILED, why);
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
	if (report_file_check("--json", options.json, why, sizeof(why)) < 0 ||
	    report_file_check("--html", options.html, why, sizeof(why)) < 0)
		return (int)complain(OUTCOME_USAGE, why);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (eal_start(&options, why, sizeof(why)) < 0)
		return (int)complain(OUTCOME_FAILED, why);
	outcome = measure(&options, &report);
	eal_stop();
	return (int)outcome;
}
