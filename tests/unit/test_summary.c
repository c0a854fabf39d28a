/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/answers.h"
#include "analysis/summary.h"
#include "analysis/summary_json.h"
#include "tests/unit/run_fixture.h"

enum { M = 1 << 20 };

static struct fixture fixture;
static struct run run;
static struct summary summary;
static struct error error;

static int open_fixture(void **state)
{
    (void)state;
    run = (struct run){0};
    summary = (struct summary){0};
    fixture_open(&fixture);
    fixture_add(&fixture, fixture_point("stream", M, 1 << 18, 0), 0, -1);
    fixture_add(&fixture, fixture_point("sendfile", M, 0, 0), 0, 0);
    fixture_add(&fixture, fixture_point("mmb", M, 1 << 18, 2), 0, 0);
    fixture_header(&fixture, NULL);
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

/* The load must fail, and say each of the words. */
static void assert_refused(const char *first, const char *second)
{
    assert_int_equal(load_run(&run, fixture.directory, &error), -1);
    if (!strstr(error.text, first) || !strstr(error.text, second))
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", error.text, first, second);
    load_free(&run);
}

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-9 * fabs(wanted)))
        fail_msg("%.17g is not %.17g", got, wanted);
}

/* stream takes 10 ms times a block's own factor, sendfile `gain` times less. */
static void write_blocks(unsigned blocks, double gain)
{
    for (unsigned b = 0; b < blocks; b++) {
        double time = 1e7 * (1 + 0.3 * (b % 3));
        fixture_trial(&fixture, 0, b, (uint64_t)time);
        fixture_trial(&fixture, 1, b, (uint64_t)(time / gain * (1 + 0.001 * (b % 4))));
    }
}

static void test_numbers_of_a_point(void **state)
{
    (void)state;
    for (unsigned b = 0; b < 7; b++)
        fixture_trial(&fixture, 0, b, 1000000 * (b + 1));
    summarise();
    const struct row *row = &summary.rows[0];
    assert_int_equal(row->n, 7);
    assert_near(row->time_ns.middle, 4e6);
    assert_near(row->time_ns.low, 1e6);
    assert_near(row->time_ns.high, 7e6);
    assert_near(row->throughput_bytes_per_s.middle, 8.0 * M / 4e-3);
    assert_near(row->throughput_bytes_per_s.low, 8.0 * M / 7e-3);
    assert_near(row->throughput_bytes_per_s.high, 8.0 * M / 1e-3);
    assert_near(row->cpu_s_per_gib.middle, 4e-3 * 128);
    assert_near(row->setup_ns, 4e5);
    assert_near(row->minor_faults, 10);
    assert_true(isnan(row->device_read_bytes));
    assert_int_equal(row->verdict, VERDICT_NONE);
}

/* What the receiver spends belongs to what was sent; counts are of a pass, durations are of one already. */
static void test_whose_and_of_what(void **state)
{
    static const char *const passes[] = {"minor_faults", "major_faults", "device_read_bytes", "device_written_bytes",
                                         "process_read_bytes", "process_written_bytes", "user_ns", "system_ns",
                                         "voluntary_context_switches", "involuntary_context_switches", "events",
                                         "requested_read_bytes", "requested_written_bytes"};
    static const size_t rows[] = {offsetof(struct row, minor_faults), offsetof(struct row, major_faults),
                                  offsetof(struct row, device_read_bytes), offsetof(struct row, device_written_bytes),
                                  offsetof(struct row, process_read_bytes),
                                  offsetof(struct row, process_written_bytes), offsetof(struct row, user_ns),
                                  offsetof(struct row, system_ns), offsetof(struct row, voluntary_context_switches),
                                  offsetof(struct row, involuntary_context_switches), offsetof(struct row, events),
                                  offsetof(struct row, requested_read_bytes),
                                  offsetof(struct row, requested_written_bytes)};
    json_t *trial = fixture_object(&fixture, 0, 0, 1000000);

    (void)state;
    json_object_set_new(trial, "cycles", json_integer(4));
    json_object_set_new(trial, "cpu_ns", json_integer(3000000));
    json_object_set_new(trial, "sink_cpu_ns", json_integer(5000000));
    json_object_set_new(trial, "sync_ns", json_integer(70000));
    json_object_set_new(trial, "peak_rss_bytes", json_integer(9000000));
    json_object_set_new(trial, "latency_p99_ns", json_integer(12345));
    json_object_set_new(trial, "whole_process_ns", json_integer(98765));
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++)
        json_object_set_new(trial, passes[i], json_integer(1000 * (json_int_t)(i + 1)));
    fixture_write(&fixture, trial);
    summarise();
    const struct row *row = &summary.rows[0];
    assert_near(row->cpu_s_per_gib.middle, 8e-3 / 4 * 128); /* 8 MiB a pass */
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++)
        assert_near(*(const double *)((const char *)row + rows[i]), 250 * (double)(i + 1));
    assert_near(row->sync_ns, 70000);
    assert_near(row->peak_rss_bytes, 9000000);
    assert_near(row->latency_p99_ns, 12345);
    assert_near(row->whole_process_ns.middle, 98765);
    assert_near(row->setup_ns, 100000);
    assert_near(row->transfer_ns, 800000);
    assert_near(row->teardown_ns, 100000);
}

static void test_last_valid_attempt_counts(void **state)
{
    (void)state;
    fixture_trial(&fixture, 0, 0, 1000000);
    fixture_trial(&fixture, 0, 0, 2000000);
    fixture_void(&fixture, 0, 0, "digest differs");
    fixture_void(&fixture, 0, 1, "digest differs");
    fixture_void(&fixture, 1, 1, "timed out");
    summarise();
    assert_int_equal(summary.rows[0].n, 1);
    assert_near(summary.rows[0].time_ns.middle, 2e6);
    assert_int_equal(summary.rows[0].void_count, 2);
    assert_int_equal(summary.valid, 2);
    assert_int_equal(summary.void_count, 3);
    assert_int_equal(summary.void_reason_count, 2);
    assert_string_equal(summary.voids[0].reason, "digest differs");
    assert_int_equal(summary.voids[0].count, 2);
}

/* Blocks get slower by ten each; only those that both points have may meet, in whatever order. */
static void test_only_common_blocks_pair(void **state)
{
    double time = 1e5;

    (void)state;
    for (unsigned b = 0; b < 9; b++, time *= 3) {
        if (b != 2)
            fixture_trial(&fixture, 1, b, (uint64_t)time);
        if (b != 5)
            fixture_trial(&fixture, 0, b, (uint64_t)time * 2);
    }
    summarise();
    assert_int_equal(summary.rows[1].speed.n, 7);
    assert_true(fabs(summary.rows[1].speed.low - 2) < 1e-4);
    assert_true(fabs(summary.rows[1].speed.high - 2) < 1e-4);
    assert_int_equal(summary.rows[1].verdict, VERDICT_FASTER);
}

static void test_verdicts(void **state)
{
    static const struct {
        double low, high;
        enum verdict verdict;
    } cases[] = {
        {1.5, 1.6, VERDICT_FASTER},         {1.001, 1.5, VERDICT_FASTER},
        {0.5, 0.6, VERDICT_SLOWER},         {0.5, 0.999, VERDICT_SLOWER},
        {0.99, 1.01, VERDICT_EQUIVALENT},   {1.001, 1.019, VERDICT_EQUIVALENT},
        {0.981, 0.999, VERDICT_EQUIVALENT}, {0.97, 1.01, VERDICT_UNRESOLVED},
        {0.99, 1.03, VERDICT_UNRESOLVED},   {0.5, 2, VERDICT_UNRESOLVED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct interval speed = {1, cases[i].low, cases[i].high, 0.95, 10, true, 0};
        struct interval inverse = {1, 1 / cases[i].high, 1 / cases[i].low, 0.95, 10, true, 0};
        enum verdict mirrored = cases[i].verdict == VERDICT_FASTER   ? VERDICT_SLOWER
                                : cases[i].verdict == VERDICT_SLOWER ? VERDICT_FASTER
                                                                     : cases[i].verdict;
        assert_int_equal(summary_verdict(&speed, SUMMARY_LEAST_MARGIN), cases[i].verdict);
        assert_int_equal(summary_verdict(&inverse, SUMMARY_LEAST_MARGIN), mirrored);
    }
    struct interval few = {2, NAN, NAN, NAN, 5, false, NAN};
    assert_int_equal(summary_verdict(&few, SUMMARY_LEAST_MARGIN), VERDICT_UNRESOLVED);
}

static char *decision_words(void)
{
    static char text[1024];
    FILE *out = fmemopen(text, sizeof text, "w");

    answers_decision(&summary, &summary.decisions[0], out);
    fclose(out);
    return text;
}

static void test_five_blocks_decide_nothing(void **state)
{
    (void)state;
    write_blocks(5, 3);
    summarise();
    assert_int_equal(summary.decision_count, 1);
    assert_int_equal(summary.decisions[0].winner_count, 0);
    assert_int_equal(summary.decisions[0].members[0], 1);
    assert_int_equal(summary.rows[1].verdict, VERDICT_UNRESOLVED);
    assert_non_null(strstr(decision_words(), "too few trials"));
    assert_null(strstr(decision_words(), "fastest"));
}

static void test_six_blocks_decide(void **state)
{
    (void)state;
    write_blocks(6, 1.5);
    summarise();
    assert_int_equal(summary.decisions[0].winner_count, 1);
    assert_int_equal(summary.decisions[0].winners[0], 1);
    assert_string_equal(decision_words(),
                        "sendfile is fastest (1.50× stream [1.50, 1.50])");
}

/* Within the margin nobody wins alone; the one that used less CPU comes first. */
static void test_tie_is_broken_by_cpu(void **state)
{
    (void)state;
    for (unsigned b = 0; b < 8; b++) {
        json_t *costly = fixture_object(&fixture, 1, b, 9950000 + b * 100);
        json_object_set_new(costly, "cpu_ns", json_integer(90000000));
        fixture_write(&fixture, costly);
        fixture_trial(&fixture, 0, b, 10000000 + b * 100);
        fixture_trial(&fixture, 2, b, 20000000);
    }
    summarise();
    assert_int_equal(summary.decisions[0].winner_count, 2);
    assert_int_equal(summary.decisions[0].winners[0], 0);
    assert_int_equal(summary.decisions[0].winners[1], 1);
    assert_int_equal(summary.rows[1].verdict, VERDICT_EQUIVALENT);
    assert_int_equal(summary.rows[2].verdict, VERDICT_SLOWER);
    assert_string_equal(decision_words(),
                        "stream and sendfile cannot be told apart; of these stream uses the least CPU");
}

static void test_torn_last_line_is_dropped(void **state)
{
    (void)state;
    fixture_trial(&fixture, 0, 0, 1000000);
    fixture_line(&fixture, "{\"schema\":1,\"point\":0,\"blo");
    summarise();
    assert_int_equal(run.trial_count, 1);
}

static void test_corrupt_line_is_named(void **state)
{
    (void)state;
    fixture_trial(&fixture, 0, 0, 1000000);
    fixture_line(&fixture, "{\"schema\":1,\"point\":0,\"blo\n");
    fixture_trial(&fixture, 0, 1, 1000000);
    assert_refused("trials.jsonl:2", "");
}

/* A trial with one field bent. */
static void bend(const char *key, json_t *value)
{
    json_t *trial = fixture_object(&fixture, 0, 0, 1000000);

    if (value)
        json_object_set_new(trial, key, value);
    else
        json_object_del(trial, key);
    fclose(fopen(fixture.journal, "w"));
    fixture_write(&fixture, trial);
}

static void test_hostile_values_are_refused(void **state)
{
    (void)state;
    bend("schema", json_integer(3));
    assert_refused(":1", "schema");
    bend("point", json_integer(3));
    assert_refused(":1", "point 3");
    bend("point", json_integer(-1));
    assert_refused(":1", "point");
    bend("point", json_integer(1));
    assert_refused(":1", "method");
    bend("method", json_string("other"));
    assert_refused(":1", "method");
    bend("method", json_string("strean")); /* of the same length */
    assert_refused(":1", "method");
    bend("method", json_string("streams"));
    assert_refused(":1", "method");
    bend("transfer_ns", json_integer(-5));
    assert_refused(":1", "transfer_ns");
    bend("transfer_ns", json_real(1e6));
    assert_refused(":1", "transfer_ns");
    bend("transfer_ns", json_null());
    assert_refused(":1", "transfer_ns");
    bend("setup_ns", json_integer(INT64_MAX));
    assert_refused(":1", "setup_ns");
    bend("cycles", json_integer(0));
    assert_refused(":1", "cycle");
    bend("valid", json_integer(1));
    assert_refused(":1", "valid");
    bend("block", NULL);
    assert_refused(":1", "block");
    fclose(fopen(fixture.journal, "w"));
    fixture_trial(&fixture, 0, 0, 0);
    assert_refused(":1", "no time");
    json_t *wordless = fixture_object(&fixture, 0, 0, 1000000);
    json_object_set_new(wordless, "valid", json_false());
    json_object_set_new(wordless, "void_reason", json_integer(7));
    fclose(fopen(fixture.journal, "w"));
    fixture_write(&fixture, wordless);
    assert_refused(":1", "void_reason");
}

static void test_bad_syntax_is_refused(void **state)
{
    static const char *const lines[] = {
        "{\"schema\":1,\"schema\":1}\n",
        "[]\n",
        "\n",
        "{} x\n",
        "{\"schema\":1e999}\n",
        "null\n",
        "{\"schema\":NaN}\n",
        "{\"a\":\"\xff\"}\n",
        "{\"exit\":\"0\t\"}\n",
        "{\"schema\":01}\n",
        "{\"schema\":1,}\n",
        "{\"schema\" 1}\n",
        "{\"cycle_setup_ns\":[1,]}\n",
        "{\"valid\":tru}\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        fclose(fopen(fixture.journal, "w"));
        fixture_line(&fixture, lines[i]);
        assert_refused("trials.jsonl:1", "");
    }
}

static void test_wrong_bytes_void_the_trial(void **state)
{
    (void)state;
    bend("bytes", json_integer(8 * M - 1));
    summarise();
    assert_int_equal(summary.valid, 0);
    assert_string_equal(summary.voids[0].reason, "moved 8388607 bytes of 8388608");
}

/* The most frequent first; those that are as frequent by their words. */
static void test_voids_are_in_order(void **state)
{
    static const char *const reasons[] = {"a", "c", "b", "c", "b", "c", "a", "d"};
    static const char *const wanted[] = {"c", "a", "b", "d"};
    static const size_t counts[] = {3, 2, 2, 1};

    (void)state;
    for (unsigned i = 0; i < 8; i++)
        fixture_void(&fixture, 0, i, reasons[i]);
    summarise();
    assert_int_equal(summary.void_reason_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(summary.voids[i].reason, wanted[i]);
        assert_int_equal(summary.voids[i].count, counts[i]);
    }
}

/* (t(0.975) + t(0.8)) standard errors, of t with 9 degrees of freedom by table: 2.262157 and 0.883404. */
static void test_detectable(void **state)
{
    const struct interval ten = {.low = -0.1, .high = 0.1, .n = 10, .bounded = true}, unbounded = {.n = 10};

    (void)state;
    assert_true(fabs(summary_detectable(&ten) - expm1((2.262157 + 0.883404) * 0.1 / 2.262157)) < 1e-6);
    assert_true(isnan(summary_detectable(&unbounded)));
    write_blocks(8, 1.5);
    summarise();
    const struct row *row = &summary.rows[1];
    struct interval speed = row->speed;
    speed.low = log(speed.low);
    speed.high = log(speed.high);
    assert_near(row->detectable, summary_detectable(&speed));
    assert_true(isnan(summary.rows[0].detectable));
}

/* The arrays of single cycles are skipped, however long, and a lookalike in a text does no harm. */
static void test_cycle_arrays_are_skipped(void **state)
{
    json_t *trial = fixture_object(&fixture, 0, 0, 1000000), *array = json_array();

    (void)state;
    for (int i = 0; i < 100000; i++)
        json_array_append_new(array, json_integer(i));
    json_object_set_new(trial, "cycle_setup_ns", array);
    fixture_write(&fixture, trial);
    trial = fixture_object(&fixture, 0, 1, 3000000);
    json_object_set_new(trial, "valid", json_false());
    json_object_set_new(trial, "void_reason", json_string("\"cycle_x\":[1,2,3] é"));
    fixture_write(&fixture, trial);
    summarise();
    assert_int_equal(summary.rows[0].n, 1);
    assert_string_equal(summary.voids[0].reason, "\"cycle_x\":[1,2,3] é");
}

static void test_header_is_checked(void **state)
{
    (void)state;
    fixture_header(&fixture, json_pack("{s:i}", "schema", 2));
    assert_refused("run.json", "schema");
    json_object_set_new(json_array_get(fixture.points, 1), "baseline", json_integer(9));
    fixture_header(&fixture, NULL);
    assert_refused("points[1]", "baseline");
    json_object_set_new(json_array_get(fixture.points, 1), "baseline", json_integer(1));
    fixture_header(&fixture, NULL);
    assert_refused("points[1]", "baseline");
    json_object_set_new(json_array_get(fixture.points, 1), "baseline", json_null());
    json_object_set_new(json_array_get(fixture.points, 1), "method", json_string("`touch x`"));
    fixture_header(&fixture, NULL);
    assert_refused("points[1]", "method");
}

static void write_boots(json_t *boots)
{
    fixture_header(&fixture, json_pack("{s:i, s:s, s:s, s:{s:s}, s:o}", "schema", 1, "name", "test", "state",
                                       "complete", "environment", "host", "here", "boots", boots));
}

static json_t *boot(const char *id, int first)
{
    return json_pack("{s:s, s:i}", "boot_id", id, "first_block", first);
}

/* Boots follow each other, the first from block 0 on: no block belongs to two, or to none. */
static void test_boots_are_in_order(void **state)
{
    (void)state;
    write_boots(json_pack("[o, o]", boot("a", 1), boot("b", 4)));
    assert_refused("boots[0]", "not in order");
    write_boots(json_pack("[o, o]", boot("a", 0), boot("b", 0)));
    assert_refused("boots[1]", "not in order");
    write_boots(json_pack("[o, o, o]", boot("a", 0), boot("b", 9), boot("c", 4)));
    assert_refused("boots[2]", "not in order");
    write_boots(json_pack("[o, o]", boot("a", 0), boot("b", -1)));
    assert_refused("boots[1]", "not in order");
    write_boots(json_pack("[o, o, o]", boot("a", 0), boot("b", 4), boot("c", 9)));
    summarise();
    assert_int_equal(run.boot_count, 3);
    for (uint64_t block = 0; block < 20; block++)
        assert_int_equal(load_boot(&run, block), block < 4 ? 0 : block < 9 ? 1 : 2);
}

static void test_summary_json(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    json_t *root;

    (void)state;
    write_blocks(6, 1.5);
    fixture_void(&fixture, 2, 0, "crashed");
    summarise();
    snprintf(path, sizeof path, "%s/summary.json", fixture.directory);
    assert_int_equal(summary_json_write(&summary, path, &error), 0);
    root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    json_t *sendfile = json_array_get(json_object_get(root, "points"), 1);
    json_t *ratio = json_object_get(sendfile, "ratio");
    assert_string_equal(json_string_value(json_object_get(ratio, "verdict")), "faster");
    assert_true(fabs(json_number_value(json_object_get(ratio, "speed")) - 1.4985) < 0.002);
    assert_true(json_number_value(json_object_get(ratio, "confidence")) >= 0.95);
    json_t *mmb = json_array_get(json_object_get(root, "points"), 2);
    assert_true(json_is_null(json_object_get(mmb, "time_ns")));
    assert_true(json_is_null(json_object_get(mmb, "ratio")));
    assert_int_equal(json_integer_value(json_object_get(mmb, "void")), 1);
    json_decref(root);
}

static void test_empty_journal(void **state)
{
    (void)state;
    summarise();
    assert_int_equal(summary.decision_count, 0);
    assert_int_equal(summary.rows[0].n, 0);
    assert_true(isnan(summary.rows[0].time_ns.middle));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_numbers_of_a_point),
        TEST(test_whose_and_of_what),
        TEST(test_last_valid_attempt_counts),
        TEST(test_only_common_blocks_pair),
        TEST(test_verdicts),
        TEST(test_five_blocks_decide_nothing),
        TEST(test_six_blocks_decide),
        TEST(test_tie_is_broken_by_cpu),
        TEST(test_torn_last_line_is_dropped),
        TEST(test_corrupt_line_is_named),
        TEST(test_hostile_values_are_refused),
        TEST(test_bad_syntax_is_refused),
        TEST(test_wrong_bytes_void_the_trial),
        TEST(test_voids_are_in_order),
        TEST(test_detectable),
        TEST(test_cycle_arrays_are_skipped),
        TEST(test_header_is_checked),
        TEST(test_boots_are_in_order),
        TEST(test_summary_json),
        TEST(test_empty_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
