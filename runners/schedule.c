/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/schedule.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "runners/calibrate.h"
#include "runners/counted.h"
#include "runners/foresee.h"
#include "runners/precision.h"
#include "runners/progress.h"
#include "runners/spawn.h"
#include "runners/trial.h"

/* A point that never succeeds is not tried in every block of a long run. A hypervisor that takes time from one trial
 * does so in bursts: the next one waits a little. */
enum { GIVE_UP_AFTER_BLOCKS = 2, BURST_MS = 200 };

const char *const schedule_end_names[] = {"complete", "budget used up", "interrupted"};

/* block counts from the schedule's first. */
static size_t cell(const struct schedule *schedule, size_t point, uint64_t block)
{
    return point * schedule->session->config.blocks + block;
}

int schedule_new(struct schedule *schedule, struct session *session, uint64_t deadline_ns,
                 uint64_t first_block, struct error *error)
{
    size_t cells = session->plan.count * session->config.blocks;

    *schedule = (struct schedule){
        .session = session,
        .end_ns = deadline_ns,
        .deadline_ns = deadline_ns,
        .first_block = first_block,
        .attempts = calloc(cells, sizeof *schedule->attempts),
        .times = calloc(cells, sizeof *schedule->times),
        .failures = calloc(session->plan.count, sizeof *schedule->failures),
        .groups = foresee_groups(&session->plan, &session->config),
        .spent_ns = calloc(session->plan.group_count, sizeof *schedule->spent_ns),
    };
    if (schedule->attempts && schedule->times && schedule->failures && schedule->groups &&
        schedule->spent_ns)
        return 0;
    schedule_free(schedule);
    return error_set(error, "out of memory");
}

void schedule_free(struct schedule *schedule)
{
    free(schedule->attempts);
    free(schedule->times);
    free(schedule->failures);
    free(schedule->groups);
    free(schedule->spent_ns);
    *schedule = (struct schedule){0};
}

struct resuming {
    struct schedule *schedule;
    struct error *error;
    int result;
};

static uint64_t record_cost_ns(const json_t *record)
{
    static const char *const parts[] = {"prepare_ns", "verify_ns", "trial_ns"};
    uint64_t cost = 0;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        json_int_t part = json_integer_value(json_object_get(record, parts[i]));
        cost += part > 0 ? (uint64_t)part : 0;
    }
    return cost;
}

static void take_over(const json_t *record, void *context)
{
    struct resuming *resuming = context;
    struct schedule *schedule = resuming->schedule;
    const struct plan *plan = &schedule->session->plan;
    json_int_t index = json_integer_value(json_object_get(record, "point"));
    json_int_t block = json_integer_value(json_object_get(record, "block"));
    struct point point;

    if (resuming->result < 0)
        return;
    if (point_from_json(record, &point, resuming->error) < 0 || index < 0 || block < 0 ||
        (size_t)index >= plan->count || point_compare(&point, &plan->points[index].point)) {
        resuming->result = error_set(resuming->error, "the journal holds a trial of another plan (point "
                                     "%lld); start a new run", (long long)index);
        return;
    }
    uint64_t number = (uint64_t)block - schedule->first_block;
    if ((uint64_t)block < schedule->first_block || number >= schedule->session->config.blocks)
        return; /* of another boot, or more blocks were allowed then */
    unsigned char *attempts = &schedule->attempts[cell(schedule, (size_t)index, number)];
    *attempts += *attempts < UCHAR_MAX;
    schedule->spent_ns[plan->points[index].group] += record_cost_ns(record);
    if (json_is_true(json_object_get(record, "valid")))
        schedule->times[cell(schedule, (size_t)index, number)] = trial_record_time_ns(record);
}

static bool is_wanted(const struct schedule *schedule, size_t point, uint64_t block)
{
    const struct session *session = schedule->session;

    return session->plan.points[point].supported &&
           schedule->times[cell(schedule, point, block)] == 0 &&
           schedule->attempts[cell(schedule, point, block)] < session->config.attempts &&
           schedule->failures[point] < GIVE_UP_AFTER_BLOCKS;
}

static void give_up(struct schedule *schedule, struct progress *progress, size_t index)
{
    char label[256];

    if (++schedule->failures[index] < GIVE_UP_AFTER_BLOCKS)
        return;
    point_label(&schedule->session->plan.points[index].point, label, sizeof label);
    session_leave_out(schedule->session, "%s was given up after %d blocks without a valid trial.", label,
                      GIVE_UP_AFTER_BLOCKS);
    progress_say(progress, "%s: given up after %d blocks without a valid trial", label,
                 GIVE_UP_AFTER_BLOCKS);
}

/* Try one point of one block until a trial is valid or the attempts are used up. */
static int measure_point(struct schedule *schedule, struct progress *progress, size_t index,
                         uint64_t block, uint64_t order, struct error *error)
{
    struct trial_result measured = {TRIAL_VOID, 0};
    char label[256];

    point_label(&schedule->session->plan.points[index].point, label, sizeof label);
    while (is_wanted(schedule, index, block) && !spawn_stop_requested()) {
        unsigned char *attempts = &schedule->attempts[cell(schedule, index, block)];
        struct trial_place place = {index, schedule->first_block + block, order,
                                    (uint64_t)*attempts + 1, NULL};
        progress_trial(progress, block, label);
        if (trial_measure(schedule->session, &place, &measured, error) < 0)
            return error_prefix(error, "%s", label);
        if (measured.outcome == TRIAL_INTERRUPTED)
            return 0;
        ++*attempts;
        progress->trials++;
        progress->voids += measured.outcome == TRIAL_VOID || measured.outcome == TRIAL_DISTURBED;
        if (measured.outcome == TRIAL_VALID)
            schedule->times[cell(schedule, index, block)] = measured.time_ns;
        else if (measured.outcome == TRIAL_DISTURBED)
            usleep(BURST_MS * 1000);
    }
    if (measured.outcome == TRIAL_VALID)
        schedule->failures[index] = 0;
    else if (measured.outcome == TRIAL_VOID &&
             schedule->attempts[cell(schedule, index, block)] >= schedule->session->config.attempts)
        give_up(schedule, progress, index);
    return 0;
}

static bool group_is_wanted(const struct schedule *schedule, size_t group, uint64_t block)
{
    const struct plan *plan = &schedule->session->plan;

    for (size_t i = plan->group_start[group]; i < plan->group_start[group + 1]; i++)
        if (is_wanted(schedule, i, block))
            return true;
    return false;
}

/* The blocks that need no more trial, from the first on; what they cost is known from the journal. */
static void count_blocks(struct schedule *schedule)
{
    for (size_t i = 0; i < schedule->session->plan.group_count; i++) {
        struct allocate_group *group = &schedule->groups[i];
        while (group->blocks < schedule->session->config.blocks && !group->closed &&
               !group_is_wanted(schedule, i, group->blocks))
            group->blocks++;
        if (group->blocks > 0)
            group->cost_ns = (double)schedule->spent_ns[i] / (double)group->blocks;
    }
}

int schedule_resume(struct schedule *schedule, const char *directory, struct error *error)
{
    struct resuming resuming = {.schedule = schedule, .error = error};

    if (journal_each(directory, take_over, &resuming, error) < 0)
        return -1;
    if (resuming.result == 0)
        count_blocks(schedule);
    return resuming.result;
}

static bool out_of_time(const struct schedule *schedule)
{
    return spawn_stop_requested() || clock_monotonic_ns() >= schedule->deadline_ns;
}

/* The next block of the group. */
static int measure_group(struct schedule *schedule, struct progress *progress, size_t index,
                         struct error *error)
{
    const struct plan *plan = &schedule->session->plan;
    struct allocate_group *group = &schedule->groups[index];
    size_t members = plan->group_start[index + 1] - plan->group_start[index];
    size_t *order = calloc(members, sizeof *order);
    uint64_t started = clock_monotonic_ns(), data_sets = schedule->session->datasets.spent_ns;
    int result = order ? 0 : error_set(error, "out of memory");

    if (order)
        plan_point_order(plan, schedule->first_block + group->blocks, index, order);
    for (size_t i = 0; i < members && result == 0 && !(group->blocks == 0 && out_of_time(schedule));
         i++)
        result = measure_point(schedule, progress, order[i], group->blocks, i, error);
    free(order);
    if (result < 0 || spawn_stop_requested())
        return result;
    schedule->spent_ns[index] += clock_monotonic_ns() - started -
                                 (schedule->session->datasets.spent_ns - data_sets);
    group->blocks++;
    group->cost_ns = (double)schedule->spent_ns[index] / (double)group->blocks;
    return 0;
}

static bool fits_budget(const struct schedule *schedule, const struct allocate_group *group)
{
    return group->blocks == 0 ||
           clock_monotonic_ns() + (uint64_t)group->cost_ns <= schedule->deadline_ns;
}

/* One block of every group that is below its target, and prices between them, so that they are of the same minutes as
 * the trials; returns how many groups that were, or -1. */
static long measure_pass(struct schedule *schedule, struct progress *progress, uint64_t pass,
                         struct error *error)
{
    const struct plan *plan = &schedule->session->plan;
    size_t *order = calloc(plan->group_count, sizeof *order);
    long measured = order ? 0 : error_set(error, "out of memory");

    if (order)
        plan_group_order(plan, schedule->first_block + pass, order);
    for (size_t i = 0; i < plan->group_count && measured >= 0 && !spawn_stop_requested(); i++) {
        const struct allocate_group *group = &schedule->groups[order[i]];
        if (group->blocks >= group->target || !fits_budget(schedule, group))
            continue;
        bool failed = measure_group(schedule, progress, order[i], error) < 0 ||
                      (!spawn_stop_requested() && calibrate_again(schedule->session, error) < 0);
        measured = failed ? -1 : measured + 1;
    }
    free(order);
    return measured;
}

/* What is known by now, for the allocation. */
static void look(struct schedule *schedule)
{
    const struct plan *plan = &schedule->session->plan;

    for (size_t i = 0; i < plan->group_count; i++) {
        struct allocate_group *group = &schedule->groups[i];
        group->closed = group->blocks >= schedule->session->config.blocks ||
                        !group_is_wanted(schedule, i, group->blocks);
        group->width = precision_of_group(plan, i, schedule->times,
                                          schedule->session->config.blocks, group->blocks);
    }
}

static double left_ns(const struct schedule *schedule)
{
    uint64_t now = clock_monotonic_ns();

    return now < schedule->deadline_ns ? (double)(schedule->deadline_ns - now) : 0;
}

/* What is counted after the blocks has its part of the budget, by what a block is found to cost. */
static void set_deadline(struct schedule *schedule)
{
    double block_ns = 0;

    for (size_t i = 0; i < schedule->session->plan.group_count; i++)
        block_ns += schedule->groups[i].cost_ns;
    schedule->deadline_ns = schedule->end_ns - counted_reserve_ns(&schedule->session->config, block_ns);
}

static bool is_known(const struct schedule *schedule, const struct allocate_limits *limits)
{
    for (size_t i = 0; i < schedule->session->plan.group_count; i++)
        if (allocate_is_open(&schedule->groups[i], limits))
            return false;
    return true;
}

/* Measure up to the targets of one round. The blocks measured, or -1. */
static long measure_round(struct schedule *schedule, struct progress *progress, uint64_t *pass,
                          struct error *error)
{
    long all = 0, measured;

    do {
        measured = measure_pass(schedule, progress, *pass, error);
        if (measured < 0)
            return -1;
        all += measured;
        if (measured > 0 && !spawn_stop_requested())
            progress_block(progress, *pass);
        *pass += measured > 0;
    } while (measured > 0 && !spawn_stop_requested());
    return all;
}

int schedule_run(struct schedule *schedule, struct error *error)
{
    const struct plan *plan = &schedule->session->plan;
    const struct allocate_limits limits = foresee_limits(&schedule->session->config);
    struct progress progress;
    uint64_t pass = 0;
    long measured = 1;

    set_deadline(schedule);
    progress_begin(&progress, schedule->deadline_ns, limits.blocks);
    for (bool pilot = true; measured > 0 && !spawn_stop_requested(); pilot = false) {
        look(schedule);
        set_deadline(schedule);
        if (allocate_round(schedule->groups, plan->group_count, &limits, left_ns(schedule)) == 0)
            break;
        measured = measure_round(schedule, &progress, &pass, error);
        if (pilot && measured > 0 && !spawn_stop_requested())
            foresee_print(plan, schedule->groups, &limits, left_ns(schedule), false, stderr);
    }
    progress_end(&progress);
    look(schedule);
    schedule->end = spawn_stop_requested()          ? SCHEDULE_INTERRUPTED
                    : is_known(schedule, &limits) ? SCHEDULE_COMPLETE
                                                    : SCHEDULE_OUT_OF_BUDGET;
    return measured < 0 ? -1 : 0;
}

static bool has_valid_trial(const struct schedule *schedule, size_t point)
{
    for (uint64_t block = 0; block < schedule->session->config.blocks; block++)
        if (schedule->times[cell(schedule, point, block)] > 0)
            return true;
    return false;
}

size_t schedule_unmeasured(const struct schedule *schedule)
{
    size_t count = 0;

    for (size_t i = 0; i < schedule->session->plan.count; i++)
        count += schedule->session->plan.points[i].supported && !has_valid_trial(schedule, i);
    return count;
}

json_t *schedule_to_json(const struct schedule *schedule)
{
    const struct allocate_limits limits = foresee_limits(&schedule->session->config);
    json_t *groups = json_array();

    for (size_t i = 0; i < schedule->session->plan.group_count; i++) {
        const struct allocate_group *group = &schedule->groups[i];
        bool precise = group->blocks >= group->least && group->width <= limits.precision;
        json_array_append_new(
            groups, json_pack("{s:I, s:I, s:I, s:o, s:s}", "group", (json_int_t)i, "blocks",
                              (json_int_t)group->blocks, "block_cost_ns",
                              (json_int_t)group->cost_ns, "half_width",
                              isfinite(group->width) ? json_real(group->width) : json_null(),
                              "stopped_by",
                              precise                            ? "precision"
                              : group->blocks >= limits.blocks ? "blocks"
                              : group->closed                  ? "nothing to measure"
                                                               : "budget"));
    }
    return json_pack("{s:f, s:o}", "precision", limits.precision, "groups", groups);
}
