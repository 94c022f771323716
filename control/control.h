/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_CONTROL_H
#define BGW_CONTROL_CONTROL_H

/**
 * What the parts of the control thread share: made by main.c, handed to every resource. Nothing
 * here is used by another thread.
 */

#include "batch.h"
#include "config.h"
#include "loop.h"
#include "model.h"
#include "store.h"

struct bgw_dataplane;
struct packet_path;
struct underlay_control;
struct machine;
struct negotiator;
struct rpc;

struct control {
	struct config config;
	struct loop *loop;
	struct store *store;
	struct model *model;
	struct batch *batch;
	struct bgw_dataplane *dataplane; /**< NULL where nothing forwards (tests of the API) */
	struct machine *machine;	 /**< ports; NULL likewise */
	struct packet_path *packet_path;

	/** After every publish() of a batch, again until it returns true. NULL: nothing to do. */
	bool (*settle)(struct control *control);
	/** Of each change of a batch once all of them are published. NULL: nobody is told. */
	void (*tell)(struct control *control, const struct change *change);

	struct access *access; /**< who may use the API */
	struct audit *audit;   /**< who changed what */

	/* One pointer for each part that keeps state of its own; made and freed by its owner. */
	struct forwarding *forwarding; /**< what waits to be published */
	struct domains *domains;
	struct attachments *attachments;
	struct connection_state **connections; /**< by the dataplane's index */
	struct fdb *fdb;		       /**< learning, ageing, moves */
	struct indexes *indexes;	       /**< by which the dataplane knows objects */
	struct paths *paths;		       /**< to remote gateways */
	struct underlay *underlay;	       /**< what Linux knows of the underlay */
	struct underlay_control *underlay_control;
	struct worker_stages *worker_stages; /**< where their cycles go */
	struct negotiation_tcp *negotiation_tcp;
	struct negotiation_udp *negotiation_udp;
	struct negotiation_service *negotiation_service; /**< where peers' messages come */
	struct rpc *rpc;				 /**< grpc.h; NULL: nobody needed it */
	struct secrets *secrets;			 /**< shared with remote gateways */
	struct journal *journal;       /**< of MACs on attachments; NULL: no peer wants to know */
	struct events *events;	       /**< who is told what happens */
	struct negotiator *negotiator; /**< of layer 3; NULL where there is none */
};

#endif
