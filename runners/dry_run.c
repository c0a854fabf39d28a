/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/dry_run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/foresee.h"

static void print_points(const struct plan *plan, FILE *out)
{
    char label[256];

    for (size_t group = 0; group < plan->group_count; group++) {
        fprintf(out, "group %zu\n", group + 1);
        for (size_t i = plan->group_start[group]; i < plan->group_start[group + 1]; i++) {
            const struct plan_point *point = &plan->points[i];
            fprintf(out, "    %s\n", point_label(&point->point, label, sizeof label));
            if (!point->supported)
                fprintf(out, "        not supported: %s\n", point->reason);
        }
    }
}

static size_t supported(const struct plan *plan)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->count; i++)
        count += plan->points[i].supported;
    return count;
}

static uint64_t block_bytes(const struct plan *plan)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < plan->count; i++)
        if (plan->points[i].supported)
            bytes += point_cycle_bytes(&plan->points[i].point);
    return bytes;
}

static bool has_cache(const struct plan *plan, const char *cache)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->points[i].supported && !strcmp(plan->points[i].point.cache, cache))
            return true;
    return false;
}

/* Memory is limited by a control group, and so is the speed of a throttled target. */
static bool has_limits(const struct session *session)
{
    for (size_t i = 0; i < session->config.target_count; i++)
        if (session->config.targets[i].type == TARGET_THROTTLED)
            return true;
    return has_cache(&session->plan, "pressured");
}

static void print_files(const struct target_spec *target, const char *bytes, FILE *out)
{
    char size[24];

    if (target->type == TARGET_TMPFS)
        fprintf(out, "    %s: up to %s in a tmpfs%s\n", target->name, bytes,
                geteuid() == 0 ? " that is mounted for the run" : " directory under /dev/shm");
    else if (target->type == TARGET_IMAGE)
        fprintf(out, "    %s: up to %s in an %s image of %s, made in %s and mounted for the run\n",
                target->name, bytes, target_file_systems[target->file_system],
                units_format_size(target->size_bytes, size), target->path);
    else
        fprintf(out, "    %s: up to %s in a private directory made inside %s, then removed%s\n",
                target->name, bytes, target->path,
                target->type == TARGET_THROTTLED ? "; a control group limits its speed" : "");
}

static void print_target(const struct session *session, const struct target_spec *target, FILE *out)
{
    static const char *const sinks[TARGET_TYPES] = {
        [TARGET_TCP] = "a sink process on a loopback port",
        [TARGET_UNIX] = "a sink process behind a Unix socket",
        [TARGET_NAMESPACE] = "a sink process in a network namespace, at the end of a veth pair",
        [TARGET_REMOTE] = "the sink that runs at its host and port",
    };
    char bytes[32];

    units_human_bytes((double)plan_space_bytes(&session->plan, target), bytes);
    if (target_type_is_socket(target->type))
        fprintf(out, "    %s: %s\n", target->name, sinks[target->type]);
    else
        print_files(target, bytes, out);
}

void dry_run_print(const struct session *session, FILE *out)
{
    const struct config *config = &session->config;
    const struct plan *plan = &session->plan;
    uint64_t block_ns = plan_block_estimate_ns(plan, config->minimum_time_ns);
    struct allocate_group *groups = foresee_groups(plan, config);
    const struct allocate_limits limits = foresee_limits(config);
    char text[32], duration[32];

    print_points(plan, out);
    fprintf(out, "\n%zu points in %zu groups, %zu supported\n", plan->count, plan->group_count,
            supported(plan));
    fprintf(out, "one block: %zu trials that move %s or more, about %s\n", supported(plan),
            units_human_bytes((double)block_bytes(plan), text),
            units_human_duration((double)block_ns, duration));
    if (groups)
        foresee_print(plan, groups, &limits, foresee_budget_ns(plan, config), true, out);
    free(groups);
    fputs("what it touches:\n", out);
    for (size_t i = 0; i < config->target_count; i++)
        print_target(session, &config->targets[i], out);
    if (has_limits(session))
        fputs("    control groups: one is made for the run, then removed\n", out);
    if (has_cache(plan, "cold") || has_cache(plan, "pressured"))
        fprintf(out, "    the page cache: %s\n",
                geteuid() == 0 ? "dropped whole before every cold or pressured trial (/proc/sys/vm/drop_caches)"
                               : "only the run's own files are evicted (no root)");
    fputs("    no setting of the system is changed\n", out);
}
