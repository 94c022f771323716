/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_L2_REMOTE_MAC_H
#define BGW_CONTROL_L2_REMOTE_MAC_H

/** What other resources ask of remote MACs when they validate. */

#include "domain.h"
#include "error.h"

struct control;

/** Whether the MACs behind a connection could be in that domain: in one domain a MAC is behind one
 * connection, and an IP belongs to one MAC. */
int remote_macs_check_move(const struct control *control, const struct bgw_uuid *connection,
			   const struct domain_key *domain, struct error *error);

#endif
