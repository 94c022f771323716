/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_CONFIG_H
#define BGW_CONTROL_CONFIG_H

/**
 * The configuration file: what must be known before the API exists. JSON with comments; every
 * member is checked, an unknown one refused, and an error names the member by its path
 * ("ports[1].driver"). The members are described by the tables in config.c, with the same kind of
 * rows as API objects (proto/field.h).
 *
 * Read once at start; constant from then on, but for what reload.h takes. Strings may be NULL,
 * which is "".
 */

#include <cjson/cJSON.h>
#include <stddef.h>

#include "error.h"
#include "field.h"
#include "objects.h"

enum config_idle {
	CONFIG_IDLE_POLL,
	CONFIG_IDLE_SLEEP,
};

enum config_role {
	CONFIG_ROLE_READER, /**< may only GET */
	CONFIG_ROLE_ADMIN,
};

enum config_memif_mode {
	CONFIG_MEMIF_SERVER,
	CONFIG_MEMIF_CLIENT,
};

struct config_workers {
	uint64_t given;
	struct bgw_list cores; /**< of uint32_t */
	uint32_t idle;	       /**< enum config_idle */
};

struct config_control {
	uint64_t given;
	struct bgw_list cores; /**< of uint32_t */
	uint32_t log_level;    /**< 0 error, 1 warning, 2 info, 3 debug */
};

struct config_memory {
	uint64_t given;
	bool hugepages;
	uint32_t mbytes;
	uint32_t mbufs;
	uint32_t mbuf_bytes; /**< 0: the dataplane's choice */
};

struct config_tables {
	uint64_t given;
	uint32_t macs, connections, networks, attachments, remote_gateways, gateways;
};

struct config_memif {
	uint64_t given;
	char *socket;
	uint32_t id;
	uint32_t mode; /**< enum config_memif_mode */
	bool zero_copy;
	char *secret;
};

struct config_port {
	uint64_t given;
	char *name;
	char *driver;
	char *device;
	char *devargs;
	uint32_t role; /**< enum bgw_role */
	uint32_t tpid; /**< 0: 0x8100 */
	uint32_t vlan; /**< of an underlay port, 0 none */
	uint32_t mac_limit;
	uint32_t mtu;
	uint32_t rx_queues, tx_queues, rx_desc, tx_desc;
	char *mirror;
	bool allow_addresses; /**< an access netdev may have addresses in Linux */
	struct config_memif memif;
};

struct config_neighbour {
	uint64_t given;
	struct bgw_address ip;
	struct bgw_mac mac;
	char *port;
};

struct config_underlay {
	uint64_t given;
	struct bgw_address vtep;    /**< family 0 when absent */
	struct bgw_list addresses;  /**< of struct bgw_prefix */
	struct bgw_list neighbours; /**< of struct config_neighbour */
};

struct config_vxlan {
	uint64_t given;
	uint32_t port;
};

struct config_tls {
	uint64_t given;
	char *cert, *key; /**< paths; NULL without TLS */
	char *ca;
};

struct config_token {
	uint64_t given;
	char *name;    /**< by default the first 8 digits */
	char *sha256;  /**< 64 hexadecimal digits */
	uint32_t role; /**< enum config_role */
};

struct config_api {
	uint64_t given;
	struct bgw_list listen; /**< of char *: ADDRESS:PORT, [ADDRESS]:PORT, unix:PATH */
	struct config_tls tls;
	struct bgw_list tokens; /**< of struct config_token */
	bool tokens_everywhere;
	char *audit; /**< path, "" is standard error */
	uint32_t body_max_bytes;
	uint32_t bulk_body_max_bytes; /**< of a POST to a collection of BGW_TYPE_MANY */
	uint32_t max_connections;
	uint32_t max_connections_per_address;
	uint32_t request_timeout_s;
};

struct config_negotiation_peer {
	uint64_t given;
	char *address; /**< ADDRESS:PORT, [ADDRESS]:PORT */
	char *name;    /**< of its remote gateway; NULL: the one with that address */
	bool connect;
	struct bgw_list protocols; /**< of uint32_t, enum bgw_negotiation */
	char *tls_name;		   /**< in its certificate; NULL: any */
};

struct config_negotiation_tcp {
	uint64_t given;
	struct bgw_list listen; /**< of char * */
	struct bgw_list peers;	/**< of struct config_negotiation_peer */
	bool accept_any;
	struct config_tls tls;
};

struct config_negotiation_udp {
	uint64_t given;
	uint32_t port; /**< 0: none */
};

/** Where the messages of sessions over UDP come, and how we speak to peers. */
struct config_negotiation_grpc {
	uint64_t given;
	struct bgw_list listen; /**< of char *: ADDRESS, ADDRESS:PORT, [ADDRESS]:PORT */
	char *cert, *key, *ca;	/**< paths; all of them or none */
};

struct config_negotiation {
	uint64_t given;
	struct config_negotiation_udp udp;
	struct config_negotiation_tcp tcp;
	struct config_negotiation_grpc grpc;
};

/** How the agent is spoken to. */
struct config_agent_tls {
	uint64_t given;
	char *ca;	  /**< path; NULL without TLS */
	char *cert, *key; /**< paths, may be NULL */
};

struct config_l3_negotiator {
	uint64_t given;
	struct bgw_list listen;	    /**< of char *, as config_api */
	struct bgw_list cidrs;	    /**< of struct bgw_prefix; empty: there is no negotiator */
	struct bgw_prefix internal; /**< family 0 when absent */
	struct bgw_list remapping;  /**< of struct bgw_prefix */
	char *interface;
	char *agent; /**< ADDRESS:PORT, NAME:PORT or unix:PATH */
	struct config_agent_tls agent_tls;
	struct config_tls tls; /**< of our listeners, and what peers that we ask are shown */
	struct bgw_list allowed_peers; /**< of char *: ADDRESS, ADDRESS/LENGTH, ADDRESS:PORT */
	char *peer_ca;		       /**< path, NULL: those that the system trusts */
	uint32_t timeout_s;
	uint32_t asn, mtu; /**< 0: nothing is told */
	bool bfd;
};

struct config_store {
	uint64_t given;
	uint32_t kind; /**< 0 sqlite */
	char *path;
};

struct config {
	uint64_t given;
	char *name;
	struct config_workers workers;
	struct config_control control;
	struct config_memory memory;
	struct config_tables tables;
	struct bgw_list ports; /**< of struct config_port */
	struct config_underlay underlay;
	struct config_vxlan vxlan;
	struct config_api api;
	struct config_negotiation negotiation;
	struct config_store store;
	cJSON *secrets; /**< {"NAME": "PATH"}, or NULL; see secret.h */
	struct config_l3_negotiator l3_negotiator;
	cJSON *initial; /**< array of {"<type>": {...}}, or NULL */
};

/** Reads the file. 0, or negative with *error set: one sentence that names file and member. */
int config_load(struct config *config, const char *path, struct error *error);
/** The same from a text. */
int config_parse(struct config *config, const char *text, struct error *error);
/** What no table can say: members that must fit each other. Part of config_parse(). */
int config_check(const struct config *config, struct error *error);
void config_clear(struct config *config);

/** Elements of the lists. */
const struct config_port *config_port_at(const struct config *config, uint32_t i);
/** NULL when no port has that name. */
const struct config_port *config_port_find(const struct config *config, const char *name);

/** The table of members that the file is read by. */
const struct bgw_record *config_members(void);

#endif
