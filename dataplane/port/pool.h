/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PORT_POOL_H
#define PORT_POOL_H

#include <stddef.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include <bgw/port.h>

#define POOL_DEFAULT_MBUFS 65536
/* af_packet copies slots of 2,048 bytes without a look at the buffer's size. */
#define POOL_DATA_ROOM_MIN RTE_MBUF_DEFAULT_BUF_SIZE

/* What a pool of `mbufs` takes, rounded up. */
uint64_t pool_bytes(uint32_t mbufs, uint16_t data_room);

/* One pool for each NUMA node that has a worker. */
int pool_create_all(const struct bgw_eal_config *config, char *why, size_t why_size);
void pool_free_all(void);

/* `mbufs` more, or less, are held by the rings of drivers as long as these exist. */
void pool_driver_holds(int32_t mbufs);
/* `mbufs` will never come back: the driver that had them is gone. */
void pool_driver_wrote_off(uint32_t mbufs);

#endif
