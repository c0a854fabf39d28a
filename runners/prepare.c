/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/prepare.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "common/axes.h"
#include "common/clock.h"
#include "common/units.h"
#include "runners/cache.h"
#include "runners/files.h"

struct request {
    int cache; /* enum cache */
    const char *output;
    struct cache_files files;
};

static int parse(struct request *request, int argc, char **argv)
{
    static const struct option options[] = {
        {"cache", required_argument, NULL, 'c'},     {"source", required_argument, NULL, 's'},
        {"files", required_argument, NULL, 'n'},     {"file-size", required_argument, NULL, 'S'},
        {"output", required_argument, NULL, 'o'},    {0},
    };
    int problem = 0;

    *request = (struct request){.cache = -1};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'c')
            request->cache = axes_find(axes_caches, optarg);
        else if (option == 's')
            request->files.directory = optarg;
        else if (option == 'o')
            request->output = optarg;
        else if (option == 'n')
            problem |= units_parse_size(optarg, &request->files.files);
        else if (option == 'S')
            problem |= units_parse_size(optarg, &request->files.file_size_bytes);
        else
            problem = -1;
    }
    return problem || request->cache < 0 || !request->output || !request->files.directory ? -1 : 0;
}

static int prepare(const struct request *request, struct error *error)
{
    struct cache_found found;
    uint64_t start = clock_monotonic_ns();

    if (cache_settle(request->files.directory, error) < 0 ||
        cache_prepare(&request->files, (enum cache)request->cache, NULL, error) < 0)
        return -1;
    uint64_t prepared = clock_monotonic_ns();
    if (cache_look(&request->files, &found, error) < 0)
        return -1;
    json_t *record = json_pack("{s:I, s:I, s:I}", "resident_before_bytes", (json_int_t)found.resident_bytes,
                               "prepare_ns", (json_int_t)(prepared - start), "verify_ns",
                              (json_int_t)(clock_monotonic_ns() - prepared));
    int result = files_replace_json(request->output, record, error);
    json_decref(record);
    return result;
}

int prepare_main(int argc, char **argv)
{
    struct request request;
    struct error error;

    if (parse(&request, argc, argv) < 0)
        die(EXIT_USAGE, "prepare: --cache, --source, --files, --file-size and --output are all needed");
    if (prepare(&request, &error) < 0)
        die(EXIT_ENVIRONMENT, "prepare: %s", error.text);
    return EXIT_DONE;
}
