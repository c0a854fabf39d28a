/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench --methods DIR [--twins] [--contest] [--scale] [--known-slowdown] [--only TEXT] [--blocks N] [--rounds N]
 * [--keep FILE] [--seed N] [--file-size SIZE] [--directory DIR] [--output FILE]. Without a part, or --only:
 * all four, the contest in short (2 rounds of each kind). --blocks, --only, --file-size and --output are of the
 * twins, --rounds and --keep of the contest: FILE keeps its rounds, and those that it holds are not played again.
 * Exit: 0 measured (however slow), 1 something did not run or hold, 2 usage, 3 environment. */
#include <getopt.h>
#include <libgen.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/units.h"
#include "tests/bench/bench.h"

enum { BLOCKS = 6, BLOCKS_MAX = 1000, ROUNDS = 30, ROUNDS_SHORT = 2, ROUNDS_MAX = 1000 };

static const struct part {
    const char *name;
    int (*run)(struct bench *bench, struct error *error);
} parts[] = {
    {"twins", part_twins},
    {"known-slowdown", part_known_slowdown},
    {"scale", part_scale},
    {"contest", part_contest},
};
enum { PARTS = sizeof parts / sizeof *parts };

static void set_methods(struct bench *bench, const char *path)
{
    char copy[PATH_MAX];

    if (!realpath(path, bench->methods))
        die(EXIT_USAGE, "--methods %s:", path);
    strcpy(copy, bench->methods);
    strcpy(bench->build, dirname(copy));
}

static uint64_t number(const char *name, const char *text, uint64_t least, uint64_t most)
{
    uint64_t value;

    if (units_parse_size(text, &value) < 0 || value < least || value > most)
        die(EXIT_USAGE, "--%s: \"%s\" is not a number from %llu to %llu", name, text,
            (unsigned long long)least, (unsigned long long)most);
    return value;
}

static void set(struct bench *bench, int option, const char *value)
{
    switch (option) {
    case 'm': set_methods(bench, value); break;
    case 'b': bench->blocks = number("blocks", value, 1, BLOCKS_MAX); break;
    case 'r': bench->rounds = number("rounds", value, 1, ROUNDS_MAX); break;
    case 's': bench->seed = number("seed", value, 0, INT64_MAX); break;
    case 'o': bench->only = value; break;
    case 'S': bench->file_size_bytes = number("file-size", value, MIB, 1ULL << 40); break;
    case 'd': bench->directory = value; break;
    case 'k': bench->keep = value; break;
    case 'O': bench->output = value; break;
    default: die(EXIT_USAGE, "the first lines of tests/bench/main.c list the options");
    }
}

/* The parts asked for, a bit each. */
static unsigned parse(struct bench *bench, int argc, char **argv)
{
    struct option options[PARTS + 10] = {
        {"methods", required_argument, NULL, 'm'},   {"blocks", required_argument, NULL, 'b'},
        {"rounds", required_argument, NULL, 'r'},    {"seed", required_argument, NULL, 's'},
        {"only", required_argument, NULL, 'o'},      {"file-size", required_argument, NULL, 'S'},
        {"directory", required_argument, NULL, 'd'}, {"output", required_argument, NULL, 'O'},
        {"keep", required_argument, NULL, 'k'},
    };
    const char *temporary = getenv("TMPDIR");
    unsigned wanted = 0;

    for (int i = 0; i < PARTS; i++)
        options[9 + i] = (struct option){parts[i].name, no_argument, NULL, i};
    *bench = (struct bench){.blocks = BLOCKS, .seed = 1, .file_size_bytes = GIB,
                            .directory = temporary && *temporary ? temporary : "/var/tmp",
                            .output = "results/bench.json"};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if (option < PARTS)
            wanted |= 1U << option;
        else
            set(bench, option, optarg);
    if (!*bench->methods || optind < argc)
        die(EXIT_USAGE, "--methods DIR, and nothing but options, is needed");
    if (!bench->rounds)
        bench->rounds = wanted ? ROUNDS : ROUNDS_SHORT;
    if (bench->only && !wanted)
        wanted = 1;
    return wanted ? wanted : (1U << PARTS) - 1;
}

/* The last CPU we may use is measured on; what is not measured stays on the first, another if there is one. */
static void choose_cpus(struct bench *bench)
{
    cpu_set_t allowed;

    bench->cpu = bench->other_cpu = -1;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
            if (CPU_ISSET(cpu, &allowed)) {
                bench->cpu = cpu;
                bench->other_cpu = bench->other_cpu < 0 ? cpu : bench->other_cpu;
            }
}

int main(int argc, char **argv)
{
    struct bench bench;
    struct error error;
    unsigned wanted = parse(&bench, argc, argv);

    spawn_watch_signals();
    setenv("LC_ALL", "C", 1); /* so that nobody's time goes into looking for translations */
    choose_cpus(&bench);
    for (int i = 0; i < PARTS && !bench.interrupted; i++) {
        if (!(wanted & 1U << i))
            continue;
        fprintf(stderr, "bench: %s\n", parts[i].name);
        if (parts[i].run(&bench, &error) < 0)
            die(EXIT_ENVIRONMENT, "%s: %s", parts[i].name, error.text);
        fflush(stdout);
    }
    return bench.failed || bench.interrupted ? EXIT_INCOMPLETE : EXIT_DONE;
}
