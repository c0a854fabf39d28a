/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/cycles.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/tasks.h"
#include "methods/harness/bystander.h"
#include "methods/harness/counts.h"
#include "methods/harness/profile.h"

void trial_file_name(uint64_t file, char name[24])
{
    snprintf(name, 24, "%06llu", (unsigned long long)file);
}

uint64_t trial_cycle_bytes(const struct trial *trial)
{
    const struct options *options = &trial->options;

    return task_find(task.name)->random ? options->operations * options->block_size
                                        : options->files * options->file_size;
}

/* Parts are equal and begin at pages; the last ones may be shorter or empty. */
static void set_part(struct job *job, unsigned thread)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t pages = (job->file_size_bytes + page - 1) / page;
    uint64_t part = (pages + job->threads - 1) / job->threads * page;

    if (job->threads == 1)
        part = job->file_size_bytes;
    job->offset_bytes = thread * part < job->file_size_bytes ? thread * part : job->file_size_bytes;
    uint64_t left = job->file_size_bytes - job->offset_bytes;
    job->length_bytes = left < part ? left : part;
}

/* A random task's operations, dealt out in runs of equal length. */
static void set_operations(struct trial *trial, struct job *job, unsigned thread)
{
    uint64_t all = trial->options.operations;
    uint64_t first = all * thread / job->threads, end = all * (thread + 1) / job->threads;

    if (!trial->offsets)
        return;
    job->offsets = trial->offsets + first;
    job->operations = end - first;
    job->latency = &trial->latencies[thread];
}

static void jobs_begin(struct trial *trial, enum consumption consumption)
{
    const struct options *options = &trial->options;

    for (unsigned i = 0; i < trial->team.threads; i++) {
        struct job *job = &trial->team.jobs[i];
        *job = (struct job){
            .source = -1,
            .destination = -1,
            .file_size_bytes = options->file_size,
            .block_size_bytes = options->block_size,
            .buffers = (unsigned)options->buffers,
            .threads = trial->team.threads,
            .policy = options->policy,
            .alignment = options->alignment,
            .durability = options->durability,
            .consumption = consumption,
            .compute_ns_per_kib = options->compute_ns_per_kib,
        };
        set_part(job, i);
        set_operations(trial, job, i);
    }
}

static void file_open(struct trial *trial, uint64_t file)
{
    for (unsigned i = 0; i < trial->team.threads; i++) {
        struct job *job = &trial->team.jobs[i];
        if (task.open_source)
            job->source = task.open_source(trial, file, job->offset_bytes);
        if (task.open_destination)
            job->destination = task.open_destination(trial, file, job->offset_bytes);
        job->consumed_bytes = 0;
        digest_start(&job->digest, job->offset_bytes);
    }
}

static void file_close(struct trial *trial)
{
    for (unsigned i = 0; task.close && i < trial->team.threads; i++)
        task.close(&trial->team.jobs[i]);
}

/* What setup made is everybody's. */
static void setup(struct trial *trial)
{
    struct job *jobs = trial->team.jobs;

    if (method.setup)
        method.setup(&jobs[0]);
    for (unsigned i = 1; i < trial->team.threads; i++) {
        jobs[i].from = jobs[0].from;
        jobs[i].to = jobs[0].to;
        jobs[i].shared = jobs[0].shared;
    }
}

static void teardown(struct trial *trial)
{
    if (method.teardown)
        method.teardown(&trial->team.jobs[0]);
}

static void stamp_first_operation(struct job *job)
{
    job->now = latency_stamp();
}

static void transfer(struct trial *trial)
{
    if (trial->offsets)
        team_run(&trial->team, stamp_first_operation);
    team_run(&trial->team, method.transfer);
}

/* After the clocks: every part must have been consumed whole; the parts' digests add up. */
static void file_check(struct trial *trial, uint64_t file)
{
    uint64_t consumed = 0, sum = 0;
    uint64_t expected = trial->offsets ? trial_cycle_bytes(trial) : trial->options.file_size;

    if (!task_find(task.name)->consumes)
        return;
    for (unsigned i = 0; i < trial->team.threads; i++) {
        consumed += trial->team.jobs[i].consumed_bytes;
        sum += digest_finish(&trial->team.jobs[i].digest);
    }
    if (consumed != expected)
        die(1, "file %llu: %llu of %llu bytes were consumed", (unsigned long long)file,
            (unsigned long long)consumed, (unsigned long long)expected);
    if (trial->team.jobs[0].consumption == CONSUME_DIGEST)
        trial->digests[file] = sum;
}

/* A sync that failed is never tried again: the kernel may have dropped the pages (fsync(2)). */
static uint64_t synced_ns(const struct trial *trial)
{
    struct job *job = &trial->team.jobs[0];

    if (job->durability != DURABILITY_FDATASYNC)
        return 0;
    uint64_t start = clock_monotonic_ns();
    if (method.make_durable)
        method.make_durable(job);
    else if (fdatasync(job->destination >= 0 ? job->destination : job->source) < 0)
        fail("fdatasync");
    return clock_monotonic_ns() - start;
}

static void timed_file(struct trial *trial, uint64_t file, struct cycle *cycle)
{
    uint64_t start = clock_monotonic_ns();
    file_open(trial, file);
    setup(trial);
    team_run(&trial->team, method.begin);
    uint64_t ready = clock_monotonic_ns();
    transfer(trial);
    cycle->sync_ns += synced_ns(trial);
    uint64_t moved = clock_monotonic_ns();
    team_run(&trial->team, method.end);
    teardown(trial);
    file_close(trial);
    uint64_t done = clock_monotonic_ns();

    cycle->setup_ns += ready - start;
    cycle->transfer_ns += moved - ready;
    cycle->teardown_ns += done - moved;
    file_check(trial, file);
}

/* Time a hook that is called once a cycle. */
static uint64_t timed(struct trial *trial, void (*hook)(struct job *))
{
    if (!hook)
        return 0;
    uint64_t start = clock_monotonic_ns();
    team_run(&trial->team, hook);
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
    struct cycle cycle = {0};

    jobs_begin(trial, trial->options.consumption);
    cycle.setup_ns += timed(trial, method.allocate);
    for (uint64_t i = 0; i < trial->options.files; i++)
        timed_file(trial, trial->order[i], &cycle);
    cycle.transfer_ns += timed_completion(trial);
    cycle.teardown_ns += timed(trial, method.release);
    for (unsigned i = 0; i < trial->team.threads; i++)
        cycle.events += trial->team.jobs[i].events;
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
    bystander_begin_cycle();
    counts_begin_cycle();
    profile_begin_cycle();
    cycles->all[cycles->count] = timed_cycle(trial);
    profile_end_cycle();
    counts_end_cycle();
    bystander_end_cycle();
    counters_read_process(&after);
    counters_add(&cycles->process, &before, &after);
    if (method.settle)
        method.settle();
    cycles->count++;
    trial->cycle++;
    if (task.after_cycle)
        task.after_cycle(trial);
}

/* The lower median of an even number of cycles is less than what half of all cycles take: of two it is the faster one.
 * So an odd number of them is measured. */
static bool is_enough(const struct cycles *cycles, const struct trial *trial, uint64_t measured_ns)
{
    if (trial->options.once || cycles->count == CYCLES_MAX)
        return true;
    return measured_ns >= trial->options.minimum_time_ns && cycles->count % 2 == 1;
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
    } while (!is_enough(cycles, trial, measured_ns));
    counters_read_span(&after, &trial->options);
    cycles->span = counters_span(&before, &after);
    if (task_find(task.name)->random && task_find(task.name)->writes)
        counters_forget_writes(&cycles->span);
}

static int compare_totals(const void *a, const void *b)
{
    uint64_t left = total_ns(*(const struct cycle *const *)a);
    uint64_t right = total_ns(*(const struct cycle *const *)b);

    return (left > right) - (left < right);
}

const struct cycle *cycles_median(const struct cycles *cycles)
{
    const struct cycle *sorted[CYCLES_MAX] = {NULL};

    for (size_t i = 0; i < cycles->count; i++)
        sorted[i] = &cycles->all[i];
    qsort(sorted, cycles->count, sizeof *sorted, compare_totals);
    return sorted[cycles->count / 2];
}

/* What a verification takes is nobody's latency: it goes into histograms that are thrown away. */
void trial_one_file(struct trial *trial, uint64_t file, enum consumption consumption)
{
    struct latency *measured = trial->latencies;

    if (measured && !(trial->latencies = calloc(trial->team.threads, sizeof *measured)))
        die(1, "out of memory");
    jobs_begin(trial, consumption);
    team_run(&trial->team, method.allocate);
    file_open(trial, file);
    setup(trial);
    team_run(&trial->team, method.begin);
    transfer(trial);
    team_run(&trial->team, method.end);
    teardown(trial);
    file_close(trial);
    file_check(trial, file);
    team_run(&trial->team, method.release);
    if (measured)
        free(trial->latencies);
    trial->latencies = measured;
}
