/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_OUTCOME_H
#define BGWCTL_OUTCOME_H

/** How a command ends, which is the exit status of bgwctl. Whoever returns anything but
 * OUTCOME_OK has told the user why, on standard error. */
enum outcome {
	OUTCOME_OK = 0,
	OUTCOME_REFUSED = 1,	 /**< the gateway said no, for none of the reasons below */
	OUTCOME_USAGE = 2,	 /**< the command line is wrong */
	OUTCOME_UNREACHABLE = 3, /**< no gateway answers, or it is not one */
	OUTCOME_NOT_FOUND = 4,	 /**< there is no such object */
	OUTCOME_CONFLICT = 5, /**< it exists, is in use, was changed, or the name is not unique */
	OUTCOME_DENIED = 6,   /**< who asks is not known, or may not */
	OUTCOME_BUSY = 7,     /**< not now: the same may succeed later */
	OUTCOME_TIMEOUT = 8,  /**< done, but not in force within --wait */
	OUTCOME_COUNT,
};

/** What each means, for the help; one clause. */
extern const char *const outcome_help[OUTCOME_COUNT];

/** Writes "bgwctl: " and one sentence to standard error, returns the outcome. */
enum outcome complain(enum outcome outcome, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
