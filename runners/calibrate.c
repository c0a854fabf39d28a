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
#include "runners/price_sites.h"
#include "runners/spawn.h"

static const uint64_t LIMIT_NS = 10 * NS_PER_S;
/* One value of one repetition; below, the clock would be part of it. */
static const uint64_t SHORTEST_NS = 500000, LONGEST_NS = 3 * NS_PER_MS, PARTS_OF_LIMIT = 1500;
/* What is known well enough is repeated in every fourth round only, which leaves the others more of the time. */
enum { KNOWN_EVERY = 4 };
/* Of a run's time, for prices between its trials; and the least that is worth beginning. */
static const uint64_t BETWEEN_PARTS = 10, BETWEEN_LEAST_NS = 500 * NS_PER_MS;
static const char no_time[] = "there was no time for it: calibration takes 5 % of a run's budget, 10 s at most";

struct calibration {
    struct session *session;
    struct price_programs programs;
    struct calibrate_files files;
    struct price_sites sites;
    unsigned cpus;
    uint64_t started_ns, deadline_ns, time_ns, earlier_ns;
    struct price_list prices;
    json_int_t stolen;
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

/* Returns -1 when out of memory; what is no value is not taken. A null is one that the hypervisor disturbed. */
static int take(struct calibration *calibration, const struct price_site *site, json_t *value)
{
    double price = json_number_value(json_object_get(value, "value"));

    calibration->stolen += json_is_null(json_object_get(value, "value"));
    json_object_del(value, "value");
    price_site_identify(site, value);
    if (!(price > 0) || !json_is_string(json_object_get(value, "name")))
        return 0;
    struct price_series *series = price_list_series(&calibration->prices, value);
    if (!series)
        return -1;
    price_series_add(series, price);
    return 0;
}

/* One repetition of one price at one site. */
static int repeat(struct calibration *calibration, const struct price_site *site)
{
    cpu_set_t room;
    char reason[256];
    size_t index;
    json_t *value;
    int result = 0;

    json_t *values = price_program_run(site->program, site->target, site->file ? site->file->path : NULL,
                                       calibration->time_ns, session_cpus(calibration->session, 1, &room), reason);
    if (!values)
        leave_out(calibration, site->program->name, site->target, reason);
    site->program->answered |= values != NULL;
    json_array_foreach(values, index, value)
        if (result == 0)
            result = take(calibration, site, value);
    json_decref(values);
    return result;
}

static bool is_over(const struct calibration *calibration)
{
    return spawn_stop_requested() || clock_monotonic_ns() >= calibration->deadline_ns;
}

/* Round by round, so that what drifts drifts for all prices alike. Where there was no time left the last time is where
 * it goes on. */
static int measure(struct calibration *calibration)
{
    const struct price_sites *sites = &calibration->sites;
    size_t *next = &calibration->session->next_price;
    int result = 0;

    for (; sites->count > 0 && result == 0 && !is_over(calibration); ++*next) {
        const struct price_site *site = &sites->all[*next % sites->count];
        size_t round = *next / sites->count;
        if (round % KNOWN_EVERY == 0 || !price_list_knows(&calibration->prices, site))
            result = repeat(calibration, site);
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
            snprintf(reason, sizeof reason, "%.100s: what was measured came out as nothing each time, or the "
                     "hypervisor took a part of it; on a less busy machine, or with more time, it may not",
                     json_string_value(name));
            leave_out(calibration, program->name, NULL, reason);
        }
}

/* What can only be seen before the first value. */
static void note_impossible(struct calibration *calibration)
{
    if (calibration->programs.count == 0)
        leave_out(calibration, "all", NULL, "there are no price programs beside this program");
    for (size_t i = 0; i < calibration->session->targets.count; i++)
        if (calibration->files.reasons[i])
            leave_out(calibration, "all", &calibration->session->targets.all[i], calibration->files.reasons[i]);
    for (size_t i = 0; i < calibration->programs.count; i++)
        if (calibration->programs.all[i].cpus > calibration->cpus)
            leave_out(calibration, calibration->programs.all[i].name, NULL, "it takes more CPUs than there are");
}

/* What the time did not suffice for so far: it may do so the next time. */
static void note_unmeasured(struct calibration *calibration)
{
    const struct price_sites *sites = &calibration->sites;

    for (size_t i = json_array_size(calibration->missing); i-- > 0;)
        if (!strcmp(json_string_value(json_object_get(json_array_get(calibration->missing, i), "reason")), no_time))
            json_array_remove(calibration->missing, i);
    for (size_t i = calibration->session->next_price; i < sites->count; i++)
        if (!price_list_has_site(&calibration->prices, &sites->all[i]))
            leave_out(calibration, sites->all[i].program->name, sites->all[i].target, no_time);
}

static void note_missing(struct calibration *calibration, bool first)
{
    note_unmeasured(calibration);
    if (!first)
        return;
    note_impossible(calibration);
    for (size_t i = 0; i < calibration->programs.count; i++)
        if (calibration->programs.all[i].answered)
            note_nothing(calibration, &calibration->programs.all[i]);
}

static void release(struct calibration *calibration)
{
    price_sites_free(&calibration->sites);
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

    return json_pack("{s:I, s:O, s:o, s:I, s:O}", "elapsed_ns", (json_int_t)elapsed_ns, "same", calibration->same,
                     "entries", price_list_json(&calibration->prices), "stolen", calibration->stolen, "missing",
                     calibration->missing);
}

static int prepare(struct calibration *calibration, bool first, uint64_t limit_ns, struct error *error)
{
    struct session *session = calibration->session;

    calibration->time_ns = time_of_value(limit_ns);
    calibration->cpus = (unsigned)CPU_COUNT(&session->allowed);
    if (load_programs(calibration, error) < 0 ||
        calibrate_files_make(&calibration->files, session, first, calibration->programs.count > 0 ? limit_ns : 0,
                             error) < 0)
        return -1;
    if (price_sites_make(&calibration->sites, &calibration->programs, &session->targets, &calibration->files,
                         calibration->cpus) < 0)
        return error_set(error, "out of memory");
    calibration->started_ns = clock_monotonic_ns();
    calibration->deadline_ns = calibration->started_ns + limit_ns;
    return 0;
}

static json_t *calibrate_on(struct session *session, const json_t *before, uint64_t limit_ns, struct error *error)
{
    json_t *missing = before ? json_incref(json_object_get(before, "missing")) : json_array(), *result = NULL;
    struct calibration calibration = {.session = session, .missing = missing};

    calibration.earlier_ns = (uint64_t)json_integer_value(json_object_get(before, "elapsed_ns"));
    calibration.stolen = json_integer_value(json_object_get(before, "stolen"));
    if (price_list_take_over(&calibration.prices, json_object_get(before, "entries")) < 0)
        error_set(error, "out of memory");
    else if (prepare(&calibration, !before, limit_ns, error) == 0) {
        calibration.same = before ? json_object_get(before, "same") : calibration.files.same;
        if (measure(&calibration) < 0)
            error_set(error, "out of memory");
        else {
            note_missing(&calibration, !before);
            result = to_json(&calibration);
            if (!result)
                error_set(error, "out of memory");
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

static bool are_values(const json_t *values)
{
    json_t *value;
    size_t index;

    json_array_foreach(values, index, value)
        if (!(json_number_value(value) > 0))
            return false;
    return json_array_size(values) > 0;
}

bool calibrate_wrote(const json_t *calibration)
{
    const json_t *entries = json_object_get(calibration, "entries"), *missing = json_object_get(calibration, "missing");
    json_t *item;
    size_t index;

    json_array_foreach(entries, index, item)
        if (!json_is_string(json_object_get(item, "name")) || !are_values(json_object_get(item, "values")))
            return false;
    json_array_foreach(missing, index, item)
        if (!json_is_string(json_object_get(item, "name")) || !json_is_string(json_object_get(item, "reason")))
            return false;
    return json_is_array(entries) && json_is_array(missing) && json_is_object(json_object_get(calibration, "same"));
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
