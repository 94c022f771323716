/* SPDX-License-Identifier: BSD-3-Clause */
#include "access.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "values.h"

/* More is no token of ours, and not worth hashing. */
#define TOKEN_MAX_BYTES 1024

struct token {
	struct bgw_sha256 hash;
	uint32_t role; /* enum config_role */
	char name[64];
};

struct access {
	const struct config_api *config;
	uint32_t count;
	struct token tokens[];
};

struct access *access_create(const struct config_api *config)
{
	const struct config_token *tokens = config->tokens.items;
	struct access *access =
		calloc(1, sizeof(*access) + config->tokens.count * sizeof(struct token));

	if (access == NULL)
		return NULL;
	access->config = config;
	access->count = config->tokens.count;
	for (uint32_t i = 0; i < access->count; i++) {
		struct token *token = &access->tokens[i];

		bgw_sha256_parse(tokens[i].sha256, &token->hash);
		token->role = tokens[i].role;
		if (tokens[i].name != NULL && tokens[i].name[0] != '\0')
			snprintf(token->name, sizeof(token->name), "%s", tokens[i].name);
		else
			snprintf(token->name, sizeof(token->name), "%.8s", tokens[i].sha256);
	}
	return access;
}

void access_destroy(struct access *access)
{
	free(access);
}

/* Takes as long for a token that is nearly right as for one that is not, and for the first as for
 * the last. */
static const struct token *token_find(const struct access *access, const char *text)
{
	const struct token *found = NULL;
	struct bgw_sha256 hash;
	size_t length = strlen(text);

	if (length > TOKEN_MAX_BYTES)
		return NULL;
	SHA256((const unsigned char *)text, length, hash.bytes);
	for (uint32_t i = 0; i < access->count; i++)
		if (CRYPTO_memcmp(&hash, &access->tokens[i].hash, sizeof(hash)) == 0)
			found = &access->tokens[i];
	return found;
}

static int refuse_stranger(struct http_exchange *exchange, const char *text, struct error *error)
{
	http_answer_header(exchange, "WWW-Authenticate", "X-Auth-Token realm=\"bgw\"");
	return error_set(error, BGW_ERROR_UNAUTHORIZED,
			 text == NULL ? "X-Auth-Token is missing; send one of api.tokens"
				      : "X-Auth-Token is none of api.tokens");
}

int access_admit(const struct access *access, struct http_exchange *exchange, struct error *error)
{
	bool required = http_is_guarded(exchange) || access->config->tokens_everywhere;
	const char *text = http_header(exchange, "X-Auth-Token");
	const struct token *token = text != NULL ? token_find(access, text) : NULL;

	if (token != NULL)
		http_caller_set(exchange, token->name);
	else if (required)
		return refuse_stranger(exchange, text, error);
	if (http_is_read(exchange))
		return 0;
	if (token != NULL && token->role == CONFIG_ROLE_READER)
		return error_set(error, BGW_ERROR_FORBIDDEN,
				 "X-Auth-Token is of role reader, which may only GET; %.16s takes "
				 "role admin",
				 http_method(exchange));
	/* Any page that a browser of this machine shows reaches a local listener. */
	if (token == NULL && http_header(exchange, "Origin") != NULL)
		return error_set(error, BGW_ERROR_FORBIDDEN,
				 "a request with Origin comes from a web page, which may only GET "
				 "without a token");
	return 0;
}
