/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What consuming reads and counts: every byte once, whatever the pieces, and every record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "methods/harness/method.h" /* has a fail() of its own, which cmocka's is a macro over */

#include <cmocka.h>

#include "common/content.h"
#include "common/digest.h"
#include "methods/harness/compute.h"

enum { PAGE = 4096, PAGES = 48, BYTES = PAGES * PAGE + 777, SEED = 7 };

static uint64_t computed_bytes, computed_pieces, recorded;

void compute_for(uint64_t ns_per_kib, uint64_t bytes)
{
    assert_int_equal(ns_per_kib, 3);
    computed_bytes += bytes;
    computed_pieces++;
}

static uint64_t stamp(void)
{
    return 5000;
}

static void record(struct latency *latency, uint64_t ticks)
{
    (void)latency;
    recorded += ticks;
}

#define latency_stamp stamp
#define latency_record record
#include "methods/harness/consume.c"

static char contents[BYTES];

static struct job begin(enum consumption consumption)
{
    struct job job = {.consumption = consumption};

    content_fill(SEED, 0, contents, sizeof contents);
    digest_start(&job.digest, 0);
    computed_bytes = computed_pieces = recorded = 0;
    return job;
}

static uint64_t whole(void)
{
    struct digest digest;

    digest_start(&digest, 0);
    digest_add(&digest, contents, sizeof contents);
    return digest_finish(&digest);
}

static void test_digest_is_of_every_byte(void **state)
{
    static const size_t steps[] = {1, 100, PAGE, PAGE + 1, 64 << 10, (64 << 10) + 1, BYTES};

    (void)state;
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++)
        for (uint64_t work = 0; work <= 3; work += 3) {
            struct job job = begin(CONSUME_DIGEST);
            job.compute_ns_per_kib = work;
            for (size_t at = 0; at < BYTES; at += steps[s])
                consume(&job, contents + at, BYTES - at < steps[s] ? BYTES - at : steps[s]);
            assert_int_equal(job.consumed_bytes, BYTES);
            assert_true(digest_finish(&job.digest) == whole());
            assert_int_equal(computed_bytes, work ? BYTES : 0);
        }
}

/* Work comes as the bytes do: not all of it after all of them. */
static void test_work_is_in_pieces(void **state)
{
    struct job job = begin(CONSUME_DIGEST);

    (void)state;
    job.compute_ns_per_kib = 3;
    consume(&job, contents, BYTES);
    assert_int_equal(computed_pieces, (BYTES + (64 << 10) - 1) / (64 << 10));
    consume(&job, contents, 128 << 10);
    assert_int_equal(computed_pieces, (BYTES + (64 << 10) - 1) / (64 << 10) + 2);
}

static void test_in_any_order(void **state)
{
    struct job job = begin(CONSUME_DIGEST);

    (void)state;
    consume_at(&job, 2 * PAGE, contents + 2 * PAGE, BYTES - 2 * PAGE);
    consume_at(&job, 0, contents, PAGE);
    assert_true(digest_finish(&job.digest) != whole());
    consume_at(&job, PAGE, contents + PAGE, PAGE);
    assert_true(digest_finish(&job.digest) == whole());
    assert_int_equal(job.consumed_bytes, BYTES);
}

enum reader { SCAN, LOOKUP };

/* Which pages of fresh memory were looked at, of length bytes from a byte on. */
static void check_touched(enum reader reader, enum consumption consumption, size_t from, size_t length, size_t expected)
{
    struct job job = begin(consumption);
    const uint64_t offset = 0;
    unsigned char present[PAGES];
    char *memory = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(memory, MAP_FAILED);
    madvise(memory, PAGES * PAGE, MADV_NOHUGEPAGE);
    job.offsets = &offset;
    job.block_size_bytes = length;
    if (reader == LOOKUP)
        operation_done(&job, 0, 0, memory + from);
    else
        consume(&job, memory + from, length);
    assert_int_equal(job.consumed_bytes, length);
    assert_int_equal(computed_pieces, 0);
    assert_int_equal(mincore(memory, PAGES * PAGE, present), 0);
    for (size_t i = 0; i < PAGES; i++)
        assert_int_equal(present[i] & 1, i < expected);
    munmap(memory, PAGES * PAGE);
}

static void test_touch_reads_every_page(void **state)
{
    static const enum consumption touching[] = {CONSUME_TOUCH, CONSUME_TOUCH_LINE, CONSUME_DIGEST};

    (void)state;
    for (enum reader reader = SCAN; reader <= LOOKUP; reader++) {
        for (size_t i = 0; i < sizeof touching / sizeof *touching; i++) {
            check_touched(reader, touching[i], 0, PAGES * PAGE, PAGES);
            check_touched(reader, touching[i], 0, PAGES / 2 * PAGE, PAGES / 2);
            check_touched(reader, touching[i], 0, PAGE + 1, 2);
            check_touched(reader, touching[i], 0, 0, 0);
        }
        check_touched(reader, CONSUME_NONE, 0, PAGES * PAGE, 0);
    }
}

/* One byte a page, one a line of 64: no more, whose cost would be the method's, and no less. */
static void test_touch_reads_no_more(void **state)
{
    (void)state;
    for (enum reader reader = SCAN; reader <= LOOKUP; reader++) {
        check_touched(reader, CONSUME_TOUCH, PAGE - 1, PAGE, 1);
        check_touched(reader, CONSUME_TOUCH_LINE, PAGE - 1, 64, 1);
        check_touched(reader, CONSUME_TOUCH_LINE, PAGE - 64, 65, 2);
        check_touched(reader, CONSUME_DIGEST, PAGE - 1, 2, 2);
    }
}

/* A record counts where it lies; its time is from the end of the one before. */
static void test_records(void **state)
{
    const uint64_t offsets[] = {4000, 100, 4000};
    struct job job = begin(CONSUME_DIGEST);
    uint64_t expected = 0;

    (void)state;
    job.offsets = offsets;
    job.block_size_bytes = 100;
    job.compute_ns_per_kib = 3;
    job.now = 4400;
    for (uint64_t i = 0; i < 3; i++) {
        operation_done(&job, i, operation_begin(&job), contents + offsets[i]);
        expected += digest_record(offsets[i], contents + offsets[i], 100);
    }
    assert_int_equal(job.consumed_bytes, 300);
    assert_int_equal(computed_bytes, 300);
    assert_true(job.digest.sum == expected);
    assert_int_equal(recorded, 600); /* 5000 - 4400, then none */
    job.now = 0;
    operation_done(&job, 0, 4990, NULL);
    assert_int_equal(recorded, 610);
    assert_int_equal(job.now, 5000);
    assert_int_equal(computed_bytes, 300);
    assert_int_equal(job.consumed_bytes, 300);
}

/* As the checker computes them: common/content.h. */
static void test_stamps(void **state)
{
    const uint64_t word = content_word(UPDATE_SEED, 12345);
    char record_bytes[16], five[6], block[3 * PATTERN_PAGE], expected[3 * PATTERN_PAGE];
    struct job job = begin(CONSUME_NONE);

    (void)state;
    memset(record_bytes, 'x', sizeof record_bytes);
    update_stamp(record_bytes, 12345, sizeof record_bytes);
    assert_memory_equal(record_bytes, &word, sizeof word);
    assert_memory_equal(record_bytes + 8, "xxxxxxxx", 8);
    memset(five, 'x', sizeof five);
    update_stamp(five, 12345, 5);
    assert_memory_equal(five, &word, 5);
    assert_int_equal(five[5], 'x');
    job.offset_bytes = 8 * PATTERN_PAGE;
    append_prepare(&job, block, sizeof block);
    pattern_fill(job.offset_bytes, expected, sizeof expected);
    assert_memory_equal(block, expected, sizeof block);
    for (uint64_t size = PATTERN_PAGE; size > PATTERN_PAGE - 200; size -= 100) {
        job.block_size_bytes = size;
        append_stamp(&job, block, 20 * size, sizeof block);
        pattern_fill(20 * size, expected, sizeof expected);
        assert_memory_equal(block, expected, sizeof block);
    }
    job.block_size_bytes = 2 * PATTERN_PAGE;
    block[PATTERN_PAGE - 1] = 'x'; /* is left alone: no more than a store a page */
    append_stamp(&job, block, 0, PATTERN_PAGE);
    assert_int_equal(block[PATTERN_PAGE - 1], 'x');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest_is_of_every_byte), cmocka_unit_test(test_work_is_in_pieces),
        cmocka_unit_test(test_in_any_order),            cmocka_unit_test(test_touch_reads_every_page),
        cmocka_unit_test(test_touch_reads_no_more),     cmocka_unit_test(test_records),
        cmocka_unit_test(test_stamps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
