/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/slab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_common.h>
#include <rte_debug.h>

#ifdef __has_feature /* of clang; gcc has the macro */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__

void *slab_alloc(struct slab *slab)
{
	void *object;

	if (posix_memalign(&object, RTE_CACHE_LINE_SIZE, slab->object_bytes) != 0) {
		errno = ENOMEM;
		return NULL;
	}
	return memset(object, 0, slab->object_bytes);
}

void slab_free(void *object)
{
	free(object);
}

#else

/* A huge page. */
#define CHUNK_BYTES ((size_t)2 << 20)

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

/* From the system itself, for malloc would leave a gap of nearly the same size before each. */
static void *memory_get(void)
{
	uint8_t *memory = mmap(NULL, 2 * CHUNK_BYTES, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *aligned;

	if (memory == MAP_FAILED)
		return NULL;
	aligned = RTE_PTR_ALIGN_CEIL(memory, CHUNK_BYTES);
	if (aligned > memory)
		munmap(memory, (size_t)(aligned - memory));
	munmap(aligned + CHUNK_BYTES, (size_t)(memory + CHUNK_BYTES - aligned));
	/* Without huge pages it is slower, no more. */
	madvise(aligned, CHUNK_BYTES, MADV_HUGEPAGE);
	return aligned;
}

static struct slab_chunk *chunk_create(struct slab *slab)
{
	struct slab_chunk *chunk = memory_get();

	if (chunk == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	*chunk = (struct slab_chunk){
		.slab = slab,
		.room = (uint32_t)((CHUNK_BYTES - sizeof(*chunk)) / slab->object_bytes),
	};
	RTE_VERIFY(chunk->room > 1 && slab->object_bytes % RTE_CACHE_LINE_SIZE == 0);
	chunk_link(chunk);
	slab->chunks++;
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
	object->next = chunk->freed;
	chunk->freed = object;
	/* The only one stays: what comes and goes alone would have a huge page cleared each time.
	 */
	if (chunk->used == 0 && (chunk->slab->with_room != chunk || chunk->next != NULL)) {
		chunk->slab->chunks--;
		chunk_unlink(chunk);
		munmap(chunk, CHUNK_BYTES);
	}
}

#endif
