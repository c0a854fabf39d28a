/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a trial counts beside time, with a kernel that is ours: every number tells which field it came from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <cmocka.h>

#include "methods/harness/bystander.h"

enum { BYSTANDER_NS = 5000 };

static long usage_base;
static const char *io_text, *stat_text, *device_text;

/* 3.000004 s in user space and so on, growing with usage_base. */
static int read_usage(int who, struct rusage *usage)
{
    (void)who;
    *usage = (struct rusage){.ru_utime = {3 + usage_base, 4},
                             .ru_stime = {5 + 2 * usage_base, 6},
                             .ru_minflt = 70 + 3 * usage_base,
                             .ru_majflt = 80 + 4 * usage_base,
                             .ru_nvcsw = 90 + 5 * usage_base,
                             .ru_nivcsw = 100 + 6 * usage_base};
    return 0;
}

static int read_clock(clockid_t clock, struct timespec *time)
{
    *time = (struct timespec){.tv_sec = (clock == CLOCK_PROCESS_CPUTIME_ID ? 8 : 1000) + 3 * usage_base, .tv_nsec = 7};
    return 0;
}

int64_t bystander_cpu_ns(void)
{
    return BYSTANDER_NS;
}

static FILE *open_ours(const char *path, const char *mode)
{
    const char *text = !strcmp(path, "/proc/self/io")                ? io_text
                       : !strcmp(path, "/proc/stat")                 ? stat_text
                       : !strcmp(path, "/sys/dev/block/8:1/stat")    ? device_text
                       : !strcmp(path, "/sys/dev/block/8:2/stat")    ? "1 2 1000 4 5 6 2000 8 9\n"
                                                                     : NULL;

    (void)mode;
    return text ? fmemopen((char *)text, strlen(text), "r") : NULL;
}

#define getrusage read_usage
#define clock_gettime read_clock
#define fopen open_ours
#define machine_time_now our_machine_time
#define machine_time_stolen not_asked
#include "common/machine_time.c"
#include "methods/harness/counters.c"

static void set_machine(void)
{
    usage_base = 0;
    io_text = "rchar: 11\nwchar: 12\nsyscr: 13\nsyscw: 14\nread_bytes: 15\nwrite_bytes: 16\n"
              "cancelled_write_bytes: 17\n";
    stat_text = "cpu  1 20 300 4000 50000 600000 7000000 80000000 900000000 0\n";
    device_text = "1 2 30 4 5 6 70 8 9 10 11\n";
}

static void test_process(void **state)
{
    struct process_counters before, after, total = {0};

    (void)state;
    set_machine();
    counters_read_process(&before);
    assert_int_equal(before.cpu_ns, 8000000007 - BYSTANDER_NS);
    assert_int_equal(before.user_ns, 3000004000);
    assert_int_equal(before.system_ns, 5000006000);
    assert_int_equal(before.minor_faults, 70);
    assert_int_equal(before.major_faults, 80);
    assert_int_equal(before.voluntary_context_switches, 90);
    assert_int_equal(before.involuntary_context_switches, 100);
    for (int cycle = 1; cycle <= 3; cycle++) {
        usage_base += 2;
        counters_read_process(&after);
        counters_add(&total, &before, &after);
        usage_base += 10; /* between two cycles: nobody's */
        counters_read_process(&before);
        assert_int_equal(total.cpu_ns, 6000000000 * cycle);
        assert_int_equal(total.user_ns, 2000000000L * cycle);
        assert_int_equal(total.system_ns, 4000000000 * cycle);
        assert_int_equal(total.minor_faults, 6 * cycle);
        assert_int_equal(total.major_faults, 8 * cycle);
        assert_int_equal(total.voluntary_context_switches, 10 * cycle);
        assert_int_equal(total.involuntary_context_switches, 12 * cycle);
    }
}

/* Read from the source's device, written to the destination's; in sectors of 512 bytes there. */
static void test_devices(void **state)
{
    const struct options both = {.source_device = "8:1", .destination_device = "8:2"};
    const struct options back = {.source_device = "8:2", .destination_device = "8:1"};
    const struct options neither = {0}, unknown = {.source_device = "9:9", .destination_device = "9:9"};
    struct span_counters span;

    (void)state;
    set_machine();
    counters_read_span(&span, &both);
    assert_int_equal(span.device_read_bytes, 30 * 512);
    assert_int_equal(span.device_written_bytes, 2000 * 512);
    counters_read_span(&span, &back);
    assert_int_equal(span.device_read_bytes, 1000 * 512);
    assert_int_equal(span.device_written_bytes, 70 * 512);
    counters_read_span(&span, &neither);
    assert_true(span.device_read_bytes == -1 && span.device_written_bytes == -1);
    counters_read_span(&span, &unknown);
    assert_true(span.device_read_bytes == -1 && span.device_written_bytes == -1);
    device_text = "1 2 30 4 5 6 no number\n";
    counters_read_span(&span, &(struct options){.source_device = "8:1"});
    assert_int_equal(span.device_read_bytes, -1);
}

static void test_process_io_and_machine(void **state)
{
    const int64_t tick_ns = 1000000000 / sysconf(_SC_CLK_TCK);
    struct span_counters span;

    (void)state;
    set_machine();
    counters_read_span(&span, &(struct options){0});
    assert_int_equal(span.requested_read_bytes, 11);
    assert_int_equal(span.requested_written_bytes, 12);
    assert_int_equal(span.process_read_bytes, 15);
    assert_int_equal(span.process_written_bytes, 16);
    assert_int_equal(span.machine_busy_ns, 7600321 * tick_ns); /* neither idle, nor waiting, nor stolen */
    assert_int_equal(span.steal_ns, 80000000 * tick_ns);
    assert_int_equal(span.wall_ns, 1000000000007);
    io_text = stat_text = NULL;
    counters_read_span(&span, &(struct options){0});
    assert_true(span.requested_read_bytes == -1 && span.requested_written_bytes == -1);
    assert_true(span.process_read_bytes == -1 && span.process_written_bytes == -1);
    assert_true(span.machine_busy_ns == -1 && span.steal_ns == -1);
    stat_text = "cpu  1 20 300\n";
    counters_read_span(&span, &(struct options){0});
    assert_true(span.machine_busy_ns == -1 && span.steal_ns == -1);
}

/* What one of the two readings lacks is not known; nor is what a counter that went back has counted. */
static void test_span(void **state)
{
    const struct span_counters before = {100, 10, 20, 30, 40, 50, 60, 70, 80};
    const struct span_counters after = {1100, 11, 22, 33, 44, 55, 66, 77, 88};
    const struct span_counters lacking = {1100, -1, -1, -1, -1, -1, -1, -1, -1}, none = {0};
    struct span_counters span = counters_span(&before, &after);

    (void)state;
    assert_memory_equal(&span, (&(struct span_counters){1000, 1, 2, 3, 4, 5, 6, 7, 8}), sizeof span);
    span = counters_span(&before, &before);
    assert_memory_equal(&span, &none, sizeof span);
    span = counters_span(&none, &after); /* a counter that stood at nothing is known */
    assert_memory_equal(&span, &after, sizeof span);
    span = counters_span(&before, &lacking);
    assert_memory_equal(&span, (&(struct span_counters){1000, -1, -1, -1, -1, -1, -1, -1, -1}), sizeof span);
    span = counters_span(&lacking, &after);
    assert_memory_equal(&span, (&(struct span_counters){0, -1, -1, -1, -1, -1, -1, -1, -1}), sizeof span);
    span = counters_span(&after, &before);
    assert_true(span.device_read_bytes == -1 && span.process_written_bytes == -1 && span.steal_ns == -1);
    span = after;
    counters_forget_writes(&span);
    assert_memory_equal(&span, (&(struct span_counters){1100, 11, 22, 33, -1, 55, -1, -1, -1}), sizeof span);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_process),
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_process_io_and_machine),
        cmocka_unit_test(test_span),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
