/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/schedule.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "runners/progress.h"
#include "runners/spawn.h"
#include "runners/trial.h"

/* A point that never succeeds is not tried in every block of a long run. */
enum { GIVE_UP_AFTER_BLOCKS = 2 };

const char *const schedule_end_names[] = {"complete", "budget used up", "interrupted"};

static size_t cell(const struct schedule *schedule, size_t point, uint64_t block)
{
    return point * schedule->session->config.blocks + block;
}

int schedule_new(struct schedule *schedule, struct session *session, uint64_t deadline_ns,
                 struct error *error)
{
    size_t cells = session->plan.count * session->config.blocks;

    *schedule = (struct schedule){
        .session = session,
        .deadline_ns = deadline_ns,
        .attempts = calloc(cells, sizeof *schedule->attempts),
        .done = calloc(cells, sizeof *schedule->done),
        .group_cost_ns = calloc(session->plan.group_count, sizeof *schedule->group_cost_ns),
        .failures = calloc(session->plan.count, sizeof *schedule->failures),
    };
    if (schedule->attempts && schedule->done && schedule->group_cost_ns && schedule->failures)
        return 0;
    schedule_free(schedule);
    return error_set(error, "out of memory");
}

void schedule_free(struct schedule *schedule)
{
    free(schedule->attempts);
    free(schedule->done);
    free(schedule->group_cost_ns);
    free(schedule->failures);
    *schedule = (struct schedule){0};
}

struct resuming {
    struct schedule *schedule;
    struct error *error;
    int result;
};

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
    if ((uint64_t)block >= schedule->session->config.blocks)
        return; /* more blocks were allowed then */
    schedule->attempts[cell(schedule, (size_t)index, (uint64_t)block)]++;
    if (json_is_true(json_object_get(record, "valid")))
        schedule->done[cell(schedule, (size_t)index, (uint64_t)block)] = true;
}

int schedule_resume(struct schedule *schedule, const char *directory, struct error *error)
{
    struct resuming resuming = {.schedule = schedule, .error = error};

    if (journal_each(directory, take_over, &resuming, error) < 0)
        return -1;
    return resuming.result;
}

static bool is_wanted(const struct schedule *schedule, size_t point, uint64_t block)
{
    const struct session *session = schedule->session;

    return session->plan.points[point].supported && !schedule->done[cell(schedule, point, block)] &&
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
    enum trial_outcome outcome = TRIAL_VOID;
    char label[256];

    point_label(&schedule->session->plan.points[index].point, label, sizeof label);
    while (is_wanted(schedule, index, block) && !spawn_stop_requested()) {
        unsigned char *attempts = &schedule->attempts[cell(schedule, index, block)];
        struct trial_place place = {index, block, order, (uint64_t)*attempts + 1};
        progress_trial(progress, block, label);
        if (trial_measure(schedule->session, &place, &outcome, error) < 0)
            return error_prefix(error, "%s", label);
        if (outcome == TRIAL_INTERRUPTED)
            return 0;
        ++*attempts;
        progress->trials++;
        progress->voids += outcome == TRIAL_VOID;
        schedule->done[cell(schedule, index, block)] = outcome == TRIAL_VALID;
    }
    if (outcome == TRIAL_VALID)
        schedule->failures[index] = 0;
    else if (outcome == TRIAL_VOID &&
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

static bool out_of_time(const struct schedule *schedule)
{
    return spawn_stop_requested() || clock_monotonic_ns() >= schedule->deadline_ns;
}

static int measure_group(struct schedule *schedule, struct progress *progress, size_t group,
                         uint64_t block, struct error *error)
{
    const struct plan *plan = &schedule->session->plan;
    size_t members = plan->group_start[group + 1] - plan->group_start[group];
    size_t *order = calloc(members, sizeof *order);
    uint64_t started = clock_monotonic_ns();
    bool first = schedule->group_cost_ns[group] == 0;
    int result = order ? 0 : error_set(error, "out of memory");

    if (order)
        plan_point_order(plan, block, group, order);
    for (size_t i = 0; i < members && result == 0 && !(first && out_of_time(schedule)); i++)
        result = measure_point(schedule, progress, order[i], block, i, error);
    schedule->group_cost_ns[group] = clock_monotonic_ns() - started;
    free(order);
    return result;
}

static bool fits_budget(const struct schedule *schedule, size_t group)
{
    return clock_monotonic_ns() + schedule->group_cost_ns[group] <= schedule->deadline_ns;
}

/* One block of every group that still wants one. *begun and *skipped count groups. */
static int measure_block(struct schedule *schedule, struct progress *progress, uint64_t block,
                         size_t *begun, size_t *skipped, struct error *error)
{
    const struct plan *plan = &schedule->session->plan;
    size_t *order = calloc(plan->group_count, sizeof *order);
    int result = order ? 0 : error_set(error, "out of memory");

    *begun = *skipped = 0;
    if (order)
        plan_group_order(plan, block, order);
    for (size_t i = 0; i < plan->group_count && result == 0 && !spawn_stop_requested(); i++) {
        if (!group_is_wanted(schedule, order[i], block))
            continue;
        if (!fits_budget(schedule, order[i])) {
            ++*skipped;
            continue;
        }
        ++*begun;
        result = measure_group(schedule, progress, order[i], block, error);
    }
    free(order);
    return result;
}

int schedule_run(struct schedule *schedule, struct error *error)
{
    struct progress progress;
    uint64_t blocks = schedule->session->config.blocks;
    size_t begun, skipped, skipped_ever = 0;
    int result = 0;

    progress_begin(&progress, schedule->deadline_ns, blocks);
    for (uint64_t block = 0; block < blocks && result == 0; block++) {
        result = measure_block(schedule, &progress, block, &begun, &skipped, error);
        skipped_ever += skipped;
        if (spawn_stop_requested() || (begun == 0 && skipped > 0))
            break;
        if (begun > 0 && result == 0)
            progress_block(&progress, block);
    }
    progress_end(&progress);
    schedule->end = spawn_stop_requested() ? SCHEDULE_INTERRUPTED
                    : skipped_ever > 0     ? SCHEDULE_OUT_OF_BUDGET
                                           : SCHEDULE_COMPLETE;
    return result;
}

static bool has_valid_trial(const struct schedule *schedule, size_t point)
{
    for (uint64_t block = 0; block < schedule->session->config.blocks; block++)
        if (schedule->done[cell(schedule, point, block)])
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
