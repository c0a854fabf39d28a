/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/units.h"
#include "tests/bench/bench.h"

/* Records of a random row past the cache: enough for half a second of most devices. */
static uint64_t direct_records(uint64_t depth)
{
    return depth > 1 ? 32768 : 8192;
}

static bool starts(const char *word, const char *name)
{
    return !strncmp(word, name, strlen(name));
}

/* The value of the {name} at the start of word. */
static void print_value(const struct bench *bench, const char *word, uint64_t block, uint64_t depth, FILE *out)
{
    const struct {
        const char *name, *text;
        uint64_t number;
    } values[] = {
        {"{methods}", bench->methods, 0},
        {"{source}", bench->set->directory, 0},
        {"{copies}", bench->copies, 0},
        {"{token}", bench->servers.token_file, 0},
        {"{size}", NULL, bench->file_size_bytes},
        {"{block}", NULL, block},
        {"{depth}", NULL, depth},
        {"{cpu}", NULL, (uint64_t)bench->cpu},
        {"{other}", NULL, (uint64_t)bench->other_cpu},
        {"{records}", NULL, direct_records(depth)},
        {"{record_bytes}", NULL, direct_records(depth) * block},
        {"{iperf}", NULL, bench->servers.iperf_port},
        {"{sink}", NULL, bench->servers.sink_port},
    };

    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (starts(word, values[i].name) && values[i].text)
            fputs(values[i].text, out);
        else if (starts(word, values[i].name))
            fprintf(out, "%llu", (unsigned long long)values[i].number);
}

/* A word of a template with its {names} filled in. The caller frees; NULL when out of memory. */
static char *fill_in(const struct bench *bench, const char *word, uint64_t block, uint64_t depth)
{
    struct text text;

    text_open(&text);
    while (text.out && *word)
        if (*word == '{') {
            print_value(bench, word, block, depth, text.out);
            word = strchr(word, '}') + 1;
        } else {
            fputc(*word == '\t' ? ' ' : *word, text.out);
            word++;
        }
    return text_close(&text, NULL);
}

static int spell_out(const struct bench *bench, const struct side *side, uint64_t block, uint64_t depth,
                     struct arguments *arguments)
{
    char *words = strdup(side->command), *rest = words;

    *arguments = (struct arguments){.count = 0};
    for (char *word; words && (word = strsep(&rest, " "));) {
        char *text = fill_in(bench, word, block, depth);
        arguments_add(arguments, "%s", text ? text : "");
        arguments->failed |= !text;
        free(text);
    }
    arguments->failed |= !words;
    free(words);
    return arguments->failed ? -1 : 0;
}

static bool same(const struct arguments *a, const struct arguments *b)
{
    bool equal = a->count == b->count;

    for (size_t i = 0; equal && i < a->count; i++)
        equal = !strcmp(a->items[i], b->items[i]);
    return equal;
}

/* The command's index in the group that starts at `start`, added if it is new; -1 when out of memory. */
static long intern(struct bench *bench, size_t start, const struct side *side, const struct row *row)
{
    struct command command = {
        .side = side, .block_size_bytes = row->block_size_bytes, .depth = row->depth};

    if (spell_out(bench, side, row->block_size_bytes, row->depth, &command.arguments) < 0)
        return -1;
    for (size_t i = start; i < bench->command_count; i++)
        if (same(&bench->commands[i].arguments, &command.arguments)) {
            arguments_free(&command.arguments);
            return (long)i;
        }
    struct command *grown = realloc(bench->commands, (bench->command_count + 1) * sizeof *grown);
    command.ns = calloc(bench->blocks, sizeof *command.ns);
    if (grown)
        bench->commands = grown;
    if (!grown || !command.ns)
        return -1;
    for (uint64_t i = 0; i < bench->blocks; i++)
        command.ns[i] = NAN;
    grown[bench->command_count] = command;
    return (long)bench->command_count++;
}

static bool wanted(const struct bench *bench, const struct twin *twin)
{
    return !bench->only || strstr(twin->ours->name, bench->only) || strstr(twin->theirs->name, bench->only);
}

static int add_row(struct bench *bench, const struct twin *twin, uint64_t block, uint64_t depth)
{
    struct row *grown = realloc(bench->rows, (bench->row_count + 1) * sizeof *grown);
    struct row row = {.twin = twin, .block_size_bytes = block, .depth = depth};

    if (!grown)
        return -1;
    bench->rows = grown;
    if (spell_out(bench, twin->ours, block, depth, &row.arguments) < 0)
        return -1;
    grown[bench->row_count++] = row;
    return 0;
}

static int add_rows(struct bench *bench)
{
    for (size_t i = 0; i < twin_count; i++)
        for (const uint64_t *block = twins[i].block_sizes; wanted(bench, &twins[i]) && *block; block++)
            for (const uint64_t *depth = twins[i].depths; *depth; depth++)
                if (add_row(bench, &twins[i], *block, *depth) < 0)
                    return -1;
    return 0;
}

/* The first row with the same command of ours. */
static size_t leader(const struct bench *bench, size_t row)
{
    size_t first = 0;

    while (!same(&bench->rows[first].arguments, &bench->rows[row].arguments))
        first++;
    return first;
}

static int add_group(struct bench *bench, size_t first)
{
    struct plan *plan = &bench->plan;
    size_t start = bench->command_count;

    for (size_t i = first; i < bench->row_count; i++) {
        struct row *row = &bench->rows[i];
        if (leader(bench, i) != first)
            continue;
        row->group = plan->group_count;
        row->ours = intern(bench, start, row->twin->ours, row);
        row->theirs = intern(bench, start, row->twin->theirs, row);
        if (row->ours < 0 || row->theirs < 0)
            return -1;
    }
    plan->group_start[++plan->group_count] = bench->command_count;
    return 0;
}

int layout_make(struct bench *bench, struct error *error)
{
    bench->plan.seed = bench->seed;
    if (add_rows(bench) < 0)
        return error_set(error, "out of memory");
    if (bench->row_count == 0)
        return error_set(error, "--only %s: no comparison has this in its name", bench->only);
    bench->plan.group_start = calloc(bench->row_count + 1, sizeof *bench->plan.group_start);
    if (!bench->plan.group_start)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < bench->row_count; i++)
        if (leader(bench, i) == i && add_group(bench, i) < 0)
            return error_set(error, "out of memory");
    return 0;
}

void layout_free(struct bench *bench)
{
    for (size_t i = 0; i < bench->command_count; i++) {
        arguments_free(&bench->commands[i].arguments);
        free(bench->commands[i].ns);
    }
    for (size_t i = 0; i < bench->row_count; i++)
        arguments_free(&bench->rows[i].arguments);
    free(bench->commands);
    free(bench->rows);
    free(bench->plan.group_start);
}

static bool is_ours(const struct bench *bench, const char *program)
{
    return !strncmp(program, bench->methods, strlen(bench->methods));
}

/* Run it once for what it says of itself; the reason is written when that cannot be done. */
static void ask(struct bench *bench, const char *program, char missing[600])
{
    char *argv[] = {(char *)program, is_ours(bench, program) ? "--describe" : "--version", NULL};
    struct spawn spawn = {
        .argv = argv, .program_fd = -1, .timeout_ns = 10 * NS_PER_S};
    struct error error;

    if (spawn_run(&spawn, &error) < 0)
        snprintf(missing, 600, "%.500s", error.text);
    else if (!strcmp(spawn.exit, "127"))
        snprintf(missing, 600, "%.200s is not installed (make deps bench)", program);
    else if (strcmp(spawn.exit, "0"))
        snprintf(missing, 600, "%s: exited with %s: %.300s", argv[1], spawn.exit, spawn_last_words(&spawn));
    else if (!is_ours(bench, program))
        json_object_set_new(bench->programs, program,
                            json_stringn(spawn.output, strcspn(spawn.output, "\n")));
    spawn_free(&spawn);
}

/* What was said of the same program before, or NULL. */
static const char *known(const struct bench *bench, size_t command)
{
    for (size_t i = 0; i < command; i++)
        if (!strcmp(bench->commands[i].arguments.items[0], bench->commands[command].arguments.items[0]))
            return bench->commands[i].missing;
    return NULL;
}

void layout_find_programs(struct bench *bench)
{
    bench->programs = json_object();
    for (size_t i = 0; i < bench->command_count; i++) {
        struct command *command = &bench->commands[i];
        const char *before = known(bench, i);

        if (before)
            strcpy(command->missing, before);
        else
            ask(bench, command->arguments.items[0], command->missing);
    }
}
