/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A known answer: methods that do 0, 2, 5 and 10 % more than a scan has to, by count, go through the whole of
 * iotoll; what summary.json says of them is held against the truth. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/units.h"
#include "runners/files.h"
#include "tests/bench/scratch.h"

static const int percents[] = {0, 2, 5, 10};
enum { PERCENTS = sizeof percents / sizeof *percents };

/* slowed_0 is there twice: as the baseline that its task wants, and under its own name. */
static int furnish(const struct bench *bench, const char *house, struct error *error)
{
    static const char script[] =
        "set -e; mkdir -p \"$2/methods/scan\"; cp \"$1/iotoll\" \"$2/\"; cd \"$1/tests/fakes/scan\"; "
        "cp slowed_0 slowed_2 slowed_5 slowed_10 \"$2/methods/scan/\"; cp slowed_0 \"$2/methods/scan/stream\"";
    const char *const argv[] = {"sh", "-c", script, "sh", bench->build, house, NULL};

    return scratch_run(argv, NULL, NULL, error);
}

static int write_config(const struct bench *bench, const char *path, struct error *error)
{
    json_t *config = json_pack(
        "{s:s, s:s, s:s, s:i, s:s, s:{s:{s:s, s:s}}, s:[{s:s, s:[sssss], s:s, s:s, s:s, s:i, s:s}]}", "description",
        "A known slowdown.", "budget", "90s", "precision", "0.1%", "blocks", 1000, "minimum_time", "30ms",
        "targets", "disk", "type", "directory", "path", bench->directory, "sweeps", "task", "scan", "methods",
        "stream", "slowed_0", "slowed_2", "slowed_5", "slowed_10", "source", "disk", "cache", "warm",
        "file_size", "64M", "files", 1, "block_size", "64K");

    if (!config)
        return error_set(error, "out of memory");
    json_object_set_new(config, "seed", json_integer((json_int_t)bench->seed));
    int result = files_replace_json(path, config, error);
    json_decref(config);
    return result;
}

static const json_t *find(const json_t *summary, int percent)
{
    const json_t *points = json_object_get(summary, "points");
    char name[24];
    size_t index;
    json_t *point;

    snprintf(name, sizeof name, "slowed_%d", percent);
    json_array_foreach(points, index, point)
        if (!strcmp(json_string_value(json_object_get(point, "method")), name) &&
            !json_integer_value(json_object_get(point, "replica")))
            return json_object_get(point, "ratio");
    return NULL;
}

/* Print one line; false if what was found is not so. */
static bool judge(const json_t *ratio, int percent)
{
    double speed = json_number_value(json_object_get(ratio, "speed"));
    double low = json_number_value(json_object_get(ratio, "low"));
    double high = json_number_value(json_object_get(ratio, "high"));
    const char *verdict = json_string_value(json_object_get(ratio, "verdict"));
    double truth = 1 / (1 + percent / 100.0);

    if (!verdict || low <= 0) {
        printf("  %4d %%  %6.4f  no interval\n", percent, truth);
        return false;
    }
    bool covers = low <= truth && truth <= high, slower = !strcmp(verdict, "slower");
    bool right = covers && (percent >= 5 ? slower : percent > 0 || (!slower && strcmp(verdict, "faster")));
    printf("  %4d %%  %6.4f  %6.4f  %6.4f to %6.4f  %4lld  %-10s  %s%s\n", percent, truth, speed, low, high,
           json_integer_value(json_object_get(ratio, "n")), verdict,
           covers ? "covers the truth" : "MISSES THE TRUTH", right ? "" : ": NOT AS IT SHOULD BE");
    return right;
}

static int tell(struct bench *bench, const char *run, struct error *error)
{
    char path[PATH_MAX + 32];
    json_error_t problem;

    snprintf(path, sizeof path, "%s/summary.json", run);
    json_t *summary = json_load_file(path, 0, &problem);
    if (!summary)
        return error_set(error, "%s: %s", path, problem.text);
    printf("\nKnown slowdown: a scan of 64 MiB, warm, that does so much more work, by count; 90 s, through iotoll\n"
           "  %6s  %6s  %6s  %16s  %4s  verdict (margin %.1f %%)\n",
           "more", "truth", "speed", "interval", "n",
           100 * json_number_value(json_object_get(summary, "margin")));
    for (int i = 0; i < PERCENTS; i++)
        bench->failed |= !judge(find(summary, percents[i]), percents[i]);
    json_decref(summary);
    return 0;
}

static int run(struct bench *bench, const char *house, struct error *error)
{
    char program[512], config[512], output[512];

    snprintf(program, sizeof program, "%.400s/iotoll", house);
    snprintf(config, sizeof config, "%.400s/known.json", house);
    snprintf(output, sizeof output, "%.400s/run", house);
    /* Its progress, a line a block, is kept back unless it fails. */
    static const char measure[] =
        "\"$1\" run \"$2\" --output \"$3\" 2>\"$3.log\" && \"$1\" report \"$3\" 2>>\"$3.log\" || "
        "{ tail -n 3 \"$3.log\" >&2; exit 1; }";
    const char *const argv[] = {"sh", "-c", measure, "sh", program, config, output, NULL};
    fputs("bench: 90 s through iotoll\n", stderr);
    if (furnish(bench, house, error) < 0 || write_config(bench, config, error) < 0 ||
        scratch_run(argv, NULL, NULL, error) < 0)
        return -1;
    return tell(bench, output, error);
}

int part_known_slowdown(struct bench *bench, struct error *error)
{
    struct scratch scratch;

    if (scratch_make(&scratch, bench, error) < 0)
        return -1;
    int result = run(bench, scratch.path, error);
    scratch_remove(&scratch);
    bench->interrupted |= spawn_stop_requested() != 0;
    return result;
}
