/* SPDX-License-Identifier: GPL-3.0-or-later */
/* iotoll calibrate: prices and limits alone, on the targets of a config. */
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/units.h"
#include "runners/calibrate.h"
#include "runners/price_list.h"
#include "runners/run.h"
#include "runners/spawn.h"

struct request {
    const char *config;
    uint64_t time_ns;
    bool json;
};

const char calibrate_usage[] = "usage: iotoll calibrate CONFIG [--time 10s] [--json]\n";

static int parse(struct request *request, int argc, char **argv)
{
    static const struct option options[] = {
        {"time", required_argument, NULL, 't'}, {"json", no_argument, NULL, 'j'}, {0}};

    *request = (struct request){.time_ns = 10 * NS_PER_S};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'j')
            request->json = true;
        else if (option != 't' || units_parse_duration(optarg, &request->time_ns) < 0)
            return -1;
    }
    request->config = optind < argc ? argv[optind] : NULL;
    return request->config && optind + 1 == argc ? 0 : -1;
}

static void print_axis(const json_t *entry)
{
    uint64_t block = (uint64_t)json_integer_value(json_object_get(entry, "block_size_bytes"));
    long long depth = json_integer_value(json_object_get(entry, "queue_depth"));
    long long threads = json_integer_value(json_object_get(entry, "threads"));
    uint64_t file = (uint64_t)json_integer_value(json_object_get(entry, "file_size_bytes"));
    char text[32] = "", size[24];

    if (file)
        printf(" S=%-5s", units_format_size(file, size));
    else
        printf(" %7s", "");
    if (block)
        snprintf(text, sizeof text, "B=%s", units_format_size(block, size));
    else if (depth)
        snprintf(text, sizeof text, "%lld in flight", depth);
    else if (threads)
        snprintf(text, sizeof text, "T=%lld", threads);
    printf(" %-13s", text);
}

static void print_value(const json_t *entry)
{
    static const struct {
        const char *unit, *shown;
        double scale;
    } scales[] = {{"ns/gib", "ms/GiB", 1e6}, {"bytes/s", "GiB/s", GIB}};
    const char *unit = json_string_value(json_object_get(entry, "unit"));
    const json_t *low = json_object_get(entry, "low");
    double scale = 1;

    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
        if (!strcmp(scales[i].unit, unit)) {
            unit = scales[i].shown;
            scale = scales[i].scale;
            break;
        }
    printf(" %10.4g %-9s", json_number_value(json_object_get(entry, "value")) / scale, unit);
    if (json_is_number(low))
        printf(" [%.4g, %.4g]", json_number_value(low) / scale,
               json_number_value(json_object_get(entry, "high")) / scale);
    printf("%s\n", price_is_known(entry) ? "" : " not known yet");
}

static const char *text_of(const json_t *object, const char *name, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : otherwise;
}

/* What was left out of them, as of trials. */
static void print_stolen(const json_t *calibration)
{
    long long stolen = json_integer_value(json_object_get(calibration, "stolen"));

    if (stolen > 0)
        printf("%lld value%s left out: the hypervisor took more than a tenth of the time\n", stolen,
               stolen == 1 ? " was" : "s were");
}

/* What two calibrations of this length would come to. */
static void print_known(const json_t *entries)
{
    size_t known = 0, index;
    json_t *entry;

    json_array_foreach(entries, index, entry)
        known += price_is_known(entry);
    printf("%zu of %zu are known within %.0f %%; 19 of 20 of these agree within 10 %% when measured twice%s\n", known,
           json_array_size(entries), PRICE_KNOWN_WITHIN * 100,
           known < json_array_size(entries) ? "; a longer --time makes more of them so" : "");
}

static void print(const json_t *calibration)
{
    size_t index;
    json_t *entry;

    json_array_foreach(json_object_get(calibration, "entries"), index, entry) {
        printf("%-18s %-6s %-6s", text_of(entry, "name", "?"), text_of(entry, "source", ""),
               text_of(entry, "target", ""));
        print_axis(entry);
        print_value(entry);
    }
    json_array_foreach(json_object_get(calibration, "missing"), index, entry)
        printf("%-18s %-10s missing: %s\n", text_of(entry, "name", "?"), text_of(entry, "target", ""),
               text_of(entry, "reason", "?"));
    print_stolen(calibration);
    print_known(json_object_get(calibration, "entries"));
}

/* 0 or 3. */
static int measure(struct session *session, const struct request *request, struct error *error)
{
    if (session_open(session, error) < 0)
        return EXIT_ENVIRONMENT;
    if (calibrate(session, request->time_ns, error) < 0)
        return EXIT_ENVIRONMENT;
    if (request->json)
        json_dumpf(session->calibration, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    else
        print(session->calibration);
    return EXIT_DONE;
}

int calibrate_main(int argc, char **argv)
{
    struct session session = {.undo = {.lock = -1}, .journal = {.fd = -1}};
    char program[PATH_MAX], methods[PATH_MAX];
    struct request request;
    struct error error;

    if (parse(&request, argc, argv) < 0) {
        fputs(calibrate_usage, stderr);
        return EXIT_USAGE;
    }
    run_find_programs(program, methods);
    session.program = program;
    session.methods = methods;
    if (catalogue_load(&session.catalogue, methods, &error) < 0)
        die(EXIT_ENVIRONMENT, "%s", error.text);
    int code = EXIT_USAGE;
    if (config_load(&session.config, request.config, &session.catalogue, &error) == 0 &&
        plan_make(&session.plan, &session.config, NULL, &error) == 0) {
        spawn_watch_signals();
        code = measure(&session, &request, &error);
    }
    if (code != EXIT_DONE)
        fprintf(stderr, "iotoll: %s\n", error.text);
    if (session_close(&session) < 0 && code == EXIT_DONE)
        code = EXIT_ENVIRONMENT;
    if (spawn_stop_requested())
        raise(spawn_stop_requested());
    return code;
}
