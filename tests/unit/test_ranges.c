/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which sizes make one row of a table of decisions, and what it says of them all. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/ranges.h"
#include "tests/unit/run_fixture.h"

enum { SIZES = 4, METHODS = 4, BLOCKS = 8 };

static const char *const names[METHODS] = {"stream", "mmap", "mmb", "sendfile"};

static struct fixture fixture;
static struct run run;
static struct summary summary;
static struct ranges ranges;
static struct error error;

static int open_fixture(void **state)
{
    (void)state;
    run = (struct run){0};
    summary = (struct summary){0};
    ranges = (struct ranges){0};
    fixture_open(&fixture);
    return 0;
}

static int close_fixture(void **state)
{
    (void)state;
    ranges_free(&ranges);
    summary_free(&summary);
    load_free(&run);
    fixture_close(&fixture);
    return 0;
}

/* Proven faster, but not by more than what a winner may lack: 1 % and 5 % in turn. */
#define SLIGHT 1.03

/* Four methods at 64K, 256K, 1M and 4M: how much faster than stream each is, at each size. */
static void write_run(const double speeds[SIZES][METHODS], size_t sizes, unsigned blocks)
{
    for (size_t s = 0; s < sizes; s++)
        for (size_t m = 0; m < METHODS; m++)
            fixture_add(&fixture, fixture_point(names[m], 65536ULL << (2 * s), 0, 0), s,
                        m ? (long)(METHODS * s) : -1);
    fixture_header(&fixture, NULL);
    for (unsigned b = 0; b < blocks; b++)
        for (size_t i = 0; i < sizes * METHODS; i++) {
            double speed = speeds[i / METHODS][i % METHODS];
            if (speed == SLIGHT)
                speed += b % 2 ? 0.02 : -0.02;
            double time = 1e7 * (1 + 0.1 * (b % 3)) / speed;
            fixture_trial(&fixture, i, b, (uint64_t)(time * (1 + 0.0005 * ((b + i) % 4))));
        }
    if (load_run(&run, fixture.directory, &error) < 0 || summary_make(&summary, &run, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(ranges_make(&ranges, &summary), 0);
}

static const char *words(void (*write)(const struct summary *, const struct range *, FILE *), size_t i)
{
    static char text[256];
    FILE *out = fmemopen(text, sizeof text, "w");

    write(&summary, &ranges.list[i], out);
    fclose(out);
    return text;
}

static const char *gain(size_t i)
{
    static char text[256];
    FILE *out = fmemopen(text, sizeof text, "w");

    ranges_gain(&summary, &ranges.list[i], out);
    fclose(out);
    return text;
}

static const char *method(size_t point)
{
    return run.points[point].point.method;
}

static void test_same_winner_is_one_row(void **state)
{
    static const double speeds[SIZES][METHODS] = {{1, 1.5, 1.1, 1}, {1, 1.6, 1.1, 1}, {1, 1.8, 1.2, 1}, {1, 1.2, 2, 1}};
    double least, greatest, low, high;

    (void)state;
    write_run(speeds, 4, BLOCKS);
    assert_int_equal(ranges.count, 2);
    assert_string_equal(words(ranges_size, 0), "64K to 1M");
    assert_string_equal(words(ranges_size, 1), "4M");
    assert_int_equal(ranges.list[0].winner_count, 1);
    assert_string_equal(method(ranges.list[0].winners[0]), "mmap");
    assert_true(ranges_is_gain(&summary, &ranges.list[0]));
    assert_int_equal(sscanf(gain(0), "%lf–%lf× [%lf, %lf]", &least, &greatest, &low, &high), 4);
    assert_true(fabs(least - 1.5) < 0.011 && fabs(greatest - 1.8) < 0.011);
    assert_true(low <= least && greatest <= high);
    /* Each size's own point stands for it. */
    for (size_t d = 0; d < 3; d++)
        assert_int_equal(ranges_shown(&summary, &ranges.list[0], d), METHODS * d + 1);
}

/* What wins at all sizes of a row is named, and nothing else. */
static void test_what_wins_everywhere_is_named(void **state)
{
    static const double speeds[SIZES][METHODS] = {{1, 1.5, 1.5, 1.5}, {1, 1.5, 1.5, 1}, {1, 1, 1.5, 1.5}};

    (void)state;
    write_run(speeds, 3, BLOCKS);
    assert_int_equal(ranges.count, 1);
    assert_string_equal(words(ranges_size, 0), "64K to 1M");
    ranges_free(&ranges);
    assert_int_equal(ranges_make(&ranges, &summary), 0);
    assert_int_equal(ranges.list[0].winner_count, 1);
    assert_string_equal(method(ranges.list[0].winners[0]), "mmb");
}

/* The baseline among the winners is another answer than the baseline beaten. */
static void test_a_tie_with_the_baseline_is_a_row_of_its_own(void **state)
{
    static const double speeds[SIZES][METHODS] = {{1, 1, 0.5, 0.5}, {1, 1.5, 0.5, 0.5}, {1, 1.5, 0.5, 0.5}};

    (void)state;
    write_run(speeds, 3, BLOCKS);
    assert_int_equal(ranges.count, 2);
    assert_string_equal(words(ranges_size, 0), "64K");
    assert_false(ranges_is_gain(&summary, &ranges.list[0]));
    assert_string_equal(words(ranges_size, 1), "256K to 1M");
}

/* A proven gain does not vanish in a row with sizes that have none, though the baseline wins at all. */
static void test_a_proven_gain_is_a_row_of_its_own(void **state)
{
    static const double speeds[SIZES][METHODS] = {{1, 1, 0.5, 0.5}, {1, SLIGHT, 0.5, 0.5}, {1, SLIGHT, 0.5, 0.5}};

    (void)state;
    write_run(speeds, 3, BLOCKS);
    assert_int_equal(summary.decisions[1].winner_count, 2);
    assert_int_equal(ranges.count, 2);
    assert_string_equal(words(ranges_size, 0), "64K");
    assert_int_equal(ranges.list[1].winner_count, 1);
    assert_string_equal(method(ranges.list[1].winners[0]), "mmap");
    assert_true(ranges_is_gain(&summary, &ranges.list[1]));
}

static void test_the_baseline_shown_has_no_gain(void **state)
{
    static const double speeds[SIZES][METHODS] = {{1, 0.5, 0.5, 0.5}, {1, 0.5, 0.5, 0.5}};

    (void)state;
    write_run(speeds, 2, BLOCKS);
    assert_int_equal(ranges.count, 1);
    assert_string_equal(gain(0), "is the baseline");
    assert_false(ranges_is_gain(&summary, &ranges.list[0]));
}

/* Too few blocks: sizes with the same leader stay together, and nothing is called a winner. */
static void test_unresolved_sizes(void **state)
{
    static const double speeds[SIZES][METHODS] = {{1, 1.5, 0.5, 0.5}, {1, 1.5, 0.5, 0.5}, {1, 0.5, 1.5, 0.5}};

    (void)state;
    write_run(speeds, 3, 3);
    assert_int_equal(ranges.count, 2);
    assert_int_equal(ranges.list[0].winner_count, 0);
    assert_string_equal(words(ranges_size, 0), "64K to 256K");
    assert_string_equal(method(ranges_shown(&summary, &ranges.list[1], 2)), "mmb");
    assert_string_equal(gain(0), "–");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same_winner_is_one_row, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_what_wins_everywhere_is_named, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_a_tie_with_the_baseline_is_a_row_of_its_own, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_a_proven_gain_is_a_row_of_its_own, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_the_baseline_shown_has_no_gain, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_unresolved_sizes, open_fixture, close_fixture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
