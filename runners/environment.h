/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a result is a result of: machine, kernel, settings, and how this program was built. */
#ifndef IOTOLL_ENVIRONMENT_H
#define IOTOLL_ENVIRONMENT_H

#include <jansson.h>

/* New references; fields that this machine does not tell are null. docs/formats.md lists them. */
json_t *environment_describe(void);
json_t *environment_build(void);

/* "2026-01-31T12:00:00Z" */
const char *environment_utc_now(char buffer[24]);

#endif
