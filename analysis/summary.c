/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "analysis/bootstrap.h"
#include "analysis/decide.h"
#include "analysis/judge.h"

const char *const verdict_names[] = {"none", "faster", "slower", "equivalent", "unresolved", NULL};

/* Room for one value a block, three times over. */
struct scratch {
    double *a, *b, *c;
};

struct place {
    uint64_t point, block;
    size_t index;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;

    if (a->point != b->point)
        return a->point < b->point ? -1 : 1;
    if (a->block != b->block)
        return a->block < b->block ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

static size_t list_valid(const struct run *run, struct place *places)
{
    size_t count = 0;

    for (size_t i = 0; i < run->trial_count; i++)
        if (run->trials[i].valid)
            places[count++] = (struct place){run->trials[i].point, run->trials[i].block, i};
    qsort(places, count, sizeof *places, compare_places);
    return count;
}

/* Keep the last valid trial of every point in every block, ordered by point and block. */
static int count_trials(struct summary *summary)
{
    const struct run *run = summary->run;
    struct place *places = calloc(run->trial_count + 1, sizeof *places);

    summary->counted = calloc(run->trial_count + 1, sizeof *summary->counted);
    summary->first = calloc(run->point_count + 1, sizeof *summary->first);
    if (!places || !summary->counted || !summary->first) {
        free(places);
        return -1;
    }
    size_t count = list_valid(run, places), kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count && places[i].point == places[i + 1].point &&
            places[i].block == places[i + 1].block)
            continue;
        summary->counted[kept++] = places[i].index;
        summary->first[places[i].point + 1] = kept;
    }
    for (size_t p = 0; p < run->point_count; p++)
        if (summary->first[p + 1] < summary->first[p])
            summary->first[p + 1] = summary->first[p];
    summary->valid = count;
    summary->void_count = run->trial_count - count;
    free(places);
    return 0;
}

static const struct trial *counted_trial(const struct summary *summary, size_t i)
{
    return &summary->run->trials[summary->counted[i]];
}

size_t summary_pairs(const struct summary *summary, size_t a, size_t b, double *times_a,
                     double *times_b)
{
    size_t i = summary->first[a], j = summary->first[b], n = 0;

    while (i < summary->first[a + 1] && j < summary->first[b + 1]) {
        const struct trial *left = counted_trial(summary, i), *right = counted_trial(summary, j);
        if (left->block == right->block) {
            times_a[n] = trial_time_ns(left);
            times_b[n++] = trial_time_ns(right);
        }
        i += left->block <= right->block;
        j += right->block <= left->block;
    }
    return n;
}

enum verdict summary_verdict(const struct interval *speed, double margin)
{
    if (speed->n == 0)
        return VERDICT_NONE;
    if (!speed->bounded)
        return VERDICT_UNRESOLVED;
    if (speed->low * (1 + margin) >= 1 && speed->high <= 1 + margin)
        return margin <= SUMMARY_MOST_MARGIN ? VERDICT_EQUIVALENT : VERDICT_UNRESOLVED;
    if (speed->low > 1)
        return VERDICT_FASTER;
    return speed->high < 1 ? VERDICT_SLOWER : VERDICT_UNRESOLVED;
}

double summary_tie(const struct summary *summary)
{
    return fmin(summary->margin, SUMMARY_MOST_MARGIN);
}

static double cpu_s_per_gib(const struct trial *trial)
{
    double gib = (double)trial->bytes * (double)trial->cycles / (1 << 30);

    return gib > 0 ? ((double)trial->cpu_ns + (double)trial->sink_cpu_ns) / 1e9 / gib : NAN;
}

static double whole_process_ns(const struct trial *trial)
{
    return trial->whole_process_ns == LOAD_MISSING ? NAN : (double)trial->whole_process_ns;
}

/* Values of the point's trials that have one, into values; returns their number. */
static size_t collect(const struct summary *summary, size_t point,
                      double (*value_of)(const struct trial *), double *values)
{
    size_t n = 0;

    for (size_t i = summary->first[point]; i < summary->first[point + 1]; i++) {
        double value = value_of(counted_trial(summary, i));
        if (!isnan(value))
            values[n++] = value;
    }
    return n;
}

/* A number in a trial's struct, and the row's member that takes its median. */
struct middle {
    size_t trial_offset, row_offset;
    bool per_cycle;
};

#define MIDDLE(name, per_cycle)                                                                    \
    {                                                                                              \
        offsetof(struct trial, name), offsetof(struct row, name), per_cycle                        \
    }

static const struct middle middles[] = {
    MIDDLE(setup_ns, false),         MIDDLE(transfer_ns, false),
    MIDDLE(teardown_ns, false),      MIDDLE(sync_ns, false),
    MIDDLE(bystander_lost_ppm, false),
    MIDDLE(minor_faults, true),      MIDDLE(major_faults, true),
    MIDDLE(device_read_bytes, true), MIDDLE(device_written_bytes, true),
    MIDDLE(process_read_bytes, true), MIDDLE(process_written_bytes, true),
    MIDDLE(peak_rss_bytes, false),   MIDDLE(user_ns, true),
    MIDDLE(system_ns, true),         MIDDLE(voluntary_context_switches, true),
    MIDDLE(involuntary_context_switches, true),
    MIDDLE(events, true),
    MIDDLE(requested_read_bytes, true),
    MIDDLE(requested_written_bytes, true),
    MIDDLE(latency_p50_ns, false),
    MIDDLE(latency_p99_ns, false),
    MIDDLE(latency_p999_ns, false),
};

static double middle_of(const struct summary *summary, size_t point, const struct middle *middle,
                        double *values)
{
    size_t n = 0;

    for (size_t i = summary->first[point]; i < summary->first[point + 1]; i++) {
        const struct trial *trial = counted_trial(summary, i);
        uint64_t number = *(const uint64_t *)((const char *)trial + middle->trial_offset);
        if (number != LOAD_MISSING)
            values[n++] = (double)number / (middle->per_cycle ? (double)trial->cycles : 1);
    }
    return stats_median_interval(values, n).middle;
}

/* More time is less throughput: the ends change places. */
static struct interval throughput(const struct point *point, const struct interval *time)
{
    double bytes = (double)point_cycle_bytes(point);
    struct interval result = *time;

    result.middle = bytes * 1e9 / time->middle;
    result.low = bytes * 1e9 / time->high;
    result.high = bytes * 1e9 / time->low;
    return result;
}

static void fill_row(struct summary *summary, size_t point, const struct scratch *scratch)
{
    struct row *row = &summary->rows[point];
    size_t n = collect(summary, point, trial_time_ns, scratch->a);

    row->n = n;
    row->time_ns = stats_median_interval(scratch->a, n);
    row->throughput_bytes_per_s = throughput(&summary->run->points[point].point, &row->time_ns);
    n = collect(summary, point, cpu_s_per_gib, scratch->a);
    row->cpu_s_per_gib = stats_median_interval(scratch->a, n);
    n = collect(summary, point, whole_process_ns, scratch->a);
    row->whole_process_ns = stats_median_interval(scratch->a, n);
    for (size_t i = 0; i < sizeof middles / sizeof *middles; i++)
        *(double *)((char *)row + middles[i].row_offset) = middle_of(summary, point, &middles[i],
                                                                     scratch->a);
}

double summary_detectable(const struct interval *log_speed)
{
    double freedom = (double)log_speed->n - 1;

    if (!log_speed->bounded)
        return NAN;
    double t = gsl_cdf_tdist_Pinv((1 + STATS_LEVEL) / 2, freedom);
    double error = (log_speed->high - log_speed->low) / 2 / t;
    return expm1((t + gsl_cdf_tdist_Pinv(0.8, freedom)) * error);
}

static struct interval exponential(struct interval value)
{
    value.middle = exp(value.middle);
    value.low = exp(value.low);
    value.high = exp(value.high);
    return value;
}

static void fill_ratio(struct summary *summary, size_t point, size_t resamples,
                       const struct scratch *scratch)
{
    struct row *row = &summary->rows[point];
    long baseline = summary->run->points[point].baseline;
    size_t n = 0;

    row->speed = row->resampled = stats_none();
    row->autocorrelation = row->detectable = row->p_holm = NAN;
    if (baseline >= 0)
        n = summary_pairs(summary, point, (size_t)baseline, scratch->a, scratch->b);
    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        scratch->c[i] = log(scratch->b[i]) - log(scratch->a[i]);
    row->autocorrelation = drift_autocorrelation(scratch->c, n);
    struct interval speed = stats_centre_interval(scratch->c, n);
    struct interval resampled = bootstrap_centre(scratch->c, n, resamples, point + 1);
    row->disagrees = bootstrap_disagrees(&speed, &resampled);
    row->detectable = summary_detectable(&speed);
    row->speed = exponential(speed);
    row->resampled = exponential(resampled);
}

static size_t count_comparisons(const struct run *run)
{
    size_t count = 0;

    for (size_t i = 0; i < run->point_count; i++)
        count += run->points[i].baseline >= 0;
    return count;
}

static int compare_voids(const void *left, const void *right)
{
    const struct void_reason *a = left, *b = right;

    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return strcmp(a->reason, b->reason);
}

static int compare_reasons(const void *left, const void *right)
{
    const struct void_reason *a = left, *b = right;

    return strcmp(a->reason, b->reason);
}

static int count_voids(struct summary *summary)
{
    const struct run *run = summary->run;
    struct void_reason *voids = calloc(summary->void_count + 1, sizeof *voids);
    size_t count = 0, kept = 0;

    if (!voids)
        return -1;
    for (size_t i = 0; i < run->trial_count; i++)
        if (!run->trials[i].valid) {
            voids[count++] = (struct void_reason){run->trials[i].void_reason, 1,
                                                  run->trials[i].point};
            summary->rows[run->trials[i].point].void_count++;
        }
    qsort(voids, count, sizeof *voids, compare_reasons);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && !strcmp(voids[kept - 1].reason, voids[i].reason))
            voids[kept - 1].count++;
        else
            voids[kept++] = voids[i];
    }
    qsort(voids, kept, sizeof *voids, compare_voids);
    summary->voids = voids;
    summary->void_reason_count = kept;
    return 0;
}

static int fill_rows(struct summary *summary, bool check)
{
    const size_t points = summary->run->point_count;

    for (size_t p = 0; p < points; p++)
        if (summary->first[p + 1] - summary->first[p] > summary->blocks)
            summary->blocks = summary->first[p + 1] - summary->first[p];
    struct scratch scratch = {.a = calloc(3 * summary->blocks + 1, sizeof(double))};
    if (!scratch.a)
        return -1;
    scratch.b = scratch.a + summary->blocks;
    scratch.c = scratch.b + summary->blocks;
    size_t comparisons = count_comparisons(summary->run);
    size_t resamples = check ? bootstrap_resamples(comparisons, summary->blocks) : 0;
    for (size_t p = 0; p < points; p++) {
        fill_row(summary, p, &scratch);
        fill_ratio(summary, p, resamples, &scratch);
    }
    free(scratch.a);
    return 0;
}

static int make(struct summary *summary, const struct run *run, bool check, struct error *error)
{
    *summary = (struct summary){.run = run};
    summary->rows = calloc(run->point_count, sizeof *summary->rows);
    if (!summary->rows || count_trials(summary) < 0 || count_voids(summary) < 0 ||
        fill_rows(summary, check) < 0 || judge_rows(summary) < 0 ||
        drift_measure(summary, &summary->drift) < 0 || decide_labels(summary) < 0 || decide_groups(summary) < 0)
        return error_set(error, "out of memory");
    return 0;
}

int summary_make(struct summary *summary, const struct run *run, struct error *error)
{
    if (make(summary, run, true, error) < 0 || counts_load(&summary->counts, run, error) < 0)
        return -1;
    return shares_load(&summary->shares, run, error);
}

int summary_make_unchecked(struct summary *summary, const struct run *run, struct error *error)
{
    return make(summary, run, false, error);
}

void summary_free(struct summary *summary)
{
    for (size_t i = 0; i < summary->decision_count; i++) {
        free(summary->decisions[i].members);
        free(summary->decisions[i].winners);
    }
    counts_free(&summary->counts);
    shares_free(&summary->shares);
    free(summary->decisions);
    free(summary->voids);
    free(summary->rows);
    free(summary->counted);
    free(summary->first);
    *summary = (struct summary){0};
}
