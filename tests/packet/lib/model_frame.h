/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_MODEL_FRAME_H
#define PACKET_MODEL_FRAME_H

#include "model.h"

/* The bytes of the model's frames: for model.c. */

/* A frame that can be built again with another ECN field. */
struct model_frame {
	const char *from, *to;
	uint8_t content;
	uint8_t flow;
	uint8_t tos;
	uint32_t number;
};

struct model_frame model_frame_of(const struct model *model, const struct model_input *input,
				  uint32_t number);
const struct packet *model_frame_build(const struct model_frame *frame);
bool model_content_is_ipv4(uint8_t content);
/* What an outer header copies: 0 of what is no IP. */
uint8_t model_frame_tos(const struct model_frame *frame);
/* Carries an outer ECN field into the frame (RFC 6040). False: it is to be dropped. */
bool model_frame_is_marked(struct model_frame *frame, uint8_t outer_ecn);

/* With one or two tags before its type; a VID of 0: none. */
const struct packet *model_frame_tagged(const struct packet *frame, uint16_t tpid,
					uint16_t outer_vid, uint16_t inner_vid, uint8_t pcp);

/* The frame as it comes to an attachment. */
struct model_frame_place {
	const struct packet *packet;
	uint32_t tags_bytes; /* that the attachment takes off */
	bool vlan_stripped;
	uint16_t vlan_tci;
};
struct model_frame_place model_frame_placed(const struct model_attachment *from,
					    const struct model_input *input,
					    const struct packet *frame);

uint32_t model_frame_overhead_bytes(const struct model_connection *connection);
/* As it is sent to a tunnel, and as it comes from there. */
const struct packet *model_frame_encapsulated(const struct model_connection *to, uint8_t tos,
					      const struct packet *frame);
const struct packet *model_frame_received(const struct model_connection *from,
					  const struct model_input *input,
					  const struct packet *frame);
/* The answer to a frame that does not fit, or NULL. */
const struct packet *model_frame_answer(const struct model_frame *frame, uint32_t mtu_bytes);

#endif
