/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/cycles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"

void trial_file_name(uint64_t file, char name[24])
{
    snprintf(name, 24, "%06llu", (unsigned long long)file);
}

static void call(void (*hook)(struct job *), struct job *job)
{
    if (hook)
        hook(job);
}

static struct job job_for(const struct options *options, enum consumption consumption)
{
    return (struct job){
        .source = -1,
        .destination = -1,
        .size_bytes = options->file_size,
        .block_size_bytes = options->block_size,
        .buffers = (unsigned)options->buffers,
        .policy = options->policy,
        .consumption = consumption,
    };
}

static void file_open(struct trial *trial, struct job *job, uint64_t file)
{
    char name[24];

    trial_file_name(file, name);
    job->source = openat(trial->source_directory, name, O_RDONLY | O_CLOEXEC);
    if (job->source < 0)
        die(1, "open source file %s:", name);
    if (task.open_destination)
        job->destination = task.open_destination(trial, file);
    job->consumed_bytes = 0;
    digest_start(&job->digest, 0);
}

static void file_close(struct job *job)
{
    if (task.close_destination)
        task.close_destination(job->destination);
    close(job->source);
}

/* Runs between the clocks: one addition and, only when digesting, one comparison. */
static void file_check(struct trial *trial, struct job *job, uint64_t file)
{
    if (!task.consumes)
        return;
    if (job->consumed_bytes != job->size_bytes)
        die(1, "file %llu: %llu of %llu bytes were consumed", (unsigned long long)file,
            (unsigned long long)job->consumed_bytes, (unsigned long long)job->size_bytes);
    if (job->consumption == CONSUME_DIGEST)
        trial->digests[file] = digest_finish(&job->digest);
}

static uint64_t synced_ns(const struct trial *trial, const struct job *job)
{
    if (!task.keeps_destination || trial->options.durability != DURABILITY_FDATASYNC)
        return 0;
    uint64_t start = clock_monotonic_ns();
    if (fdatasync(job->destination) < 0)
        fail("fdatasync of the destination");
    return clock_monotonic_ns() - start;
}

static void timed_file(struct trial *trial, struct job *job, uint64_t file, struct cycle *cycle)
{
    uint64_t start = clock_monotonic_ns();
    file_open(trial, job, file);
    call(method.setup, job);
    uint64_t ready = clock_monotonic_ns();
    call(method.transfer, job);
    cycle->sync_ns += synced_ns(trial, job);
    uint64_t moved = clock_monotonic_ns();
    call(method.teardown, job);
    file_close(job);
    uint64_t done = clock_monotonic_ns();

    cycle->setup_ns += ready - start;
    cycle->transfer_ns += moved - ready;
    cycle->teardown_ns += done - moved;
    file_check(trial, job, file);
}

/* Time a hook that is called once a cycle. */
static uint64_t timed(void (*hook)(struct job *), struct job *job)
{
    if (!hook)
        return 0;
    uint64_t start = clock_monotonic_ns();
    hook(job);
    return clock_monotonic_ns() - start;
}

static uint64_t timed_completion(struct trial *trial)
{
    if (!task.complete)
        return 0;
    uint64_t start = clock_monotonic_ns();
    task.complete(trial);
    return clock_monotonic_ns() - start;
}

static struct cycle timed_cycle(struct trial *trial)
{
    struct job job = job_for(&trial->options, trial->options.consumption);
    struct cycle cycle = {0};

    cycle.setup_ns += timed(method.allocate, &job);
    for (uint64_t i = 0; i < trial->options.files; i++)
        timed_file(trial, &job, trial->order[i], &cycle);
    cycle.transfer_ns += timed_completion(trial);
    cycle.teardown_ns += timed(method.release, &job);
    return cycle;
}

static uint64_t total_ns(const struct cycle *cycle)
{
    return cycle->setup_ns + cycle->transfer_ns + cycle->teardown_ns;
}

/* Fisher-Yates on splitmix64's finaliser; the bias of the remainder is below 2^-40 for any file set. */
static void shuffle(uint64_t *order, uint64_t count, uint64_t *state)
{
    for (uint64_t i = count; i > 1; i--) {
        uint64_t j = digest_term(i, (*state)++) % i;
        uint64_t kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}

static void measured_cycle(struct cycles *cycles, struct trial *trial)
{
    struct process_counters before, after;

    if (task.before_cycle)
        task.before_cycle(trial);
    counters_read_process(&before);
    cycles->all[cycles->count] = timed_cycle(trial);
    counters_read_process(&after);
    counters_add(&cycles->process, &before, &after);
    cycles->count++;
    if (task.after_cycle)
        task.after_cycle(trial);
}

void cycles_run(struct cycles *cycles, struct trial *trial)
{
    struct span_counters before, after;
    uint64_t measured_ns = 0, state = trial->options.seed;

    counters_read_span(&before, &trial->options);
    cycles->started_ns = clock_monotonic_ns();
    do {
        shuffle(trial->order, trial->options.files, &state);
        measured_cycle(cycles, trial);
        measured_ns += total_ns(&cycles->all[cycles->count - 1]);
    } while (!trial->options.once && measured_ns < trial->options.minimum_time_ns &&
             cycles->count < CYCLES_MAX);
    counters_read_span(&after, &trial->options);
    cycles->span = counters_span(&before, &after);
}

static int compare_totals(const void *a, const void *b)
{
    uint64_t left = total_ns(*(const struct cycle *const *)a);
    uint64_t right = total_ns(*(const struct cycle *const *)b);

    return (left > right) - (left < right);
}

const struct cycle *cycles_median(const struct cycles *cycles)
{
    const struct cycle *sorted[CYCLES_MAX];

    for (size_t i = 0; i < cycles->count; i++)
        sorted[i] = &cycles->all[i];
    qsort(sorted, cycles->count, sizeof *sorted, compare_totals);
    return sorted[(cycles->count - 1) / 2];
}

void trial_one_file(struct trial *trial, uint64_t file, enum consumption consumption)
{
    struct job job = job_for(&trial->options, consumption);

    call(method.allocate, &job);
    file_open(trial, &job, file);
    call(method.setup, &job);
    call(method.transfer, &job);
    call(method.teardown, &job);
    file_close(&job);
    file_check(trial, &job, file);
    call(method.release, &job);
}
