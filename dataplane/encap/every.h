/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_EVERY_H
#define ENCAP_EVERY_H

/* The header of every encapsulation in BGW_ENCAP_LIST, for tables that are made from it. */
#include "encap/gre.h"
#include "encap/nvgre.h"
#include "encap/vxlan.h"

#endif
