/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "analysis/flat.h"

static const char *const keys[] = {"a", "b", "list", "text", "ab"};
enum { COUNT = sizeof keys / sizeof *keys };

static const char line[] =
    "{\"a\": 12,\"b\":null, \"list\":[1, 2,30],\"text\":\"x y\",\"ab\":true}";

static bool same(const struct flat_value *value, const json_t *json)
{
    switch (value->kind) {
    case FLAT_MISSING: return !json;
    case FLAT_NULL: return json_is_null(json);
    case FLAT_TRUE: return json_is_true(json);
    case FLAT_FALSE: return json_is_false(json);
    case FLAT_INTEGER: return json_is_integer(json) && json_integer_value(json) == value->integer;
    case FLAT_TEXT:
        return json_is_string(json) && json_string_length(json) == value->length &&
               !memcmp(json_string_value(json), value->text, value->length);
    default: return json_is_array(json) || json_is_real(json) || json_is_object(json);
    }
}

/* Whatever jansson makes of the text is what flat_parse must make of it. */
static void compare(struct flat *flat, const char *text, size_t length)
{
    struct error error;
    json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
    bool good = json_is_object(object);

    if ((flat_parse(flat, text, length, &error) == 0) != good)
        fail_msg("jansson %s: %.*s", good ? "takes" : "refuses", (int)length, text);
    for (size_t i = 0; i < COUNT && good; i++)
        if (!same(&flat->values[i], json_object_get(object, keys[i])))
            fail_msg("%s differs: %.*s", keys[i], (int)length, text);
    json_decref(object);
}

static void test_every_truncation(void **state)
{
    struct flat flat;

    (void)state;
    assert_int_equal(flat_open(&flat, keys, COUNT), 0);
    for (size_t length = 0; length < sizeof line; length++)
        compare(&flat, line, length);
    flat_close(&flat);
}

/* A line with keys that nobody asked for is plain from the second time on, and no less strict. */
static void test_learned_keys(void **state)
{
    static const char *const lines[] = {
        "{\"a\":1,\"more\":0.25,\"pairs\":[[1,2.5],[3,4]],\"b\":2}", "{\"more\":1,\"a\":2,\"more\":3}",
        "{\"mo\\\"re\":1}", "{\"mo\"re\":1}", "{\"more\":00.5}", "{\"more\":1.}", "{\"more\":.5}", "{\"more\":1.5.5}", "{\"more\":1.5e400}",
        "{\"pairs\":[[1,2]}", "{\"pairs\":[[[1]]],\"a\":1}", "{\"pairs\":[1,[2],],\"a\":1}"};
    struct flat flat;

    (void)state;
    assert_int_equal(flat_open(&flat, keys, COUNT), 0);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
            compare(&flat, lines[i], strlen(lines[i]));
    struct error error;
    assert_int_equal(flat_parse(&flat, lines[0], strlen(lines[0]), &error), 0);
    assert_null(flat.object); /* scanned in place */
    flat_close(&flat);
}

static void test_every_byte_changed(void **state)
{
    struct flat flat;
    char text[sizeof line];

    (void)state;
    assert_int_equal(flat_open(&flat, keys, COUNT), 0);
    for (size_t at = 0; at + 1 < sizeof line; at++)
        for (int byte = 0; byte < 256; byte++) {
            memcpy(text, line, sizeof line);
            text[at] = (char)byte;
            compare(&flat, text, sizeof line - 1);
        }
    flat_close(&flat);
}

static void test_odd_lines(void **state)
{
    static const char *const lines[] = {
        "{}",
        "{ }",
        "{\"a\":1}\r",
        " {\"a\":1} ",
        "{\"a\":01}",
        "{\"a\":-1}",
        "{\"a\":1.5}",
        "{\"a\":1e3}",
        "{\"a\":9223372036854775807}",
        "{\"a\":99999999999999999999}",
        "{\"a\":0}",
        "{\"a\":1,\"a\":1}",
        "{\"z\":1}",
        "{\"a\":{\"b\":1}}",
        "{\"list\":[]}",
        "{\"list\":[\"x\"]}",
        "{\"list\":[[1]]}",
        "{\"text\":\"\\u00e9\"}",
        "{\"text\":\"é\"}",
        "{\"text\":\"a\tb\"}",
        "{\"text\":\"\"}",
        "{\"a\":tru}",
        "{\"a\":truex}",
        "{\"a\":nulll}",
        "{\"\":1}",
        "{\"a\":1}}",
        "{\"a\":1 2}",
        "{\"list\":[1 2]}",
        "{\"list\":[1,]}",
        "[]",
        "1",
        "\"a\"",
        "{\"a\":12345678901234567890}",
    };
    struct flat flat;

    (void)state;
    assert_int_equal(flat_open(&flat, keys, COUNT), 0);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        compare(&flat, lines[i], strlen(lines[i]));
    flat_close(&flat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_every_byte_changed),
        cmocka_unit_test(test_learned_keys),
        cmocka_unit_test(test_odd_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
