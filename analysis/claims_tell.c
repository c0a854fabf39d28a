/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A section of the report in sentences: how one method's time compares with that of others, and what it goes to:
 * phases, faults, CPU, prices. Every figure is of this run, every direction from an interval. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/claims.h"
#include "analysis/explain.h"
#include "analysis/metric.h"
#include "common/text.h"
#include "common/units.h"

enum { MOST_GROUPS = 6, MOST_OTHERS = 12 };

struct telling {
    const struct summary *summary;
    const struct claim *section;
    void (*tell)(const char *sentence, void *context);
    void *context;
    struct explanations explanations; /* empty: there is no arithmetic */
    double *scratch;
};

/* One method of one job, and those that it is held against. */
struct group {
    size_t of, others[MOST_OTHERS], count;
};

/* Without memory NULL is told: the sentence is missing, and whoever listens learns of it. */
static bool begin(const struct telling *telling, struct text *sentence)
{
    if (text_open(sentence))
        return true;
    text_discard(sentence);
    telling->tell(NULL, telling->context);
    return false;
}

static void end(const struct telling *telling, struct text *sentence)
{
    char *words = text_close(sentence, NULL);

    telling->tell(words, telling->context);
    free(words);
}

static const struct row *row_of(const struct telling *telling, size_t point)
{
    return &telling->summary->rows[point];
}

static struct interval ratio(const struct telling *telling, size_t of, size_t to, const char *metric)
{
    bool paired;

    return claims_measure(telling->summary, of, to, metric_find(metric), CLAIM_PER_CYCLE, 1, &paired,
                          telling->scratch);
}

static void write_ratio(FILE *out, const struct interval *ratio)
{
    fprintf(out, "%.3g×", ratio->middle);
    if (ratio->bounded)
        fprintf(out, " [%.3g, %.3g]", ratio->low, ratio->high);
    else
        fputs(", too few blocks for an interval", out);
}

static void write_duration(FILE *out, const struct interval *ns, double times)
{
    char middle[32], low[32], high[32];

    fputs(units_human_duration(times * ns->middle, middle), out);
    if (ns->bounded)
        fprintf(out, " [%s, %s]", units_human_duration(times * ns->low, low),
                units_human_duration(times * ns->high, high));
}

/* The time itself, and that of the job done as often as the source did it. */
static void tell_time(const struct telling *telling, const struct group *group)
{
    const struct point *point = &telling->summary->run->points[group->of].point;
    const struct row *row = row_of(telling, group->of);
    struct text sentence;
    char family[LABEL_SIZE], size[32];

    if (!begin(telling, &sentence))
        return;
    fprintf(sentence.out, "%s, %s: %s takes ", label_family(point, family),
            label_size(point->file_size_bytes, size), row->label);
    write_duration(sentence.out, &row->time_ns, 1);
    if (telling->section->repeat > 1) {
        fprintf(sentence.out, ", so %zu times ", telling->section->repeat);
        write_duration(sentence.out, &row->time_ns, (double)telling->section->repeat);
    }
    fprintf(sentence.out, "; median of %zu block%s, %s.", row->n, row->n == 1 ? "" : "s",
            row->time_ns.bounded ? "with its 95 % interval" : "too few for an interval");
    end(telling, &sentence);
}

static const char *direction(const struct telling *telling, const struct interval *time)
{
    switch (summary_verdict(time, telling->summary->margin)) {
    case VERDICT_EQUIVALENT: return "takes the same time as";
    case VERDICT_FASTER: return "takes longer than"; /* the ratio is of times */
    case VERDICT_SLOWER: return "takes less time than";
    default: return "cannot be told apart from";
    }
}

static void tell_ratios(const struct telling *telling, const struct group *group)
{
    struct text sentence;

    if (!begin(telling, &sentence))
        return;
    fprintf(sentence.out, "%s ", row_of(telling, group->of)->label);
    for (size_t i = 0; i < group->count; i++) {
        const struct row *other = row_of(telling, group->others[i]);
        struct interval time = ratio(telling, group->of, group->others[i], "time");
        char median[32];
        fprintf(sentence.out, "%s%s %s (%s; ", i == 0 ? "" : i + 1 < group->count ? ", " : " and ",
                direction(telling, &time), other->label, units_human_duration(other->time_ns.middle, median));
        write_ratio(sentence.out, &time);
        fputc(')', sentence.out);
    }
    fputc('.', sentence.out);
    end(telling, &sentence);
}

static void tell_phases(const struct telling *telling, const struct group *group)
{
    const struct row *row = row_of(telling, group->of);
    double all = row->setup_ns + row->transfer_ns + row->teardown_ns;
    char setup[32], transfer[32], teardown[32];
    struct text sentence;

    if (!(all > 0) || !begin(telling, &sentence))
        return;
    fprintf(sentence.out,
            "%s spends %s (%.0f %%) on setup (open, map), %s (%.0f %%) on the transfer and %s (%.0f %%) on teardown "
            "(unmap, close).",
            row->label, units_human_duration(row->setup_ns, setup), 100 * row->setup_ns / all,
            units_human_duration(row->transfer_ns, transfer), 100 * row->transfer_ns / all,
            units_human_duration(row->teardown_ns, teardown), 100 * row->teardown_ns / all);
    end(telling, &sentence);
}

/* In percent; without the sign of what is none to be shown. */
static double share(double part, double all)
{
    double percent = 100 * part / all;

    return fabs(percent) < 0.5 ? 0 : percent;
}

/* Where the extra time goes, against each that is proven faster. */
static void tell_excess(const struct telling *telling, size_t of, size_t to)
{
    const struct row *a = row_of(telling, of), *b = row_of(telling, to);
    struct interval time = ratio(telling, of, to, "time");
    double excess = a->time_ns.middle - b->time_ns.middle;
    struct text sentence;
    char human[32];

    if (summary_verdict(&time, telling->summary->margin) != VERDICT_FASTER || excess <= 0 || !begin(telling, &sentence))
        return;
    fprintf(sentence.out,
            "Of the %s more than %s (by the medians), %.0f %% is setup, %.0f %% transfer and %.0f %% teardown.",
            units_human_duration(excess, human), b->label, share(a->setup_ns - b->setup_ns, excess),
            share(a->transfer_ns - b->transfer_ns, excess), share(a->teardown_ns - b->teardown_ns, excess));
    end(telling, &sentence);
}

static void tell_faults(const struct telling *telling, const struct group *group)
{
    const struct run *run = telling->summary->run;
    const struct row *row = row_of(telling, group->of);
    double page = load_number(run, "environment.page_size_bytes", 0);
    double bytes = (double)point_cycle_bytes(&run->points[group->of].point);
    struct text sentence;

    if (isnan(row->minor_faults) || !begin(telling, &sentence))
        return;
    fprintf(sentence.out, "It takes %.0f minor and %.0f major faults", row->minor_faults, row->major_faults);
    if (page > 0 && row->minor_faults > 0 && bytes / page >= row->minor_faults)
        fprintf(sentence.out, ", a minor one for every %.3g pages of %.0f bytes", bytes / page / row->minor_faults,
                page);
    for (size_t i = 0; i < group->count; i++)
        fprintf(sentence.out, "%s%s %.0f", i == 0 ? "; " : ", ", row_of(telling, group->others[i])->label,
                row_of(telling, group->others[i])->minor_faults);
    fputs(group->count ? " minor ones." : ".", sentence.out);
    end(telling, &sentence);
}

/* How much of the median time one CPU is busy, in percent. */
static double busy(const struct telling *telling, size_t point)
{
    const struct row *row = row_of(telling, point);
    double gib = (double)point_cycle_bytes(&telling->summary->run->points[point].point) / GIB;

    return fmin(100, 100e9 * row->cpu_s_per_gib.middle * gib / row->time_ns.middle);
}

static void tell_cpu(const struct telling *telling, const struct group *group)
{
    const struct row *row = row_of(telling, group->of);
    struct text sentence;

    if (isnan(row->cpu_s_per_gib.middle) || !begin(telling, &sentence))
        return;
    fprintf(sentence.out, "A GiB costs it %.3g s of CPU time, ", row->cpu_s_per_gib.middle);
    if (!isnan(row->system_ns))
        fprintf(sentence.out, "%.0f %% of that in the kernel, ",
                100 * row->system_ns / (row->user_ns + row->system_ns));
    fprintf(sentence.out, "and a CPU is busy for %.0f %% of the time", busy(telling, group->of));
    for (size_t i = 0; i < group->count; i++) {
        struct interval cpu = ratio(telling, group->of, group->others[i], "cpu");
        fprintf(sentence.out, "%s%s %.3g s and %.0f %% (ratio ", i == 0 ? "; " : ", ",
                row_of(telling, group->others[i])->label, row_of(telling, group->others[i])->cpu_s_per_gib.middle,
                busy(telling, group->others[i]));
        write_ratio(sentence.out, &cpu);
        fputc(')', sentence.out);
    }
    fputc('.', sentence.out);
    end(telling, &sentence);
}

/* Counts x prices, where this run has prices. */
static void tell_arithmetic(const struct telling *telling, const struct group *group)
{
    struct text sentence;

    if (group->of >= telling->explanations.count || !explain_is_possible(&telling->explanations.all[group->of]) ||
        !begin(telling, &sentence))
        return;
    fputs("Counts × prices: ", sentence.out);
    explain_sentence(sentence.out, telling->summary, &telling->explanations, group->of);
    fputc('.', sentence.out);
    end(telling, &sentence);
}

static void tell_group(const struct telling *telling, const struct group *group)
{
    tell_time(telling, group);
    tell_ratios(telling, group);
    tell_phases(telling, group);
    for (size_t i = 0; i < group->count; i++)
        tell_excess(telling, group->of, group->others[i]);
    tell_faults(telling, group);
    tell_cpu(telling, group);
    tell_arithmetic(telling, group);
}

/* Pairs come with what they are of together. */
static size_t tell_pairs(const struct telling *telling, size_t (*pairs)[2], long count)
{
    const struct row *rows = telling->summary->rows;
    size_t told = 0;

    for (long i = 0, last; i < count && told < MOST_GROUPS; i = last) {
        struct group group = {.of = pairs[i][0]};
        for (last = i; last < count && pairs[last][0] == group.of; last++)
            if (rows[group.of].n > 0 && rows[pairs[last][1]].n > 0 && group.count < MOST_OTHERS)
                group.others[group.count++] = pairs[last][1];
        if (group.count == 0)
            continue;
        tell_group(telling, &group);
        told++;
    }
    return told;
}

void claims_tell(const struct summary *summary, const struct claim *section,
                 void (*tell)(const char *sentence, void *context), void *context)
{
    struct telling telling = {summary, section, tell, context, {0}, calloc(3 * summary->blocks + 1, sizeof(double))};
    size_t (*pairs)[2];
    long count = claims_pairs(summary, section->where, section->of, section->to, NULL, &pairs);
    struct error error;

    if (explain_make(&telling.explanations, summary, &error) < 0)
        telling.explanations.count = 0; /* the section on prices says why */
    if (!telling.scratch || count < 0)
        tell("(out of memory: sentences are missing here)", context);
    else if (tell_pairs(&telling, pairs, count) == 0)
        tell("This run has no result for both sides of it.", context);
    explain_free(&telling.explanations);
    free(telling.scratch);
    free(pairs);
}
