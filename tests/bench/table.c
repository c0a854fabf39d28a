/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of twins: every pair in every block, in random order. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/units.h"
#include "runners/environment.h"
#include "runners/sink.h"
#include "tests/bench/bench.h"

/* The same target, data set and clean-up as in a run, and the same lock: two at once would disturb each
 * other. */
static int open_target(struct bench *bench, struct error *error)
{
    const struct target_site site = {.undo = &bench->undo, .sink_cpu = SINK_CPU_ANY};
    struct target *target;

    bench->target_spec = (struct target_spec){
        .name = "bench", .type = TARGET_DIRECTORY, .path = (char *)bench->directory};
    bench->config.targets = &bench->target_spec;
    bench->config.target_count = 1;
    bench->datasets.seed = bench->seed;
    if (undo_begin(&bench->undo, UNDO_RUN, error) < 0 ||
        targets_open(&bench->targets, &bench->config, &site, error) < 0)
        return -1;
    target = &bench->targets.all[0];
    if (!target->available)
        return error_set(error, "%s", target->reason);
    if (target->free_bytes < 2 * bench->file_size_bytes + 64 * MIB)
        return error_set(error, "%s: not enough space for two files of the size; set TMPDIR",
                         bench->directory);
    bench->set = dataset_get(&bench->datasets, target, bench->file_size_bytes, 1, false, error);
    bench->copies = arguments_copy_directory(target);
    if (!bench->set || !bench->copies)
        return -1;
    if (mkdir(bench->copies, 0700) < 0)
        return error_set(error, "%s:", bench->copies);
    return servers_start(&bench->servers, target->directory, bench->other_cpu, error);
}

static int measure_group(struct bench *bench, uint64_t block, size_t group, struct error *error)
{
    size_t start = bench->plan.group_start[group];
    size_t count = bench->plan.group_start[group + 1] - start;
    size_t *order = calloc(count, sizeof *order);
    int result = order ? 0 : error_set(error, "out of memory");

    if (order)
        plan_point_order(&bench->plan, block, group, order);
    for (size_t i = 0; result == 0 && i < count && !bench->interrupted; i++)
        if (!*bench->commands[order[i]].missing)
            result = measure(bench, order[i], block, i, error);
    free(order);
    return result;
}

static int measure_block(struct bench *bench, uint64_t block, struct error *error)
{
    size_t *order = calloc(bench->plan.group_count, sizeof *order);
    int result = order ? 0 : error_set(error, "out of memory");

    if (order)
        plan_group_order(&bench->plan, block, order);
    for (size_t i = 0; result == 0 && i < bench->plan.group_count && !bench->interrupted; i++)
        result = measure_group(bench, block, order[i], error);
    free(order);
    return result;
}

static void tell_progress(const struct bench *bench, uint64_t started_ns)
{
    double each = (double)(clock_monotonic_ns() - started_ns) / (double)bench->measured_blocks;
    uint64_t left = bench->blocks - bench->measured_blocks;
    char duration[32];

    fprintf(stderr, "bench: block %llu of %llu", (unsigned long long)bench->measured_blocks,
            (unsigned long long)bench->blocks);
    if (left)
        fprintf(stderr, ", about %s left", units_human_duration(each * (double)left, duration));
    fputc('\n', stderr);
}

static int measure_all(struct bench *bench, struct error *error)
{
    uint64_t started_ns = clock_monotonic_ns();

    for (uint64_t block = 0; block < bench->blocks; block++) {
        if (measure_block(bench, block, error) < 0)
            return -1;
        if (bench->interrupted)
            return 0;
        bench->measured_blocks = block + 1;
        tell_progress(bench, started_ns);
    }
    return 0;
}

static int measure_and_report(struct bench *bench, struct error *error)
{
    environment_utc_now(bench->started_utc);
    bench->trials = json_array();
    if (open_target(bench, error) < 0 || layout_make(bench, error) < 0)
        return -1;
    layout_find_programs(bench);
    if (measure_all(bench, error) < 0)
        return -1;
    return report(bench, error);
}

static int close_all(struct bench *bench)
{
    servers_stop(&bench->servers);
    targets_close(&bench->targets);
    int result = undo_all(&bench->undo);
    layout_free(bench);
    datasets_free(&bench->datasets);
    free(bench->copies);
    json_decref(bench->programs);
    json_decref(bench->trials);
    return result;
}

int part_twins(struct bench *bench, struct error *error)
{
    int result = measure_and_report(bench, error);

    return close_all(bench) < 0 && result == 0 ? error_set(error, "something was left behind") : result;
}
