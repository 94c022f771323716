/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_GRPC_H
#define BGW_CONTROL_GRPC_H

/** The gRPC of the control thread: one for all who need it, on the control CPU set. Control thread
 * only. */

#include "error.h"

struct control;
struct rpc;

/** Started by the first who asks. NULL with *error set. */
struct rpc *grpc_use(struct control *control, struct error *error);
/** At the end: all channels and servers have been closed. */
void grpc_stop(struct control *control);

#endif
