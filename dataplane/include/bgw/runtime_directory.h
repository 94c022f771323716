/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_RUNTIME_DIRECTORY_H
#define BGW_RUNTIME_DIRECTORY_H

/*
 * The directory that EAL makes for a process without huge pages, and that nothing of EAL removes:
 * NAME-PID beside those of other processes, after `--file-prefix`. Main thread.
 */

/*
 * Removes the directory if the process has one of that name, before it ends.
 *
 * It ends without rte_eal_cleanup(), which in DPDK 22.11 unmaps memory that EAL's interrupt thread
 * goes on to look at: whenever a source of interrupts goes, of which the last is of EAL itself, the
 * thread looks at all others, and that of a memif server is never taken out. Nothing of EAL
 * outlives the process but this directory.
 */
void bgw_runtime_directory_leave(const char *name);
/* Removes those of processes that were killed. EAL runs. */
void bgw_runtime_directories_sweep(const char *name);

#endif
