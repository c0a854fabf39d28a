/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare.h"
#include "analysis/lanes.h"
#include "analysis/merge.h"

static int refuse_machine(const struct run *base, const struct run *run, struct error *error)
{
    char why[512];

    if (!facts_different_machines(base, run, why, sizeof why))
        return 0;
    for (char *at = why; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = '?';
    return error_set(error,
                     "%s: not of the machine that %s is of (%s); --different-machines compares "
                     "them all the same",
                     run->directory, base->directory, why);
}

/* The side the run belongs to: that of its kernel and settings, else a new one. */
static struct side *side_of(struct compare *compare, const struct facts *facts, bool alike)
{
    if (alike && compare->side_count > 0) /* nothing differs: the first against all others */
        return &compare->sides[compare->side_count < 2 ? compare->side_count++ : 1];
    for (size_t i = 0; i < compare->side_count; i++)
        if (!facts_first_difference(&compare->sides[i].facts, facts))
            return &compare->sides[i];
    return &compare->sides[compare->side_count++];
}

static int join(struct side *side, struct run *run, struct facts *facts, struct error *error)
{
    if (side->runs++ == 0) {
        side->run = *run;
        side->facts = *facts;
        *run = (struct run){0};
        *facts = (struct facts){0};
        return 0;
    }
    return merge_runs(&side->run, run, error);
}

static bool all_alike(const struct facts *facts, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (facts_first_difference(&facts[0], &facts[i]))
            return false;
    return true;
}

static int sort_into_sides(struct compare *compare, struct run *runs, struct facts *facts,
                           size_t count, struct error *error)
{
    bool alike = all_alike(facts, count);

    for (size_t i = 0; i < count; i++)
        if (join(side_of(compare, &facts[i], alike), &runs[i], &facts[i], error) < 0)
            return -1;
    return 0;
}

static int refuse_twice(char *const *directories, size_t count, struct error *error)
{
    char first[PATH_MAX], second[PATH_MAX];

    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (realpath(directories[i], first) && realpath(directories[j], second) &&
                !strcmp(first, second))
                return error_set(error, "%s: is given twice", directories[j]);
    return 0;
}

static int load_all(struct run *runs, struct facts *facts, char *const *directories, size_t count,
                    unsigned allowed, struct error *error)
{
    if (refuse_twice(directories, count, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (load_run(&runs[i], directories[i], error) < 0)
            return -1;
        if (!(allowed & COMPARE_OTHER_LANES) && lanes_refuse(&runs[0], &runs[i], error) < 0)
            return -1;
        if (!(allowed & COMPARE_OTHER_MACHINES) && refuse_machine(&runs[0], &runs[i], error) < 0)
            return -1;
        if (facts_read(&facts[i], &runs[i]) < 0)
            return error_set(error, "out of memory");
    }
    return 0;
}

static bool same_kernels(const struct compare *compare)
{
    for (size_t i = 0; i < compare->side_count; i++)
        for (size_t j = 0; j < i; j++)
            if (!strcmp(load_text(&compare->sides[i].run, "environment.kernel"),
                        load_text(&compare->sides[j].run, "environment.kernel")))
                return true;
    return false;
}

/* A side is called by its kernel; where kernels are alike, by what else tells it from the base. */
static void label_sides(struct compare *compare)
{
    const bool same = same_kernels(compare);
    const struct side *base = &compare->sides[0];
    const char *common = compare->side_count > 1
                             ? facts_first_difference(&base->facts, &compare->sides[1].facts)
                             : NULL;

    for (size_t i = 0; i < compare->side_count; i++) {
        struct side *side = &compare->sides[i];
        const char *name = i == 0 ? common : facts_first_difference(&base->facts, &side->facts);
        const char *value = name ? facts_find(&side->facts, name) : NULL;
        if (!same)
            snprintf(side->label, sizeof side->label, "%.60s",
                     load_text(&side->run, "environment.kernel"));
        else if (!name)
            snprintf(side->label, sizeof side->label, "%s", i == 0 ? "base" : "new");
        else
            snprintf(side->label, sizeof side->label, "%.40s=%.40s",
                     strrchr(name, '.') ? strrchr(name, '.') + 1 : name, value ? value : "none");
        for (char *at = side->label; *at; at++)
            if ((unsigned char)*at < ' ' || *at == 0x7f)
                *at = '?';
    }
}

/* Whether all sides say the same about a name. */
static bool is_common(const struct compare *compare, const char *name)
{
    const char *first = facts_find(&compare->sides[0].facts, name);

    for (size_t i = 1; i < compare->side_count; i++) {
        const char *other = facts_find(&compare->sides[i].facts, name);
        if (!first != !other || (first && strcmp(first, other)))
            return false;
    }
    return true;
}

static bool is_listed(const struct compare *compare, const char *name)
{
    for (size_t i = 0; i < compare->difference_count; i++)
        if (!strcmp(compare->differences[i].name, name))
            return true;
    return false;
}

static int list_differences(struct compare *compare)
{
    size_t room = 1;

    for (size_t i = 0; i < compare->side_count; i++)
        room += compare->sides[i].facts.count;
    compare->differences = calloc(room, sizeof *compare->differences);
    if (!compare->differences)
        return -1;
    for (int identity = 1; identity >= 0; identity--)
        for (size_t i = 0; i < compare->side_count; i++)
            for (size_t j = 0; j < compare->sides[i].facts.count; j++) {
                const struct fact *fact = &compare->sides[i].facts.list[j];
                if (fact->identity == identity && !is_common(compare, fact->name) &&
                    !is_listed(compare, fact->name))
                    compare->differences[compare->difference_count++] =
                        (struct difference){fact->name, fact->identity};
            }
    return 0;
}

static int compare_all(struct compare *compare, struct error *error)
{
    for (size_t i = 0; i < compare->side_count; i++)
        if (summary_make_unchecked(&compare->sides[i].summary, &compare->sides[i].run, error) < 0 ||
            counts_load(&compare->sides[i].summary.counts, &compare->sides[i].run, error) < 0)
            return -1;
    label_sides(compare);
    compare->comparisons = calloc(compare->side_count, sizeof *compare->comparisons);
    if (!compare->comparisons || list_differences(compare) < 0)
        return error_set(error, "out of memory");
    for (size_t i = 1; i < compare->side_count; i++)
        if (compare_sides(&compare->comparisons[i - 1], &compare->sides[0], &compare->sides[i]) < 0)
            return error_set(error, "out of memory");
    return 0;
}

int compare_load(struct compare *compare, char *const *directories, size_t count,
                 unsigned allowed, struct error *error)
{
    struct run *runs = calloc(count, sizeof *runs);
    struct facts *facts = calloc(count, sizeof *facts);
    int result = -1;

    *compare = (struct compare){.sides = calloc(count + 1, sizeof *compare->sides)};
    if (!runs || !facts || !compare->sides)
        error_set(error, "out of memory");
    else if (load_all(runs, facts, directories, count, allowed, error) == 0 &&
             sort_into_sides(compare, runs, facts, count, error) == 0)
        result = compare_all(compare, error);
    for (size_t i = 0; i < count && runs && facts; i++) {
        load_free(&runs[i]);
        facts_free(&facts[i]);
    }
    free(runs);
    free(facts);
    return result;
}

void compare_free(struct compare *compare)
{
    for (size_t i = 0; i + 1 < compare->side_count && compare->comparisons; i++)
        compare_sides_free(&compare->comparisons[i]);
    for (size_t i = 0; i < compare->side_count; i++) {
        summary_free(&compare->sides[i].summary);
        load_free(&compare->sides[i].run);
        facts_free(&compare->sides[i].facts);
    }
    free(compare->comparisons);
    free(compare->differences);
    free(compare->sides);
    *compare = (struct compare){0};
}
