/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic of a point as summary.json has it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/explain.h"
#include "common/units.h"
#include "within.h"

static void is_text(const json_t *object, const char *key, const char *wanted)
{
    assert_string_equal(json_string_value(json_object_get(object, key)), wanted);
}

static void is_number(const json_t *object, const char *key, double wanted)
{
    assert_true(json_is_real(json_object_get(object, key)));
    assert_within(json_real_value(json_object_get(object, key)), wanted, 1e-9);
}

static void is_null(const json_t *object, const char *key)
{
    assert_true(json_is_null(json_object_get(object, key)));
}

static void is_toll(const json_t *object, const struct term *term, double count, double price_ns, double ms_per_gib)
{
    is_text(object, "term", term->name);
    is_text(object, "price", term->price);
    is_text(object, "unit", term->unit);
    is_number(object, "count", count);
    is_number(object, "price_ns", price_ns);
    is_number(object, "ns", count * price_ns);
    is_number(object, "ms_per_gib", ms_per_gib);
}

/* Half a GiB: 3 and 5 ms are 6 and 10 a GiB. */
static struct explanation arithmetic(void)
{
    return (struct explanation){.tolls = {{&terms[0], 3000, 1000, 3e6}, {&terms[1], 50000, 100, 5e6}},
                                .toll_count = 2,
                                .bytes = GIB / 2.0,
                                .measured_ns = 9e6,
                                .sum_ns = 8e6,
                                .limit_ns = 2e6,
                                .limit_name = "reading memory",
                                .predicted_ns = 8e6,
                                .unexplained_ns = 1e6};
}

static void test_arithmetic(void **state)
{
    struct explanation explanation = arithmetic();
    json_t *object = explain_to_json(&explanation), *tolls = json_object_get(object, "tolls");

    (void)state;
    assert_int_equal(json_array_size(tolls), 2);
    is_toll(json_array_get(tolls, 0), &terms[0], 3000, 1000, 6);
    is_toll(json_array_get(tolls, 1), &terms[1], 50000, 100, 10);
    is_number(object, "sum_ns", 8e6);
    is_number(object, "limit_ns", 2e6);
    is_text(object, "limit", "reading memory");
    is_number(object, "predicted_ns", 8e6);
    is_number(object, "measured_ns", 9e6);
    is_number(object, "unexplained_ns", 1e6);
    assert_true(json_is_true(json_object_get(object, "explained")));
    is_null(object, "no_arithmetic");
    json_decref(object);
}

/* What was not explained has no sum, whatever had been added up by then. */
static void test_no_arithmetic(void **state)
{
    struct explanation explanation = arithmetic();

    (void)state;
    strcpy(explanation.reason, "no price was measured for faults");
    explanation.toll_count = 0;
    explanation.limit_name = NULL;
    explanation.limit_ns = explanation.predicted_ns = explanation.unexplained_ns = NAN;
    json_t *object = explain_to_json(&explanation);
    assert_true(json_is_array(json_object_get(object, "tolls")));
    assert_int_equal(json_array_size(json_object_get(object, "tolls")), 0);
    is_null(object, "sum_ns");
    is_null(object, "limit_ns");
    is_null(object, "limit");
    is_null(object, "predicted_ns");
    is_number(object, "measured_ns", 9e6);
    is_null(object, "unexplained_ns");
    assert_true(json_is_false(json_object_get(object, "explained")));
    is_text(object, "no_arithmetic", "no price was measured for faults");
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic),
        cmocka_unit_test(test_no_arithmetic),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
