/* SPDX-License-Identifier: BSD-3-Clause */
#include "generator.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include <bgw/memif_peer.h>

#include "threads.h"

#define WATCH_NS      100000000u
#define DRAIN_STEP_NS 2000000u
#define WAIT_STEP_NS  20000u
/* Preamble, start of frame and gap: what a frame takes on the wire besides itself. */
#define GAP_BYTES   20
#define THREADS_MAX 2

static void sleep_ns(uint64_t ns)
{
	const struct timespec time = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};

	nanosleep(&time, NULL);
}

/* Runs turns of one side or of both until the end. */
static int sides_run(struct generator *generator, unsigned int thread, bool transmits,
		     bool receives)
{
	rte_rcu_qsbr_thread_register(generator->qsbr, thread);
	rte_rcu_qsbr_thread_online(generator->qsbr, thread);
	while (!atomic_load_explicit(&generator->quit, memory_order_relaxed)) {
		if (transmits)
			transmit_poll(&generator->transmit);
		if (receives)
			receive_poll(&generator->receive);
		rte_rcu_qsbr_quiescent(generator->qsbr, thread);
	}
	rte_rcu_qsbr_thread_offline(generator->qsbr, thread);
	rte_rcu_qsbr_thread_unregister(generator->qsbr, thread);
	return 0;
}

static int both_run(void *context)
{
	return sides_run(context, 0, true, true);
}

static int transmit_run(void *context)
{
	return sides_run(context, 0, true, false);
}

static int receive_run(void *context)
{
	return sides_run(context, 1, false, true);
}

static uint64_t cycles_of(uint64_t ns)
{
	return (uint64_t)((double)ns * (double)rte_get_tsc_hz() / 1e9);
}

static double ns_of(uint64_t cycles)
{
	return (double)cycles * 1e9 / (double)rte_get_tsc_hz();
}

/* Once they have ended. */
static void threads_forget(struct generator *generator)
{
	bgw_memif_peer_workers_set(NULL);
	free(generator->qsbr);
	free(generator);
}

struct generator *generator_create(const struct generator_config *config)
{
	const bool one = config->tx_lcore == config->rx_lcore;
	struct generator *generator;
	int ret;

	if (posix_memalign((void **)&generator, RTE_CACHE_LINE_SIZE, sizeof(*generator)) != 0) {
		errno = ENOMEM;
		return NULL;
	}
	memset(generator, 0, sizeof(*generator));
	if (posix_memalign((void **)&generator->qsbr, RTE_CACHE_LINE_SIZE,
			   rte_rcu_qsbr_get_memsize(THREADS_MAX)) != 0) {
		free(generator);
		errno = ENOMEM;
		return NULL;
	}
	rte_rcu_qsbr_init(generator->qsbr, THREADS_MAX);
	bgw_memif_peer_workers_set(generator->qsbr);
	generator->config = *config;
	generator->transmit.key = generator->receive.key = config->key;
	generator->transmit.burst = generator->receive.burst = config->burst;
	generator->transmit.lag_cycles = cycles_of(config->lag_ns);
	generator->transmit.stall_cycles = cycles_of(config->stall_ns);
	generator->receive.stall_cycles = generator->transmit.stall_cycles;
	generator->receive.vxlan_port = config->vxlan_port;
	generator->receive.ports_count = config->ports_count;
	memcpy(generator->receive.ports, config->ports, sizeof(config->ports));
	ret = rte_eal_remote_launch(one ? both_run : transmit_run, generator, config->tx_lcore);
	if (ret == 0 && !one) {
		ret = rte_eal_remote_launch(receive_run, generator, config->rx_lcore);
		if (ret < 0) {
			atomic_store(&generator->quit, true);
			rte_eal_wait_lcore(config->tx_lcore);
		}
	}
	if (ret < 0) {
		threads_forget(generator);
		errno = -ret;
		return NULL;
	}
	return generator;
}

static void streams_free(struct generator *generator)
{
	for (uint16_t i = 0; i < generator->receive.streams_count; i++)
		sequence_free(&generator->receive.streams[i].sequence);
	generator->receive.streams_count = 0;
	generator->transmit.streams_count = 0;
}

void generator_free(struct generator *generator)
{
	if (generator == NULL)
		return;
	atomic_store(&generator->quit, true);
	rte_eal_wait_lcore(generator->config.tx_lcore);
	rte_eal_wait_lcore(generator->config.rx_lcore);
	streams_free(generator);
	threads_forget(generator);
}

/* Hands an order to a side and waits until it has taken it. */
static void side_command(struct side *side, unsigned int number)
{
	atomic_store_explicit(&side->wanted, number, memory_order_release);
	while (atomic_load_explicit(&side->begun, memory_order_acquire) != number)
		sleep_ns(WAIT_STEP_NS);
}

static bool side_has_ended(struct side *side, unsigned int number)
{
	return atomic_load_explicit(&side->ended, memory_order_acquire) == number;
}

static void side_stop(struct side *side, unsigned int number)
{
	atomic_store_explicit(&side->stop, number, memory_order_relaxed);
	while (!side_has_ended(side, number))
		sleep_ns(WAIT_STEP_NS);
}

/* 0 says that there is no order; frames carry the last 8 bits. */
static unsigned int trial_next(struct generator *generator)
{
	if (++generator->trial == 0)
		generator->trial = 1;
	return generator->trial;
}

int generator_streams_set(struct generator *generator, const struct trial_stream *streams,
			  uint16_t count)
{
	struct transmit *transmit = &generator->transmit;
	struct receive *receive = &generator->receive;
	unsigned int number;
	int ret = 0;

	if (count > GENERATOR_STREAMS_MAX)
		return -EINVAL;
	/* The receiving side looks at streams in a trial alone, and none runs. An empty one makes
	 * sure that it has seen the end of the last. */
	streams_free(generator);
	for (uint16_t i = 0; i < count && ret == 0; i++) {
		transmit->streams[i] = (struct transmit_stream){
			.templates = streams[i].templates,
			.pool = streams[i].pool,
			.ethdev = generator->config.ports[streams[i].from],
			.number = (uint8_t)i,
		};
		receive->streams[i].to = streams[i].to;
		ret = sequence_init(&receive->streams[i].sequence, streams[i].templates->flows);
		receive->streams_count = (uint16_t)(i + (ret == 0));
	}
	if (ret < 0) {
		streams_free(generator);
		return ret;
	}
	transmit->streams_count = count;
	number = trial_next(generator);
	side_command(&receive->side, number);
	side_stop(&receive->side, number);
	return 0;
}

static int order_write(struct generator *generator, const struct trial_spec *spec)
{
	struct transmit *transmit = &generator->transmit;
	const uint64_t take_part = spec->streams;
	uint32_t streams = 0;
	double each_pps;
	double frames;

	for (uint16_t i = 0; i < transmit->streams_count; i++) {
		transmit->streams[i].takes_part = take_part >> i & 1;
		streams += transmit->streams[i].takes_part;
	}
	if (streams == 0)
		return -EINVAL;
	each_pps = spec->rate_pps / streams;
	frames = spec->frames > 0 ? (double)spec->frames
				  : each_pps * (double)spec->duration_ns / 1e9;
	if (frames >= SEQUENCE_MAX)
		return -EINVAL;
	transmit->frames_per_cycle = each_pps / (double)rte_get_tsc_hz();
	transmit->duration_cycles = cycles_of(spec->duration_ns);
	transmit->frames = spec->frames;
	transmit->gives_up_none = spec->gives_up_none;
	transmit->lag_frames =
		(uint64_t)((double)transmit->lag_cycles * transmit->frames_per_cycle);
	if (transmit->lag_frames < transmit->burst)
		transmit->lag_frames = transmit->burst;
	return 0;
}

static void progress_read(const struct generator *generator, struct generator_progress *progress)
{
	const struct transmit *transmit = &generator->transmit;

	*progress = (struct generator_progress){
		.received = *(const volatile uint64_t *)&generator->receive.received,
		.elapsed_ns = (uint64_t)ns_of(rte_rdtsc() - transmit->side.begin_tsc),
	};
	for (uint16_t i = 0; i < transmit->streams_count; i++)
		progress->offered += *(const volatile uint64_t *)&transmit->streams[i].sequence;
}

/* While frames are sent. False: it was cut short. */
static bool wait_sent(struct generator *generator, unsigned int number, uint64_t duration_ns,
		      bool (*watch)(void *, const struct generator_progress *), void *context)
{
	struct side *side = &generator->transmit.side;
	struct generator_progress progress;
	bool is_wanted = true;

	while (!side_has_ended(side, number)) {
		const uint64_t elapsed_ns = (uint64_t)ns_of(rte_rdtsc() - side->begin_tsc);
		const uint64_t left_ns = duration_ns > elapsed_ns ? duration_ns - elapsed_ns : 0;

		sleep_ns(RTE_MAX(RTE_MIN(left_ns, (uint64_t)WATCH_NS), (uint64_t)WAIT_STEP_NS));
		progress_read(generator, &progress);
		if (watch == NULL || watch(context, &progress))
			continue;
		is_wanted = false;
		side_stop(side, number);
	}
	return is_wanted;
}

/* Until every frame is back, or none has come for the time that they may take. False: cut short. */
static bool wait_received(struct generator *generator, uint64_t drain_ns,
			  bool (*watch)(void *, const struct generator_progress *), void *context)
{
	struct generator_progress progress;
	uint64_t waited_ns = 0;
	uint64_t received;

	progress_read(generator, &progress);
	while (waited_ns < drain_ns && progress.received < progress.offered) {
		received = progress.received;
		sleep_ns(DRAIN_STEP_NS);
		progress_read(generator, &progress);
		progress.is_sent = true;
		if (watch != NULL && !watch(context, &progress))
			return false;
		waited_ns = progress.received == received ? waited_ns + DRAIN_STEP_NS : 0;
	}
	return true;
}

static void thread_result(struct trial_thread_result *result, const struct side *side)
{
	const double duration_ns = ns_of(side->end_tsc - side->begin_tsc);

	result->cpu_share = duration_ns > 0 ? (double)side->cpu_ns / duration_ns : 1;
	if (result->cpu_share > 1)
		result->cpu_share = 1;
	result->stalls = side->stalls;
	result->longest_stall_ns = (uint64_t)ns_of(side->longest_stall_cycles);
}

static void latency_result(struct trial_latency *latency, const struct histogram *histogram)
{
	*latency = (struct trial_latency){.count = histogram->count};
	if (histogram->count == 0)
		return;
	latency->min_ns = ns_of(histogram->min);
	latency->mean_ns = ns_of(histogram->sum) / (double)histogram->count;
	latency->p50_ns = ns_of(histogram_percentile(histogram, 0.5));
	latency->p90_ns = ns_of(histogram_percentile(histogram, 0.9));
	latency->p99_ns = ns_of(histogram_percentile(histogram, 0.99));
	latency->p999_ns = ns_of(histogram_percentile(histogram, 0.999));
	latency->max_ns = ns_of(histogram->max);
}

static void stream_result(struct trial_stream_result *result,
			  const struct transmit_stream *transmit,
			  const struct receive_stream *receive)
{
	*result = (struct trial_stream_result){
		.offered = transmit->sequence,
		.refused = transmit->refused,
		.missed = transmit->missed,
		.received = receive->sequence.received,
		.duplicates = receive->sequence.duplicates,
		.out_of_order = receive->sequence.out_of_order,
		.late = receive->sequence.late,
		.misdelivered = receive->misdelivered,
	};
}

static void total_add(struct trial_stream_result *total, const struct trial_stream_result *stream)
{
	total->offered += stream->offered;
	total->refused += stream->refused;
	total->missed += stream->missed;
	total->received += stream->received;
	total->duplicates += stream->duplicates;
	total->out_of_order += stream->out_of_order;
	total->late += stream->late;
	total->misdelivered += stream->misdelivered;
}

static void result_read(const struct generator *generator, const struct trial_spec *spec,
			struct trial_result *result)
{
	const struct transmit *transmit = &generator->transmit;
	const struct receive *receive = &generator->receive;
	double bits = 0;

	memset(result, 0, sizeof(*result));
	result->streams_count = transmit->streams_count;
	result->duration_s = ns_of(transmit->side.end_tsc - transmit->side.begin_tsc) / 1e9;
	for (uint16_t i = 0; i < transmit->streams_count; i++) {
		const struct transmit_stream *stream = &transmit->streams[i];

		stream_result(&result->streams[i], stream, &receive->streams[i]);
		total_add(&result->total, &result->streams[i]);
		bits += (double)result->streams[i].offered *
			(stream->templates->mean_wire_bytes + GAP_BYTES) * 8;
	}
	result->intended_pps = spec->rate_pps;
	result->intended = spec->rate_pps > 0 ? result->total.offered + result->total.refused +
							result->total.missed
					      : result->total.offered;
	if (result->total.offered > result->total.received)
		result->lost = result->total.offered - result->total.received;
	if (result->total.offered > 0)
		result->loss_ratio = (double)result->lost / (double)result->total.offered;
	if (result->duration_s > 0) {
		result->offered_pps = (double)result->total.offered / result->duration_s;
		result->received_pps = (double)result->total.received / result->duration_s;
		result->offered_bps = bits / result->duration_s;
	}
	if (spec->rate_pps <= 0)
		result->intended_pps = result->offered_pps;
	result->foreign = receive->foreign - receive->foreign_was;
	result->stale = receive->stale;
	result->pushed_back = transmit->pushed_back;
	result->no_buffers = transmit->no_buffers;
	thread_result(&result->tx, &transmit->side);
	if (generator->config.tx_lcore == generator->config.rx_lcore)
		result->rx = result->tx;
	else
		thread_result(&result->rx, &receive->side);
	latency_result(&result->latency, &receive->latency);
}

int generator_trial(struct generator *generator, const struct trial_spec *spec,
		    struct trial_result *result,
		    bool (*watch)(void *context, const struct generator_progress *progress),
		    void *context)
{
	const unsigned int number = trial_next(generator);
	int ret = order_write(generator, spec);

	if (ret < 0)
		return ret;
	side_command(&generator->receive.side, number);
	side_command(&generator->transmit.side, number);
	if (!wait_sent(generator, number, spec->duration_ns, watch, context) ||
	    !wait_received(generator, spec->drain_ns, watch, context))
		ret = -EINTR;
	side_stop(&generator->receive.side, number);
	result_read(generator, spec, result);
	return ret;
}
