/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts x prices on a run made by hand, whose tolls are known exactly. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/calibration.h"
#include "analysis/explain.h"
#include "analysis/limits.h"
#include "analysis/windows_fit.h"
#include "common/seal.h"
#include "common/units.h"
#include "run_fixture.h"
#include "within.h"

enum { BLOCK = 256 * KIB, READS = 4096, FAULTS = 16384, PAGES = GIB / 4096 };

static void price(json_t *entries, const char *name, const char *unit, const char *target, uint64_t block, double value)
{
    json_array_append_new(entries, json_pack("{s:s, s:s, s:o, s:o, s:n, s:n, s:f, s:n, s:n, s:i}", "name", name, "unit",
                                             unit, "target", target ? json_string(target) : json_null(),
                                             "block_size_bytes", block ? json_integer((json_int_t)block) : json_null(),
                                             "queue_depth", "threads", "value", value, "low", "high", "n", 1));
}

/* Round numbers, in ms per GiB: a copy 60 (10 of which are calls of 1 us in blocks of 64K), a digest 30 near and 40
 * far, faults of 1 us. */
static json_t *prices(void)
{
    json_t *entries = json_array();

    price(entries, "null_syscall", "ns/call", NULL, 0, 1000);
    price(entries, "copy_out", "ns/gib", "disk", BLOCK, 60e6);
    price(entries, "copy_out", "ns/gib", "disk", 4 * MIB, 50e6);
    price(entries, "digest_near", "ns/gib", NULL, BLOCK, 30e6);
    price(entries, "digest_mapped", "ns/gib", "disk", 16 * MIB, 40e6);
    price(entries, "map_window", "ns/window", "disk", BLOCK, 2000);
    price(entries, "fault", "ns/fault", "disk", 16 * MIB, 1000);
    price(entries, "fault", "ns/page", "disk", 16 * MIB, 62.5);
    price(entries, "unmap_page", "ns/page", "disk", 16 * MIB, 25);
    price(entries, "memory_read", "bytes/s", NULL, 0, 50.0 * GIB);
    price(entries, "link", "bytes/s", "tcp", 64 * KIB, 1.0 * GIB);
    price(entries, "link", "bytes/s", "tcp", BLOCK, 2.0 * GIB);
    price(entries, "device_sequential", "bytes/s", "disk", 0, 0.5 * GIB);
    return json_pack("{s:i, s:{s:s}, s:o, s:[]}", "elapsed_ns", 1, "same", "other", "disk", "entries", entries,
                     "missing");
}

static struct point scan_of(const char *method, uint64_t block)
{
    struct point point = fixture_point(method, GIB, block, 0);

    strcpy(point.task, "scan");
    strcpy(point.destination, "");
    strcpy(point.consumption, "digest");
    strcpy(point.destination_state, "none");
    point.files = 1;
    return point;
}

static void trial(struct fixture *fixture, size_t point, double ms, uint64_t faults, uint64_t requested)
{
    json_t *object = fixture_object(fixture, point, 0, (uint64_t)(ms * 1e6));

    json_object_set_new(object, "minor_faults", json_integer((json_int_t)(2 * faults)));
    json_object_set_new(object, "requested_read_bytes", json_integer((json_int_t)(2 * requested)));
    fixture_write(fixture, object);
}

/* A line of counts.jsonl, sealed as the runner seals it. Steals counts. */
static void count_more(struct fixture *fixture, size_t point, json_t *counts)
{
    char path[SCRATCH_PATH_SIZE];
    size_t length;
    json_t *record = json_pack("{s:i, s:I, s:s, s:i, s:I, s:o}", "schema", 2, "point", (json_int_t)point, "kind",
                               "counted", "cycles", 1, "bytes", (json_int_t)GIB, "counts", counts);

    json_object_update_missing(record, json_array_get(fixture->points, point));
    snprintf(path, sizeof path, "%.127s/counts.jsonl", fixture->directory);
    char *text = json_dumps(record, JSON_COMPACT), *line = seal_line(text, &length);
    FILE *out = fopen(path, "a");
    fwrite(line, 1, length, out);
    fclose(out);
    free(line);
    free(text);
    json_decref(record);
}

static void count(struct fixture *fixture, size_t point, int calls, int maps, int unmaps)
{
    count_more(fixture, point,
               json_pack("{s:i, s:i, s:i, s:i}", "syscalls", calls, "syscalls_mmap", maps, "syscalls_munmap", unmaps,
                         "syscalls_sendfile", 0));
}

struct made {
    struct fixture fixture;
    struct run run;
    struct summary summary;
    struct explanations explanations;
};

static void load(struct made *made, bool with_prices)
{
    struct error error;
    json_t *header = json_pack("{s:i, s:s, s:s}", "schema", 1, "name", "test", "state", "complete");

    if (with_prices)
        json_object_set_new(header, "calibration", prices());
    fixture_header(&made->fixture, header);
    assert_int_equal(load_run(&made->run, made->fixture.directory, &error), 0);
    assert_int_equal(summary_make(&made->summary, &made->run, &error), 0);
    assert_int_equal(explain_make(&made->explanations, &made->summary, &error), 0);
}

static void release(struct made *made)
{
    explain_free(&made->explanations);
    summary_free(&made->summary);
    load_free(&made->run);
    fixture_close(&made->fixture);
}

static double value_at(const struct made *made, const char *target, uint64_t block)
{
    const struct calibration_place place = {.target = target, .block = block};

    return calibration_price(&made->run, "copy_out", "ns/gib", &place).middle;
}

static double toll_ms(const struct explanation *explanation, const char *name)
{
    for (size_t i = 0; i < explanation->toll_count; i++)
        if (!strcmp(explanation->tolls[i].term->name, name))
            return explain_ms_per_gib(explanation, explanation->tolls[i].ns);
    return 0;
}

static char *sentence(const struct made *made, size_t point)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    explain_sentence(out, &made->summary, &made->explanations, point);
    fclose(out);
    return text;
}

/* Copied: 4096 calls, 1 GiB copied and digested near. Mapped: faults, pages, digested far. */
static void make_pair(struct made *made, double copied_ms, double mapped_ms)
{
    fixture_open(&made->fixture);
    size_t copied = fixture_add(&made->fixture, scan_of("one", BLOCK), 0, -1);
    size_t mapped = fixture_add(&made->fixture, scan_of("two", 0), 0, 0);
    trial(&made->fixture, copied, copied_ms, 0, GIB);
    trial(&made->fixture, mapped, mapped_ms, FAULTS, 0);
    count(&made->fixture, copied, READS, 0, 0);
    count(&made->fixture, mapped, 4, 1, 1);
}

static void test_tolls(void **state)
{
    struct made made;

    (void)state;
    make_pair(&made, 95, 65);
    load(&made, true);
    const struct explanation *copied = &made.explanations.all[0], *mapped = &made.explanations.all[1];
    double calls = READS * 1000 / 1e6;
    assert_within(toll_ms(copied, "system calls"), calls, 1e-9);
    assert_within(toll_ms(copied, "copying to user space"), 60 - calls, 1e-9);
    assert_within(toll_ms(copied, "digesting what is near"), 30, 1e-9);
    assert_within(copied->sum_ns, 90e6, 1);
    assert_within(copied->unexplained_ns, 5e6, 1);
    assert_within(toll_ms(mapped, "faults"), FAULTS * 1000 / 1e6, 1e-9);
    assert_within(toll_ms(mapped, "unmapping"), PAGES * 25 / 1e6, 1e-9);
    assert_within(toll_ms(mapped, "digesting what is far"), 40, 1e-9);
    assert_within(toll_ms(mapped, "mapping windows"), 2000 / 1e6, 1e-9);
    assert_within(toll_ms(mapped, "system calls"), 2 * 1000 / 1e6, 1e-9);
    assert_true(explain_is_explained(mapped));
    assert_string_equal(explain_largest(mapped)->term->name, "digesting what is far");
    release(&made);
}

static void test_sentence(void **state)
{
    struct made made;

    (void)state;
    make_pair(&made, 90, 63);
    load(&made, true);
    char *text = sentence(&made, 1);
    assert_non_null(strstr(text, "saves copying to user space (−56 ms/GiB)"));
    assert_non_null(strstr(text, "pays digesting what is far (+40 ms/GiB)"));
    assert_non_null(strstr(text, "16,384 faults (+16 ms/GiB)"));
    assert_non_null(strstr(text, "; 0 ms unexplained"));
    free(text);
    release(&made);
}

/* More than 20 % left over is no explanation, on either side of the measured time. */
static void test_not_explained(void **state)
{
    static const struct {
        double ms;
        bool explained;
    } cases[] = {{90, true}, {112, true}, {113, false}, {200, false}, {76, true}, {74, false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made made;
        make_pair(&made, cases[i].ms, 63);
        load(&made, true);
        assert_int_equal(explain_is_explained(&made.explanations.all[0]), cases[i].explained);
        char *text = sentence(&made, 0);
        assert_int_equal(strstr(text, "not explained") != NULL, !cases[i].explained);
        free(text);
        release(&made);
    }
}

/* The hardware's limit bounds the sum from below. */
static void test_limit_bounds(void **state)
{
    struct made made;

    (void)state;
    fixture_open(&made.fixture);
    struct point cold = scan_of("one", BLOCK);
    strcpy(cold.cache, "cold");
    fixture_add(&made.fixture, cold, 0, -1);
    trial(&made.fixture, 0, 2100, 0, GIB);
    count(&made.fixture, 0, READS, 0, 0);
    load(&made, true);
    const struct explanation *explanation = &made.explanations.all[0];
    assert_within(explanation->limit_ns, 2e9, 1);
    assert_string_equal(explanation->limit_name, "reading the device");
    /* One price is missing, so there is no sum: it is said which. */
    assert_false(explain_is_possible(explanation));
    assert_non_null(strstr(explanation->reason, "pages from the device"));
    release(&made);
}

static void test_what_is_missing(void **state)
{
    struct made made;

    (void)state;
    make_pair(&made, 90, 63);
    load(&made, false);
    assert_non_null(strstr(made.explanations.all[0].reason, "no calibration"));
    release(&made);

    fixture_open(&made.fixture);
    fixture_add(&made.fixture, scan_of("one", BLOCK), 0, -1);
    trial(&made.fixture, 0, 90, 0, GIB);
    load(&made, true);
    assert_non_null(strstr(made.explanations.all[0].reason, "not counted"));
    assert_true(isnan(made.explanations.all[0].unexplained_ns));
    release(&made);
}

static void test_limits(void **state)
{
    struct made made;
    const char *name;

    (void)state;
    make_pair(&made, 90, 63);
    load(&made, true);
    struct point point = scan_of("one", BLOCK);
    assert_within(limits_bytes_per_s(&made.run, &point, &name), 50.0 * GIB, 1);
    assert_string_equal(name, "reading memory");
    assert_within(limits_efficiency(&made.run, &point, 25.0 * GIB), 0.5, 1e-9);
    point.file_size_bytes = MIB; /* a CPU's cache holds it */
    assert_true(isnan(limits_bytes_per_s(&made.run, &point, &name)));
    assert_null(name);
    point = scan_of("one", BLOCK);
    strcpy(point.source, "other"); /* on the same file system as disk */
    strcpy(point.cache, "cold");
    assert_within(limits_bytes_per_s(&made.run, &point, &name), 0.5 * GIB, 1);
    strcpy(point.cache, "warm");
    strcpy(point.task, "send");
    strcpy(point.consumption, "none");
    strcpy(point.destination, "tcp");
    assert_within(limits_bytes_per_s(&made.run, &point, &name), 2.0 * GIB, 1);
    release(&made);
}

static void test_nearest_block(void **state)
{
    struct made made;

    (void)state;
    make_pair(&made, 90, 63);
    load(&made, true);
    assert_within(value_at(&made, "disk", MIB / 2), 60e6, 1);
    assert_within(value_at(&made, "disk", 2 * MIB), 50e6, 1);
    assert_true(isnan(value_at(&made, "tmpfs", MIB)));
    assert_within(calibration_pages_a_fault(&made.run, "fault", &(struct calibration_place){.target = "disk", .block = GIB}), 16, 1e-9);
    release(&made);
}

static double fault_ns(const struct made *made, const char *target, double pages)
{
    const struct calibration_place place = {.target = target, .block = GIB};

    return calibration_fault_ns(&made->run, "fault", "fault_single", &place, pages);
}

/* 600 ns whatever it maps, and 25 ns for each of 16 pages. */
static void test_fault_price(void **state)
{
    struct made made;

    (void)state;
    make_pair(&made, 90, 63);
    load(&made, true);
    json_t *entries = json_object_get(json_object_get(made.run.header, "calibration"), "entries");
    assert_within(fault_ns(&made, "disk", 32), 1000, 1e-9);
    price(entries, "fault_single", "ns/fault", "disk", 0, 600);
    assert_within(fault_ns(&made, "disk", 16), 1000, 1e-9);
    assert_within(fault_ns(&made, "disk", 32), 1400, 1e-9);
    assert_true(isnan(fault_ns(&made, "tmpfs", 32)));
    release(&made);
}

static void add_values(json_t *entry, const double *values, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_real(values[i]));
    json_object_set_new(entry, "values", list);
}

/* Odd and even rounds, each with its median: 100 and 100, 100 and 120; three rounds are too few. */
static void test_steadiness(void **state)
{
    struct made made;

    (void)state;
    make_pair(&made, 90, 63);
    load(&made, true);
    json_t *entries = json_object_get(json_object_get(made.run.header, "calibration"), "entries");
    add_values(json_array_get(entries, 0), (const double[]){90, 95, 110, 105}, 4);
    add_values(json_array_get(entries, 1), (const double[]){100, 121, 100, 119}, 4);
    add_values(json_array_get(entries, 2), (const double[]){100, 200, 100}, 3);
    struct calibration_steadiness steadiness = calibration_steadiness(&made.run);
    assert_int_equal(steadiness.known, 2);
    assert_int_equal(steadiness.steady, 1);
    assert_int_equal(json_integer_value(json_object_get(steadiness.unsteady, "copy_out")), 1);
    assert_int_equal(json_object_size(steadiness.unsteady), 1);
    json_decref(steadiness.unsteady);
    release(&made);
}

/* The price on the file of the nearest size, and of bytes from the same source; the block counts first. */
static void test_nearest_file(void **state)
{
    struct made made;

    (void)state;
    make_pair(&made, 90, 63);
    load(&made, true);
    json_t *entries = json_object_get(json_object_get(made.run.header, "calibration"), "entries");
    for (int i = 0; i < 4; i++) {
        price(entries, "socket_pages", "ns/gib", "tcp", BLOCK, 1 + i);
        json_t *entry = json_array_get(entries, json_array_size(entries) - 1);
        json_object_set_new(entry, "source", json_string(i < 2 ? "disk" : "tmpfs"));
        json_object_set_new(entry, "file_size_bytes", json_integer((json_int_t)(i % 2 ? GIB : 64 * MIB)));
    }
    price(entries, "socket_pages", "ns/gib", "tcp", 4 * MIB, 9);
    struct calibration_place place = {.target = "tcp", .source = "tmpfs", .block = BLOCK, .file_size = 2ULL * GIB};
    assert_within(calibration_price(&made.run, "socket_pages", "ns/gib", &place).middle, 4, 1e-9);
    place.file_size = MIB;
    assert_within(calibration_price(&made.run, "socket_pages", "ns/gib", &place).middle, 3, 1e-9);
    place.source = "other"; /* on the same file system as disk */
    assert_within(calibration_price(&made.run, "socket_pages", "ns/gib", &place).middle, 1, 1e-9);
    place.block = 4 * MIB;
    assert_within(calibration_price(&made.run, "socket_pages", "ns/gib", &place).middle, 9, 1e-9);
    release(&made);
}

/* A copy from mapping to mapping in windows of 64 KiB into a hole that was entered in 512 folios of one page, 32 of 16
 * and 510 of 512: a fault each for the first two kinds, one a page for the last. Those of 16 pages count by 15 of 511
 * as huge. */
static void test_write_faults(void **state)
{
    const int single = 512, middle = 32, huge = 510, source = PAGES / 16;
    const int faults = single + middle + 512 * huge;
    struct made made;

    (void)state;
    fixture_open(&made.fixture);
    struct point point = fixture_point("copies", GIB, 64 * KIB, 0);
    point.files = 1;
    strcpy(point.destination_state, "fresh");
    fixture_add(&made.fixture, point, 0, -1);
    json_t *object = fixture_object(&made.fixture, 0, 0, 3000000000);
    json_object_set_new(object, "minor_faults", json_integer(2 * (json_int_t)(faults + source)));
    json_object_set_new(object, "requested_read_bytes", json_integer(0));
    json_object_set_new(object, "requested_written_bytes", json_integer(0));
    fixture_write(&made.fixture, object);
    count_more(&made.fixture, 0,
               json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "syscalls", 9,
                         "syscalls_mmap", 4, "syscalls_munmap", 2, "syscalls_sendfile", 0, "fault_arounds", source,
                         "folios_order_0", single, "folios_order_1", 0, "folios_order_2", 0, "folios_order_3", 0,
                         "folios_order_4", middle, "folios_order_5", 0, "folios_order_6", 0, "folios_order_7", 0,
                         "folios_order_8", 0, "folios_order_9", huge));
    load(&made, true);
    json_t *entries = json_object_get(json_object_get(made.run.header, "calibration"), "entries");
    price(entries, "user_copy_far", "ns/gib", NULL, 64 * KIB, 100e6);
    price(entries, "write_fault", "ns/fault", "disk", 0, 1000);
    price(entries, "write_fault_huge", "ns/fault", "disk", 0, 10000);
    price(entries, "mapped_page", "ns/page", "disk", 0, 2000);
    price(entries, "mapped_page_huge", "ns/page", "disk", 0, 500);
    price(entries, "unmap_dirty_page", "ns/page", "disk", 0, 100);
    struct error error;
    explain_free(&made.explanations);
    assert_int_equal(explain_make(&made.explanations, &made.summary, &error), 0);
    const struct explanation *explanation = &made.explanations.all[0];
    assert_string_equal(explanation->reason, "");
    double as_huge = 512.0 * huge + middle * 15.0 / 511;
    assert_within(toll_ms(explanation, "faults"), source * 1000 / 1e6, 1e-6);
    assert_within(toll_ms(explanation, "write faults in huge folios"), as_huge * 10000 / 1e6, 1e-6);
    assert_within(toll_ms(explanation, "write faults"), (faults - as_huge) * 1000 / 1e6, 1e-6);
    assert_within(toll_ms(explanation, "new pages of a mapping"), single * 2000 / 1e6, 1e-6);
    assert_within(toll_ms(explanation, "new pages in huge folios"), (PAGES - single) * 500 / 1e6, 1e-6);
    assert_within(toll_ms(explanation, "unmapping written pages"), faults * 100 / 1e6, 1e-6);
    release(&made);
}

/* cost = 40 + 3 MiB x ms / B. */
static void test_fit(void **state)
{
    const double blocks[] = {64 * KIB, 256 * KIB, MIB, 4 * MIB};
    double costs[4];
    struct windows_fit fit;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        costs[i] = 40 + 3.0 * MIB / blocks[i];
    assert_int_equal(windows_fit(&fit, blocks, costs, 4), 0);
    assert_within(fit.base, 40, 1e-9);
    assert_within(fit.overhead / MIB, 3, 1e-9);
    assert_within(fit.r_squared, 1, 1e-9);
    /* There the overhead is 5 % of the total: b/B = 0.05 (a + b/B). */
    double share = fit.overhead / fit.insignificant_from_bytes;
    assert_within(share / (fit.base + share), 0.05, 1e-9);
    assert_int_equal(windows_fit(&fit, blocks, costs, 2), -1);
}

/* So many samples of a symbol that is copying, one of faulting and one of consuming. */
static void profile(struct made *made, size_t point, int copying, int faulting, int consuming)
{
    json_t *record = json_pack("{s:i, s:i, s:[[s, s, i, s], [s, s, i, s], [s, s, i, s]]}", "cycles", 1, "period_ns",
                               100000, "symbols", "copy_user_generic", "kernel", copying, "method",
                               "filemap_map_pages", "kernel", faulting, "method", "digest_add", "user", consuming,
                               "method");

    made->summary.shares.trials[point] = json_pack("[o]", record);
}

static void pays(struct explanation *explanation, enum term_group group, double times)
{
    for (size_t i = 0; i < explanation->toll_count; i++)
        if (explanation->tolls[i].term->group == group)
            explanation->tolls[i].ns *= times;
}

/* 40 ms of consuming, 16 of faults and 7 of unmapping: both of these are faulting and mapping. */
static void test_profile_and_arithmetic(void **state)
{
    struct explain_profile result;
    struct made made;

    (void)state;
    make_pair(&made, 95, 65);
    load(&made, true);
    struct explanation *mapped = &made.explanations.all[1];
    assert_int_equal(explain_profile(&result, &made.summary, mapped), -1);
    profile(&made, 1, 10, 20, 30);
    assert_int_equal(explain_profile(&result, &made.summary, mapped), 0);
    assert_int_equal(result.share, SHARE_CONSUMPTION);
    assert_int_equal(result.group, GROUP_CONSUME);
    assert_true(result.agrees);
    json_decref(made.summary.shares.trials[1]);
    profile(&made, 1, 10, 40, 30);
    assert_int_equal(explain_profile(&result, &made.summary, mapped), 0);
    assert_int_equal(result.share, SHARE_FAULTING);
    assert_false(result.agrees);
    pays(mapped, GROUP_FAULTS, 2); /* 33 and 7: each is less than 40 */
    pays(mapped, GROUP_UNMAP, 1.5);
    assert_int_equal(explain_profile(&result, &made.summary, mapped), 0);
    assert_int_equal(result.group, GROUP_CONSUME);
    assert_true(result.agrees);
    json_decref(made.summary.shares.trials[1]);
    profile(&made, 1, 50, 40, 30);
    assert_int_equal(explain_profile(&result, &made.summary, mapped), 0);
    assert_int_equal(result.share, SHARE_COPYING);
    assert_false(result.agrees);
    release(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tolls),          cmocka_unit_test(test_sentence),
        cmocka_unit_test(test_not_explained),  cmocka_unit_test(test_limit_bounds),
        cmocka_unit_test(test_what_is_missing), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_nearest_block),  cmocka_unit_test(test_fault_price),
        cmocka_unit_test(test_fit),             cmocka_unit_test(test_steadiness),
        cmocka_unit_test(test_nearest_file),    cmocka_unit_test(test_write_faults),
        cmocka_unit_test(test_profile_and_arithmetic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
