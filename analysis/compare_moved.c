/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/compare_moved.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/units.h"

enum { MOST_NAMED = 5 }; /* in a sentence: more is a table */

/* Values of a row. A count moved when it differs by a tenth and by more than `least`; a phase or
 * CPU time when it accounts for a fifth of the change. The device's own counters tell of everybody's
 * traffic: they stand in where the process's (`rather`) is not known on both sides. */
static const struct source {
    const char *name;
    int unit;
    size_t offset;
    double least;
    size_t rather; /* another member of the row; 0: none */
} sources[] = {
#define OF(member) offsetof(struct row, member)
    {"setup", MEASURE_PHASE, OF(setup_ns), 0, 0},
    {"transfer", MEASURE_PHASE, OF(transfer_ns), 0, 0},
    {"teardown", MEASURE_PHASE, OF(teardown_ns), 0, 0},
    {"of it syncing", MEASURE_PHASE, OF(sync_ns), 0, 0},
    {"minor faults", MEASURE_COUNT, OF(minor_faults), 16, 0},
    {"major faults", MEASURE_COUNT, OF(major_faults), 4, 0},
    {"bytes read for the process", MEASURE_BYTES, OF(process_read_bytes), 65536, 0},
    {"bytes written for the process", MEASURE_BYTES, OF(process_written_bytes), 65536, 0},
    {"bytes read from the device", MEASURE_BYTES, OF(device_read_bytes), 65536, OF(process_read_bytes)},
    {"bytes written to the device", MEASURE_BYTES, OF(device_written_bytes), 65536, OF(process_written_bytes)},
    {"waits", MEASURE_COUNT, OF(voluntary_context_switches), 4, 0},
    {"preemptions", MEASURE_COUNT, OF(involuntary_context_switches), 4, 0},
    {"system time", MEASURE_NS, OF(system_ns), 0, 0},
    {"user time", MEASURE_NS, OF(user_ns), 0, 0},
    {"median latency", MEASURE_NS, OF(latency_p50_ns), 100, 0},
    {"p99 latency", MEASURE_NS, OF(latency_p99_ns), 100, 0},
    {"p99.9 latency", MEASURE_NS, OF(latency_p999_ns), 100, 0},
    {"the method's events", MEASURE_COUNT, OF(events), 4, 0},
    {"peak memory", MEASURE_BYTES, OF(peak_rss_bytes), 1 << 20, 0},
#undef OF
};

/* Counts of the counted trials, where both sides have some; by the rule of the counts above. */
static const struct counted {
    const char *name, *count;
    double least;
} counted[] = {
    {"system calls", "syscalls", 4},
    {"remote TLB shootdowns", "tlb_remote_shootdowns", 4},
    {"pages reclaimed", "pages_reclaimed", 16},
    {"requests to block devices", "block_requests", 4},
};

static double value_of(const struct row *row, size_t offset)
{
    return *(const double *)((const char *)row + offset);
}

static bool both_have(const struct row *base, const struct row *new, size_t offset)
{
    return offset && isfinite(value_of(base, offset)) && isfinite(value_of(new, offset));
}

/* Zero is taken for the least that counts, so that "from none" ranks high, but not beyond measure. */
static double weight(const struct measure *measure)
{
    const double floor = measure->unit == MEASURE_BYTES ? 4096 : 1;

    return fabs(log(fmax(measure->new, floor) / fmax(measure->base, floor)));
}

static int compare_measures(const void *left, const void *right)
{
    const struct measure *a = left, *b = right;
    const bool phase_a = a->unit == MEASURE_PHASE, phase_b = b->unit == MEASURE_PHASE;

    if (phase_a != phase_b)
        return phase_a ? -1 : 1;
    double far_a = phase_a ? fabs(a->new - a->base) : weight(a);
    double far_b = phase_b ? fabs(b->new - b->base) : weight(b);
    if (far_a != far_b)
        return far_a > far_b ? -1 : 1;
    return strcmp(a->name, b->name);
}

static size_t add(struct measure list[COMPARE_MEASURES], size_t count, struct measure measure,
                  double least)
{
    double moved = fabs(measure.new - measure.base);

    if (count < COMPARE_MEASURES && isfinite(moved) && moved > least)
        list[count++] = measure;
    return count;
}

static size_t add_counted(const struct comparison *comparison, const struct change *change,
                          struct measure list[COMPARE_MEASURES], size_t count)
{
    const struct counts *base = &comparison->base->summary.counts, *new = &comparison->new->summary.counts;

    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
        struct measure measure = {counted[i].name, MEASURE_COUNT,
                                  counts_per_cycle(base, change->base, counted[i].count),
                                  counts_per_cycle(new, change->new, counted[i].count)};
        count = add(list, count, measure, fmax(counted[i].least, measure.base / 10));
    }
    return count;
}

/* Bytes read for each byte used: of cold lookups, which read no record twice. */
static size_t add_amplification(const struct comparison *comparison, const struct change *change,
                                struct measure list[COMPARE_MEASURES], size_t count)
{
    const struct point *point = &comparison->base->run.points[change->base].point;
    const double used = (double)point_cycle_bytes(point);
    const struct row *old_row = &comparison->base->summary.rows[change->base];
    const struct row *new_row = &comparison->new->summary.rows[change->new];
    const size_t own = offsetof(struct row, process_read_bytes);
    const size_t which = both_have(old_row, new_row, own) ? own : offsetof(struct row, device_read_bytes);
    const double base = value_of(old_row, which) / used, new = value_of(new_row, which) / used;

    if (strcmp(point->task, "lookup") || strcmp(point->cache, "cold") || !(used > 0))
        return count;
    return add(list, count, (struct measure){"read amplification", MEASURE_TIMES, base, new},
               fmax(0.1, base / 10));
}

/* One call of add() here is what another source of numbers takes. */
size_t compare_moved(const struct comparison *comparison, const struct change *change,
                     struct measure list[COMPARE_MEASURES])
{
    const struct row *base = &comparison->base->summary.rows[change->base];
    const struct row *new = &comparison->new->summary.rows[change->new];
    const double step = fabs(new->time_ns.middle - base->time_ns.middle);
    size_t count = 0;

    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        const struct source *source = &sources[i];
        struct measure measure = {source->name, source->unit, value_of(base, source->offset),
                                  value_of(new, source->offset)};
        if (both_have(base, new, source->rather))
            continue;
        bool share = source->least == 0;
        count = add(list, count, measure,
                    share ? step / 5 : fmax(source->least, measure.base / 10));
    }
    count = add_counted(comparison, change, list, count);
    count = add_amplification(comparison, change, list, count);
    qsort(list, count, sizeof *list, compare_measures);
    return count;
}

/* "4,096" */
static void write_count(double value, FILE *out)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%.0f", value);

    if (value < 99.5 && value != floor(value)) {
        fprintf(out, "%.1f", value);
        return;
    }
    for (int i = 0; i < length; i++)
        fprintf(out, "%s%c", i > 0 && (length - i) % 3 == 0 ? "," : "", digits[i]);
}

static void write_amount(double value, const struct measure *measure, FILE *out)
{
    char human[32];

    if (measure->unit == MEASURE_COUNT)
        write_count(value, out);
    else if (measure->unit == MEASURE_TIMES)
        fprintf(out, "%.1f×", value);
    else if (!(value > 0))
        fputs("0", out);
    else
        fputs(measure->unit == MEASURE_BYTES ? units_human_bytes(value, human)
                                             : units_human_duration(value, human),
              out);
}

static void write_measure(const struct measure *measure, FILE *out)
{
    char human[32];
    double step = measure->new - measure->base;

    if (measure->unit == MEASURE_PHASE) {
        fprintf(out, "%s %s%s", measure->name, step < 0 ? "−" : "+",
                units_human_duration(fabs(step), human));
        return;
    }
    fprintf(out, "%s ", measure->name);
    write_amount(measure->base, measure, out);
    fputs(" → ", out);
    write_amount(measure->new, measure, out);
}

static void write_verdict(const struct change *change, FILE *out)
{
    const bool slower = change->time.middle > 1;
    const double percent = 100 * fabs(change->time.middle - 1);

    if (change->time.middle >= 3)
        fprintf(out, "Slower, %.1f× the time", change->time.middle);
    else
        fprintf(out, "%s by %.*f %%", slower ? "Slower" : "Faster", percent < 9.95, percent);
}

void compare_cause(const struct comparison *comparison, const struct change *change, FILE *out)
{
    struct measure moved[COMPARE_MEASURES];
    const size_t count = compare_moved(comparison, change, moved);
    size_t counted = 0;

    for (size_t i = 0; i < count; i++)
        counted += moved[i].unit != MEASURE_PHASE;
    write_verdict(change, out);
    for (size_t i = 0; i < count && i < MOST_NAMED; i++) {
        fputs(i == 0 ? ": " : "; ", out);
        write_measure(&moved[i], out);
    }
    fputs(counted == 0 ? "; nothing that is counted moved with it." : ".", out);
}

static int compare_weights(const void *left, const void *right)
{
    const struct change *a = *(const struct change *const *)left;
    const struct change *b = *(const struct change *const *)right;
    double far_a = fabs(log(a->time.middle)), far_b = fabs(log(b->time.middle));

    return (far_a < far_b) - (far_a > far_b);
}

size_t compare_greatest(const struct comparison *comparison, const struct change **list)
{
    size_t count = 0;

    for (size_t i = 0; i < comparison->count; i++)
        if (comparison->changes[i].verdict == VERDICT_FASTER ||
            comparison->changes[i].verdict == VERDICT_SLOWER)
            list[count++] = &comparison->changes[i];
    qsort(list, count, sizeof *list, compare_weights);
    return count;
}
