/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Crossovers of methods whose costs are known: so much a call and so much a byte. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/answers.h"
#include "analysis/crossover.h"
#include "tests/unit/run_fixture.h"

enum { SIZES = 6, BLOCKS = 12, MOST = 8 };

static struct fixture fixture;
static struct run run;
static struct summary summary;
static struct error error;

static int open_fixture(void **state)
{
    (void)state;
    fixture_open(&fixture);
    run = (struct run){0};
    summary = (struct summary){0};
    return 0;
}

static int close_fixture(void **state)
{
    (void)state;
    summary_free(&summary);
    load_free(&run);
    fixture_close(&fixture);
    return 0;
}

static void summarise(void)
{
    if (load_run(&run, fixture.directory, &error) < 0 || summary_make(&summary, &run, &error) < 0)
        fail_msg("%s", error.text);
}

/* Ratio to the baseline of a method that is twice as fast a byte, but starts late. */
static double slowness(double size, double crossing)
{
    return pow(crossing / size, 0.3);
}

/* Pairs of stream and mmap at sizes 4K, 16K, ... (of files, or of blocks in one group). */
static void write_run(double crossing, double noise, bool along_blocks)
{
    for (size_t i = 0; i < SIZES; i++) {
        uint64_t size = 4096ULL << (2 * i), file = along_blocks ? 64 << 20 : size;
        uint64_t block = along_blocks ? size : 0;
        struct point stream = fixture_point("stream", file, along_blocks ? size : 4096, 0);
        struct point other = fixture_point(along_blocks ? "mmb" : "mmap", file, block, 0);
        size_t group = along_blocks ? 0 : i;
        fixture_add(&fixture, other, group, (long)fixture_add(&fixture, stream, group, -1));
    }
    fixture_header(&fixture, NULL);
    for (unsigned b = 0; b < BLOCKS; b++)
        for (size_t i = 0; i < SIZES; i++) {
            double time = 1e7, jitter = 1 + noise * sin(7.0 * b + (double)i);
            fixture_trial(&fixture, 2 * i, b, (uint64_t)time);
            fixture_trial(&fixture, 2 * i + 1, b,
                          (uint64_t)(time * slowness((double)(4096ULL << (2 * i)), crossing) *
                                     jitter));
        }
    summarise();
}

static struct crossover only_one(void)
{
    struct crossover list[MOST];
    long count = crossover_find(&summary, 0, summary.decision_count, list, MOST);

    assert_int_equal(count, 1);
    return list[0];
}

static void test_found_along_files(void **state)
{
    (void)state;
    write_run(100e3, 0.03, false);
    struct crossover found = only_one();
    assert_true(found.overtakes && !found.along_blocks);
    assert_true(found.low <= found.at && found.at <= found.high);
    assert_true(found.low < 100e3 && 100e3 < found.high);
    assert_true(found.high / found.low < 1.4);
}

static void test_noise_widens(void **state)
{
    (void)state;
    write_run(100e3, 0.4, false);
    struct crossover found = only_one();
    assert_true(found.low < 100e3 && 100e3 < found.high);
    assert_true(found.high / found.low > 2);
}

static void test_found_along_blocks(void **state)
{
    char text[256];

    (void)state;
    write_run(200e3, 0.03, true);
    struct crossover found = only_one();
    assert_true(found.along_blocks);
    assert_true(found.low < 200e3 && 200e3 < found.high);
    FILE *out = fmemopen(text, sizeof text, "w");
    crossover_words(&summary, &found, out);
    fclose(out);
    assert_non_null(strstr(text, "mmb overtakes stream in files of 64M at about 19"));
}

/* Never proven on one side: nothing is said. */
static void test_none_outside(void **state)
{
    struct crossover list[MOST];

    (void)state;
    write_run(1e12, 0.03, false);
    assert_int_equal(crossover_find(&summary, 0, summary.decision_count, list, MOST), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_found_along_files),
        TEST(test_noise_widens),
        TEST(test_found_along_blocks),
        TEST(test_none_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
