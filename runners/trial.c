/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/trial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/axes.h"
#include "common/clock.h"
#include "common/seal.h"
#include "common/tasks.h"
#include "common/units.h"
#include "runners/arguments.h"
#include "runners/environment.h"
#include "runners/gate.h"
#include "runners/hyperfine.h"
#include "runners/output.h"
#include "runners/spawn.h"
#include "runners/stage.h"

enum { PADDING_MAX = 4096 };

/* What a trial works with, from its start to its record. */
struct attempt {
    struct session *session;
    const struct trial_place *place;
    struct plan_point *planned;
    struct stage stage;               /* with the set, the places and the record */
    cpu_set_t cpu_room;
    const cpu_set_t *cpus;            /* NULL: any */
    json_t *output;                   /* what the method printed; NULL if nothing usable */
    uint64_t wall_ns;                 /* of its process; 0 if a tool started it */
    enum trial_outcome outcome;
    char reason[GATE_REASON_SIZE];
};

static void set_number(json_t *record, const char *name, uint64_t value)
{
    json_object_set_new(record, name, json_integer((json_int_t)value));
}

static void __attribute__((format(printf, 3, 4)))
set_void(struct attempt *attempt, enum trial_outcome outcome, const char *format, ...)
{
    va_list values;

    attempt->outcome = outcome;
    va_start(values, format);
    vsnprintf(attempt->reason, sizeof attempt->reason, format, values);
    va_end(values);
}

static uint64_t trial_seed(const struct attempt *attempt)
{
    const struct trial_place *place = attempt->place;

    return attempt->session->config.seed * 1000003 + place->block * 10007 + place->attempt;
}

/* Whoever is to be beside the trial. */
static void add_company(struct arguments *arguments, const struct config *config)
{
    if (config->bystander != BYSTANDER_NONE) {
        arguments_add(arguments, "--bystander");
        arguments_add(arguments, "%s", axes_bystanders[config->bystander]);
    }
    if (config->memory_hogs > 0) {
        arguments_add(arguments, "--memory-hogs");
        arguments_add(arguments, "%" PRIu64, config->memory_hogs);
    }
}

static void add_prefault(struct arguments *arguments, const struct stage *stage)
{
    uint64_t bytes = stage_prefault_bytes(stage);

    if (bytes == 0)
        return;
    arguments_add(arguments, "--prefault");
    arguments_add(arguments, "%" PRIu64, bytes);
}

static void add_timing_options(struct arguments *arguments, const struct attempt *attempt)
{
    const struct trial_watch *watch = attempt->place->watch;

    arguments_add(arguments, "--seed");
    arguments_add(arguments, "%" PRIu64, trial_seed(attempt) & 0xffffffff);
    if (attempt->stage.cache == CACHE_COLD) {
        arguments_add(arguments, "--once");
        arguments_add(arguments, "--distinct");
    } else {
        arguments_add(arguments, "--minimum-time");
        arguments_add(arguments, "%" PRIu64, watch ? watch->minimum_time_ns
                                                   : attempt->session->config.minimum_time_ns);
    }
    if (watch)
        watch->add_options(arguments, watch->context);
    else
        add_company(arguments, &attempt->session->config);
    add_prefault(arguments, &attempt->stage);
    arguments_add(arguments, "--forked-at");
    arguments_add(arguments, "%" PRIu64, clock_monotonic_ns());
}

/* A process that did not end well, in words. */
static void judge_exit(struct attempt *attempt, const struct spawn *spawn)
{
    char limit[32];

    if (spawn->interrupted)
        set_void(attempt, TRIAL_INTERRUPTED, "interrupted");
    else if (spawn->timed_out)
        set_void(attempt, TRIAL_VOID, "timed out after %s",
                 units_human_duration((double)spawn->timeout_ns, limit));
    else if (!strcmp(spawn->exit, "77"))
        set_void(attempt, TRIAL_UNSUPPORTED, "%s", spawn_last_words(spawn));
    else if (!strcmp(spawn->exit, "SIGKILL") && stage_out_of_memory(&attempt->stage))
        set_void(attempt, TRIAL_VOID, "killed by SIGKILL (out of memory: it had %s)",
                 units_human_bytes((double)attempt->stage.memory_limit_bytes, limit));
    else if (strcmp(spawn->exit, "0"))
        set_void(attempt, TRIAL_VOID, "%s %s: %.400s",
                 spawn->exit[0] == 'S' ? "killed by" : "exited with", spawn->exit,
                 *spawn->errors ? spawn_last_words(spawn) : "without a word");
    else if (spawn->output_too_long)
        set_void(attempt, TRIAL_VOID, "bad output: more than 1 MiB");
    else
        attempt->outcome = TRIAL_VALID;
}

static void judge_output(struct attempt *attempt, const char *text)
{
    struct error error;

    const struct trial_watch *watch = attempt->place->watch;
    attempt->output = output_parse(text, watch && watch->counts ? OUTPUT_COUNTED : OUTPUT_WHOLE, &error);
    if (!attempt->output)
        set_void(attempt, TRIAL_VOID, "%s", error.text);
}

/* The method alone, its line on a pipe. */
static int run_in_process(struct attempt *attempt, struct error *error)
{
    struct arguments arguments = {.count = 0};
    struct spawn spawn = {.argv = arguments.items,
                          .program_fd = attempt->planned->method->fd,
                          .cpus = attempt->cpus,
                          .cgroup = stage_cgroup(&attempt->stage),
                          .timeout_ns = attempt->session->config.trial_timeout_ns,
                          .environment_padding_bytes =
                              (unsigned)(trial_seed(attempt) * 2654435761u % PADDING_MAX)};
    int result = -1;

    arguments_for_point(&arguments, attempt->planned, &attempt->stage.places);
    add_timing_options(&arguments, attempt);
    if (arguments.failed)
        error_set(error, "out of memory");
    else
        result = spawn_run(&spawn, error);
    if (result == 0) {
        judge_exit(attempt, &spawn);
        if (attempt->outcome == TRIAL_VALID)
            judge_output(attempt, spawn.output);
        json_object_set_new(attempt->stage.record, "exit", json_string(spawn.exit));
        set_number(attempt->stage.record, "trial_ns", spawn.wall_ns);
        attempt->wall_ns = spawn.wall_ns;
        attempt->session->accounting.trials_ns += spawn.wall_ns;
    }
    spawn_free(&spawn);
    arguments_free(&arguments);
    return result;
}

/* hyperfine around the method: it prepares, verifies and times the whole process. */
static int run_hyperfine(struct attempt *attempt, struct error *error)
{
    struct hyperfine_trial trial = {
        .session = attempt->session,
        .planned = attempt->planned,
        .places = attempt->stage.places,
        .cpus = attempt->cpus,
        .record = attempt->stage.record,
    };

    if (stage_settle(attempt->session, &attempt->stage.places, error) < 0 || hyperfine_run(&trial, error) < 0)
        return -1;
    attempt->output = trial.output;
    attempt->stage.before.resident_bytes = trial.resident_before_bytes;
    if (attempt->stage.set)
        attempt->stage.set->filled = FILLED_SOMEHOW;
    if (trial.interrupted)
        set_void(attempt, TRIAL_INTERRUPTED, "interrupted");
    else
        set_void(attempt, trial.output ? TRIAL_VALID : TRIAL_VOID, "%s", trial.reason);
    return 0;
}

static struct gate_facts facts_of(const struct attempt *attempt)
{
    const struct point *point = &attempt->planned->point;
    const struct stage *stage = &attempt->stage;

    return (struct gate_facts){
        .has_set = stage->set != NULL,
        .cache = stage->cache,
        .source_has_device = target_has_device(stage->places.source),
        .set_bytes = point->files * point->file_size_bytes,
        .resident_before_bytes = stage->before.resident_bytes,
        .resident_after_bytes = stage->resident_after_bytes,
        .set_digest = stage->set ? stage->set->digest : 0,
        .moves_set = stage->set && !task_find(point->task)->random,
        .folios = stage->has_folios ? &stage->folios : NULL,
        .memory_limit_bytes = stage->memory_limit_bytes,
        .read_limit_bytes_per_s = stage->read_limit_bytes_per_s,
        .write_limit_bytes_per_s = stage->write_limit_bytes_per_s,
        .in_place = stage->set && stage->set->written_to,
        .direct = attempt->planned->method->direct,
        .destination_has_device = target_has_device(stage->places.destination),
        .writes = task_find(point->task)->writes,
        .created = stage->created,
        .shares = attempt->planned->method->shares,
        .expected_bytes = point_cycle_bytes(point),
        .wall_ns = attempt->wall_ns,
        .output = attempt->output,
    };
}

/* Bytes read from the device on behalf of the process for each byte that it used: above 1 where whole pages
 * and read-ahead serve small records, below where the cache does. Where reads are not charged to processes,
 * the device's count, with other programs' reads in it, must do. */
static void record_amplification(const struct attempt *attempt)
{
    const json_t *charged = json_object_get(attempt->output, "process_read_bytes");
    const json_t *read = json_is_integer(charged) ? charged
                                                  : json_object_get(attempt->output, "device_read_bytes");
    double used = json_number_value(json_object_get(attempt->output, "distinct_bytes")) *
                  json_number_value(json_object_get(attempt->output, "cycles"));

    if (target_has_device(attempt->stage.places.source) && json_is_integer(read) && used > 0)
        json_object_set_new(attempt->stage.record, "read_amplification",
                            json_real(json_number_value(read) / used));
}

static int run(struct attempt *attempt, struct error *error)
{
    int result;

    if (!strcmp(attempt->planned->point.runner, "hyperfine"))
        result = run_hyperfine(attempt, error);
    else {
        result = stage_prepare(&attempt->stage, error);
        if (result == 0)
            result = run_in_process(attempt, error);
    }
    stage_end(&attempt->stage);
    if (result < 0)
        return -1;
    record_amplification(attempt);
    if (attempt->outcome != TRIAL_VALID)
        return 0;
    struct gate_facts facts = facts_of(attempt);
    if (!gate_passes(&facts, attempt->reason))
        attempt->outcome = TRIAL_VOID;
    else if (!attempt->place->watch && !gate_undisturbed(&facts, attempt->reason)) /* counts are no times */
        attempt->outcome = TRIAL_DISTURBED;
    return 0;
}

static int first_cpu(const cpu_set_t *cpus)
{
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, cpus))
            return cpu;
    return 0;
}

/* Fields whose value may never come about are null from the start. */
static json_t *new_record(const struct attempt *attempt)
{
    static const char *const late[] = {
        "exit", "whole_process_ns", "whole_process_user_ns", "whole_process_system_ns", "trial_ns",
    };
    char now[24];
    json_t *record = json_object();

    set_number(record, "schema", SEAL_SCHEMA); /* the first member: see common/seal.h */
    set_number(record, "point", attempt->place->point);
    point_to_json(&attempt->planned->point, record);
    set_number(record, "block", attempt->place->block);
    set_number(record, "order", attempt->place->order);
    set_number(record, "attempt", attempt->place->attempt);
    json_object_set_new(record, "started_utc", json_string(environment_utc_now(now)));
    json_object_set_new(record, "cpu",
                        attempt->cpus ? json_integer(first_cpu(attempt->cpus)) : json_null());
    for (size_t i = 0; i < sizeof late / sizeof *late; i++)
        json_object_set_new(record, late[i], json_null());
    stage_begin_record(record);
    return record;
}

/* What a watched trial found is no timing: it has a file of its own, or none when it is not valid. */
static int hand_over(const struct attempt *attempt, struct error *error)
{
    struct trial_watch *watch = attempt->place->watch;

    snprintf(watch->reason, sizeof watch->reason, "%.255s", attempt->reason);
    if (attempt->outcome != TRIAL_VALID)
        return 0;
    json_t *point = json_object();
    point_to_json(&attempt->planned->point, point);
    int result = watch->keep(point, attempt->output, watch->context, error);
    json_decref(point);
    return result;
}

static int record(struct attempt *attempt, struct error *error)
{
    bool valid = attempt->outcome == TRIAL_VALID;

    if (attempt->outcome == TRIAL_INTERRUPTED)
        return 0;
    if (!valid && attempt->stage.set && attempt->stage.set->written_to)
        dataset_spoil(attempt->stage.set);
    if (attempt->place->watch)
        return hand_over(attempt, error);
    if (attempt->outcome == TRIAL_UNSUPPORTED) {
        attempt->planned->supported = false;
        snprintf(attempt->planned->reason, sizeof attempt->planned->reason, "%.255s",
                 attempt->reason);
    }
    output_copy(attempt->output, attempt->stage.record);
    if (valid && json_is_null(json_object_get(attempt->stage.record, "expected_digest")))
        json_object_set_new(attempt->stage.record, "expected_digest",
                            json_sprintf("%016" PRIx64, attempt->stage.set->digest));
    json_object_set_new(attempt->stage.record, "valid", json_boolean(valid));
    json_object_set_new(attempt->stage.record, "void_reason",
                        valid ? json_null() : json_sprintf("%s", attempt->reason));
    return journal_append(&attempt->session->journal, attempt->stage.record, error);
}

static int begin(struct attempt *attempt, struct session *session, struct plan_point *planned,
                 struct error *error)
{
    const struct point *point = &planned->point;
    const struct task_traits *task = task_find(point->task);
    const struct method_info *method = planned->method;

    int cache = axes_find(axes_caches, point->cache);

    attempt->session = session;
    attempt->planned = planned;
    attempt->stage.session = session;
    attempt->stage.planned = planned;
    attempt->stage.cache = cache < 0 ? CACHE_WARM : (enum cache)cache;
    attempt->cpus =
        session_cpus(session, point->threads * (1 + method->helpers), &attempt->cpu_room);
    attempt->stage.places.source = targets_find(&session->targets, planned->source);
    attempt->stage.places.destination = targets_find(&session->targets, planned->destination);
    if (task->source != PLACE_FILE)
        return 0;
    attempt->stage.set = dataset_get(&session->datasets, attempt->stage.places.source, point->file_size_bytes,
                               point->files, task->random && task->writes, error);
    attempt->stage.places.set = attempt->stage.set;
    return attempt->stage.set ? 0 : -1;
}

double trial_record_time_ns(const json_t *record)
{
    return json_number_value(json_object_get(record, "setup_ns")) +
           json_number_value(json_object_get(record, "transfer_ns")) +
           json_number_value(json_object_get(record, "teardown_ns"));
}

int trial_measure(struct session *session, const struct trial_place *place,
                  struct trial_result *measured, struct error *error)
{
    struct attempt attempt = {.place = place};

    if (begin(&attempt, session, &session->plan.points[place->point], error) < 0)
        return -1;
    attempt.stage.record = new_record(&attempt);
    int result = run(&attempt, error);
    if (result == 0)
        result = record(&attempt, error);
    *measured = (struct trial_result){attempt.outcome, trial_record_time_ns(attempt.stage.record)};
    json_decref(attempt.output);
    json_decref(attempt.stage.record);
    return result;
}

int trial_probe(struct session *session, const struct plan_point *point, bool *works, char reason[256],
                struct error *error)
{
    struct plan_point small = *point;
    struct attempt attempt = {.place = NULL};
    struct arguments arguments = {.count = 0};
    struct spawn spawn = {.argv = arguments.items,
                          .program_fd = point->method->fd,
                          .timeout_ns = 10 * NS_PER_S};

    small.point.file_size_bytes = 64 * KIB;
    small.point.files = 1;
    if (small.point.block_size_bytes)
        small.point.block_size_bytes = 4 * KIB; /* it is the interface that is probed, not this B */
    if (small.point.operations)
        small.point.operations = 4;
    if (begin(&attempt, session, &small, error) < 0 ||
        stage_settle(session, &attempt.stage.places, error) < 0)
        return -1;
    arguments_for_point(&arguments, &small, &attempt.stage.places);
    arguments_add(&arguments, "--probe");
    int result = arguments.failed ? error_set(error, "out of memory") : spawn_run(&spawn, error);
    *works = result == 0 && strcmp(spawn.exit, "77");
    if (result == 0 && !*works)
        snprintf(reason, 256, "%.255s", spawn_last_words(&spawn));
    spawn_free(&spawn);
    arguments_free(&arguments);
    return result;
}
