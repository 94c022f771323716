/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_ENCAP_H
#define BGW_ENCAP_H

#include <stdint.h>

#include "encapsulation.h"

/* What control must know of the encapsulations of proto/encapsulation.h. Any thread. */

/* Range of segmentation ids that the encapsulation can carry. */
uint32_t bgw_encap_key_min(enum bgw_encap encap);
uint32_t bgw_encap_key_max(enum bgw_encap encap);
/*
 * Bytes between the outer IP packet's length and the inner Ethernet frame's, with the outer IP
 * header of `family` 4. A keyless tunnel (GRE only) has no key on the wire.
 */
uint16_t bgw_encap_overhead_bytes(enum bgw_encap encap, int family, int keyless);

#endif
