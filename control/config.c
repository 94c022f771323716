/* SPDX-License-Identifier: BSD-3-Clause */
#include "config_rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "negotiator/protocols.h"
#include "record.h"

#define FILE_MAX_BYTES (4u << 20)

static const char *const idle_names[] = {"poll", "sleep", NULL};
static const char *const log_level_names[] = {"error", "warning", "info", "debug", NULL};
static const char *const memif_mode_names[] = {"server", "client", NULL};
static const char *const role_names[] = {"reader", "admin", NULL};
static const char *const store_kind_names[] = {"sqlite", NULL};

/* clang-format off */
static const struct bgw_field workers_fields[] = {
	{ "cores", .type = BGW_UINT, .flags = LIST | BGW_FIELD_NONEMPTY, AT(config_workers, cores),
	  .max = 1023, .max_items = 64, .preset = "1", .help = "CPUs, one worker each" },
	{ "idle", .type = BGW_ENUM, .flags = MAY, AT(config_workers, idle), .choices = idle_names,
	  .preset = "poll", .help = "\"sleep\": nap when idle, for shared machines" },
};
RECORD(config_workers, workers_fields);

static const struct bgw_field control_fields[] = {
	{ "cores", .type = BGW_UINT, .flags = LIST | BGW_FIELD_NONEMPTY, AT(config_control, cores),
	  .max = 1023, .max_items = 64, .preset = "0", .help = "CPUs of everything but workers" },
	{ "log_level", .type = BGW_ENUM, .flags = MAY, AT(config_control, log_level),
	  .choices = log_level_names, .preset = "info", .help = "the least important lines shown" },
};
RECORD(config_control, control_fields);

static const struct bgw_field memory_fields[] = {
	{ "hugepages", .type = BGW_BOOL, .flags = MAY, AT(config_memory, hugepages),
	  .preset = "false", .help = "faster; needed by PCI ports" },
	{ "mbytes", .type = BGW_UINT, .flags = MAY, AT(config_memory, mbytes), .min = 64,
	  .max = 1048576, .preset = "1024", .help = "memory reserved for packets and tables" },
	{ "mbufs", .type = BGW_UINT, .flags = MAY, AT(config_memory, mbufs), .min = 1024,
	  .max = 4194304, .preset = "65536", .help = "packet buffers" },
	{ "mbuf_bytes", .type = BGW_UINT, .flags = MAY, AT(config_memory, mbuf_bytes), .min = 2048,
	  .max = 16384, .help = "size of a packet buffer, for jumbo frames" },
};
RECORD(config_memory, memory_fields);

static const struct bgw_field tables_fields[] = {
	{ "macs", .type = BGW_UINT, .flags = MAY, AT(config_tables, macs), .min = 1024,
	  .max = 1048576, .preset = "131072", .help = "most MACs, learned and static" },
	{ "connections", .type = BGW_UINT, .flags = MAY, AT(config_tables, connections), .min = 1,
	  .max = 1048576, .preset = "4096", .help = "most remote gateway connections" },
	{ "networks", .type = BGW_UINT, .flags = MAY, AT(config_tables, networks), .min = 1,
	  .max = 65000, .preset = "1024", .help = "most networks" },
	{ "attachments", .type = BGW_UINT, .flags = MAY, AT(config_tables, attachments), .min = 1,
	  .max = 262144, .preset = "4096", .help = "most (port, VLAN) pairs" },
	{ "remote_gateways", .type = BGW_UINT, .flags = MAY, AT(config_tables, remote_gateways),
	  .min = 1, .max = 131072, .preset = "1024", .help = "most remote gateways" },
	{ "gateways", .type = BGW_UINT, .flags = MAY, AT(config_tables, gateways),
	  .min = 1, .max = 65536, .preset = "1024", .help = "most gateways" },
};
RECORD(config_tables, tables_fields);

static const struct bgw_field memif_fields[] = {
	{ "socket", .type = BGW_STRING, .flags = MUST | BGW_FIELD_NONEMPTY, AT(config_memif, socket),
	  .max = 107, .help = "path of the unix socket" },
	{ "id", .type = BGW_UINT, .flags = MAY, AT(config_memif, id), .max = UINT32_MAX,
	  .help = "interface number on the socket" },
	{ "mode", .type = BGW_ENUM, .flags = MAY, AT(config_memif, mode),
	  .choices = memif_mode_names, .preset = "server", .help = "server or client" },
	{ "zero_copy", .type = BGW_BOOL, .flags = MAY, AT(config_memif, zero_copy),
	  .help = "client only" },
	{ "secret", .type = BGW_STRING, .flags = MAY, AT(config_memif, secret), .max = 23,
	  .help = "shared with the other side" },
};
RECORD(config_memif, memif_fields);

static const struct bgw_field port_fields[] = {
	{ "name", .type = BGW_STRING, .flags = MUST | BGW_FIELD_NONEMPTY, AT(config_port, name),
	  .max = 63, .help = "what interfaces of gateways call it" },
	{ "driver", .type = BGW_STRING, .flags = MUST | BGW_FIELD_NONEMPTY, AT(config_port, driver),
	  .max = 15, .help = "af_xdp, af_packet, tap, memif, pci or vdev" },
	{ "device", .type = BGW_STRING, .flags = MAY, AT(config_port, device), .max = 127,
	  .help = "netdev or PCI address" },
	{ "devargs", .type = BGW_STRING, .flags = MAY, AT(config_port, devargs), .max = 511,
	  .help = "of DPDK: all of it for vdev, further arguments for others" },
	{ "role", .type = BGW_ENUM, .flags = MUST, AT(config_port, role),
	  .choices = bgw_role_names, .help = "members' side or wide area" },
	{ "tpid", .type = BGW_UINT, .flags = MAY, AT(config_port, tpid), .min = 0x8100,
	  .max = 0x88a8, .help = "ethertype of the outer tag, 0x8100 or 0x88a8" },
	{ "vlan", .type = BGW_UINT, .flags = MAY, AT(config_port, vlan), .min = 1, .max = 4094,
	  .help = "tag of the underlay" },
	{ "mac_limit", .type = BGW_UINT, .flags = MAY, AT(config_port, mac_limit), .max = 1048576,
	  .help = "most learned MACs of each attachment, 0 for no limit" },
	{ "mtu", .type = BGW_UINT, .flags = MAY, AT(config_port, mtu), .min = 68, .max = 9200,
	  .help = "bytes of payload" },
	{ "rx_queues", .type = BGW_UINT, .flags = MAY, AT(config_port, rx_queues), .min = 1,
	  .max = 64, .help = "default: one for each worker" },
	{ "tx_queues", .type = BGW_UINT, .flags = MAY, AT(config_port, tx_queues), .min = 1,
	  .max = 64, .help = "default: one for each worker" },
	{ "rx_desc", .type = BGW_UINT, .flags = MAY, AT(config_port, rx_desc), .min = 64,
	  .max = 16384, .help = "descriptors of a queue" },
	{ "tx_desc", .type = BGW_UINT, .flags = MAY, AT(config_port, tx_desc), .min = 64,
	  .max = 16384, .help = "descriptors of a queue" },
	{ "mirror", .type = BGW_STRING, .flags = MAY, AT(config_port, mirror), .max = 15,
	  .help = "tap by which Linux sees a port it does not have" },
	{ "allow_addresses", .type = BGW_BOOL, .flags = MAY, AT(config_port, allow_addresses),
	  .help = "start although Linux has addresses on the access netdev" },
	{ "memif", SECTION, AT(config_port, memif), .record = &config_memif_record,
	  .help = "of a memif port" },
};
RECORD(config_port, port_fields);

static const struct bgw_field neighbour_fields[] = {
	{ "ip", .type = BGW_ADDRESS, .flags = MUST, AT(config_neighbour, ip), .help = "next hop" },
	{ "mac", .type = BGW_MAC, .flags = MUST, AT(config_neighbour, mac), .help = "its MAC" },
	{ "port", .type = BGW_STRING, .flags = MUST, AT(config_neighbour, port),
	  .help = "underlay port it is on" },
};
RECORD(config_neighbour, neighbour_fields);

static const struct bgw_field underlay_fields[] = {
	{ "vtep", .type = BGW_ADDRESS, .flags = MAY, AT(config_underlay, vtep),
	  .help = "our end of tunnels, by default the only underlay address" },
	{ "addresses", .type = BGW_PREFIX, .flags = LIST, AT(config_underlay, addresses),
	  .max_items = 64, .help = "where Linux does not have them" },
	{ "neighbours", .type = BGW_RECORD, .flags = LIST, AT(config_underlay, neighbours),
	  .max_items = 4096, .record = &config_neighbour_record,
	  .help = "where Linux does not have them" },
};
RECORD(config_underlay, underlay_fields);

static const struct bgw_field vxlan_fields[] = {
	{ "port", .type = BGW_UINT, .flags = MAY, AT(config_vxlan, port), .min = 1, .max = 65535,
	  .preset = "4789", .help = "UDP port" },
};
RECORD(config_vxlan, vxlan_fields);

static const struct bgw_field tls_fields[] = {
	{ "cert", .type = BGW_STRING, .flags = MUST | BGW_FIELD_NONEMPTY, AT(config_tls, cert),
	  .max = 4000, .help = "file of the certificate and those that signed it, PEM" },
	{ "key", .type = BGW_STRING, .flags = MUST | BGW_FIELD_NONEMPTY, AT(config_tls, key),
	  .max = 4000, .help = "file of its key, PEM" },
	{ "ca", .type = BGW_STRING, .flags = MAY, AT(config_tls, ca), .max = 4000,
	  .help = "file of those that sign the certificates of clients, which need one then" },
};
RECORD_OF_ALL(config_tls, tls_fields);

static const struct bgw_field token_fields[] = {
	{ "name", .type = BGW_STRING, .flags = MAY, AT(config_token, name), .max = 63,
	  .help = "what logs call who has it" },
	{ "sha256", .type = BGW_STRING, .flags = MUST, AT(config_token, sha256), .max = 64,
	  .help = "hash of the token, 64 hexadecimal digits" },
	{ "role", .type = BGW_ENUM, .flags = MUST, AT(config_token, role), .choices = role_names,
	  .help = "reader (may only GET) or admin" },
};
RECORD(config_token, token_fields);

static const struct bgw_field api_fields[] = {
	{ "listen", .type = BGW_STRING, .flags = LIST | BGW_FIELD_NONEMPTY, AT(config_api, listen), .max_items = 16,
	  .preset = "unix:/run/bgw/api.sock", .help = "ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH" },
	{ "tls", SECTION, AT(config_api, tls), .record = &config_tls_record,
	  .help = "of listeners that others reach" },
	{ "tokens", .type = BGW_RECORD, .flags = LIST, AT(config_api, tokens), .max_items = 64,
	  .record = &config_token_record, .help = "who may use the API" },
	{ "tokens_everywhere", .type = BGW_BOOL, .flags = MAY, AT(config_api, tokens_everywhere),
	  .preset = "false", .help = "ask for a token on loopback and unix listeners too" },
	{ "audit", .type = BGW_STRING, .flags = MAY, AT(config_api, audit), .max = 4000,
	  .help = "file of the audit log, default: standard error" },
	{ "body_max_bytes", .type = BGW_UINT, .flags = MAY, AT(config_api, body_max_bytes),
	  .min = 4096, .max = 64u << 20, .preset = "1048576", .help = "of a request" },
	{ "bulk_body_max_bytes", .type = BGW_UINT, .flags = MAY,
	  AT(config_api, bulk_body_max_bytes), .min = 65536, .max = 512u << 20,
	  .preset = "67108864", .help = "of a request that creates many MACs" },
	{ "max_connections", .type = BGW_UINT, .flags = MAY, AT(config_api, max_connections),
	  .min = 8, .max = 4096, .preset = "256", .help = "of each listener" },
	{ "max_connections_per_address", .type = BGW_UINT, .flags = MAY,
	  AT(config_api, max_connections_per_address), .min = 1, .max = 4096, .preset = "64",
	  .help = "of one client address" },
	{ "request_timeout_s", .type = BGW_UINT, .flags = MAY, AT(config_api, request_timeout_s),
	  .min = 1, .max = 600, .preset = "30", .help = "for a whole request to arrive" },
};
RECORD(config_api, api_fields);

static const struct bgw_field negotiation_peer_fields[] = {
	{ "address", .type = BGW_STRING, .flags = MUST | BGW_FIELD_NONEMPTY,
	  AT(config_negotiation_peer, address), .max = 63,
	  .help = "where it listens, ADDRESS:PORT or [ADDRESS]:PORT; what comes from ADDRESS is it" },
	{ "name", .type = BGW_STRING, .flags = MAY, AT(config_negotiation_peer, name),
	  .help = "of its remote gateway, by default the one whose ipaddr is ADDRESS" },
	{ "connect", .type = BGW_BOOL, .flags = MAY, AT(config_negotiation_peer, connect),
	  .preset = "true", .help = "false: wait until it connects" },
	{ "protocols", .type = BGW_ENUM, .flags = LIST, AT(config_negotiation_peer, protocols),
	  .max_items = BGW_NEGOTIATION_COUNT, .choices = bgw_negotiation_names,
	  .preset = "heartbeat,resync,tunnel,mac-sync",
	  .help = "those that it is offered and may initiate" },
	{ "tls_name", .type = BGW_STRING, .flags = MAY, AT(config_negotiation_peer, tls_name),
	  .help = "that its certificate must have, by default any" },
};
RECORD(config_negotiation_peer, negotiation_peer_fields);

static const struct bgw_field negotiation_tcp_fields[] = {
	{ "listen", .type = BGW_STRING, .flags = LIST, AT(config_negotiation_tcp, listen),
	  .max_items = 16, .help = "ADDRESS:PORT or [ADDRESS]:PORT" },
	{ "peers", .type = BGW_RECORD, .flags = LIST, AT(config_negotiation_tcp, peers),
	  .record = &config_negotiation_peer_record, .help = "whom to negotiate with over TCP" },
	{ "accept_any", .type = BGW_BOOL, .flags = MAY, AT(config_negotiation_tcp, accept_any),
	  .preset = "false", .help = "serve others too, passively: keepalives and heartbeats" },
	{ "tls", SECTION, AT(config_negotiation_tcp, tls), .record = &config_tls_record,
	  .help = "of all peers; both ends show certificates that ca signed" },
};
RECORD(config_negotiation_tcp, negotiation_tcp_fields);

static const struct bgw_field negotiation_udp_fields[] = {
	{ "port", .type = BGW_UINT, .flags = MAY, AT(config_negotiation_udp, port), .max = 65535,
	  .preset = "9698", .help = "UDP port of negotiations on the workers, 0 for none" },
};
RECORD(config_negotiation_udp, negotiation_udp_fields);

static const struct bgw_field negotiation_grpc_fields[] = {
	{ "listen", .type = BGW_STRING, .flags = LIST, AT(config_negotiation_grpc, listen),
	  .max_items = 16, .help = "ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT; the port is 9697 by default" },
	{ "cert", .type = BGW_STRING, .flags = MAY, AT(config_negotiation_grpc, cert), .max = 4000,
	  .help = "PEM file, with its chain, of both our server and our client" },
	{ "key", .type = BGW_STRING, .flags = MAY, AT(config_negotiation_grpc, key), .max = 4000,
	  .help = "PEM file of its key" },
	{ "ca", .type = BGW_STRING, .flags = MAY, AT(config_negotiation_grpc, ca), .max = 4000,
	  .help = "PEM file of who signed the certificates of peers" },
};
RECORD(config_negotiation_grpc, negotiation_grpc_fields);

static const struct bgw_field negotiation_fields[] = {
	{ "udp", SECTION, AT(config_negotiation, udp), .record = &config_negotiation_udp_record },
	{ "tcp", SECTION, AT(config_negotiation, tcp), .record = &config_negotiation_tcp_record },
	{ "grpc", SECTION, AT(config_negotiation, grpc), .record = &config_negotiation_grpc_record },
};
RECORD(config_negotiation, negotiation_fields);

static const struct bgw_field store_fields[] = {
	{ "kind", .type = BGW_ENUM, .flags = MAY, AT(config_store, kind),
	  .choices = store_kind_names, .preset = "sqlite", .help = "sqlite" },
	{ "path", .type = BGW_STRING, .flags = MAY | BGW_FIELD_NONEMPTY, AT(config_store, path),
	  .max = 4000, .preset = "/var/lib/bgw/bgw.db", .help = "the file" },
};
RECORD(config_store, store_fields);

static const struct bgw_field config_fields[] = {
	{ "name", .type = BGW_STRING, .flags = MAY, AT(config, name), .max = 63,
	  .preset = "local", .help = "device_name of this gateway" },
	{ "workers", SECTION, AT(config, workers), .record = &config_workers_record },
	{ "control", SECTION, AT(config, control), .record = &config_control_record },
	{ "memory", SECTION, AT(config, memory), .record = &config_memory_record },
	{ "tables", SECTION, AT(config, tables), .record = &config_tables_record },
	{ "ports", .type = BGW_RECORD, .flags = LIST, AT(config, ports), .max_items = 64,
	  .record = &config_port_record },
	{ "underlay", SECTION, AT(config, underlay), .record = &config_underlay_record },
	{ "vxlan", SECTION, AT(config, vxlan), .record = &config_vxlan_record },
	{ "api", SECTION, AT(config, api), .record = &config_api_record },
	{ "negotiation", SECTION, AT(config, negotiation),
	  .record = &config_negotiation_record },
	{ "store", SECTION, AT(config, store), .record = &config_store_record },
	{ "l3_negotiator", SECTION, AT(config, l3_negotiator),
	  .record = &config_l3_negotiator_record },
};
RECORD(config, config_fields);
/* clang-format on */

const struct bgw_record *config_members(void)
{
	return &config_record;
}

const struct config_port *config_port_at(const struct config *config, uint32_t i)
{
	return (const struct config_port *)config->ports.items + i;
}

const struct config_port *config_port_find(const struct config *config, const char *name)
{
	for (uint32_t i = 0; i < config->ports.count; i++)
		if (strcmp(config_port_at(config, i)->name, name) == 0)
			return config_port_at(config, i);
	return NULL;
}

void config_clear(struct config *config)
{
	cJSON *initial = config->initial;
	cJSON *secrets = config->secrets;

	record_clear(&config_record, config);
	cJSON_Delete(secrets);
	cJSON_Delete(initial);
	config->secrets = NULL;
	config->initial = NULL;
}

static int take_initial(struct config *config, cJSON *json, struct error *error)
{
	const cJSON *item;

	config->initial = cJSON_DetachItemFromObjectCaseSensitive(json, "initial");
	if (config->initial == NULL)
		return 0;
	if (!cJSON_IsArray(config->initial))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "initial must be a list of objects such as {\"network\": {...}}");
	cJSON_ArrayForEach (item, config->initial) {
		const struct bgw_object_type *type = NULL;

		if (cJSON_IsObject(item) && cJSON_GetArraySize(item) == 1)
			type = bgw_object_type_find(item->child->string);
		if (type == NULL || (type->flags & BGW_TYPE_CREATE) == 0 ||
		    strcmp(type->name, item->child->string) != 0)
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "initial: each element must have one member that names a "
					 "type, such as {\"network\": {...}}");
	}
	return 0;
}

/* Names are the administrator's, so no table has them. */
static int take_secrets(struct config *config, cJSON *json, struct error *error)
{
	const cJSON *member;

	config->secrets = cJSON_DetachItemFromObjectCaseSensitive(json, "secrets");
	if (config->secrets != NULL && !cJSON_IsObject(config->secrets))
		return error_set(error, BGW_ERROR_INVALID_INPUT,
				 "secrets must be an object such as {\"site-b\": "
				 "\"/etc/bgw/site-b.secret\"}");
	cJSON_ArrayForEach (member, config->secrets) {
		if (!cJSON_IsString(member) || member->valuestring[0] == '\0')
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "secrets.%.64s must be the path of a file",
					 member->string);
		if (cJSON_GetObjectItemCaseSensitive(config->secrets, member->string) != member)
			return error_set(error, BGW_ERROR_INVALID_INPUT,
					 "secrets.%.64s is given twice", member->string);
	}
	return 0;
}

int config_parse(struct config *config, const char *text, struct error *error)
{
	static const struct record_reader reader = {.mode = RECORD_CREATE};
	char *copy = strdup(text);
	cJSON *json = NULL;
	int rc = -EINVAL;

	memset(config, 0, sizeof(*config));
	if (copy == NULL || record_preset(&config_record, config) < 0) {
		free(copy);
		return error_set(error, BGW_ERROR_INTERNAL, "no memory for the configuration");
	}
	cJSON_Minify(copy);
	json = json_parse(copy, strlen(copy), error);
	if (json != NULL)
		rc = take_initial(config, json, error);
	if (rc == 0)
		rc = take_secrets(config, json, error);
	if (rc == 0)
		rc = record_parse(&config_record, "the configuration", json, config, &reader,
				  error);
	if (rc == 0)
		rc = config_check(config, error);
	if (rc < 0)
		config_clear(config);
	cJSON_Delete(json);
	free(copy);
	return rc;
}

/* NUL-terminated, NULL and errno: EILSEQ for a file that has a NUL itself. */
static char *file_read(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = malloc(FILE_MAX_BYTES + 1);
	size_t length = 0;
	int failure = errno;

	if (file != NULL && text != NULL) {
		length = fread(text, 1, FILE_MAX_BYTES, file);
		failure = ferror(file) ? errno : !feof(file) ? EFBIG : 0;
		if (failure == 0 && memchr(text, '\0', length) != NULL)
			failure = EILSEQ;
	}
	if (file != NULL)
		fclose(file);
	if (file == NULL || text == NULL || failure != 0) {
		free(text);
		errno = failure;
		return NULL;
	}
	text[length] = '\0';
	return text;
}

int config_load(struct config *config, const char *path, struct error *error)
{
	char *text = file_read(path);
	struct error why;
	int rc;

	memset(config, 0, sizeof(*config));
	if (text == NULL)
		return error_set(error, BGW_ERROR_INVALID_INPUT, "%s cannot be read: %s", path,
				 strerror(errno));
	rc = config_parse(config, text, &why);
	free(text);
	if (rc < 0)
		error_set(error, why.code, "%.80s: %.380s", path, why.message);
	return rc;
}
