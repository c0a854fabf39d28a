/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/stats.h"
#include "common/units.h"
#include "runners/environment.h"
#include "runners/files.h"
#include "tests/bench/bench.h"

/* What a row says. */
struct outcome {
    double ours_ns, theirs_ns; /* medians of the blocks in which both are valid */
    struct interval ratio;     /* their time / ours */
    const char *verdict;
};

static const char *verdict(const struct interval *ratio)
{
    if (!ratio->bounded)
        return ratio->n ? "too few blocks" : "no valid pair";
    return ratio->low > 1 ? "faster" : ratio->high < 1 ? "SLOWER" : "not told apart";
}

/* Pairs of the same block; room is for three times the blocks. */
static struct outcome judge(const struct bench *bench, const struct row *row, double *room)
{
    const double *ours = bench->commands[row->ours].ns, *theirs = bench->commands[row->theirs].ns;
    double *a = room, *b = room + bench->blocks, *scratch = b + bench->blocks;
    struct outcome outcome;
    size_t n = 0;

    for (uint64_t block = 0; block < bench->blocks; block++)
        if (!isnan(ours[block]) && !isnan(theirs[block])) {
            a[n] = ours[block];
            b[n++] = theirs[block];
        }
    outcome.ratio = stats_speed(a, b, n, scratch);
    outcome.ours_ns = stats_median_interval(a, n).middle;
    outcome.theirs_ns = stats_median_interval(b, n).middle;
    outcome.verdict = verdict(&outcome.ratio);
    return outcome;
}

/* Why a row has no result at all, or NULL. */
static const char *missing(const struct bench *bench, const struct row *row)
{
    const char *ours = bench->commands[row->ours].missing, *theirs = bench->commands[row->theirs].missing;

    return *ours ? ours : *theirs ? theirs : NULL;
}

static void print_header(const struct bench *bench, const json_t *environment)
{
    char size[24];
    const char *name;
    json_t *value;

    printf("iotoll bench: %s on %s, warm (verified before and after every trial), %llu blocks%s, seed "
           "%llu, CPU %d\n",
           units_format_size(bench->file_size_bytes, size), bench->set->target->device.file_system,
           (unsigned long long)bench->measured_blocks, bench->interrupted ? " (interrupted)" : "",
           (unsigned long long)bench->seed, bench->cpu);
    printf("Linux %s, %s, virtualisation: %s", json_string_value(json_object_get(environment, "kernel")),
           json_string_value(json_object_get(environment, "cpu_model")),
           json_string_value(json_object_get(environment, "virtualisation")));
    json_object_foreach(bench->programs, name, value)
        printf("; %s", json_string_value(value));
    printf("\nratio = their time / ours, so that above 1 we are faster; paired by block, 95 %% interval\n");
}

static void print_row(const struct bench *bench, const struct row *row, double *room)
{
    struct outcome outcome = judge(bench, row, room);
    const char *reason = missing(bench, row);
    char size[24], ours[32], theirs[32];

    printf("  %5s  %2llu  %-36s", units_format_size(row->block_size_bytes, size),
           (unsigned long long)row->depth, row->twin->theirs->name);
    if (reason) {
        printf("  not measured: %s\n", reason);
        return;
    }
    if (outcome.ratio.n == 0) {
        printf("  not measured: %s\n", bench->commands[row->theirs].voids
                                           ? bench->commands[row->theirs].last_void
                                           : bench->commands[row->ours].last_void);
        return;
    }
    printf("  %8s  %8s  %6.3f", units_human_duration(outcome.ours_ns, ours),
           units_human_duration(outcome.theirs_ns, theirs), outcome.ratio.middle);
    if (outcome.ratio.bounded)
        printf("  %5.3f to %5.3f", outcome.ratio.low, outcome.ratio.high);
    else
        printf("  %14s", "");
    printf("  %3zu  %s\n", outcome.ratio.n, outcome.verdict);
}

static void print_table(const struct bench *bench, double *room)
{
    for (size_t i = 0; i < bench->row_count; i++) {
        const struct row *row = &bench->rows[i];
        if (i == 0 || row->twin->ours != bench->rows[i - 1].twin->ours)
            printf("\n%s\n  %5s  %2s  %-36s  %8s  %8s  %6s  %14s  %3s\n", row->twin->ours->name, "B", "N",
                   "against", "ours", "theirs", "ratio", "interval", "n");
        print_row(bench, row, room);
    }
}

/* Each text once, with the names it is about. */
static void print_timed(const struct bench *bench)
{
    const struct timing *said[8] = {0};
    size_t count = 0;

    printf("\nWhat is timed\n");
    for (size_t i = 0; i < bench->command_count; i++) {
        const struct timing *timing = bench->commands[i].side->timing;
        size_t known = 0;
        while (known < count && said[known] != timing)
            known++;
        if (known < count || count == sizeof said / sizeof *said)
            continue;
        said[count++] = timing;
        printf("  %s ...: %s\n", bench->commands[i].side->name, timing->what);
    }
}

static void print_notes(const struct bench *bench)
{
    const struct twin *said = NULL;

    printf("\nWhat to know of each comparison\n");
    for (size_t i = 0; i < bench->row_count; said = bench->rows[i++].twin)
        if (bench->rows[i].twin != said && bench->rows[i].twin->note)
            printf("  %s : %s. %s\n", bench->rows[i].twin->ours->name, bench->rows[i].twin->theirs->name,
                   bench->rows[i].twin->note);
}

/* Every row in which we are behind, once a pair of programs, with the reason. */
static void print_below(const struct bench *bench, double *room)
{
    const char *title = "\nWhere ours is the slower: why, and what it would take\n";
    const struct twin *said = NULL;

    for (size_t i = 0; i < bench->row_count; i++) {
        const struct row *row = &bench->rows[i];
        struct outcome outcome = judge(bench, row, room);
        if (row->twin == said || !outcome.ratio.bounded || outcome.ratio.middle >= 1)
            continue;
        said = row->twin;
        if (outcome.ratio.high >= 1)
            printf("%s  %s : %s. The interval holds 1: no difference is shown.%s%s\n", title, said->ours->name,
                   said->theirs->name, said->below ? " If there is one: " : "", said->below ? said->below : "");
        else
            printf("%s  %s : %s. %s\n", title, said->ours->name, said->theirs->name,
                   said->below ? said->below : "NOT EXPLAINED");
        title = "";
    }
}

static void print_voids(const struct bench *bench)
{
    const char *title = "\nTrials that were void and repeated, and the last reason\n";
    char size[24];

    for (size_t i = 0; i < bench->command_count; i++) {
        const struct command *command = &bench->commands[i];
        if (!command->voids)
            continue;
        printf("%s  %s, B %s: %zu, %s\n", title, command->side->name,
               units_format_size(command->block_size_bytes, size), command->voids, command->last_void);
        title = "";
    }
}

static json_t *interval_json(const struct interval *interval)
{
    json_t *object = json_pack("{s:I}", "n", (json_int_t)interval->n);

    json_object_set_new(object, "middle", interval->n ? json_real(interval->middle) : json_null());
    json_object_set_new(object, "low", interval->bounded ? json_real(interval->low) : json_null());
    json_object_set_new(object, "high", interval->bounded ? json_real(interval->high) : json_null());
    json_object_set_new(object, "confidence",
                        interval->bounded ? json_real(interval->confidence) : json_null());
    return object;
}

static json_t *optional(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

static json_t *row_json(const struct bench *bench, const struct row *row, double *room)
{
    struct outcome outcome = judge(bench, row, room);
    bool any = outcome.ratio.n > 0;

    return json_pack("{s:s, s:s, s:I, s:I, s:i, s:i, s:o, s:o, s:o, s:s, s:o, s:o}", "ours",
                     row->twin->ours->name, "theirs", row->twin->theirs->name, "block_size_bytes",
                     (json_int_t)row->block_size_bytes, "buffers", (json_int_t)row->depth, "ours_command",
                     (int)row->ours, "theirs_command",
                     (int)row->theirs, "ours_pass_ns", any ? json_real(outcome.ours_ns) : json_null(),
                     "theirs_pass_ns", any ? json_real(outcome.theirs_ns) : json_null(), "ratio",
                     interval_json(&outcome.ratio), "verdict", outcome.verdict, "note",
                     optional(row->twin->note), "not_measured", optional(missing(bench, row)));
}

static json_t *rows_json(const struct bench *bench, double *room)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < bench->row_count; i++)
        json_array_append_new(rows, row_json(bench, &bench->rows[i], room));
    return rows;
}

static json_t *commands_json(const struct bench *bench)
{
    json_t *commands = json_array();

    for (size_t i = 0; i < bench->command_count; i++) {
        const struct command *command = &bench->commands[i];
        char *line = arguments_quoted(&command->arguments);
        json_array_append_new(commands, json_pack("{s:s, s:s?, s:s, s:o}", "name", command->side->name,
                                                  "command", line, "timed", command->side->timing->what,
                                                  "not_measured", optional(command->missing)));
        free(line);
    }
    return commands;
}

static int write_json(const struct bench *bench, json_t *environment, double *room, struct error *error)
{
    char now[24];
    json_t *root = json_pack(
        "{s:i, s:s, s:s, s:s, s:I, s:I, s:I, s:i, s:O, s:o, s:o, s:O, s:s, s:o, s:o, s:O}", "schema", 1,
        "started_utc", bench->started_utc, "finished_utc", environment_utc_now(now), "state",
        bench->interrupted ? "interrupted" : "complete", "seed", (json_int_t)bench->seed, "blocks",
        (json_int_t)bench->measured_blocks, "file_size_bytes", (json_int_t)bench->file_size_bytes, "cpu",
        bench->cpu, "environment", environment, "build", environment_build(), "target",
        target_to_json(bench->set->target), "programs", bench->programs, "cache",
        "warm: read through once in order, 1 MiB a call; residency verified before and after every trial",
        "rows", rows_json(bench, room), "commands", commands_json(bench), "trials", bench->trials);

    if (!root)
        return error_set(error, "%s: out of memory", bench->output);
    int result = files_replace_json(bench->output, root, error);
    json_decref(root);
    return result;
}

int report(const struct bench *bench, struct error *error)
{
    double *room = calloc(3 * bench->blocks, sizeof *room);
    json_t *environment = environment_describe();
    int result = room ? 0 : error_set(error, "out of memory");

    if (room) {
        print_header(bench, environment);
        print_table(bench, room);
        print_timed(bench);
        print_notes(bench);
        print_below(bench, room);
        print_voids(bench);
        result = write_json(bench, environment, room, error);
    }
    if (result == 0)
        printf("\nwritten to %s\n", bench->output);
    fflush(stdout);
    json_decref(environment);
    free(room);
    return result;
}
