/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A section of the report in sentences: what makes one method differ from another in time, phases, faults
 * and CPU. Every figure is of this run, every direction from an interval. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/claims.h"
#include "analysis/metric.h"
#include "common/units.h"

enum { MOST_PAIRS = 12, SENTENCE = 1024 };

struct telling {
    const struct summary *summary;
    void (*tell)(const char *sentence, void *context);
    void *context;
    double *scratch;
};

static void say(const struct telling *telling, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(const struct telling *telling, const char *format, ...)
{
    char sentence[SENTENCE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    telling->tell(sentence, telling->context);
}

static struct interval ratio(const struct telling *telling, size_t of, size_t to, const char *metric)
{
    bool paired;

    return claims_measure(telling->summary, of, to, metric_find(metric), CLAIM_PER_CYCLE, 1, &paired,
                          telling->scratch);
}

/* "takes 1.43 times as long as [1.2, 1.6]", or that it cannot be told. */
static void compare_times(const struct telling *telling, size_t of, size_t to)
{
    const struct row *a = &telling->summary->rows[of], *b = &telling->summary->rows[to];
    const struct point *point = &telling->summary->run->points[of].point;
    struct interval time = ratio(telling, of, to, "time");
    enum verdict verdict = summary_verdict(&time, telling->summary->margin);
    char family[LABEL_SIZE], size[24], left[32], right[32];
    const char *word = verdict == VERDICT_EQUIVALENT ? "takes the same time as"
                       : verdict == VERDICT_FASTER   ? "takes longer than"
                       : verdict == VERDICT_SLOWER   ? "takes less time than"
                                                     : "cannot be told apart from";

    say(telling, "%s, S=%s: %s %s %s (%s against %s; ratio %.3g%s).", label_family(point, family),
        units_format_size(point->file_size_bytes, size), a->label, word, b->label,
        units_human_duration(a->time_ns.middle, left), units_human_duration(b->time_ns.middle, right), time.middle,
        time.bounded ? "" : ", without an interval: too few blocks");
    if (time.bounded)
        say(telling, "The 95 %% interval of that ratio is [%.3g, %.3g], over %zu blocks.", time.low, time.high,
            time.n);
}

static void tell_phases(const struct telling *telling, size_t index)
{
    const struct row *row = &telling->summary->rows[index];
    double all = row->setup_ns + row->transfer_ns + row->teardown_ns;
    char setup[32], transfer[32], teardown[32];

    if (all > 0)
        say(telling, "%s spends %s (%.0f %%) on setup, %s (%.0f %%) on the transfer and %s (%.0f %%) on teardown.",
            row->label, units_human_duration(row->setup_ns, setup), 100 * row->setup_ns / all,
            units_human_duration(row->transfer_ns, transfer), 100 * row->transfer_ns / all,
            units_human_duration(row->teardown_ns, teardown), 100 * row->teardown_ns / all);
}

static void tell_faults(const struct telling *telling, size_t of, size_t to, bool first)
{
    const struct row *a = &telling->summary->rows[of], *b = &telling->summary->rows[to];
    double page = load_number(telling->summary->run, "environment.page_size_bytes", 0);
    double bytes = (double)point_cycle_bytes(&telling->summary->run->points[of].point);

    if (isnan(a->minor_faults) || isnan(b->minor_faults))
        return;
    say(telling, "%s takes %.0f minor and %.0f major faults, %s %.0f and %.0f.", a->label, a->minor_faults,
        a->major_faults, b->label, b->minor_faults, b->major_faults);
    if (first && page > 0 && a->minor_faults > 0 && bytes / page >= a->minor_faults)
        say(telling, "That is one minor fault for every %.3g pages of %s that %s moves.",
            bytes / page / a->minor_faults, page == 4096 ? "4 KiB" : "the machine", a->label);
}

static void tell_cpu(const struct telling *telling, size_t of, size_t to)
{
    const struct row *a = &telling->summary->rows[of], *b = &telling->summary->rows[to];
    struct interval cpu = ratio(telling, of, to, "cpu");
    double kernel = a->system_ns / (a->user_ns + a->system_ns), gib;

    gib = (double)point_cycle_bytes(&telling->summary->run->points[of].point) / GIB;
    if (isnan(cpu.middle))
        return;
    say(telling, "CPU: %.3g s a GiB against %.3g (ratio %.3g%s); %.0f %% of %s's is in the kernel.",
        a->cpu_s_per_gib.middle, b->cpu_s_per_gib.middle, cpu.middle,
        !cpu.bounded                          ? ", without an interval"
        : cpu.low > 1 ? ", whole interval above 1" : cpu.high < 1 ? ", whole interval below 1"
                                              : ", interval on both sides of 1",
        100 * kernel, a->label);
    say(telling, "A CPU is busy for %.0f %% of %s's time and %.0f %% of %s's; the rest is waiting.",
        fmin(100, 100e9 * a->cpu_s_per_gib.middle * gib / a->time_ns.middle), a->label,
        fmin(100, 100e9 * b->cpu_s_per_gib.middle * gib / b->time_ns.middle), b->label);
}

/* Where the extra time goes, if there is proven to be any. */
static void tell_excess(const struct telling *telling, size_t of, size_t to)
{
    const struct row *a = &telling->summary->rows[of], *b = &telling->summary->rows[to];
    struct interval time = ratio(telling, of, to, "time");
    double excess = a->time_ns.middle - b->time_ns.middle;
    char human[32];

    if (!time.bounded || time.low <= 1 || excess <= 0)
        return;
    say(telling, "Of the %s that %s takes longer (by the medians), %.0f %% is more setup, %.0f %% more transfer and "
        "%.0f %% more teardown.", units_human_duration(excess, human), a->label,
        100 * (a->setup_ns - b->setup_ns) / excess, 100 * (a->transfer_ns - b->transfer_ns) / excess,
        100 * (a->teardown_ns - b->teardown_ns) / excess);
}

/* The job done as often as the source did it: so many times the median. */
static void tell_repeated(const struct telling *telling, const struct claim *claim, size_t of)
{
    const struct row *row = &telling->summary->rows[of];
    char one[32], all[32], low[32], high[32];
    double times = (double)claim->repeat;

    if (claim->repeat < 2)
        return;
    if (row->time_ns.bounded)
        say(telling, "%s once: %s; %zu times: %s [%s, %s].", row->label,
            units_human_duration(row->time_ns.middle, one), claim->repeat,
            units_human_duration(times * row->time_ns.middle, all),
            units_human_duration(times * row->time_ns.low, low),
            units_human_duration(times * row->time_ns.high, high));
    else
        say(telling, "%s once: %s; %zu times: %s (too few blocks for an interval).", row->label,
            units_human_duration(row->time_ns.middle, one), claim->repeat,
            units_human_duration(times * row->time_ns.middle, all));
}

void claims_tell(const struct summary *summary, const struct claim *section,
                 void (*tell)(const char *sentence, void *context), void *context)
{
    struct telling telling = {summary, tell, context, calloc(3 * summary->blocks + 1, sizeof(double))};
    size_t (*pairs)[2], told = 0, last = SIZE_MAX;
    long count = claims_pairs(summary, section->where, section->of, section->to, NULL, &pairs);

    for (long i = 0; i < count && telling.scratch; i++) {
        size_t of = pairs[i][0], to = pairs[i][1];
        if (summary->rows[of].n == 0 || summary->rows[to].n == 0 || told++ >= MOST_PAIRS)
            continue;
        compare_times(&telling, of, to);
        if (of != last) {
            tell_repeated(&telling, section, of);
            tell_phases(&telling, of);
        }
        tell_phases(&telling, to);
        tell_excess(&telling, of, to);
        tell_faults(&telling, of, to, of != last);
        tell_cpu(&telling, of, to);
        last = of;
    }
    if (told == 0)
        say(&telling, "This run has no result for both sides of it.");
    free(telling.scratch);
    free(pairs);
}
