/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PACKET_CAPTURE_H
#define PACKET_CAPTURE_H

#include <stdint.h>

/*
 * What came out of the ports in a case, as DIRECTORY/CASE.pcap, if the environment variable
 * BGW_PACKET_CAPTURE names a directory. Other decoders then judge it: tests/packet/decode.
 */
void capture_open(const char *case_name);
void capture_write(const void *bytes, uint32_t length_bytes);
void capture_close(void);

#endif
