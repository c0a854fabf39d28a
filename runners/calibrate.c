/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/calibrate.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/stats.h"
#include "common/units.h"
#include "runners/calibrate_files.h"
#include "runners/price_programs.h"
#include "runners/spawn.h"

enum { ROUNDS = 8, ROUNDS_LEAST = 6 };
static const uint64_t LIMIT_NS = 10 * NS_PER_S;
/* One repetition of one value; below, the clock would be part of it. */
static const uint64_t SHORTEST_NS = 500000, LONGEST_NS = 3 * NS_PER_MS;
/* Roughly how many values a repetition of everything has, for a share of the time each. */
static const uint64_t VALUES_A_ROUND = 250;

/* One price, on one target, for one B, depth and number of threads. */
struct series {
    json_t *entry; /* its identity; owned */
    double values[ROUNDS];
    size_t n;
};

struct calibration {
    struct session *session;
    struct price_programs programs;
    struct calibrate_files files;
    uint64_t started_ns, deadline_ns, time_ns;
    size_t rounds; /* that were finished */
    struct series *series;
    size_t count;
    json_t *missing;
};

uint64_t calibrate_limit_ns(uint64_t budget_ns)
{
    uint64_t share = budget_ns / 20;

    return share < LIMIT_NS ? share : LIMIT_NS;
}

static void leave_out(struct calibration *calibration, const char *name, const struct target *target,
                      const char *reason)
{
    json_t *target_name = target ? json_string(target->spec->name) : json_null();
    size_t index;
    json_t *known;

    json_array_foreach(calibration->missing, index, known)
        if (!strcmp(json_string_value(json_object_get(known, "name")), name) &&
            json_equal(json_object_get(known, "target"), target_name)) {
            json_decref(target_name);
            return;
        }
    json_array_append_new(calibration->missing,
                          json_pack("{s:s, s:o, s:s}", "name", name, "target", target_name, "reason", reason));
}

static struct series *find_series(struct calibration *calibration, const json_t *entry)
{
    for (size_t i = 0; i < calibration->count; i++)
        if (json_equal(calibration->series[i].entry, entry))
            return &calibration->series[i];
    return NULL;
}

static struct series *add_series(struct calibration *calibration, json_t *entry)
{
    size_t bytes = (calibration->count + 1) * sizeof(struct series);
    struct series *grown = realloc(calibration->series, bytes);

    if (!grown)
        return NULL;
    calibration->series = grown;
    grown[calibration->count] = (struct series){.entry = json_incref(entry)};
    return &grown[calibration->count++];
}

/* Returns -1 when out of memory; what is no value is not taken. */
static int take(struct calibration *calibration, const struct target *target, json_t *value)
{
    json_t *number = json_incref(json_object_get(value, "value"));
    double price = json_number_value(number);

    json_decref(number);
    json_object_del(value, "value");
    json_object_set_new(value, "target", target ? json_string(target->spec->name) : json_null());
    if (!(price > 0) || !json_is_string(json_object_get(value, "name")))
        return 0;
    struct series *series = find_series(calibration, value);
    if (!series && !(series = add_series(calibration, value)))
        return -1;
    if (series->n < ROUNDS)
        series->values[series->n++] = price;
    return 0;
}

/* One repetition of one price on one target. */
static int repeat(struct calibration *calibration, const struct price_program *program, const struct target *target,
                  const char *file)
{
    cpu_set_t room;
    char reason[256];
    size_t index;
    json_t *value;
    int result = 0;

    json_t *values = price_program_run(program, target, file, calibration->time_ns,
                                       session_cpus(calibration->session, 1, &room), reason);
    if (!values)
        leave_out(calibration, program->name, target, reason);
    json_array_foreach(values, index, value)
        if (result == 0)
            result = take(calibration, target, value);
    json_decref(values);
    return result;
}

static bool is_over(const struct calibration *calibration)
{
    return spawn_stop_requested() || clock_monotonic_ns() >= calibration->deadline_ns;
}

/* A price is measured where its place is: on the machine, on every directory, disk or socket. */
static bool belongs(const struct price_program *program, const struct calibrate_files *files, size_t target,
                    const struct target *all)
{
    switch (program->place) {
    case PRICE_FILE: return files->paths[target];
    case PRICE_DISK: return files->paths[target] && target_has_device(&all[target]);
    case PRICE_SOCKET: return *all[target].address && all[target].available;
    default: return false;
    }
}

static int repeat_everywhere(struct calibration *calibration, const struct price_program *program)
{
    const struct targets *targets = &calibration->session->targets;
    int result = 0;

    if ((unsigned)CPU_COUNT(&calibration->session->allowed) < program->cpus) {
        leave_out(calibration, program->name, NULL, "it takes more CPUs than there are");
        return 0;
    }
    if (program->place == PRICE_MACHINE)
        return repeat(calibration, program, NULL, NULL);
    for (size_t i = 0; i < targets->count && result == 0 && !is_over(calibration); i++)
        if (belongs(program, &calibration->files, i, targets->all))
            result = repeat(calibration, program, &targets->all[i], calibration->files.paths[i]);
    return result;
}

/* Round by round, so that what drifts drifts for all prices alike. */
static int measure(struct calibration *calibration)
{
    int result = 0;

    for (size_t round = 0; round < ROUNDS && result == 0 && !is_over(calibration); round++) {
        for (size_t i = 0; i < calibration->programs.count && result == 0 && !is_over(calibration); i++)
            result = repeat_everywhere(calibration, &calibration->programs.all[i]);
        calibration->rounds += !is_over(calibration);
    }
    return result;
}

/* What the time did not suffice for. */
static void note_unmeasured(struct calibration *calibration)
{
    static const char reason[] = "there was no time for it: calibration takes 5 % of a run's budget, 10 s at most";

    if (calibration->programs.count == 0)
        leave_out(calibration, "all", NULL, "there are no price programs beside this program");
    for (size_t i = 0; i < calibration->session->targets.count; i++)
        if (calibration->files.reasons[i])
            leave_out(calibration, "all", &calibration->session->targets.all[i], calibration->files.reasons[i]);
    for (size_t i = 0; calibration->rounds == 0 && i < calibration->programs.count; i++)
        leave_out(calibration, calibration->programs.all[i].name, NULL, reason);
}

static json_t *bound(double value)
{
    return value == value ? json_real(value) : json_null();
}

static json_t *entries_json(struct calibration *calibration)
{
    json_t *entries = json_array();

    for (size_t i = 0; i < calibration->count; i++) {
        struct series *series = &calibration->series[i];
        struct interval interval = stats_median_interval(series->values, series->n);
        json_t *entry = json_incref(series->entry);
        json_object_set_new(entry, "value", json_real(interval.middle));
        json_object_set_new(entry, "low", bound(interval.low));
        json_object_set_new(entry, "high", bound(interval.high));
        json_object_set_new(entry, "n", json_integer((json_int_t)interval.n));
        json_array_append_new(entries, entry);
    }
    return entries;
}

static void release(struct calibration *calibration)
{
    calibrate_files_remove(&calibration->files);
    price_programs_free(&calibration->programs);
    for (size_t i = 0; i < calibration->count; i++)
        json_decref(calibration->series[i].entry);
    free(calibration->series);
    json_decref(calibration->missing);
}

/* The programs lie beside those of the methods. */
static int load_programs(struct calibration *calibration, struct error *error)
{
    char directory[PATH_MAX];

    snprintf(directory, sizeof directory, "%s/../prices", calibration->session->methods);
    return price_programs_load(&calibration->programs, directory, error);
}

json_t *calibrate(struct session *session, uint64_t limit_ns, struct error *error)
{
    struct calibration calibration = {.session = session,
                                      .missing = json_array(),
                                      .started_ns = clock_monotonic_ns()};
    json_t *result = NULL;

    calibration.deadline_ns = calibration.started_ns + limit_ns;
    calibration.time_ns = limit_ns / (ROUNDS_LEAST * VALUES_A_ROUND);
    if (calibration.time_ns < SHORTEST_NS)
        calibration.time_ns = SHORTEST_NS;
    if (calibration.time_ns > LONGEST_NS)
        calibration.time_ns = LONGEST_NS;
    if (load_programs(&calibration, error) == 0 &&
        calibrate_files_make(&calibration.files, session, calibration.programs.count > 0 ? limit_ns : 0, error) == 0) {
        if (measure(&calibration) < 0)
            error_set(error, "out of memory");
        else {
            note_unmeasured(&calibration);
            result = json_pack("{s:I, s:O, s:o, s:O}", "elapsed_ns",
                               (json_int_t)(clock_monotonic_ns() - calibration.started_ns), "same",
                               calibration.files.same, "entries", entries_json(&calibration), "missing",
                               calibration.missing);
        }
    }
    release(&calibration);
    return result;
}
