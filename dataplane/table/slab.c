/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/slab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_common.h>

#ifdef __has_feature /* of clang; gcc has the macro */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

/* A huge page. */
#define CHUNK_BYTES ((size_t)2 << 20)

#ifdef __SANITIZE_ADDRESS__
#define OBJECTS_MAX 1u
#else
#define OBJECTS_MAX UINT32_MAX
#endif

struct free_object {
	struct free_object *next;
};

/* At the beginning of its chunk, which is aligned to its size. */
struct slab_chunk {
	struct slab *slab;
	struct slab_chunk *next; /* those of the slab that have room */
	struct slab_chunk **place;
	struct free_object *freed;
	uint32_t used;	/* objects that are not free */
	uint32_t taken; /* so many from the first on were used once */
	uint32_t room;
} __rte_cache_aligned;

static void chunk_link(struct slab_chunk *chunk)
{
	struct slab *slab = chunk->slab;

	chunk->next = slab->with_room;
	chunk->place = &slab->with_room;
	if (chunk->next != NULL)
		chunk->next->place = &chunk->next;
	slab->with_room = chunk;
}

static void chunk_unlink(struct slab_chunk *chunk)
{
	*chunk->place = chunk->next;
	if (chunk->next != NULL)
		chunk->next->place = chunk->place;
}

static struct slab_chunk *chunk_create(struct slab *slab)
{
	const uint32_t room =
		RTE_MIN(OBJECTS_MAX,
			(uint32_t)((CHUNK_BYTES - sizeof(struct slab_chunk)) / slab->object_bytes));
	struct slab_chunk *chunk;
	void *memory;

	if (posix_memalign(&memory, CHUNK_BYTES,
			   room == 1 ? sizeof(*chunk) + slab->object_bytes : CHUNK_BYTES) != 0) {
		errno = ENOMEM;
		return NULL;
	}
	/* Without huge pages it is slower, no more. */
	if (room > 1)
		madvise(memory, CHUNK_BYTES, MADV_HUGEPAGE);
	chunk = memory;
	*chunk = (struct slab_chunk){.slab = slab, .room = room};
	chunk_link(chunk);
	return chunk;
}

static void *chunk_take(struct slab_chunk *chunk)
{
	struct free_object *object = chunk->freed;

	if (object != NULL)
		chunk->freed = object->next;
	else
		object = (void *)((uint8_t *)(chunk + 1) +
				  chunk->taken++ * chunk->slab->object_bytes);
	if (++chunk->used == chunk->room)
		chunk_unlink(chunk);
	return object;
}

void *slab_alloc(struct slab *slab)
{
	struct slab_chunk *chunk = slab->with_room;

	if (chunk == NULL)
		chunk = chunk_create(slab);
	return chunk != NULL ? memset(chunk_take(chunk), 0, slab->object_bytes) : NULL;
}

void slab_free(void *freed)
{
	struct slab_chunk *chunk = RTE_PTR_ALIGN_FLOOR(freed, CHUNK_BYTES);
	struct free_object *object = freed;

	if (freed == NULL)
		return;
	if (chunk->used-- == chunk->room)
		chunk_link(chunk);
	if (chunk->used == 0) {
		chunk_unlink(chunk);
		free(chunk);
		return;
	}
	object->next = chunk->freed;
	chunk->freed = object;
}
