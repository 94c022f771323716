/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TABLE_SLAB_H
#define TABLE_SLAB_H

#include <stddef.h>
#include <stdint.h>

/*
 * Objects of one size, from chunks in huge pages where the system has them: thousands of objects
 * that each take a page or two of 4 KB are more pages than a CPU keeps the addresses of. A chunk
 * goes with its last object, but for the last one with room. Control's alone. Under the address
 * sanitizer each object is an allocation of its own, so that it sees what is used after it was
 * freed.
 */
struct slab_chunk;

struct slab {
	size_t object_bytes; /* a multiple of a cache line, at most a quarter of a chunk */
	struct slab_chunk *with_room;
	uint32_t chunks;
};

/* Zeroed, aligned to a cache line; NULL and ENOMEM. */
void *slab_alloc(struct slab *slab);
/* An object of any slab. Accepts NULL. */
void slab_free(void *object);

#endif
