/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NEGOTIATION_TAG_H
#define NEGOTIATION_TAG_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <intel-ipsec-mb.h>
#include <rte_common.h>
#include <rte_prefetch.h>

#include <negotiator/datagram.h>

/* AES-128-GMAC by libipsec-mb's direct calls. */

/* A key, expanded: 16 lines, of which few are read. */
struct tag_key {
	struct gcm_key_data data;
} __rte_cache_aligned;

/* The lines of a key, as offsets, that the tag of a datagram needs. Which they are depends on the
 * CPU, so they are found by trying, once. */
struct tag_lines {
	uint32_t count;
	uint16_t offset[sizeof(struct tag_key) / RTE_CACHE_LINE_SIZE];
};
extern struct tag_lines tag_lines;

/* Of both keys of a session. */
static inline void tag_keys_prefetch(const struct tag_key *rx_key, const struct tag_key *tx_key)
{
	const uint32_t count = tag_lines.count;

	for (uint32_t i = 0; i < count; i++) {
		rte_prefetch0((const uint8_t *)rx_key + tag_lines.offset[i]);
		rte_prefetch0((const uint8_t *)tx_key + tag_lines.offset[i]);
	}
}

/* -ENOMEM, -ENOTSUP: the CPU has no AES. Once, before all else. */
int tag_open(void);

/* Any thread, slow. */
void tag_key_expand(struct tag_key *key, const uint8_t bytes[16]);

/* One datagram: its first `length` bytes, which are under its tag. */
struct tag_job {
	const struct tag_key *key;
	const uint8_t *bytes;
	uint32_t length;
	uint8_t iv[BGW_DATAGRAM_IV_BYTES];
	uint8_t tag[BGW_DATAGRAM_TAG_BYTES]; /* of tag_compute() */
};

/* Computes the tags of a burst: for a comparison, or into the datagrams. */
void tag_compute(struct tag_job *jobs, uint32_t count);
void tag_write(const struct tag_job *jobs, uint32_t count);

/* Where the tag of the datagram is: behind the job's bytes and the counter. */
static inline uint8_t *tag_place(const struct tag_job *job)
{
	return (uint8_t *)(uintptr_t)job->bytes + job->length + BGW_DATAGRAM_COUNTER_BYTES;
}

/* Whether the tag of the datagram is the computed one, in constant time. */
static inline bool tag_is_right(const struct tag_job *job)
{
	uint64_t there[2], computed[2];

	_Static_assert(sizeof(there) == BGW_DATAGRAM_TAG_BYTES, "a tag is two words");
	memcpy(there, tag_place(job), sizeof(there));
	memcpy(computed, job->tag, sizeof(computed));
	return ((there[0] ^ computed[0]) | (there[1] ^ computed[1])) == 0;
}

#endif
