/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No JSON library here: every value is a number, a hex digest or a word of our own tables. */
#include "methods/harness/output.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/error.h"
#include "methods/harness/bystander.h"
#include "methods/harness/counts.h"

static void write_names(FILE *out, const char *key, const char *const *names, unsigned mask)
{
    const char *comma = "";

    fprintf(out, ",\"%s\":[", key);
    for (int i = 0; names[i]; i++)
        if (mask & 1U << i) {
            fprintf(out, "%s\"%s\"", comma, names[i]);
            comma = ",";
        }
    fputc(']', out);
}

void output_description(const char *program)
{
    char path[PATH_MAX];
    char *name, *directory;

    if (!realpath("/proc/self/exe", path) && !realpath(program, path))
        die(1, "%s:", program);
    name = strrchr(path, '/');
    *name++ = 0;
    directory = strrchr(path, '/');
    printf("{\"task\":\"%s\",\"method\":\"%s\",\"summary\":\"%s\"", directory + 1, name,
           method.summary);
    write_names(stdout, "axes", axes_names, method.axes);
    write_names(stdout, "policies", axes_policies, method.policies);
    printf(",\"lazy\":%s,\"direct\":%s,\"shares\":%s,\"helpers\":%u,\"events\":",
           method.axes & METHOD_LAZY ? "true" : "false",
           (method.source_flags | method.destination_flags) & O_DIRECT ? "true" : "false",
           method.shares ? "true" : "false", method.helpers);
    printf(method.events ? "\"%s\"}\n" : "null}\n", method.events);
}

static void write_cycles(FILE *out, const char *key, const struct cycles *cycles, size_t offset)
{
    fprintf(out, ",\"%s\":[", key);
    for (size_t i = 0; i < cycles->count; i++)
        fprintf(out, "%s%" PRIu64, i ? "," : "",
                *(const uint64_t *)((const char *)&cycles->all[i] + offset));
    fputc(']', out);
}

/* Unknown counts, -1, are null. */
static void write_count(FILE *out, const char *key, int64_t value)
{
    if (value < 0)
        fprintf(out, ",\"%s\":null", key);
    else
        fprintf(out, ",\"%s\":%" PRId64, key, value);
}

static uint64_t set_digest(const struct trial *trial)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < trial->options.files; i++)
        sum += digest_term(i, trial->digests[i]);
    return sum;
}

static void write_times(FILE *out, const struct trial *trial, const struct cycles *cycles)
{
    const struct cycle *median = cycles_median(cycles);

    fprintf(out, "\"setup_ns\":%" PRIu64 ",\"transfer_ns\":%" PRIu64 ",\"teardown_ns\":%" PRIu64
            ",\"sync_ns\":%" PRIu64 ",\"cycles\":%zu",
            median->setup_ns, median->transfer_ns, median->teardown_ns, median->sync_ns,
            cycles->count);
    write_cycles(out, "cycle_setup_ns", cycles, offsetof(struct cycle, setup_ns));
    write_cycles(out, "cycle_transfer_ns", cycles, offsetof(struct cycle, transfer_ns));
    write_cycles(out, "cycle_teardown_ns", cycles, offsetof(struct cycle, teardown_ns));
    write_count(out, "sink_cpu_ns", (int64_t)trial->sink_cpu_ns);
    write_count(out, "startup_ns",
                trial->options.forked_at_ns
                    ? (int64_t)(cycles->started_ns - trial->options.forked_at_ns)
                    : -1);
}

static int64_t total_events(const struct cycles *cycles)
{
    int64_t total = 0;

    for (size_t i = 0; i < cycles->count; i++)
        total += (int64_t)cycles->all[i].events;
    return total;
}

static void write_counters(FILE *out, const struct cycles *cycles)
{
    const struct process_counters *process = &cycles->process;
    const struct span_counters *span = &cycles->span;
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    write_count(out, "cpu_ns", process->cpu_ns);
    /* The kernel splits what all threads take by where its ticks fell, which cannot be told apart again. */
    write_count(out, "user_ns", bystander_is_thread() ? -1 : process->user_ns);
    write_count(out, "system_ns", bystander_is_thread() ? -1 : process->system_ns);
    write_count(out, "minor_faults", process->minor_faults);
    write_count(out, "major_faults", process->major_faults);
    write_count(out, "voluntary_context_switches",
                bystander_is_thread() ? -1 : process->voluntary_context_switches);
    write_count(out, "involuntary_context_switches",
                bystander_is_thread() ? -1 : process->involuntary_context_switches);
    write_count(out, "span_ns", span->wall_ns);
    write_count(out, "machine_busy_ns", span->machine_busy_ns);
    write_count(out, "steal_ns", span->steal_ns);
    write_count(out, "device_read_bytes", span->device_read_bytes);
    write_count(out, "device_written_bytes", span->device_written_bytes);
    write_count(out, "process_read_bytes", span->process_read_bytes);
    write_count(out, "process_written_bytes", span->process_written_bytes);
    write_count(out, "requested_read_bytes", span->requested_read_bytes);
    write_count(out, "requested_written_bytes", span->requested_written_bytes);
    write_count(out, "events", method.events ? total_events(cycles) : -1);
    write_count(out, "peak_rss_bytes", (int64_t)usage.ru_maxrss * 1024);
}

/* Of all threads and cycles; null for tasks without operations. */
static void write_latencies(FILE *out, const struct trial *trial)
{
    static const struct {
        const char *name;
        double share;
    } quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};
    struct latency *total = trial->latencies;

    if (!total) {
        for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
            fprintf(out, ",\"latency_%s_ns\":null", quantiles[i].name);
        fputs(",\"latency_max_ns\":null,\"latency_cost_ns\":null,\"latencies\":null", out);
        return;
    }
    for (unsigned i = 1; i < trial->options.threads; i++)
        latency_merge(total, &trial->latencies[i]);
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        fprintf(out, ",\"latency_%s_ns\":%.0f", quantiles[i].name,
                latency_quantile_ns(total, quantiles[i].share));
    fprintf(out, ",\"latency_max_ns\":%.0f,\"latency_cost_ns\":%.1f,\"latencies\":",
            latency_max_ns(total), latency_cost_ns());
    latency_write(out, total);
}

static void write_proof(FILE *out, const struct trial *trial)
{
    bool random = trial->offsets != NULL, known = trial->expected_digest != 0;

    fprintf(out, "\"bytes\":%" PRIu64 ",\"distinct_bytes\":%" PRIu64, trial_cycle_bytes(trial),
            random ? trial->distinct_bytes : trial_cycle_bytes(trial));
    if (trial->options.no_verify)
        return;
    fprintf(out, ",\"digest\":\"%016" PRIx64 "\"", set_digest(trial));
    fprintf(out, known ? ",\"expected_digest\":\"%016" PRIx64 "\"" : ",\"expected_digest\":null",
            trial->expected_digest);
}

void output_trial(const struct trial *trial, const struct cycles *cycles)
{
    const char *path = trial->options.output;
    FILE *out = path ? fopen(path, "we") : stdout;

    if (!out)
        die(1, "%s:", path);
    fputc('{', out);
    if (cycles->count > 0) {
        write_times(out, trial, cycles);
        write_counters(out, cycles);
        write_latencies(out, trial);
        bystander_write(out);
        counts_write(out, &cycles->process);
        fputc(',', out);
    }
    write_proof(out, trial);
    fputs("}\n", out);
    if (fflush(out) || ferror(out))
        die(1, "%s:", path ? path : "standard output");
    if (path && fclose(out))
        die(1, "%s:", path);
}
