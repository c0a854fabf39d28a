/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each gate, one fact away from a trial that passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/units.h"
#include "runners/gate.h"

static const uint64_t digest = 0x0123456789abcdefULL;

/* What a cold trial of 1 MiB printed; the caller frees. */
static json_t *good_output(void)
{
    return json_pack("{s:I, s:I, s:I, s:[I], s:[I], s:[I], s:s, s:n, s:I, s:I, s:i, s:I, s:I, s:I, s:I}",
                     "setup_ns", (json_int_t)1000, "transfer_ns", (json_int_t)8000, "teardown_ns", (json_int_t)1000,
                     "cycle_setup_ns", (json_int_t)1000, "cycle_transfer_ns", (json_int_t)8000,
                     "cycle_teardown_ns", (json_int_t)1000, "digest", "0123456789abcdef",
                     "expected_digest", "bytes", (json_int_t)MIB, "distinct_bytes", (json_int_t)MIB, "cycles", 1,
                     "device_read_bytes", (json_int_t)MIB, "process_read_bytes", (json_int_t)MIB, "steal_ns",
                     (json_int_t)0, "span_ns", (json_int_t)NS_PER_S);
}

static struct gate_facts cold_facts(const json_t *output)
{
    return (struct gate_facts){.has_set = true,
                               .cache = CACHE_COLD,
                               .source_has_device = true,
                               .set_bytes = MIB,
                               .set_digest = digest,
                               .expected_bytes = MIB,
                               .output = output};
}

static struct gate_facts warm_facts(const json_t *output)
{
    struct gate_facts facts = cold_facts(output);

    facts.cache = CACHE_WARM;
    facts.resident_before_bytes = MIB;
    return facts;
}

/* With field set to value (stolen; NULL removes it), the trial passes (reason NULL) or is void so. */
static void check(bool cold, const char *field, json_t *value, const char *expected)
{
    json_t *output = good_output();
    char reason[GATE_REASON_SIZE] = "";

    if (!cold) {
        json_object_set_new(output, "device_read_bytes", json_integer(0));
        json_object_set_new(output, "process_read_bytes", json_integer(0));
    }
    if (value)
        json_object_set_new(output, field, value);
    else if (field)
        json_object_del(output, field);
    struct gate_facts facts = cold ? cold_facts(output) : warm_facts(output);
    bool passed = gate_passes(&facts, reason);
    if (passed != !expected || (expected && !strstr(reason, expected)))
        fail_msg("%s %s: %s \"%s\", expected \"%s\"", cold ? "cold" : "warm", field ? field : "",
                 passed ? "passed" : "void", reason, expected ? expected : "to pass");
    json_decref(output);
}

static void test_good_trials_pass(void **state)
{
    (void)state;
    check(true, NULL, NULL, NULL);
    check(false, NULL, NULL, NULL);
}

static void test_digest(void **state)
{
    (void)state;
    check(true, "digest", json_string("0123456789abcdee"), "wrong bytes: digest 0123456789abcdee, expected");
    check(false, "digest", json_string(""), "wrong bytes");
    check(false, "digest", NULL, "wrong bytes: digest missing");
    check(false, "digest", json_integer(1), "wrong bytes");
}

static void test_amount(void **state)
{
    (void)state;
    check(false, "bytes", json_integer(MIB - 1), "moved 1048575 bytes a cycle, expected 1048576");
    check(false, "bytes", json_integer(2 * MIB), "moved 2097152");
    check(false, "bytes", NULL, "moved -1");
}

/* Both the device and the process must have seen nine tenths of the bytes; other programs' reads count on
 * the device only. */
static void test_cold(void **state)
{
    const char warmed[] = "something warmed the files";

    (void)state;
    check(true, "device_read_bytes", json_integer(MIB * 9 / 10 + 1), NULL);
    check(true, "device_read_bytes", json_integer(MIB * 9 / 10 - 1), warmed);
    check(true, "process_read_bytes", json_integer(MIB * 9 / 10 + 1), NULL);
    check(true, "process_read_bytes", json_integer(MIB * 9 / 10 - 1), warmed);
    check(true, "device_read_bytes", json_integer(100 * MIB), NULL);
    check(true, "device_read_bytes", json_null(), NULL);
    check(true, "process_read_bytes", json_null(), NULL);
    check(true, "process_read_bytes", json_integer(0), warmed);
}

static void test_cold_without_counts(void **state)
{
    json_t *output = good_output();
    struct gate_facts facts = cold_facts(output);
    char reason[GATE_REASON_SIZE] = "";

    (void)state;
    json_object_set_new(output, "device_read_bytes", json_null());
    json_object_set_new(output, "process_read_bytes", json_null());
    assert_false(gate_passes(&facts, reason));
    assert_non_null(strstr(reason, "not proven cold"));
    json_decref(output);
}

static void test_residency(void **state)
{
    json_t *output = good_output();
    char reason[GATE_REASON_SIZE] = "";

    (void)state;
    struct gate_facts cold = cold_facts(output);
    cold.resident_before_bytes = 1;
    assert_false(gate_passes(&cold, reason));
    assert_non_null(strstr(reason, "not cold: "));
    json_object_set_new(output, "process_read_bytes", json_integer(0));
    struct gate_facts warm = warm_facts(output);
    warm.resident_before_bytes = MIB - 1;
    assert_false(gate_passes(&warm, reason));
    assert_non_null(strstr(reason, "not warm: "));
    json_decref(output);
}

/* A warm trial reads nothing from a device, whatever other programs do there. */
static void test_warm(void **state)
{
    (void)state;
    check(false, "device_read_bytes", json_integer(MIB), NULL);
    check(false, "process_read_bytes", json_integer(4096), "not warm: it read 4.00 KiB");
    check(false, "process_read_bytes", json_null(), NULL);
}

static void test_warm_without_a_device(void **state)
{
    json_t *output = good_output();
    struct gate_facts facts = warm_facts(output);
    char reason[GATE_REASON_SIZE] = "";

    (void)state;
    facts.source_has_device = false;
    assert_true(gate_passes(&facts, reason));
    json_decref(output);
}

/* A task that knows its bytes is held against that, one without a data set against nothing else. */
static void test_known_digest(void **state)
{
    json_t *output = good_output();
    struct gate_facts facts = {.expected_bytes = MIB, .output = output};
    char reason[GATE_REASON_SIZE] = "";

    (void)state;
    check(false, "expected_digest", json_string("0123456789abcdee"), "expected 0123456789abcdee");
    assert_false(gate_passes(&facts, reason));
    assert_non_null(strstr(reason, "expected unknown"));
    json_object_set_new(output, "expected_digest", json_string("0123456789abcdef"));
    assert_true(gate_passes(&facts, reason));
    json_decref(output);
}

/* Where the data set says what the bytes are, what the method expects is no proof. */
static void test_own_digest_is_no_proof(void **state)
{
    json_t *output = good_output();
    struct gate_facts facts = warm_facts(output);
    char reason[GATE_REASON_SIZE] = "";

    (void)state;
    json_object_set_new(output, "process_read_bytes", json_integer(0));
    facts.moves_set = true;
    assert_true(gate_passes(&facts, reason));
    json_object_set_new(output, "digest", json_string("00000000deadbeef"));
    json_object_set_new(output, "expected_digest", json_string("00000000deadbeef"));
    assert_false(gate_passes(&facts, reason));
    assert_non_null(strstr(reason, "wrong bytes"));
    json_decref(output);
}

/* O_DIRECT reads the device also when the files are cached; if it does not, it was not in effect. */
static void test_direct(void **state)
{
    json_t *output = good_output();
    struct gate_facts facts = warm_facts(output);
    char reason[GATE_REASON_SIZE] = "";

    (void)state;
    facts.direct = true;
    assert_true(gate_passes(&facts, reason));
    json_object_set_new(output, "cycles", json_integer(2));
    assert_false(gate_passes(&facts, reason));
    assert_non_null(strstr(reason, "O_DIRECT was not in effect: 50 %"));
    json_decref(output);
}

/* Where records are read twice, a cold trial needs each from the device only once. */
static void test_distinct(void **state)
{
    (void)state;
    check(true, "distinct_bytes", json_integer(2 * MIB), "something warmed the files");
    check(true, "distinct_bytes", json_integer(MIB / 2), NULL);
}

/* With that much stolen of a span it was disturbed (reason) or not (NULL), and passes the gates in either case. */
static void check_steal(json_t *steal_ns, uint64_t span_ms, const char *expected)
{
    json_t *output = good_output();
    struct gate_facts facts = cold_facts(output);
    char reason[GATE_REASON_SIZE] = "";

    json_object_set_new(output, "steal_ns", steal_ns);
    json_object_set_new(output, "span_ns", json_integer((json_int_t)(span_ms * NS_PER_MS)));
    assert_true(gate_passes(&facts, reason));
    assert_int_equal(gate_undisturbed(&facts, reason), !expected);
    assert_true(!expected || strstr(reason, expected));
    json_decref(output);
}

/* Over a tenth of the time, and long enough for ticks to tell. */
static void test_steal(void **state)
{
    (void)state;
    check_steal(json_integer(99 * NS_PER_MS), 1000, NULL);
    check_steal(json_integer(101 * NS_PER_MS), 1000, "the hypervisor took 10 % of the time");
    check_steal(json_null(), 1000, NULL);
    check_steal(json_integer(20 * NS_PER_MS), 20, NULL);
}

/* A clock that stands still, a cycle that is none of those there were, and parts longer than their whole. */
static void test_impossible_times(void **state)
{
    json_t *output = good_output();
    char reason[GATE_REASON_SIZE] = "";

    (void)state;
    check(false, "setup_ns", json_integer(999), "impossible times: none of its cycles");
    check(false, "cycle_transfer_ns", json_pack("[i]", 8001), "impossible times: none of its cycles");
    check(false, "cycle_transfer_ns", json_array(), "impossible times: none of its cycles");
    check(true, "span_ns", json_integer(9999), "impossible times: cycles of 10.0 us in a span of 10.0 us");
    check(true, "span_ns", json_integer(10000), NULL);
    check(false, "span_ns", NULL, "impossible times");
    struct gate_facts facts = cold_facts(output);
    facts.wall_ns = NS_PER_S - 1;
    assert_false(gate_passes(&facts, reason));
    assert_non_null(strstr(reason, "a span of 1.00 s in a process of 1.00 s"));
    facts.wall_ns = NS_PER_S;
    assert_true(gate_passes(&facts, reason));
    json_decref(output);
}

static void test_a_clock_that_stands_still(void **state)
{
    static const char *const phases[] = {"setup_ns", "transfer_ns", "teardown_ns"};
    json_t *output = good_output();
    struct gate_facts facts = cold_facts(output);
    char reason[GATE_REASON_SIZE] = "";

    (void)state;
    for (size_t i = 0; i < 3; i++)
        json_object_set_new(output, phases[i], json_integer(0));
    json_object_set_new(output, "cycle_setup_ns", json_pack("[i]", 0));
    json_object_set_new(output, "cycle_transfer_ns", json_pack("[i]", 0));
    json_object_set_new(output, "cycle_teardown_ns", json_pack("[i]", 0));
    assert_false(gate_passes(&facts, reason));
    assert_non_null(strstr(reason, "its clock stood still"));
    json_decref(output);
}

/* Overflow in the sum of many cycles is no small number. */
static void test_sums_do_not_wrap(void **state)
{
    json_t *output = good_output();
    struct gate_facts facts = cold_facts(output);
    char reason[GATE_REASON_SIZE] = "";

    (void)state;
    json_object_set_new(output, "cycle_setup_ns", json_pack("[I, I, I]", (json_int_t)1000, (json_int_t)1 << 62,
                                                            (json_int_t)1 << 62));
    json_object_set_new(output, "cycle_transfer_ns", json_pack("[I, I, I]", (json_int_t)8000, (json_int_t)1 << 62,
                                                               (json_int_t)1 << 62));
    json_object_set_new(output, "cycle_teardown_ns", json_pack("[I, I, I]", (json_int_t)1000, (json_int_t)0,
                                                               (json_int_t)0));
    assert_false(gate_passes(&facts, reason));
    assert_non_null(strstr(reason, "impossible times: cycles of"));
    json_decref(output);
}

/* What this machine cannot count proves nothing. */
static void test_unproven(void **state)
{
    json_t *output = good_output();
    struct gate_facts facts = warm_facts(output);
    char reason[GATE_REASON_SIZE] = "";

    (void)state;
    json_object_set_new(output, "device_read_bytes", json_null());
    json_object_set_new(output, "process_read_bytes", json_null());
    assert_false(gate_passes(&facts, reason));
    assert_non_null(strstr(reason, "not proven warm"));
    facts.source_has_device = false;
    assert_true(gate_passes(&facts, reason));
    facts.read_limit_bytes_per_s = MIB;
    assert_false(gate_passes(&facts, reason));
    assert_non_null(strstr(reason, "not proven throttled"));
    facts.read_limit_bytes_per_s = 0;
    facts.source_has_device = facts.direct = true;
    assert_false(gate_passes(&facts, reason));
    assert_non_null(strstr(reason, "not proven direct"));
    json_decref(output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_trials_pass),
        cmocka_unit_test(test_impossible_times),
        cmocka_unit_test(test_a_clock_that_stands_still),
        cmocka_unit_test(test_sums_do_not_wrap),
        cmocka_unit_test(test_unproven),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_amount),
        cmocka_unit_test(test_cold),
        cmocka_unit_test(test_cold_without_counts),
        cmocka_unit_test(test_residency),
        cmocka_unit_test(test_warm),
        cmocka_unit_test(test_warm_without_a_device),
        cmocka_unit_test(test_known_digest),
        cmocka_unit_test(test_own_digest_is_no_proof),
        cmocka_unit_test(test_direct),
        cmocka_unit_test(test_distinct),
        cmocka_unit_test(test_steal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
