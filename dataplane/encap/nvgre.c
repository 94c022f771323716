/* SPDX-License-Identifier: BSD-3-Clause */
#include "encap/nvgre.h"

#include <errno.h>

int nvgre_build(struct outer_header *header, const struct bgw_path_spec *spec)
{
	if (spec->keyless)
		return -EINVAL;
	return gre_build(header, spec);
}
