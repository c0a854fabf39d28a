/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Latencies by a processor's counter, with clocks that are ours: a tick is a third of a nanosecond, and the
 * process loses its CPU where we like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include <cmocka.h>

enum { TICKS_A_NS = 3, READING_NS = 20, AWAY_NS = 4000000 };

static uint64_t now_ns, readings, away_at;
static const char *clocksource = "tsc\n"; /* NULL: no file says it */
static int clocksource_looks;

static uint64_t pass(void)
{
    now_ns += READING_NS + (++readings == away_at ? AWAY_NS : 0);
    return now_ns;
}

static int read_clock(clockid_t clock, struct timespec *time)
{
    uint64_t ns = pass();

    (void)clock;
    *time = (struct timespec){.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
    return 0;
}

static FILE *open_clocksource(const char *path, const char *mode)
{
    (void)path;
    clocksource_looks++;
    return clocksource ? fmemopen((char *)clocksource, strlen(clocksource), mode) : NULL;
}

#define clock_gettime read_clock
#define fopen open_clocksource
#define __rdtsc() (pass() * TICKS_A_NS)
#include "methods/harness/latency.c"

#if defined(__x86_64__)
static const double true_tick_ns = 1.0 / TICKS_A_NS;
#else
static const double true_tick_ns = 1;
#endif

/* Its first stamps, in a process that has not looked at the clock source yet: it looks once. */
static void check_ticks(const char *source, uint64_t ticks_a_ns)
{
    const int asked = true_tick_ns < 1;
    int status = 0;
    const pid_t child = fork();

    if (child == 0) {
        clocksource = source;
        bool right = latency_stamp() == ticks_a_ns * now_ns;
        right = right && latency_stamp() == ticks_a_ns * now_ns;
        _exit(right && clocksource_looks == asked ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (status != 0)
        fail_msg("clock source %s: other ticks than %d a ns", source, (int)ticks_a_ns);
}

/* The processor's counter is taken where the kernel keeps time by it, and nowhere else. */
static void test_which_clock(void **state)
{
    (void)state;
    check_ticks("tsc\n", (uint64_t)(1 / true_tick_ns + 0.5));
    check_ticks("hpet\n", 1);
    check_ticks("ts", 1);
    check_ticks("\n", 1);
    check_ticks(NULL, 1);
}

static uint64_t readings_of_a_measurement(void)
{
    readings = away_at = 0;
    measure_tick_ns();
    return readings;
}

static void check_away(uint64_t at)
{
    readings = 0;
    away_at = at;
    double error = measure_tick_ns() / true_tick_ns - 1;
    if (error > 1e-3 || error < -1e-3)
        fail_msg("away at reading %llu: a tick is wrong by %g", (unsigned long long)at, error);
}

/* Wherever the process loses its CPU, between the readings of both clocks above all, a tick stays a tick. */
static void test_a_lost_cpu_does_not_stretch_ticks(void **state)
{
    const uint64_t all = readings_of_a_measurement(), edge = 300;

    (void)state;
    for (uint64_t at = 1; at <= edge; at++)
        check_away(at);
    for (uint64_t at = edge; at < all; at += 997)
        check_away(at);
    for (uint64_t at = all - edge; at <= all; at++)
        check_away(at);
}

/* Over 2 ms, what a reading takes is nothing; once: it is no part of what is converted. */
static void test_a_tick_is_measured_long_and_once(void **state)
{
    const uint64_t began = now_ns;

    (void)state;
    away_at = 0;
    measure_tick_ns();
    assert_in_range(now_ns - began, 2000000, 2100000);
    tick_ns();
    const uint64_t before = readings;
    tick_ns();
    assert_int_equal(readings, before);
}

static void test_quantiles(void **state)
{
    static struct latency latency;

    (void)state;
    for (uint64_t ticks = 1; ticks <= 100000; ticks++)
        latency_record(&latency, ticks);
    for (double share = 0.01; share < 1; share += 0.01) {
        double wrong = latency_quantile_ns(&latency, share) / (share * 100000 * true_tick_ns) - 1;
        assert_true(wrong < 0.006 && wrong > -0.006);
    }
    assert_true(latency_quantile_ns(&(struct latency){0}, 0.5) == 0);
}

static void assert_ns(double ns, double ticks)
{
    assert_true(ns > 0.999 * ticks * true_tick_ns && ns < 1.001 * ticks * true_tick_ns);
}

/* The least value that so many do not exceed: of none the least. */
static void test_quantiles_of_few(void **state)
{
    static struct latency latency;

    (void)state;
    for (uint64_t ticks = 100; ticks > 0; ticks -= 20)
        latency_record(&latency, ticks);
    assert_ns(latency_quantile_ns(&latency, 0), 20);
    assert_ns(latency_quantile_ns(&latency, 0.2), 20);
    assert_ns(latency_quantile_ns(&latency, 0.21), 40);
    assert_ns(latency_quantile_ns(&latency, 0.8), 80);
    assert_ns(latency_quantile_ns(&latency, 0.81), 100);
    assert_ns(latency_quantile_ns(&latency, 1), 100);
    latency_record(&latency, 300); /* in a bucket with 301, which is its middle; but none is greater yet */
    assert_ns(latency_quantile_ns(&latency, 1), 300);
    assert_ns(latency_max_ns(&latency), 300);
    latency_record(&latency, 3000);
    assert_ns(latency_quantile_ns(&latency, 6.0 / 7), 301);
    assert_ns(latency_max_ns(&latency), 3000);
}

/* 1002 ticks are the middle of 1000 to 1003. */
static void test_written(void **state)
{
    static struct latency latency;
    char text[64], expected[64];

    (void)state;
    for (int full = 0; full < 2; full++) {
        FILE *out = fmemopen(text, sizeof text, "w");
        latency_write(out, &latency);
        fclose(out);
        snprintf(expected, sizeof expected, "[[0,1],[%.0f,2],[%.0f,1]]", 5 * true_tick_ns, 1002 * true_tick_ns);
        assert_string_equal(text, full ? expected : "[]");
        latency_record(&latency, 5);
        latency_record(&latency, 1001);
        latency_record(&latency, 0);
        latency_record(&latency, 5);
    }
}

/* Counters of two CPUs may be a few ticks apart: that is no latency of 200 years. */
static void test_a_counter_that_went_back(void **state)
{
    static struct latency latency;

    (void)state;
    latency_record(&latency, (uint64_t)-5);
    assert_int_equal(latency.max, 0);
    assert_int_equal(latency.buckets[0], 1);
    assert_true(latency_quantile_ns(&latency, 1) == 0);
    latency_record(&latency, 100);
    assert_true(latency_quantile_ns(&latency, 0.5) == 0);
    assert_ns(latency_quantile_ns(&latency, 1), 100);
}

/* Every value has a bucket whose middle is near it. */
static void test_buckets(void **state)
{
    (void)state;
    for (unsigned power = 0; power < LATENCY_POWERS; power++)
        for (uint64_t part = 0; part < 4; part++) {
            uint64_t value = (1ULL << power) + part * (1ULL << power) / 4;
            double wrong = middle_of(bucket_of(value)) / (double)value - 1;
            assert_in_range(bucket_of(value), 0, LATENCY_BUCKETS - 1);
            assert_true(wrong < 0.004 && wrong > -0.004);
        }
    for (uint64_t value = 1; value < 128; value++)
        assert_true(middle_of(bucket_of(value)) == (double)value);
    assert_true(middle_of(bucket_of(256)) == 257 && middle_of(bucket_of(257)) == 257);
    assert_true(middle_of(bucket_of(258)) == 259);
    assert_true(middle_of(bucket_of(1 << 20)) == (1 << 20) + (1 << 12));
    assert_true(middle_of(bucket_of((1 << 20) + (1 << 13) - 1)) == (1 << 20) + (1 << 12));
    assert_true(middle_of(bucket_of((1 << 21) - 1)) == (1 << 21) - (1 << 12));
    assert_int_equal(bucket_of((1ULL << LATENCY_POWERS) - 1), LATENCY_BUCKETS - 1);
    assert_int_equal(bucket_of(1ULL << LATENCY_POWERS), LATENCY_BUCKETS - 1);
    assert_int_equal(bucket_of(UINT64_MAX), LATENCY_BUCKETS - 1);
    assert_int_equal(bucket_of(0), 0);
}

/* What a stamp costs is not what another process costs. */
static void test_cost(void **state)
{
    readings = 0;
    away_at = 100;

    (void)state;
    double cost = latency_cost_ns();
    assert_true(cost > READING_NS * 0.99 && cost < READING_NS * 1.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_clock),
        cmocka_unit_test(test_a_lost_cpu_does_not_stretch_ticks),
        cmocka_unit_test(test_a_tick_is_measured_long_and_once),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_quantiles_of_few),
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_a_counter_that_went_back),
        cmocka_unit_test(test_buckets),
        cmocka_unit_test(test_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
