/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <bgw/why.h>

#include "measure.h"

/* A share of the frames that ports got which were not to get them, where there are such. */
static void sweep_learnt(struct session *session)
{
	struct result *result = &session->results.list[session->results.count - 1];
	const struct trial_stream_result *total = &result->trial.total;

	if (session->options->ports_count > 2 && total->offered > 0)
		result->learnt_ratio =
			1 - RTE_MIN(1.0, (double)total->misdelivered / (double)total->offered);
}

static int sweep(struct session *session, const struct frames_options *frames, char *why,
		 size_t why_size)
{
	const struct options *options = session->options;

	for (uint16_t i = 0; i < options->sweep_values_count; i++) {
		const uint32_t value = options->sweep_values[i];
		int ret = session_traffic(session, frames, value, why, why_size);

		if (ret < 0)
			return ret;
		progress_say(&session->progress, "  %u:", value);
		ret = options->rate_pps > 0
			      ? measure_run(session, RESULT_SWEEP, value)
			      : measure_throughput(session, RESULT_SWEEP, value, NULL);
		if (ret < 0)
			return ret;
		sweep_learnt(session);
	}
	return 0;
}

static int measure_command(struct session *session)
{
	const enum command command = session->options->command;
	struct result throughput;
	int ret;

	switch (command) {
	case COMMAND_LOSS:
		return measure_loss(session);
	case COMMAND_BACK_TO_BACK:
		return measure_back_to_back(session);
	case COMMAND_NDR_PDR:
		return measure_ndr_pdr(session);
	case COMMAND_RUN:
		return measure_run(session, RESULT_RUN, 0);
	default:
		break;
	}
	ret = measure_throughput(session, RESULT_THROUGHPUT, 0, &throughput);
	if (ret == 0 && command != COMMAND_THROUGHPUT && throughput.rate_pps > 0)
		ret = measure_latency(session, throughput.rate_pps);
	if (ret == 0 && command == COMMAND_RFC2544)
		ret = measure_loss(session);
	if (ret == 0 && command == COMMAND_RFC2544)
		ret = measure_back_to_back(session);
	return ret;
}

int measure_all(struct session *session, char *why, size_t why_size)
{
	const struct options *options = session->options;
	int ret = 0;

	why[0] = '\0';
	for (uint16_t i = 0; i < options->frames_count && ret == 0; i++) {
		progress_what(&session->progress, "%s bytes", options->frames[i].label);
		if (options->command == COMMAND_SWEEP) {
			ret = sweep(session, &options->frames[i], why, why_size);
			continue;
		}
		ret = session_traffic(session, &options->frames[i], 0, why, why_size);
		ret = ret ? ret : measure_command(session);
	}
	if (ret == -EINTR) {
		session->results.is_interrupted = true;
		bgw_refuse(why, why_size, EINTR, "ended by a signal");
	} else if (ret == -EIO) {
		bgw_refuse(why, why_size, EIO,
			   "a port took no frames for ten seconds: is its other side still there?");
	} else if (ret == -ENODATA) {
		bgw_refuse(why, why_size, ENODATA,
			   "no frame came back on the port where it was expected: is the device "
			   "set up for these --tags and --tunnel, and do its ports forward?");
	} else if (ret == -ENOMSG) {
		bgw_refuse(why, why_size, ENOMSG,
			   "not one frame was sent: a port takes none, others have the generator's "
			   "CPU, or no frame of a stream is due within --duration at this rate");
	} else if (ret == -EINVAL && why[0] == '\0') {
		bgw_refuse(why, why_size, EINVAL,
			   "--duration: a trial of one stream has at most 4 billion frames");
	} else if (ret < 0 && why[0] == '\0') {
		bgw_refuse(why, why_size, -ret, "%s", strerror(-ret));
	}
	return ret;
}
