/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The claims of a config: files, directories of files, or claims written into the config itself. */
#ifndef IOTOLL_CONFIG_CLAIMS_H
#define IOTOLL_CONFIG_CLAIMS_H

#include "common/field.h"
#include "runners/catalogue.h"

/* Replace what config.claims names by the claims that stand there, so that a run keeps them whole.
 * Files are relative to the config at path. 0, or -1 with an error that names file and field. */
int config_claims_resolve(json_t *config, const char *path, struct error *error);

/* Check claims that are resolved: each is one, its id is its own, its methods exist. 0 or -1. */
int config_claims_check(const struct field *root, const struct catalogue *catalogue, struct error *error);

#endif
