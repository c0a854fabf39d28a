/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/price_programs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/arguments.h"
#include "runners/spawn.h"

static const char *const place_names[] = {"machine", "file", "disk", "scratch", "socket"};
enum { PLACES = sizeof place_names / sizeof *place_names };

static int parse_description(struct price_program *program, const char *text, struct error *error)
{
    json_error_t problem;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
    const char *place;
    int cpus, all_cpus, result = -1;
    json_t *entries;

    if (!root || json_unpack_ex(root, &problem, 0, "{s:s, s:i, s:b, s:o}", "place", &place, "cpus", &cpus, "all_cpus",
                                &all_cpus, "entries", &entries) < 0)
        error_set(error, "its description: %s", problem.text);
    else {
        size_t i = 0;
        while (i < PLACES && strcmp(place_names[i], place))
            i++;
        program->place = (enum price_place)i;
        program->cpus = (unsigned)cpus;
        program->all_cpus = all_cpus;
        program->entries = json_incref(entries);
        result = i < PLACES ? 0 : error_set(error, "its description: no place \"%s\"", place);
    }
    json_decref(root);
    return result;
}

static int describe(struct price_program *program, struct error *error)
{
    char *argv[] = {program->path, "--describe", NULL};
    struct spawn spawn = {.argv = argv, .program_fd = -1, .timeout_ns = 10 * NS_PER_S};

    int result = spawn_run(&spawn, error);
    if (result == 0 && strcmp(spawn.exit, "0"))
        result = error_set(error, "--describe ended with %s: %s", spawn.exit, spawn_last_words(&spawn));
    if (result == 0)
        result = parse_description(program, spawn.output, error);
    spawn_free(&spawn);
    return result < 0 ? error_prefix(error, "%s", program->path) : 0;
}

static int add(struct price_programs *programs, const char *directory, const char *name, struct error *error)
{
    size_t bytes = (programs->count + 1) * sizeof *programs->all;
    struct price_program *grown = realloc(programs->all, bytes);
    struct price_program *program;

    if (!grown)
        return error_set(error, "out of memory");
    programs->all = grown;
    program = &grown[programs->count];
    *program = (struct price_program){0};
    snprintf(program->name, sizeof program->name, "%.63s", name);
    if (asprintf(&program->path, "%s/%s", directory, name) < 0)
        return error_set(error, "out of memory");
    programs->count++;
    return describe(program, error);
}

/* Those of the machine first: they are quick, and others are held against them. */
static int compare_programs(const void *a, const void *b)
{
    const struct price_program *left = a, *right = b;
    int places = (left->place > right->place) - (left->place < right->place);

    return places ? places : strcmp(left->name, right->name);
}

int price_programs_load(struct price_programs *programs, const char *directory, struct error *error)
{
    DIR *entries = opendir(directory);
    int result = 0;

    *programs = (struct price_programs){0};
    if (!entries)
        return 0;
    for (struct dirent *entry; result == 0 && (entry = readdir(entries));)
        if (!strchr(entry->d_name, '.'))
            result = add(programs, directory, entry->d_name, error);
    closedir(entries);
    if (result < 0)
        price_programs_free(programs);
    else if (programs->count > 0)
        qsort(programs->all, programs->count, sizeof *programs->all, compare_programs);
    return result;
}

void price_programs_free(struct price_programs *programs)
{
    for (size_t i = 0; i < programs->count; i++) {
        free(programs->all[i].path);
        json_decref(programs->all[i].entries);
    }
    free(programs->all);
    *programs = (struct price_programs){0};
}

static void add_arguments(struct arguments *arguments, const struct price_program *program,
                          const struct target *target, const char *file, uint64_t time_ns)
{
    arguments_add(arguments, "%s", program->path);
    arguments_add(arguments, "--time");
    arguments_add(arguments, "%lluus", (unsigned long long)(time_ns / 1000));
    if (file) {
        arguments_add(arguments, "--file");
        arguments_add(arguments, "%s", file);
    }
    if (program->place == PRICE_SOCKET) {
        arguments_add(arguments, "--connect");
        arguments_add(arguments, "%s", target->address);
        arguments_add(arguments, "--token-file");
        arguments_add(arguments, "%s", target->token_file);
    }
}

static json_t *parse_values(const char *output, char reason[256])
{
    json_error_t problem;
    json_t *root = json_loads(output, JSON_REJECT_DUPLICATES, &problem);
    json_t *values = json_incref(json_object_get(root, "entries"));

    json_decref(root);
    if (json_is_array(values))
        return values;
    json_decref(values);
    snprintf(reason, 256, "its output is not what a price prints");
    return NULL;
}

json_t *price_program_run(const struct price_program *program, const struct target *target, const char *file,
                          uint64_t time_ns, const cpu_set_t *cpus, char reason[256])
{
    struct arguments arguments = {.count = 0};
    struct error error;
    json_t *values = NULL;

    add_arguments(&arguments, program, target, file, time_ns);
    struct spawn spawn = {.argv = arguments.items,
                          .program_fd = -1,
                          .cpus = program->all_cpus ? NULL : cpus,
                          .timeout_ns = 10 * NS_PER_S};
    if (arguments.failed || spawn_run(&spawn, &error) < 0)
        snprintf(reason, 256, "%.255s", arguments.failed ? "out of memory" : error.text);
    else if (strcmp(spawn.exit, "0"))
        snprintf(reason, 256, "%.200s (exit %.32s)",
                 *spawn_last_words(&spawn) ? spawn_last_words(&spawn) : "it did not end well", spawn.exit);
    else
        values = parse_values(spawn.output, reason);
    spawn_free(&spawn);
    arguments_free(&arguments);
    return values;
}
