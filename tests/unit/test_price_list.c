/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a price is known well enough to wait, and that a calibration goes on where another ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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
    price_list_free(&list);
}

static void test_only_the_latest_count(void **state)
{
    const struct price_site here = site_of("copy", "fault");
    struct price_list list = {0};

    (void)state;
    for (unsigned i = 0; i < PRICE_VALUES_MAX; i++)
        price_series_add(series_of(&list, "copy", &here), 1);
    for (unsigned i = 0; i < PRICE_VALUES_MAX; i++)
        price_series_add(series_of(&list, "copy", &here), 5 + i);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.all[0].n, PRICE_VALUES_MAX);
    assert_true(list.all[0].values[0] == 5);
    assert_true(list.all[0].values[PRICE_VALUES_MAX - 1] == 5 + PRICE_VALUES_MAX - 1);
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
        cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_nothing_is_known_without_an_interval),
        cmocka_unit_test(test_what_a_calibration_wrote),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
