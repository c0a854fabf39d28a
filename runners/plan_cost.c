/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plan says about a run before it starts: room and time. */
#include "runners/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/axes.h"
#include "common/units.h"

enum { PAGE_BYTES = 4096 };

/* Room for a set of files: they take whole pages. */
static uint64_t stored_bytes(const struct point *point)
{
    return (point->file_size_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES * point->files;
}

static bool writes_in_place(const struct point *point)
{
    const struct task_traits *task = task_find(point->task);

    return task->writes && !task->creates;
}

/* A point of the group that will be measured, or NULL. All of a group have the same source and data
 * set. */
static const struct plan_point *measured(const struct plan *plan, size_t group)
{
    for (size_t i = plan->group_start[group]; i < plan->group_start[group + 1]; i++)
        if (plan->points[i].supported)
            return &plan->points[i];
    return NULL;
}

/* Whether an earlier group uses the same data set of the same target. */
static bool is_repeated(const struct plan *plan, const struct plan_point *point)
{
    for (size_t i = 0; i < point->group; i++) {
        const struct plan_point *other = measured(plan, i);

        if (other && other->source == point->source &&
            other->point.file_size_bytes == point->point.file_size_bytes &&
            other->point.files == point->point.files &&
            writes_in_place(&other->point) == writes_in_place(&point->point))
            return true;
    }
    return false;
}

uint64_t plan_space_bytes(const struct plan *plan, const struct target_spec *target)
{
    uint64_t sets = 0, largest_made = 0;

    if (target_type_is_socket(target->type))
        return 0;
    for (size_t i = 0; i < plan->group_count; i++) {
        const struct plan_point *point = measured(plan, i);
        uint64_t size = point ? stored_bytes(&point->point) : 0;

        if (point && point->destination == target && size > largest_made)
            largest_made = size;
        if (point && point->source == target && !is_repeated(plan, point))
            sets += size;
    }
    return sets + largest_made;
}

/* Of a small virtual machine with a disk of its own, measured and rounded up. */
struct rates {
    double byte_ns;
    double file_ns;      /* opened, perhaps created, and closed */
    double operation_ns; /* at a random offset */
};
static const struct rates cold = {.byte_ns = 1.25, .file_ns = 750e3, .operation_ns = 250e3};
static const struct rates warm = {.byte_ns = 0.6, .file_ns = 50e3, .operation_ns = 5e3};
static const double block_ns = 500;  /* a system call or two for every B bytes */
static const double sync_ns = 10e6;  /* of one file */
static const double trial_ns = 15e6; /* a process, its cache state, its record */
static const double evict_ns = 30e6; /* for a cold one, on top */

static double cycle_ns(const struct point *point, const struct rates *rates)
{
    double bytes = (double)point_cycle_bytes(point), files = (double)point->files;
    double ns = bytes * (rates->byte_ns + (double)point->compute_ns_per_kib / KIB) +
                files * rates->file_ns + (double)point->operations * rates->operation_ns;

    if (point->block_size_bytes)
        ns += bytes / (double)point->block_size_bytes * block_ns;
    if (!strcmp(point->durability, axes_durabilities[DURABILITY_FDATASYNC]))
        ns += files * sync_ns;
    return ns;
}

/* What a task wrote is read back, and a file that is written in place is checked whole. */
static double proof_ns(const struct point *point)
{
    double set = (double)(point->file_size_bytes * point->files);

    return task_find(point->task)->writes ? set * warm.byte_ns : 0;
}

/* As many cycles as the minimum takes, an odd number of them (methods/harness/cycles.c). */
static double cycles_ns(double one_ns, double minimum_ns)
{
    double count = ceil(minimum_ns / one_ns);

    if (count < 1)
        count = 1;
    return one_ns * (fmod(count, 2) == 0 ? count + 1 : count);
}

/* A cold trial is one cycle. */
static double estimate_ns(const struct point *point, double minimum_ns)
{
    bool is_cold = !strcmp(point->cache, axes_caches[CACHE_COLD]);
    double measured_ns = is_cold ? cycle_ns(point, &cold) + evict_ns : cycles_ns(cycle_ns(point, &warm), minimum_ns);

    return trial_ns + measured_ns + proof_ns(point);
}

uint64_t plan_group_estimate_ns(const struct plan *plan, size_t group, uint64_t minimum_time_ns)
{
    double total_ns = 0;

    for (size_t i = plan->group_start[group]; i < plan->group_start[group + 1]; i++)
        if (plan->points[i].supported)
            total_ns += estimate_ns(&plan->points[i].point, (double)minimum_time_ns);
    return (uint64_t)total_ns;
}

uint64_t plan_block_estimate_ns(const struct plan *plan, uint64_t minimum_time_ns)
{
    uint64_t total_ns = 0;

    for (size_t group = 0; group < plan->group_count; group++)
        total_ns += plan_group_estimate_ns(plan, group, minimum_time_ns);
    return total_ns;
}
