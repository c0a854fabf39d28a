/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/units.h"

static void test_sizes(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {
        {"0", 0},
        {"1", 1},
        {"4096", 4096},
        {"64K", 65536},
        {"1M", 1 << 20},
        {"2G", 2ULL << 30},
        {"1T", 1ULL << 40},
        {"64KiB", 65536},
        {"64KB", 65536},
        {"512B", 512},
        {"4096T", 4096ULL << 40},
        {"007", 7},
        {"4194304T", 1ULL << 62},
    };
    static const char *const bad[] = {"",
                                      "K",
                                      "64Q",
                                      "64k",
                                      "-1",
                                      "+1",
                                      "1.5M",
                                      " 1",
                                      "1 ",
                                      "1 M",
                                      "1iB",
                                      "B",
                                      "iB",
                                      "KiB",
                                      "64KK",
                                      "0x10",
                                      "1e3",
                                      "4194305T",
                                      "99999999999999999999",
                                      "18446744073709551616K",
                                      "0000000000000000000000000000000001"};
    uint64_t bytes;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (units_parse_size(good[i].text, &bytes) < 0)
            fail_msg("\"%s\" was refused", good[i].text);
        assert_int_equal(bytes, good[i].bytes);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (units_parse_size(bad[i], &bytes) == 0)
            fail_msg("\"%s\" was taken for %llu", bad[i], (unsigned long long)bytes);
}

static void test_durations(void **state)
{
    static const struct {
        const char *text;
        uint64_t ns;
    } good[] = {
        {"0s", 0},
        {"50ms", 50 * NS_PER_MS},
        {"90s", 90 * NS_PER_S},
        {"250us", 250000},
        {"7ns", 7},
        {"5m", 300 * NS_PER_S},
        {"1h", 3600 * NS_PER_S},
        {"8760h", 365 * 24 * 3600 * NS_PER_S},
    };
    static const char *const bad[] = {"",     "5",     "0",   "m",
                                      "5M",   "5 m",   "-5s", "1.5s",
                                      "5min", "8761h", "1d",  "99999999999999999999s"};
    uint64_t ns;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (units_parse_duration(good[i].text, &ns) < 0)
            fail_msg("\"%s\" was refused", good[i].text);
        assert_int_equal(ns, good[i].ns);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (units_parse_duration(bad[i], &ns) == 0)
            fail_msg("\"%s\" was taken for %llu", bad[i], (unsigned long long)ns);
}

/* What is written can be read back, exactly. */
static void test_size_round_trip(void **state)
{
    static const uint64_t sizes[] = {0,
                                     1,
                                     1023,
                                     1024,
                                     1025,
                                     65536,
                                     4097,
                                     1 << 20,
                                     3ULL << 30,
                                     1ULL << 40,
                                     (1ULL << 40) + 1,
                                     1ULL << 62,
                                     (1ULL << 62) - 1};
    char text[24];
    uint64_t back;

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        units_format_size(sizes[i], text);
        assert_int_equal(units_parse_size(text, &back), 0);
        assert_int_equal(back, sizes[i]);
    }
    assert_string_equal(units_format_size(65536, text), "64K");
    assert_string_equal(units_format_size(4097, text), "4097");
    assert_string_equal(units_format_size(0, text), "0");
    assert_string_equal(units_format_size(UINT64_MAX, text), "18446744073709551615");
}

static void test_human_bytes(void **state)
{
    char text[32];

    (void)state;
    assert_string_equal(units_human_bytes(0, text), "0 B");
    assert_string_equal(units_human_bytes(999, text), "999 B");
    assert_string_equal(units_human_bytes(1000, text), "0.98 KiB");
    assert_string_equal(units_human_bytes(1536, text), "1.50 KiB");
    assert_string_equal(units_human_bytes(10 * 1024.0, text), "10.0 KiB");
    assert_string_equal(units_human_bytes(256 * 1048576.0, text), "256 MiB");
    assert_string_equal(units_human_bytes(1.23 * 1073741824.0, text), "1.23 GiB");
    assert_string_equal(units_human_bytes(5000 * 1099511627776.0, text), "5000 TiB");
    assert_string_equal(units_human_bytes(-10 * 1048576.0, text), "-10.0 MiB");
}

static void test_human_durations(void **state)
{
    char text[32];

    (void)state;
    assert_string_equal(units_human_duration(0, text), "0.00 ns");
    assert_string_equal(units_human_duration(345, text), "345 ns");
    assert_string_equal(units_human_duration(999.7, text), "1.00 us");
    assert_string_equal(units_human_duration(12.34e6, text), "12.3 ms");
    assert_string_equal(units_human_duration(1.5e9, text), "1.50 s");
    assert_string_equal(units_human_duration(65e9, text), "65.0 s");
    assert_string_equal(units_human_duration(125e9, text), "2m 05s");
    assert_string_equal(units_human_duration(119.6e9, text), "2m 00s");
    assert_string_equal(units_human_duration(-1.5e9, text), "-1.50 s");
}

/* Whatever a file from elsewhere holds: no undefined conversion, and no digit cut off. */
static void test_human_extremes(void **state)
{
    static const double extremes[] = {1e17, 1e18, 1.8e19, 1e30, 1e300, INFINITY, -1e18, -1e300, -INFINITY};
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof extremes / sizeof *extremes; i++) {
        assert_true(strlen(units_human_duration(extremes[i], text)) < sizeof text - 1);
        assert_int_equal(text[strlen(text) - 1], 's');
        assert_true(strlen(units_human_bytes(extremes[i], text)) < sizeof text - 1);
        assert_int_equal(text[strlen(text) - 1], 'B');
    }
    assert_string_equal(units_human_duration(1e300, text), "1e+291 s");
    assert_string_equal(units_human_bytes(1e300, text), "9.09e+287 TiB");
}

static uint64_t random_word(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return *state ^ *state >> 29;
}

/* Any size up to the limit, exactly; and what is said for people is right to the digits it shows. */
static void test_random_sizes(void **state)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = {{"B", 1}, {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}};
    uint64_t seed = 8, back;
    char text[32], unit[8];
    double shown;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint64_t bytes = random_word(&seed) >> (2 + random_word(&seed) % 62);
        assert_int_equal(units_parse_size(units_format_size(bytes, text), &back), 0);
        assert_int_equal(back, bytes);
        assert_int_equal(sscanf(units_human_bytes((double)bytes, text), "%lf %7s", &shown, unit), 2);
        size_t u = 0;
        while (strcmp(unit, units[u].name))
            u++;
        double error = fabs(shown * units[u].factor - (double)bytes);
        assert_true(error <= 0.00501 * (double)bytes + 0.00501 * units[u].factor);
    }
}

static void test_random_durations(void **state)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    uint64_t seed = 9;
    unsigned long long minutes, seconds;
    char text[32], unit[8];
    double shown;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        double ns = (double)(random_word(&seed) >> (5 + random_word(&seed) % 59));
        units_human_duration(ns, text);
        if (sscanf(text, "%llum %llus", &minutes, &seconds) == 2) {
            assert_true(seconds < 60 && fabs((double)(60 * minutes + seconds) - ns / 1e9) <= 0.51);
            continue;
        }
        assert_int_equal(sscanf(text, "%lf %7s", &shown, unit), 2);
        size_t u = 0;
        while (strcmp(unit, units[u].name))
            u++;
        assert_true(fabs(shown * units[u].factor - ns) <= 0.00501 * ns + 0.00501 * units[u].factor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),           cmocka_unit_test(test_durations),
        cmocka_unit_test(test_size_round_trip), cmocka_unit_test(test_human_bytes),
        cmocka_unit_test(test_human_durations), cmocka_unit_test(test_human_extremes),
        cmocka_unit_test(test_random_sizes),    cmocka_unit_test(test_random_durations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
