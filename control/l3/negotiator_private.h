/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_CONTROL_L3_NEGOTIATOR_PRIVATE_H
#define BGW_CONTROL_L3_NEGOTIATOR_PRIVATE_H

/**
 * The parts of the negotiator. A job is what is being done for one negotiation: asking the peer
 * (start.c), answering one (handle.c), having the agent configure (apply.c), taking back and
 * telling the peer (release.c). There is one at most for each negotiation.
 */

#include "batch.h"
#include "http.h"
#include "http_client.h"
#include "kept_answer.h"
#include "l3/choice.h"
#include "l3/negotiator.h"
#include "l3/peers.h"
#include "model.h"
#include "objects.h"
#include "rpc/agent.h"

/** What one of two is told. */
#define L3_CROSSING "both sides ask each other at once, and the other negotiation goes on"

/** What the original uses; further ones count up from these. */
#define L3_FIRST_TABLE 100u
#define L3_FIRST_MARK  0x100u
/** Addresses of a peer's name that are looked at. */
#define MAX_CANDIDATES 8
/** Negotiations that there may be. */
#define L3_MAX_NEGOTIATIONS 4096u

struct http_credentials;
struct loop_timer;
struct job;

struct negotiator {
	struct control *control;
	const struct config_l3_negotiator *config;
	struct bgw_prefix *cidrs, *remapping;
	struct l3_site site;
	struct l3_peer *peers;
	size_t peer_count;
	uint16_t port; /**< where peers reach us, by TLS where config->tls is; 0 nowhere */
	struct agent *agent;
	struct agent_call *reading; /**< what is applied */
	bool cannot_read;	    /**< the agent does not tell what is applied */
	struct http_client *client;
	struct config_api listeners; /**< as the API's, for our own */
	struct http *http;
	struct job *jobs;
	struct loop_timer *tick;
	unsigned int ticks;
	bool is_stopping;
};

/** A client that waits for the end of a job. */
struct waiter {
	struct waiter *next;
	struct http_exchange *exchange;
	bool is_operator; /**< of start_negotiation */
};

typedef void job_step(struct job *job);

struct job {
	struct request base; /**< first, for the batch */
	struct negotiator *negotiator;
	struct job *next, **previous;
	struct bgw_uuid id; /**< of the negotiation; nil before there is one */
	struct waiter *waiters;
	struct l3_failure failure; /**< why it is being undone */
	char trouble[512];	   /**< what it waits for */

	/* The commit under way: stage() as in request_operations, then one of the steps. */
	int (*stage)(struct job *job, struct l3_failure *failure);
	job_step *staged, *refused;
	bool is_committing;

	/* What is waited for. */
	struct http_call *http_call;
	struct agent_call *agent_call;
	bool is_resolving;
	struct loop_timer *timer;
	job_step *timer_step;
	unsigned int attempts; /**< of what is tried again */
	bool is_waiting;       /**< for the timer */
	unsigned int order;    /**< next one for the agent */
	bool is_taking_back;
	struct l3_failure order_failure;
	/* How often what was taken back is taken back again, after an order that the agent may
	 * carry out late, and how often that was done. */
	unsigned int late_orders, late_orders_done;
	job_step *applied;

	/* Asking. */
	struct l3_start start;
	struct l3_remote remote;
	struct bgw_address peer; /**< also of who asks us */
	unsigned int rounds;	 /**< offers made, after a subnet was lost to another */
	bool may_know;		 /**< the peer may have agreed without our knowing */
	bool is_expired;	 /**< its lease is over */
	bool is_lost;		 /**< what it chose was taken meanwhile */
	bool is_told;		 /**< the peer, of the release, or it need not be */
	struct bgw_address candidates[MAX_CANDIDATES]; /**< what the peer's name leads to */
	unsigned int candidate_count;
	char digest[KEPT_DIGEST_TEXT_SIZE];
	char *key;
	char *body;
	size_t length;
	struct l3_offer offer; /**< ours, or of who asks us */
	struct l3_answer answer;

	/* Answering. */
	uint32_t cursor;
	struct l3_choice choice;
	struct bgw_uuid repeated; /**< the negotiation that it asks for again */
};

/** Whether there may be a negotiation with an address; port 0 when it comes to us. */
bool negotiator_allows(const struct negotiator *negotiator, const struct bgw_address *address,
		       uint16_t port);

/* agent_access.c */

/** What can be told without asking the agent. 0, or negative with *error set. */
int negotiator_agent_check(const struct config_l3_negotiator *config, struct error *error);
/** Makes negotiator->agent. 0, or negative with *error set. */
int negotiator_agent_open(struct negotiator *negotiator, struct error *error);
/** What negotiator->agent is given by agent_credentials_replace(). NULL with *error set. */
struct grpc_channel_credentials *negotiator_agent_credentials(
	const struct config_l3_negotiator *config, struct error *error);

/* listeners.c */

/** What can be told without listening. 0, or negative with *error set. */
int negotiator_listeners_check(const struct config *config, struct error *error);
int negotiator_listen(struct negotiator *negotiator, struct error *error);
/** Their part of negotiator_credentials_load() and negotiator_credentials_replace(). */
int negotiator_listeners_load(const struct control *control, const struct config *config,
			      struct http_credentials **credentials, struct error *error);
void negotiator_listeners_replace(struct negotiator *negotiator,
				  struct http_credentials *credentials);
/** A request to a peer, without its URL and body. */
struct http_request negotiator_request(const struct negotiator *negotiator, const char *method,
				       const struct bgw_address *address, uint16_t port);

/* job.c */

/** NULL without memory. */
struct job *job_create(struct negotiator *negotiator);
/** Its waiters must have been answered. */
void job_free(struct job *job);
struct job *job_find(const struct negotiator *negotiator, const struct bgw_uuid *id);
/** Without memory the exchange is answered. */
void job_wait(struct job *job, struct http_exchange *exchange, bool is_operator);
/** Runs stage() in the next batch, then staged() or, with job->failure set, refused(). */
void job_commit(struct job *job, int (*stage)(struct job *job, struct l3_failure *failure),
		job_step *staged, job_step *refused);
/** Answers with what was negotiated, or with job->failure. */
void job_answer(struct job *job);
/** Answers that the gateway stops. */
void job_stop_waiting(struct job *job);
/** The end: answers and frees. */
void job_end(struct job *job);
/** Does not wait longer for what job_retry() waits for. */
void job_hurry(struct job *job);
/** Calls the step after a time that doubles with each attempt; `why` is shown meanwhile. */
void job_retry(struct job *job, job_step *step, const char *why);

void l3_answer_failure(struct http_exchange *exchange, const struct l3_failure *failure);
void l3_answer_negotiation(struct http_exchange *exchange, const struct object *object,
			   bool is_operator);

/* start.c */

/** Offers again, instead of the end, where the subnet was lost to another negotiation. */
bool job_begin_again(struct job *job);
/** Says in the offer where we take a release. */
void job_offer_release(struct job *job);
/** Sends the offer of the job. job->http_call stays NULL without memory. */
void job_post(struct job *job, const char *url, uint32_t timeout_ms, http_called *done);

/* lease.c */

void negotiator_look_at_leases(struct negotiator *negotiator);

/* handle.c */

struct http_handler negotiator_handler(struct negotiator *negotiator);

/** Whether a member of the configuration says something. */
static inline bool is_set(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* apply.c */

/** Has the agent configure the negotiation, or take that back, and calls back; job->order_failure
 * says what failed. */
void job_apply(struct job *job, job_step *applied);
void job_take_back(struct job *job, job_step *taken);
/** Configures what was agreed, and records that; releases it when that fails. */
void job_configure(struct job *job);
/** Configures again what holds already, and keeps trying. */
void job_hold(struct job *job);
/** Whether it has the agent configure something of this kind. */
bool negotiation_has_order(const struct object *object, enum agent_applied_kind kind);

/* reconcile.c */

/** Asks the agent whether everything that holds is still configured. */
void negotiator_reconcile(struct negotiator *negotiator);

/* release.c */

/** Records that the negotiation is released, takes back, tells the peer, and ends. */
void job_release(struct job *job);
/** The same where that is recorded already. */
void job_released(struct job *job);

/* held.c */

struct l3_view {
	struct l3_held held;
	struct bgw_prefix *subnets, *destinations, *remapping;
	struct l3_local *local;
};

/** What is agreed besides a negotiation, and what is here. 0 or -ENOMEM; to be freed in either
 * case. */
int l3_view_make(const struct negotiator *negotiator, const struct bgw_uuid *except,
		 const struct bgw_address *peer, struct l3_view *view);
void l3_view_free(struct l3_view *view);
/** The lowest number whose table and mark nobody uses. */
uint32_t l3_table_number(const struct negotiator *negotiator);

/* stored.c */

const struct bgw_l3_negotiation *negotiation_of(const struct object *object);
/** NULL when there is none. */
struct object *negotiation_find(const struct negotiator *negotiator, const struct bgw_uuid *id);
/** A new object of a job that asks; of one that answers, with its choice. To be called from
 * stage(). 0, or negative with *failure set. */
int negotiation_insert_offered(struct job *job, struct l3_failure *failure);
/** Where who asks us takes a release: on its own host. NULL: nowhere. */
char *negotiation_release_url(const struct job *job, char url[L3_REMOTE_URL_SIZE]);
int negotiation_insert_agreed(struct job *job, struct l3_failure *failure);
/** The members of the patch over those of the object; takes the patch. Likewise. */
int negotiation_patch(struct job *job, cJSON *patch, struct l3_failure *failure);
cJSON *negotiation_state_patch(enum bgw_l3_negotiation_state state);
/** What the answer of a peer adds to the negotiation. */
cJSON *negotiation_answer_patch(const struct job *job,
				const struct bgw_l3_negotiation *negotiation);
uint32_t negotiation_now_s(void);
/** What the responder answered, read back from the object. */
struct l3_answer negotiation_answer(const struct bgw_l3_negotiation *negotiation);
bool negotiation_is_routed(const struct object *object);

#endif
