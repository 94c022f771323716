/* SPDX-License-Identifier: BSD-3-Clause */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <bgw/why.h>

#include "eal.h"

#define LEARN_AGAIN_S	  60
#define LEARN_TRIES	  10
#define LEARN_PAUSE_NS	  200000000
#define STUCK_NS	  UINT64_C(10000000000)
#define LEARN_DURATION_NS UINT64_C(3600000000000)
#define MAX_DURATION_NS	  UINT64_C(300000000)
#define STALL_NS	  100000
#define RING_FRAMES	  1024
#define GAP_BYTES	  20
#define VXLAN_PORT	  4789

static double now_s(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The key of the run's signatures: see signature.h for its range. */
static uint16_t key_make(void)
{
	uint16_t key = 0;

	while (key == 0 || key == UINT16_MAX)
		if (getrandom(&key, sizeof(key), 0) != sizeof(key))
			key = (uint16_t)(now_s() * 1e3);
	return key;
}

static uint16_t vxlan_port(const struct options *options)
{
	for (uint16_t i = 0; i < options->ports_count; i++)
		if (options->ports[i].tunnel.is_used)
			return options->ports[i].tunnel.udp_port;
	return VXLAN_PORT;
}

int session_open(struct session *session, const struct options *options,
		 volatile sig_atomic_t *interrupted, char *why, size_t why_size)
{
	struct generator_config config = {
		.ports_count = options->ports_count,
		.vxlan_port = vxlan_port(options),
		.burst = (uint16_t)options->burst,
		.lag_ns = options->lag_ns,
		.stall_ns = STALL_NS,
		.tx_lcore = EAL_TX_LCORE,
		.rx_lcore = eal_rx_lcore(options),
	};
	int ret;

	memset(session, 0, sizeof(*session));
	session->options = options;
	session->interrupted = interrupted;
	session->key = config.key = key_make();
	progress_open(&session->progress, options->quiet);
	ret = ports_open(&session->ports, options, interrupted, why, why_size);
	if (ret == 0) {
		memcpy(config.ports, session->ports.ethdevs, sizeof(config.ports));
		session->generator = generator_create(&config);
		if (session->generator == NULL)
			ret = bgw_refuse(why, why_size, errno, "the threads do not start: %s",
					 strerror(errno));
	}
	if (ret < 0)
		session_close(session);
	return ret;
}

static void templates_free(struct session *session)
{
	for (uint16_t i = 0; i < session->streams_count; i++)
		template_set_free(&session->templates[i]);
	session->streams_count = 0;
}

void session_close(struct session *session)
{
	generator_free(session->generator);
	ports_close(&session->ports);
	templates_free(session);
	results_free(&session->results);
}

/* The sweep's value in the place of what it sweeps. */
static void plan_sweep(struct frame_plan *plan, enum sweep_of sweep_of, uint32_t value)
{
	switch (sweep_of) {
	case SWEEP_MACS:
		plan->source_macs = plan->destination_macs = value;
		break;
	case SWEEP_FLOWS:
		break;
	case SWEEP_IDS:
		if (plan->tunnel.is_used)
			plan->tunnel.ids.count = value;
		break;
	}
	plan->flows = RTE_MAX(sweep_of == SWEEP_FLOWS ? value : plan->flows, value);
}

static int templates_make(struct session *session, uint32_t sweep_value, char *why, size_t why_size)
{
	const struct options *options = session->options;

	for (uint16_t i = 0; i < 2 * options->pairs_count; i++) {
		const struct pair_options *pair = &options->pairs[i / 2];
		const bool reverse = i % 2 == 1;
		struct frame_plan plan;
		int ret;

		options_plan(options, (uint16_t)(i / 2), reverse, &plan);
		if (sweep_value > 0)
			plan_sweep(&plan, options->sweep_of, sweep_value);
		ret = template_set_init(&session->templates[i], &plan, &session->frames->mix,
					session->key);
		if (ret == -ENOMEM)
			return bgw_refuse(why, why_size, ENOMEM,
					  "%u flows of %u sizes do not fit the memory", plan.flows,
					  session->frames->mix.count);
		if (ret < 0)
			return bgw_refuse(why, why_size, -ret,
					  "frames of %s bytes cannot be built for stream %s:%s: "
					  "sizes, segmentation ids or the mix are out of range",
					  session->frames->label, options->ports[pair->from].name,
					  options->ports[pair->to].name);
		session->streams_count++;
		session->streams[i] = (struct trial_stream){
			.from = reverse ? pair->to : pair->from,
			.to = reverse ? pair->from : pair->to,
			.templates = &session->templates[i],
			.pool = session->ports.tx_pools[i],
		};
		if (!reverse || pair->both)
			session->measured_streams |= UINT64_C(1) << i;
	}
	return 0;
}

/* What the line rate allows all measured streams together, who have equal shares. */
static double line_pps(const struct session *session)
{
	uint32_t streams = 0;
	double slowest = 0;

	for (uint16_t port = 0; port < session->options->ports_count; port++) {
		double bits = 0; /* of one frame of each of the port's streams */

		for (uint16_t i = 0; i < session->streams_count; i++)
			if ((session->measured_streams >> i & 1) &&
			    session->streams[i].from == port)
				bits += (session->templates[i].mean_wire_bytes + GAP_BYTES) * 8;
		if (bits > 0 && (slowest <= 0 || session->ports.line_rate_bps / bits < slowest))
			slowest = session->ports.line_rate_bps / bits;
	}
	for (uint16_t i = 0; i < session->streams_count; i++)
		streams += session->measured_streams >> i & 1;
	return slowest * streams;
}

struct watched {
	struct session *session;
	double rate_pps;
	bool is_counted; /* it lasts until all its frames are sent */
	uint64_t offered;
	uint64_t offered_ns; /* when it last became more */
	bool is_stuck;
};

static bool watch(void *context, const struct generator_progress *progress)
{
	struct watched *watched = context;

	if (!progress->is_sent)
		progress_live(&watched->session->progress, progress, watched->rate_pps);
	if (progress->offered != watched->offered) {
		watched->offered = progress->offered;
		watched->offered_ns = progress->elapsed_ns;
	}
	watched->is_stuck = watched->is_counted && !progress->is_sent &&
			    progress->elapsed_ns > watched->offered_ns + STUCK_NS;
	return !*watched->session->interrupted && !watched->is_stuck;
}

/* -EINTR: by a signal; -EIO: a port took no more of the frames that were to be sent. */
static int trial(struct session *session, const struct trial_spec *spec,
		 struct trial_result *result)
{
	struct watched watched = {
		.session = session, .rate_pps = spec->rate_pps, .is_counted = spec->frames > 0};
	int ret;

	if (*session->interrupted)
		return -EINTR;
	progress_trial(&session->progress);
	ret = generator_trial(session->generator, spec, result, watch, &watched);
	return ret == -EINTR && !*session->interrupted ? -EIO : ret;
}

/*
 * Every flow once from the far sides, once from the near ones, and then once from both. The last
 * round must arrive: by then the device knows them all.
 */
static int learn_once(struct session *session, struct trial_result *result)
{
	const uint64_t all = (UINT64_C(1) << session->streams_count) - 1;
	const uint64_t rounds[] = {all & UINT64_C(0xaaaaaaaaaaaaaaaa),
				   all & UINT64_C(0x5555555555555555), all};
	uint32_t flows = 1;

	for (uint16_t i = 0; i < session->streams_count; i++)
		flows = RTE_MAX(flows, session->templates[i].flows);
	for (size_t i = 0; i < RTE_DIM(rounds); i++) {
		const struct trial_spec spec = {
			.rate_pps = session->options->learn_rate_pps,
			.duration_ns = LEARN_DURATION_NS,
			.frames = flows,
			.gives_up_none = true,
			.drain_ns = session->options->drain_ns,
			.streams = rounds[i],
		};
		const int ret = trial(session, &spec, result);

		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Again while frames are missing: a device may need a moment after its links came up. */
static int learn(struct session *session)
{
	const struct timespec pause = {0, LEARN_PAUSE_NS};
	struct learning_result *worst = &session->results.learning;
	struct trial_result result;
	uint64_t missing = 1; /* of the last round */
	char label[sizeof(session->progress.what)];

	if (session->options->no_learning)
		return 0;
	memcpy(label, session->progress.what, sizeof(label));
	progress_what(&session->progress, "learning");
	for (int tries = 0; tries < LEARN_TRIES && missing > 0; tries++) {
		const int ret = learn_once(session, &result);

		if (ret < 0)
			return ret;
		missing = result.intended - RTE_MIN(result.total.received, result.intended);
		if (missing > 0)
			nanosleep(&pause, NULL);
	}
	progress_what(&session->progress, "%s", label);
	session->learned_s = now_s();
	if (missing >= worst->lost)
		*worst = (struct learning_result){result.intended, missing, result.duration_s};
	return 0;
}

int session_traffic(struct session *session, const struct frames_options *frames,
		    uint32_t sweep_value, char *why, size_t why_size)
{
	struct attempt attempt;
	int ret;

	/* Before its templates go, the generator must have let go of them. */
	ret = generator_streams_set(session->generator, NULL, 0);
	templates_free(session);
	session->measured_streams = 0;
	session->frames = frames;
	ret = ret ? ret : templates_make(session, sweep_value, why, why_size);
	if (ret < 0)
		return ret;
	session->line_rate_pps = line_pps(session);
	ret = generator_streams_set(session->generator, session->streams, session->streams_count);
	if (ret < 0)
		return bgw_refuse(why, why_size, -ret, "the streams do not fit: %s",
				  strerror(-ret));
	ret = learn(session);
	if (ret == 0 && session->options->warm_up_ns > 0)
		ret = session_attempt(session, session->options->rate_pps,
				      session->options->warm_up_ns, 0, 1, &attempt);
	if (ret == -EINVAL)
		return bgw_refuse(why, why_size, EINVAL,
				  "--duration or --learn-rate: a trial may have 4 billion frames");
	return ret;
}

static void judge(const struct session *session, double loss_tolerance, struct attempt *attempt)
{
	const struct trial_result *trial = &attempt->trial;

	attempt->shortfall = trial->intended > 0
				     ? 1 - (double)trial->total.offered / (double)trial->intended
				     : 0;
	attempt->passed = trial->total.offered > 0 && trial->loss_ratio <= loss_tolerance &&
			  attempt->shortfall <= session->options->offered_tolerance;
}

/*
 * Whether a failure may be the generator's own: it did not send, or was away for so long that half
 * the ring of a port filled up with frames that came in.
 */
static bool generator_stalled(const struct session *session, const struct trial_result *trial)
{
	const uint64_t away_ns = RTE_MAX(trial->tx.longest_stall_ns, trial->rx.longest_stall_ns);
	const double stream_pps =
		trial->intended_pps / RTE_MAX(__builtin_popcountll(session->measured_streams), 1);

	return trial->total.missed > 0 || (double)away_ns / 1e9 * stream_pps > RING_FRAMES / 2.0;
}

int session_attempt(struct session *session, double rate_pps, uint64_t duration_ns, uint64_t frames,
		    double loss_tolerance, struct attempt *attempt)
{
	const struct options *options = session->options;
	const struct trial_spec spec = {
		.rate_pps = rate_pps,
		.duration_ns = duration_ns,
		.frames = frames,
		.drain_ns = options->drain_ns,
		.streams = session->measured_streams,
	};
	uint64_t retries = options->retries;
	uint64_t left = options->trials;

	memset(attempt, 0, sizeof(*attempt));
	while (left > 0) {
		struct attempt one;
		int ret = 0;

		if (now_s() - session->learned_s > LEARN_AGAIN_S)
			ret = learn(session);
		ret = ret ? ret : trial(session, &spec, &one.trial);
		if (ret < 0)
			return ret;
		attempt->trials++;
		judge(session, loss_tolerance, &one);
		if (!one.passed && retries > 0 && generator_stalled(session, &one.trial)) {
			retries--;
			attempt->retries++;
			continue;
		}
		attempt->trial = one.trial;
		attempt->passed = one.passed;
		attempt->shortfall = one.shortfall;
		if (!one.passed)
			break;
		left--;
	}
	return 0;
}

int session_max_rate(struct session *session, double *rate_pps, enum result_limit *limit)
{
	const struct options *options = session->options;
	const struct trial_spec spec = {
		.duration_ns = RTE_MIN(options->duration_ns, MAX_DURATION_NS),
		.drain_ns = options->drain_ns,
		.streams = session->measured_streams,
	};
	struct trial_result result;
	const int ret = trial(session, &spec, &result);

	if (ret < 0)
		return ret;
	session->results.generator_max_pps =
		RTE_MAX(session->results.generator_max_pps, result.offered_pps);
	*rate_pps = result.offered_pps * SESSION_MAX_MARGIN;
	*limit = result.pushed_back > 0 ? LIMIT_PORT : LIMIT_GENERATOR;
	if (session->line_rate_pps > 0 && session->line_rate_pps < *rate_pps) {
		*rate_pps = session->line_rate_pps;
		*limit = LIMIT_LINE;
	}
	if (options->max_rate_pps > 0 && options->max_rate_pps < *rate_pps) {
		*rate_pps = options->max_rate_pps;
		*limit = LIMIT_OPTION;
	}
	return 0;
}
