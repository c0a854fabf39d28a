/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/calibrate.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/units.h"
#include "runners/calibrate_files.h"
#include "runners/price_list.h"
#include "runners/price_programs.h"
#include "runners/spawn.h"

static const uint64_t LIMIT_NS = 10 * NS_PER_S;
/* One value of one repetition; below, the clock would be part of it. */
static const uint64_t SHORTEST_NS = 500000, LONGEST_NS = 3 * NS_PER_MS, PARTS_OF_LIMIT = 1500;
/* What is known well enough is repeated in every fourth round only, which leaves the others more of the time. */
enum { KNOWN_EVERY = 4 };
/* Of a run's time, for prices between its trials; and the least that is worth beginning. */
static const uint64_t BETWEEN_PARTS = 12, BETWEEN_LEAST_NS = 500 * NS_PER_MS;

struct calibration {
    struct session *session;
    struct price_programs programs;
    struct calibrate_files files;
    uint64_t started_ns, deadline_ns, time_ns, earlier_ns;
    size_t rounds; /* that were finished */
    struct price_list prices;
    json_t *missing, *same;
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

static json_t *name_of(const struct target *target)
{
    return target ? json_string(target->spec->name) : json_null();
}

static void identify(json_t *value, const struct price_site *site)
{
    const struct calibrate_file *file = site->by_file ? site->file : NULL;
    bool other = file && file->target != site->target;

    json_object_set_new(value, "target", name_of(site->target));
    json_object_set_new(value, "source", name_of(other ? file->target : NULL));
    json_object_set_new(value, "file_size_bytes", file ? json_integer((json_int_t)file->bytes) : json_null());
}

/* Returns -1 when out of memory; what is no value is not taken. */
static int take(struct calibration *calibration, const struct price_program *program, const struct price_site *site,
                json_t *value)
{
    double price = json_number_value(json_object_get(value, "value"));

    json_object_del(value, "value");
    identify(value, site);
    if (!(price > 0) || !json_is_string(json_object_get(value, "name")))
        return 0;
    struct price_series *series = price_list_series(&calibration->prices, value);
    if (!series)
        return -1;
    series->program = program;
    series->site = *site;
    price_series_add(series, price);
    return 0;
}

/* One repetition of one price at one site. */
static int repeat(struct calibration *calibration, struct price_program *program, const struct price_site *site)
{
    cpu_set_t room;
    char reason[256];
    size_t index;
    json_t *value;
    int result = 0;

    if (calibration->rounds % KNOWN_EVERY != 0 && price_list_knows(&calibration->prices, program, site))
        return 0;
    json_t *values = price_program_run(program, site->target, site->file ? site->file->path : NULL,
                                       calibration->time_ns, session_cpus(calibration->session, 1, &room), reason);
    if (!values)
        leave_out(calibration, program->name, site->target, reason);
    program->answered |= values != NULL;
    json_array_foreach(values, index, value)
        if (result == 0)
            result = take(calibration, program, site, value);
    json_decref(values);
    return result;
}

static bool is_over(const struct calibration *calibration)
{
    return spawn_stop_requested() || clock_monotonic_ns() >= calibration->deadline_ns;
}

static int repeat_on_files(struct calibration *calibration, struct price_program *program)
{
    const struct calibrate_files *files = &calibration->files;
    int result = 0;

    for (size_t i = 0; i < files->count && result == 0 && !is_over(calibration); i++) {
        struct price_site site = {files->all[i].target, &files->all[i], program->place == PRICE_FILE};
        if ((site.by_file || site.file->first) && (program->place != PRICE_DISK || target_has_device(site.target)))
            result = repeat(calibration, program, &site);
    }
    return result;
}

/* What is sent comes from the files of every target; where there is none, from memory. */
static int repeat_on_sockets(struct calibration *calibration, struct price_program *program)
{
    const struct targets *targets = &calibration->session->targets;
    const struct calibrate_files *files = &calibration->files;
    int result = 0;

    for (size_t i = 0; i < targets->count; i++)
        for (size_t j = 0; j < files->count || j == 0; j++) {
            struct price_site site = {&targets->all[i], files->count ? &files->all[j] : NULL, true};
            if (result == 0 && !is_over(calibration) && *site.target->address && site.target->available)
                result = repeat(calibration, program, &site);
        }
    return result;
}

static int repeat_everywhere(struct calibration *calibration, struct price_program *program)
{
    static const struct price_site machine = {NULL, NULL, false};

    if ((unsigned)CPU_COUNT(&calibration->session->allowed) < program->cpus) {
        leave_out(calibration, program->name, NULL, "it takes more CPUs than there are");
        return 0;
    }
    switch (program->place) {
    case PRICE_MACHINE: return repeat(calibration, program, &machine);
    case PRICE_SOCKET: return repeat_on_sockets(calibration, program);
    default: return repeat_on_files(calibration, program);
    }
}

/* Round by round, so that what drifts drifts for all prices alike. Where there was no time left the last time is where
 * it goes on. */
static int measure(struct calibration *calibration)
{
    size_t *next = &calibration->session->next_price, count = calibration->programs.count;
    int result = 0;

    for (size_t i = 0; count > 0 && result == 0 && !is_over(calibration); i++) {
        result = repeat_everywhere(calibration, &calibration->programs.all[*next % count]);
        *next = (*next + !is_over(calibration)) % count;
        calibration->rounds = (i + 1) / count;
    }
    return result;
}

/* What was measured and yet has no price: a difference of two times that came out as nothing, or less, each time. */
static void note_nothing(struct calibration *calibration, const struct price_program *program)
{
    size_t index;
    json_t *name;
    char reason[256];

    json_array_foreach(program->entries, index, name)
        if (json_is_string(name) && !price_list_has(&calibration->prices, json_string_value(name))) {
            snprintf(reason, sizeof reason, "%.100s: what was measured came out as nothing each time; on a less busy "
                     "machine, or with more time, it may not", json_string_value(name));
            leave_out(calibration, program->name, NULL, reason);
        }
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
    for (size_t i = calibration->session->next_price; calibration->rounds == 0 && i < calibration->programs.count; i++)
        leave_out(calibration, calibration->programs.all[i].name, NULL, reason);
    for (size_t i = 0; i < calibration->programs.count; i++)
        if (calibration->programs.all[i].answered)
            note_nothing(calibration, &calibration->programs.all[i]);
}

static void release(struct calibration *calibration)
{
    calibrate_files_remove(&calibration->files);
    price_programs_free(&calibration->programs);
    price_list_free(&calibration->prices);
    json_decref(calibration->missing);
}

/* The programs lie beside those of the methods. */
static int load_programs(struct calibration *calibration, struct error *error)
{
    char directory[PATH_MAX];

    snprintf(directory, sizeof directory, "%s/../prices", calibration->session->methods);
    return price_programs_load(&calibration->programs, directory, error);
}

static uint64_t time_of_value(uint64_t limit_ns)
{
    uint64_t time_ns = limit_ns / PARTS_OF_LIMIT;

    return time_ns < SHORTEST_NS ? SHORTEST_NS : time_ns > LONGEST_NS ? LONGEST_NS : time_ns;
}

static json_t *to_json(struct calibration *calibration)
{
    uint64_t elapsed_ns = calibration->earlier_ns + clock_monotonic_ns() - calibration->started_ns;

    return json_pack("{s:I, s:O, s:o, s:O}", "elapsed_ns", (json_int_t)elapsed_ns, "same", calibration->same, "entries",
                     price_list_json(&calibration->prices), "missing", calibration->missing);
}

static json_t *calibrate_on(struct session *session, const json_t *before, uint64_t limit_ns, struct error *error)
{
    json_t *missing = before ? json_incref(json_object_get(before, "missing")) : json_array(), *result = NULL;
    struct calibration calibration = {.session = session, .missing = missing};

    calibration.time_ns = time_of_value(limit_ns);
    calibration.earlier_ns = (uint64_t)json_integer_value(json_object_get(before, "elapsed_ns"));
    if (price_list_take_over(&calibration.prices, json_object_get(before, "entries")) < 0)
        error_set(error, "out of memory");
    else if (load_programs(&calibration, error) == 0 &&
             calibrate_files_make(&calibration.files, session, !before, calibration.programs.count > 0 ? limit_ns : 0,
                                  error) == 0) {
        calibration.started_ns = clock_monotonic_ns();
        calibration.deadline_ns = calibration.started_ns + limit_ns;
        calibration.same = before ? json_object_get(before, "same") : calibration.files.same;
        if (measure(&calibration) < 0)
            error_set(error, "out of memory");
        else {
            if (!before)
                note_unmeasured(&calibration);
            result = to_json(&calibration);
        }
    }
    release(&calibration);
    return result;
}

int calibrate(struct session *session, uint64_t limit_ns, struct error *error)
{
    session->calibration = calibrate_on(session, NULL, limit_ns, error);
    session->priced_ns = clock_monotonic_ns();
    return session->calibration ? 0 : -1;
}

int calibrate_again(struct session *session, struct error *error)
{
    uint64_t limit_ns = (clock_monotonic_ns() - session->priced_ns) / BETWEEN_PARTS;

    if (limit_ns < BETWEEN_LEAST_NS || json_array_size(json_object_get(session->calibration, "entries")) == 0)
        return 0;
    json_t *more = calibrate_on(session, session->calibration, limit_ns, error);
    session->priced_ns = clock_monotonic_ns();
    if (!more)
        return -1;
    json_decref(session->calibration);
    session->calibration = more;
    return 0;
}
