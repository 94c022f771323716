/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture.h"

#include <stdio.h>
#include <stdlib.h>

static FILE *file;
static uint32_t frames;

void capture_open(const char *case_name)
{
	/* The file header of pcap 2.4, link type 1 (Ethernet). */
	static const uint32_t header[6] = {0xa1b2c3d4, 4u << 16 | 2u, 0, 0, 262144, 1};
	const char *directory = getenv("BGW_PACKET_CAPTURE");
	char path[512];

	if (directory == NULL)
		return;
	snprintf(path, sizeof(path), "%s/%s.pcap", directory, case_name);
	file = fopen(path, "we");
	if (file == NULL || fwrite(header, sizeof(header), 1, file) != 1) {
		perror(path);
		exit(1);
	}
	frames = 0;
}

void capture_write(const void *bytes, uint32_t length_bytes)
{
	const uint32_t header[4] = {0, frames++, length_bytes, length_bytes};

	if (file == NULL)
		return;
	if (fwrite(header, sizeof(header), 1, file) != 1 ||
	    fwrite(bytes, 1, length_bytes, file) != length_bytes) {
		perror("capture");
		exit(1);
	}
}

void capture_close(void)
{
	if (file != NULL && fclose(file) != 0) {
		perror("capture");
		exit(1);
	}
	file = NULL;
}
