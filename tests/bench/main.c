/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench --methods DIR [--blocks N] [--seed N] [--only TEXT] [--file-size SIZE] [--directory DIR]
 * [--output FILE]. Exit: 0 measured (however slow), 1 something did not run, 2 usage, 3 environment. */
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/units.h"
#include "runners/environment.h"
#include "runners/sink.h"
#include "tests/bench/bench.h"

enum { BLOCKS = 15, BLOCKS_MAX = 1000 };

static void set_methods(struct bench *bench, const char *path)
{
    if (!realpath(path, bench->methods))
        die(EXIT_USAGE, "--methods %s:", path);
}

static uint64_t number(const char *name, const char *text, uint64_t least, uint64_t most)
{
    uint64_t value;

    if (units_parse_size(text, &value) < 0 || value < least || value > most)
        die(EXIT_USAGE, "--%s: \"%s\" is not a number from %llu to %llu", name, text,
            (unsigned long long)least, (unsigned long long)most);
    return value;
}

static void parse(struct bench *bench, int argc, char **argv)
{
    static const struct option options[] = {
        {"methods", required_argument, NULL, 'm'},   {"blocks", required_argument, NULL, 'b'},
        {"seed", required_argument, NULL, 's'},      {"only", required_argument, NULL, 'o'},
        {"file-size", required_argument, NULL, 'S'}, {"directory", required_argument, NULL, 'd'},
        {"output", required_argument, NULL, 'O'},    {0},
    };
    const char *temporary = getenv("TMPDIR");

    *bench = (struct bench){.blocks = BLOCKS, .seed = 1, .file_size_bytes = GIB,
                            .directory = temporary && *temporary ? temporary : "/var/tmp",
                            .output = "results/bench.json"};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (option) {
        case 'm': set_methods(bench, optarg); break;
        case 'b': bench->blocks = number("blocks", optarg, 1, BLOCKS_MAX); break;
        case 's': bench->seed = number("seed", optarg, 0, INT64_MAX); break;
        case 'o': bench->only = optarg; break;
        case 'S': bench->file_size_bytes = number("file-size", optarg, MIB, 1ULL << 40); break;
        case 'd': bench->directory = optarg; break;
        case 'O': bench->output = optarg; break;
        default: die(EXIT_USAGE, "the first lines of tests/bench/main.c list the options");
        }
    if (!*bench->methods || optind < argc)
        die(EXIT_USAGE, "--methods DIR, and nothing but options, is needed");
}

/* The last CPU we may use; what is not measured stays off it where there is another. */
static int choose_cpu(void)
{
    cpu_set_t allowed;
    int last = 0;

    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
            last = CPU_ISSET(cpu, &allowed) ? cpu : last;
    return last;
}

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
    if (undo_begin(&bench->undo, error) < 0 ||
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
    return mkdir(bench->copies, 0700) < 0 ? error_set(error, "%s:", bench->copies) : 0;
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

static int bench_all(struct bench *bench, struct error *error)
{
    environment_utc_now(bench->started_utc);
    bench->trials = json_array();
    bench->cpu = choose_cpu();
    if (open_target(bench, error) < 0 || layout_make(bench, error) < 0)
        return -1;
    layout_find_programs(bench);
    if (measure_all(bench, error) < 0)
        return -1;
    return report(bench, error);
}

static int close_all(struct bench *bench)
{
    targets_close(&bench->targets);
    int result = undo_all(&bench->undo);
    layout_free(bench);
    datasets_free(&bench->datasets);
    free(bench->copies);
    json_decref(bench->programs);
    json_decref(bench->trials);
    return result;
}

int main(int argc, char **argv)
{
    struct bench bench;
    struct error error;

    parse(&bench, argc, argv);
    spawn_watch_signals();
    setenv("LC_ALL", "C", 1); /* so that nobody's time goes into looking for translations */
    int result = bench_all(&bench, &error);
    int left_behind = close_all(&bench);
    if (result < 0)
        die(EXIT_ENVIRONMENT, "%s", error.text);
    return left_behind || bench.failed || bench.interrupted ? EXIT_INCOMPLETE : EXIT_DONE;
}
