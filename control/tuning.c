/* SPDX-License-Identifier: BSD-3-Clause */
#include "tuning.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bgw/why.h>

#include "install.h"

#define OVERRIDE      "/etc/bgw/drivers.conf"
#define NAME_SIZE     96
#define FILE_MAX_SIZE 65536

struct section {
	struct section *next;
	char name[NAME_SIZE];
	struct tuning_values values;
};

struct tuning {
	struct section *sections;
};

static const struct {
	const char *name;
	size_t offset;
	unsigned long min;
	unsigned long max;
} keys[] = {
	{"rx_desc", offsetof(struct tuning_values, rx_desc), 64, 16384},
	{"tx_desc", offsetof(struct tuning_values, tx_desc), 64, 16384},
	{"rx_queues", offsetof(struct tuning_values, rx_queues), 1, 64},
	{"tx_queues", offsetof(struct tuning_values, tx_queues), 1, 64},
};

struct tuning *tuning_create(void)
{
	return calloc(1, sizeof(struct tuning));
}

void tuning_destroy(struct tuning *tuning)
{
	if (tuning == NULL)
		return;
	while (tuning->sections != NULL) {
		struct section *next = tuning->sections->next;

		free(tuning->sections);
		tuning->sections = next;
	}
	free(tuning);
}

static struct section *section_find(const struct tuning *tuning, const char *name)
{
	struct section *section = tuning->sections;

	while (section != NULL && strcmp(section->name, name) != 0)
		section = section->next;
	return section;
}

static struct section *section_get(struct tuning *tuning, const char *name)
{
	struct section *section = section_find(tuning, name);

	if (section != NULL)
		return section;
	section = calloc(1, sizeof(*section));
	if (section == NULL)
		return NULL;
	snprintf(section->name, sizeof(section->name), "%s", name);
	section->next = tuning->sections;
	tuning->sections = section;
	return section;
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* Where a mistake is, for the operator's sentence. */
struct place {
	const char *origin;
	unsigned int line;
	char *why;
	size_t why_size;
};

static int key_set(struct tuning_values *values, const char *key, const char *value,
		   const struct place *place)
{
	char *end;

	if (strcmp(key, "devargs") == 0) {
		if (strlen(value) >= sizeof(values->devargs))
			return bgw_refuse(place->why, place->why_size, EINVAL,
					  "%s:%u: devargs is longer than %zu characters",
					  place->origin, place->line, sizeof(values->devargs) - 1);
		strcpy(values->devargs, value);
		return 0;
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		unsigned long number;

		if (strcmp(key, keys[i].name) != 0)
			continue;
		number = strtoul(value, &end, 10);
		if (!isdigit((unsigned char)value[0]) || *end != '\0' || number < keys[i].min ||
		    number > keys[i].max)
			return bgw_refuse(place->why, place->why_size, EINVAL,
					  "%s:%u: %s must be %lu to %lu, and is \"%s\"",
					  place->origin, place->line, key, keys[i].min, keys[i].max,
					  value);
		*(uint16_t *)(void *)((char *)values + keys[i].offset) = (uint16_t)number;
		return 0;
	}
	return bgw_refuse(place->why, place->why_size, EINVAL,
			  "%s:%u: there is no key \"%s\": rx_desc, tx_desc, rx_queues, tx_queues "
			  "and devargs are",
			  place->origin, place->line, key);
}

static int line_parse(struct tuning *tuning, struct section **section, char *line,
		      const struct place *place)
{
	char *equals;

	line = trim(line);
	if (line[0] == '\0' || line[0] == '#')
		return 0;
	if (line[0] == '[') {
		char *end = strchr(line, ']');

		if (end == NULL || end[1] != '\0' || end - line >= NAME_SIZE)
			return bgw_refuse(place->why, place->why_size, EINVAL,
					  "%s:%u: a section is a name in brackets", place->origin,
					  place->line);
		*end = '\0';
		*section = section_get(tuning, trim(line + 1));
		return *section != NULL ? 0
					: bgw_refuse(place->why, place->why_size, ENOMEM,
						     "no memory for %s", place->origin);
	}
	equals = strchr(line, '=');
	if (*section == NULL || equals == NULL)
		return bgw_refuse(place->why, place->why_size, EINVAL,
				  "%s:%u: a line is \"key = value\" within a section",
				  place->origin, place->line);
	*equals = '\0';
	return key_set(&(*section)->values, trim(line), trim(equals + 1), place);
}

int tuning_parse(struct tuning *tuning, const char *text, const char *origin, char *why,
		 size_t why_size)
{
	struct place place = {.origin = origin, .why = why, .why_size = why_size};
	struct section *section = NULL;
	char *copy = strdup(text);
	char *rest = copy;
	char *line;
	int ret = 0;

	if (copy == NULL)
		return bgw_refuse(why, why_size, ENOMEM, "no memory for %s", origin);
	while (ret == 0 && (line = strsep(&rest, "\n")) != NULL) {
		place.line++;
		ret = line_parse(tuning, &section, line, &place);
	}
	free(copy);
	return ret;
}

static int file_parse(struct tuning *tuning, const char *path, char *why, size_t why_size)
{
	char *text = calloc(1, FILE_MAX_SIZE);
	FILE *file = fopen(path, "re");
	size_t length;
	int ret;

	if (text == NULL || file == NULL) {
		ret = text == NULL ? -ENOMEM : -errno;
		bgw_refuse(why, why_size, -ret, "%s cannot be read: %s", path, strerror(-ret));
	} else {
		length = fread(text, 1, FILE_MAX_SIZE - 1, file);
		ret = length == FILE_MAX_SIZE - 1
			      ? bgw_refuse(why, why_size, EFBIG, "%s is larger than %d bytes", path,
					   FILE_MAX_SIZE - 2)
			      : tuning_parse(tuning, text, path, why, why_size);
	}
	if (file != NULL)
		fclose(file);
	free(text);
	return ret;
}

struct tuning *tuning_load(char *why, size_t why_size)
{
	struct tuning *tuning = tuning_create();
	char path[PATH_MAX];
	int ret;

	if (tuning == NULL) {
		errno = -bgw_refuse(why, why_size, ENOMEM, "no memory for the driver tuning");
		return NULL;
	}
	ret = install_find("drivers.conf", path, sizeof(path), why, why_size);
	if (ret == 0)
		ret = file_parse(tuning, path, why, why_size);
	if (ret == 0) {
		ret = file_parse(tuning, OVERRIDE, why, why_size);
		ret = ret == -ENOENT ? 0 : ret;
	}
	if (ret < 0) {
		tuning_destroy(tuning);
		errno = -ret;
		return NULL;
	}
	return tuning;
}

static void values_merge(struct tuning_values *values, const struct section *section)
{
	if (section == NULL)
		return;
	values->rx_desc = values->rx_desc ?: section->values.rx_desc;
	values->tx_desc = values->tx_desc ?: section->values.tx_desc;
	values->rx_queues = values->rx_queues ?: section->values.rx_queues;
	values->tx_queues = values->tx_queues ?: section->values.tx_queues;
	if (values->devargs[0] == '\0')
		strcpy(values->devargs, section->values.devargs);
}

void tuning_find(const struct tuning *tuning, const char *kind, const char *particular,
		 struct tuning_values *values)
{
	char name[NAME_SIZE];

	*values = (struct tuning_values){0};
	if (particular[0] != '\0') {
		snprintf(name, sizeof(name), "%s %s", kind, particular);
		values_merge(values, section_find(tuning, name));
	}
	values_merge(values, section_find(tuning, kind));
	values_merge(values, section_find(tuning, "default"));
}

static unsigned int pci_id_read(const char *device, const char *what)
{
	char path[64 + BGW_PORT_DEVICE_SIZE];
	unsigned int id = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", device, what);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%x", &id) != 1)
		id = 0;
	fclose(file);
	return id;
}

/* "8086:1572" for pci, "net_pcap" for vdev. */
static void particular_of(const struct bgw_port_config *port, char *text, size_t size)
{
	text[0] = '\0';
	if (strcmp(port->driver, "pci") == 0)
		snprintf(text, size, "%04x:%04x", pci_id_read(port->device, "vendor"),
			 pci_id_read(port->device, "device"));
	else if (strcmp(port->driver, "vdev") == 0)
		snprintf(text, size, "%.*s", (int)strcspn(port->devargs, ",0123456789"),
			 port->devargs);
}

void tuning_apply(const struct tuning *tuning, struct bgw_port_config *port)
{
	struct tuning_values values;
	char particular[64];
	size_t length = strlen(port->devargs);

	particular_of(port, particular, sizeof(particular));
	tuning_find(tuning, port->driver, particular, &values);
	port->rx_desc = port->rx_desc ?: values.rx_desc;
	port->tx_desc = port->tx_desc ?: values.tx_desc;
	port->rx_queues = port->rx_queues ?: values.rx_queues;
	port->tx_queues = port->tx_queues ?: values.tx_queues;
	/* The operator's own arguments come last, where most drivers let them win. */
	if (values.devargs[0] != '\0' && strcmp(port->driver, "vdev") != 0 &&
	    length + strlen(values.devargs) + 2 <= sizeof(port->devargs)) {
		char both[sizeof(port->devargs) + sizeof(values.devargs)];

		snprintf(both, sizeof(both), "%s%s%s", values.devargs, length > 0 ? "," : "",
			 port->devargs);
		memcpy(port->devargs, both, strlen(both) + 1);
	}
}
