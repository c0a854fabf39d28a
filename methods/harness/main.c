/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main() of every method program: options, trial, cycles, verification, one line of JSON. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/nolink.h"
#include "common/prefault.h"
#include "common/tasks.h"
#include "methods/harness/bystander.h"
#include "methods/harness/compute.h"
#include "methods/harness/counts.h"
#include "methods/harness/cycles.h"
#include "methods/harness/output.h"
#include "methods/harness/own_code.h"
#include "methods/harness/profile.h"
#include "methods/harness/random.h"

/* A mapped page that cannot be read or written arrives as a signal; it is an I/O error all the same. */
static void on_bus_error(int signal_number)
{
    static const char text[] =
        "input/output error (SIGBUS) on a mapped page: the file was truncated, its file system is "
        "full, or the device failed\n";

    (void)signal_number;
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(1);
}

static int open_directory(const char *path)
{
    if (!path)
        return -1;
    int fd = nolink_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        die(1, "%s:", path);
    return fd;
}

/* What goes before the trial is no part of its process's start. */
static void leave_out_since(uint64_t began_ns, struct options *options)
{
    if (options->forked_at_ns)
        options->forked_at_ns += clock_monotonic_ns() - began_ns;
}

static void trial_start(struct trial *trial)
{
    const struct options *options = &trial->options;

    if (options->count)
        counts_open(options->count, &trial->options);
    if (options->profile)
        profile_open(options->profile_period_ns);
    trial->socket = -1;
    trial->source_directory = open_directory(options->source);
    trial->destination_directory = open_directory(options->destination);
    team_start(&trial->team, (unsigned)options->threads);
    trial->order = calloc(options->files, sizeof *trial->order);
    trial->digests = calloc(options->files, sizeof *trial->digests);
    if (!trial->order || !trial->digests)
        die(1, "out of memory for %" PRIu64 " files", options->files);
    for (uint64_t i = 0; i < options->files; i++)
        trial->order[i] = i;
    if (task_find(task.name)->random)
        random_allocate(trial);
    if (options->compute_ns_per_kib)
        compute_calibrate();
    if (task.connect)
        task.connect(trial);
}

static void trial_finish(struct trial *trial)
{
    if (trial->socket >= 0)
        close(trial->socket);
    team_stop(&trial->team);
    random_free(trial);
    free(trial->order);
    free(trial->digests);
}

static void prepare_process(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGBUS, on_bus_error);
    own_code_load();
}

static void verify(struct trial *trial)
{
    if (!trial->options.no_verify && task.verify)
        task.verify(trial);
}

/* Company, and memory: as late as can be, since what is free may be the host's again at once. */
static void surround(struct options *options)
{
    uint64_t start = clock_monotonic_ns();
    struct error error;

    bystander_start(options);
    if (!options->verify_only)
        bystander_rest();
    if (options->prefault_bytes > 0 && prefault_memory(options->prefault_bytes, &error) < 0)
        die(1, "%s", error.text);
    leave_out_since(start, options);
}

static void run(const struct options *options, struct cycles *cycles)
{
    struct trial trial = {.options = *options};

    surround(&trial.options);
    trial_start(&trial);
    if (!options->verify_only) {
        cycles_run(cycles, &trial);
        bystander_rest();
    }
    bystander_stop();
    if (options->profile)
        profile_write(options->profile);
    if (!options->probe) {
        verify(&trial);
        output_trial(&trial, cycles);
    }
    trial_finish(&trial);
}

/* What would not be wrong but meaningless. */
static void check(const struct options *options)
{
    const struct task_traits *traits = task_find(task.name);

    if (traits->source == PLACE_FILE && !options->source)
        die(EXIT_USAGE, "--source DIR is missing");
    if (traits->random && options->files != 1)
        die(EXIT_USAGE, "--files: operations are on one file");
    if (traits->consumes && options->consumption == CONSUME_NONE && (method.axes & METHOD_LAZY))
        die(EXIT_USAGE, "--consumption none would move no bytes through a mapping");
    if (options->policy != POLICY_NONE && !(method.policies & POLICY_BIT(options->policy)))
        die(EXIT_USAGE, "--policy %s: this method does not offer it", axes_policies[options->policy]);
    if (options->threads > 1 && !(method.axes & METHOD_THREADS))
        die(EXIT_USAGE, "--threads: this method has no threads");
}

int main(int argc, char **argv)
{
    struct options options;

    options_parse(&options, argc, argv);
    if (options.describe) {
        output_description(argv[0]);
        return EXIT_DONE;
    }
    check(&options);
    struct cycles *cycles = calloc(1, sizeof *cycles);
    if (!cycles)
        die(1, "out of memory");
    options.once |= options.probe;
    prepare_process();
    run(&options, cycles);
    free(cycles);
    return EXIT_DONE;
}
