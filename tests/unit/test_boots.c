/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boots of a run: what may be added, and where its blocks begin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runners/boots.h"
#include "tests/unit/run_fixture.h"

static struct fixture fixture;
static struct error error;

static json_t *environment(const char *boot, const char *thp)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:s}", "host", "here", "kernel", "6.1", "boot_id", boot,
                     "cpus", 2, "transparent_hugepages", thp);
}

static void test_boots(void **state)
{
    json_t *before = environment("a", "always"), *same = environment("a", "always");
    json_t *next = environment("b", "always"), *other = environment("c", "never");
    json_t *root = json_pack("{s:O, s:s}", "environment", before, "started_utc", "then");
    json_t *boots = boots_of_run(root);

    (void)state;
    fixture_open(&fixture);
    fixture_add(&fixture, fixture_point("stream", 4096, 4096, 0), 0, -1);
    fixture_trial(&fixture, 0, 0, 1000);
    fixture_trial(&fixture, 0, 7, 1000);
    assert_int_equal(boots_first_block(boots), 0);
    assert_string_equal(boots_last_id(boots), "a");
    assert_int_equal(boots_add(boots, before, same, fixture.directory, &error), -1);
    assert_non_null(strstr(error.text, "has blocks of this boot already"));
    assert_int_equal(boots_add(boots, before, other, fixture.directory, &error), -1);
    assert_non_null(strstr(error.text, "transparent_hugepages"));
    assert_int_equal(boots_add(boots, before, next, fixture.directory, &error), 0);
    assert_string_equal(boots_last_id(boots), "b");
    assert_int_equal(boots_first_block(boots), 8);
    assert_int_equal(boots_add(boots, before, next, fixture.directory, &error), -1);
    fixture_close(&fixture);
    json_decref(boots);
    json_decref(root);
    json_decref(before);
    json_decref(same);
    json_decref(next);
    json_decref(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_boots)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
