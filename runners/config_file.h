/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A JSON file that a person wrote. */
#ifndef IOTOLL_CONFIG_FILE_H
#define IOTOLL_CONFIG_FILE_H

#include <jansson.h>

#include "common/error.h"

/* The file's JSON, without duplicate keys; the caller releases it. NULL and an error: `wrong` is what
 * a file of more than 1 MiB surely is ("no config"), `hint` a path to try where there is none. */
json_t *config_file_read(const char *path, const char *wrong, const char *hint, struct error *error);

#endif
