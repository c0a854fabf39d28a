/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A JSON value together with the way to it, so that whoever finds it wrong can say where it stands:
 * `configs/x.json: sweeps[2].block_size: "64Q" is not a size (try "64K")`. */
#ifndef IOTOLL_FIELD_H
#define IOTOLL_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/error.h"

/* Lives on the stack of whoever reads the value; parents must outlive their children. */
struct field {
    const struct field *parent; /* NULL for the document itself */
    const char *key;            /* the document: its file's path; NULL for an element of an array */
    size_t index;               /* of that element */
    json_t *value;              /* borrowed; NULL if it was not given */
};

enum field_type { FIELD_SIZE, FIELD_DURATION, FIELD_COUNT, FIELD_PERCENT, FIELD_NAME };

/* What a scalar may be. Sizes are read to bytes, durations to ns, "3%" to 30000 parts in a
 * million, a name to its index. */
struct field_rule {
    enum field_type type;
    const char *what;          /* "a size": "X is not a size" */
    const char *example;       /* as JSON, "\"64K\""; unused for names, which are all listed */
    uint64_t minimum, maximum; /* both included; unused for names */
    const char *const *names;  /* ends in NULL */
};

struct field field_root(const char *path, json_t *value);
struct field field_member(const struct field *object, const char *key);
struct field field_element(const struct field *array, size_t index);

/* The error `<file>: <path>: <message>`, always -1. field_refuse puts the value itself before the
 * message. */
int field_error(const struct field *field, struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int field_refuse(const struct field *field, struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#ifdef __clang_analyzer__ /* see common/error.h */
#define field_error(...) (field_error(__VA_ARGS__), -1)
#define field_refuse(...) (field_refuse(__VA_ARGS__), -1)
#endif

/* 0 if the field is an object with no keys but these (NULL ends the list), else -1. */
int field_check_object(const struct field *field, const char *const *keys, struct error *error);

/* 0 if the field is an array of 1 to FIELD_LIST_MAX elements, else -1. what and example are for the
 * message: "a list of sweeps", "[{...}]". */
enum { FIELD_LIST_MAX = 1024 };
int field_check_list(const struct field *field, const char *what, const char *example,
                     struct error *error);

/* Read one value; a field that was not given is an error. 0 or -1. */
int field_read(const struct field *field, const struct field_rule *rule, uint64_t *value,
               struct error *error);

/* Leave *value alone if the field was not given. 0 or -1. */
int field_read_optional(const struct field *field, const struct field_rule *rule, uint64_t *value,
                        struct error *error);

/* Read one value or an array of distinct ones. 0 or -1; the caller frees *values. */
int field_read_list(const struct field *field, const struct field_rule *rule, uint64_t **values,
                    size_t *count, struct error *error);

/* A copy of a string that is not empty unless may_be_empty; the caller frees. NULL and an error if
 * it is none. */
char *field_copy_text(const struct field *field, const char *example, bool may_be_empty,
                      struct error *error);

#endif
