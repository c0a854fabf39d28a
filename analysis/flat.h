/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One flat JSON object on a line, by known keys. Journals are long and their lines all alike: plain
 * lines are scanned in place, and any line with something unusual in it is left to jansson to
 * judge. Keys that nobody asked for are learned from it, with the order in which keys come, so that the
 * next such line is plain. */
#ifndef IOTOLL_FLAT_H
#define IOTOLL_FLAT_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/error.h"

enum flat_kind {
    FLAT_MISSING,
    FLAT_NULL,
    FLAT_TRUE,
    FLAT_FALSE,
    FLAT_INTEGER,
    FLAT_TEXT,
    FLAT_OTHER, /* a real, an array, an object */
};

struct flat_value {
    enum flat_kind kind;
    int64_t integer;
    const char *text; /* not terminated */
    size_t length;
};

enum { FLAT_LEARNED_MAX = 128 };

struct flat {
    const char *const *keys; /* borrowed */
    size_t count;
    char *learned[FLAT_LEARNED_MAX]; /* further keys, whose numbers go on from count */
    size_t learned_count;
    size_t *next;              /* the key that followed this one last time; the last entry: the first key */
    struct flat_value *values; /* one a key; valid until the next parse; owned */
    json_t *object;            /* what jansson made of the last line, or NULL */
};

/* 0, or -1 when out of memory. */
int flat_open(struct flat *flat, const char *const *keys, size_t count);
void flat_close(struct flat *flat);

/* Parse the line: strict JSON, no duplicate keys. Texts point into it or into flat. 0, or -1. */
int flat_parse(struct flat *flat, const char *line, size_t length, struct error *error);

#endif
