/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which points a claim puts side by side. */
#include <stdlib.h>
#include <string.h>

#include "analysis/claims.h"
#include "common/selector.h"

enum { PAIRS_MAX = 4096 };

static bool says(const json_t *of, const json_t *to, const char *name)
{
    return selector_mentions(of, name) || selector_mentions(to, name);
}

static bool is_none(const struct point *point, const struct point_field *field)
{
    const char *place = (const char *)point + field->offset;

    return field->is_text ? !*place || !strcmp(place, "none") : *(const uint64_t *)place == 0;
}

static bool same(const struct point *a, const struct point *b, const struct point_field *field)
{
    const char *left = (const char *)a + field->offset, *right = (const char *)b + field->offset;

    return field->is_text ? !strcmp(left, right) : *(const uint64_t *)left == *(const uint64_t *)right;
}

/* What follows from a field that the claim speaks of: the number of files from their size, the memory
 * from the cache state, a copy's destination from its source. */
static bool follows(const json_t *of, const json_t *to, const struct point *a, const struct point *b,
                    const char *name)
{
    if (!strcmp(name, "files"))
        return says(of, to, "file_size_bytes");
    if (!strcmp(name, "pressure_percent"))
        return says(of, to, "cache");
    if (!strcmp(name, "destination"))
        return says(of, to, "source") && !strcmp(a->source, a->destination) &&
               !strcmp(b->source, b->destination);
    return false;
}

/* Alike in all that the claim does not speak of. An axis that one of two methods has not is no difference; a
 * hint is one. */
static bool comparable(const json_t *of, const json_t *to, const struct point *a, const struct point *b)
{
    for (size_t i = 0; i < point_field_count; i++) {
        const struct point_field *field = &point_fields[i];
        bool lacking = (is_none(a, field) || is_none(b, field)) &&
                       ((field->is_axis && strcmp(field->name, "policy")) || says(of, to, "task"));
        if (!same(a, b, field) && !lacking && !says(of, to, field->name) &&
            !follows(of, to, a, b, field->name))
            return false;
    }
    return true;
}

/* Unlike in nothing but `over` and what follows from it. */
static bool next_of(const struct point *a, const struct point *b, const char *over)
{
    for (size_t i = 0; i < point_field_count; i++) {
        const char *name = point_fields[i].name;
        bool free = !strcmp(name, over) || (!strcmp(over, "file_size_bytes") && !strcmp(name, "files"));
        if (!free && !same(a, b, &point_fields[i]))
            return false;
    }
    return true;
}

static uint64_t value_of(const struct point *point, const char *over)
{
    for (size_t i = 0; i < point_field_count; i++)
        if (!strcmp(point_fields[i].name, over))
            return *(const uint64_t *)((const char *)point + point_fields[i].offset);
    return 0;
}

/* Bring together what differs in `over` only, by its value; bubbling keeps the order of all else. */
static void order_series(const struct run *run, size_t (*pairs)[2], size_t count, const char *over)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1, next = i + 1; j < count; j++) {
            const struct point *a = &run->points[pairs[i][0]].point, *b = &run->points[pairs[j][0]].point;
            const struct point *c = &run->points[pairs[i][1]].point, *d = &run->points[pairs[j][1]].point;
            if (!next_of(a, b, over) || !next_of(c, d, over))
                continue;
            size_t moved[2] = {pairs[j][0], pairs[j][1]};
            memmove(pairs + next + 1, pairs + next, (j - next) * sizeof *pairs);
            memcpy(pairs[next], moved, sizeof moved);
            for (size_t k = next++; k > i && value_of(&run->points[pairs[k][0]].point, over) <
                                                 value_of(&run->points[pairs[k - 1][0]].point, over); k--) {
                memcpy(moved, pairs[k], sizeof moved);
                memcpy(pairs[k], pairs[k - 1], sizeof moved);
                memcpy(pairs[k - 1], moved, sizeof moved);
            }
        }
}

bool claims_same_series(const struct summary *summary, const size_t a[2], const size_t b[2],
                        const char *over)
{
    const struct run_point *points = summary->run->points;

    return next_of(&points[a[0]].point, &points[b[0]].point, over) &&
           next_of(&points[a[1]].point, &points[b[1]].point, over);
}

static size_t list_matching(const struct summary *summary, const json_t *where, const json_t *side,
                            size_t *list)
{
    const struct run *run = summary->run;
    const struct selector_targets targets = {load_value(run, "config.targets"), load_value(run, "targets")};
    size_t count = 0;

    for (size_t i = 0; i < run->point_count; i++)
        if (run->points[i].point.replica == 0 && selector_matches(where, &run->points[i].point, &targets) &&
            selector_matches(side, &run->points[i].point, &targets))
            list[count++] = i;
    return count;
}

long claims_pairs(const struct summary *summary, const json_t *where, const json_t *of, const json_t *to,
                  const char *over, size_t (**pairs)[2])
{
    const struct run *run = summary->run;
    size_t *left = calloc(2 * run->point_count + 1, sizeof *left), *right = left ? left + run->point_count : NULL;
    size_t lefts, rights, count = 0;

    *pairs = calloc(PAIRS_MAX, sizeof **pairs);
    if (!left || !*pairs) {
        free(left);
        free(*pairs);
        *pairs = NULL;
        return -1;
    }
    lefts = list_matching(summary, where, of, left);
    rights = to ? list_matching(summary, where, to, right) : 0;
    for (size_t i = 0; i < lefts && !to && count < PAIRS_MAX; i++) {
        (*pairs)[count][0] = (*pairs)[count][1] = left[i];
        count++;
    }
    for (size_t i = 0; i < lefts; i++)
        for (size_t j = 0; j < rights && count < PAIRS_MAX; j++)
            if (left[i] != right[j] &&
                comparable(of, to, &run->points[left[i]].point, &run->points[right[j]].point)) {
                (*pairs)[count][0] = left[i];
                (*pairs)[count++][1] = right[j];
            }
    if (over)
        order_series(run, *pairs, count, over);
    free(left);
    return (long)count;
}
