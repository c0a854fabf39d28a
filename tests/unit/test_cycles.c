/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a trial times, with a clock that moves only in hooks: each costs another power of ten, so that a sum tells
 * which of them are in it and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/content.h"
#include "common/error.h"
#include "methods/harness/bystander.h"
#include "methods/harness/counts.h"
#include "methods/harness/cycles.h" /* has a fail() of its own, which cmocka's is a macro over */
#include "methods/harness/profile.h"

#include <cmocka.h>

#undef fail

enum { THREADS = 3, FILES = 2, BLOCK = 100, STAMP = 77, NUMBER = 1000000 };
enum { ALLOCATE = 1, SOURCE = 10, DESTINATION = 100, SETUP = 1000, BEGIN = 10000 };
enum { TRANSFER = 1, DURABLE = 10, COMPLETE = 100 };
enum { END = 1, TEARDOWN = 10, CLOSE = 100, RELEASE = 1000 };
static const uint64_t untimed = 1000000000000;

static uint64_t now, synced, forgotten;
static int sync_result, exit_code;
static char events[64];
static jmp_buf dead;
static char shared[3];

static void spend(uint64_t ns)
{
    now += ns;
}

static void happens(char event)
{
    char text[2] = {event, 0};

    spend(untimed);
    if (strlen(events) + 1 < sizeof events)
        strcat(events, text);
}

static int read_clock(clockid_t clock, struct timespec *time)
{
    assert_int_equal(clock, CLOCK_MONOTONIC);
    *time = (struct timespec){.tv_sec = (time_t)(now / 1000000000), .tv_nsec = (long)(now % 1000000000)};
    return 0;
}

static int sync_file(int fd)
{
    synced = (uint64_t)fd;
    spend(DURABLE);
    return sync_result;
}

static void __attribute__((noreturn, format(printf, 2, 3))) died(int code, const char *format, ...)
{
    (void)format;
    exit_code = code;
    longjmp(dead, 1);
}

void fail(const char *what)
{
    died(2, "%s", what);
}

uint64_t latency_stamp(void)
{
    return STAMP;
}

void team_run(struct team *team, void (*step)(struct job *job))
{
    for (unsigned i = 0; step && i < team->threads; i++)
        step(&team->jobs[i]);
}

void counters_read_process(struct process_counters *counters)
{
    *counters = (struct process_counters){.cpu_ns = (int64_t)now};
    happens('r');
}

void counters_add(struct process_counters *total, const struct process_counters *before,
                  const struct process_counters *after)
{
    total->cpu_ns += after->cpu_ns - before->cpu_ns;
}

void counters_read_span(struct span_counters *counters, const struct options *options)
{
    (void)options;
    counters->wall_ns = (int64_t)now;
    happens('w');
}

struct span_counters counters_span(const struct span_counters *before, const struct span_counters *after)
{
    return (struct span_counters){.wall_ns = after->wall_ns - before->wall_ns};
}

void counters_forget_writes(struct span_counters *counters)
{
    (void)counters;
    forgotten++;
}

void bystander_begin_cycle(void) { happens('b'); }
void bystander_end_cycle(void) { happens('B'); }
void counts_begin_cycle(void) { happens('c'); }
void counts_end_cycle(void) { happens('C'); }
void profile_begin_cycle(void) { happens('p'); }
void profile_end_cycle(void) { happens('P'); }

#define clock_gettime read_clock
#define fdatasync sync_file
#define die died
static struct method our_method;
static struct task our_task;
#define method our_method
#define task our_task
#include "methods/harness/cycles.c"
#undef method
#undef task

static void before_cycle(struct trial *trial)
{
    (void)trial;
    happens('<');
}

static void after_cycle(struct trial *trial)
{
    (void)trial;
    happens('>');
}

static void settle(void) { happens('s'); }

static int open_source(struct trial *trial, uint64_t file, uint64_t offset)
{
    (void)trial;
    spend(SOURCE);
    return (int)(NUMBER * (file + 1) + offset);
}

static int open_destination(struct trial *trial, uint64_t file, uint64_t offset)
{
    (void)trial;
    spend(DESTINATION);
    return (int)(2 * NUMBER * (file + 1) + offset);
}

static void allocate(struct job *job)
{
    assert_int_equal(job->source, -1);
    spend(ALLOCATE);
}

static void set_up(struct job *job)
{
    job->from = &shared[0];
    job->to = &shared[1];
    job->shared = &shared[2];
    spend(SETUP);
}

static void begin(struct job *job)
{
    assert_ptr_equal(job->from, &shared[0]);
    assert_ptr_equal(job->to, &shared[1]);
    assert_ptr_equal(job->shared, &shared[2]);
    spend(BEGIN);
}

/* All of its part, of another content for each file. */
static void transfer_all(struct job *job)
{
    char *bytes = malloc(job->length_bytes + 1);

    assert_non_null(bytes);
    assert_int_equal((uint64_t)job->source % NUMBER, job->offset_bytes);
    content_fill((uint64_t)(job->source / NUMBER), job->offset_bytes, bytes, job->length_bytes);
    digest_add(&job->digest, bytes, job->length_bytes);
    free(bytes);
    job->consumed_bytes += job->length_bytes;
    job->events++;
    spend(TRANSFER);
}

static void transfer_nothing(struct job *job)
{
    (void)job;
    spend(TRANSFER);
}

/* So many operations. */
static void transfer_records(struct job *job)
{
    assert_int_equal(job->now, STAMP);
    job->consumed_bytes = job->operations * job->block_size_bytes;
    job->latency->count += job->operations;
    spend(TRANSFER);
}

static void be_durable(struct job *job)
{
    (void)job;
    spend(DURABLE);
}

static void complete(struct trial *trial)
{
    (void)trial;
    spend(COMPLETE);
}

static void end(struct job *job)
{
    (void)job;
    spend(END);
}

static void tear_down(struct job *job)
{
    (void)job;
    spend(TEARDOWN);
}

static void close_files(struct job *job)
{
    (void)job;
    spend(CLOSE);
}

static void release(struct job *job)
{
    (void)job;
    spend(RELEASE);
}

static struct job jobs[THREADS + 1]; /* the last one is nobody's */
static struct latency *latencies;
static uint64_t order[16], digests[16], offsets[BLOCK];

static struct trial begin_trial(const char *name, uint64_t file_size)
{
    our_task = (struct task){.name = name,
                             .before_cycle = before_cycle,
                             .after_cycle = after_cycle,
                             .open_source = open_source,
                             .open_destination = open_destination,
                             .close = close_files,
                             .complete = complete};
    our_method = (struct method){.allocate = allocate,
                                 .setup = set_up,
                                 .begin = begin,
                                 .transfer = transfer_all,
                                 .make_durable = be_durable,
                                 .end = end,
                                 .teardown = tear_down,
                                 .release = release,
                                 .settle = settle};
    now = untimed;
    *events = 0;
    sync_result = 0;
    synced = forgotten = 0;
    memset(digests, 0, sizeof digests);
    for (size_t i = 0; i < 16; i++)
        order[i] = i;
    return (struct trial){.options = {.files = FILES,
                                      .file_size = file_size,
                                      .block_size = BLOCK,
                                      .operations = 10,
                                      .threads = THREADS,
                                      .once = true,
                                      .consumption = CONSUME_DIGEST},
                          .team = {.threads = THREADS, .jobs = jobs},
                          .order = order,
                          .digests = digests};
}

static struct trial begin_random(const char *name)
{
    struct trial trial = begin_trial(name, 4096);

    our_method.transfer = transfer_records;
    trial.options.files = 1;
    trial.offsets = offsets;
    trial.latencies = latencies;
    memset(latencies, 0, THREADS * sizeof *latencies);
    return trial;
}

static struct cycles *all;

static struct cycles *run_trial(struct trial *trial)
{
    memset(all, 0, sizeof *all);
    cycles_run(all, trial);
    return all;
}

static void test_phases(void **state)
{
    struct trial trial = begin_trial("copy", 30000);
    struct cycles *cycles = run_trial(&trial);
    const struct cycle *cycle = &cycles->all[0];

    (void)state;
    assert_int_equal(cycles->count, 1);
    assert_int_equal(trial.cycle, 1);
    assert_int_equal(cycle->setup_ns,
                     THREADS * ALLOCATE + FILES * (THREADS * (SOURCE + DESTINATION + BEGIN) + SETUP));
    assert_int_equal(cycle->transfer_ns, FILES * THREADS * TRANSFER + COMPLETE);
    assert_int_equal(cycle->teardown_ns, FILES * (THREADS * (END + CLOSE) + TEARDOWN) + THREADS * RELEASE);
    assert_int_equal(cycle->sync_ns, 0);
    assert_null(jobs[THREADS].from);
    assert_int_equal(cycle->events, FILES * THREADS);
    assert_string_equal(events, "w<rbcpPCBrs>w");
    /* The clocks hold what is between their readings: the first one's own, and the begin and end of three others. */
    assert_int_equal(cycles->process.cpu_ns,
                     7 * untimed + cycle->setup_ns + cycle->transfer_ns + cycle->teardown_ns);
    assert_int_equal(cycles->started_ns, 2 * untimed);
    assert_true(cycles->span.wall_ns > cycles->process.cpu_ns);
}

static int dies_of_sync(const struct trial *trial)
{
    if (setjmp(dead))
        return exit_code;
    synced_ns(trial);
    return 0;
}

/* A hook that is not there takes no time. */
static void test_without_hooks(void **state)
{
    struct trial trial = begin_trial("copy", 30000);

    (void)state;
    our_task = (struct task){.name = "copy"};
    our_method = (struct method){.transfer = transfer_nothing};
    const struct cycle *cycle = &run_trial(&trial)->all[0];
    assert_int_equal(cycle->setup_ns, 0);
    assert_int_equal(cycle->transfer_ns, FILES * THREADS * TRANSFER);
    assert_int_equal(cycle->teardown_ns, 0);
    assert_string_equal(events, "wrbcpPCBrw");
}

/* Every cycle in another order. */
static void test_orders(void **state)
{
    struct trial trial = begin_trial("copy", 30000);
    uint64_t before[16];

    (void)state;
    trial.options.files = 16;
    memcpy(before, order, sizeof before);
    for (int i = 0; i < 3; i++, trial.options.seed++) {
        run_trial(&trial);
        assert_memory_not_equal(order, before, sizeof before);
        memcpy(before, order, sizeof before);
    }
}

/* Only where it is asked for, by the method's way or by the harness's, of what was written. */
static void test_durability(void **state)
{
    struct trial trial = begin_trial("copy", 30000);
    const uint64_t transfers = FILES * THREADS * TRANSFER + COMPLETE;

    (void)state;
    trial.options.durability = DURABILITY_FDATASYNC;
    struct cycles *cycles = run_trial(&trial);
    assert_int_equal(cycles->all[0].sync_ns, FILES * DURABLE);
    assert_int_equal(cycles->all[0].transfer_ns, transfers + FILES * DURABLE);
    assert_int_equal(synced, 0);
    our_method.make_durable = NULL;
    cycles = run_trial(&trial);
    assert_int_equal(cycles->all[0].sync_ns, FILES * DURABLE);
    assert_int_equal(cycles->all[0].transfer_ns, transfers + FILES * DURABLE);
    assert_int_equal(synced, 2 * NUMBER * (order[FILES - 1] + 1));
    jobs[0] = (struct job){.source = 3, .destination = 0, .durability = DURABILITY_FDATASYNC};
    assert_int_equal(synced_ns(&trial), DURABLE);
    assert_int_equal(synced, 0);
    jobs[0].destination = -1;
    synced_ns(&trial);
    assert_int_equal(synced, 3);
    sync_result = -1;
    assert_int_equal(dies_of_sync(&trial), 2);
}

static void test_how_many_cycles(void **state)
{
    struct trial trial = begin_trial("copy", 30000);

    (void)state;
    uint64_t total = total_ns(&run_trial(&trial)->all[0]);
    trial.options.once = false;
    trial.options.minimum_time_ns = 5 * total;
    assert_int_equal(run_trial(&trial)->count, 5);
    assert_int_equal(total_ns(&all->all[4]), total);
    trial.options.minimum_time_ns = 5 * total + 1;
    assert_int_equal(run_trial(&trial)->count, 7); /* an odd number */
    trial.options.minimum_time_ns = 4 * total;
    assert_int_equal(run_trial(&trial)->count, 5);
    trial.options.minimum_time_ns = UINT64_MAX;
    assert_int_equal(run_trial(&trial)->count, CYCLES_MAX);
    trial.options.once = true;
    assert_int_equal(run_trial(&trial)->count, 1);
}

/* Writes that putting records back made are no part of an update; all others are. */
static void test_whose_writes_are_forgotten(void **state)
{
    static const char *const names[] = {"scan", "copy", "lookup", "append"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct trial trial = task_find(names[i])->random ? begin_random(names[i]) : begin_trial(names[i], 30000);
        run_trial(&trial);
        assert_int_equal(forgotten, 0);
    }
    struct trial trial = begin_random("update");
    run_trial(&trial);
    assert_int_equal(forgotten, 1);
}

static void test_median(void **state)
{
    struct cycles *cycles = all;

    (void)state;
    for (size_t count = 1; count <= 5; count += 2) {
        cycles->count = count;
        for (size_t i = 0; i < count; i++) /* 3, 6, 2, 5, 1 */
            cycles->all[i] = (struct cycle){.setup_ns = i, .transfer_ns = 100 * ((i + 1) * 3 % 7), .teardown_ns = 9};
        const struct cycle *median = cycles_median(cycles);
        size_t below = 0;
        for (size_t i = 0; i < count; i++)
            below += total_ns(&cycles->all[i]) < total_ns(median);
        assert_int_equal(below, count / 2);
    }
    /* By the whole cycle: not by one of its phases. */
    *cycles = (struct cycles){.count = 3, .all = {{30, 1, 1, 0, 0}, {10, 5, 2, 0, 0}, {1, 9, 12, 0, 0}}};
    assert_ptr_equal(cycles_median(cycles), &cycles->all[2]);
}

static void is_divided(uint64_t size, unsigned threads, const uint64_t *lengths)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), at = 0;

    for (unsigned i = 0; i < threads; i++) {
        struct job job = {.file_size_bytes = size, .threads = threads};
        set_part(&job, i);
        assert_int_equal(job.offset_bytes, at);
        assert_int_equal(job.length_bytes, lengths[i]);
        assert_true(job.offset_bytes % page == 0 || job.length_bytes == 0);
        at += job.length_bytes;
    }
    assert_int_equal(at, size);
}

static void test_parts(void **state)
{
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

    (void)state;
    is_divided(10 * page + 1, 1, (uint64_t[]){10 * page + 1});
    is_divided(10 * page + 1, 3, (uint64_t[]){4 * page, 4 * page, 2 * page + 1});
    is_divided(9 * page, 3, (uint64_t[]){3 * page, 3 * page, 3 * page});
    is_divided(9 * page + 1, 2, (uint64_t[]){5 * page, 4 * page + 1});
    is_divided(1, 4, (uint64_t[]){1, 0, 0, 0});
    is_divided(2 * page, 3, (uint64_t[]){page, page, 0});
    is_divided(5 * page - 1, 4, (uint64_t[]){2 * page, 2 * page, page - 1, 0});
    is_divided(0, 2, (uint64_t[]){0, 0});
}

static void test_operations(void **state)
{
    static const uint64_t first[] = {0, 3, 6, 10};
    struct trial trial = begin_random("lookup");

    (void)state;
    jobs_begin(&trial, CONSUME_TOUCH);
    for (size_t i = 0; i < THREADS; i++) {
        assert_ptr_equal(jobs[i].offsets, offsets + first[i]);
        assert_int_equal(jobs[i].operations, first[i + 1] - first[i]);
        assert_ptr_equal(jobs[i].latency, &latencies[i]);
        assert_int_equal(jobs[i].consumption, CONSUME_TOUCH);
    }
    assert_int_equal(trial_cycle_bytes(&trial), 1000);
    trial = begin_trial("copy", 30000);
    assert_int_equal(trial_cycle_bytes(&trial), 60000);
    run_trial(&trial);
    assert_null(jobs[0].offsets);
}

static uint64_t digest_of(uint64_t file, uint64_t size)
{
    char *bytes = malloc(size);
    struct digest digest;

    assert_non_null(bytes);
    digest_start(&digest, 0);
    content_fill(file + 1, 0, bytes, size);
    digest_add(&digest, bytes, size);
    free(bytes);
    return digest_finish(&digest);
}

/* The parts' digests are the file's, under its own name in whatever order; only where they are asked for. */
static void test_digests(void **state)
{
    struct trial trial = begin_trial("scan", 9000);

    (void)state;
    our_task.open_destination = NULL;
    order[0] = 5;
    order[1] = 2;
    trial.team.threads = 1; /* a source's number tells the file */
    run_trial(&trial);
    assert_int_equal(digests[5], digest_of(5, 9000));
    assert_int_equal(digests[2], digest_of(2, 9000));
    trial = begin_trial("scan", 9000);
    trial.options.consumption = CONSUME_TOUCH;
    run_trial(&trial);
    assert_int_equal(digests[0], 0);
    trial_one_file(&trial, 1, CONSUME_DIGEST);
    assert_int_equal(digests[1], digest_of(1, 9000));
    assert_int_equal(digests[0], 0);
}

static int dies_of(const char *name, uint64_t file_size, uint64_t consumed)
{
    struct trial trial = *name == 'l' ? begin_random(name) : begin_trial(name, file_size);

    memset(jobs, 0, sizeof jobs);
    jobs[0].consumed_bytes = consumed / 2;
    jobs[2].consumed_bytes = consumed - consumed / 2;
    if (setjmp(dead))
        return exit_code;
    file_check(&trial, 0);
    return 0;
}

static void test_what_was_not_consumed(void **state)
{
    (void)state;
    assert_int_equal(dies_of("scan", 9001, 9001), 0);
    assert_int_equal(dies_of("scan", 9001, 9000), 1);
    assert_int_equal(dies_of("scan", 9001, 9002), 1);
    assert_int_equal(dies_of("lookup", 0, 1000), 0);
    assert_int_equal(dies_of("lookup", 0, 999), 1);
    assert_int_equal(dies_of("copy", 9001, 0), 0);
}

/* A verification is nobody's latency, and no cycle. */
static void test_verification_leaves_latencies_alone(void **state)
{
    struct trial trial = begin_random("lookup");
    const uint64_t opening = THREADS * (ALLOCATE + SOURCE + DESTINATION + BEGIN) + SETUP;

    (void)state;
    run_trial(&trial);
    assert_int_equal(latencies[0].count + latencies[1].count + latencies[2].count, 10);
    uint64_t start = now;
    trial_one_file(&trial, 0, CONSUME_DIGEST);
    assert_int_equal(now - start, opening + THREADS * (TRANSFER + END + CLOSE + RELEASE) + TEARDOWN);
    assert_ptr_equal(trial.latencies, latencies);
    assert_int_equal(latencies[0].count + latencies[1].count + latencies[2].count, 10);
    assert_int_equal(trial.cycle, 1);
    assert_int_equal(jobs[2].consumption, CONSUME_DIGEST);
    assert_string_equal(events, "w<rbcpPCBrs>w");
}

/* Each of the orders as often as any other, the same ones for a seed. */
static void test_shuffles(void **state)
{
    uint64_t seed = 5, again = 5, three[3], four[3];
    int seen[27] = {0}, orders = 0;

    (void)state;
    for (int i = 0; i < 6000; i++) {
        for (uint64_t j = 0; j < 3; j++)
            three[j] = four[j] = j;
        shuffle(three, 3, &seed);
        shuffle(four, 3, &again);
        assert_memory_equal(three, four, sizeof three);
        seen[three[0] * 9 + three[1] * 3 + three[2]]++;
    }
    for (int i = 0; i < 27; i++) {
        bool is_order = i / 9 != i / 3 % 3 && i / 3 % 3 != i % 3 && i / 9 != i % 3;
        orders += is_order;
        assert_in_range(seen[i], is_order ? 850 : 0, is_order ? 1150 : 0);
    }
    assert_int_equal(orders, 6);
}

static void test_names(void **state)
{
    char name[24];

    (void)state;
    trial_file_name(42, name);
    assert_string_equal(name, "000042");
    trial_file_name(12345678, name);
    assert_string_equal(name, "12345678");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phases),
        cmocka_unit_test(test_without_hooks),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_durability),
        cmocka_unit_test(test_how_many_cycles),
        cmocka_unit_test(test_whose_writes_are_forgotten),
        cmocka_unit_test(test_median),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_operations),
        cmocka_unit_test(test_digests),
        cmocka_unit_test(test_what_was_not_consumed),
        cmocka_unit_test(test_verification_leaves_latencies_alone),
        cmocka_unit_test(test_shuffles),
        cmocka_unit_test(test_names),
    };

    all = calloc(1, sizeof *all);
    latencies = calloc(THREADS, sizeof *latencies);
    return all && latencies ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
