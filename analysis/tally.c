/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tally.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "analysis/compare_words.h"
#include "common/units.h"

/* What a process pays once, a fault of its own code say, is spread over its passes, of which a slow machine makes
 * fewer: it takes a step of two a pass to be called different. */
enum { LEAST_TRIALS = 2, LEAST_STEP = 2 };

const char *const tally_verdict_names[] = {"not counted", "equal", "different", "undecided"};

/* Of trials by their place in struct trial, of counted trials by the count's name. */
static const struct measured {
    const char *name, *counted;
    size_t offset;
    bool bytes;
} measures[TALLY_MEASURES] = {
    {"minor faults", NULL, offsetof(struct trial, minor_faults), false},
    {"major faults", NULL, offsetof(struct trial, major_faults), false},
    {"bytes read from the device", NULL, offsetof(struct trial, device_read_bytes), true},
    {"bytes written to the device", NULL, offsetof(struct trial, device_written_bytes), true},
    {"waits", NULL, offsetof(struct trial, voluntary_context_switches), false},
    {"preemptions", NULL, offsetof(struct trial, involuntary_context_switches), false},
    {.name = "system calls", .counted = "syscalls"},
    {.name = "faults in user space", .counted = "page_faults_user"},
    {.name = "faults in the kernel", .counted = "page_faults_kernel"},
    {.name = "pages mapped", .counted = "pages_mapped"},
    {.name = "faults that mapped neighbours", .counted = "fault_arounds"},
    {.name = "TLB flushes", .counted = "tlb_flushes"},
    {.name = "TLB shootdowns", .counted = "tlb_remote_shootdowns"},
    {.name = "page cache insertions", .counted = "page_cache_insertions"},
    {.name = "block requests", .counted = "block_requests"},
};

const char *tally_name(size_t measure)
{
    return measures[measure].name;
}

bool tally_is_bytes(size_t measure)
{
    return measures[measure].bytes;
}

/* The median over the trials of a point, and their least and greatest. */
struct spread {
    double middle, least, most;
    size_t n;
};

static void add_value(struct spread *spread, double *values, double value)
{
    if (!isfinite(value))
        return;
    spread->least = fmin(spread->least, value);
    spread->most = fmax(spread->most, value);
    values[spread->n++] = value;
}

static void add_trials(struct spread *spread, const struct summary *summary, size_t point,
                       const struct measured *measure, double *values)
{
    for (size_t i = summary->first[point]; i < summary->first[point + 1]; i++) {
        const struct trial *trial = &summary->run->trials[summary->counted[i]];
        uint64_t number = *(const uint64_t *)((const char *)trial + measure->offset);
        if (number != LOAD_MISSING)
            add_value(spread, values, (double)number / (double)trial->cycles);
    }
}

/* values has room for as many as the run has trials: of the counted ones no more are looked at. */
static void add_counted(struct spread *spread, const struct counts *counts, size_t point, size_t room,
                        const char *name, double *values)
{
    const json_t *record;
    size_t i;

    if (point >= counts->point_count)
        return;
    json_array_foreach(counts->trials[point], i, record)
        if (spread->n < room)
            add_value(spread, values, records_number(json_object_get(record, "counts"), name) /
                                          records_number(record, "cycles"));
}

static struct spread spread_of(const struct summary *summary, const struct counts *counts, size_t point,
                               const struct measured *measure, double *values)
{
    struct spread spread = {.least = INFINITY, .most = -INFINITY};

    if (measure->counted)
        add_counted(&spread, counts, point, summary->run->trial_count, measure->counted, values);
    else
        add_trials(&spread, summary, point, measure, values);
    spread.middle = stats_median_interval(values, spread.n).middle;
    return spread;
}

static void load(struct counts *counts, const struct side *side)
{
    struct error error;

    *counts = (struct counts){0};
    if (side->runs == 1 && counts_load(counts, &side->run, &error) < 0) {
        fprintf(stderr, "warning: %s\n", error.text);
        counts_free(counts);
        *counts = (struct counts){0};
    }
}

void tally_open(struct tally_source *source, const struct comparison *comparison)
{
    source->comparison = comparison;
    load(&source->base, comparison->base);
    load(&source->new, comparison->new);
}

void tally_close(struct tally_source *source)
{
    counts_free(&source->base);
    counts_free(&source->new);
}

static struct tally judge(const struct change *change, const struct spread *base, const struct spread *new)
{
    struct tally tally = {change, base->middle, new->middle, TALLY_UNDECIDED};

    if (base->n == 0 || new->n == 0)
        tally.verdict = TALLY_NOTHING;
    else if (fabs(base->middle - new->middle) < 0.5)
        tally.verdict = TALLY_EQUAL;
    else if (fabs(base->middle - new->middle) >= LEAST_STEP && base->n >= LEAST_TRIALS && new->n >= LEAST_TRIALS &&
             (base->least > new->most || new->least > base->most))
        tally.verdict = TALLY_DIFFERENT;
    return tally;
}

/* Of those that differ, by how many times; one more on both sides, for a zero to have a ratio. */
static double step(const struct tally *tally)
{
    return tally->verdict == TALLY_DIFFERENT ? fabs(log((tally->new + 1) / (tally->base + 1))) : -1;
}

static int compare_steps(const void *left, const void *right)
{
    const struct tally *a = left, *b = right;

    if (step(a) != step(b))
        return step(a) > step(b) ? -1 : 1;
    return (a->change > b->change) - (a->change < b->change);
}

struct tally *tally_measure(const struct tally_source *source, size_t measure)
{
    const struct comparison *comparison = source->comparison;
    const struct summary *base = &comparison->base->summary, *new = &comparison->new->summary;
    struct tally *tallies = calloc(comparison->count + 1, sizeof *tallies);
    double *values = calloc(base->run->trial_count + new->run->trial_count + 1, sizeof *values);

    for (size_t i = 0; i < comparison->count && tallies && values; i++) {
        const struct change *change = &comparison->changes[i];
        struct spread before = spread_of(base, &source->base, change->base, &measures[measure], values);
        struct spread after = spread_of(new, &source->new, change->new, &measures[measure], values);
        tallies[i] = judge(change, &before, &after);
    }
    if (tallies && values)
        qsort(tallies, comparison->count, sizeof *tallies, compare_steps);
    else {
        free(tallies);
        tallies = NULL;
    }
    free(values);
    return tallies;
}

void tally_sentence(const struct tally *tallies, size_t count, size_t measure, FILE *out)
{
    size_t counts[TALLY_UNDECIDED + 1] = {0};

    for (size_t i = 0; i < count; i++)
        counts[tallies[i].verdict]++;
    size_t counted = count - counts[TALLY_NOTHING];
    if (counts[TALLY_EQUAL] == counted)
        fprintf(out, "%s: equal in all %zu points.", tally_name(measure), counted);
    else
        fprintf(out, "%s: equal in %zu of %zu points, different in %zu, undecided in %zu.",
                tally_name(measure), counts[TALLY_EQUAL], counted, counts[TALLY_DIFFERENT],
                counts[TALLY_UNDECIDED]);
}

static void write_amount(double value, size_t measure, FILE *out)
{
    char human[32];

    if (measures[measure].bytes)
        fputs(value > 0 ? units_human_bytes(value, human) : "0", out);
    else
        fprintf(out, value == floor(value) || value >= 1000 ? "%.0f" : "%.1f", value);
}

void tally_step(const struct tally *tally, size_t measure, FILE *out)
{
    fputs("from ", out);
    write_amount(tally->base, measure, out);
    fputs(" to ", out);
    write_amount(tally->new, measure, out);
    if (tally->base > 0) {
        fputs(" (", out);
        compare_percent(tally->new / tally->base, out);
        fputs(")", out);
    }
}
