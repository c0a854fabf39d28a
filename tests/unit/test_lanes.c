/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lanes: which runs may be compared, what is withheld of an emulated one, and how counts are compared. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/compare.h"
#include "analysis/compare_out.h"
#include "analysis/lanes.h"
#include "analysis/tally.h"
#include "tests/unit/run_fixture.h"
#include "tests/unit/within.h"

enum { MS = 1000000, M = 1 << 20, BLOCKS = 8 };

static struct fixture fixtures[2];
static struct compare compare;
static struct error error;

static int open_fixtures(void **state)
{
    (void)state;
    fixture_open(&fixtures[0]);
    fixture_open(&fixtures[1]);
    compare = (struct compare){0};
    return 0;
}

static int close_fixtures(void **state)
{
    (void)state;
    compare_free(&compare);
    fixture_close(&fixtures[0]);
    fixture_close(&fixtures[1]);
    return 0;
}

/* Two points; sendfile takes a tenth of the time. faults: of a cycle of it, plus the block's number. */
static void make_run(int index, const char *kernel, const char *lane, uint64_t faults)
{
    struct fixture *fixture = &fixtures[index];

    fixture_add(fixture, fixture_point("stream", M, 4096, 0), 0, -1);
    fixture_add(fixture, fixture_point("sendfile", M, 4096, 0), 0, 0);
    fixture_header(fixture, json_pack("{s:i, s:s, s:s, s:{s:s, s:s, s:s, s:s*}}", "schema", 1, "name",
                                      "test", "state", "complete", "environment", "host", "here", "kernel",
                                      kernel, "boot_id", kernel, "lane", lane));
    for (unsigned block = 0; block < BLOCKS; block++) {
        uint64_t slow = (uint64_t)((index + 1) * 100 * MS + (block * 7 % 11) * MS / 10);
        fixture_trial(fixture, 0, block, slow);
        json_t *trial = fixture_object(fixture, 1, block, slow / 10);
        json_object_set_new(trial, "minor_faults", json_integer((json_int_t)(2 * (faults + block))));
        fixture_write(fixture, trial);
    }
}

static int load(unsigned allowed)
{
    char *directories[] = {fixtures[0].directory, fixtures[1].directory};

    return compare_load(&compare, directories, 2, allowed, &error);
}

static void test_lanes_do_not_mix(void **state)
{
    (void)state;
    make_run(0, "6.1", "bare metal", 10);
    make_run(1, "6.12", "emulated", 10);
    assert_int_equal(load(0), -1);
    assert_non_null(strstr(error.text, "\"emulated\" and \"bare metal\""));
    compare_free(&compare);
    assert_int_equal(load(COMPARE_OTHER_MACHINES), -1);
    compare_free(&compare);
    assert_int_equal(load(COMPARE_OTHER_LANES), 0);
    assert_true(compare.comparisons[0].withheld);
}

/* A run of before lanes were recorded: of any but the emulated. */
static void test_unknown_lane(void **state)
{
    (void)state;
    make_run(0, "6.1", NULL, 10);
    make_run(1, "6.12", "kvm", 10);
    assert_int_equal(load(0), 0);
    assert_false(compare.comparisons[0].withheld);
    assert_int_equal(compare.comparisons[0].changes[0].verdict, VERDICT_SLOWER);
    assert_true(compare.sides[0].summary.decisions[0].winner_count > 0);
}

/* Twice the time, and not a word about it. */
static void test_verdicts_are_withheld(void **state)
{
    size_t index = 0;

    (void)state;
    make_run(0, "6.1", "emulated", 10);
    make_run(1, "6.12", "emulated", 10);
    assert_int_equal(load(0), 0);
    const struct comparison *comparison = &compare.comparisons[0];
    assert_int_equal(comparison->count, 2);
    for (size_t i = 0; i < comparison->count; i++) {
        assert_true(comparison->changes[i].time.middle > 1.5);
        assert_int_equal(comparison->changes[i].verdict, VERDICT_NONE);
    }
    assert_int_equal(compare_worst(comparison, &index), 0);
    assert_int_equal(compare.sides[0].summary.rows[1].verdict, VERDICT_NONE);
    assert_int_equal(compare.sides[0].summary.decisions[0].winner_count, 0);
}

static const struct tally *find(const struct tally *tallies, size_t count, size_t base)
{
    for (size_t i = 0; i < count; i++)
        if (tallies[i].change->base == base)
            return &tallies[i];
    return NULL;
}

/* minor faults are measure 0. */
static const struct tally *tally_of_sendfile(struct tally **all)
{
    struct tally_source source;

    assert_int_equal(load(0), 0);
    tally_open(&source, &compare.comparisons[0]);
    *all = tally_measure(&source, 0);
    tally_close(&source);
    assert_string_equal(tally_name(0), "minor faults");
    assert_int_equal(find(*all, 2, 0)->verdict, TALLY_EQUAL); /* of stream */
    return find(*all, 2, 1);
}

static void test_counts_that_differ(void **state)
{
    struct tally *all;

    (void)state;
    make_run(0, "6.1", "emulated", 10);
    make_run(1, "6.12", "emulated", 100);
    const struct tally *tally = tally_of_sendfile(&all);
    assert_int_equal(tally->verdict, TALLY_DIFFERENT);
    assert_ptr_equal(tally, all); /* what differs most comes first */
    assert_within(tally->new - tally->base, 90, 1e-9);
    free(all);
}

/* The ranges of trials overlap by one. */
static void test_counts_that_overlap(void **state)
{
    struct tally *all;

    (void)state;
    make_run(0, "6.1", "emulated", 10);
    make_run(1, "6.12", "emulated", 10 + BLOCKS - 1);
    assert_int_equal(tally_of_sendfile(&all)->verdict, TALLY_UNDECIDED);
    free(all);
}

static void test_counts_in_json(void **state)
{
    (void)state;
    make_run(0, "6.1", "emulated", 10);
    make_run(1, "6.12", "emulated", 10);
    assert_int_equal(load(0), 0);
    json_t *root = compare_json(&compare), *comparison = json_array_get(json_object_get(root, "comparisons"), 0);
    assert_true(json_is_false(json_object_get(comparison, "times_judged")));
    const json_t *faults = json_array_get(json_object_get(comparison, "counts"), 0);
    assert_int_equal(json_integer_value(json_object_get(faults, "equal")), 2);
    assert_int_equal(json_array_size(json_object_get(root, "methods")), 2);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lanes_do_not_mix, open_fixtures, close_fixtures),
        cmocka_unit_test_setup_teardown(test_unknown_lane, open_fixtures, close_fixtures),
        cmocka_unit_test_setup_teardown(test_verdicts_are_withheld, open_fixtures, close_fixtures),
        cmocka_unit_test_setup_teardown(test_counts_that_differ, open_fixtures, close_fixtures),
        cmocka_unit_test_setup_teardown(test_counts_that_overlap, open_fixtures, close_fixtures),
        cmocka_unit_test_setup_teardown(test_counts_in_json, open_fixtures, close_fixtures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
