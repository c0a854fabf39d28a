/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/hyperfine.h"

#include <linux/capability.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/regular.h"
#include "common/units.h"
#include "runners/arguments.h"
#include "runners/output.h"
#include "runners/spawn.h"

enum { PATH_SIZE = 512 };

/* Where the three programs leave what they found: in the run's private directory. */
struct exchange {
    char directory[PATH_SIZE], prepared[PATH_SIZE], measured[PATH_SIZE], timed[PATH_SIZE];
};

static void exchange_begin(struct exchange *exchange, const struct session *session)
{
    const char *directory = session->undo.directory;

    snprintf(exchange->directory, PATH_SIZE, "%s/hyperfine", directory);
    snprintf(exchange->prepared, PATH_SIZE, "%s/hyperfine/prepared.json", directory);
    snprintf(exchange->measured, PATH_SIZE, "%s/hyperfine/measured.json", directory);
    snprintf(exchange->timed, PATH_SIZE, "%s/hyperfine/timed.json", directory);
}

static void exchange_end(const struct exchange *exchange)
{
    unlink(exchange->prepared);
    unlink(exchange->measured);
    unlink(exchange->timed);
}

bool hyperfine_available(void)
{
    char *argv[] = {"hyperfine", "--version", NULL};
    struct spawn spawn = {
        .argv = argv, .program_fd = -1, .timeout_ns = 10 * NS_PER_S};
    struct error error;

    bool found = spawn_run(&spawn, &error) == 0 && !strcmp(spawn.exit, "0");
    spawn_free(&spawn);
    return found;
}

int hyperfine_begin(struct undo *undo, struct error *error)
{
    char directory[PATH_SIZE];

    snprintf(directory, sizeof directory, "%s/hyperfine", undo->directory);
    if (undo_promise(undo, "tree", directory, error) < 0)
        return -1;
    return mkdir(directory, 0700) < 0 ? error_set(error, "%s:", directory) : 0;
}

static char *prepare_command(const struct hyperfine_trial *trial, const struct exchange *exchange)
{
    struct arguments arguments = {.count = 0};

    arguments_add(&arguments, "%s", trial->session->program);
    arguments_add(&arguments, "prepare");
    arguments_add(&arguments, "--cache=%s", trial->planned->point.cache);
    arguments_add(&arguments, "--source=%s", trial->places.set->directory);
    arguments_add(&arguments, "--files=%llu", (unsigned long long)trial->places.set->files);
    arguments_add(&arguments, "--file-size=%llu", (unsigned long long)trial->places.set->file_size_bytes);
    arguments_add(&arguments, "--output=%s", exchange->prepared);
    char *text = arguments.failed ? NULL : arguments_quoted(&arguments);
    arguments_free(&arguments);
    return text;
}

static char *method_command(const struct hyperfine_trial *trial, const struct exchange *exchange)
{
    struct arguments arguments = {.count = 0};

    arguments_for_point(&arguments, trial->planned, &trial->places);
    arguments_add(&arguments, "--once");
    arguments_add(&arguments, "--no-verify");
    arguments_add(&arguments, "--output");
    arguments_add(&arguments, "%s", exchange->measured);
    char *text = arguments.failed ? NULL : arguments_quoted(&arguments);
    arguments_free(&arguments);
    return text;
}

/* What cannot be read is not bad output, and what is no file nobody waits for: the programs may have left anything
 * there. NULL with the problem. */
static char *read_text(const char *path, struct error *problem)
{
    size_t length;

    return regular_read(path, SPAWN_OUTPUT_LIMIT, &length, problem);
}

/* NULL with the problem. */
static json_t *load(const char *path, struct error *problem)
{
    json_error_t place;
    char *text = read_text(path, problem);
    json_t *root = text ? json_loads(text, JSON_REJECT_DUPLICATES, &place) : NULL;

    if (text && !root)
        error_set(problem, "bad output: %s: %s", path, place.text);
    free(text);
    return root;
}

static void set_seconds(json_t *record, const char *name, const json_t *seconds)
{
    double value = json_number_value(seconds);

    if (json_is_number(seconds) && value >= 0 && value < 1e6)
        json_object_set_new(record, name, json_integer((json_int_t)llround(value * 1e9)));
}

/* hyperfine writes seconds: times is every run's wall time, user and system are means, here of one run. */
static int import_times(struct hyperfine_trial *trial, const struct exchange *exchange, struct error *problem)
{
    json_t *root = load(exchange->timed, problem);
    json_t *result = json_array_get(json_object_get(root, "results"), 0);

    set_seconds(trial->record, "whole_process_ns", json_array_get(json_object_get(result, "times"), 0));
    set_seconds(trial->record, "whole_process_user_ns", json_object_get(result, "user"));
    set_seconds(trial->record, "whole_process_system_ns", json_object_get(result, "system"));
    if (root && !json_is_integer(json_object_get(trial->record, "whole_process_ns")))
        error_set(problem, "bad output: hyperfine exported no time");
    json_decref(root);
    return json_is_integer(json_object_get(trial->record, "whole_process_ns")) ? 0 : -1;
}

/* 0 for what is no duration of a trial. */
static uint64_t nanoseconds(const json_t *root, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(root, name));

    return value > 0 && value < 1LL << 60 ? (uint64_t)value : 0;
}

static int import_prepared(struct hyperfine_trial *trial, const struct exchange *exchange, struct error *problem)
{
    json_t *root = load(exchange->prepared, problem);
    json_t *resident = json_object_get(root, "resident_before_bytes");
    int result = json_is_integer(resident) ? 0 : -1;

    if (root && result < 0)
        error_set(problem, "bad output: the cache preparation left no record");

    trial->resident_before_bytes = (uint64_t)json_integer_value(resident);
    json_object_update(trial->record, root);
    uint64_t spent = nanoseconds(root, "prepare_ns") + nanoseconds(root, "verify_ns");
    trial->session->accounting.cache_ns += spent;
    trial->session->accounting.trials_ns -= spent; /* it fell into hyperfine's own time */
    json_decref(root);
    return result;
}

static int failed(struct hyperfine_trial *trial, const char *reason)
{
    snprintf(trial->reason, sizeof trial->reason, "%.*s", (int)sizeof trial->reason - 1, reason);
    return 0;
}

static int describe_failure(struct hyperfine_trial *trial, const struct spawn *spawn)
{
    char limit[32];

    trial->interrupted = spawn->interrupted;
    if (spawn->timed_out)
        snprintf(trial->reason, sizeof trial->reason, "timed out after %s",
                 units_human_duration((double)spawn->timeout_ns, limit));
    else
        snprintf(trial->reason, sizeof trial->reason, "hyperfine ended with %s: %.400s", spawn->exit,
                 spawn_last_words(spawn));
    return 0;
}

/* The method again, to digest what it moves, or what its copy left. */
static int verify(struct hyperfine_trial *trial, json_t **proof, struct error *error)
{
    struct arguments arguments = {.count = 0};
    struct spawn spawn = {.argv = arguments.items,
                          .program_fd = trial->planned->method->fd,
                          .cpus = trial->cpus,
                          .timeout_ns = trial->session->config.trial_timeout_ns};
    struct error problem;

    arguments_for_point(&arguments, trial->planned, &trial->places);
    arguments_add(&arguments, "--verify-only");
    int result = arguments.failed ? error_set(error, "out of memory") : spawn_run(&spawn, error);
    if (result == 0)
        trial->session->accounting.trials_ns += spawn.wall_ns;
    if (result == 0 && strcmp(spawn.exit, "0"))
        describe_failure(trial, &spawn);
    else if (result == 0 && !(*proof = output_parse(spawn.output, OUTPUT_VERIFY_ONLY, &problem)))
        failed(trial, problem.text);
    spawn_free(&spawn);
    arguments_free(&arguments);
    return result;
}

/* NULL with the problem. */
static json_t *read_output(const char *path, struct error *problem)
{
    char *text = read_text(path, problem);
    json_t *output = text ? output_parse(text, OUTPUT_NO_VERIFY, problem) : NULL;

    free(text);
    return output;
}

/* The method's line, with the digest of the verification that followed it. */
static int import_output(struct hyperfine_trial *trial, const struct exchange *exchange,
                         struct error *error)
{
    struct error problem;
    json_t *proof = NULL;
    json_t *measured = read_output(exchange->measured, &problem);

    if (!measured)
        return failed(trial, problem.text);
    if (verify(trial, &proof, error) < 0) {
        json_decref(measured);
        return -1;
    }
    if (proof) {
        json_object_set(measured, "digest", json_object_get(proof, "digest"));
        trial->output = measured;
        json_decref(proof);
    } else
        json_decref(measured);
    return 0;
}

static int collect(struct hyperfine_trial *trial, const struct exchange *exchange,
                   const struct spawn *spawn, struct error *error)
{
    struct error problem;

    json_object_set_new(trial->record, "exit", json_string(spawn->exit));
    json_object_set_new(trial->record, "trial_ns", json_integer((json_int_t)spawn->wall_ns));
    trial->session->accounting.trials_ns += spawn->wall_ns;
    if (strcmp(spawn->exit, "0"))
        return describe_failure(trial, spawn);
    if (import_prepared(trial, exchange, &problem) < 0 || import_times(trial, exchange, &problem) < 0)
        return failed(trial, problem.text);
    return import_output(trial, exchange, error);
}

/* Of the machine hyperfine and its programs may change the scratch of this trial and the state of the cache. Of
 * all privileges they keep those that are limits only, which a method is not to meet here and elsewhere not. */
static int run_confined(struct hyperfine_trial *trial, struct spawn *spawn, const char *exchange, struct error *error)
{
    const struct target *source = trial->places.source, *destination = trial->places.destination;
    const struct confine_path paths[] = {
        {"/", CONFINE_READ | CONFINE_RUN},
        {"/dev/null", CONFINE_READ | CONFINE_WRITE},
        {"/proc/sys/vm/drop_caches", CONFINE_WRITE},
        {exchange, CONFINE_WRITE},
        {source ? source->directory : NULL, CONFINE_WRITE | CONFINE_NETWORK},
        {destination ? destination->directory : NULL, CONFINE_WRITE | CONFINE_NETWORK}};
    const struct spawn_bounds bounds = {paths, sizeof paths / sizeof *paths,
                                        CONFINE_CAPABILITY(CAP_IPC_LOCK) | CONFINE_CAPABILITY(CAP_SYS_RESOURCE)};

    spawn->bounds = &bounds;
    int result = spawn_run(spawn, error);
    spawn->bounds = NULL;
    return result;
}

int hyperfine_run(struct hyperfine_trial *trial, struct error *error)
{
    struct exchange exchange;
    int result;

    exchange_begin(&exchange, trial->session);
    exchange_end(&exchange);
    char *prepare = prepare_command(trial, &exchange), *method = method_command(trial, &exchange);
    char *argv[] = {"hyperfine", "-N",  "--runs",        "1",           "--style", "none",
                    "--prepare", prepare, "--export-json", exchange.timed, method,    NULL};
    struct spawn spawn = {.argv = argv,
                          .program_fd = -1,
                          .cpus = trial->cpus,
                          .timeout_ns = trial->session->config.trial_timeout_ns};

    result = prepare && method ? run_confined(trial, &spawn, exchange.directory, error)
                               : error_set(error, "out of memory");
    if (result == 0)
        result = collect(trial, &exchange, &spawn, error);
    spawn_free(&spawn);
    free(prepare);
    free(method);
    exchange_end(&exchange);
    return result;
}
