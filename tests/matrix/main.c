/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usage: matrix METHODS WORK EFFORT [NAME]
 * Every method program found under METHODS whose task/name holds NAME, over sizes around B and the page and
 * over all its axes, in combinations that hold every pair of values. What it says it moved is held against
 * a digest computed here, what it created or updated also byte by byte. EFFORT is "full", or "small" for
 * fewer values of each axis. TAP: one test a method; one that nothing here can do is skipped. Two processes
 * share the work: much of it is waiting for a disk. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/units.h"
#include "runners/sink.h"
#include "tests/matrix/matrix.h"

enum { WORKERS = 2 };

static const char token[WIRE_TOKEN_SIZE] = "a token for tests";

static void try_all(const struct workplace *place, const struct method_info *method, bool full,
                    struct tally *tally)
{
    static struct combination all[COMBINATIONS_MAX];
    size_t count = combinations_make(method, full, all);

    for (size_t i = 0; i < count; i++)
        attempt(place, method, &all[i], false, tally);
    count = combinations_impossible(method, all);
    for (size_t i = 0; i < count; i++)
        attempt(place, method, &all[i], true, tally);
}

/* A method that works here may refuse only what it is known to have to. */
static bool one_method(const struct workplace *place, const struct method_info *method, bool full,
                       size_t number)
{
    struct tally tally = {0};
    uint64_t start = clock_monotonic_ns();

    try_all(place, method, full, &tally);
    if (tally.passed > 0 && tally.refused_all_the_same > 0) {
        tally.failed += tally.refused_all_the_same;
        printf("# refused, and not for a reason that it may have: %s\n", tally.reason);
    }
    printf("# %zu combinations passed, %zu failed, %zu were refused, in %.1f s\n", tally.passed,
           tally.failed, tally.refused, (double)(clock_monotonic_ns() - start) / NS_PER_S);
    bool skipped = tally.failed == 0 && tally.passed == 0 && tally.refused_all_the_same > 0;
    bool right = skipped || (tally.failed == 0 && tally.passed > 0);
    printf("%sok %zu - %s/%s%s%s\n", right ? "" : "not ", number, method->task, method->name,
           skipped ? " # SKIP " : "", skipped ? tally.reason : "");
    return right;
}

/* A directory of its own for a worker. */
static void enter(struct workplace *place, const char *work, unsigned worker)
{
    snprintf(place->directory, sizeof place->directory, "%s/%u", work, worker);
    snprintf(place->copies, sizeof place->copies, "%s/copies", place->directory);
    if ((mkdir(place->directory, 0755) < 0 && errno != EEXIST) ||
        (mkdir(place->copies, 0755) < 0 && errno != EEXIST))
        die(2, "%s:", place->copies);
}

/* Every WORKERS-th method. Output goes out a method at a time, lest the workers' lines mix. */
static int work(struct workplace *place, const struct catalogue *catalogue, bool full, size_t first)
{
    int failed = 0;

    for (size_t i = first; i < catalogue->count; i += WORKERS) {
        failed |= !one_method(place, &catalogue->methods[i], full, i + 1);
        fflush(stdout);
    }
    sets_remove_all();
    return failed;
}

static pid_t start_sink(struct workplace *place, const char *work)
{
    struct error error;
    unsigned port;

    snprintf(place->token_file, sizeof place->token_file, "%s/token", work);
    sets_write_file(place->token_file, token, strlen(token));
    int listener = sink_listen("127.0.0.1", "0", &port, &error);
    if (listener < 0)
        die(2, "%s", error.text);
    snprintf(place->address, sizeof place->address, "127.0.0.1:%u", port);
    pid_t sink = sink_start(listener, token, SINK_CPU_ANY, false, &error);
    if (sink < 0)
        die(2, "%s", error.text);
    close(listener);
    return sink;
}

/* Fork the workers and wait for them. 0 if all their methods were right. */
static int run_workers(struct workplace *place, const char *directory, const struct catalogue *catalogue,
                       bool full)
{
    pid_t workers[WORKERS];
    int failed = 0, status;

    fflush(stdout);
    for (unsigned i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        if (workers[i] < 0)
            die(2, "fork:");
        if (workers[i] > 0)
            continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        enter(place, directory, i);
        exit(work(place, catalogue, full, i));
    }
    for (unsigned i = 0; i < WORKERS; i++) {
        waitpid(workers[i], &status, 0);
        failed |= status != 0;
    }
    return failed;
}

/* Move the methods whose task/name holds the text to the front, and count only them. */
static void keep(struct catalogue *catalogue, const char *text)
{
    size_t kept = 0;
    char name[200];

    for (size_t i = 0; i < catalogue->count; i++) {
        struct method_info method = catalogue->methods[i];
        snprintf(name, sizeof name, "%s/%s", method.task, method.name);
        if (!strstr(name, text))
            continue;
        catalogue->methods[i] = catalogue->methods[kept];
        catalogue->methods[kept++] = method;
    }
    catalogue->count = kept;
}

int main(int argc, char **argv)
{
    const char *preload = getenv("MATRIX_PRELOAD");
    struct catalogue catalogue;
    struct workplace place = {0};
    struct error error;

    if (argc < 4 || argc > 5)
        die(2, "usage: matrix METHODS WORK full|small [NAME]");
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    if (catalogue_load(&catalogue, argv[1], &error) < 0)
        die(2, "%s", error.text);
    size_t all = catalogue.count;
    if (argc == 5)
        keep(&catalogue, argv[4]);
    snprintf(place.preload, sizeof place.preload, "%s", preload ? preload : "");
    pid_t sink = start_sink(&place, argv[2]);
    printf("1..%zu\n", catalogue.count);
    int failed = catalogue.count == 0 || run_workers(&place, argv[2], &catalogue, !strcmp(argv[3], "full"));
    kill(sink, SIGKILL);
    waitpid(sink, NULL, 0);
    catalogue.count = all;
    catalogue_free(&catalogue);
    return failed;
}
