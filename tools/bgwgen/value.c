/* SPDX-License-Identifier: BSD-3-Clause */
#include "value.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	double factor;
};

/* A number that begins with a digit, and a unit of the list. */
static bool number_with_unit(const char *text, const struct unit *units, double *value)
{
	char *end;
	double number;

	if (!isdigit((unsigned char)text[0]))
		return false;
	/* strtod() knows hexadecimal numbers too. */
	if (strspn(text, "0123456789.") != strcspn(text, "kKMGumns%"))
		return false;
	number = strtod(text, &end);
	for (; units->name != NULL; units++)
		if (strcmp(end, units->name) == 0) {
			*value = number * units->factor;
			return isfinite(*value);
		}
	return false;
}

bool value_rate(const char *text, double *rate)
{
	static const struct unit units[] = {{"", 1},	{"k", 1e3}, {"K", 1e3},
					    {"M", 1e6}, {"G", 1e9}, {NULL, 0}};

	return number_with_unit(text, units, rate);
}

bool value_count(const char *text, uint64_t *count)
{
	double number;

	if (!value_rate(text, &number) || number > 1e15)
		return false;
	/* 1.1k is not whole in binary. */
	if (fabs(number - round(number)) > 1e-6)
		return false;
	*count = (uint64_t)llround(number);
	return true;
}

bool value_duration(const char *text, uint64_t *ns)
{
	static const struct unit units[] = {{"", 1e9},	 {"s", 1e9},  {"ms", 1e6}, {"us", 1e3},
					    {"ns", 1e0}, {"m", 6e10}, {NULL, 0}};
	double number;

	if (!number_with_unit(text, units, &number) || number > 1e15)
		return false;
	*ns = (uint64_t)llround(number);
	return true;
}

bool value_percent(const char *text, double *ratio)
{
	static const struct unit units[] = {{"", 1e-2}, {"%", 1e-2}, {NULL, 0}};
	double number;

	if (!number_with_unit(text, units, &number) || number > 1)
		return false;
	*ratio = number;
	return true;
}

bool value_mac(const char *text, struct rte_ether_addr *mac)
{
	uint8_t bytes[RTE_ETHER_ADDR_LEN];

	for (int i = 0; i < RTE_ETHER_ADDR_LEN; i++) {
		char digits[3] = {0};

		if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]))
			return false;
		memcpy(digits, text, 2);
		bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
		if (text[2] != (i == RTE_ETHER_ADDR_LEN - 1 ? '\0' : ':'))
			return false;
		text += 3;
	}
	memcpy(mac->addr_bytes, bytes, sizeof(bytes));
	return true;
}

bool value_ipv4(const char *text, rte_be32_t *address)
{
	struct in_addr parsed;

	if (inet_pton(AF_INET, text, &parsed) != 1 || parsed.s_addr == 0)
		return false;
	*address = parsed.s_addr;
	return true;
}

static bool digits_to(const char **text, uint32_t max, uint32_t *value)
{
	uint64_t number = 0;

	if (!isdigit((unsigned char)**text))
		return false;
	for (; isdigit((unsigned char)**text); (*text)++) {
		number = number * 10 + (uint64_t)(**text - '0');
		if (number > max)
			return false;
	}
	*value = (uint32_t)number;
	return true;
}

bool value_range(const char *text, uint32_t min, uint32_t max, struct frame_range *range)
{
	uint32_t first, last;

	if (!digits_to(&text, max, &first))
		return false;
	last = first;
	if (*text == '-') {
		text++;
		if (!digits_to(&text, max, &last))
			return false;
	}
	if (*text != '\0' || first < min || last < first)
		return false;
	*range = (struct frame_range){first, last - first + 1};
	return true;
}

char *value_part(char **text, char separator)
{
	char *part = *text;
	char *end;

	if (part == NULL)
		return NULL;
	end = strchr(part, separator);
	if (end != NULL)
		*end++ = '\0';
	*text = end;
	return part;
}
