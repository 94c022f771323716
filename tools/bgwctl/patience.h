/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_PATIENCE_H
#define BGWCTL_PATIENCE_H

/**
 * How long to wait for an answer: as long as the gateway is alive. What a request makes it do may
 * take minutes, so while nothing comes it is asked for / on another connection, and the wait ends
 * when that is not answered either.
 */

#include <curl/curl.h>
#include <stdbool.h>

#define PATIENCE_S     60
#define PATIENCE_S_MAX 86400

struct patience {
	CURL *probe;	     /**< a handle of its own, set up to reach the same gateway */
	unsigned int wait_s; /**< for a gateway that says nothing at all */
	bool shown; /**< on a terminal: what was sent and received, and the time it takes */
	/* What one wait needs. */
	double began_s, heard_s, said_s;
	curl_off_t moved_bytes;
	bool is_over, is_line_open;
};

/** Both handles are for the same gateway, and are the caller's; the first waits from now on. */
void patience_give(struct patience *patience, CURL *request, CURL *probe, unsigned int wait_s);

/** Before and after a request; shown as long as it takes, where that is asked for. */
void patience_begin(struct patience *patience, bool shown);
void patience_end(struct patience *patience);

#endif
