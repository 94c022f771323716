/* SPDX-License-Identifier: BSD-3-Clause */
/* The texts of enumerations that others than the table of objects use too. */
#include "objects.h"

const char *const bgw_encapsulation_names[] = {
#define X(id, name, help) #name,
	BGW_ENCAP_LIST(X)
#undef X
		NULL,
};
const char *const bgw_connection_encapsulation_names[] = {
#define X(id, name, help) #name,
	BGW_ENCAP_LIST(X)
#undef X
		"auto",
	NULL,
};
const char *const bgw_interface_kind_names[] = {"untagged", "vlan", "qinq", "port", NULL};
const char *const bgw_role_names[] = {"access", "underlay", NULL};
