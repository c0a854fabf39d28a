/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/limits.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "analysis/calibration.h"
#include "common/tasks.h"
#include "common/units.h"

/* What is smaller than this may be in a CPU's cache, which memory does not limit. Prices of memory were measured
 * with as much. */
static const uint64_t BEYOND_CACHES = 64 * MIB;

enum side { MACHINE, SOURCE, DESTINATION };

struct limit {
    const char *entry, *name;
    enum side side;
    bool threads; /* one thread has less than all together */
    bool (*applies)(const struct point *point, const struct task_traits *task);
};

static bool is_cold(const struct point *point, const struct task_traits *task)
{
    return task->source == PLACE_FILE && !strcmp(point->cache, "cold") && !task->random;
}

static bool is_cold_and_random(const struct point *point, const struct task_traits *task)
{
    return task->random && !task->writes && !strcmp(point->cache, "cold");
}

static bool goes_to_socket(const struct point *point, const struct task_traits *task)
{
    (void)point;
    return task->destination == PLACE_SOCKET;
}

static bool is_large_and_warm(const struct point *point, const struct task_traits *task)
{
    return task->source == PLACE_FILE && !task->random && !strcmp(point->cache, "warm") &&
           point->file_size_bytes * point->files >= BEYOND_CACHES;
}

static bool reads_memory(const struct point *point, const struct task_traits *task)
{
    const bool every_line = !strcmp(point->consumption, "digest") || !strcmp(point->consumption, "touch_line");

    return is_large_and_warm(point, task) && every_line;
}

static bool copies_memory(const struct point *point, const struct task_traits *task)
{
    return is_large_and_warm(point, task) && task->destination == PLACE_FILE;
}

static const struct limit limits[] = {
    {"device_sequential", "reading the device", SOURCE, false, is_cold},
    {"device_random", "reading 4K anywhere on the device", SOURCE, false, is_cold_and_random},
    {"link", "the link", DESTINATION, false, goes_to_socket},
    {"memory_read", "reading memory", MACHINE, true, reads_memory},
    {"memory_copy", "copying memory", MACHINE, true, copies_memory},
};

static double value_of(const struct run *run, const struct point *point, const struct limit *limit)
{
    const char *targets[] = {[MACHINE] = NULL, [SOURCE] = point->source, [DESTINATION] = point->destination};

    return calibration_most(run, limit->entry, targets[limit->side], limit->threads ? point->threads : 0);
}

double limits_bytes_per_s(const struct run *run, const struct point *point, const char **name)
{
    const struct task_traits *task = task_find(point->task);
    double lowest = NAN;

    if (name)
        *name = NULL;
    for (size_t i = 0; task && i < sizeof limits / sizeof *limits; i++) {
        if (!limits[i].applies(point, task))
            continue;
        double value = value_of(run, point, &limits[i]);
        if (isnan(value) || value >= lowest)
            continue;
        lowest = value;
        if (name)
            *name = limits[i].name;
    }
    return lowest;
}

double limits_efficiency(const struct run *run, const struct point *point, double bytes_per_s)
{
    return bytes_per_s / limits_bytes_per_s(run, point, NULL);
}
