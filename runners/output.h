/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line a method prints, read strictly: a method may be anybody's. */
#ifndef IOTOLL_RUNNERS_OUTPUT_H
#define IOTOLL_RUNNERS_OUTPUT_H

#include <stdbool.h>

#include <jansson.h>

#include "common/error.h"

/* Parse one JSON object with every field of a trial (docs/formats.md) and of the right type; with
 * verify_only only bytes and digest, with no_verify all but digest; counts only, and always, of a
 * counted one. A new reference, or NULL with an error. */
enum output_kind { OUTPUT_WHOLE, OUTPUT_NO_VERIFY, OUTPUT_VERIFY_ONLY, OUTPUT_COUNTED };
json_t *output_parse(const char *text, enum output_kind kind, struct error *error);

/* Set every field of a trial to what the output says, or to null where output is NULL. */
void output_copy(const json_t *output, json_t *record);

#endif
