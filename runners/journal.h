/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trials.jsonl: one line a trial, appended and synced as it ends, never rewritten; the truth. */
#ifndef IOTOLL_JOURNAL_H
#define IOTOLL_JOURNAL_H

#include <stdint.h>

#include <jansson.h>

#include "common/error.h"

struct journal {
    char path[1024];
    int fd;
};

/* Open DIR/trials.jsonl for appending, creating it if need be. A last line without its newline was torn
 * by a crash and is cut off; a damaged line (common/seal.h) and all after it are moved to
 * trials.jsonl.damaged; both with a word on stderr. 0 or -1. */
int journal_open(struct journal *journal, const char *directory, struct error *error);

/* The same of another file there, kept in the same way: counts.jsonl, profiles.jsonl. */
int journal_open_beside(struct journal *journal, const char *directory, const char *name, struct error *error);

/* Append the record, whose first member is "schema": SEAL_SCHEMA, as one sealed line and sync
 * it. When that fails (no space, say) the file is cut back to what it was, so that no half line stands
 * before a later whole one. 0 or -1. */
int journal_append(struct journal *journal, const json_t *record, struct error *error);
void journal_close(struct journal *journal);

/* Call visit for every line, in order. 0, or -1: unreadable, or a line that is damaged or no JSON object; it
 * is named. */
int journal_each(const char *directory, void (*visit)(const json_t *record, void *context), void *context,
                 struct error *error);

/* The same of another file; one that is not there has no lines. */
int journal_each_beside(const char *directory, const char *name,
                        void (*visit)(const json_t *record, void *context), void *context, struct error *error);

#endif
