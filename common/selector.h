/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which points are meant, as JSON that is interpreted in place. Keys are those of a config's sweep:
 * {"task": "copy", "cache": ["warm", "cold"], "file_size": {"at_least": "1M"},
 *  "policy": {"not": "none"}, "source": {"type": "tmpfs"}}. All of them must fit. */
#ifndef IOTOLL_SELECTOR_H
#define IOTOLL_SELECTOR_H

#include <stdbool.h>

#include "common/field.h"
#include "common/point.h"

/* What a run says of its targets, by name: as the config has them, and as they were found. Both may
 * be NULL. */
struct selector_targets {
    const json_t *configured, *found;
};

/* 0 if the field is a selector, else -1. */
int selector_check(const struct field *field, struct error *error);

/* selector has passed selector_check, or is NULL, which fits every point. */
bool selector_matches(const json_t *selector, const struct point *point,
                      const struct selector_targets *targets);

/* Does the selector say anything of the point's field of this name ("file_size_bytes")? */
bool selector_mentions(const json_t *selector, const char *field_name);

/* The name of the point's field that a key stands for, or NULL. */
const char *selector_field_name(const char *key);

/* The keys, ending in NULL. */
extern const char *const selector_keys[];

#endif
