/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a price is known well enough to wait, and that a calibration goes on where another ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runners/calibrate.h"
#include "runners/price_list.h"

static const struct target_spec spec = {.name = "disk"};
static const struct target target = {.spec = &spec};

/* At no target in particular. */
static struct price_site site_of(const char *first, const char *second)
{
    static struct price_program programs[8];
    static size_t used;
    struct price_program *program = &programs[used++];

    program->entries = json_pack("[s, s]", first, second);
    return (struct price_site){.program = program};
}

static struct price_series *series_of(struct price_list *list, const char *name, const struct price_site *site)
{
    json_t *entry = json_pack("{s:s}", "name", name);

    price_site_identify(site, entry);
    struct price_series *series = price_list_series(list, entry);
    json_decref(entry);
    assert_non_null(series);
    return series;
}

/* Around 100, within so much of it. */
static void add(struct price_list *list, const char *name, const struct price_site *site, unsigned n, double within)
{
    for (unsigned i = 0; i < n; i++)
        price_series_add(series_of(list, name, site), 100 + (i % 2 ? within : -within) * (1 + 0.01 * i));
}

static void test_known_when_all_of_a_site_is(void **state)
{
    const struct price_site here = site_of("copy", "fault"), other = site_of("switch", "zero");
    const struct price_site there = {here.program, &target, NULL, false};
    struct price_list list = {0};

    (void)state;
    assert_false(price_list_knows(&list, &here));
    assert_false(price_list_has_site(&list, &here));
    add(&list, "copy", &here, 5, 1);
    assert_true(price_list_has_site(&list, &here));
    assert_false(price_list_has_site(&list, &there));
    assert_false(price_list_has_site(&list, &other));
    assert_false(price_list_knows(&list, &here)); /* too few for an interval */
    add(&list, "copy", &here, 10, 1);
    assert_true(price_list_knows(&list, &here));
    assert_false(price_list_knows(&list, &there));
    assert_false(price_list_knows(&list, &other));
    add(&list, "fault", &here, 15, 30);
    assert_false(price_list_knows(&list, &here));
    add(&list, "switch", &other, 15, 1);
    assert_true(price_list_has_site(&list, &other));
    assert_true(price_list_knows(&list, &other));
    price_list_free(&list);
    assert_true(!list.all && list.count == 0);
}

static void test_only_the_latest_count(void **state)
{
    const struct price_site here = site_of("copy", "fault");
    struct price_list list = {0};

    (void)state;
    for (unsigned i = 1; i <= 64; i++) { /* docs/formats.md: the latest 64 */
        price_series_add(series_of(&list, "copy", &here), i);
        assert_int_equal(list.all[0].n, i);
    }
    assert_true(list.all[0].values[0] == 1);
    for (unsigned i = 65; i <= 70; i++)
        price_series_add(series_of(&list, "copy", &here), i);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.all[0].n, 64);
    for (unsigned i = 0; i < 64; i++)
        assert_true(list.all[0].values[i] == 7 + i);
    price_list_free(&list);
}

static void test_has_what_was_named(void **state)
{
    const struct price_site here = site_of("copy", "fault");
    struct price_list list = {0};

    (void)state;
    assert_false(price_list_has(&list, "copy"));
    series_of(&list, "copy", &here);
    assert_true(price_list_has(&list, "copy"));
    assert_false(price_list_has(&list, "fault"));
    series_of(&list, "fault", &here);
    assert_true(price_list_has(&list, "copy") && price_list_has(&list, "fault"));
    assert_false(price_list_has(&list, "cop"));
    price_list_free(&list);
}

/* Of six values the interval is from the least to the greatest: a signed-rank sum of 0 has one chance in 64, less than
 * 2.5 %, one of 1 or less has two. In the middle of their 21 means of pairs is 100. */
static void add_six(struct price_list *list, const char *name, const struct price_site *site, double low, double high)
{
    const double values[] = {100, high, 100, 100, low, 100};

    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        price_series_add(series_of(list, name, site), values[i]);
}

static void test_known_within_seven_percent(void **state)
{
    static const struct {
        double low, high;
        bool known;
    } cases[] = {{93, 107, true}, {93, 107.1, false}, {92.9, 107, false}, {86, 100, true}, {85.9, 100, false},
                 {100, 114, true}, {100, 114.1, false}, {100, 100, true}};

    const struct price_site here = site_of("copy", "fault");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct price_list list = {0};
        add_six(&list, "copy", &here, cases[i].low, cases[i].high);
        json_t *entries = price_list_json(&list);
        assert_int_equal(price_is_known(json_array_get(entries, 0)), cases[i].known);
        assert_int_equal(price_list_knows(&list, &here), cases[i].known);
        json_decref(entries);
        price_list_free(&list);
    }
}

static void assert_json(const json_t *json, const char *expected)
{
    char *text = json_dumps(json, JSON_COMPACT);

    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

/* The values in the order of their rounds; one has no interval. */
static void test_entries(void **state)
{
    const struct price_site here = site_of("copy", "fault");
    struct price_list list = {0};

    (void)state;
    add_six(&list, "copy", &here, 90, 120);
    price_series_add(series_of(&list, "fault", &here), 2.5);
    json_t *entries = price_list_json(&list);
    assert_json(json_array_get(entries, 0),
                "{\"name\":\"copy\",\"target\":null,\"source\":null,\"file_size_bytes\":null,\"value\":100.0,"
                "\"low\":90.0,\"high\":120.0,\"n\":6,\"values\":[100.0,120.0,100.0,100.0,90.0,100.0]}");
    assert_json(json_array_get(entries, 1),
                "{\"name\":\"fault\",\"target\":null,\"source\":null,\"file_size_bytes\":null,\"value\":2.5,"
                "\"low\":null,\"high\":null,\"n\":1,\"values\":[2.5]}");
    assert_int_equal(json_array_size(entries), 2);
    json_decref(entries);
    price_list_free(&list);
}

static unsigned long allocations_left;

static void *allocate_while_there_is_room(size_t size)
{
    return allocations_left > 0 && allocations_left-- ? malloc(size) : NULL;
}

/* Whichever allocation is the first to fail: all or nothing, both of what is taken over and of what is written. */
static void test_out_of_memory(void **state)
{
    const struct price_site here = site_of("copy", "fault");
    struct price_list list = {0};
    unsigned long taken = 0, wrote = 0, n = 0;

    (void)state;
    add_six(&list, "copy", &here, 93, 107);
    add(&list, "fault", &here, 12, 2);
    json_t *entries = price_list_json(&list);
    for (bool whole = false; !whole; n++) {
        struct price_list again = {0};
        json_set_alloc_funcs(allocate_while_there_is_room, free);
        allocations_left = n;
        int result = price_list_take_over(&again, entries);
        allocations_left = n;
        json_t *written = price_list_json(&list);
        json_set_alloc_funcs(malloc, free);
        if (result == 0) {
            json_t *same = price_list_json(&again);
            assert_true(json_equal(entries, same));
            json_decref(same);
        }
        assert_true(!written || json_equal(entries, written));
        assert_true(result == 0 || result == -1);
        taken += result == 0;
        wrote += written != NULL;
        whole = result == 0 && written;
        json_decref(written);
        price_list_free(&again);
    }
    assert_true(taken < n && wrote < n && n > 20);
    json_decref(entries);
    price_list_free(&list);
}

static void test_goes_on(void **state)
{
    const struct price_site here = site_of("copy", "fault");
    struct price_list first = {0}, second = {0};

    (void)state;
    add(&first, "copy", &here, 8, 20);
    add(&first, "fault", &here, 12, 2);
    json_t *entries = price_list_json(&first);
    assert_int_equal(price_list_take_over(&second, entries), 0);
    json_t *same = price_list_json(&second);
    assert_true(json_equal(entries, same));
    assert_false(price_is_known(json_array_get(entries, 0)));
    assert_true(price_is_known(json_array_get(entries, 1)));
    assert_false(price_list_knows(&second, &here)); /* not both */
    add(&second, "copy", &here, 1, 20);
    assert_int_equal(second.count, 2);
    assert_int_equal(second.all[0].n, 9);
    json_decref(entries);
    json_decref(same);
    price_list_free(&first);
    price_list_free(&second);
}

static void test_nothing_is_known_without_an_interval(void **state)
{
    json_t *entry = json_pack("{s:f, s:n, s:n}", "value", 5.0, "low", "high");

    (void)state;
    assert_false(price_is_known(entry));
    json_decref(entry);
}

/* What a resumed run finds may be damaged: it neither crashes nor goes on with values that are none. */
static void test_what_a_calibration_wrote(void **state)
{
    static const char whole[] = "{'entries': [{'name': 'copy', 'values': [1.5, 2]}], "
                                "'missing': [{'name': 'fault', 'target': null, 'reason': 'no time'}], 'same': {}}";
    static const char *const damage[][2] = {
        {"'entries': [", "'entries': [7, "},     {"'entries': [{'name': 'copy', ", "'entries': [{"},
        {"[1.5, 2]", "[1.5, 'x']"},              {"[1.5, 2]", "[1.5, 0]"},
        {"[1.5, 2]", "[]"},                      {"[1.5, 2]", "2"},
        {"'reason': 'no time'", "'reason': 1"},  {"'name': 'fault', ", ""},
        {", 'same': {}", ""},                    {", 'same': {}", ", 'same': 3"},
        {"'missing': [{", "'missing': [null, {"}, {"'missing'", "'mossing'"}, {"'entries'", "'entrees'"},
    };

    (void)state;
    for (size_t i = 0; i <= sizeof damage / sizeof *damage; i++) {
        char text[512];
        const char *at = i ? strstr(whole, damage[i - 1][0]) : whole;
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, i ? damage[i - 1][1] : "",
                 i ? at + strlen(damage[i - 1][0]) : at);
        for (char *quote = text; (quote = strchr(quote, '\'')); *quote = '"')
            continue;
        json_t *json = json_loads(text, 0, NULL);
        assert_non_null(json);
        assert_int_equal(calibrate_wrote(json), i == 0);
        json_decref(json);
    }
    assert_false(calibrate_wrote(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_when_all_of_a_site_is),
        cmocka_unit_test(test_only_the_latest_count),
        cmocka_unit_test(test_has_what_was_named),
        cmocka_unit_test(test_known_within_seven_percent),
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_nothing_is_known_without_an_interval),
        cmocka_unit_test(test_what_a_calibration_wrote),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
