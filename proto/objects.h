/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_OBJECTS_H
#define BGW_PROTO_OBJECTS_H

/**
 * The objects of the API: one struct and one table of members per type. A struct is what the
 * gateway keeps of an object; its table (objects.c) is the only place that says how the members
 * are spelt, what they accept and what they mean.
 *
 * Each struct begins with BGW_OBJECT_MEMBERS. Strings may be NULL, which is "".
 */

#include "encapsulation.h"
#include "errors.h"
#include "field.h"

#define BGW_OBJECT_MEMBERS                                                   \
	uint64_t given; /**< bit i: member i of the table was given */       \
	struct bgw_uuid id;                                                  \
	uint32_t revision; /**< 1 when created, one more with each update */ \
	char *project_id

/** What every object has, whatever its type. */
struct bgw_object {
	BGW_OBJECT_MEMBERS;
};

/* The texts of these enumerations are the arrays bgw_*_names, in the same order. */
enum bgw_interface_kind {
	BGW_INTERFACE_UNTAGGED,
	BGW_INTERFACE_VLAN,
	BGW_INTERFACE_QINQ,
	BGW_INTERFACE_PORT,
	BGW_INTERFACE_KIND_COUNT,
};
enum bgw_l2_control {
	BGW_L2_CONTROL_DROP,
	BGW_L2_CONTROL_TUNNEL,
};
enum bgw_gre_key {
	BGW_GRE_KEY_SEGMENTATION_ID,
	BGW_GRE_KEY_NONE,
};
enum bgw_l3_negotiation_role {
	BGW_L3_INITIATOR,
	BGW_L3_RESPONDER,
};
/** What was recorded, each before it is done. */
enum bgw_l3_negotiation_state {
	BGW_L3_OFFERED,	   /**< the peer is asked */
	BGW_L3_AGREED,	   /**< the agent is being asked for addresses and routes */
	BGW_L3_CONFIGURED, /**< it holds */
	BGW_L3_RELEASING,  /**< what was configured is taken back, and the peer told */
};
enum bgw_role {
	BGW_ROLE_ACCESS,
	BGW_ROLE_UNDERLAY,
};
extern const char *const bgw_encapsulation_names[];
/** With "auto" at their end. */
extern const char *const bgw_connection_encapsulation_names[];
extern const char *const bgw_interface_kind_names[];
extern const char *const bgw_role_names[];
extern const char *const bgw_l3_negotiation_role_names[];
extern const char *const bgw_l3_negotiation_state_names[];

/** A broadcast domain. */
struct bgw_network {
	BGW_OBJECT_MEMBERS;
	char *name;
	char *description;
	bool admin_state_up;
	bool shared;
	uint32_t mtu;		  /**< bytes of payload that hosts on it may send */
	uint32_t network_type;	  /**< label for OpenStack clients */
	uint32_t segmentation_id; /**< default for connections; if given */
	uint32_t mac_ageing_s;
	uint32_t mac_limit; /**< learned MACs, 0 none */
};

/** One port of a gateway's device, with what all attachments made of it share. */
struct bgw_l2_gateway_interface {
	uint64_t given;
	char *name;			 /**< of a port */
	struct bgw_list segmentation_id; /**< of struct bgw_tags */
	uint32_t kind;			 /**< enum bgw_interface_kind, if given */
	bool admin_state_up;
	uint32_t pcp; /**< priority of a pushed tag, 0-7 */
	bool dei;
	uint32_t mac_limit;  /**< learned MACs per attachment, 0 none */
	uint32_t l2_control; /**< enum bgw_l2_control */
	uint32_t broadcast_pps, multicast_pps, unknown_unicast_pps; /**< 0 no limit */
	struct bgw_list source_macs; /**< of struct bgw_mac, empty: any */
	struct bgw_list ethertypes;  /**< of uint32_t, empty: any */
};

extern const struct bgw_record bgw_l2_gateway_interface_record;

struct bgw_l2_gateway_device {
	uint64_t given;
	char *device_name;	    /**< "local" or the configured name */
	struct bgw_list interfaces; /**< of struct bgw_l2_gateway_interface */
};

/** A named set of attachments. */
struct bgw_l2_gateway {
	BGW_OBJECT_MEMBERS;
	char *name;
	char *description;
	bool admin_state_up;
	struct bgw_list devices; /**< of struct bgw_l2_gateway_device */
};

/** Attaches a gateway's interfaces to a network. */
struct bgw_l2_gateway_connection {
	BGW_OBJECT_MEMBERS;
	struct bgw_uuid l2_gateway_id;
	struct bgw_uuid network_id;
	struct bgw_tags segmentation_id; /**< if given */
	bool admin_state_up;
};

/** How to negotiate with a remote gateway. */
struct bgw_l2_remote_gateway_negotiation {
	uint64_t given;
	bool enabled;
	char *secret;	      /**< name of one of the configuration's secrets */
	uint32_t interval_ms; /**< between datagrams at most */
	uint32_t multiplier;  /**< so many intervals of silence: it is down */
	char *grpc;	      /**< where its service is; NULL, "": at its ipaddr, port 9697 */
	char *tls_name;	      /**< of its certificate; NULL, "": where its service is */
};

extern const struct bgw_record bgw_l2_remote_gateway_negotiation_record;

/** The gateway on the other side. */
struct bgw_l2_remote_gateway {
	BGW_OBJECT_MEMBERS;
	char *name;
	char *description;
	struct bgw_address ipaddr;
	struct bgw_address local_ip;	/**< if given */
	struct bgw_list encapsulations; /**< of uint32_t, enum bgw_encap, preferred first */
	uint32_t ttl;			/**< of outer headers */
	uint32_t dscp;			/**< of outer headers; if given */
	struct bgw_l2_remote_gateway_negotiation negotiation;
	bool admin_state_up;
};

/** The encapsulation of a connection that takes what it agrees on with its peer. */
#define BGW_ENCAPSULATION_AUTO BGW_ENCAP_COUNT

/** A tunnel into a broadcast domain. */
struct bgw_l2_remote_gateway_connection {
	BGW_OBJECT_MEMBERS;
	struct bgw_uuid gateway;
	struct bgw_uuid network; /**< if given */
	struct bgw_uuid remote_gateway;
	uint32_t seg_id; /**< if given */
	bool flood;
	uint32_t encapsulation; /**< enum bgw_encap or BGW_ENCAPSULATION_AUTO, if given */
	char *peer_name;	/**< by which the peer's connection finds it; NULL: the network's */
	uint32_t gre_key;	/**< enum bgw_gre_key */
	bool mtu_signal;
	bool admin_state_up;
};

/** A MAC, and maybe its IP, behind a connection. */
struct bgw_l2_remote_mac {
	BGW_OBJECT_MEMBERS;
	struct bgw_mac mac;
	bool router;
	struct bgw_address ipaddr; /**< family 0 when absent */
	struct bgw_uuid rgw_connection;
};

/** What was agreed with another gateway on layer 3. The negotiator makes and changes it; clients
 * may delete it, which releases both sides. */
struct bgw_l3_negotiation {
	BGW_OBJECT_MEMBERS;
	uint32_t role;			/**< enum bgw_l3_negotiation_role */
	uint32_t state;			/**< enum bgw_l3_negotiation_state */
	struct bgw_address peer;	/**< that it is negotiated with */
	char *remote_agent;		/**< URL of its negotiator; NULL: it has told none */
	struct bgw_uuid peer_id;	/**< of its negotiation, if given; else it is an original */
	struct bgw_prefix net;		/**< of the link, if given */
	struct bgw_address free_ip;	/**< the initiator's on it, if given */
	struct bgw_address assigned_ip; /**< the responder's on it, if given */
	struct bgw_prefix destination;	/**< the peer's network as it is seen here, if given */
	struct bgw_prefix internal;	/**< ours, if given */
	struct bgw_prefix remapping;	/**< under which each side sees the other, if given */
	char *interface;
	uint32_t table, mark;			      /**< of what is remapped, if given */
	uint32_t asn, peer_asn, mtu, segmentation_id; /**< each if given */
	bool bfd;
	uint32_t lease_s;     /**< if given */
	uint32_t expires_s;   /**< seconds since 1970; with a lease */
	uint32_t late_orders; /**< how often it is taken back again, if given */
	char *digest;	      /**< of what was asked */
	char *key;	      /**< it was asked with; NULL none */
};

/** A port of the configuration file; only its administrative state is an operator's to set. */
struct bgw_port {
	BGW_OBJECT_MEMBERS;
	char *name;
	char *driver;
	char *device;  /**< netdev, PCI address or devargs */
	uint32_t role; /**< enum bgw_role */
	bool admin_state_up;
};

/** Of a worker, a view, only what an operator may set. */
struct bgw_worker {
	uint64_t given;
	bool stages_measured;
};

#define BGW_TYPE_CREATE	 0x1u  /**< clients may create and delete it */
#define BGW_TYPE_UPDATE	 0x2u  /**< clients may update it */
#define BGW_TYPE_VIRTUAL 0x4u  /**< a view: nothing is stored, a struct only takes updates */
#define BGW_TYPE_FLUSH	 0x8u  /**< clients may delete one, or by filter */
#define BGW_TYPE_SPARSE	 0x10u /**< an object that has counted nothing says nothing */
#define BGW_TYPE_MANY	 0x20u /**< a request may create so many that its body is large */
#define BGW_TYPE_DELETE	 0x40u /**< clients may delete it, though not create it */

struct bgw_object_type {
	const char *name;	  /**< body root of one, l2_remote_mac */
	const char *plural;	  /**< body root of many, l2_remote_macs */
	const char *collection;	  /**< in the path, l2-remote-macs */
	const char *alias;	  /**< another body root for one, NULL none */
	const char *alias_plural; /**< another body root for many, NULL none */
	const char *help;	  /**< one clause */
	uint32_t flags;		  /**< BGW_TYPE_* */
	enum bgw_error not_found, in_use, exists;
	struct bgw_record record;
};

/* Stored types in the order that references need: what a type refers to comes before it. */
extern const struct bgw_object_type bgw_network_type;
extern const struct bgw_object_type bgw_port_type;
extern const struct bgw_object_type bgw_l2_gateway_type;
extern const struct bgw_object_type bgw_l2_gateway_connection_type;
extern const struct bgw_object_type bgw_l2_remote_gateway_type;
extern const struct bgw_object_type bgw_l2_remote_gateway_connection_type;
extern const struct bgw_object_type bgw_l2_remote_mac_type;
extern const struct bgw_object_type bgw_l3_negotiation_type;
/* Views. */
extern const struct bgw_object_type bgw_attachment_type;
extern const struct bgw_object_type bgw_mac_type;
extern const struct bgw_object_type bgw_worker_type;
extern const struct bgw_object_type bgw_drop_type;
extern const struct bgw_object_type bgw_neighbour_type;
extern const struct bgw_object_type bgw_negotiation_session_type;

/** All of them, stored types first and in that order; NULL after the last. */
extern const struct bgw_object_type *const bgw_object_types[];

/** By singular, plural or collection name; NULL when there is none. */
const struct bgw_object_type *bgw_object_type_find(const char *name);

/** Whether a create or update gave the member; false for a nullable one that is absent. */
bool bgw_object_given(const struct bgw_object_type *type, const void *object, const char *name);

#endif
