/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/axes.h"
#include "common/tasks.h"
#include "runners/run.h"
#include "runners/session.h"
#include "runners/spawn.h"

static json_t *axes_json(unsigned axes)
{
    json_t *array = json_array();

    for (int i = 0; axes_names[i]; i++)
        if (axes & 1U << i)
            json_array_append_new(array, json_string(axes_names[i]));
    return array;
}

static json_t *method_json(const struct plan_point *point)
{
    const struct method_info *method = point->method;

    return json_pack("{s:s, s:s, s:s, s:o, s:b, s:o}", "task", method->task, "method", method->name,
                     "summary", method->summary, "axes", axes_json(method->axes), "supported",
                     point->supported, "reason",
                     point->supported ? json_null() : json_string(point->reason));
}

static void print_table(const struct session *session, FILE *out)
{
    const char *task = "";

    for (size_t i = 0; i < session->plan.count; i++) {
        const struct plan_point *point = &session->plan.points[i];
        const struct method_info *method = point->method;
        if (point->point.replica)
            continue;
        if (strcmp(task, method->task))
            fprintf(out, "%s%s\n", *task ? "\n" : "", method->task);
        task = method->task;
        fprintf(out, "  %-15s %s\n", method->name, method->summary);
        fprintf(out, "  %-15s axes:", "");
        for (int axis = 0; axes_names[axis]; axis++)
            if (method->axes & 1U << axis)
                fprintf(out, " %s", axes_names[axis]);
        fputs(method->axes & ~(unsigned)METHOD_LAZY ? "\n" : " none\n", out);
        if (!point->supported)
            fprintf(out, "  %-15s not supported here: %s\n", "", point->reason);
    }
}

static int print_json(const struct session *session, FILE *out)
{
    json_t *array = json_array();

    for (size_t i = 0; i < session->plan.count; i++)
        if (!session->plan.points[i].point.replica)
            json_array_append_new(array, method_json(&session->plan.points[i]));
    int result = json_dumpf(array, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(array);
    return result;
}

static void add_place(json_t *sweep, const char *key, enum place place)
{
    if (place != PLACE_NONE)
        json_object_set_new(sweep, key, json_string(place == PLACE_FILE ? "here" : "tcp"));
}

/* One point of every method there is, between a directory and a socket: opening a session probes them. */
static json_t *catalogue_config(const struct catalogue *catalogue)
{
    const char *here = getenv("TMPDIR") ? getenv("TMPDIR") : "/var/tmp";
    json_t *sweeps = json_array();

    for (const struct task_traits *task = task_table; task->name; task++) {
        bool has_methods = false;
        for (size_t i = 0; i < catalogue->count; i++)
            has_methods |= !strcmp(catalogue->methods[i].task, task->name);
        if (!has_methods)
            continue;
        json_t *sweep = json_pack("{s:s, s:s, s:s, s:s}", "task", task->name, "methods", "all",
                                  "file_size", "64K", "block_size", "4K");
        add_place(sweep, "source", task->source);
        add_place(sweep, "destination", task->destination);
        json_array_append_new(sweeps, sweep);
    }
    return json_pack("{s:s, s:{s:{s:s, s:s}, s:{s:s}}, s:o}", "budget", "1m", "targets", "here", "type",
                     "directory", "path", here, "tcp", "type", "tcp", "sweeps", sweeps);
}

static int probe_all(struct session *session, struct error *error)
{
    json_t *json = catalogue_config(&session->catalogue);
    int result = config_from_json(&session->config, "list", json, &session->catalogue, error);

    json_decref(json);
    if (result == 0)
        result = plan_make(&session->plan, &session->config, NULL, error);
    return result == 0 ? session_open(session, error) : -1;
}

const char list_usage[] = "usage: iotoll list [--json]\n";

static bool wants_json(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--json"))
        return true;
    if (argc == 1)
        return false;
    fputs(list_usage, stderr);
    exit(EXIT_USAGE);
}

int list_main(int argc, char **argv)
{
    struct session session = {.undo = {.lock = -1}, .journal = {.fd = -1}, .only_looking = true};
    char program[PATH_MAX], methods[PATH_MAX];
    bool json = wants_json(argc, argv);
    struct error error;
    int code = EXIT_DONE;

    run_find_programs(program, methods);
    if (catalogue_load(&session.catalogue, methods, &error) < 0)
        die(EXIT_ENVIRONMENT, "%s", error.text);
    spawn_watch_signals();
    if (probe_all(&session, &error) < 0) {
        fprintf(stderr, "iotoll: %s\n", error.text);
        code = EXIT_ENVIRONMENT;
    } else if (json)
        print_json(&session, stdout);
    else
        print_table(&session, stdout);
    if (session_close(&session) < 0 && code == EXIT_DONE)
        code = EXIT_ENVIRONMENT;
    return code;
}
