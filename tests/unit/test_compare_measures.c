/* SPDX-License-Identifier: GPL-3.0-or-later */
/* By how much a number has to move to be told of, which is told first, and in what words. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/compare_moved.h"
#include "tests/unit/run_fixture.h"

enum { SIDES = 2, M = 1 << 20 };

/* Two sides of one point, with nothing known of it but its time, which takes twice as long. */
static struct row rows[SIDES];
static struct run_point run_point;
static struct side sides[SIDES];
static const struct comparison comparison = {.base = &sides[0], .new = &sides[1]};
static struct change change;

static double *number(int side, size_t offset)
{
    return (double *)((char *)&rows[side] + offset);
}

static void know_nothing(void)
{
    change = (struct change){.time.middle = 2};
    run_point = (struct run_point){.point = fixture_point("stream", M, 4096, 0)};
    for (int i = 0; i < SIDES; i++) {
        rows[i] = (struct row){.time_ns.middle = i ? 2000 : 1000};
        for (size_t at = offsetof(struct row, setup_ns); at < offsetof(struct row, speed); at += sizeof(double))
            *number(i, at) = NAN;
        sides[i] = (struct side){.summary.rows = &rows[i], .run.points = &run_point};
    }
}

static void set(size_t offset, double base, double new)
{
    *number(0, offset) = base;
    *number(1, offset) = new;
}

static void assert_moved(const char *name, int unit, double base, double new, bool expected)
{
    struct measure moved[COMPARE_MEASURES];

    if (compare_moved(&comparison, &change, moved) != expected)
        fail_msg("%s from %g to %g is%s told", name, base, new, expected ? " not" : "");
    if (!expected)
        return;
    assert_string_equal(moved[0].name, name);
    assert_int_equal(moved[0].unit, unit);
    assert_true(moved[0].base == base && moved[0].new == new);
}

#define OF(member) offsetof(struct row, member)

static void check_step(const char *name, int unit, size_t offset, double base, double step, double more)
{
    set(offset, base, base + step);
    assert_moved(name, unit, base, base + step, false);
    set(offset, base, base + step + more);
    assert_moved(name, unit, base, base + step + more, true);
    set(offset, base + step, base);
    assert_moved(name, unit, base + step, base, false);
}

/* By more than a tenth, and by more than their least: an absolute one of each kind. */
static void test_counts_that_move(void **state)
{
    static const struct {
        const char *name;
        int unit;
        size_t offset;
        double least;
    } cases[] = {
        {"minor faults", MEASURE_COUNT, OF(minor_faults), 16},
        {"major faults", MEASURE_COUNT, OF(major_faults), 4},
        {"bytes read for the process", MEASURE_BYTES, OF(process_read_bytes), 65536},
        {"bytes written for the process", MEASURE_BYTES, OF(process_written_bytes), 65536},
        {"bytes read from the device", MEASURE_BYTES, OF(device_read_bytes), 65536},
        {"bytes written to the device", MEASURE_BYTES, OF(device_written_bytes), 65536},
        {"waits", MEASURE_COUNT, OF(voluntary_context_switches), 4},
        {"preemptions", MEASURE_COUNT, OF(involuntary_context_switches), 4},
        {"median latency", MEASURE_NS, OF(latency_p50_ns), 100},
        {"p99 latency", MEASURE_NS, OF(latency_p99_ns), 100},
        {"p99.9 latency", MEASURE_NS, OF(latency_p999_ns), 100},
        {"the method's events", MEASURE_COUNT, OF(events), 4},
        {"peak memory", MEASURE_BYTES, OF(peak_rss_bytes), M},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double least = cases[i].least;
        know_nothing();
        check_step(cases[i].name, cases[i].unit, cases[i].offset, 0, least, 1);
        check_step(cases[i].name, cases[i].unit, cases[i].offset, 2 * least, least, 1);
        check_step(cases[i].name, cases[i].unit, cases[i].offset, 100 * least, 10 * least, 1);
        set(cases[i].offset, NAN, 1e9);
        assert_moved(cases[i].name, cases[i].unit, NAN, 1e9, false);
    }
}

/* By more than a fifth of the thousand that the point takes more, or less. */
static void test_times_that_move(void **state)
{
    static const struct {
        const char *name;
        int unit;
        size_t offset;
    } cases[] = {
        {"setup", MEASURE_PHASE, OF(setup_ns)},          {"transfer", MEASURE_PHASE, OF(transfer_ns)},
        {"teardown", MEASURE_PHASE, OF(teardown_ns)},    {"of it syncing", MEASURE_PHASE, OF(sync_ns)},
        {"system time", MEASURE_NS, OF(system_ns)},      {"user time", MEASURE_NS, OF(user_ns)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        know_nothing();
        for (int faster = 0; faster < 2; faster++) {
            rows[!faster].time_ns.middle = 2000;
            rows[faster].time_ns.middle = 1000;
            check_step(cases[i].name, cases[i].unit, cases[i].offset, 0, 200, 1);
            check_step(cases[i].name, cases[i].unit, cases[i].offset, 100000, 200, 1);
        }
    }
}

/* The device's own counters are told of only where a side does not know the process's. */
static void test_who_stands_in_for_whom(void **state)
{
    static const struct {
        const char *name;
        size_t own, device;
    } cases[] = {{"bytes read from the device", OF(process_read_bytes), OF(device_read_bytes)},
                 {"bytes written to the device", OF(process_written_bytes), OF(device_written_bytes)}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        know_nothing();
        set(cases[i].device, 0, M);
        set(cases[i].own, 0, NAN);
        assert_moved(cases[i].name, MEASURE_BYTES, 0, M, true);
        set(cases[i].own, NAN, 0);
        assert_moved(cases[i].name, MEASURE_BYTES, 0, M, true);
        set(cases[i].own, 0, 0);
        assert_moved(cases[i].name, MEASURE_BYTES, 0, M, false);
    }
}

static void set_counted(const char *name, int base, int new)
{
    static double scratch[1];
    static json_t *trials[SIDES];

    for (int i = 0; i < SIDES; i++) {
        json_decref(trials[i]);
        trials[i] = json_pack("[{s:i, s:{s:i}}]", "cycles", 2, "counts", name, 2 * (i ? new : base));
        sides[i].summary.counts = (struct counts){.trials = &trials[i], .point_count = 1, .scratch = scratch};
    }
}

static void test_counted_that_move(void **state)
{
    static const struct {
        const char *name, *count;
        int least;
    } cases[] = {{"system calls", "syscalls", 4},
                 {"remote TLB shootdowns", "tlb_remote_shootdowns", 4},
                 {"pages reclaimed", "pages_reclaimed", 16},
                 {"requests to block devices", "block_requests", 4}};

    (void)state;
    know_nothing();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int times = 0; times <= 100; times += 50) {
            const int base = cases[i].least * times, least = cases[i].least * (times ? times / 10 : 1);
            set_counted(cases[i].count, base, base + least);
            assert_moved(cases[i].name, MEASURE_COUNT, base, base + least, false);
            set_counted(cases[i].count, base, base + least + 1);
            assert_moved(cases[i].name, MEASURE_COUNT, base, base + least + 1, true);
        }
}

/* Phases by their difference, the others by their factor: of counts none is as good as one, of bytes as a page. */
static void test_what_moved_most_is_first(void **state)
{
    static const char *const order[] = {"setup", "teardown", "transfer", "waits", "bytes read for the process",
                                        "major faults", "minor faults", "bytes written for the process"};
    enum { COUNT = sizeof order / sizeof *order };
    struct measure moved[COMPARE_MEASURES];

    (void)state;
    know_nothing();
    set(OF(transfer_ns), 1000000, 1000300);
    set(OF(setup_ns), 10400, 10000);
    set(OF(teardown_ns), 900, 600); /* as far as transfer: by name */
    set(OF(minor_faults), 10, 2000);
    set(OF(major_faults), 250, 0);
    set(OF(voluntary_context_switches), 0, 300);
    set(OF(process_read_bytes), 0, 256 * 4096);
    set(OF(process_written_bytes), 128 * 4096, 0);
    assert_int_equal(compare_moved(&comparison, &change, moved), COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_string_equal(moved[i].name, order[i]);
    know_nothing();
    rows[1].time_ns.middle = rows[0].time_ns.middle;
    set(OF(setup_ns), 1000, 1001);
    set(OF(voluntary_context_switches), 0, 300);
    assert_int_equal(compare_moved(&comparison, &change, moved), 2);
    assert_string_equal(moved[0].name, "setup");
}

/* Of 1000 records of 4096 bytes; a tenth of the base, and of one, is too little. */
static void test_amplification(void **state)
{
    static const struct {
        const char *task, *cache;
        double base, new;
        bool told;
    } cases[] = {{"lookup", "cold", 20, 22, false},        {"lookup", "cold", 20, 22.125, true},
                 {"lookup", "cold", 20, 17.875, true},     {"lookup", "cold", 0.5, 0.59375, false},
                 {"lookup", "cold", 0.5, 0.6015625, true}, {"lookup", "warm", 20, 40, false},
                 {"update", "cold", 20, 40, false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t told = 0;
        know_nothing();
        strcpy(run_point.point.task, cases[i].task);
        strcpy(run_point.point.cache, cases[i].cache);
        run_point.point.files = 1;
        run_point.point.operations = 1000;
        set(OF(device_read_bytes), 4096000 * cases[i].base, 4096000 * cases[i].new);
        struct measure moved[COMPARE_MEASURES];
        const size_t count = compare_moved(&comparison, &change, moved);
        for (size_t j = 0; j < count; j++)
            if (!strcmp(moved[j].name, "read amplification")) {
                assert_int_equal(moved[j].unit, MEASURE_TIMES);
                assert_true(moved[j].base == cases[i].base && moved[j].new == cases[i].new);
                told++;
            }
        assert_int_equal(told, cases[i].told);
    }
}

static void assert_told(double time, const char *expected)
{
    char text[512];
    FILE *out = fmemopen(text, sizeof text, "w");

    change.time.middle = time;
    compare_cause(&comparison, &change, out);
    fclose(out);
    assert_string_equal(text, expected);
}

static void test_words(void **state)
{
    (void)state;
    know_nothing();
    assert_told(1.0994, "Slower by 9.9 %; nothing that is counted moved with it.");
    assert_told(1.0996, "Slower by 10 %; nothing that is counted moved with it.");
    assert_told(0.9, "Faster by 10 %; nothing that is counted moved with it.");
    assert_told(2.99, "Slower by 199 %; nothing that is counted moved with it.");
    assert_told(3, "Slower, 3.0× the time; nothing that is counted moved with it.");
    set(OF(voluntary_context_switches), 3, 30);
    assert_told(2, "Slower by 100 %: waits 3 → 30.");
    know_nothing();
    set(OF(setup_ns), 5000000, 1000000);
    assert_told(0.9, "Faster by 10 %: setup −4.00 ms; nothing that is counted moved with it.");
    set(OF(minor_faults), 16, 1234567);
    set(OF(major_faults), 0.5, 99.5);
    set(OF(events), 99.4, 999);
    set(OF(user_ns), 0, 2000);
    assert_told(0.5, "Faster by 50 %: setup −4.00 ms; minor faults 16 → 1,234,567; user time 0 → 2.00 us; "
                     "major faults 0.5 → 100; the method's events 99.4 → 999.");
    set(OF(voluntary_context_switches), 100, 200);
    assert_told(0.5, "Faster by 50 %: setup −4.00 ms; minor faults 16 → 1,234,567; user time 0 → 2.00 us; "
                     "major faults 0.5 → 100; the method's events 99.4 → 999.");
}

static void test_the_greatest_change_is_first(void **state)
{
    struct change changes[] = {{.time.middle = 1.5, .verdict = VERDICT_SLOWER},
                               {.time.middle = 0.5, .verdict = VERDICT_FASTER},
                               {.time.middle = 9, .verdict = VERDICT_UNRESOLVED},
                               {.time.middle = 1.9, .verdict = VERDICT_SLOWER},
                               {.time.middle = 1, .verdict = VERDICT_EQUIVALENT},
                               {.time.middle = 0.1, .verdict = VERDICT_FASTER}};
    const struct comparison all = {.changes = changes, .count = sizeof changes / sizeof *changes};
    const struct change *list[sizeof changes / sizeof *changes];
    static const size_t order[] = {5, 1, 3, 0}; /* 10, 2, 1.9 and 1.5 times */

    (void)state;
    assert_int_equal(compare_greatest(&all, list), 4);
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(list[i], &changes[order[i]]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_that_move),
        cmocka_unit_test(test_times_that_move),
        cmocka_unit_test(test_who_stands_in_for_whom),
        cmocka_unit_test(test_counted_that_move),
        cmocka_unit_test(test_what_moved_most_is_first),
        cmocka_unit_test(test_amplification),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_the_greatest_change_is_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
