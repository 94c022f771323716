/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_OUTCOME_H
#define BGWCTL_OUTCOME_H

/** How a command ends, which is the exit status of bgwctl. Whoever returns anything but
 * OUTCOME_OK has told the user why, on standard error. */
enum outcome {
	OUTCOME_OK = 0,
	OUTCOME_REFUSED = 1,	 /**< the gateway said no */
	OUTCOME_USAGE = 2,	 /**< the command line is wrong */
	OUTCOME_UNREACHABLE = 3, /**< no gateway answers, or it is not one */
};

/** Writes "bgwctl: " and one sentence to standard error, returns the outcome. */
enum outcome complain(enum outcome outcome, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
