/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/point.h"

static struct point sample(void)
{
    return (struct point){.task = "copy",
                          .method = "mmb",
                          .runner = "inprocess",
                          .source = "disk",
                          .destination = "tmpfs",
                          .cache = "cold",
                          .policy = "populate",
                          .alignment = "none",
                          .consumption = "none",
                          .durability = "none",
                          .destination_state = "fresh",
                          .distribution = "none",
                          .offsets = "none",
                          .file_size_bytes = 64 << 20,
                          .files = 1,
                          .block_size_bytes = 256 << 10,
                          .buffers = 2,
                          .threads = 1};
}

/* Change one field to a greater value. */
static void raise_field(struct point *point, const struct point_field *field)
{
    char *at = (char *)point + field->offset;

    if (field->is_text)
        strcpy(at, "zzz");
    else
        *(uint64_t *)at += 1ULL << 40; /* a difference that is 0 in 32 bits */
}

/* Every field takes part in the order, and all but the axes in that of groups. */
static void test_compare(void **state)
{
    (void)state;
    for (size_t i = 0; i < point_field_count; i++) {
        struct point low = sample(), high = sample();

        assert_int_equal(point_compare(&low, &high), 0);
        raise_field(&high, &point_fields[i]);
        assert_true(point_compare(&low, &high) < 0);
        assert_true(point_compare(&high, &low) > 0);
        if (point_fields[i].is_axis)
            assert_int_equal(point_compare_group(&low, &high), 0);
        else
            assert_true(point_compare_group(&low, &high) < 0);
    }
}

/* Points of a group stand together, though two methods' records of one size make a group and two
 * methods' blocks do not. */
static void test_groups_are_contiguous(void **state)
{
    struct point points[] = {sample(), sample(), sample(), sample()};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        strcpy(points[i].task, "lookup");
        strcpy(points[i].method, i % 2 ? "pread" : "mmap");
        points[i].block_size_bytes = i < 2 ? 4096 : 100;
        points[i].operations = 1000;
    }
    qsort(points, 4, sizeof *points, point_compare);
    assert_int_equal(point_compare_group(&points[0], &points[1]), 0);
    assert_true(point_compare_group(&points[1], &points[2]) < 0);
    assert_int_equal(point_compare_group(&points[2], &points[3]), 0);
    assert_true(point_compare(&points[0], &points[1]) < 0);
}

/* The fields cover the struct: one that is forgotten would never reach the journal. */
static void test_fields_cover_struct(void **state)
{
    size_t bytes = 0;

    (void)state;
    for (size_t i = 0; i < point_field_count; i++)
        bytes += point_fields[i].is_text ? POINT_NAME_SIZE : sizeof(uint64_t);
    assert_int_equal(bytes, sizeof(struct point));
}

/* Sorting makes groups contiguous: no axis comes before a field of the group. */
static void test_axes_sort_last(void **state)
{
    bool axis_seen = false;

    (void)state;
    for (size_t i = 0; i < point_field_count; i++) {
        axis_seen |= point_fields[i].is_axis;
        assert_true(point_fields[i].is_axis == axis_seen);
    }
}

static void test_json_round_trip(void **state)
{
    struct point before = sample(), after;
    struct error error = {""};
    json_t *object = json_object();

    (void)state;
    before.file_size_bytes = 1ULL << 40;
    assert_int_equal(point_to_json(&before, object), 0);
    assert_int_equal(json_object_size(object), point_field_count);
    assert_string_equal(json_string_value(json_object_get(object, "destination")), "tmpfs");
    assert_int_equal(json_object_set_new(object, "block", json_integer(3)), 0);
    assert_int_equal(point_from_json(object, &after, &error), 0);
    assert_memory_equal(&before, &after, sizeof before);
    json_decref(object);
}

static void check_refused(const char *field, json_t *value, const char *message)
{
    struct point point = sample();
    struct error error = {""};
    json_t *object = json_object();

    assert_int_equal(point_to_json(&point, object), 0);
    if (value)
        assert_int_equal(json_object_set_new(object, field, value), 0);
    else
        assert_int_equal(json_object_del(object, field), 0);
    assert_int_equal(point_from_json(object, &point, &error), -1);
    assert_string_equal(error.text, message);
    json_decref(object);
}

static void test_json_refused(void **state)
{
    (void)state;
    check_refused("task", NULL, "task is missing or not a string");
    check_refused("cache", json_integer(1), "cache is missing or not a string");
    check_refused("source", json_string("12345678901234567890123456789012"),
                  "source is longer than 31 bytes");
    check_refused("files", NULL, "files is missing or not a natural number");
    check_refused("buffers", json_integer(-1), "buffers is missing or not a natural number");
    check_refused("threads", json_real(1), "threads is missing or not a natural number");
    check_refused("file_size_bytes", json_string("1"),
                  "file_size_bytes is missing or not a natural number");
}

static void check_label(const struct point *point, const char *expected)
{
    char label[256];

    assert_string_equal(point_label(point, label, sizeof label), expected);
}

static void test_label(void **state)
{
    struct point point = sample();
    char small[12];

    (void)state;
    check_label(&point, "copy/mmb disk→tmpfs cold S=64M B=256K N=2 populate");
    assert_string_equal(point_label(&point, small, sizeof small), "copy/mmb di");
    point.files = 16;
    point.threads = 4;
    strcpy(point.durability, "fdatasync");
    strcpy(point.runner, "hyperfine");
    check_label(&point, "copy/mmb disk→tmpfs cold S=64M×16 B=256K N=2 T=4 populate fdatasync "
                        "(hyperfine)");
    strcpy(point.destination_state, "overwrite");
    strcpy(point.alignment, "huge");
    strcpy(point.durability, "none");
    strcpy(point.runner, "inprocess");
    point.threads = 1;
    check_label(&point, "copy/mmb disk→tmpfs cold S=64M×16 B=256K N=2 populate huge overwrite");
}

static struct point lookup(void)
{
    return (struct point){.task = "lookup",
                          .method = "mmap",
                          .runner = "inprocess",
                          .source = "disk",
                          .cache = "warm",
                          .policy = "none",
                          .alignment = "none",
                          .consumption = "digest",
                          .durability = "none",
                          .destination_state = "none",
                          .distribution = "uniform",
                          .offsets = "aligned",
                          .block_size_bytes = 100,
                          .files = 1,
                          .operations = 1000,
                          .threads = 1};
}

static void test_label_says_what_is_unusual(void **state)
{
    struct point point = lookup();

    (void)state;
    check_label(&point, "lookup/mmap disk warm S=0 B=100 ops=1000");
    strcpy(point.distribution, "zipf");
    strcpy(point.offsets, "unaligned");
    strcpy(point.alignment, "malloc");
    strcpy(point.consumption, "touch");
    point.compute_ns_per_kib = 50;
    check_label(&point, "lookup/mmap disk warm S=0 B=100 ops=1000 zipf unaligned malloc compute=50 "
                        "touch");
    point = lookup();
    strcpy(point.task, "append");
    strcpy(point.source, "");
    strcpy(point.destination, "tmpfs");
    strcpy(point.cache, "none");
    strcpy(point.consumption, "none");
    check_label(&point, "append/mmap tmpfs S=0 B=100 ops=1000");
}

/* What differs is told apart: labels are what people filter by. */
static void test_labels_differ(void **state)
{
    (void)state;
    for (size_t i = 0; i < point_field_count; i++) {
        struct point low = lookup(), high = lookup();
        char low_label[256], high_label[256];

        raise_field(&high, &point_fields[i]);
        if (!strcmp(point_fields[i].name, "task"))
            continue; /* no task has this name, so no trait says what its label needs */
        point_label(&low, low_label, sizeof low_label);
        assert_string_not_equal(point_label(&high, high_label, sizeof high_label), low_label);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare),        cmocka_unit_test(test_fields_cover_struct),
        cmocka_unit_test(test_axes_sort_last), cmocka_unit_test(test_json_round_trip),
        cmocka_unit_test(test_json_refused),   cmocka_unit_test(test_label),
        cmocka_unit_test(test_label_says_what_is_unusual),
        cmocka_unit_test(test_labels_differ),
        cmocka_unit_test(test_groups_are_contiguous),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
