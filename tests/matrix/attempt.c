/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/units.h"
#include "runners/arguments.h"
#include "runners/output.h"
#include "runners/spawn.h"
#include "tests/matrix/matrix.h"

enum { FAILURES_SHOWN = 5, WHY = 1200 };

/* One run: what was asked, and of what. */
struct run {
    const struct workplace *place;
    const struct method_info *method;
    const struct task_traits *task;
    const struct combination *c;
    const struct set *set;
};

static void add(struct arguments *arguments, const char *name, const char *value)
{
    arguments_add(arguments, "--%s", name);
    arguments_add(arguments, "%s", value);
}

static void add_number(struct arguments *arguments, const char *name, uint64_t value)
{
    arguments_add(arguments, "--%s", name);
    arguments_add(arguments, "%" PRIu64, value);
}

static void add_places(struct arguments *arguments, const struct run *run)
{
    if (run->task->source == PLACE_FILE) {
        add(arguments, "source", run->set->directory);
        add_number(arguments, "content-seed", CONTENT_SEED);
    }
    if (run->task->destination == PLACE_FILE)
        add(arguments, "destination", run->place->copies);
    if (run->task->source == PLACE_SOCKET || run->task->destination == PLACE_SOCKET) {
        add(arguments, "connect", run->place->address);
        add(arguments, "token-file", run->place->token_file);
    }
}

static void add_task(struct arguments *arguments, const struct run *run)
{
    const struct combination *c = run->c;

    if (run->task->consumes) {
        add(arguments, "consumption", axes_consumptions[c->consumption]);
        add_number(arguments, "compute", c->compute_ns_per_kib);
    }
    if (run->task->writes)
        add(arguments, "durability", axes_durabilities[c->durability]);
    if (run->task->creates)
        add(arguments, "destination-state", axes_destinations[c->state]);
    if (run->task->random) {
        add_number(arguments, "operations", c->operations);
        add(arguments, "distribution", axes_distributions[c->distribution]);
        add(arguments, "offsets", axes_offsets[c->offsets]);
    }
    if (c->distinct)
        arguments_add(arguments, "--distinct");
}

static void arguments_make(struct arguments *arguments, const struct run *run)
{
    const struct combination *c = run->c;
    unsigned axes = run->method->axes;

    arguments_add(arguments, "%s", run->method->program);
    add_places(arguments, run);
    add_number(arguments, "files", c->files);
    add_number(arguments, "file-size", c->size);
    add_number(arguments, "seed", c->size + c->block);
    if (axes & METHOD_BLOCK)
        add_number(arguments, "block-size", c->block);
    if (axes & METHOD_BUFFERS)
        add_number(arguments, "buffers", c->buffers);
    if (axes & METHOD_THREADS)
        add_number(arguments, "threads", c->threads);
    if (axes & METHOD_POLICY)
        add(arguments, "policy", axes_policies[c->policy]);
    if (axes & METHOD_ALIGNMENT)
        add(arguments, "alignment", axes_alignments[c->alignment]);
    add_task(arguments, run);
    if (c->many_cycles)
        add_number(arguments, "minimum-time", 2 * NS_PER_MS);
    else
        arguments_add(arguments, "--once");
}

static const char *text_of(const json_t *line, const char *key)
{
    const char *text = json_string_value(json_object_get(line, key));

    return text ? text : "null";
}

static uint64_t number_of(const json_t *line, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(line, key));
}

static uint64_t bytes_of(const struct run *run)
{
    return run->task->random ? run->c->operations * run->c->block : run->c->files * run->c->size;
}

/* Of the set, or of the pattern; of operations nobody but the method knows which records they were. */
static bool digest_is_right(const struct run *run, const json_t *line, char *why)
{
    uint64_t digest = run->task->source == PLACE_FILE ? run->set->digest : run->set->pattern_digest;
    const char *found = text_of(line, "digest"), *told = text_of(line, "expected_digest");
    char expected[32];

    snprintf(expected, sizeof expected, "%016" PRIx64, digest);
    bool knows = run->task->random || run->task->source != PLACE_FILE;
    if (run->task->random)
        snprintf(expected, sizeof expected, "%s", told);
    if (!strcmp(found, expected) && (!knows || !strcmp(told, expected)))
        return true;
    snprintf(why, WHY, "digest %s, expected %s (it says %s)", found, expected, told);
    return false;
}

/* Every operation of every measured cycle is in the histogram, and none besides. */
static bool latencies_are_right(const struct run *run, const json_t *line, char *why)
{
    json_t *pairs = json_object_get(line, "latencies"), *pair;
    uint64_t count = 0, expected = run->c->operations * number_of(line, "cycles");
    size_t index;

    if (!run->task->random)
        return true;
    json_array_foreach(pairs, index, pair)
        count += (uint64_t)json_integer_value(json_array_get(pair, 1));
    if (count == expected)
        return true;
    snprintf(why, WHY, "%" PRIu64 " latencies of %" PRIu64 " operations", count, expected);
    return false;
}

static int compare_numbers(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

static uint64_t element(const json_t *line, const char *key, size_t index)
{
    return (uint64_t)json_integer_value(json_array_get(json_object_get(line, key), index));
}

/* What a trial is said to have taken is what its median cycle took, of an even number the shorter one; opening and
 * closing files takes some time; and all cycles together took no longer than the span they lie in. */
static bool times_are_of_the_median(const json_t *line, char *why)
{
    const size_t cycles = number_of(line, "cycles");
    uint64_t *totals = calloc(cycles + 1, sizeof *totals), sum = 0;
    uint64_t said = number_of(line, "setup_ns") + number_of(line, "transfer_ns") + number_of(line, "teardown_ns");

    if (!totals)
        die(2, "out of memory");
    for (size_t i = 0; i < cycles; i++) {
        totals[i] = element(line, "cycle_setup_ns", i) + element(line, "cycle_transfer_ns", i) +
                    element(line, "cycle_teardown_ns", i);
        sum += totals[i];
    }
    qsort(totals, cycles, sizeof *totals, compare_numbers);
    const bool right = cycles > 0 && said == totals[(cycles - 1) / 2] && sum <= number_of(line, "span_ns") &&
                       number_of(line, "setup_ns") > 0 && number_of(line, "teardown_ns") > 0;
    if (!right)
        snprintf(why, WHY, "%" PRIu64 " ns is not what the median one of %zu cycles took", said, cycles);
    free(totals);
    return right;
}

static bool line_is_right(const struct run *run, const json_t *line, char *why)
{
    uint64_t distinct = number_of(line, "distinct_bytes");
    bool all = !run->task->random || (run->c->distinct && run->c->distribution == DISTRIBUTION_UNIFORM);

    if (number_of(line, "bytes") != bytes_of(run))
        snprintf(why, WHY, "wrong count of bytes");
    else if (distinct > bytes_of(run) || (all && distinct != bytes_of(run)))
        snprintf(why, WHY, "%" PRIu64 " distinct bytes", distinct);
    else if (!run->c->many_cycles && number_of(line, "cycles") != 1)
        snprintf(why, WHY, "--once took more than one cycle");
    else
        return digest_is_right(run, line, why) && latencies_are_right(run, line, why) &&
               times_are_of_the_median(line, why);
    return false;
}

/* Byte by byte: what was created, and what was updated and put back. */
static bool files_are_right(const struct run *run, char *why)
{
    const struct set *set = run->set;

    if (run->task->creates)
        return sets_hold(run->place->copies, set,
                          run->task->source == PLACE_FILE ? set->bytes : set->pattern, why, WHY);
    return !run->task->writes || sets_hold(set->directory, set, set->bytes, why, WHY);
}

static bool is_right(const struct run *run, const struct spawn *spawn, char *why)
{
    struct error error;

    if (strcmp(spawn->exit, "0")) {
        snprintf(why, WHY, "ended with %s: %s", spawn->exit, spawn_last_words(spawn));
        return false;
    }
    json_t *line = output_parse(spawn->output, OUTPUT_WHOLE, &error);
    if (!line) {
        snprintf(why, WHY, "%s", error.text);
        return false;
    }
    bool right = line_is_right(run, line, why) && files_are_right(run, why);
    json_decref(line);
    return right;
}

/* Reasons of the machine, not of the combination. */
static bool is_known_reason(const struct run *run, const char *reason)
{
    return combination_is_delicate(run->method, run->c) ||
           (run->c->policy != POLICY_NONE && strstr(reason, "has no policy")) ||
           strstr(reason, "ulimit -l") || strstr(reason, "the file system copied them");
}

static void refusal(const struct run *run, const struct spawn *spawn, bool impossible, struct tally *tally)
{
    const char *reason = spawn_last_words(spawn);

    if (impossible || is_known_reason(run, reason)) {
        tally->refused++;
        return;
    }
    tally->refused_all_the_same++;
    snprintf(tally->reason, sizeof tally->reason, "%s", reason);
}

static void judge(const struct run *run, const struct spawn *spawn, bool impossible,
                  const struct arguments *arguments, struct tally *tally)
{
    char why[WHY] = "should have been refused";

    if (!strcmp(spawn->exit, "77") && !*spawn->output && *spawn_last_words(spawn)) {
        refusal(run, spawn, impossible, tally);
        return;
    }
    if (!impossible && is_right(run, spawn, why)) {
        tally->passed++;
        return;
    }
    if (tally->failed++ >= FAILURES_SHOWN)
        return;
    char *line = arguments_quoted(arguments);
    printf("# %s\n#   %s\n", line, why);
    free(line);
}

/* Copies that an earlier size left would be a lie; methods remove only those that they are to replace. */
static void remove_copies(const struct workplace *place)
{
    char path[600];

    for (uint64_t i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "%s/%06" PRIu64, place->copies, i);
        unlink(path);
    }
}

void attempt(const struct workplace *place, const struct method_info *method, const struct combination *c,
             bool impossible, struct tally *tally)
{
    struct run run = {place, method, task_find(method->task), c, sets_get(place->directory, c->size)};
    struct arguments arguments = {.count = 0};
    struct spawn spawn = {.argv = arguments.items, .program_fd = -1, .timeout_ns = 60 * NS_PER_S};
    struct error error;

    arguments_make(&arguments, &run);
    remove_copies(place);
    if (*place->preload)
        setenv("LD_PRELOAD", place->preload, 1);
    if (arguments.failed || spawn_run(&spawn, &error) < 0)
        die(2, "%s", error.text);
    unsetenv("LD_PRELOAD");
    judge(&run, &spawn, impossible, &arguments, tally);
    spawn_free(&spawn);
    arguments_free(&arguments);
}
