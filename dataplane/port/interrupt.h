/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PORT_INTERRUPT_H
#define PORT_INTERRUPT_H

/* EAL's interrupt thread, on which drivers handle what comes from outside. Main or control thread.
 */

/* Runs the function there, between the handlers of drivers, and waits for its end. */
void interrupt_call(void (*function)(void *context), void *context);

#endif
