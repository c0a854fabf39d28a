/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run that goes on after another boot: run.json's boots. */
#ifndef IOTOLL_BOOTS_H
#define IOTOLL_BOOTS_H

#include <stdint.h>

#include <jansson.h>

#include "common/error.h"

/* The boots of a run (root is its run.json), of which one that was never continued lists none. A
 * new reference. */
json_t *boots_of_run(const json_t *root);

/* The id of the last one, borrowed; and its first block. */
const char *boots_last_id(const json_t *boots);
uint64_t boots_first_block(const json_t *boots);

/* Add this boot, described by `now`, to boots; its blocks follow the last one in the journal in
 * directory. 0, or -1: it is of a boot that the run has, or machine, kernel or settings are not
 * those of `before`, the run's environment. */
int boots_add(json_t *boots, const json_t *before, const json_t *now, const char *directory,
              struct error *error);

#endif
