/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparisons of runs: sides, boots, verdicts, what is refused and what is listed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/compare.h"
#include "analysis/compare_moved.h"
#include "analysis/compare_out.h"
#include "analysis/compare_words.h"
#include "tests/unit/run_fixture.h"

enum { RUNS = 10, M = 1 << 20, MS = 1000000 };

static struct fixture fixtures[RUNS];
static struct compare compare;
static struct error error;

static int open_fixtures(void **state)
{
    (void)state;
    for (int i = 0; i < RUNS; i++)
        fixture_open(&fixtures[i]);
    compare = (struct compare){0};
    return 0;
}

static int close_fixtures(void **state)
{
    (void)state;
    compare_free(&compare);
    for (int i = 0; i < RUNS; i++)
        fixture_close(&fixtures[i]);
    return 0;
}

/* A run of stream and sendfile on a kernel in a boot; thp may be NULL. */
static struct fixture *make_run(int index, const char *kernel, const char *boot, const char *thp)
{
    struct fixture *fixture = &fixtures[index];

    fixture_add(fixture, fixture_point("stream", M, 4096, 0), 0, -1);
    fixture_add(fixture, fixture_point("sendfile", M, 4096, 0), 0, 0);
    json_t *environment = json_pack("{s:s, s:s, s:s, s:s?, s:s, s:i, s:I}", "host", "here",
                                    "kernel", kernel, "boot_id", boot, "transparent_hugepages",
                                    thp, "cpu_model", "cpu", "cpus", 2, "memory_bytes",
                                    (json_int_t)(8LL << 30));
    fixture_header(fixture, json_pack("{s:i, s:s, s:s, s:o}", "schema", 1, "name", "test", "state",
                                      "complete", "environment", environment));
    return fixture;
}

/* Small, regular noise: enough to have no ties. */
static uint64_t about(double time, unsigned block)
{
    return (uint64_t)(time * (1 + 0.002 * (double)(block * 7 % 11)));
}

static void write_blocks(struct fixture *fixture, unsigned blocks, double stream, double sendfile)
{
    for (unsigned block = 0; block < blocks; block++) {
        fixture_trial(fixture, 0, block, about(stream, block));
        fixture_trial(fixture, 1, block, about(sendfile, block + 3));
    }
}

static int load(size_t count, bool different_machines)
{
    char *directories[RUNS];

    for (size_t i = 0; i < count; i++)
        directories[i] = fixtures[i].directory;
    return compare_load(&compare, directories, count, different_machines, &error);
}

static void load_well(size_t count)
{
    if (load(count, false) < 0)
        fail_msg("%s", error.text);
}

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static void assert_proof(const char *part)
{
    char text[1024];
    FILE *out = fmemopen(text, sizeof text, "w");

    compare_proof(&compare.comparisons[0], out);
    fclose(out);
    assert_contains(text, part);
}

static void test_one_boot_a_side(void **state)
{
    (void)state;
    write_blocks(make_run(0, "6.1", "a", NULL), 10, 10 * MS, 8 * MS);
    write_blocks(make_run(1, "6.12", "b", NULL), 10, 10 * MS, 12 * MS);
    load_well(2);
    const struct comparison *comparison = &compare.comparisons[0];
    assert_int_equal(compare.side_count, 2);
    assert_string_equal(compare.sides[1].label, "6.12");
    assert_int_equal(comparison->count, 2);
    assert_string_equal(comparison->methods[0].method, "sendfile");
    assert_true(fabs(comparison->methods[0].time - 1.5) < 0.01);
    for (size_t i = 0; i < 2; i++) {
        bool sendfile = comparison->changes[i].base == 1;
        assert_int_equal(comparison->changes[i].verdict,
                         sendfile ? VERDICT_SLOWER : VERDICT_EQUIVALENT);
        assert_true(fabs(comparison->changes[i].time.middle - (sendfile ? 1.5 : 1)) < 0.01);
    }
    assert_proof("One boot a side: not proven a kernel effect.");
    size_t worst;
    assert_true(fabs(compare_worst(comparison, &worst) - 0.49) < 0.02);
    assert_int_equal(comparison->changes[worst].base, 1);
    /* sendfile was best, stream is now. */
    assert_int_equal(comparison->advice_count, 1);
    char text[512];
    FILE *out = fmemopen(text, sizeof text, "w");
    compare_advice(comparison, comparison->advices, out);
    fclose(out);
    assert_string_equal(text, "Copying disk → disk, warm, 1M: was sendfile, is now stream.");
}

/* The machine was slow for a while, at the start of the one run and for most of the other: that is one event, and not
 * thirty trials that agree. */
static void test_moods_prove_nothing(void **state)
{
    (void)state;
    for (int run = 0; run < 2; run++) {
        struct fixture *fixture = make_run(run, run ? "6.12" : "6.1", run ? "b" : "a", NULL);
        for (unsigned block = 0; block < 30; block++) {
            double mood = block < (run ? 22 : 8) ? 1.1 : 1;
            fixture_trial(fixture, 0, block, about(10 * MS * mood, block));
            fixture_trial(fixture, 1, block, about(8 * MS * mood, block + 3));
        }
    }
    load_well(2);
    const struct comparison *comparison = &compare.comparisons[0];
    assert_true(comparison->autocorrelation > 0.7);
    for (size_t i = 0; i < 2; i++) {
        assert_true(comparison->changes[i].time.middle > 1.05);
        assert_int_equal(comparison->changes[i].verdict, VERDICT_UNRESOLVED);
    }
    assert_proof("Trials resemble the ones before them");
}

/* Five boots of a kernel are five runs of it, in any order; they make the interval. */
static void test_boots_are_the_unit(void **state)
{
    static const char *const boots[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

    (void)state;
    for (int i = 0; i < 10; i++) {
        bool new = i % 4 == 1 || i % 4 == 2; /* A B B A A B B A A B */
        double mood = 1 + 0.01 * (i % 3);
        write_blocks(make_run(i, new ? "6.12" : "6.1", boots[i], NULL), 6, 10 * MS * mood,
                     (new ? 12 : 10) * MS * mood);
    }
    load_well(10);
    const struct comparison *comparison = &compare.comparisons[0];
    assert_int_equal(compare.side_count, 2);
    assert_int_equal(compare.sides[0].runs, 5);
    assert_int_equal(compare.sides[0].run.boot_count, 5);
    assert_int_equal(compare.sides[0].summary.rows[0].n, 30);
    assert_false(comparison->within_boots);
    assert_int_equal(comparison->changes[0].time.n, 10);
    assert_proof("the boot is the unit of every interval");
    for (size_t i = 0; i < 2; i++) {
        const struct run_point *point = &compare.sides[0].run.points[comparison->changes[i].base];
        assert_int_equal(comparison->changes[i].verdict == VERDICT_SLOWER,
                         !strcmp(point->point.method, "sendfile"));
    }
}

/* Different boots of each side, so that one boot's mood is no kernel's. */
static void test_moody_boots_prove_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        char boot[2] = {(char)('a' + i), 0};
        double mood = (const double[]){1, 1.3, 1.2, 1.5}[i];
        write_blocks(make_run(i, i < 2 ? "6.1" : "6.12", boot, NULL), 10, 10 * MS * mood,
                     10 * MS * mood);
    }
    load_well(4);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(compare.comparisons[0].changes[i].verdict, VERDICT_UNRESOLVED);
    assert_proof("2 and 2 boots");
}

static void test_a_setting_makes_a_side(void **state)
{
    (void)state;
    write_blocks(make_run(0, "6.1", "a", "always"), 8, 10 * MS, 8 * MS);
    write_blocks(make_run(1, "6.1", "a", "never"), 8, 10 * MS, 8 * MS);
    write_blocks(make_run(2, "6.1", "a", "never"), 8, 10 * MS, 8 * MS);
    load_well(3);
    assert_int_equal(compare.side_count, 2);
    assert_int_equal(compare.sides[1].runs, 2);
    assert_int_equal(compare.sides[1].run.boot_count, 1);
    assert_string_equal(compare.sides[0].label, "transparent_hugepages=always");
    assert_string_equal(compare.sides[1].label, "transparent_hugepages=never");
    assert_int_equal(compare.difference_count, 1);
    assert_string_equal(compare.differences[0].name, "transparent_hugepages");
    assert_proof("of one boot");
    assert_int_equal(compare.comparisons[0].changes[0].verdict, VERDICT_EQUIVALENT);
}

static void test_runs_alike_are_two_sides(void **state)
{
    (void)state;
    write_blocks(make_run(0, "6.1", "a", NULL), 8, 10 * MS, 8 * MS);
    write_blocks(make_run(1, "6.1", "b", NULL), 8, 10 * MS, 8 * MS);
    write_blocks(make_run(2, "6.1", "c", NULL), 8, 10 * MS, 8 * MS);
    load_well(3);
    assert_int_equal(compare.side_count, 2);
    assert_int_equal(compare.difference_count, 0);
    assert_int_equal(compare.sides[1].run.boot_count, 2);
    assert_string_equal(compare.sides[0].label, "base");
    assert_true(compare.comparisons[0].within_boots);
    assert_proof("1 boot of the base, 2 of the new side");
}

static void test_machines_are_refused(void **state)
{
    (void)state;
    write_blocks(make_run(0, "6.1", "a", NULL), 8, 10 * MS, 8 * MS);
    struct fixture *other = make_run(1, "6.1", "b", NULL);
    fixture_header(other, json_pack("{s:i, s:{s:s, s:s}}", "schema", 1, "environment", "host",
                                    "there\033[2J", "kernel", "6.1"));
    write_blocks(other, 8, 10 * MS, 8 * MS);
    assert_int_equal(load(2, false), -1);
    assert_contains(error.text, "host: \"here\" and \"there?[2J\"");
    assert_contains(error.text, "--different-machines");
    compare_free(&compare);
    assert_int_equal(load(2, true), 0);
}

static void test_what_one_side_lacks_is_listed(void **state)
{
    (void)state;
    struct fixture *base = make_run(0, "6.1", "a", NULL);
    fixture_add(base, fixture_point("mmap", M, 0, 0), 0, 0);
    json_t *unsupported = json_array_get(base->points, 2);
    json_object_set_new(unsupported, "supported", json_false());
    json_object_set_new(unsupported, "reason", json_string("no such call"));
    fixture_header(base, NULL);
    write_blocks(base, 8, 10 * MS, 8 * MS);
    struct fixture *new = make_run(1, "6.2", "b", NULL);
    fixture_add(new, fixture_point("mmap", M, 0, 0), 0, 0);
    fixture_add(new, fixture_point("whole", M, 0, 0), 0, 0);
    fixture_header(new, NULL);
    for (unsigned block = 0; block < 8; block++)
        for (size_t point = 1; point < 4; point++)
            fixture_trial(new, point, block, about(10 * MS, block));
    load_well(2);
    const struct comparison *comparison = &compare.comparisons[0];
    assert_int_equal(comparison->count, 1);
    assert_int_equal(comparison->lack_count, 3);
    assert_string_equal(comparison->lacks[0].point->method, "stream");
    assert_string_equal(comparison->lacks[0].why, "not reached");
    assert_string_equal(comparison->lacks[1].point->method, "mmap");
    assert_string_equal(comparison->lacks[1].why, "no such call");
    assert_string_equal(comparison->lacks[2].point->method, "whole");
    assert_string_equal(comparison->lacks[2].why, "not in this run");
}

static void test_cause_is_named(void **state)
{
    char text[512];

    (void)state;
    write_blocks(make_run(0, "6.1", "a", NULL), 10, 10 * MS, 8 * MS);
    struct fixture *new = make_run(1, "6.12", "b", NULL);
    for (unsigned block = 0; block < 10; block++) {
        json_t *trial = fixture_object(new, 1, block, about(16 * MS, block));
        json_object_set_new(trial, "minor_faults", json_integer(2 * 4096));
        json_object_set_new(trial, "transfer_ns", json_integer(6 * MS));
        json_object_set_new(trial, "setup_ns", json_integer((json_int_t)about(10 * MS, block)));
        fixture_write(new, trial);
        fixture_trial(new, 0, block, about(10 * MS, block));
    }
    load_well(2);
    const struct comparison *comparison = &compare.comparisons[0];
    size_t worst = 9;
    assert_true(compare_worst(comparison, &worst) > 0.5);
    FILE *out = fmemopen(text, sizeof text, "w");
    compare_cause(comparison, &comparison->changes[worst], out);
    fclose(out);
    assert_string_equal(text, "Slower by 119 %: setup +9.30 ms; minor faults 10 → 4,096.");
}

static void test_json_and_text(void **state)
{
    char *text = NULL;
    size_t size;

    (void)state;
    write_blocks(make_run(0, "6.1", "a", NULL), 10, 10 * MS, 8 * MS);
    write_blocks(make_run(1, "6.12\033]0;x\007", "b", NULL), 10, 10 * MS, 12 * MS);
    load_well(2);
    json_t *root = compare_json(&compare);
    json_t *first = json_array_get(json_object_get(root, "comparisons"), 0);
    json_t *points = json_object_get(first, "points");
    assert_int_equal(json_array_size(points), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(points, 0), "verdict")),
                        "slower");
    assert_false(json_is_true(json_object_get(first, "enough_boots")));
    json_decref(root);
    FILE *out = open_memstream(&text, &size);
    compare_print(&compare, out);
    fclose(out);
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\007'));
    assert_contains(text, "slower n=10+10");
    assert_contains(text, "was sendfile, is now stream");
    free(text);
}

static void test_bad_runs_are_named(void **state)
{
    (void)state;
    write_blocks(make_run(0, "6.1", "a", NULL), 8, 10 * MS, 8 * MS);
    struct fixture *bad = make_run(1, "6.2", "b", NULL);
    fixture_header(bad, json_pack("{s:i}", "schema", 2));
    assert_int_equal(load(2, false), -1);
    assert_contains(error.text, bad->directory);
    assert_contains(error.text, "schema");
    compare_free(&compare);

    fixture_add(bad, fixture_point("stream", M, 4096, 0), 0, -1);
    fixture_header(bad, NULL);
    assert_int_equal(load(2, true), -1);
    assert_contains(error.text, "points[2] is the same as points[0]");
    compare_free(&compare);

    char *twice[] = {fixtures[0].directory, fixtures[0].directory};
    assert_int_equal(compare_load(&compare, twice, 2, false, &error), -1);
    assert_contains(error.text, "given twice");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_fixtures, close_fixtures)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_boot_a_side),
        TEST(test_moods_prove_nothing),
        TEST(test_boots_are_the_unit),
        TEST(test_moody_boots_prove_nothing),
        TEST(test_a_setting_makes_a_side),
        TEST(test_runs_alike_are_two_sides),
        TEST(test_machines_are_refused),
        TEST(test_what_one_side_lacks_is_listed),
        TEST(test_cause_is_named),
        TEST(test_json_and_text),
        TEST(test_bad_runs_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
