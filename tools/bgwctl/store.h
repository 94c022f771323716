/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWCTL_STORE_H
#define BGWCTL_STORE_H

#include "session.h"

/* The commands about the gateway's store as a whole: backup FILE, restore FILE, verify. */
enum outcome store_backup(struct session *session, int count, char **words);
enum outcome store_restore(struct session *session, int count, char **words);
enum outcome store_verify(struct session *session, int count, char **words);

#endif
