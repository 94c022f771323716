/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_CLOCK_H
#define BGWCTL_CLOCK_H

/** Time that only goes on, in seconds. */
double clock_now_s(void);

/** Sleeps so long, whatever signals come. */
void clock_pause_ms(long ms);

#endif
