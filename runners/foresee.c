/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/foresee.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "common/units.h"
#include "runners/counted.h"

struct allocate_limits foresee_limits(const struct config *config)
{
    return (struct allocate_limits){config->blocks, (double)config->precision_ppm / 1e6};
}

double foresee_budget_ns(const struct plan *plan, const struct config *config)
{
    double block_ns = (double)plan_block_estimate_ns(plan, config->minimum_time_ns);

    return (double)(config->budget_ns - counted_reserve_ns(config, block_ns));
}

static size_t count_comparisons(const struct plan *plan, size_t group)
{
    size_t count = 0;

    for (size_t i = plan->group_start[group]; i < plan->group_start[group + 1]; i++)
        count += plan->points[i].baseline >= 0 && plan->points[i].point.replica == 0;
    return count;
}

struct allocate_group *foresee_groups(const struct plan *plan, const struct config *config)
{
    struct allocate_group *groups = calloc(plan->group_count + 1, sizeof *groups);

    for (size_t i = 0; i < plan->group_count && groups; i++) {
        uint64_t cost = plan_group_estimate_ns(plan, i, config->minimum_time_ns);
        groups[i] = (struct allocate_group){
            .cost_ns = (double)cost,
            .width = NAN,
            .least = allocate_least(count_comparisons(plan, i)),
            .rank = plan_group_rank(plan, i),
            .closed = cost == 0,
        };
    }
    return groups;
}

/* The first round after the pilot block, in which those groups get a target that get an interval.
 */
static size_t count_without(struct allocate_group *groups, size_t count,
                            const struct allocate_limits *limits, double left_ns)
{
    size_t without = 0;

    for (size_t i = 0; i < count; i++)
        if (!groups[i].closed && groups[i].blocks == 0) {
            groups[i].blocks = 1;
            left_ns -= groups[i].cost_ns;
        }
    allocate_round(groups, count, limits, left_ns);
    for (size_t i = 0; i < count; i++)
        without += !groups[i].closed && groups[i].blocks < ALLOCATE_FIRST_LOOK &&
                   groups[i].target < ALLOCATE_FIRST_LOOK;
    return without;
}

static void print_without(const struct plan *plan, const struct allocate_group *groups, FILE *out)
{
    char label[256];

    for (size_t i = 0; i < plan->group_count; i++)
        if (!groups[i].closed && groups[i].blocks < ALLOCATE_FIRST_LOOK &&
            groups[i].target < ALLOCATE_FIRST_LOOK)
            fprintf(out, "    %s and the %zu others of its group\n",
                    point_label(&plan->points[plan->group_start[i]].point, label, sizeof label),
                    plan->group_start[i + 1] - plan->group_start[i] - 1);
}

void foresee_print(const struct plan *plan, const struct allocate_group *groups,
                   const struct allocate_limits *limits, double left_ns, bool guessed, FILE *out)
{
    struct allocate_group *copy = calloc(plan->group_count + 1, sizeof *copy);
    char left[32], block[32];
    double cost = 0;

    for (size_t i = 0; i < plan->group_count && copy; i++) {
        copy[i] = groups[i];
        cost += groups[i].closed ? 0 : groups[i].cost_ns;
    }
    if (!copy || cost <= 0) {
        free(copy);
        return;
    }
    double blocks = fmin(left_ns / cost, (double)limits->blocks);
    fprintf(out, "%s %s for a block of all groups: %s buys %s%.0f of at most %" PRIu64 " blocks\n",
            guessed ? "about" : "measured:", units_human_duration(cost, block),
            left_ns > 0 ? units_human_duration(left_ns, left) : "no time left",
            guessed ? "perhaps " : "about ", floor(blocks), limits->blocks);
    if (limits->blocks < ALLOCATE_FIRST_LOOK)
        fprintf(out, "%d blocks are needed for a 95 %% interval: there will be none\n",
                ALLOCATE_FIRST_LOOK);
    else if (count_without(copy, plan->group_count, limits, left_ns) > 0) {
        fprintf(out,
                "THE BUDGET IS TOO SMALL for the %d blocks that a 95 %% interval needs; what is "
                "asked for last goes without%s:\n",
                ALLOCATE_FIRST_LOOK, guessed ? ", perhaps" : "");
        print_without(plan, copy, out);
    }
    free(copy);
}
