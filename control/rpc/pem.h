/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RPC_PEM_H
#define BGW_CONTROL_RPC_PEM_H

/** The files of a struct rpc_tls, read and found to be what they must be. */

#include "rpc_private.h"

/** NULL: there is no such file. */
struct pem {
	char *cert, *key, *ca;
};

/** 0, or -EINVAL with *error set. Any thread. */
int pem_read(const struct rpc_tls *tls, struct pem *pem, char *error, size_t error_size);
void pem_clear(struct pem *pem);

#endif
