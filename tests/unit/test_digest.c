/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest: the same in any pieces and in any order of ranges, another for any change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/digest.h"
#include "tests/methods/reference.h"

enum { SIZE = 5 * DIGEST_GRAIN + 123 };

static unsigned char bytes[SIZE];

static int fill(void **state)
{
    (void)state;
    srandom(1);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (unsigned char)random();
    return 0;
}

static uint64_t digest_of(const unsigned char *from, size_t length, size_t piece)
{
    struct digest digest;

    digest_start(&digest, 0);
    for (size_t done = 0; done < length; done += piece)
        digest_add(&digest, from + done, length - done < piece ? length - done : piece);
    return digest_finish(&digest);
}

static void test_matches_its_description(void **state)
{
    const size_t lengths[] = {0, 1, 4095, 4096, 4097, 8192, SIZE};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        assert_true(digest_of(bytes, lengths[i], SIZE) == reference_digest(bytes, lengths[i]));
    assert_true(digest_term(7, 9) == reference_term(7, 9));
    assert_true(XXH3_64bits("", 0) == 0x2d06800538d394c2ULL); /* the published value */
}

static void test_pieces_do_not_matter(void **state)
{
    const size_t pieces[] = {1, 7, 1000, 4095, 4096, 4097, 10000, SIZE};

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        assert_true(digest_of(bytes, SIZE, pieces[i]) == reference_digest(bytes, SIZE));
}

static void test_ranges_add_up(void **state)
{
    struct digest first, second;

    (void)state;
    digest_start(&second, 2 * DIGEST_GRAIN);
    digest_add(&second, bytes + 2 * DIGEST_GRAIN, SIZE - 2 * DIGEST_GRAIN);
    digest_start(&first, 0);
    digest_add(&first, bytes, 2 * DIGEST_GRAIN);
    assert_true(digest_finish(&second) + digest_finish(&first) == reference_digest(bytes, SIZE));
}

static void test_any_flipped_byte_shows(void **state)
{
    uint64_t whole = digest_of(bytes, SIZE, SIZE);

    (void)state;
    for (size_t i = 0; i < SIZE; i += 61) {
        bytes[i] ^= 1;
        assert_true(digest_of(bytes, SIZE, SIZE) != whole);
        bytes[i] ^= 1;
    }
    assert_true(digest_of(bytes, SIZE, SIZE) == whole);
}

/* Sums alone would not tell pages that changed places, nor files. */
static void test_position_matters(void **state)
{
    unsigned char swapped[SIZE];

    (void)state;
    memcpy(swapped, bytes, SIZE);
    memcpy(swapped, bytes + DIGEST_GRAIN, DIGEST_GRAIN);
    memcpy(swapped + DIGEST_GRAIN, bytes, DIGEST_GRAIN);
    assert_true(digest_of(swapped, SIZE, SIZE) != digest_of(bytes, SIZE, SIZE));
    assert_true(digest_term(0, 5) + digest_term(1, 6) != digest_term(0, 6) + digest_term(1, 5));
    assert_true(digest_of(swapped, 0, 1) != digest_of((const unsigned char *)"", 1, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches_its_description), cmocka_unit_test(test_pieces_do_not_matter),
        cmocka_unit_test(test_ranges_add_up),           cmocka_unit_test(test_any_flipped_byte_shows),
        cmocka_unit_test(test_position_matters),
    };

    return cmocka_run_group_tests(tests, fill, NULL);
}
