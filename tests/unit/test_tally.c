/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts of two sides: of a pass each, whatever the number of passes, and different only where no chance says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/tally.h"
#include "tests/unit/run_fixture.h"

enum { SIDES = 2, M = 1 << 20, MOST_TRIALS = 3 };

static struct fixture fixtures[SIDES];
static struct compare compare;
static struct tally_source source;
static struct error error;

/* What the trials of a point counted, over so many cycles; -1 is null. */
struct counted {
    long minor_faults[MOST_TRIALS];
    unsigned trials, cycles;
};

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
    tally_close(&source);
    compare_free(&compare);
    for (int i = 0; i < SIDES; i++)
        fixture_close(&fixtures[i]);
    return 0;
}

/* One point a pair of counts, called in the order of file sizes. */
static void make_run(int side, const struct counted *points, size_t count)
{
    struct fixture *fixture = &fixtures[side];

    for (size_t p = 0; p < count; p++)
        fixture_add(fixture, fixture_point("stream", (uint64_t)M << p, 4096, 0), p, -1);
    fixture_header(fixture, json_pack("{s:i, s:s, s:s, s:{s:s, s:s, s:s}}", "schema", 1, "name", "test", "state",
                                      "complete", "environment", "host", "here", "kernel",
                                      side ? "6.12" : "6.1", "boot_id", side ? "b" : "a"));
    for (size_t p = 0; p < count; p++)
        for (unsigned t = 0; t < points[p].trials; t++) {
            json_t *trial = fixture_object(fixture, p, t, 1000000 + t);
            long faults = points[p].minor_faults[t];
            json_object_set_new(trial, "cycles", json_integer(points[p].cycles));
            json_object_set_new(trial, "minor_faults", faults < 0 ? json_null() : json_integer(faults));
            fixture_write(fixture, trial);
        }
}

static void load(void)
{
    char *directories[SIDES] = {fixtures[0].directory, fixtures[1].directory};

    if (compare_load(&compare, directories, SIDES, 0, &error) < 0)
        fail_msg("%s", error.text);
    tally_open(&source, &compare.comparisons[0]);
}

static size_t measure_called(const char *name)
{
    for (size_t i = 0; i < TALLY_MEASURES; i++)
        if (!strcmp(tally_name(i), name))
            return i;
    fail_msg("nothing is called %s", name);
    return 0;
}

/* The tally of the point with files of M << p. */
static const struct tally *find(const struct tally *tallies, size_t count, size_t p)
{
    for (size_t i = 0; i < count; i++)
        if (compare.comparisons[0].base->run.points[tallies[i].change->base].point.file_size_bytes == (uint64_t)M << p)
            return &tallies[i];
    fail_msg("point %zu got lost", p);
    return NULL;
}

static void assert_written(void (*write)(const struct tally *, size_t, FILE *), const struct tally *tally,
                           size_t measure, const char *expected)
{
    char text[256];
    FILE *out = fmemopen(text, sizeof text, "w");

    write(tally, measure, out);
    fclose(out);
    assert_string_equal(text, expected);
}

static void test_verdicts(void **state)
{
    static const struct {
        struct counted base, new;
        double before, after;
        enum tally_verdict verdict;
        const char *why;
    } cases[] = {
        {{{20, 20}, 2, 2}, {{50, 50}, 2, 5}, 10, 10, TALLY_EQUAL, "as many a pass, over more passes"},
        {{{20, 20}, 2, 2}, {{20, 20}, 2, 10}, 10, 2, TALLY_DIFFERENT, "fewer a pass"},
        {{{20, 22, 24}, 3, 2}, {{26, 28, 30}, 3, 2}, 11, 14, TALLY_DIFFERENT, "apart by three, all beyond"},
        {{{26, 28, 30}, 3, 2}, {{20, 22, 24}, 3, 2}, 14, 11, TALLY_DIFFERENT, "the other way"},
        {{{20, 22, 26}, 3, 2}, {{26, 28, 30}, 3, 2}, 11, 14, TALLY_UNDECIDED, "one is as great as the least"},
        {{{26, 28, 30}, 3, 2}, {{20, 22, 26}, 3, 2}, 14, 11, TALLY_UNDECIDED, "nor the other way"},
        {{{20, 20}, 2, 2}, {{24, 24}, 2, 2}, 10, 12, TALLY_DIFFERENT, "two a pass"},
        {{{200, 200}, 2, 20}, {{239, 239}, 2, 20}, 10, 11.95, TALLY_UNDECIDED, "just less than two a pass"},
        {{{20, 20}, 2, 2}, {{21, 21}, 2, 2}, 10, 10.5, TALLY_UNDECIDED, "half a count"},
        {{{1000, 1000}, 2, 100}, {{1049, 1049}, 2, 100}, 10, 10.49, TALLY_EQUAL, "less than half a count"},
        {{{10, 10}, 2, 1}, {{20, 20}, 2, 2}, 10, 10, TALLY_EQUAL, "a single pass is one"},
        {{{20}, 1, 2}, {{200, 200}, 2, 2}, 10, 100, TALLY_UNDECIDED, "one trial is none"},
        {{{20, 20}, 2, 2}, {{200}, 1, 2}, 10, 100, TALLY_UNDECIDED, "on either side"},
        {{{20, -1}, 2, 2}, {{20, 20}, 2, 2}, 10, 10, TALLY_EQUAL, "what is missing is no count"},
        {{{20, -1}, 2, 2}, {{200, 200}, 2, 2}, 10, 100, TALLY_UNDECIDED, "nor makes it a second trial"},
        {{{-1, -1}, 2, 2}, {{20, 20}, 2, 2}, 0, 10, TALLY_NOTHING, "and of nothing else there is nothing"},
        {{{0, 0}, 2, 2}, {{6, 6}, 2, 2}, 0, 3, TALLY_DIFFERENT, "none is a count"},
    };
    enum { CASES = sizeof cases / sizeof *cases };
    struct counted sides[SIDES][CASES];

    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        sides[0][i] = cases[i].base;
        sides[1][i] = cases[i].new;
    }
    make_run(0, sides[0], CASES);
    make_run(1, sides[1], CASES);
    load();
    struct tally *tallies = tally_measure(&source, measure_called("minor faults"));
    assert_non_null(tallies);
    for (size_t i = 0; i < CASES; i++) {
        const struct tally *tally = find(tallies, CASES, i);
        if (tally->verdict != cases[i].verdict)
            fail_msg("%s: %s", cases[i].why, tally_verdict_names[tally->verdict]);
        if (cases[i].verdict != TALLY_NOTHING && (tally->base != cases[i].before || tally->new != cases[i].after))
            fail_msg("%s: from %g to %g", cases[i].why, tally->base, tally->new);
    }
    free(tallies);
}

/* What changed by the greatest factor, one being added to both, then what did not, in the order of changes. */
static void test_order(void **state)
{
    enum { COUNT = 6 };
    static const struct counted base[COUNT] = {{{20, 20}, 2, 2}, {{200, 200}, 2, 2}, {{0, 0}, 2, 2},
                                               {{20, 20}, 2, 2}, {{20, 20}, 2, 2},   {{20, 20}, 2, 2}},
                                new[COUNT] = {{{106, 106}, 2, 2}, {{20, 20}, 2, 2}, {{8, 8}, 2, 2},
                                              {{110, 110}, 2, 2}, {{20, 20}, 2, 2}, {{20, 20}, 2, 2}};
    static const size_t order[] = {1, 3, 2, 0}; /* 101 / 11, 56 / 11, 5 / 1, 54 / 11 */

    (void)state;
    make_run(0, base, COUNT);
    make_run(1, new, COUNT);
    load();
    struct tally *tallies = tally_measure(&source, measure_called("minor faults"));
    assert_non_null(tallies);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        assert_ptr_equal(&tallies[i], find(tallies, COUNT, order[i]));
    assert_true(tallies[4].change < tallies[5].change);
    free(tallies);
}

static void assert_json(const json_t *json, const char *expected)
{
    char *text = json_dumps(json, JSON_COMPACT);

    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void test_words(void **state)
{
    static const struct counted base[] = {{{20, 20}, 2, 2}, {{200, 200}, 2, 2}, {{1, 9}, 2, 2}, {{-1, -1}, 2, 2}},
                                new[] = {{{60, 60}, 2, 2}, {{200, 200}, 2, 2}, {{3, 60}, 2, 2}, {{-1, -1}, 2, 2}};
    static const struct tally equal[3] = {{.verdict = TALLY_EQUAL}, {.verdict = TALLY_EQUAL}};
    const size_t faults = measure_called("minor faults"), device = measure_called("bytes read from the device");
    char text[256];

    (void)state;
    make_run(0, base, 4);
    make_run(1, new, 4);
    load();
    struct tally *tallies = tally_measure(&source, faults);
    assert_non_null(tallies);
    FILE *out = fmemopen(text, sizeof text, "w");
    tally_sentence(tallies, 4, faults, out);
    fclose(out);
    assert_string_equal(text, "minor faults: equal in 1 of 3 points, different in 1, undecided in 1.");
    free(tallies);
    out = fmemopen(text, sizeof text, "w");
    tally_sentence(equal, 3, faults, out);
    fclose(out);
    assert_string_equal(text, "minor faults: equal in all 2 points.");
    json_t *all = tally_json(&compare.comparisons[0]);
    assert_int_equal(json_array_size(all), TALLY_MEASURES);
    assert_json(json_array_get(all, faults),
                "{\"name\":\"minor faults\",\"unit\":\"count\",\"equal\":1,\"different\":1,\"undecided\":1,\"points\":["
                "{\"base_point\":0,\"new_point\":0,\"base\":10.0,\"new\":30.0,\"verdict\":\"different\"},"
                "{\"base_point\":1,\"new_point\":1,\"base\":100.0,\"new\":100.0,\"verdict\":\"equal\"},"
                "{\"base_point\":2,\"new_point\":2,\"base\":2.5,\"new\":15.75,\"verdict\":\"undecided\"}]}");
    assert_json(json_array_get(all, device), "{\"name\":\"bytes read from the device\",\"unit\":\"bytes\",\"equal\":0,"
                                             "\"different\":0,\"undecided\":0,\"points\":[]}");
    json_decref(all);
    assert_written(tally_step, &(struct tally){.base = 10, .new = 30}, faults, "from 10 to 30 (+200 %)");
    assert_written(tally_step, &(struct tally){.base = 0.5, .new = 999.9}, faults, "from 0.5 to 999.9 (1999.8×)");
    assert_written(tally_step, &(struct tally){.base = 10.5, .new = 5.25}, faults, "from 10.5 to 5.2 (-50.0 %)");
    assert_written(tally_step, &(struct tally){.base = 1000.4, .new = 0}, faults, "from 1000 to 0 (-100 %)");
    assert_written(tally_step, &(struct tally){.base = 0, .new = 3}, faults, "from 0 to 3");
    assert_written(tally_step, &(struct tally){.base = 0, .new = 2 * M}, device, "from 0 to 2.00 MiB");
    assert_written(tally_step, &(struct tally){.base = 1, .new = 0}, device, "from 1 B to 0 (-100 %)");
}

/* A record of counts.jsonl: these counts, which it takes, in so many cycles. */
static void write_record(struct fixture *fixture, json_t *counts, int cycles)
{
    char path[SCRATCH_PATH_SIZE];
    json_t *record = json_pack("{s:i, s:i, s:s, s:i, s:i, s:o}", "schema", 1, "point", 0, "kind", "counted", "cycles",
                               cycles, "bytes", 8 * M, "counts", counts);

    json_object_update_missing(record, json_array_get(fixture->points, 0));
    snprintf(path, sizeof path, "%.127s/counts.jsonl", fixture->directory);
    FILE *out = fopen(path, "a");
    assert_non_null(out);
    json_dumpf(record, out, JSON_COMPACT);
    fputc('\n', out);
    fclose(out);
    json_decref(record);
}

static void write_counted(struct fixture *fixture, int syscalls, int cycles)
{
    write_record(fixture, json_pack("{s:i, s:n}", "syscalls", syscalls, "tlb_flushes"), cycles);
}

/* Counted trials are trials of their own: as many a pass, and of no other count than theirs. */
static void test_counted_trials(void **state)
{
    static const struct counted trials = {{20, 20}, 2, 2};

    (void)state;
    for (int side = 0; side < SIDES; side++) {
        make_run(side, &trials, 1);
        for (int cycles = 2; cycles <= 4; cycles += 2)
            write_counted(&fixtures[side], (side ? 30 : 20) * cycles, cycles);
    }
    load();
    struct tally *tallies = tally_measure(&source, measure_called("system calls"));
    assert_non_null(tallies);
    assert_true(tallies[0].base == 20 && tallies[0].new == 30);
    assert_int_equal(tallies[0].verdict, TALLY_DIFFERENT);
    free(tallies);
    tallies = tally_measure(&source, measure_called("TLB flushes"));
    assert_non_null(tallies);
    assert_int_equal(tallies[0].verdict, TALLY_NOTHING);
    free(tallies);
}

/* Every number a trial has is of its own name: the nth is n times ten, twice as much on the new side. */
static void test_whose_number_it_is(void **state)
{
    static const struct {
        const char *name, *field;
        bool bytes;
    } cases[] = {
        {"minor faults", "minor_faults", false}, {"major faults", "major_faults", false},
        {"bytes read from the device", "device_read_bytes", true},
        {"bytes written to the device", "device_written_bytes", true},
        {"waits", "voluntary_context_switches", false}, {"preemptions", "involuntary_context_switches", false},
    };
    enum { COUNT = sizeof cases / sizeof *cases };

    (void)state;
    for (int side = 0; side < SIDES; side++) {
        make_run(side, &(struct counted){{0}, 0, 2}, 1);
        json_t *trial = fixture_object(&fixtures[side], 0, 0, 1000000);
        for (int i = 0; i < COUNT; i++)
            json_object_set_new(trial, cases[i].field, json_integer(2 * 10 * (i + 1) * (side + 1)));
        fixture_write(&fixtures[side], trial);
    }
    load();
    for (int i = 0; i < COUNT; i++) {
        const size_t measure = measure_called(cases[i].name);
        struct tally *tallies = tally_measure(&source, measure);
        assert_non_null(tallies);
        assert_int_equal(tally_is_bytes(measure), cases[i].bytes);
        assert_true(tallies[0].base == 10 * (i + 1) && tallies[0].new == 20 * (i + 1));
        free(tallies);
    }
}

static void assert_counted(const char *name, double base, double new, enum tally_verdict verdict)
{
    struct tally *tallies = tally_measure(&source, measure_called(name));

    assert_non_null(tallies);
    assert_false(tally_is_bytes(measure_called(name)));
    if (tallies[0].verdict != verdict || (verdict && (tallies[0].base != base || tallies[0].new != new)))
        fail_msg("%s: %s, from %g to %g", name, tally_verdict_names[tallies[0].verdict], tallies[0].base,
                 tallies[0].new);
    free(tallies);
}

static void test_whose_count_it_is(void **state)
{
    static const char *const names[][2] = {
        {"system calls", "syscalls"},                   {"faults in user space", "page_faults_user"},
        {"faults in the kernel", "page_faults_kernel"}, {"faults that mapped neighbours", "fault_arounds"},
        {"pages mapped", "pages_mapped"},               {"TLB flushes", "tlb_flushes"},
        {"TLB shootdowns", "tlb_remote_shootdowns"},    {"page cache insertions", "page_cache_insertions"},
        {"block requests", "block_requests"},
    };
    enum { COUNT = sizeof names / sizeof *names };

    (void)state;
    for (int side = 0; side < SIDES; side++) {
        json_t *counts = json_object();
        make_run(side, &(struct counted){{20}, 1, 2}, 1);
        for (int i = 0; i < COUNT; i++)
            json_object_set_new(counts, names[i][1], json_integer(2 * 10 * (i + 1) * (side + 1)));
        write_record(&fixtures[side], counts, 2);
    }
    load();
    for (int i = 0; i < COUNT; i++)
        assert_counted(names[i][0], 10 * (i + 1), 20 * (i + 1), TALLY_UNDECIDED);
}

/* No more counted trials are looked at than there are trials: those that ran first. */
static void test_counted_trials_beyond_the_trials(void **state)
{
    (void)state;
    for (int side = 0; side < SIDES; side++) {
        make_run(side, &(struct counted){{20, 20}, 2, 2}, 1);
        for (int i = 0; i < 9; i++)
            write_counted(&fixtures[side], i < 2 ? 10 + 10 * i : 1000, 1);
    }
    load();
    assert_counted("system calls", 15, 15, TALLY_EQUAL);
}

/* With what is warned of. */
static void open_again(char *warning, size_t size)
{
    FILE *shown = stderr;

    tally_close(&source);
    stderr = fmemopen(warning, size, "w");
    tally_open(&source, &compare.comparisons[0]);
    fclose(stderr);
    stderr = shown;
}

/* Of runs put together, and where the file is damaged, nothing is counted; of damage it tells. */
static void test_nothing_is_counted(void **state)
{
    char warning[512] = "";

    (void)state;
    for (int side = 0; side < SIDES; side++) {
        make_run(side, &(struct counted){{20, 20}, 2, 2}, 1);
        write_counted(&fixtures[side], 20, 2);
    }
    load();
    assert_counted("system calls", 10, 10, TALLY_EQUAL);
    assert_counted("minor faults", 10, 10, TALLY_EQUAL);
    compare.sides[1].runs = 2;
    open_again(warning, sizeof warning);
    assert_counted("system calls", 0, 0, TALLY_NOTHING);
    assert_string_equal(warning, "");
    compare.sides[1].runs = 1;
    write_counted(&fixtures[0], 20, 0);
    open_again(warning, sizeof warning);
    assert_counted("system calls", 0, 0, TALLY_NOTHING);
    assert_non_null(strstr(warning, "warning: "));
    assert_non_null(strstr(warning, "counts.jsonl"));
    assert_counted("minor faults", 10, 10, TALLY_EQUAL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_fixtures, close_fixtures)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_verdicts), TEST(test_order), TEST(test_words),
                                       TEST(test_counted_trials), TEST(test_whose_number_it_is),
                                       TEST(test_whose_count_it_is), TEST(test_nothing_is_counted),
                                       TEST(test_counted_trials_beyond_the_trials)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
