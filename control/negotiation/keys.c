/* SPDX-License-Identifier: BSD-3-Clause */
#include "negotiation/keys.h"

#include <errno.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#define ADDRESS_BYTES 16
#define INFO_MAX      64

static void put_address(uint8_t *at, const struct bgw_address *address)
{
	memset(at, 0, ADDRESS_BYTES);
	if (address->family == 4) {
		at[10] = 0xff;
		at[11] = 0xff;
		memcpy(at + 12, address->bytes, 4);
	} else {
		memcpy(at, address->bytes, ADDRESS_BYTES);
	}
}

static void put_64(uint8_t *at, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (56 - 8 * i));
}

static int derive(const struct negotiation_secret *secret, const uint8_t *salt, size_t salt_bytes,
		  const char *purpose, const struct bgw_address *sender,
		  const struct bgw_address *receiver, uint8_t *key)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
	uint8_t info[INFO_MAX];
	const size_t purpose_bytes = strlen(purpose);
	OSSL_PARAM parameters[5], *next = parameters;
	int rc = -EIO;

	memcpy(info, purpose, purpose_bytes);
	put_address(info + purpose_bytes, sender);
	put_address(info + purpose_bytes + ADDRESS_BYTES, receiver);
	*next++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0);
	*next++ = OSSL_PARAM_construct_octet_string(
		OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret->bytes, secret->length);
	if (salt_bytes > 0)
		*next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
							    (void *)(uintptr_t)salt, salt_bytes);
	*next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info,
						    purpose_bytes + 2 * ADDRESS_BYTES);
	*next = OSSL_PARAM_construct_end();
	if (context != NULL && EVP_KDF_derive(context, key, NEGOTIATION_KEY_BYTES, parameters) == 1)
		rc = 0;
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return rc;
}

int negotiation_key_hello(const struct negotiation_secret *secret, const struct bgw_address *sender,
			  const struct bgw_address *receiver, uint8_t key[NEGOTIATION_KEY_BYTES])
{
	return derive(secret, NULL, 0, "bgw negotiation 1 hello", sender, receiver, key);
}

static int derive_of_nonces(const struct negotiation_secret *secret, const char *purpose,
			    const struct bgw_address *sender, uint64_t sender_nonce,
			    const struct bgw_address *receiver, uint64_t receiver_nonce,
			    uint8_t *key)
{
	uint8_t from[ADDRESS_BYTES], to[ADDRESS_BYTES], salt[16];
	bool sender_is_lower;

	put_address(from, sender);
	put_address(to, receiver);
	sender_is_lower = memcmp(from, to, ADDRESS_BYTES) < 0;
	put_64(salt, sender_is_lower ? sender_nonce : receiver_nonce);
	put_64(salt + 8, sender_is_lower ? receiver_nonce : sender_nonce);
	return derive(secret, salt, sizeof(salt), purpose, sender, receiver, key);
}

int negotiation_key_session(const struct negotiation_secret *secret,
			    const struct bgw_address *sender, uint64_t sender_nonce,
			    const struct bgw_address *receiver, uint64_t receiver_nonce,
			    uint8_t key[NEGOTIATION_KEY_BYTES])
{
	return derive_of_nonces(secret, "bgw negotiation 1 session", sender, sender_nonce, receiver,
				receiver_nonce, key);
}

int negotiation_key_call(const struct negotiation_secret *secret, const struct bgw_address *sender,
			 uint64_t sender_nonce, const struct bgw_address *receiver,
			 uint64_t receiver_nonce, uint8_t key[NEGOTIATION_KEY_BYTES])
{
	return derive_of_nonces(secret, "bgw negotiation 1 call", sender, sender_nonce, receiver,
				receiver_nonce, key);
}
