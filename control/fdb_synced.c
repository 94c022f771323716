/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "fdb_private.h"

#define SYNCED (BGW_REF_STATIC | BGW_REF_SYNCED)

int fdb_synced_set(struct fdb *fdb, uint16_t domain, const struct rte_ether_addr *mac,
		   bgw_ref place, bool is_news)
{
	const bgw_ref ref = (place & BGW_REF_PLACE) | SYNCED;
	struct bgw_fdb_entry old;

	if (bgw_fdb_get(fdb->dp, domain, mac, &old) == 0) {
		if (old.ref == ref)
			return 0;
		if ((old.ref & SYNCED) == BGW_REF_STATIC ||
		    ((old.ref & SYNCED) == SYNCED && !is_news))
			return -EEXIST;
		if ((old.ref & BGW_REF_STATIC) == 0)
			fdb_entry_uncount(fdb, &old);
	}
	return bgw_fdb_put(fdb->dp, domain, mac, ref);
}

void fdb_synced_remove(struct fdb *fdb, uint16_t domain, const struct rte_ether_addr *mac,
		       bgw_ref place)
{
	struct bgw_fdb_entry old;

	if (bgw_fdb_get(fdb->dp, domain, mac, &old) == 0 &&
	    old.ref == ((place & BGW_REF_PLACE) | SYNCED))
		bgw_fdb_remove(fdb->dp, domain, mac);
}

bool fdb_is_local(const struct fdb *fdb, const struct bgw_fdb_entry *entry)
{
	return bgw_ref_is_attachment(entry->ref) && (entry->ref & BGW_REF_STATIC) == 0 &&
	       !fdb_is_flushed(fdb, entry);
}
