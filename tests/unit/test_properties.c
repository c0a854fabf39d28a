/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has to hold of any run, from its journal to what is shown of it: random runs from fixed seeds. */
#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/merge.h"
#include "analysis/report.h"
#include "analysis/summary.h"
#include "analysis/terms.h"
#include "tests/unit/run_fixture.h"

enum { M = 1 << 20, POINTS = 4, MOST_BLOCKS = 24, RUNS = 25 };

/* A run to be: the time of every trial, 0 where there is none. */
struct made {
    uint64_t times[POINTS][MOST_BLOCKS];
    unsigned blocks;
    long baseline; /* 0 or 1 */
};

/* A run that was loaded. */
struct loaded {
    struct fixture fixture;
    struct run run;
    struct summary summary;
};

static uint64_t word(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return *state ^ *state >> 31;
}

/* Times over six powers of ten, with gaps and ties. */
static void make(struct made *made, uint64_t seed)
{
    uint64_t state = seed * 977 + 1;

    *made = (struct made){.blocks = 1 + (unsigned)(word(&state) % MOST_BLOCKS)};
    for (unsigned p = 0; p < POINTS; p++) {
        uint64_t scale = 100 * (uint64_t)pow(10, (double)(word(&state) % 7));
        for (unsigned b = 0; b < made->blocks; b++)
            if (word(&state) % 8)
                made->times[p][b] = 10 * (scale + word(&state) % (scale / (1 + word(&state) % 3)));
    }
}

static void add_points(struct fixture *fixture, long baseline)
{
    static const char *const methods[POINTS] = {"stream", "sendfile", "mmap", "splice"};

    for (long p = 0; p < POINTS; p++)
        fixture_add(fixture, fixture_point(methods[p], M, p == 0 ? 1 << 18 : 0, 0), 0,
                    p == baseline ? -1 : baseline);
}

static void load(struct loaded *loaded)
{
    struct error error;

    if (load_run(&loaded->run, loaded->fixture.directory, &error) < 0)
        fail_msg("%s", error.text);
}

static void summarise(struct loaded *loaded)
{
    struct error error;

    if (summary_make(&loaded->summary, &loaded->run, &error) < 0)
        fail_msg("%s", error.text);
}

static void release(struct loaded *loaded)
{
    summary_free(&loaded->summary);
    load_free(&loaded->run);
    fixture_close(&loaded->fixture);
}

/* Trials of the blocks from first on, into blocks numbered on from the fixture's so far; in an order of the
 * seed's, block by block. */
static void write_trials(struct fixture *fixture, const struct made *made, uint64_t seed, unsigned from)
{
    uint64_t state = seed;

    for (unsigned b = 0; b < made->blocks; b++) {
        unsigned first = seed ? (unsigned)(word(&state) % POINTS) : 0;
        for (unsigned i = 0; i < POINTS; i++) {
            unsigned p = (first + i) % POINTS;
            if (made->times[p][b])
                fixture_trial(fixture, p, from + b, made->times[p][b]);
        }
    }
}

static void write_run(struct loaded *loaded, const struct made *made, uint64_t order_seed)
{
    *loaded = (struct loaded){0};
    fixture_open(&loaded->fixture);
    add_points(&loaded->fixture, made->baseline);
    fixture_header(&loaded->fixture, NULL);
    write_trials(&loaded->fixture, made, order_seed, 0);
    load(loaded);
}

static void assert_same(double got, double wanted, const char *what)
{
    if (!(got == wanted || (isnan(got) && isnan(wanted))) && !(fabs(got - wanted) <= 1e-12 * fabs(wanted)))
        fail_msg("%s: %.17g is not %.17g", what, got, wanted);
}

static void assert_scaled(const struct interval *got, const struct interval *wanted, double factor, const char *what)
{
    assert_int_equal(got->n, wanted->n);
    assert_int_equal(got->bounded, wanted->bounded);
    assert_same(got->middle, factor * wanted->middle, what);
    assert_same(got->low, factor * wanted->low, what);
    assert_same(got->high, factor * wanted->high, what);
    assert_same(got->confidence, wanted->confidence, what);
}

static void assert_same_rows(const struct row *got, const struct row *wanted, double factor)
{
    assert_scaled(&got->time_ns, &wanted->time_ns, factor, "time");
    assert_scaled(&got->throughput_bytes_per_s, &wanted->throughput_bytes_per_s, 1 / factor, "throughput");
    assert_scaled(&got->cpu_s_per_gib, &wanted->cpu_s_per_gib, factor, "cpu");
    assert_same(got->transfer_ns, factor * wanted->transfer_ns, "transfer");
    assert_same(got->minor_faults, wanted->minor_faults, "faults");
}

/* Ratios are of logarithms, whose last digits depend on the scale. */
static void assert_near_ratios(const struct row *got, const struct row *wanted)
{
    assert_int_equal(got->speed.n, wanted->speed.n);
    assert_int_equal(got->verdict, wanted->verdict);
    if (wanted->speed.n == 0)
        return;
    assert_true(fabs(log(got->speed.middle / wanted->speed.middle)) < 1e-12);
    assert_int_equal(got->speed.bounded, wanted->speed.bounded);
    if (!wanted->speed.bounded)
        return;
    assert_true(fabs(log(got->speed.low / wanted->speed.low)) < 1e-12);
    assert_true(fabs(log(got->speed.high / wanted->speed.high)) < 1e-12);
}

/* Nothing depends on the order in which a block's trials ran. */
static void test_order_does_not_matter(void **state)
{
    struct loaded first, second;
    struct made made;

    (void)state;
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        make(&made, seed);
        write_run(&first, &made, 0);
        write_run(&second, &made, seed);
        summarise(&first);
        summarise(&second);
        for (size_t p = 0; p < POINTS; p++) {
            assert_same_rows(&second.summary.rows[p], &first.summary.rows[p], 1);
            assert_near_ratios(&second.summary.rows[p], &first.summary.rows[p]);
        }
        release(&first);
        release(&second);
    }
}

/* A machine that takes three times as long for everything has three times the medians and the same ratios. */
static void test_scale(void **state)
{
    struct loaded first, second;
    struct made made, slow;

    (void)state;
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        make(&made, seed);
        slow = made;
        for (size_t p = 0; p < POINTS; p++)
            for (size_t b = 0; b < MOST_BLOCKS; b++)
                slow.times[p][b] *= 3;
        write_run(&first, &made, 0);
        write_run(&second, &slow, 0);
        summarise(&first);
        summarise(&second);
        for (size_t p = 0; p < POINTS; p++) {
            assert_same_rows(&second.summary.rows[p], &first.summary.rows[p], 3);
            assert_near_ratios(&second.summary.rows[p], &first.summary.rows[p]);
        }
        release(&first);
        release(&second);
    }
}

static enum verdict mirrored(enum verdict verdict)
{
    return verdict == VERDICT_FASTER ? VERDICT_SLOWER : verdict == VERDICT_SLOWER ? VERDICT_FASTER : verdict;
}

/* A against B and B against A: the ratios' product is 1, the intervals are each other's mirror images. */
static void test_ratios_mirror(void **state)
{
    struct loaded forth, back;
    struct made made;
    size_t bounded = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        make(&made, seed);
        write_run(&forth, &made, 0);
        made.baseline = 1;
        write_run(&back, &made, 0);
        summarise(&forth);
        summarise(&back);
        const struct row *there = &forth.summary.rows[1], *here = &back.summary.rows[0];
        assert_int_equal(there->speed.n, here->speed.n);
        if (there->speed.n > 0) {
            assert_true(fabs(log(there->speed.middle * here->speed.middle)) < 1e-12);
            assert_true(fabs(there->speed.p - here->speed.p) < 1e-12);
        }
        if (there->speed.bounded) {
            assert_true(fabs(log(there->speed.low * here->speed.high)) < 1e-12);
            assert_true(fabs(log(there->speed.high * here->speed.low)) < 1e-12);
            assert_int_equal(here->verdict == VERDICT_NONE, there->verdict == VERDICT_NONE);
            if (!here->held_back && !there->held_back)
                assert_int_equal(here->verdict, mirrored(there->verdict));
            bounded++;
        }
        release(&forth);
        release(&back);
    }
    assert_true(bounded > RUNS / 3);
}

static size_t find(const struct run *run, const struct point *point)
{
    for (size_t p = 0; p < run->point_count; p++)
        if (point_compare(&run->points[p].point, point) == 0)
            return p;
    fail_msg("a point got lost");
    return SIZE_MAX;
}

/* Two runs put together by report say what one journal with the trials of both says. */
static void test_merged(void **state)
{
    struct loaded first, second, both;
    struct made a, b;
    struct error error;

    (void)state;
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        make(&a, seed);
        make(&b, seed + 1000);
        write_run(&first, &a, 0);
        write_run(&second, &b, 0);
        both = (struct loaded){0};
        fixture_open(&both.fixture);
        add_points(&both.fixture, 0);
        fixture_header(&both.fixture, NULL);
        write_trials(&both.fixture, &a, 0, 0);
        write_trials(&both.fixture, &b, 0, a.blocks);
        load(&both);
        summarise(&both);
        assert_int_equal(merge_runs(&first.run, &second.run, &error), 0);
        summarise(&first);
        assert_int_equal(first.summary.valid, both.summary.valid);
        for (size_t p = 0; p < POINTS; p++) {
            const size_t moved = find(&first.run, &both.run.points[p].point);
            assert_same_rows(&first.summary.rows[moved], &both.summary.rows[p], 1);
            assert_near_ratios(&first.summary.rows[moved], &both.summary.rows[p]);
        }
        release(&first);
        release(&second);
        release(&both);
    }
}

/* A run that calls two tasks one group may have a baseline that is none once groups are told by their points. */
static void test_merged_baselines_stay_in_their_group(void **state)
{
    struct loaded loaded[2];
    struct error error;

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct point other = fixture_point("other", M, 0, 0);
        strcpy(other.destination, "elsewhere");
        loaded[i] = (struct loaded){0};
        fixture_open(&loaded[i].fixture);
        add_points(&loaded[i].fixture, 0);
        fixture_add(&loaded[i].fixture, other, 0, 0);
        fixture_header(&loaded[i].fixture, NULL);
        load(&loaded[i]);
        assert_int_equal(loaded[i].run.points[POINTS].baseline, 0);
    }
    assert_int_equal(merge_runs(&loaded[0].run, &loaded[1].run, &error), 0);
    const struct run *run = &loaded[0].run;
    assert_int_equal(run->point_count, POINTS + 1);
    size_t stream = run->point_count, with = 0;
    for (size_t p = 0; p < run->point_count; p++)
        if (!strcmp(run->points[p].point.method, "stream"))
            stream = p;
    for (size_t p = 0; p < run->point_count; p++) {
        const struct run_point *point = &run->points[p];
        bool elsewhere = !strcmp(point->point.destination, "elsewhere");
        assert_int_equal(point->baseline, p == stream || elsewhere ? -1 : (long)stream);
        assert_int_equal(point->group == run->points[stream].group, !elsewhere);
        with += point->baseline >= 0;
    }
    assert_int_equal(with, POINTS - 1);
    release(&loaded[0]);
    release(&loaded[1]);
}

/* Blocks that no number has room for are an error, no other block. */
static void test_merge_of_too_many_blocks(void **state)
{
    struct loaded first, second;
    struct made made;
    struct error error = {""};

    (void)state;
    make(&made, 1);
    write_run(&first, &made, 0);
    write_run(&second, &made, 0);
    first.run.trials[0].block = 1ULL << 60;
    second.run.trials[0].block = 1ULL << 60;
    assert_int_equal(merge_runs(&first.run, &second.run, &error), -1);
    assert_non_null(strstr(error.text, "blocks"));
    release(&first);
    release(&second);
}

/* What printf makes of no number, not as a part of a word. */
static const char *find_no_number(const char *text)
{
    static const char *const bad[] = {"nan", "inf"};

    for (const char *at = text; *at; at++)
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
            if (!strncmp(at, bad[i], strlen(bad[i])) && (at == text || !isalpha((unsigned char)at[-1])) &&
                !isalpha((unsigned char)at[strlen(bad[i])]))
                return at;
    return NULL;
}

static void check_text(const char *name, const char *text)
{
    const char *at = find_no_number(text);

    if (at)
        fail_msg("%s: ...%.*s", name, 120, at - text > 60 ? at - 60 : text);
}

/* Pictures are for eyes, and only made of the .gp beside them. */
static bool is_text(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && (!strcmp(dot, ".json") || !strcmp(dot, ".html") || !strcmp(dot, ".csv") || !strcmp(dot, ".gp"));
}

static size_t check_files(const char *directory)
{
    DIR *entries = opendir(directory);
    size_t checked = 0;
    char path[512];

    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        if (entry->d_type != DT_REG || !is_text(entry->d_name))
            continue;
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        FILE *in = fopen(path, "r");
        char *text = calloc(1, 4 << 20);
        assert_true(in && text);
        assert_true(fread(text, 1, (4 << 20) - 1, in) < (4 << 20) - 1);
        check_text(path, text);
        if (strstr(text, "No charts"))
            fail_msg("%s: %.120s", path, strstr(text, "No charts"));
        free(text);
        fclose(in);
        checked++;
    }
    closedir(entries);
    return checked;
}

static void add_entry(json_t *entries, const char *name, const char *unit, const char *target, double value)
{
    json_array_append_new(entries, json_pack("{s:s, s:s, s:o, s:n, s:f}", "name", name, "unit", unit, "target",
                                             *target ? json_string(target) : json_null(), "block_size_bytes", "value",
                                             value));
}

/* A price for everything. */
static json_t *calibration(double value)
{
    json_t *entries = json_array();

    for (size_t i = 0; i < term_count; i++) {
        add_entry(entries, terms[i].price, terms[i].unit, terms[i].side == TERM_MACHINE ? "" : "disk", value);
        add_entry(entries, terms[i].price, "ns/page", terms[i].side == TERM_MACHINE ? "" : "disk", value);
    }
    add_entry(entries, "device_sequential", "bytes/s", "disk", value);
    add_entry(entries, "memory_read", "bytes/s", "", value);
    add_entry(entries, "memory_copy", "bytes/s", "", value);
    return json_pack("{s:o}", "entries", entries);
}

/* Counts of one counted trial of the point. */
static void write_counts(const struct fixture *fixture, size_t point, json_int_t count)
{
    static const char *const names[] = {"syscalls", "syscalls_sendfile", "syscalls_mmap", "syscalls_munmap",
                                        "pages_mapped", "tlb_flushes"};
    json_t *record = json_copy(json_array_get(fixture->points, point)), *counts = json_object();
    char path[SCRATCH_PATH_SIZE];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        json_object_set_new(counts, names[i], json_integer(i == 1 ? 0 : count));
    json_object_set_new(record, "schema", json_integer(1));
    json_object_set_new(record, "point", json_integer((json_int_t)point));
    json_object_set_new(record, "cycles", json_integer(1));
    json_object_set_new(record, "counts", counts);
    snprintf(path, sizeof path, "%.127s/counts.jsonl", fixture->directory);
    FILE *out = fopen(path, "a");
    json_dumpf(record, out, JSON_COMPACT);
    fputc('\n', out);
    fclose(out);
    json_decref(record);
}

/* Where there is nothing, or too much, to divide by: no bytes, no faults, no operations, a nanosecond, ages. */
static void write_extreme(struct fixture *fixture, size_t point, unsigned block, uint64_t time_ns, json_int_t count)
{
    static const char *const counts[] = {"minor_faults", "major_faults", "requested_read_bytes",
                                         "requested_written_bytes", "process_read_bytes", "device_read_bytes",
                                         "distinct_bytes", "user_ns", "system_ns", "events", "cpu_ns"};
    json_t *trial = fixture_object(fixture, point, block, time_ns);

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        json_object_set_new(trial, counts[i], json_integer(count));
    if (time_ns == 1) {
        json_object_set_new(trial, "latency_p50_ns", json_integer(0)); /* and no other quantile */
        json_object_set_new(trial, "cycles", json_integer(1));
    }
    fixture_write(fixture, trial);
}

static void check_report(struct fixture *fixture)
{
    static const char *const formats[] = {"text", "csv", "json", "markdown"};
    static char text[1 << 20], path[SCRATCH_PATH_SIZE];
    struct error error;

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        FILE *out = fmemopen(text, sizeof text, "w");
        if (report_print(fixture->directory, formats[i], out, &error) < 0)
            fail_msg("%s", error.text);
        fclose(out);
        check_text(formats[i], text);
    }
    FILE *out = fmemopen(text, sizeof text, "w");
    if (report_make(fixture->directory, out, &error) < 0)
        fail_msg("%s", error.text);
    fclose(out);
    check_text("the terminal", text);
    assert_int_equal(check_files(fixture->directory), 2);
    snprintf(path, sizeof path, "%.127s/report", fixture->directory);
    assert_int_equal(check_files(path), 3);
    snprintf(path, sizeof path, "%.127s/report/charts", fixture->directory);
    check_files(path);
}

static void test_only_numbers_are_shown(void **state)
{
    static const double prices[] = {1e-300, 1e-29, 1, 1e29, 1e300};
    static const struct {
        uint64_t file_size, time_ns;
        json_int_t count;
    } cases[] = {{0, 1000, 0}, {0, 1, 1}, {1, 1, 0}, {M, 1, 0}, {M, 1LL << 58, 1LL << 58}, {1ULL << 40, 1000, 7},
                 {M, 1000000, 16}};
    struct fixture fixture;

    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (size_t i = 0; i < 2; i++) {
            fixture_open(&fixture);
            for (size_t p = 0; p < POINTS; p++) {
                struct point point = fixture_point(p ? "mmap" : "stream", p == 3 ? 2 * M : cases[c].file_size,
                                                   p == 1 ? 0 : 1 << 18, 0);
                snprintf(point.consumption, sizeof point.consumption, p ? "touch" : "digest");
                snprintf(point.cache, sizeof point.cache, p == 2 ? "cold" : "warm");
                fixture_add(&fixture, point, p < 2 ? 0 : p - 1, p == 1 ? 0 : -1);
                write_counts(&fixture, p, cases[c].count);
            }
            fixture_header(&fixture,
                           json_pack("{s:i, s:s, s:s, s:I, s:{s:s, s:f, s:f}, s:o}", "schema", 1, "name", "test",
                                     "state", "complete", "seed", (json_int_t)INT64_MAX, "environment", "host",
                                     "here", "memory_bytes", 1e300, "uptime_ns", -1e300, "calibration",
                                     calibration(prices[(c + 2 * i) % (sizeof prices / sizeof *prices)])));
            for (unsigned b = 0; b < 8; b++)
                for (size_t p = 0; p < POINTS; p++)
                    write_extreme(&fixture, p, b, p ? cases[c].time_ns + b % 2 : 1000, cases[c].count);
            check_report(&fixture);
            fixture_close(&fixture);
        }
}

/* The seed on the page is the seed, also where a double has no room for it. */
static void test_seed_is_whole(void **state)
{
    struct fixture fixture;
    struct error error;
    char path[SCRATCH_PATH_SIZE];
    static char text[1 << 20];
    FILE *null = fopen("/dev/null", "w");

    (void)state;
    fixture_open(&fixture);
    add_points(&fixture, 0);
    fixture_header(&fixture, json_pack("{s:i, s:I}", "schema", 1, "seed", (json_int_t)9007199254740993));
    assert_int_equal(report_make(fixture.directory, null, &error), 0);
    fclose(null);
    snprintf(path, sizeof path, "%s/report/index.html", fixture.directory);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    text[fread(text, 1, sizeof text - 1, in)] = 0;
    fclose(in);
    assert_non_null(strstr(text, "--seed 9007199254740993"));
    assert_non_null(strstr(text, "seed 9007199254740993,"));
    fixture_close(&fixture);
}

/* A product that wraps around would look like a small amount of bytes. */
static void test_sizes_beyond_reach_are_refused(void **state)
{
    static const struct {
        uint64_t files, file_size, block_size, operations;
    } cases[] = {{1 << 20, 1ULL << 50, 0, 0}, {1, 1ULL << 50, 1ULL << 50, 1 << 20}, {1, M, INT64_MAX, 3}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loaded loaded = {0};
        struct error error = {""};
        struct point point = fixture_point("stream", cases[i].file_size, cases[i].block_size, 0);
        point.files = cases[i].files;
        point.operations = cases[i].operations;
        fixture_open(&loaded.fixture);
        fixture_add(&loaded.fixture, point, 0, -1);
        fixture_header(&loaded.fixture, NULL);
        assert_int_equal(load_run(&loaded.run, loaded.fixture.directory, &error), -1);
        assert_non_null(strstr(error.text, "out of range"));
        release(&loaded);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_scale),
        cmocka_unit_test(test_ratios_mirror),
        cmocka_unit_test(test_merged),
        cmocka_unit_test(test_merged_baselines_stay_in_their_group),
        cmocka_unit_test(test_merge_of_too_many_blocks),
        cmocka_unit_test(test_only_numbers_are_shown),
        cmocka_unit_test(test_seed_is_whole),
        cmocka_unit_test(test_sizes_beyond_reach_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
