/* SPDX-License-Identifier: BSD-3-Clause */
/* How the configuration agent is reached, by what the configuration says. */
#include <errno.h>

#include "control.h"
#include "grpc.h"
#include "l3/negotiator_private.h"

static int fail_agent(const char *why, struct error *error)
{
	return error_set(error, BGW_ERROR_INVALID_INPUT, "l3_negotiator.agent: %.300s", why);
}

static const char *path_of(const char *path)
{
	return is_set(path) ? path : NULL;
}

static struct agent_config agent_config_of(const struct config_l3_negotiator *config,
					   struct rpc_tls *tls)
{
	*tls = (struct rpc_tls){
		.ca = config->agent_tls.ca,
		.cert = path_of(config->agent_tls.cert),
		.key = path_of(config->agent_tls.key),
	};
	return (struct agent_config){
		.target = config->agent,
		.tls = config->agent_tls.ca != NULL ? tls : NULL,
	};
}

int negotiator_agent_check(const struct config_l3_negotiator *config, struct error *error)
{
	struct rpc_tls tls;
	const struct agent_config agent = agent_config_of(config, &tls);
	char why[300] = "";

	return agent_check(&agent, why, sizeof(why)) == 0 ? 0 : fail_agent(why, error);
}

int negotiator_agent_open(struct negotiator *negotiator, struct error *error)
{
	struct rpc_tls tls;
	const struct agent_config agent = agent_config_of(negotiator->config, &tls);
	struct rpc *rpc = grpc_use(negotiator->control, error);
	char why[300] = "";

	if (rpc == NULL)
		return -EINVAL;
	negotiator->agent = agent_open(rpc, &agent, why, sizeof(why));
	return negotiator->agent != NULL ? 0 : fail_agent(why, error);
}

struct grpc_channel_credentials *negotiator_agent_credentials(
	const struct config_l3_negotiator *config, struct error *error)
{
	struct rpc_tls tls;
	const struct agent_config agent = agent_config_of(config, &tls);
	struct grpc_channel_credentials *credentials;
	char why[300] = "";

	credentials = agent_credentials_load(&agent, why, sizeof(why));
	if (credentials == NULL)
		fail_agent(why, error);
	return credentials;
}
