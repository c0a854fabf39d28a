/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/metric.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/axes.h"
#include "common/units.h"

enum unit { UNIT_NS, UNIT_BYTES, UNIT_RATE, UNIT_COUNT, UNIT_SECONDS };

static double throughput(const struct trial *trial)
{
    return (double)trial->bytes * 1e9 / trial_time_ns(trial);
}

/* Of the process and its peer, in seconds a GiB. */
static double cpu(const struct trial *trial)
{
    double gib = (double)trial->bytes * (double)trial->cycles / GIB;

    return gib > 0 ? ((double)trial->cpu_ns + (double)trial->sink_cpu_ns) / 1e9 / gib : NAN;
}

/* What the device delivered for the process, for each byte that was used. */
static double read_amplification(const struct trial *trial)
{
    uint64_t used = trial->distinct_bytes == LOAD_MISSING ? trial->bytes : trial->distinct_bytes;

    if (trial->process_read_bytes == LOAD_MISSING || used == 0)
        return NAN;
    return (double)trial->process_read_bytes / ((double)used * (double)trial->cycles);
}

/* A number that stands in the trial, of one cycle or over all of them, or one made of several. */
static const struct metric {
    const char *name, *words;
    enum unit unit;
    size_t offset;
    bool over_all;
    double (*make)(const struct trial *trial);
} metrics[] = {
#define MADE(name, words, unit, make) {name, words, unit, 0, false, make}
#define ONE(name, words, unit, field) {name, words, unit, offsetof(struct trial, field), false, NULL}
#define ALL(name, words, unit, field) {name, words, unit, offsetof(struct trial, field), true, NULL}
    MADE("time", "time", UNIT_NS, trial_time_ns),
    MADE("throughput", "throughput", UNIT_RATE, throughput),
    ONE("setup", "setup time", UNIT_NS, setup_ns),
    ONE("transfer", "transfer time", UNIT_NS, transfer_ns),
    ONE("teardown", "teardown time", UNIT_NS, teardown_ns),
    ONE("sync", "time of the sync", UNIT_NS, sync_ns),
    MADE("cpu", "CPU seconds a GiB", UNIT_SECONDS, cpu),
    ALL("user", "user time", UNIT_NS, user_ns),
    ALL("system", "system time", UNIT_NS, system_ns),
    ALL("minor_faults", "minor faults", UNIT_COUNT, minor_faults),
    ALL("major_faults", "major faults", UNIT_COUNT, major_faults),
    ALL("voluntary_context_switches", "voluntary context switches", UNIT_COUNT, voluntary_context_switches),
    ALL("device_read_bytes", "bytes the device read", UNIT_BYTES, device_read_bytes),
    ALL("device_written_bytes", "bytes the device wrote", UNIT_BYTES, device_written_bytes),
    ALL("process_read_bytes", "bytes read from the device for the process", UNIT_BYTES, process_read_bytes),
    ALL("process_written_bytes", "bytes written to the device for the process", UNIT_BYTES,
        process_written_bytes),
    MADE("read_amplification", "bytes from the device for each byte used", UNIT_COUNT, read_amplification),
    ALL("events", "events", UNIT_COUNT, events),
    ONE("peak_rss_bytes", "peak memory", UNIT_BYTES, peak_rss_bytes),
    ONE("latency_p50", "median latency", UNIT_NS, latency_p50_ns),
    ONE("latency_p99", "latency, 99th percentile", UNIT_NS, latency_p99_ns),
    ONE("latency_p999", "latency, 99.9th percentile", UNIT_NS, latency_p999_ns),
    ONE("whole_process", "time of the whole process", UNIT_NS, whole_process_ns),
};

size_t metric_find(const char *name)
{
    int index = axes_find(claim_metrics, name);

    return index < 0 ? SIZE_MAX : (size_t)index;
}

/* The two tables need not be in one order. */
static const struct metric *find(size_t index)
{
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        if (!strcmp(metrics[i].name, claim_metrics[index]))
            return &metrics[i];
    return NULL;
}

static double raw(const struct metric *metric, const struct trial *trial)
{
    if (metric->make)
        return metric->make(trial);
    uint64_t number = *(const uint64_t *)((const char *)trial + metric->offset);
    if (number == LOAD_MISSING)
        return NAN;
    return (double)number / (metric->over_all ? (double)trial->cycles : 1);
}

double metric_of(size_t index, enum claim_per per, const struct trial *trial, const struct point *point)
{
    const struct metric *metric = find(index);
    double value = metric ? raw(metric, trial) : NAN;

    if (per == CLAIM_PER_GIB)
        value /= (double)trial->bytes / GIB;
    if (per == CLAIM_PER_OPERATION)
        value /= point->operations ? (double)point->operations : NAN;
    return isfinite(value) ? value : NAN;
}

const char *metric_words(size_t index, enum claim_per per, char buffer[96])
{
    static const char *const suffixes[] = {"", " a GiB", " an operation"};
    const struct metric *metric = find(index);

    snprintf(buffer, 96, "%s%s", metric ? metric->words : claim_metrics[index], suffixes[per]);
    return buffer;
}

const char *metric_format(size_t index, double value, char buffer[48])
{
    const struct metric *metric = find(index);
    char human[32];

    if (isnan(value))
        return "?";
    switch (metric ? metric->unit : UNIT_COUNT) {
    case UNIT_NS: snprintf(buffer, 48, "%s", units_human_duration(value, human)); break;
    case UNIT_BYTES: snprintf(buffer, 48, "%s", units_human_bytes(value, human)); break;
    case UNIT_RATE: snprintf(buffer, 48, "%s/s", units_human_bytes(value, human)); break;
    case UNIT_SECONDS: snprintf(buffer, 48, "%.3g s", value); break;
    case UNIT_COUNT: snprintf(buffer, 48, value >= 1000 ? "%.0f" : "%.3g", value); break;
    }
    return buffer;
}

bool metric_is_rate(size_t index)
{
    const struct metric *metric = find(index);

    return metric && metric->unit == UNIT_RATE;
}
