/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/counted.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/axes.h"
#include "common/clock.h"
#include "common/seal.h"
#include "common/units.h"
#include "runners/count_table.h"
#include "runners/environment.h"
#include "runners/samples.h"
#include "runners/spawn.h"
#include "runners/trial.h"

/* Counts hardly differ from one cycle to the next; a profile needs samples. */
static const uint64_t counted_minimum_ns = 5 * NS_PER_MS, profiled_minimum_ns = 150 * NS_PER_MS,
                      period_ns = 100000;
enum { PASSES = 3, BLOCKS_WORTH = 3, BUDGET_PARTS = 4 };

enum kind { COUNTED, PROFILED, KINDS };
static const struct {
    const char *name, *file;
} kinds[KINDS] = {{"counted", "counts.jsonl"}, {"profiled", "profiles.jsonl"}};

struct counting {
    struct session *session;
    struct journal journals[KINDS];
    unsigned char *done[KINDS]; /* by point */
    uint64_t *cost_ns;          /* of the point's last such trial; 0 before */
    size_t *order;              /* of the points: the cheap ones first, so that most get theirs */
    char *list;                 /* the argument of --count */
    struct count_hold held;
    struct samples *samples;    /* NULL: nothing can be profiled */
    int samples_fd;             /* what a method writes its samples to */
    size_t point, missed, invalid;
    enum kind kind;
    char reason[256];
};

uint64_t counted_reserve_ns(const struct config *config, double block_ns)
{
    uint64_t most = config->budget_ns / BUDGET_PARTS;
    double wanted = BLOCKS_WORTH * block_ns;

    if (!config->counts)
        return 0;
    return wanted < (double)most ? (uint64_t)wanted : most;
}

static void add_options(struct arguments *arguments, void *context)
{
    const struct counting *counting = context;

    if (counting->kind == COUNTED) {
        arguments_add(arguments, "--count");
        arguments_add(arguments, "%s", counting->list);
        return;
    }
    arguments_add(arguments, "--profile");
    arguments_add(arguments, "/proc/self/fd/%d", counting->samples_fd);
    arguments_add(arguments, "--profile-period");
    arguments_add(arguments, "%llu", (unsigned long long)period_ns);
}

/* A reason is the machine's, not the point's: it is kept once. */
static void note_not_counted(struct session *session, const json_t *reasons)
{
    const char *name;
    json_t *reason;

    json_object_foreach ((json_t *)reasons, name, reason)
        if (!json_object_get(session->not_counted, name))
            json_object_set(session->not_counted, name, reason);
}

static int add_samples(const struct counting *counting, json_t *record, struct error *error)
{
    const struct session *session = counting->session;
    const struct plan_point *planned = &session->plan.points[counting->point];
    const struct target *source = targets_find(&session->targets, planned->source);
    const struct target *destination = targets_find(&session->targets, planned->destination);
    cpu_set_t room;
    struct samples_owners owners = {
        .sink = source && source->sink ? source->sink : destination ? destination->sink : 0,
        .cpus = session_cpus(session, planned->point.threads * (1 + planned->method->helpers), &room)};

    json_object_set_new(record, "period_ns", json_integer((json_int_t)period_ns));
    return samples_record(counting->samples, counting->samples_fd, &owners, record, error);
}

/* Counts that no event was opened for are null, too. */
static void add_counts(const struct counting *counting, json_t *record, const json_t *output)
{
    json_t *counts = json_deep_copy(json_object_get(output, "counts")), *reason;
    const char *name;

    note_not_counted(counting->session, json_object_get(output, "not_counted"));
    json_object_foreach (counting->session->not_counted, name, reason)
        if (!json_object_get(counts, name))
            json_object_set_new(counts, name, json_null());
    json_object_set_new(record, "counts", counts);
}

static int keep(const json_t *point, const json_t *output, void *context, struct error *error)
{
    struct counting *counting = context;
    json_t *record = json_object();
    char now[24];

    json_object_set_new(record, "schema", json_integer(SEAL_SCHEMA)); /* first: see common/seal.h */
    json_object_update(record, (json_t *)point);
    json_object_set_new(record, "point", json_integer((json_int_t)counting->point));
    json_object_set_new(record, "kind", json_string(kinds[counting->kind].name));
    json_object_set_new(record, "started_utc", json_string(environment_utc_now(now)));
    json_object_set(record, "cycles", json_object_get(output, "cycles"));
    json_object_set(record, "bytes", json_object_get(output, "bytes"));
    int result = 0;
    if (counting->kind == COUNTED)
        add_counts(counting, record, output);
    else
        result = add_samples(counting, record, error);
    if (result == 0)
        result = journal_append(&counting->journals[counting->kind], record, error);
    counting->done[counting->kind][counting->point] += result == 0;
    json_decref(record);
    return result;
}

static bool is_steady(const struct point *point)
{
    return !strcmp(point->cache, axes_caches[CACHE_WARM]) ||
           !strcmp(point->cache, axes_caches[CACHE_WARM_SMALL_FOLIOS]);
}

/* A twin does what its original does; hyperfine's process is not the method's alone. */
static bool is_wanted(const struct counting *counting, size_t index, unsigned pass)
{
    static const unsigned char after[PASSES][KINDS] = {{1, 0}, {1, 1}, {2, 1}};
    const struct plan_point *planned = &counting->session->plan.points[index];

    if (!planned->supported || planned->point.replica || strcmp(planned->point.runner, "inprocess"))
        return false;
    if (counting->kind == PROFILED && !counting->samples)
        return false;
    if (pass == 2 && !is_steady(&planned->point))
        return false;
    return counting->done[counting->kind][index] < after[pass][counting->kind];
}

static int try_point(struct counting *counting, struct error *error)
{
    const struct session *session = counting->session;
    struct trial_watch watch = {
        .counts = counting->kind == COUNTED,
        .minimum_time_ns = counting->kind == COUNTED ? counted_minimum_ns : profiled_minimum_ns,
        .add_options = add_options,
        .keep = keep,
        .context = counting,
    };
    struct trial_result result = {TRIAL_VOID, 0};
    uint64_t started = clock_monotonic_ns();

    for (uint64_t attempt = 1; result.outcome == TRIAL_VOID && attempt <= session->config.attempts; attempt++) {
        struct trial_place place = {counting->point, 0, 0, attempt, &watch};
        if (counting->kind == PROFILED &&
            (ftruncate(counting->samples_fd, 0) < 0 || lseek(counting->samples_fd, 0, SEEK_SET) < 0))
            return error_set(error, "samples:");
        if (trial_measure(counting->session, &place, &result, error) < 0)
            return -1;
    }
    counting->cost_ns[counting->point] = clock_monotonic_ns() - started;
    if (result.outcome == TRIAL_UNSUPPORTED && counting->kind == PROFILED) {
        json_object_set_new(counting->session->not_counted, "profile", json_string(watch.reason));
        samples_free(counting->samples);
        counting->samples = NULL;
    } else if (result.outcome == TRIAL_VOID || result.outcome == TRIAL_UNSUPPORTED) {
        counting->invalid++;
        snprintf(counting->reason, sizeof counting->reason, "%s", watch.reason);
    }
    return 0;
}

static int compare_cost(const void *a, const void *b, void *context)
{
    const struct counting *counting = context;
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    uint64_t left_ns = counting->cost_ns[left], right_ns = counting->cost_ns[right];

    return left_ns != right_ns ? (left_ns > right_ns) - (left_ns < right_ns) : (left > right) - (left < right);
}

static int run_pass(struct counting *counting, unsigned pass, uint64_t deadline_ns, struct error *error)
{
    const struct plan *plan = &counting->session->plan;

    counting->kind = pass == 1 ? PROFILED : COUNTED;
    qsort_r(counting->order, plan->count, sizeof *counting->order, compare_cost, counting);
    for (size_t i = 0; i < plan->count && !spawn_stop_requested(); i++) {
        size_t point = counting->order[i];
        if (!is_wanted(counting, point, pass))
            continue;
        counting->point = point;
        if (clock_monotonic_ns() + counting->cost_ns[point] > deadline_ns)
            counting->missed += pass < 2;
        else if (try_point(counting, error) < 0)
            return -1;
    }
    return 0;
}

struct taking_over {
    struct counting *counting;
    enum kind kind;
};

static void take_over(const json_t *record, void *context)
{
    const struct taking_over *taking = context;
    json_int_t index = json_integer_value(json_object_get(record, "point"));

    if (index >= 0 && (size_t)index < taking->counting->session->plan.count)
        taking->counting->done[taking->kind][index]++;
}

static int begin(struct counting *counting, const char *directory, struct error *error)
{
    struct session *session = counting->session;
    char reason[256];

    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct taking_over taking = {counting, kind};
        counting->journals[kind].fd = -1;
        counting->done[kind] = calloc(session->plan.count + 1, 1);
        if (!counting->done[kind])
            return error_set(error, "out of memory");
        if (journal_each_beside(directory, kinds[kind].file, take_over, &taking, error) < 0)
            return -1;
    }
    for (enum kind kind = 0; kind < KINDS; kind++)
        if (journal_open_beside(&counting->journals[kind], directory, kinds[kind].file, error) < 0)
            return -1;
    session->not_counted = json_object();
    counting->cost_ns = calloc(session->plan.count + 1, sizeof *counting->cost_ns);
    counting->order = calloc(session->plan.count + 1, sizeof *counting->order);
    counting->list = count_table_argument(&counting->held, session->not_counted);
    counting->samples_fd = memfd_create("samples", 0); /* the method inherits it */
    if (!counting->list || !counting->cost_ns || !counting->order || counting->samples_fd < 0)
        return error_set(error, "counting: out of memory");
    for (size_t i = 0; i < session->plan.count; i++)
        counting->order[i] = i;
    counting->samples = samples_new(reason);
    if (!counting->samples)
        json_object_set_new(session->not_counted, "profile", json_string(reason));
    return 0;
}

static void end(struct counting *counting)
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        journal_close(&counting->journals[kind]);
        free(counting->done[kind]);
    }
    free(counting->cost_ns);
    free(counting->order);
    free(counting->list);
    count_table_release(&counting->held);
    samples_free(counting->samples);
    if (counting->samples_fd >= 0)
        close(counting->samples_fd);
}

/* One line a reason. */
static void say(const struct counting *counting)
{
    json_t *by_reason = json_object(), *reason;
    const char *name, *text;

    json_object_foreach (counting->session->not_counted, name, reason) {
        json_t *names = json_object_get(by_reason, json_string_value(reason));
        json_object_set_new(by_reason, json_string_value(reason),
                            names ? json_sprintf("%s, %s", json_string_value(names), name) : json_string(name));
    }
    json_object_foreach (by_reason, text, reason)
        fprintf(stderr, "iotoll: not counted here: %s: %s\n", json_string_value(reason), text);
    json_decref(by_reason);
    if (counting->missed > 0)
        session_leave_out(counting->session, "%zu points were not counted or not profiled: the budget was used "
                          "up.", counting->missed);
    if (counting->invalid > 0)
        session_leave_out(counting->session, "%zu counted or profiled trials were not valid, the last because: "
                          "%s", counting->invalid, counting->reason);
}

int counted_run(struct session *session, const char *directory, uint64_t deadline_ns, struct error *error)
{
    const struct accounting before = session->accounting;
    uint64_t started = clock_monotonic_ns(), data_sets = session->datasets.spent_ns;
    struct counting counting = {.session = session, .samples_fd = -1};

    int result = begin(&counting, directory, error);
    if (result == 0)
        fprintf(stderr, "iotoll: counting and profiling every point\n");
    for (unsigned pass = 0; pass < PASSES && result == 0; pass++)
        result = run_pass(&counting, pass, deadline_ns, error);
    if (result == 0)
        say(&counting);
    end(&counting);
    session->accounting = before;
    session->accounting.counted_ns =
        clock_monotonic_ns() - started - (session->datasets.spent_ns - data_sets);
    return result;
}
