/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The argument vector of a method program, from a point and where its bytes are. */
#ifndef IOTOLL_ARGUMENTS_H
#define IOTOLL_ARGUMENTS_H

#include <stdbool.h>

#include "runners/dataset.h"
#include "runners/plan.h"

enum { ARGUMENTS_MAX = 64 };

struct arguments {
    char *items[ARGUMENTS_MAX]; /* owned, NULL-terminated: argv */
    size_t count;
    bool failed;                /* out of memory or of places */
};

/* Append a formatted argument. */
void arguments_add(struct arguments *arguments, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Between what a point moves its bytes; NULL where it has no such place. */
struct arguments_places {
    const struct target *source, *destination;
    const struct dataset *set; /* on the source, if that is a file target */
};

/* The program and every option that describes the point. */
void arguments_for_point(struct arguments *arguments, const struct plan_point *point,
                         const struct arguments_places *places);

/* All items as one line that a shell, or hyperfine -N, splits into the same items again. The caller
 * frees; NULL when out of memory. */
char *arguments_quoted(const struct arguments *arguments);
void arguments_free(struct arguments *arguments);

/* Where copies on a target go; the caller frees, NULL when out of memory. */
char *arguments_copy_directory(const struct target *destination);

#endif
