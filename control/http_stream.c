/* SPDX-License-Identifier: BSD-3-Clause */
#include "http_stream.h"

#include <microhttpd.h>
#include <stdlib.h>

#define BLOCK_BYTES (16u << 10)

struct stream {
	http_reader *read;
	void (*done)(void *arg);
	void *arg;
};

static ssize_t stream_read(void *arg, uint64_t position, char *at, size_t size)
{
	const struct stream *stream = arg;
	const long length = stream->read(stream->arg, at, size);

	(void)position;
	if (length == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	return length > 0 ? (ssize_t)length : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void stream_done(void *arg)
{
	struct stream *stream = arg;

	stream->done(stream->arg);
	free(stream);
}

struct MHD_Response *http_stream_response(http_reader *read, void (*done)(void *arg), void *arg)
{
	struct stream *stream = malloc(sizeof(*stream));
	struct MHD_Response *response = NULL;

	if (stream != NULL) {
		*stream = (struct stream){read, done, arg};
		response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES,
							     stream_read, stream, stream_done);
	}
	if (response == NULL) {
		done(arg);
		free(stream);
	}
	return response;
}
