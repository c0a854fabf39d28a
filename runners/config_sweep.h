/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One sweep of a config. Only config.c has a use for this. */
#ifndef IOTOLL_CONFIG_SWEEP_H
#define IOTOLL_CONFIG_SWEEP_H

#include "common/field.h"
#include "runners/config.h"

/* Read a sweep; config's targets must have been read before. 0, or -1 with an error; free the sweep
 * either way. */
int config_sweep_read(struct sweep *sweep, const struct field *field, const struct config *config,
                      const struct catalogue *catalogue, struct error *error);
void config_sweep_free(struct sweep *sweep);

#endif
