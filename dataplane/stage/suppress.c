/* SPDX-License-Identifier: BSD-3-Clause */
#include "object/bridge.h"
#include "stage/stage.h"

void stage_suppress(struct worker *worker, struct lane *lane)
{
	(void)worker;
	(void)lane;
}
