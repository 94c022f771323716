/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "html.h"
#include "plot.h"
#include "progress.h"
#include "report.h"

#define HOSTILE "<script>alert(\"1\")</script> & 'x' \\ \n\x01"

static struct options options;
static struct results results;
static struct machine machine;
static struct report report = {.options = &options, .results = &results, .machine = &machine};

static char *written(int (*write)(FILE *, const struct report *))
{
	static char *text;
	static size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(write(out, &report), 0);
	fclose(out);
	return text;
}

static void result_add(enum result_kind kind, const char *frame, double load)
{
	static struct result result;

	result = (struct result){
		.kind = kind,
		.limit = kind == RESULT_THROUGHPUT ? LIMIT_DEVICE : LIMIT_NONE,
		.frame_bytes = 64,
		.rate_pps = 1e6 * load,
		.load_ratio = load,
		.max_rate_pps = 1.5e6,
		.learnt_ratio = -1,
		.trials = 9,
		.trial = {.duration_s = 1,
			  .intended = 1000000,
			  .lost = 10,
			  .loss_ratio = 1e-5,
			  .total = {.offered = 1000000, .received = 999990, .refused = 3},
			  .streams_count = 2,
			  .latency = {999990, 1000, 2000, 1500, 3000, 4000, 5000, 90000},
			  .tx = {.cpu_share = 0.97},
			  .rx = {.cpu_share = 0.97}},
	};
	snprintf(result.frame, sizeof(result.frame), "%s", frame);
	assert_int_equal(results_add(&results, &result), 0);
}

static int setup(void **state)
{
	static char program[] = "bgwgen";
	static char word[] = HOSTILE;
	static char *argv[] = {program, word};

	(void)state;
	options = (struct options){
		.command = COMMAND_RFC2544,
		.ports_count = 2,
		.pairs_count = 1,
		.pairs = {{.from = 0, .to = 1, .both = true, .flows = 1}},
		.duration_ns = 1000000000,
		.cores_count = 1,
		.title = HOSTILE,
	};
	snprintf(options.ports[0].name, sizeof(options.ports[0].name), "%s", "<b>&");
	snprintf(options.ports[1].name, sizeof(options.ports[1].name), "wan");
	snprintf(options.ports[0].device, sizeof(options.ports[0].device), "%s", HOSTILE);
	snprintf(machine.cpu, sizeof(machine.cpu), "%s", HOSTILE);
	report.argc = 2;
	report.argv = argv;
	result_add(RESULT_THROUGHPUT, "64", 1);
	result_add(RESULT_LATENCY, "64", 0.5);
	result_add(RESULT_LATENCY, "64", 0.9);
	result_add(RESULT_LOSS, "<i>", 0.9);
	result_add(RESULT_LOSS, "<i>", 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	results_free(&results);
	return 0;
}

static double number(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	assert_true(cJSON_IsNumber(item));
	return item->valuedouble;
}

static void json_says_what_was_measured(void **state)
{
	char *text = written(report_json);
	cJSON *document = cJSON_Parse(text);
	const cJSON *list, *throughput, *latency;

	(void)state;
	assert_non_null(document);
	assert_string_equal(cJSON_GetObjectItemCaseSensitive(document, "title")->valuestring,
			    HOSTILE);
	list = cJSON_GetObjectItemCaseSensitive(document, "results");
	assert_int_equal(cJSON_GetArraySize(list), 5);
	throughput = cJSON_GetArrayItem(list, 0);
	assert_string_equal(cJSON_GetObjectItemCaseSensitive(throughput, "kind")->valuestring,
			    "throughput");
	assert_string_equal(cJSON_GetObjectItemCaseSensitive(throughput, "limit")->valuestring,
			    "device");
	assert_true(number(throughput, "rate_pps") == 1e6);
	assert_true(number(throughput, "frame_bytes") == 64);
	assert_true(number(throughput, "lost_frames") == 10);
	assert_true(number(throughput, "refused_frames") == 3);
	latency = cJSON_GetArrayItem(list, 1);
	assert_true(number(latency, "load_ratio") == 0.5);
	latency = cJSON_GetObjectItemCaseSensitive(latency, "latency_ns");
	assert_true(number(latency, "p50") == 1500);
	assert_true(number(latency, "p90") == 3000);
	assert_true(number(latency, "p99") == 4000);
	assert_true(number(latency, "p999") == 5000);
	assert_true(number(latency, "max") == 90000);
	assert_int_equal(
		cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(throughput, "streams")), 2);
	cJSON_Delete(document);
	free(text);
}

/* A trial in which nothing came back has no latency, and not one of zero. */
static void json_of_no_latency(void **state)
{
	char *text;
	cJSON *document;

	(void)state;
	results.list[0].trial.latency.count = 0;
	text = written(report_json);
	document = cJSON_Parse(text);
	assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(
		cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(document, "results"), 0),
		"latency_ns")));
	cJSON_Delete(document);
	free(text);
}

static void html_escapes_what_is_foreign(void **state)
{
	char *text = written(report_html);

	(void)state;
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "<b>&"));
	assert_null(strstr(text, "<i>"));
	assert_null(strchr(text, '\x01'));
	assert_non_null(strstr(text, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; "
				     "&#39;x&#39; \\"));
	assert_non_null(strstr(text, "<svg"));
	/* It needs nothing from anywhere. */
	assert_null(strstr(text, "http"));
	assert_null(strstr(text, "src="));
	assert_null(strstr(text, "@import"));
	free(text);
}

/* Every element that is opened is closed, in order. */
static void html_is_well_formed(void **state)
{
	static const char *const empty[] = {"meta", "!DOCTYPE"};
	char *text = written(report_html);
	char stack[64][16];
	int depth = 0;

	(void)state;
	for (const char *at = strchr(text, '<'); at != NULL; at = strchr(at + 1, '<')) {
		const char *end = strchr(at, '>');
		char name[16];
		bool is_empty;

		assert_non_null(end);
		assert_int_equal(sscanf(at + 1 + (at[1] == '/'), "%15[A-Za-z0-9!]", name), 1);
		is_empty = end[-1] == '/';
		for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
			is_empty |= strcmp(name, empty[i]) == 0;
		if (is_empty)
			continue;
		if (at[1] != '/') {
			assert_true(depth < 64);
			strcpy(stack[depth++], name);
		} else {
			assert_true(depth > 0);
			assert_string_equal(stack[--depth], name);
		}
	}
	assert_int_equal(depth, 0);
	free(text);
}

static void caveat_count(void *context, const char *sentence)
{
	int *count = context;

	*count += strstr(sentence, "less than 98 %") != NULL;
	*count += strstr(sentence, "RFC 2544 asks for 60 s") != NULL;
}

static void caveats_name_a_starved_generator(void **state)
{
	int count = 0;

	(void)state;
	results_caveats(&results, &options, caveat_count, &count);
	assert_int_equal(count, 2);
	options.duration_ns = UINT64_C(60000000000);
	for (uint32_t i = 0; i < results.count; i++)
		results.list[i].trial.tx.cpu_share = results.list[i].trial.rx.cpu_share = 1;
	count = 0;
	results_caveats(&results, &options, caveat_count, &count);
	assert_int_equal(count, 0);
}

static void plot_of_nothing_is_nothing(void **state)
{
	static struct plot plot = {.title = "t", .x_title = "x", .y_title = "y", .y_log = true};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	plot_write(out, &plot);
	/* What a logarithmic axis cannot show. */
	plot_point_add(plot_series_get(&plot, "zero"), 1, 0);
	plot_write(out, &plot);
	fclose(out);
	assert_int_equal(size, 0);
	free(text);
}

static void plot_keeps_its_points_inside(void **state)
{
	static struct plot plot = {.title = "t", .x_title = "x", .y_title = "y", .x_log = true};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	double x, y;
	int found = 0;

	(void)state;
	for (uint32_t i = 0; i < 2 * PLOT_POINTS_MAX; i++)
		plot_point_add(plot_series_get(&plot, "s"), i + 1, 1e9 * i);
	plot_write(out, &plot);
	fclose(out);
	for (const char *at = strstr(text, "<circle"); at != NULL; at = strstr(at + 1, "<circle")) {
		assert_int_equal(sscanf(at, "<circle cx=\"%lf\" cy=\"%lf\"", &x, &y), 2);
		assert_true(x >= 0 && x <= 720 && y >= 0 && y <= 340);
		found++;
	}
	assert_int_equal(found, PLOT_POINTS_MAX);
	free(text);
}

static void numbers_with_prefixes(void **state)
{
	char text[16];

	(void)state;
	assert_string_equal(si_print(text, sizeof(text), 0), "0.00");
	assert_string_equal(si_print(text, sizeof(text), 999.4), "999");
	assert_string_equal(si_print(text, sizeof(text), 999.6), "1.00 k");
	assert_string_equal(si_print(text, sizeof(text), 12345678), "12.3 M");
	assert_string_equal(si_print(text, sizeof(text), 1e10), "10.0 G");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(json_says_what_was_measured, setup, teardown),
		cmocka_unit_test_setup_teardown(json_of_no_latency, setup, teardown),
		cmocka_unit_test_setup_teardown(html_escapes_what_is_foreign, setup, teardown),
		cmocka_unit_test_setup_teardown(html_is_well_formed, setup, teardown),
		cmocka_unit_test_setup_teardown(caveats_name_a_starved_generator, setup, teardown),
		cmocka_unit_test(plot_of_nothing_is_nothing),
		cmocka_unit_test(plot_keeps_its_points_inside),
		cmocka_unit_test(numbers_with_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
