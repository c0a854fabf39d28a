/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run directories with very many trials, made up: what report and compare take of time and memory, and whether it
 * grows in proportion. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/digest.h"
#include "common/point.h"
#include "common/seal.h"
#include "common/units.h"
#include "runners/files.h"
#include "tests/bench/scratch.h"

enum { POINTS = 500, GROUP = 10 };
static const unsigned trials[] = {50000, 100000, 200000};
enum { SIZES = sizeof trials / sizeof *trials };
static const double SECONDS_MAX = 5, MIB_MAX = 300;

/* Ten methods at each of fifty sizes, all of one task. Method 0 is the baseline of its group, the last its twin. */
static json_t *make_point(unsigned index)
{
    static const char *const methods[GROUP] = {"stream", "pread", "mmap", "mmb", "readv",
                                               "uring", "aio", "direct", "uncached", "stream"};
    unsigned member = index % GROUP, group = index / GROUP;
    struct point point = {.task = "scan", .runner = "inprocess", .source = "disk", .cache = "warm",
                          .policy = "none", .alignment = "page", .consumption = "digest",
                          .durability = "none", .destination_state = "none", .distribution = "none",
                          .offsets = "none", .files = 1, .threads = 1, .buffers = 0};
    json_t *object = json_pack("{s:i, s:o, s:b, s:n}", "group", (int)group, "baseline",
                               member ? json_integer(group * GROUP) : json_null(), "supported", 1, "reason");

    snprintf(point.method, sizeof point.method, "%s", methods[member]);
    point.file_size_bytes = 65536ULL * (group + 1);
    point.block_size_bytes = 65536;
    point.replica = member == GROUP - 1;
    point_to_json(&point, object);
    return object;
}

static int write_header(const char *path, const json_t *points, int which, struct error *error)
{
    json_t *header = json_pack(
        "{s:i, s:s, s:s, s:s, s:s, s:i, s:{s:s, s:s, s:s, s:i, s:I, s:s, s:s}, s:{s:s, s:s, s:s, s:s}, "
        "s:{s:{s:s, s:b, s:n, s:s}}, s:O}",
        "schema", 1, "name", "scale", "state", "complete", "started_utc", "2026-01-01T00:00:00Z", "finished_utc",
        "2026-01-01T01:00:00Z", "seed", 1, "environment", "host", "made-up", "kernel", which ? "6.2" : "6.1",
        "cpu_model", "none", "cpus", 2, "memory_bytes", (json_int_t)GIB, "virtualisation", "none", "boot_id",
        which ? "b" : "a", "build", "version", "0", "compiler", "none", "flags", "none", "commit", "none",
        "targets", "disk", "type", "directory", "available", 1, "reason", "file_system", "ext4", "points", points);

    if (!header)
        return error_set(error, "out of memory");
    int result = files_replace_json(path, header, error);
    json_decref(header);
    return result;
}

/* Everything of a real trial's line but the point, the block and the times. */
#define REST                                                                                               \
    "\"attempt\":1,\"started_utc\":\"2026-01-01T00:00:00Z\",\"cpu\":1,\"exit\":\"0\",\"whole_process_ns\":null,"      \
    "\"whole_process_user_ns\":null,\"whole_process_system_ns\":null,\"trial_ns\":49448722,"                  \
    "\"resident_before_bytes\":%llu,\"resident_after_bytes\":%llu,\"prepare_ns\":78244618,"                   \
    "\"verify_ns\":6125713,\"settle_ns\":16338436,\"dirty_before_bytes\":0,\"writeback_before_bytes\":0,"       \
    "\"machine_dirty_before_bytes\":110592,\"machine_writeback_before_bytes\":0,"                            \
    "\"folio_sample_bytes\":8388608,\"folio_small_bytes\":8388608,\"folio_huge_bytes\":0,"                    \
    "\"folio_mean_bytes\":4096,\"memory_limit_bytes\":null,\"memory_after_bytes\":null,"                      \
    "\"read_limit_bytes_per_s\":null,\"write_limit_bytes_per_s\":null,\"destination_hole_bytes\":null,"       \
    "\"destination_shared_bytes\":null,\"read_amplification\":0.0,\"setup_ns\":%llu,\"transfer_ns\":%llu,"     \
    "\"teardown_ns\":%llu,\"sync_ns\":0,\"cycles\":3,\"cycle_setup_ns\":[%llu,%llu,%llu],"                     \
    "\"cycle_transfer_ns\":[%llu,%llu,%llu],\"cycle_teardown_ns\":[%llu,%llu,%llu],\"cpu_ns\":%llu,"           \
    "\"user_ns\":2136000,\"system_ns\":0,\"sink_cpu_ns\":0,\"machine_busy_ns\":0,\"steal_ns\":0,"              \
    "\"span_ns\":2233613,\"minor_faults\":136,\"major_faults\":0,\"voluntary_context_switches\":0,"           \
    "\"involuntary_context_switches\":0,\"peak_rss_bytes\":4317184,\"device_read_bytes\":0,"                 \
    "\"device_written_bytes\":null,\"process_read_bytes\":0,\"process_written_bytes\":0,"                    \
    "\"requested_read_bytes\":1272,\"requested_written_bytes\":0,\"startup_ns\":41175093,\"events\":null,"    \
    "\"latency_p50_ns\":null,\"latency_p90_ns\":null,\"latency_p99_ns\":null,\"latency_p999_ns\":null,"        \
    "\"latency_max_ns\":null,\"latency_cost_ns\":null,\"latencies\":null,\"bytes\":%llu,"                     \
    "\"distinct_bytes\":%llu,\"digest\":\"359628411e8d04f9\",\"expected_digest\":\"359628411e8d04f9\","        \
    "\"valid\":true,\"void_reason\":null}"

/* A time with 5 % of noise; the tenth of it is setup, a tenth teardown. */
static int write_trial(FILE *out, const char *fields, unsigned point, unsigned block, int which)
{
    typedef unsigned long long number;
    number bytes = 65536ULL * (point / GROUP + 1);
    uint64_t word = digest_term(block, digest_term(point, (uint64_t)which));
    double noise = 1 + 0.1 * ((double)(word >> 11) * 0x1p-53 - 0.5);
    number time = (number)((double)bytes / 4 * (1 + point % GROUP * 0.03) * noise) + 1000;
    number tenth = time / 10, most = time - 2 * tenth;
    char object[4096];
    size_t length;

    snprintf(object, sizeof object, "{\"schema\":2,\"point\":%u,%s,\"block\":%u,\"order\":%u," REST, point, fields,
             block, (unsigned)(word % GROUP), bytes, bytes, tenth, most, tenth, tenth, tenth, tenth, most, most,
             most, tenth, tenth, tenth, 3 * time, bytes, bytes);
    char *line = seal_line(object, &length);
    int result = line && fwrite(line, 1, length, out) == length ? 0 : -1;
    free(line);
    return result;
}

static int write_trials(const char *path, const json_t *points, unsigned count, int which, struct error *error)
{
    char *fields[POINTS];
    int result = 0;
    FILE *out = fopen(path, "we");

    if (!out)
        return error_set(error, "%s:", path);
    for (unsigned i = 0; i < POINTS; i++) {
        json_t *object = json_object();
        for (size_t f = 0; f < point_field_count; f++)
            json_object_set(object, point_fields[f].name,
                            json_object_get(json_array_get(points, i), point_fields[f].name));
        fields[i] = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
        json_decref(object);
        fields[i][strlen(fields[i]) - 1] = 0; /* what stands between the braces */
    }
    for (unsigned i = 0; i < count && result == 0; i++)
        result = write_trial(out, fields[i % POINTS] + 1, i % POINTS, i / POINTS, which);
    for (unsigned i = 0; i < POINTS; i++)
        free(fields[i]);
    return fclose(out) || result ? error_set(error, "%s:", path) : 0;
}

static int make_run(const char *directory, unsigned count, int which, struct error *error)
{
    char header[PATH_MAX], journal[PATH_MAX];
    json_t *points = json_array();

    if (mkdir(directory, 0700) < 0)
        return error_set(error, "%s:", directory);
    snprintf(header, sizeof header, "%s/run.json", directory);
    snprintf(journal, sizeof journal, "%s/trials.jsonl", directory);
    for (unsigned i = 0; i < POINTS; i++)
        json_array_append_new(points, make_point(i));
    int result = write_header(header, points, which, error) < 0 ||
                 write_trials(journal, points, count, which, error) < 0;
    json_decref(points);
    return result ? -1 : 0;
}

struct cost {
    double wall_s, cpu_s, rss_mib;
};

static int time_it(const char *const *argv, struct cost *cost, struct error *error)
{
    struct rusage usage;
    uint64_t wall_ns;

    if (scratch_run(argv, &wall_ns, &usage, error) < 0)
        return -1;
    *cost = (struct cost){
        (double)wall_ns / 1e9,
        (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
            (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
        (double)usage.ru_maxrss / 1024};
    return 0;
}

static void tell(struct bench *bench, const char *what, unsigned count, const struct cost *cost,
                 const struct cost *before)
{
    bool within = cost->wall_s < SECONDS_MAX && cost->rss_mib < MIB_MAX;

    printf("  %-8s  %7u  %6.2f s  %6.2f s  %6.0f MiB", what, count, cost->wall_s, cost->cpu_s, cost->rss_mib);
    if (before->wall_s > 0)
        printf("  %5.2f  %5.2f", cost->wall_s / before->wall_s, cost->rss_mib / before->rss_mib);
    printf("%s\n", within ? "" : "  OVER 5 s or 300 MiB");
    bench->failed |= !within;
}

static int measure_size(struct bench *bench, const char *room, unsigned count, struct cost before[2],
                        struct error *error)
{
    char program[PATH_MAX + 16], old[PATH_MAX], new[PATH_MAX];
    const char *const report[] = {program, "report", old, NULL};
    const char *const compare[] = {program, "compare", old, new, NULL};
    struct cost cost[2];

    snprintf(program, sizeof program, "%s/iotoll", bench->build);
    snprintf(old, sizeof old, "%s/%u-old", room, count);
    snprintf(new, sizeof new, "%s/%u-new", room, count);
    fprintf(stderr, "bench: scale, %u trials\n", count);
    if (make_run(old, count, 0, error) < 0 || make_run(new, count, 1, error) < 0 ||
        time_it(report, &cost[0], error) < 0 || time_it(compare, &cost[1], error) < 0)
        return -1;
    tell(bench, "report", count, &cost[0], &before[0]);
    tell(bench, "compare", count, &cost[1], &before[1]);
    memcpy(before, cost, sizeof cost);
    return 0;
}

int part_scale(struct bench *bench, struct error *error)
{
    struct cost before[2] = {0};
    struct scratch scratch;
    int result = 0;

    if (scratch_make(&scratch, bench, error) < 0)
        return -1;
    printf("\nScale: run directories with so many trials (of %d points); compare reads two of them\n"
           "  %-8s  %7s  %8s  %8s  %10s  growth of time and memory\n", POINTS, "", "trials", "wall", "CPU",
           "peak RSS");
    for (int i = 0; i < SIZES && result == 0 && !spawn_stop_requested(); i++)
        result = measure_size(bench, scratch.path, trials[i], before, error);
    scratch_remove(&scratch);
    bench->interrupted |= spawn_stop_requested() != 0;
    return result;
}
