/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What moved together with a change of time: which numbers the sentence names, and whose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/compare_moved.h"
#include "tests/unit/run_fixture.h"

enum { SIDES = 2, M = 1 << 20, MS = 1000000 };

static struct fixture fixtures[SIDES];
static struct compare compare;

static int open_fixtures(void **state)
{
    (void)state;
    for (int i = 0; i < SIDES; i++)
        fixture_open(&fixtures[i]);
    compare = (struct compare){0};
    return 0;
}

static int close_fixtures(void **state)
{
    (void)state;
    compare_free(&compare);
    for (int i = 0; i < SIDES; i++)
        fixture_close(&fixtures[i]);
    return 0;
}

/* Small, regular noise, as in a run; its median is 1.1 %. */
static uint64_t about(double time, unsigned block)
{
    return (uint64_t)(time * (1 + 0.002 * (double)(block * 7 % 11)));
}

/* A run of one point, every trial of which takes time_ns and has these numbers besides. */
static struct fixture *make_numbered(int index, struct point point, double time_ns, const char *numbers)
{
    struct fixture *fixture = &fixtures[index];
    json_t *besides = json_loads(numbers, 0, NULL);

    assert_non_null(besides);
    fixture_add(fixture, point, 0, -1);
    fixture_header(fixture, json_pack("{s:i, s:s, s:s, s:{s:s, s:s, s:s}}", "schema", 1, "name", "test",
                                      "state", "complete", "environment", "host", "here", "kernel",
                                      index ? "6.12" : "6.1", "boot_id", index ? "b" : "a"));
    for (unsigned block = 0; block < 10; block++) {
        json_t *trial = fixture_object(fixture, 0, block, about(time_ns, block));
        json_object_update(trial, besides);
        fixture_write(fixture, trial);
    }
    json_decref(besides);
    return fixture;
}

static void assert_cause(const char *expected)
{
    char *directories[SIDES] = {fixtures[0].directory, fixtures[1].directory}, text[1024];
    FILE *out = fmemopen(text, sizeof text, "w");
    struct error error;

    if (compare_load(&compare, directories, SIDES, false, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(compare.comparisons[0].count, 1);
    compare_cause(&compare.comparisons[0], &compare.comparisons[0].changes[0], out);
    fclose(out);
    assert_string_equal(text, expected);
}

static void test_latencies_and_events_are_named(void **state)
{
    const struct point point = fixture_point("stream", M, 4096, 0);

    (void)state;
    make_numbered(0, point, 10 * MS,
                  "{\"latency_p50_ns\":2000,\"latency_p99_ns\":9000,\"latency_p999_ns\":50000,\"events\":4}");
    make_numbered(1, point, 10.5 * MS,
                  "{\"latency_p50_ns\":2100,\"latency_p99_ns\":18000,\"latency_p999_ns\":200000,\"events\":2000}");
    assert_cause("Slower by 5.0 %: transfer +404 us; the method's events 2 → 1,000; "
                 "p99.9 latency 50.0 us → 200 us; p99 latency 9.00 us → 18.0 us.");
}

/* A busy disk moves its own counter; it is not quoted where the process's is known on both sides. */
static void test_a_busy_disk_is_not_blamed(void **state)
{
    const struct point point = fixture_point("stream", M, 4096, 0);

    (void)state;
    make_numbered(0, point, 10 * MS, "{\"device_read_bytes\":0,\"process_read_bytes\":0}");
    make_numbered(1, point, 20 * MS, "{\"device_read_bytes\":209715200,\"process_read_bytes\":4096}");
    assert_cause("Slower by 100 %: transfer +8.09 ms; nothing that is counted moved with it.");
}

static void test_the_device_stands_in_for_the_process(void **state)
{
    const struct point point = fixture_point("stream", M, 4096, 0);

    (void)state;
    make_numbered(0, point, 10 * MS, "{\"device_read_bytes\":0,\"process_read_bytes\":0}");
    make_numbered(1, point, 20 * MS, "{\"device_read_bytes\":209715200,\"process_read_bytes\":null}");
    assert_cause("Slower by 100 %: transfer +8.09 ms; bytes read from the device 0 → 100 MiB.");
}

/* Of 1000 records of 4K. */
static void test_amplification_is_the_process_own(void **state)
{
    struct point point = fixture_point("pread", 64 * M, 4096, 0);

    (void)state;
    strcpy(point.task, "lookup");
    strcpy(point.destination, "");
    strcpy(point.cache, "cold");
    point.operations = 1000;
    point.files = 1;
    make_numbered(0, point, 10 * MS,
                  "{\"bytes\":4096000,\"device_read_bytes\":81920000,\"process_read_bytes\":8192000}");
    make_numbered(1, point, 20 * MS,
                  "{\"bytes\":4096000,\"device_read_bytes\":81920000,\"process_read_bytes\":131072000}");
    assert_cause("Slower by 100 %: transfer +8.09 ms; bytes read for the process 3.91 MiB → 62.5 MiB; "
                 "read amplification 1.0× → 16.0×.");
}

/* A record of counts.jsonl: so many calls in two cycles. */
static void write_counted(struct fixture *fixture, int syscalls)
{
    char path[SCRATCH_PATH_SIZE];
    json_t *record = json_pack("{s:i, s:i, s:s, s:i, s:i, s:{s:i, s:i, s:n}}", "schema", 1, "point", 0, "kind",
                               "counted", "cycles", 2, "bytes", 8 * M, "counts", "syscalls", syscalls,
                               "page_faults_user", 1, "tlb_remote_shootdowns");

    json_object_update_missing(record, json_array_get(fixture->points, 0));
    snprintf(path, sizeof path, "%.127s/counts.jsonl", fixture->directory);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    json_dumpf(record, out, JSON_COMPACT);
    fputc('\n', out);
    fclose(out);
    json_decref(record);
}

static void test_system_calls_are_named(void **state)
{
    const struct point point = fixture_point("stream", M, 4096, 0);

    (void)state;
    write_counted(make_numbered(0, point, 10 * MS, "{}"), 4096);
    write_counted(make_numbered(1, point, 20 * MS, "{}"), 65536);
    assert_cause("Slower by 100 %: transfer +8.09 ms; system calls 2,048 → 32,768.");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_fixtures, close_fixtures)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_latencies_and_events_are_named),
        TEST(test_a_busy_disk_is_not_blamed),
        TEST(test_the_device_stands_in_for_the_process),
        TEST(test_amplification_is_the_process_own),
        TEST(test_system_calls_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
