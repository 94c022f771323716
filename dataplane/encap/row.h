/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ENCAP_ROW_H
#define ENCAP_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include <bgw/encap.h>
#include <bgw/tunnel.h>

#include "encap/outer_header.h"

/*
 * The table of encapsulations. A row is made from BGW_ENCAP_LIST and the header of the
 * encapsulation, which defines for row X(ID, name, ...):
 *
 *   ID_IP_PROTOCOL, ID_KEY_MIN, ID_KEY_MAX, ID_SHIM_BYTES, ID_KEYLESS_SHIM_BYTES,
 *   name_build(), name_push()
 */

/* One frame to be encapsulated. */
struct encap_push {
	uint8_t *inner; /* the inner frame, with outer_header_room() writable bytes before it */
	const struct outer_header *header;
	uint32_t entropy;
	uint8_t tos; /* of the outer header */
	uint32_t segmentation_id;
	uint32_t inner_length; /* bytes, without FCS */
};

struct encap_row {
	const char *name; /* as users write it */
	uint8_t ip_protocol;
	uint8_t shim_bytes;	    /* between the outer IP header and the inner frame */
	uint8_t keyless_shim_bytes; /* the same with no key on the wire; 0: there is no such form */
	uint32_t key_min;	    /* of segmentation ids */
	uint32_t key_max;
	/* For control: fills the header that push takes. 0, or -EINVAL. */
	int (*build)(struct outer_header *header, const struct bgw_path_spec *spec);
	/* Writes the header so that it ends at the inner frame. Workers inline name_push(). */
	void (*push)(const struct encap_push *push);
};

extern const struct encap_row encap_rows[BGW_ENCAP_COUNT];

/* The encapsulation of that name. False: there is none. */
bool encap_find(const char *name, enum bgw_encap *encap);

/* All names, a blank before each: for messages and help. */
#define ENCAP_NAME(id, name, help) " " #name
#define ENCAP_NAMES		   BGW_ENCAP_LIST(ENCAP_NAME)

#endif
