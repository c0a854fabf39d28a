/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A point: one combination of task, method, targets, cache state and axes. It is what the plan
 * lists, what a trial measures, and what a row of the summary is about. */
#ifndef IOTOLL_POINT_H
#define IOTOLL_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/error.h"

enum { POINT_NAME_SIZE = 32 };

struct point {
    char task[POINT_NAME_SIZE];
    char method[POINT_NAME_SIZE];
    char runner[POINT_NAME_SIZE];      /* inprocess, hyperfine */
    char source[POINT_NAME_SIZE];      /* target names; "" where the task has none */
    char destination[POINT_NAME_SIZE];
    char cache[POINT_NAME_SIZE];       /* of axes_caches; "none" without a source file */
    char policy[POINT_NAME_SIZE];      /* "none" where the method obeys none */
    char alignment[POINT_NAME_SIZE];   /* of the buffer; "none" where the method has none */
    char consumption[POINT_NAME_SIZE]; /* "none" where the task consumes nothing */
    char durability[POINT_NAME_SIZE];  /* "none" where nothing is written */
    char destination_state[POINT_NAME_SIZE]; /* fresh, overwrite; "none" where no file is created */
    char distribution[POINT_NAME_SIZE]; /* uniform, zipf; "none" where nothing is random */
    char offsets[POINT_NAME_SIZE];      /* aligned, unaligned; "none" likewise */
    uint64_t file_size_bytes;          /* S, the size of one file */
    uint64_t files;                    /* files in the set that a trial works through */
    uint64_t block_size_bytes;         /* B, 0 where the method obeys none */
    uint64_t buffers;                  /* N, 0 where the method obeys none */
    uint64_t threads;                  /* T, at least 1 */
    uint64_t operations;               /* of a random task, a cycle; else 0 */
    uint64_t compute_ns_per_kib;       /* work of the consumer beside its reading */
    uint64_t pressure_percent;         /* pressured: memory for the trial, of the set's bytes; else 0 */
};

/* The fields above by name, for code that must treat them alike. */
struct point_field {
    const char *name;
    size_t offset;
    bool is_text; /* char[POINT_NAME_SIZE], else uint64_t */
    bool is_axis; /* may differ between the members of a comparison group: method, policy, alignment, B, N */
};
extern const struct point_field point_fields[];
extern const size_t point_field_count;

/* Total order over all fields (for qsort and bsearch), in which comparison groups are contiguous, and
 * over those that make a comparison group. */
int point_compare(const void *a, const void *b);
int point_compare_group(const void *a, const void *b);

/* Does the field tell comparison groups apart? All that are no axis do; so does B where it is the size of
 * a record, since a lookup of 100 bytes is not another way to look up 4 KiB. */
bool point_field_is_group(const struct point *point, const struct point_field *field);

/* Bytes that one cycle moves: files * S, or operations * B. */
uint64_t point_cycle_bytes(const struct point *point);

/* Memory that a pressured point's trial gets, page cache included; 0 if it is not pressured. */
uint64_t point_memory_limit(const struct point *point);

/* Add the fields to object (borrowed). 0, or -1 when out of memory. */
int point_to_json(const struct point *point, json_t *object);

/* Read the fields from object; unknown keys are left alone. 0, or -1 with an error that names the field. */
int point_from_json(const json_t *object, struct point *point, struct error *error);

/* "copy/mmb disk→tmpfs cold S=64M B=256K N=2 populate"; returns buffer. */
const char *point_label(const struct point *point, char *buffer, size_t size);

#endif
