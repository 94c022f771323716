/* SPDX-License-Identifier: BSD-3-Clause */
#include "start_negotiation.h"

#include <stdio.h>

static const char text[] =
	"  /api/v1/start_negotiation:\n"
	"    post:\n"
	"      operationId: start_negotiation\n"
	"      summary: Negotiate layer 3 with another gateway\n"
	"      parameters:\n"
	"      - {$ref: '#/components/parameters/IdempotencyKey'}\n"
	"      requestBody:\n"
	"        required: true\n"
	"        content:\n"
	"          application/json:\n"
	"            schema:\n"
	"              type: object\n"
	"              required: [remoteAgent]\n"
	"              additionalProperties: false\n"
	"              properties:\n"
	"                remoteAgent: {type: string, maxLength: 512}\n"
	"                remoteNetwork: {type: string, nullable: true}\n"
	"                asn: {type: integer, nullable: true}\n"
	"                bfd: {type: boolean, nullable: true}\n"
	"                mtu: {type: integer, nullable: true}\n"
	"                segmentation_id: {type: integer, nullable: true}\n"
	"                lease: {type: integer, nullable: true}\n"
	"      responses:\n"
	"        '200':\n"
	"          description: what was agreed and is configured on both sides\n"
	"          content:\n"
	"            application/json:\n"
	"              schema:\n"
	"                type: object\n"
	"                required: [id, net, freeIp, assignedIp]\n"
	"                properties:\n"
	"                  id: {type: string, format: uuid}\n"
	"                  net: {type: string}\n"
	"                  freeIp: {type: string}\n"
	"                  assignedIp: {type: string}\n"
	"                  destinationNetwork: {type: string}\n"
	"        default:\n"
	"          description: why not; nothing is configured\n"
	"          content:\n"
	"            application/json:\n"
	"              schema:\n"
	"                type: object\n"
	"                required: [statusCode, description]\n"
	"                properties:\n"
	"                  statusCode: {type: integer}\n"
	"                  description: {type: string}\n";

void start_negotiation_print(void)
{
	fputs(text, stdout);
}
