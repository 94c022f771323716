/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Preloaded into a program (LD_PRELOAD), tells it that it is second BGW_TIME since 1970, whenever
 * it asks for seconds: a clock that is set back to when the program was started before.
 */
#include <stdlib.h>
#include <time.h>

time_t time(time_t *now)
{
	const char *text = getenv("BGW_TIME");
	time_t seconds = text != NULL ? (time_t)atoll(text) : 0;

	if (now != NULL)
		*now = seconds;
	return seconds;
}
