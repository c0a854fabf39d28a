/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gates of cache states and targets that limit a trial, and of what a copy left: each one fact away from a
 * trial that passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/units.h"
#include "runners/gate.h"

static const uint64_t digest = 0x0123456789abcdefULL;
static const struct folios small_folios = {.sampled_bytes = 64 * MIB, .small_bytes = 64 * MIB};

/* A trial over 64 MiB that took a second; the caller frees. */
static json_t *output_of(uint64_t read_bytes)
{
    return json_pack("{s:I, s:I, s:I, s:[I], s:[I], s:[I], s:s, s:n, s:I, s:I, s:i, s:I, s:I, s:I, s:I, s:I}",
                     "setup_ns", (json_int_t)1000, "transfer_ns", (json_int_t)8000, "teardown_ns", (json_int_t)1000,
                     "cycle_setup_ns", (json_int_t)1000, "cycle_transfer_ns", (json_int_t)8000,
                     "cycle_teardown_ns", (json_int_t)1000, "digest", "0123456789abcdef",
                     "expected_digest", "bytes", (json_int_t)64 * MIB, "distinct_bytes",
                     (json_int_t)64 * MIB, "cycles", 1, "device_read_bytes", (json_int_t)read_bytes,
                     "process_read_bytes", (json_int_t)read_bytes, "process_written_bytes",
                     (json_int_t)read_bytes, "steal_ns", (json_int_t)0, "span_ns", (json_int_t)NS_PER_S);
}

static struct gate_facts facts_of(enum cache cache, uint64_t resident_bytes)
{
    return (struct gate_facts){.has_set = true,
                               .cache = cache,
                               .source_has_device = true,
                               .set_bytes = 64 * MIB,
                               .set_digest = digest,
                               .resident_before_bytes = resident_bytes,
                               .resident_after_bytes = (int64_t)resident_bytes,
                               .expected_bytes = 64 * MIB};
}

/* NULL: it passes. */
static void check(struct gate_facts facts, uint64_t read_bytes, const char *expected)
{
    char reason[GATE_REASON_SIZE] = "";
    json_t *output = output_of(read_bytes);

    facts.output = output;
    bool passed = gate_passes(&facts, reason);
    json_decref(output);
    if (passed != !expected || (expected && !strstr(reason, expected)))
        fail_msg("%s \"%s\", expected \"%s\"", passed ? "passed" : "void", reason,
                 expected ? expected : "to pass");
}

static void test_pressured(void **state)
{
    struct gate_facts facts = facts_of(CACHE_PRESSURED, 30 * MIB);

    (void)state;
    facts.memory_limit_bytes = 32 * MIB;
    check(facts, 100 * (uint64_t)MIB, NULL);
    check(facts, 0, NULL);
    facts.resident_before_bytes = 15 * MIB;
    check(facts, 0, "not prepared: only 15.0 MiB of the set were in the page cache");
    facts.resident_before_bytes = 33 * MIB;
    check(facts, 0, "not pressured: 33.0 MiB of the set");
    facts.resident_before_bytes = 30 * MIB;
    facts.resident_after_bytes = 64 * MIB;
    check(facts, 0, "not pressured: 64.0 MiB of the set were in the page cache, more than the limit");
    facts.resident_after_bytes = -1;
    check(facts, 0, "not proven pressured");
}

/* A limit above the size of the set leaves all of it in the cache. */
static void test_pressured_with_room(void **state)
{
    struct gate_facts facts = facts_of(CACHE_PRESSURED, 64 * MIB);

    (void)state;
    facts.memory_limit_bytes = 128 * MIB;
    check(facts, 0, NULL);
}

static void test_small_folios(void **state)
{
    struct folios found = small_folios;
    struct gate_facts facts = facts_of(CACHE_WARM_SMALL_FOLIOS, 64 * MIB);

    (void)state;
    check(facts, 0, "not proven: this machine does not tell the size of folios");
    facts.folios = &found;
    check(facts, 0, NULL);
    found.small_bytes = 60 * MIB;
    check(facts, 0, "not in small folios: 6 % of the set is in larger ones");
    found.small_bytes = 64 * MIB;
    facts.resident_before_bytes = 63 * MIB;
    check(facts, 0, "not warm");
}

/* 64 MiB in a second through a limit of 64 MiB/s, of 60 and of 50. */
static void test_throttle(void **state)
{
    struct gate_facts facts = facts_of(CACHE_COLD, 0);

    (void)state;
    facts.read_limit_bytes_per_s = 64 * MIB;
    check(facts, 64 * MIB, NULL);
    facts.read_limit_bytes_per_s = 60 * MIB;
    check(facts, 64 * MIB, NULL);
    facts.read_limit_bytes_per_s = 50 * MIB;
    check(facts, 64 * MIB, "the throttle was not in effect: 64.0 MiB/s through a limit of 50.0 MiB/s");
    facts.read_limit_bytes_per_s = 0;
    facts.write_limit_bytes_per_s = 50 * MIB;
    check(facts, 64 * MIB, NULL);
    facts.direct = true;
    check(facts, 64 * MIB, "the throttle was not in effect");
}

static void test_holes_and_shared_blocks(void **state)
{
    struct gate_facts facts = facts_of(CACHE_WARM, 64 * MIB);

    (void)state;
    facts.created = (struct created){-1, -1};
    check(facts, 0, NULL);
    facts.created = (struct created){0, 0};
    check(facts, 0, NULL);
    facts.created.hole_bytes = 4096;
    check(facts, 0, "left holes: 4.00 KiB of the destination were never written");
    facts.created = (struct created){0, 64 * MIB};
    check(facts, 0, "no copy: 64.0 MiB of the destination share the blocks of another file");
    facts.shares = true;
    check(facts, 0, NULL);
}

/* Whoever makes files may read what tells where there is room, but not the files' bytes. */
static void test_metadata(void **state)
{
    struct gate_facts facts = facts_of(CACHE_WARM, 64 * MIB);

    (void)state;
    check(facts, 4096, "not warm: it read 4.00 KiB from the device");
    facts.writes = true;
    check(facts, 4096, NULL);
    check(facts, 256 * KIB, NULL);
    check(facts, 256 * KIB + 512, "not warm: it read 256 KiB from the device");
}

/* Of a small set that would be all of it. */
static void test_metadata_of_small_sets(void **state)
{
    struct gate_facts facts = facts_of(CACHE_WARM, 64 * KIB);
    char reason[GATE_REASON_SIZE] = "";
    json_t *output = output_of(64 * KIB);

    (void)state;
    facts.writes = true;
    facts.set_bytes = facts.expected_bytes = 64 * KIB;
    facts.output = output;
    json_object_set_new(output, "bytes", json_integer(64 * KIB));
    assert_false(gate_passes(&facts, reason));
    assert_non_null(strstr(reason, "not warm: it read 64.0 KiB from the device"));
    /* One cycle of a hundred is not the median one. */
    json_object_set_new(output, "cycles", json_integer(100));
    assert_true(gate_passes(&facts, reason));
    json_object_set_new(output, "cycles", json_integer(99));
    assert_false(gate_passes(&facts, reason));
    json_decref(output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pressured),    cmocka_unit_test(test_pressured_with_room),
        cmocka_unit_test(test_small_folios), cmocka_unit_test(test_throttle),
        cmocka_unit_test(test_metadata),     cmocka_unit_test(test_holes_and_shared_blocks),
        cmocka_unit_test(test_metadata_of_small_sets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
