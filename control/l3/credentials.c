/* SPDX-License-Identifier: BSD-3-Clause */
/* The certificates that are read again while the negotiator runs: all of them, or none. */
#include <errno.h>
#include <stdlib.h>

#include "control.h"
#include "http_credentials.h"
#include "l3/negotiator_private.h"
#include "log.h"

struct negotiator_credentials {
	struct http_credentials *listeners; /* NULL without TLS */
	struct grpc_channel_credentials *agent;
};

/* The agent is the one of the start. */
static struct grpc_channel_credentials *load_agent(const struct control *control,
						   const struct config *config, struct error *error)
{
	struct config_l3_negotiator fresh = config->l3_negotiator;

	fresh.agent = control->config.l3_negotiator.agent;
	return negotiator_agent_credentials(&fresh, error);
}

int negotiator_credentials_load(const struct control *control, const struct config *config,
				struct negotiator_credentials **credentials, struct error *error)
{
	struct negotiator_credentials *loaded;
	int rc;

	*credentials = NULL;
	if (control->negotiator == NULL)
		return 0;
	loaded = calloc(1, sizeof(*loaded));
	if (loaded == NULL)
		return error_set(error, BGW_ERROR_INTERNAL, "there is no memory for them");
	rc = negotiator_listeners_load(control, config, &loaded->listeners, error);
	if (rc == 0) {
		loaded->agent = load_agent(control, config, error);
		rc = loaded->agent != NULL ? 0 : -EINVAL;
	}
	if (rc < 0)
		negotiator_credentials_free(loaded);
	else
		*credentials = loaded;
	return rc;
}

void negotiator_credentials_free(struct negotiator_credentials *credentials)
{
	if (credentials == NULL)
		return;
	http_credentials_free(credentials->listeners);
	agent_credentials_free(credentials->agent);
	free(credentials);
}

void negotiator_credentials_replace(struct control *control,
				    struct negotiator_credentials *credentials)
{
	if (credentials == NULL)
		return;
	negotiator_listeners_replace(control->negotiator, credentials->listeners);
	if (agent_credentials_replace(control->negotiator->agent, credentials->agent) < 0)
		log_error("there is no memory for new certificates for the agent: those of before "
			  "stay");
	free(credentials);
}
