/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OPENAPI_YAML_START_NEGOTIATION_H
#define OPENAPI_YAML_START_NEGOTIATION_H

/** Prints the path of the layer-3 negotiator, whose bodies are those of its protocol. */
void start_negotiation_print(void);

#endif
