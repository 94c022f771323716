/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_RPC_TLS_H
#define BGW_CONTROL_RPC_TLS_H

/**
 * Who we are and whom we believe, as names of PEM files, which the function that is given them
 * reads. TLS 1.2 at least.
 */
struct rpc_tls {
	const char *cert; /**< with its chain; a client may have none (and no key) */
	const char *key;
	/** Who signed the certificates of others. A server with it refuses a client without such a
	 * certificate, in the handshake; a client needs it. */
	const char *ca;
	/** Of a client: the name in the server's certificate; NULL: the host of the target. */
	const char *server_name;
};

#endif
