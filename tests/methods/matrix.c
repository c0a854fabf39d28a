/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usage: matrix METHODS WORK EFFORT
 * Every method program found under METHODS, over sizes around B and the page, several B, N and policies.
 * What it says it moved is held against a digest computed here, a copy also byte by byte against its
 * source. EFFORT is "full", or "small" for a subset that touches every axis. TAP: one test a method. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/axes.h"
#include "common/units.h"
#include "runners/arguments.h"
#include "runners/catalogue.h"
#include "runners/output.h"
#include "runners/sink.h"
#include "runners/spawn.h"
#include "tests/methods/reference.h"

enum { PAGE = 4096, FAILURES_SHOWN = 5, FILES = 3 };

static const char token[WIRE_TOKEN_SIZE] = "a token for tests";

struct matrix {
    const char *work;
    bool full;
    char address[64], token_file[256], copies[256];
    char work_preload[512]; /* LD_PRELOAD for the methods alone */
};

/* A combination of axes of one method. */
struct combination {
    uint64_t size, files, block, buffers;
    enum policy policy;
    enum consumption consumption;
    enum durability durability;
    bool many_cycles;
};

/* Files of one size, on disk and in memory. */
struct set {
    uint64_t size, files, digest;
    unsigned char *bytes; /* file after file */
    char directory[512];
};

struct tally {
    size_t run, failed;
};

static void write_file(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "we");

    if (!file || fwrite(bytes, 1, length, file) != length || fclose(file))
        die(2, "%s:", path);
}

/* xorshift64* (Vigna 2016): nothing of the generator that the orchestrator's data sets come from. */
static void fill(unsigned char *bytes, size_t length, uint64_t state)
{
    for (size_t i = 0; i < length; i++) {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bytes[i] = (unsigned char)(state * 2685821657736338717ULL >> 56);
    }
}

static void set_make(struct set *set, const struct matrix *matrix, uint64_t size, uint64_t files)
{
    char path[600];

    *set = (struct set){.size = size, .files = files, .bytes = malloc(size * files + 1)};
    if (!set->bytes)
        die(2, "out of memory");
    fill(set->bytes, size * files, size * 7919 + files + 1);
    snprintf(set->directory, sizeof set->directory, "%s/data-%" PRIu64, matrix->work, size);
    if (mkdir(set->directory, 0755) < 0)
        die(2, "%s:", set->directory);
    for (uint64_t i = 0; i < files; i++) {
        snprintf(path, sizeof path, "%s/%06" PRIu64, set->directory, i);
        write_file(path, set->bytes + i * size, size);
        set->digest += reference_term(i, reference_digest(set->bytes + i * size, size));
    }
}

static void set_remove(struct set *set)
{
    char path[600];

    for (uint64_t i = 0; i < set->files; i++) {
        snprintf(path, sizeof path, "%s/%06" PRIu64, set->directory, i);
        unlink(path);
    }
    rmdir(set->directory);
    free(set->bytes);
}

static void add(struct arguments *arguments, const char *name, const char *value)
{
    arguments_add(arguments, "--%s", name);
    arguments_add(arguments, "%s", value);
}

static void add_number(struct arguments *arguments, const char *name, uint64_t value)
{
    arguments_add(arguments, "--%s", name);
    arguments_add(arguments, "%" PRIu64, value);
}

static void arguments_make(struct arguments *arguments, const struct matrix *matrix,
                           const struct method_info *method, const struct set *set,
                           const struct combination *c)
{
    arguments_add(arguments, "%s", method->program);
    add(arguments, "source", set->directory);
    add_number(arguments, "files", set->files);
    add_number(arguments, "file-size", set->size);
    add_number(arguments, "seed", c->size + c->block);
    if (method->axes & METHOD_BLOCK)
        add_number(arguments, "block-size", c->block);
    if (method->axes & METHOD_BUFFERS)
        add_number(arguments, "buffers", c->buffers);
    add(arguments, "policy", axes_policies[c->policy]);
    add(arguments, "consumption", axes_consumptions[c->consumption]);
    add(arguments, "durability", axes_durabilities[c->durability]);
    if (!strcmp(method->task, "copy"))
        add(arguments, "destination", matrix->copies);
    if (!strcmp(method->task, "send")) {
        add(arguments, "connect", matrix->address);
        add(arguments, "token-file", matrix->token_file);
    }
    if (c->many_cycles)
        add_number(arguments, "minimum-time", 2 * NS_PER_MS);
    else
        arguments_add(arguments, "--once");
}

static bool same_as_file(const char *path, const unsigned char *expected, size_t length, char *why,
                         size_t room)
{
    FILE *file = fopen(path, "re");
    unsigned char *found = malloc(length + 2);
    size_t got = file && found ? fread(found, 1, length + 1, file) : 0;
    bool same = file && got == length && !memcmp(found, expected, length);

    if (!same)
        snprintf(why, room, "%s holds %zu bytes, which are not the %zu of its source", path, got, length);
    if (file)
        fclose(file);
    free(found);
    return same;
}

static bool copies_match(const struct matrix *matrix, const struct set *set, char *why, size_t room)
{
    char path[600];

    for (uint64_t i = 0; i < set->files; i++) {
        snprintf(path, sizeof path, "%s/%06" PRIu64, matrix->copies, i);
        if (!same_as_file(path, set->bytes + i * set->size, set->size, why, room))
            return false;
    }
    return true;
}

static bool line_is_right(const char *text, const struct set *set, const struct combination *c, char *why,
                          size_t room)
{
    struct error error;
    json_t *line = output_parse(text, OUTPUT_WHOLE, &error);
    char expected[32];
    bool right = false;

    snprintf(expected, sizeof expected, "%016" PRIx64, set->digest);
    if (!line)
        snprintf(why, room, "%s", error.text);
    else if (strcmp(json_string_value(json_object_get(line, "digest")), expected))
        snprintf(why, room, "digest %s, expected %s",
                 json_string_value(json_object_get(line, "digest")), expected);
    else if ((uint64_t)json_integer_value(json_object_get(line, "bytes")) != set->size * set->files)
        snprintf(why, room, "wrong count of bytes");
    else if (!c->many_cycles && json_integer_value(json_object_get(line, "cycles")) != 1)
        snprintf(why, room, "--once took more than one cycle");
    else
        right = true;
    json_decref(line);
    return right;
}

static bool judge(const struct matrix *matrix, const struct method_info *method, const struct set *set,
                  const struct combination *c, const struct spawn *spawn, char *why, size_t room)
{
    if (strcmp(spawn->exit, "0")) {
        snprintf(why, room, "ended with %s: %s", spawn->exit, spawn_last_words(spawn));
        return false;
    }
    return line_is_right(spawn->output, set, c, why, room) &&
           (strcmp(method->task, "copy") || copies_match(matrix, set, why, room));
}

/* Copies that an earlier size left would be a lie; methods remove only those that they are to replace. */
static void remove_copies(const struct matrix *matrix)
{
    char path[600];

    for (uint64_t i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "%s/%06" PRIu64, matrix->copies, i);
        unlink(path);
    }
}

static void try_one(const struct matrix *matrix, const struct method_info *method, const struct set *set,
                    const struct combination *c, struct tally *tally)
{
    struct arguments arguments = {.count = 0};
    struct spawn spawn = {.argv = arguments.items, .program_fd = -1,
                          .timeout_ns = 60 * NS_PER_S};
    struct error error;
    char why[1200];

    arguments_make(&arguments, matrix, method, set, c);
    remove_copies(matrix);
    if (*matrix->work_preload)
        setenv("LD_PRELOAD", matrix->work_preload, 1);
    if (arguments.failed || spawn_run(&spawn, &error) < 0)
        die(2, "%s", error.text);
    unsetenv("LD_PRELOAD");
    tally->run++;
    if (!judge(matrix, method, set, c, &spawn, why, sizeof why) && tally->failed++ < FAILURES_SHOWN) {
        char *line = arguments_quoted(&arguments);
        printf("# %s\n#   %s\n", line, why);
        free(line);
    }
    spawn_free(&spawn);
    arguments_free(&arguments);
}

static void each_policy(const struct matrix *matrix, const struct method_info *method,
                        const struct set *set, struct combination c, struct tally *tally)
{
    for (c.policy = 0; axes_policies[c.policy]; c.policy++)
        if (c.policy == POLICY_NONE || method->policies & 1U << c.policy)
            try_one(matrix, method, set, &c, tally);
}

static void each_buffers(const struct matrix *matrix, const struct method_info *method,
                         const struct set *set, struct combination c, struct tally *tally)
{
    static const uint64_t buffers[] = {2, 40, 1, 3};
    size_t count = !(method->axes & METHOD_BUFFERS) ? 1 : matrix->full ? 4 : 2;

    for (size_t i = 0; i < count; i++) {
        c.buffers = buffers[i];
        each_policy(matrix, method, set, c, tally);
    }
}

/* Once each: what is not a matter of offsets. */
static void odd_ones(const struct matrix *matrix, const struct method_info *method, const struct set *set,
                     struct combination c, struct tally *tally)
{
    c.buffers = 2;
    c.many_cycles = true;
    try_one(matrix, method, set, &c, tally);
    c.many_cycles = false;
    c.durability = DURABILITY_FDATASYNC;
    try_one(matrix, method, set, &c, tally);
    c.durability = DURABILITY_NONE;
    c.consumption = CONSUME_TOUCH;
    try_one(matrix, method, set, &c, tally);
    c.consumption = CONSUME_NONE;
    if (strcmp(method->task, "scan") || !(method->axes & METHOD_LAZY))
        try_one(matrix, method, set, &c, tally);
}

static void each_size(const struct matrix *matrix, const struct method_info *method, uint64_t block,
                      struct tally *tally)
{
    const uint64_t sizes[] = {PAGE + 1, block + 1, block - 1, 0,    3 * MIB + 17,
                              1,        block,     PAGE - 1,  PAGE, 4 * MIB};
    size_t count = matrix->full ? 10 : 5;

    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t j = 0; j < i; j++)
            known |= sizes[j] == sizes[i];
        if (known)
            continue;
        struct combination c = {.size = sizes[i], .block = block, .consumption = CONSUME_DIGEST};
        struct set set;
        set_make(&set, matrix, sizes[i], sizes[i] < MIB ? FILES : 1);
        each_buffers(matrix, method, &set, c, tally);
        if (i == 0)
            odd_ones(matrix, method, &set, c, tally);
        set_remove(&set);
    }
}

static bool each_block(const struct matrix *matrix, const struct method_info *method)
{
    static const uint64_t blocks[] = {1000, 65536, PAGE, 8 * MIB};
    size_t count = !(method->axes & METHOD_BLOCK) ? 1 : matrix->full ? 4 : 2;
    struct tally tally = {0};

    for (size_t i = 0; i < count; i++)
        each_size(matrix, method, blocks[i], &tally);
    printf("# %zu of %zu combinations failed\n", tally.failed, tally.run);
    return tally.failed == 0 && tally.run > 0;
}

static pid_t prepare(struct matrix *matrix, const char *work, const char *effort)
{
    const char *preload = getenv("MATRIX_PRELOAD");
    struct error error;
    unsigned port;

    matrix->work = work;
    matrix->full = !strcmp(effort, "full");
    snprintf(matrix->work_preload, sizeof matrix->work_preload, "%s", preload ? preload : "");
    snprintf(matrix->copies, sizeof matrix->copies, "%s/copies", work);
    snprintf(matrix->token_file, sizeof matrix->token_file, "%s/token", work);
    if (mkdir(matrix->copies, 0755) < 0 && errno != EEXIST)
        die(2, "%s:", matrix->copies);
    write_file(matrix->token_file, token, strlen(token));
    int listener = sink_listen("127.0.0.1", "0", &port, &error);
    if (listener < 0)
        die(2, "%s", error.text);
    snprintf(matrix->address, sizeof matrix->address, "127.0.0.1:%u", port);
    pid_t sink = sink_start(listener, token, SINK_CPU_ANY, &error);
    if (sink < 0)
        die(2, "%s", error.text);
    close(listener);
    return sink;
}

int main(int argc, char **argv)
{
    struct catalogue catalogue;
    struct matrix matrix = {0};
    struct error error;
    size_t failed = 0;

    if (argc != 4)
        die(2, "usage: matrix METHODS WORK full|small");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (catalogue_load(&catalogue, argv[1], &error) < 0)
        die(2, "%s", error.text);
    pid_t sink = prepare(&matrix, argv[2], argv[3]);
    printf("1..%zu\n", catalogue.count);
    for (size_t i = 0; i < catalogue.count; i++) {
        bool right = each_block(&matrix, &catalogue.methods[i]);
        printf("%sok %zu - %s/%s\n", right ? "" : "not ", i + 1, catalogue.methods[i].task,
               catalogue.methods[i].name);
        failed += !right;
    }
    kill(sink, SIGKILL);
    waitpid(sink, NULL, 0);
    catalogue_free(&catalogue);
    return failed > 0;
}
