/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/run_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/clock.h"
#include "common/regular.h"
#include "runners/environment.h"
#include "runners/files.h"

json_t *run_file_header(const char *only)
{
    char now[24];

    return json_pack("{s:s, s:o, s:o, s:s?}", "started_utc", environment_utc_now(now), "environment",
                     environment_describe(), "build", environment_build(), "only", only);
}

json_t *run_file_load(const char *directory, struct error *error)
{
    char path[1024];
    json_error_t problem;
    size_t length;

    snprintf(path, sizeof path, "%.900s/run.json", directory);
    char *text = regular_read(path, REGULAR_HEADER_BYTES, &length, error);
    if (!text)
        return NULL;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
    free(text);
    if (!root) {
        error_set(error, "%s: %s", path, problem.text);
        return NULL;
    }
    if (json_integer_value(json_object_get(root, "schema")) == 1)
        return root;
    error_set(error, "%s: not a run of schema 1", path);
    json_decref(root);
    return NULL;
}

static json_t *points_json(const struct plan *plan)
{
    json_t *points = json_array();

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_point *planned = &plan->points[i];
        json_t *point = json_object();
        point_to_json(&planned->point, point);
        json_object_set_new(point, "group", json_integer((json_int_t)planned->group));
        json_object_set_new(point, "baseline",
                            planned->baseline < 0 ? json_null() : json_integer(planned->baseline));
        json_object_set_new(point, "supported", json_boolean(planned->supported));
        json_object_set_new(point, "reason",
                            planned->supported ? json_null() : json_string(planned->reason));
        json_array_append_new(points, point);
    }
    return points;
}

static json_t *targets_json(const struct targets *targets)
{
    json_t *object = json_object();

    for (size_t i = 0; i < targets->count; i++)
        json_object_set_new(object, targets->all[i].spec->name, target_to_json(&targets->all[i]));
    return object;
}

/* One figure of every trial that has it. */
struct figures {
    double (*of)(const json_t *record); /* negative: it has none */
    double *values;
    size_t count, room;
};

static double startup_ns(const json_t *record)
{
    json_t *value = json_object_get(record, "startup_ns");

    return json_is_integer(value) ? json_number_value(value) : -1;
}

/* What making a file set cold and verifying it cost, without waiting for other writeback. */
static double cold_ns(const json_t *record)
{
    const char *cache = json_string_value(json_object_get(record, "cache"));
    json_t *prepare = json_object_get(record, "prepare_ns"), *settle = json_object_get(record, "settle_ns");

    if (!cache || strcmp(cache, "cold") || !json_is_integer(prepare) || !json_is_integer(settle))
        return -1;
    return json_number_value(prepare) - json_number_value(settle) +
           json_number_value(json_object_get(record, "verify_ns"));
}

static void add_figure(const json_t *record, void *context)
{
    struct figures *figures = context;
    double value = figures->of(record);

    if (value < 0)
        return;
    if (figures->count == figures->room) {
        size_t room = figures->room ? 2 * figures->room : 256;
        double *grown = realloc(figures->values, room * sizeof *grown);
        if (!grown)
            return;
        figures->values = grown;
        figures->room = room;
    }
    figures->values[figures->count++] = value;
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

/* Lower median over all trials of the journal that have the figure; null if none does. */
static json_t *median(const char *directory, double (*of)(const json_t *record))
{
    struct figures figures = {.of = of};
    struct error error;
    json_t *result = NULL;

    if (journal_each(directory, add_figure, &figures, &error) == 0 && figures.count > 0) {
        qsort(figures.values, figures.count, sizeof *figures.values, compare_doubles);
        result = json_integer((json_int_t)figures.values[(figures.count - 1) / 2]);
    }
    free(figures.values);
    return result ? result : json_null();
}

void run_file_carry_over(struct accounting *accounting, const json_t *root)
{
    const json_t *spent = json_object_get(root, "accounting");
    const struct {
        const char *name;
        uint64_t *value;
    } sums[] = {
        {"total_ns", &accounting->earlier_total_ns},
        {"trials_ns", &accounting->trials_ns},
        {"cache_ns", &accounting->cache_ns},
        {"counted_ns", &accounting->counted_ns},
        {"data_set_ns", &accounting->earlier_data_set_ns},
        {"orchestrator_peak_rss_bytes", &accounting->earlier_peak_rss_bytes},
        {"sessions", &accounting->sessions},
    };

    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        json_int_t value = json_integer_value(json_object_get(spent, sums[i].name));
        *sums[i].value = value > 0 ? (uint64_t)value : 0;
    }
    if (accounting->sessions == 0)
        accounting->sessions = 1; /* written before sessions were counted */
}

static json_t *accounting_json(const char *directory, const struct session *session)
{
    const struct accounting *spent = &session->accounting;
    uint64_t total = spent->earlier_total_ns + clock_monotonic_ns() - spent->started_ns;
    uint64_t data_sets = spent->earlier_data_set_ns + session->datasets.spent_ns;
    uint64_t known = spent->trials_ns + spent->cache_ns + spent->counted_ns + data_sets;
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    uint64_t peak = (uint64_t)usage.ru_maxrss * 1024;
    if (peak < spent->earlier_peak_rss_bytes)
        peak = spent->earlier_peak_rss_bytes;
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "sessions",
                     (json_int_t)spent->sessions, "total_ns", (json_int_t)total, "counted_ns",
                     (json_int_t)spent->counted_ns, "trials_ns",
                     (json_int_t)spent->trials_ns, "cache_ns", (json_int_t)spent->cache_ns, "data_set_ns",
                     (json_int_t)data_sets, "other_ns",
                     (json_int_t)(total > known ? total - known : 0), "orchestrator_peak_rss_bytes",
                     (json_int_t)peak, "startup_median_ns",
                     median(directory, startup_ns), "cold_preparation_median_ns",
                     median(directory, cold_ns));
}

/* An object of reasons as a list of objects. */
static json_t *not_counted_json(const json_t *reasons)
{
    json_t *list = json_array(), *reason;
    const char *name;

    json_object_foreach ((json_t *)reasons, name, reason)
        json_array_append_new(list, json_pack("{s:s, s:O}", "name", name, "reason", reason));
    return list;
}

int run_file_write(const char *directory, const struct session *session, const json_t *header,
                   const char *state, struct error *error)
{
    const struct config *config = &session->config;
    char path[1024], now[24];
    bool running = !strcmp(state, "running");
    json_t *root = json_pack("{s:i, s:s, s:s, s:O, s:I, s:I, s:s}", "schema", 1, "name", config->name,
                             "description", config->description, "config", config->json, "seed",
                             (json_int_t)config->seed, "budget_ns", (json_int_t)config->budget_ns, "state",
                             state);

    json_object_update(root, (json_t *)header);
    json_object_set_new(root, "finished_utc", running ? json_null() : json_string(environment_utc_now(now)));
    json_object_set_new(root, "targets", targets_json(&session->targets));
    json_object_set_new(root, "points", points_json(&session->plan));
    json_object_set(root, "left_out", session->left_out);
    if (session->not_counted)
        json_object_set_new(root, "not_counted", not_counted_json(session->not_counted));
    if (session->calibration)
        json_object_set(root, "calibration", session->calibration);
    if (session->bought)
        json_object_set(root, "schedule", session->bought);
    json_object_set(root, "host_cache", session->host_cache);
    json_object_set_new(root, "accounting", accounting_json(directory, session));
    snprintf(path, sizeof path, "%.900s/run.json", directory);
    int result = root ? files_replace_json(path, root, error) : error_set(error, "%s: out of memory", path);
    json_decref(root);
    return result;
}
