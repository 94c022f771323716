/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_MEASURE_H
#define BGWGEN_MEASURE_H

#include "session.h"

/*
 * The measurements. Each works on the traffic that is set up and adds its results to the session's.
 * 0; -EINTR: ended by a signal; -ENODATA: no frame came back at all; -ENOMSG: none was sent;
 * -EINVAL: too many frames for one trial; -ENOMEM.
 */

/* The highest rate without loss beyond the tolerance. *found (may be NULL): the result's copy. */
int measure_throughput(struct session *session, enum result_kind kind, uint32_t sweep_value,
		       struct result *found);
/* At each load of the options, of a throughput. */
int measure_latency(struct session *session, double throughput_pps);
int measure_loss(struct session *session);
int measure_back_to_back(struct session *session);
int measure_ndr_pdr(struct session *session);
/* One trial at --rate or as fast as it goes. */
int measure_run(struct session *session, enum result_kind kind, uint32_t sweep_value);

/* All that the command asks for. 0, or -errno with a sentence. */
int measure_all(struct session *session, char *why, size_t why_size);

/* A result of the traffic that is set up. */
void measure_result(const struct session *session, enum result_kind kind,
		    const struct attempt *attempt, struct result *result);
/* What kept a rate from passing. */
enum result_limit measure_limit(const struct session *session, const struct attempt *failed);

#endif
