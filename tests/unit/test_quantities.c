/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of each thing a point did, of numbers that were put down by hand: all quantities are looked at, also those
 * that have to be none. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/quantities.h"
#include "common/units.h"
#include "run_fixture.h"
#include "within.h"

enum { PAGE = 4096 };

static struct run_point place;
static struct row row;
static json_t *trials;
static double scratch[1];
static struct run run = {.points = &place, .point_count = 1};
static const struct summary summary = {
    .run = &run, .rows = &row, .counts = {.trials = &trials, .point_count = 1, .scratch = scratch}};
static struct quantities found;

/* Of one counted cycle. */
static void count(const char *name, double value)
{
    json_object_set_new(json_object_get(json_array_get(trials, 0), "counts"), name, json_real(value));
}

/* Nine calls: two that map, one that unmaps, six others. */
static void begin(const char *task, uint64_t bytes)
{
    place.point = fixture_point("any", bytes, 0, 0);
    place.point.files = 1;
    strcpy(place.point.task, task);
    row = (struct row){.requested_read_bytes = (double)bytes, .requested_written_bytes = (double)bytes};
    json_decref(trials);
    json_decref(run.header);
    trials = json_pack("[{s:i, s:{}}]", "cycles", 1, "counts");
    run.header = json_pack("{s:{s:[]}}", "calibration", "entries");
    count("syscalls", 9);
    count("syscalls_mmap", 2);
    count("syscalls_munmap", 1);
    count("syscalls_sendfile", 0);
}

static int end(void **state)
{
    (void)state;
    json_decref(trials);
    json_decref(run.header);
    return 0;
}

static void price(const char *unit, uint64_t block, double value)
{
    json_t *entries = json_object_get(json_object_get(run.header, "calibration"), "entries");

    json_array_append_new(entries, json_pack("{s:s, s:s, s:s, s:I, s:f}", "name", "fault", "unit", unit, "target",
                                             "disk", "block_size_bytes", (json_int_t)block, "value", value));
}

/* In windows of this size a fault maps so many pages. */
static void maps_around(uint64_t block, double pages)
{
    price("ns/fault", block, 100 * pages);
    price("ns/page", block, 100);
}

static const struct quantities *work_out(void)
{
    quantities_of(&found, &summary, 0);
    return &found;
}

static void is_unknown(const char *reason)
{
    work_out();
    assert_non_null(found.unknown);
    assert_non_null(strstr(found.unknown, reason));
}

static void are(const double wanted[QUANTITIES])
{
    work_out();
    assert_null(found.unknown);
    for (size_t i = 0; i < QUANTITIES; i++)
        if (!(fabs(found.of[i] - wanted[i]) <= 1e-9 * (1 + fabs(wanted[i]))))
            fail_msg("quantity %zu is %.12g, not %.12g", i, found.of[i], wanted[i]);
}

#define ARE(...) are((const double[QUANTITIES]){__VA_ARGS__})

/* 40960 bytes: 36864 are nearly all, 4096 nearly none. */
static void test_ways(void **state)
{
    (void)state;
    begin("scan", 10 * PAGE);
    row.requested_read_bytes = 36865;
    assert_int_equal(work_out()->in, WAY_COPIED);
    assert_int_equal(found.out, WAY_NONE);
    row.requested_read_bytes = 36863;
    is_unknown("only a part");
    row.requested_read_bytes = 4097;
    is_unknown("only a part");
    row.requested_read_bytes = 4095;
    assert_int_equal(work_out()->in, WAY_MAPPED);
    row.requested_read_bytes = NAN;
    is_unknown("not counted");
    row.requested_read_bytes = 40960;
    count("syscalls_io_submit", 1);
    is_unknown("io_uring and aio");
    count("syscalls_io_submit", 0);
    count("syscalls_splice", 1);
    assert_int_equal(work_out()->in, WAY_PASSED);
    begin("lookup", 10 * PAGE);
    is_unknown("random offsets");
    begin("receive", 10 * PAGE);
    is_unknown("no receiving");
    begin("append", 10 * PAGE);
    is_unknown("appending");
}

/* What is in the page cache and comes from the device nevertheless was not read through it. */
static void test_past_the_page_cache(void **state)
{
    (void)state;
    begin("scan", 10 * PAGE);
    row.device_read_bytes = 36863;
    ARE([CALLS] = 9, [COPIED_OUT_BYTES] = 40960);
    row.device_read_bytes = NAN;
    ARE([CALLS] = 9, [COPIED_OUT_BYTES] = 40960);
    row.device_read_bytes = 36865;
    is_unknown("passes the page cache by");
    assert_int_equal(found.in, WAY_UNKNOWN);
    strcpy(place.point.cache, "cold");
    ARE([CALLS] = 9, [COPIED_OUT_BYTES] = 40960, [COLD_PAGES] = 10);
}

static void test_consumption(void **state)
{
    (void)state;
    begin("scan", 10 * PAGE);
    strcpy(place.point.consumption, "digest");
    ARE([CALLS] = 9, [COPIED_OUT_BYTES] = 40960, [DIGESTED_NEAR_BYTES] = 40960);
    strcpy(place.point.consumption, "touch");
    ARE([CALLS] = 9, [COPIED_OUT_BYTES] = 40960, [TOUCHED_NEAR_PAGES] = 10);
    row.requested_read_bytes = 0;
    ARE([CALLS] = 6, [WINDOWS] = 2, [UNMAPPED_PAGES] = 10, [TOUCHED_MAPPED_PAGES] = 10);
    strcpy(place.point.consumption, "digest");
    ARE([CALLS] = 6, [WINDOWS] = 2, [UNMAPPED_PAGES] = 10, [DIGESTED_MAPPED_BYTES] = 40960);
}

/* A scan of a mapping by so many faults, each of which maps 16 pages around. */
static void scans(uint64_t pages, double faults)
{
    begin("scan", pages * PAGE);
    row.requested_read_bytes = 0;
    row.minor_faults = faults;
    maps_around(16 * MIB, 16);
}

static void is_entered(double pages, double pages_a_fault)
{
    ARE([CALLS] = 6, [WINDOWS] = 2, [READ_FAULTS] = row.minor_faults, [UNMAPPED_PAGES] = pages);
    assert_within(found.pages_a_read_fault, pages_a_fault, 1e-9);
}

static void test_huge_pages(void **state)
{
    (void)state;
    scans(3 * 512 + 7 * 16, 10); /* three are huge, and count as one each */
    is_entered(3 + 7 * 16, 11.5);
    scans(240, 10); /* half as many again as ten faults map: still neighbours */
    is_entered(240, 24);
    scans(241, 10); /* 81 too many: each huge one maps 496 more */
    is_entered(241 - 81.0 / 496 * 511, (241 - 81.0 / 496 * 511) / 10);
    scans(1648, 2); /* no more of them are huge than there are */
    is_entered(1648 - 2 * 511, 313);
    begin("scan", 1648 * PAGE); /* one page less than a huge one: still told apart */
    row.requested_read_bytes = 0;
    row.minor_faults = 1;
    maps_around(16 * MIB, 511);
    is_entered(1648 - 511, 1137);
}

/* Faults that map as much as a huge page or more are not told from huge ones, nor are those without a price. */
static void test_no_huge_pages(void **state)
{
    static const double around[] = {512, 600, 0};

    (void)state;
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        begin("scan", 1648 * PAGE);
        row.requested_read_bytes = 0;
        row.minor_faults = 1;
        if (around[i] > 0)
            maps_around(16 * MIB, around[i]);
        is_entered(1648, 1648);
    }
}

static void test_no_faults(void **state)
{
    (void)state;
    scans(100, 0);
    ARE([CALLS] = 6, [WINDOWS] = 2, [UNMAPPED_PAGES] = 100);
    assert_true(isnan(found.pages_a_read_fault));
    scans(100, NAN);
    assert_true(isnan(work_out()->of[READ_FAULTS]));
    assert_true(isnan(found.pages_a_read_fault));
    begin("scan", 100 * PAGE); /* by a buffer: the faults are its own */
    row.minor_faults = 7;
    ARE([CALLS] = 9, [COPIED_OUT_BYTES] = 100 * PAGE, [BUFFER_PAGES] = 7);
    assert_true(isnan(found.pages_a_read_fault));
}

/* From mapping to mapping over what is there: 1000 pages. A fault maps 8 pages in small windows, 16 in these. */
static void copies_between_mappings(double faults)
{
    begin("copy", 1000 * PAGE);
    strcpy(place.point.destination_state, "overwrite");
    row.requested_read_bytes = row.requested_written_bytes = 0;
    row.minor_faults = faults;
    maps_around(64 * KIB, 8);
    maps_around(16 * MIB, 16);
}

static void are_shared(double reading, double writing)
{
    ARE([CALLS] = 6, [WINDOWS] = 2, [READ_FAULTS] = reading, [WRITE_FAULTS] = writing, [UNMAPPED_DIRTY_PAGES] = writing,
        [UNMAPPED_PAGES] = 1000, [MAPPED_COPY_BYTES] = 1000 * PAGE);
}

static void test_faults_of_source(void **state)
{
    (void)state;
    copies_between_mappings(2000);
    are_shared(62.5, 1937.5); /* neighbours were not counted: 16 pages each */
    count("fault_arounds", 0);
    are_shared(62.5, 1937.5);
    count("fault_arounds", 100); /* they map 800; what is left, 200 pages, is a part of a huge one */
    are_shared(100 + 200.0 / 512, 1900 - 200.0 / 512);
    count("fault_arounds", 200); /* they map more than there is */
    are_shared(200, 1800);
    count("fault_arounds", 30); /* 240; these 31.48 of the source map 504 in windows like its own: 496 too few */
    const double reading = 30 + 760.0 / 512, entered = 1000 - (1000 - 16 * reading) / 496 * 511;
    ARE([CALLS] = 6, [WINDOWS] = 2, [READ_FAULTS] = reading, [WRITE_FAULTS] = 2000 - reading,
        [UNMAPPED_DIRTY_PAGES] = 2000 - reading, [UNMAPPED_PAGES] = entered, [MAPPED_COPY_BYTES] = 1000 * PAGE);
    copies_between_mappings(50); /* no more than there were */
    count("fault_arounds", 100);
    are_shared(50, 0);
    copies_between_mappings(45);
    are_shared(45, 0);
    json_array_clear(json_object_get(json_object_get(run.header, "calibration"), "entries"));
    count("fault_arounds", 10);
    are_shared(45, 0); /* without a price they cannot be told apart, and have none */
}

/* 1124 pages, read and stored in a mapping of a hole by 51 faults. */
static void fills_a_hole(void)
{
    begin("copy", 1124 * PAGE);
    strcpy(place.point.destination_state, "fresh");
    row.requested_written_bytes = 0;
    row.minor_faults = 51;
}

static void count_folios(const double folios[10])
{
    char name[32];

    for (int order = 0; order < 10; order++) {
        snprintf(name, sizeof name, "folios_order_%d", order);
        count(name, folios[order]);
    }
}

static void are_new(double single, double huge_faults)
{
    ARE([CALLS] = 6, [WINDOWS] = 2, [COPIED_OUT_BYTES] = 1124 * PAGE, [MAPPED_NEW_PAGES] = single,
        [MAPPED_NEW_HUGE_PAGES] = 1124 - single, [WRITE_FAULTS] = 51 - huge_faults, [HUGE_WRITE_FAULTS] = huge_faults,
        [UNMAPPED_DIRTY_PAGES] = 51);
}

/* Of 102 folios two are huge and 100 single: they leave 1022 pages more than there are folios, 511 each. Two of the
 * 102 faults that this would take are huge: one of the 51 that there were. */
static void test_sum_of_folios(void **state)
{
    static const double impossible[] = {0, 1124, 2000, 2 /* not even if all are huge */};

    (void)state;
    fills_a_hole();
    are_new(1124, 0);
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++) {
        count("page_cache_insertions", impossible[i]);
        are_new(1124, 0);
    }
    count("page_cache_insertions", 102);
    are_new(100, 1);
    count("page_cache_insertions", 1124.0 / 512); /* just enough */
    are_new(0, 51);
    strcpy(place.point.destination_state, "overwrite");
    ARE([CALLS] = 6, [WINDOWS] = 2, [COPIED_OUT_BYTES] = 1124 * PAGE, [WRITE_FAULTS] = 51, [UNMAPPED_DIRTY_PAGES] = 51);
}

/* Folios by order are taken where they come to the pages that there are, a tenth (112.4) more or less. */
static void test_folios_by_order(void **state)
{
    (void)state;
    fills_a_hole();
    count("page_cache_insertions", 102);
    count_folios((const double[10]){[0] = 100, [3] = 128}); /* 7 of 511 parts huge each */
    are_new(100, 51 * (128 * 7.0 / 511) / 228);
    count_folios((const double[10]){[0] = 500, [9] = 1}); /* 1012 */
    are_new(500, 51.0 / 501);
    count_folios((const double[10]){[0] = 499, [9] = 1}); /* 1011 */
    are_new(100, 1);
    count_folios((const double[10]){[0] = 724, [9] = 1}); /* 1236 */
    are_new(724, 51.0 / 725);
    count_folios((const double[10]){[0] = 725, [9] = 1}); /* 1237 */
    are_new(100, 1);
    count_folios((const double[10]){[0] = 1124});
    are_new(1124, 0);
    count_folios((const double[10]){[0] = 1200}); /* of other files, too */
    are_new(1124, 0);
    json_object_del(json_object_get(json_array_get(trials, 0), "counts"), "folios_order_5");
    are_new(100, 1); /* one was not counted */
}

/* Three pages and a byte of a fourth. */
static void copies(const char *state, double read, double written, int passing)
{
    begin("copy", 3 * PAGE + 1);
    strcpy(place.point.destination_state, state);
    row.requested_read_bytes = read;
    row.requested_written_bytes = written;
    count("syscalls_sendfile", passing);
}

static void test_files_as_destination(void **state)
{
    const double all = 3 * PAGE + 1;

    (void)state;
    copies("fresh", all, all, 0);
    ARE([CALLS] = 9, [COPIED_OUT_BYTES] = all, [COPIED_IN_BYTES] = all, [NEW_PAGES] = 4);
    copies("overwrite", all, all, 0);
    ARE([CALLS] = 9, [COPIED_OUT_BYTES] = all, [COPIED_IN_BYTES] = all);
    copies("fresh", all, all, 1);
    ARE([CALLS] = 9, [COPIED_IN_FAR_BYTES] = all, [PASSED_NEW_PAGES] = 4, [PASSED_PAGES] = 4);
    copies("overwrite", all, all, 1);
    ARE([CALLS] = 9, [COPIED_IN_FAR_BYTES] = all, [PASSED_PAGES] = 4);
    copies("fresh", 0, all, 0);
    ARE([CALLS] = 6, [WINDOWS] = 2, [COPIED_IN_FAR_BYTES] = all, [NEW_PAGES] = 4, [UNMAPPED_PAGES] = 4);
    copies("overwrite", all, 0, 0); /* read(2) stores in the mapping itself */
    ARE([CALLS] = 6, [WINDOWS] = 2, [COPIED_OUT_BYTES] = all);
    copies("overwrite", 0, 0, 0);
    ARE([CALLS] = 6, [WINDOWS] = 2, [MAPPED_COPY_BYTES] = all, [UNMAPPED_PAGES] = 4);
}

static void sends(double read, double written, int passing)
{
    copies("none", read, written, passing);
    strcpy(place.point.task, "send");
}

static void test_sockets_as_destination(void **state)
{
    const double all = 3 * PAGE + 1;

    (void)state;
    sends(all, all, 0);
    ARE([CALLS] = 9, [COPIED_OUT_BYTES] = all, [SENT_NEAR_BYTES] = all);
    sends(0, all, 0);
    ARE([CALLS] = 6, [WINDOWS] = 2, [SENT_FAR_BYTES] = all, [UNMAPPED_PAGES] = 4);
    sends(all, all, 1);
    ARE([CALLS] = 9, [SENT_PASSED_BYTES] = all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways),
        cmocka_unit_test(test_past_the_page_cache),
        cmocka_unit_test(test_consumption),
        cmocka_unit_test(test_huge_pages),
        cmocka_unit_test(test_no_huge_pages),
        cmocka_unit_test(test_no_faults),
        cmocka_unit_test(test_faults_of_source),
        cmocka_unit_test(test_sum_of_folios),
        cmocka_unit_test(test_folios_by_order),
        cmocka_unit_test(test_files_as_destination),
        cmocka_unit_test(test_sockets_as_destination),
    };

    return cmocka_run_group_tests(tests, NULL, end);
}
