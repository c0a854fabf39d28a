/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The methods of a sweep and the axes that they obey. Only config_sweep.c has a use for this. */
#ifndef IOTOLL_CONFIG_METHODS_H
#define IOTOLL_CONFIG_METHODS_H

#include "common/field.h"
#include "runners/config.h"

/* Read "methods" of a sweep whose task and own axes have been read. Also fills the sweep's own
 * block_sizes. 0, or -1 with an error; what was allocated is in the sweep either way. */
int config_methods_read(struct sweep *sweep, const struct field *field,
                        const struct catalogue *catalogue, struct error *error);

#endif
