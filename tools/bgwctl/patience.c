/* SPDX-License-Identifier: BSD-3-Clause */
#include "patience.h"

#include <stdio.h>
#include <unistd.h>

#include "clock.h"

/* Whoever waits for less does not wonder. */
#define SHOW_AFTER_S 1

static size_t ignore(char *data, size_t size, size_t count, void *arg)
{
	(void)data;
	(void)arg;
	return size * count;
}

/* Whatever it answers, 401 for example, it is there. */
static bool is_alive(const struct patience *patience)
{
	return curl_easy_perform(patience->probe) == CURLE_OK;
}

static void show(struct patience *patience, double now_s, curl_off_t moved_bytes,
		 curl_off_t upload_bytes)
{
	const double seconds = now_s - patience->began_s;

	if (!patience->shown || seconds < SHOW_AFTER_S || now_s - patience->said_s < 0.2)
		return;
	patience->said_s = now_s;
	patience->is_line_open = true;
	if (moved_bytes < upload_bytes)
		fprintf(stderr, "\r%.1f of %.1f MB sent, %.0f s ", (double)moved_bytes / 1e6,
			(double)upload_bytes / 1e6, seconds);
	else if (moved_bytes > upload_bytes)
		fprintf(stderr, "\r%.1f MB received, %.0f s ",
			(double)(moved_bytes - upload_bytes) / 1e6, seconds);
	else
		fprintf(stderr, "\rthe gateway is at work, %.0f s    ", seconds);
}

/* Called several times a second while something moves, and once where nothing does. */
static int wait_on(void *arg, curl_off_t download_bytes, curl_off_t downloaded_bytes,
		   curl_off_t upload_bytes, curl_off_t uploaded_bytes)
{
	struct patience *patience = arg;
	const curl_off_t moved_bytes = downloaded_bytes + uploaded_bytes;
	const double now_s = clock_now_s();

	(void)download_bytes;
	show(patience, now_s, moved_bytes, upload_bytes);
	if (moved_bytes != patience->moved_bytes) {
		patience->moved_bytes = moved_bytes;
		patience->heard_s = now_s;
	}
	if (now_s - patience->heard_s < (double)patience->wait_s / 2)
		return 0;
	patience->is_over = !is_alive(patience);
	patience->heard_s = clock_now_s();
	return patience->is_over;
}

void patience_give(struct patience *patience, CURL *request, CURL *probe, unsigned int wait_s)
{
	const long half_ms = (long)wait_s * 500;

	*patience = (struct patience){.probe = probe, .wait_s = wait_s};
	curl_easy_setopt(probe, CURLOPT_WRITEFUNCTION, ignore);
	curl_easy_setopt(probe, CURLOPT_TIMEOUT_MS, half_ms);
	curl_easy_setopt(request, CURLOPT_CONNECTTIMEOUT, (long)wait_s);
	curl_easy_setopt(request, CURLOPT_XFERINFOFUNCTION, wait_on);
	curl_easy_setopt(request, CURLOPT_XFERINFODATA, patience);
	curl_easy_setopt(request, CURLOPT_NOPROGRESS, 0L);
}

void patience_begin(struct patience *patience, bool shown)
{
	const double now_s = clock_now_s();

	patience->shown = shown && isatty(STDERR_FILENO);
	patience->began_s = now_s;
	patience->heard_s = now_s;
	patience->said_s = 0;
	patience->moved_bytes = 0;
	patience->is_over = false;
}

void patience_end(struct patience *patience)
{
	if (patience->is_line_open)
		fputc('\n', stderr);
	patience->is_line_open = false;
}
