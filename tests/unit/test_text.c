/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts in memory while every allocation in turn fails: whole, or an error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/value.h"
#include "common/publish.h"
#include "tests/unit/scratch.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

enum { LINES = 3000, MOST_ALLOCATIONS = 1000 };

static long allocations, failing; /* the number of the allocation that fails */
static bool armed, forever;

#ifndef SANITIZED
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static bool fails(void)
{
    if (!armed)
        return false;
    allocations++;
    return forever ? allocations >= failing : allocations == failing;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}
#endif

static void write_lines(FILE *out)
{
    for (int i = 0; i < LINES; i++)
        fprintf(out, "line %d\n", i);
}

static char *expected(void)
{
    static char text[LINES * 16];
    size_t at = 0;

    for (int i = 0; i < LINES; i++)
        at += (size_t)sprintf(text + at, "line %d\n", i);
    return text;
}

/* Call `once` with the first, the second, ... allocation failing, until all are through. It tells whether
 * its text failed, and disarms before it asserts. */
static void try_each(bool (*once)(void))
{
    long failures = 0;

    failing = 0;
    do {
        failing++;
        allocations = 0;
        armed = true;
        bool failed = once();
        failures += failed;
        assert_true(allocations >= failing || !failed);
        assert_in_range(failing, 1, MOST_ALLOCATIONS);
    } while (allocations >= failing);
    assert_in_range(failures, 2, failing);
}

static void try_all(bool (*once)(void))
{
#ifdef SANITIZED
    (void)try_each;
    (void)forever;
    (void)once;
    print_message("the sanitizer's allocations are its own\n");
    skip();
#else
    forever = false;
    try_each(once);
    forever = true;
    try_each(once);
#endif
}

static bool compose_once(void)
{
    struct text text;
    size_t size = 77;

    if (text_open(&text))
        write_lines(text.out);
    char *data = text_close(&text, &size);
    bool failed = !data;
    armed = false; /* what the assertions need */
    if (data) {
        assert_string_equal(data, expected());
        assert_int_equal(size, strlen(expected()));
    }
    free(data);
    return failed;
}

static void test_whole_or_nothing(void **state)
{
    (void)state;
    try_all(compose_once);
}

static void put(FILE *out, const char *text)
{
    fputs(text, out);
}

/* Texts within a text: what fails inside is known outside. */
static bool nest_once(void)
{
    struct text outer, inner;

    if (text_open(&outer)) {
        fputs("before ", outer.out);
        if (text_open(&inner))
            write_lines(inner.out);
        text_pass(&inner, outer.out, put);
        fputs("after", outer.out);
    }
    char *data = text_close(&outer, NULL);
    bool failed = !data;
    armed = false;
    if (data) {
        assert_int_equal(strlen(data), strlen("before after") + strlen(expected()));
        assert_string_equal(data + strlen(data) - 5, "after");
    }
    free(data);
    return failed;
}

static void test_failure_reaches_the_outer_text(void **state)
{
    (void)state;
    try_all(nest_once);
}

static char directory[SCRATCH_SIZE];

static bool publish_once(void)
{
    char path[SCRATCH_PATH_SIZE], content[LINES * 16];
    struct text text;
    struct error error = {""};

    snprintf(path, sizeof path, "%s/file", directory);
    if (text_open(&text))
        write_lines(text.out);
    bool failed = publish_text(&text, path, &error) < 0;
    armed = false;
    if (failed)
        assert_non_null(strstr(error.text, "file: out of memory"));
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    content[fread(content, 1, sizeof content - 1, in)] = 0;
    fclose(in);
    assert_string_equal(content, failed ? "old" : expected());
    assert_int_equal(publish_bytes(path, "old", 3, &error), 0);
    return failed;
}

static void test_old_file_survives(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    struct error error;

    (void)state;
    scratch_make(directory, "iotoll-text");
    snprintf(path, sizeof path, "%s/file", directory);
    assert_int_equal(publish_bytes(path, "old", 3, &error), 0);
    try_all(publish_once);
    unlink(path);
    rmdir(directory);
}

/* Into a buffer: whole or cut, or nothing and the error. */
static bool cut_once(void)
{
    char buffer[32] = "before";
    struct text text;

    if (text_open(&text))
        write_lines(text.out);
    bool failed = !text_cut(&text, buffer, sizeof buffer);
    armed = false;
    assert_int_equal(strlen(buffer), failed ? 0 : sizeof buffer - 1);
    assert_memory_equal(buffer, expected(), strlen(buffer));
    return failed;
}

static void test_cut(void **state)
{
    (void)state;
    try_all(cut_once);
}

/* JSON that lacks a sentence is never written. */
static bool json_once(void)
{
    struct text text;

    if (text_open(&text))
        write_lines(text.out);
    json_t *sentence = value_text(&text);
    armed = false;
    json_t *root = json_pack("{s:[o]}", "sentences", sentence);
    char *dump = json_dumps(root, 0);
    bool failed = !dump;
    if (dump)
        assert_int_equal(strlen(json_string_value(sentence)), strlen(expected()));
    free(dump);
    json_decref(root);
    return failed;
}

static void test_json(void **state)
{
    (void)state;
    try_all(json_once);
}

static void test_edges(void **state)
{
    struct text text;
    size_t size = 77;

    (void)state;
    assert_non_null(text_open(&text));
    char *data = text_close(&text, &size);
    assert_string_equal(data, "");
    assert_int_equal(size, 0);
    free(data);

    assert_non_null(text_open(&text));
    fwrite("a\0b", 1, 3, text.out);
    data = text_close(&text, &size);
    assert_int_equal(size, 3);
    assert_memory_equal(data, "a\0b", 4);
    free(data);

    assert_non_null(text_open(&text));
    fputs("gone", text.out);
    text_discard(&text);
    assert_null(text.data);
}

static void test_spoiled(void **state)
{
    struct text text;
    FILE *file = fopen("/dev/null", "w");

    (void)state;
    assert_non_null(text_open(&text));
    text_spoil(text.out);
    fputs("more", text.out);
    assert_null(text_close(&text, NULL));
    text_spoil(file);
    assert_true(ferror(file));
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_or_nothing),
        cmocka_unit_test(test_failure_reaches_the_outer_text),
        cmocka_unit_test(test_old_file_survives),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_spoiled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
