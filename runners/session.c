/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/session.h"

#include <inttypes.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/axes.h"
#include "common/clock.h"
#include "common/tasks.h"
#include "common/units.h"
#include "runners/damon.h"
#include "runners/folios.h"
#include "runners/host_cache.h"
#include "runners/hyperfine.h"
#include "runners/sink.h"
#include "runners/strays.h"
#include "runners/trial.h"

void session_leave_out(struct session *session, const char *format, ...)
{
    char text[1024];
    va_list values;
    size_t index;
    json_t *known;

    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    json_array_foreach(session->left_out, index, known)
        if (!strcmp(json_string_value(known), text))
            return;
    json_array_append_new(session->left_out, json_string(text));
}

static int first_allowed(const cpu_set_t *allowed)
{
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, allowed))
            return cpu;
    return SINK_CPU_ANY;
}

const cpu_set_t *session_cpus(const struct session *session, uint64_t threads, cpu_set_t *room)
{
    int available = CPU_COUNT(&session->allowed);

    if (available < 2 || threads > (uint64_t)available)
        return NULL;
    CPU_ZERO(room);
    for (int cpu = CPU_SETSIZE; cpu-- > 0 && (uint64_t)CPU_COUNT(room) < threads;)
        if (CPU_ISSET(cpu, &session->allowed))
            CPU_SET(cpu, room);
    return room;
}

/* Dropping caches spares pages that are mapped. With the programs mapped here, "cold" means cold data,
 * not a cold program. The mappings live as long as this process. */
static void hold_programs(const struct catalogue *catalogue)
{
    struct stat status;

    for (size_t i = 0; i < catalogue->count; i++)
        if (fstat(catalogue->methods[i].fd, &status) == 0 && status.st_size > 0)
            (void)mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE,
                       catalogue->methods[i].fd, 0);
}

static void mark_unsupported(struct plan_point *point, const char *format, const char *text)
{
    point->supported = false;
    snprintf(point->reason, sizeof point->reason, format, text);
}

static void mark_unavailable_targets(struct session *session)
{
    for (size_t i = 0; i < session->targets.count && !session->only_looking; i++)
        if (!session->targets.all[i].available)
            fprintf(stderr, "iotoll: target %s is left out: %s\n", session->targets.all[i].spec->name,
                    session->targets.all[i].reason);
    for (size_t i = 0; i < session->plan.count; i++) {
        struct plan_point *point = &session->plan.points[i];
        const struct target *source = targets_find(&session->targets, point->source);
        const struct target *destination = targets_find(&session->targets, point->destination);

        if (source && !source->available)
            mark_unsupported(point, "source not available: %.200s", source->reason);
        else if (destination && !destination->available)
            mark_unsupported(point, "destination not available: %.200s", destination->reason);
        else if (source && source->device.is_memory && !strcmp(point->point.cache, "cold"))
            mark_unsupported(point, "%s is held in memory: its pages are the files, so it is never cold",
                             source->device.file_system);
    }
}

/* What a cache state needs of this machine. */
static void mark_cache_states(struct session *session)
{
    const struct cgroup_part *memory = &session->cgroup.parts[CGROUP_MEMORY];
    bool visible = folios_visible();

    for (size_t i = 0; i < session->plan.count; i++) {
        struct plan_point *point = &session->plan.points[i];
        if (!point->supported)
            continue;
        if (point->point.pressure_percent && !cgroup_has(&session->cgroup, CGROUP_MEMORY))
            mark_unsupported(point, "pressured: %.230s", memory->reason);
        if (!strcmp(point->point.cache, axes_caches[CACHE_WARM_SMALL_FOLIOS]) && !visible)
            mark_unsupported(point, "%s", "the size of folios cannot be verified here: it takes root and "
                                          "/proc/kpageflags");
    }
}

static bool is_limited(const struct plan_point *point)
{
    return point->point.pressure_percent ||
           (point->source && point->source->type == TARGET_THROTTLED) ||
           (point->destination && point->destination->type == TARGET_THROTTLED);
}

/* hyperfine times a whole process: its cache preparation needs files, and what is checked inside the
 * process, as an update is, would count as the method's. */
static int begin_hyperfine(struct session *session, struct error *error)
{
    int available = -1; /* not asked yet */

    for (size_t i = 0; i < session->plan.count; i++) {
        struct plan_point *point = &session->plan.points[i];
        const struct task_traits *task = task_find(point->point.task);

        if (strcmp(point->point.runner, "hyperfine"))
            continue;
        if (available < 0)
            available = hyperfine_available();
        if (!available)
            mark_unsupported(point, "%s", "hyperfine is not installed (`make deps`)");
        else if (is_limited(point))
            mark_unsupported(point, "%s", "hyperfine's own work would count against the limit");
        else if (task->source != PLACE_FILE || (task->random && task->writes))
            mark_unsupported(point, "hyperfine cannot time the whole process of task %s alone", task->name);
    }
    return available > 0 ? hyperfine_begin(&session->undo, error) : 0;
}

static bool same_probe(const struct plan_point *a, const struct plan_point *b)
{
    return a->method == b->method && a->source == b->source && a->destination == b->destination;
}

/* One probe for every method and pair of targets; its answer goes for all points of that kind. */
static int probe_methods(struct session *session, struct error *error)
{
    struct plan *plan = &session->plan;

    for (size_t i = 0; i < plan->count; i++) {
        struct plan_point *point = &plan->points[i];
        bool done = !point->supported, works = true;
        char reason[256];

        for (size_t j = 0; j < i && !done; j++)
            done = plan->points[j].supported && same_probe(&plan->points[j], point);
        if (done)
            continue;
        if (trial_probe(session, point, &works, reason, error) < 0)
            return -1;
        for (size_t j = i; j < plan->count && !works; j++)
            if (plan->points[j].supported && same_probe(&plan->points[j], point))
                mark_unsupported(&plan->points[j], "%s", reason);
    }
    return 0;
}

/* Beside the files of the plan: the small set that probes use, directories, and the file system's own. */
static uint64_t with_reserve(uint64_t bytes)
{
    return bytes > 0 ? bytes + bytes / 64 + MIB : 0;
}

static int check_space(struct session *session, struct error *error)
{
    char need[32], have[32];

    for (size_t i = 0; i < session->targets.count; i++) {
        const struct target *target = &session->targets.all[i];
        uint64_t bytes = with_reserve(plan_space_bytes(&session->plan, target->spec));
        if (!target->available || !target->directory || bytes <= target->free_bytes)
            continue;
        return error_set(error, "target %s: the run needs %s, but %s has %s free; choose another target or "
                         "smaller file sizes", target->spec->name, units_human_bytes((double)bytes, need),
                         target->directory, units_human_bytes((double)target->free_bytes, have));
    }
    return 0;
}

static void note_privileges(struct session *session)
{
    if (geteuid() == 0)
        return;
    session_leave_out(session, "Without root the page cache is evicted file by file (posix_fadvise) and "
                      "verified, but dentries and inodes stay cached: cold here means cold data only.");
    for (size_t i = 0; i < session->targets.count; i++)
        if (session->targets.all[i].spec->type == TARGET_TMPFS)
            session_leave_out(session, "Without root no tmpfs can be mounted: target %s is a directory in "
                              "/dev/shm.", session->targets.all[i].spec->name);
}

/* A control group is made only if a target or a point needs one. */
static unsigned wanted_controllers(const struct session *session)
{
    unsigned wanted = 0;

    for (size_t i = 0; i < session->config.target_count; i++)
        if (session->config.targets[i].type == TARGET_THROTTLED)
            wanted |= 1U << CGROUP_IO;
    for (size_t i = 0; i < session->plan.count; i++)
        if (session->plan.points[i].point.pressure_percent)
            wanted |= 1U << CGROUP_MEMORY;
    return wanted;
}

/* Ask every disk once; the seed differs from run to run, lest the ranges be known already. */
static void probe_host_caches(struct session *session)
{
    session->host_cache = json_object();
    for (size_t i = 0; i < session->targets.count; i++) {
        const struct target *target = &session->targets.all[i];
        const char *disk = target->device.real;
        if (!target_has_device(target) || json_object_get(session->host_cache, disk))
            continue;
        json_t *found = host_cache_probe(disk, clock_monotonic_ns());
        if (json_is_true(json_object_get(found, "suspected")))
            session_leave_out(session, "The host's cache may serve reads of target %s: a second cold read of "
                              "the same range is far faster than the first.", target->spec->name);
        const char *reason = json_string_value(json_object_get(found, "reason"));
        if (reason)
            session_leave_out(session, "Whether something below target %s caches reads could not be tried: %s.",
                              target->spec->name, reason);
        json_object_set_new(session->host_cache, disk, found);
    }
}

/* Where nothing of a trial is to run on their CPU, sinks stay awake between packets (runners/sink.c): in all trials of
 * a run, or in none. */
static bool sinks_stay_awake(const struct session *session)
{
    const struct config *config = &session->config;
    uint64_t cpus = (uint64_t)CPU_COUNT(&session->allowed);

    if (config->bystander != BYSTANDER_NONE || config->memory_hogs > 0)
        return false;
    for (size_t i = 0; i < session->plan.count; i++) {
        const struct plan_point *planned = &session->plan.points[i];
        if (task_find(planned->point.task)->destination == PLACE_SOCKET &&
            planned->point.threads * (1 + planned->method->helpers) >= cpus)
            return false;
    }
    return true;
}

static void note_damon(struct session *session)
{
    char actions[128];

    if (damon_actions(actions, sizeof actions) && *actions)
        session_leave_out(session,
                          "DAMON acts on memory here that has not been used for a while (%s): files that were read "
                          "into the page cache do not all stay there, and trials that had to read again are void.",
                          actions);
}

int session_open(struct session *session, struct error *error)
{
    session->left_out = json_array();
    session->datasets = (struct datasets){.seed = session->config.seed};
    CPU_ZERO(&session->allowed);
    sched_getaffinity(0, sizeof session->allowed, &session->allowed);
    bool alone = CPU_COUNT(&session->allowed) < 2;
    if (alone)
        session_leave_out(session, "With one CPU, methods and the sink share it.");
    hold_programs(&session->catalogue);
    struct target_site site = {.undo = &session->undo,
                               .cgroup = &session->cgroup,
                               .sink_cpu = alone ? SINK_CPU_ANY : first_allowed(&session->allowed),
                               .sink_awake = !alone && sinks_stay_awake(session)};
    if (undo_begin(&session->undo, session->only_looking ? UNDO_LIST : UNDO_RUN, error) < 0 ||
        strays_begin(&session->undo, error) < 0 ||
        cgroup_open(&session->cgroup, wanted_controllers(session), &session->undo, error) < 0 ||
        targets_open(&session->targets, &session->config, &site, error) < 0)
        return -1;
    note_privileges(session);
    note_damon(session);
    mark_unavailable_targets(session);
    mark_cache_states(session);
    if (begin_hyperfine(session, error) < 0 || check_space(session, error) < 0)
        return -1;
    if (!session->only_looking)
        probe_host_caches(session);
    return probe_methods(session, error);
}

int session_close(struct session *session)
{
    targets_close(&session->targets);
    cgroup_close(&session->cgroup);
    int result = undo_all(&session->undo);
    datasets_free(&session->datasets);
    plan_free(&session->plan);
    config_free(&session->config);
    catalogue_free(&session->catalogue);
    json_decref(session->host_cache);
    json_decref(session->left_out);
    json_decref(session->not_counted);
    json_decref(session->calibration);
    json_decref(session->bought);
    return result;
}
