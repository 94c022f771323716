/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages as bytes, and what both ends say about them. */
#include "rpc_private.h"

#include <errno.h>
#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/slice.h>
#include <stdlib.h>
#include <string.h>

uint8_t *rpc_message_bytes(grpc_byte_buffer *message, size_t *bytes)
{
	grpc_byte_buffer_reader reader;
	uint8_t *copy;
	grpc_slice slice;

	if (message->data.raw.compression != GRPC_COMPRESS_NONE) {
		errno = ENOTSUP;
		return NULL;
	}
	copy = malloc(grpc_byte_buffer_length(message) + 1);
	if (copy == NULL)
		return NULL;
	*bytes = 0;
	if (grpc_byte_buffer_reader_init(&reader, message) == 0) {
		free(copy);
		errno = ENOMEM;
		return NULL;
	}
	while (grpc_byte_buffer_reader_next(&reader, &slice) != 0) {
		memcpy(copy + *bytes, GRPC_SLICE_START_PTR(slice), GRPC_SLICE_LENGTH(slice));
		*bytes += GRPC_SLICE_LENGTH(slice);
		grpc_slice_unref(slice);
	}
	grpc_byte_buffer_reader_destroy(&reader);
	return copy;
}

grpc_byte_buffer *rpc_message_create(const void *bytes, size_t size)
{
	grpc_slice slice = grpc_slice_from_copied_buffer(bytes, size);
	grpc_byte_buffer *message = grpc_raw_byte_buffer_create(&slice, 1);

	grpc_slice_unref(slice);
	return message;
}

grpc_arg rpc_arg_int(const char *name, int value)
{
	/* gRPC copies names and has no const for them. */
	grpc_arg arg = {.type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t)name};

	arg.value.integer = value;
	return arg;
}

size_t rpc_common_args(grpc_arg *args, size_t max_message_bytes)
{
	size_t count = 0;

	args[count++] = rpc_arg_int(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, (int)max_message_bytes);
	args[count++] = rpc_arg_int(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
	args[count++] = rpc_arg_int(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET,
				    1 << GRPC_COMPRESS_NONE);
	args[count++] = rpc_arg_int(GRPC_ARG_MAX_METADATA_SIZE, 8192);
	return count;
}
