/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/gate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/units.h"

/* A cold trial must have fetched this share of its bytes from the device. */
static const double COLD_DEVICE_SHARE = 0.9;
/* Time taken by the hypervisor; below the second figure ticks are too coarse to tell. */
static const double STEAL_SHARE = 0.1;
static const int64_t STEAL_LEAST_NS = 30 * (int64_t)NS_PER_MS;

#define VOID(...) (snprintf(reason, GATE_REASON_SIZE, __VA_ARGS__), false)

/* A count of the method's line, or -1 where this machine has none. */
static int64_t count(const json_t *output, const char *name)
{
    const json_t *value = json_object_get(output, name);

    return json_is_integer(value) ? json_integer_value(value) : -1;
}

static bool right_digest(const struct gate_facts *facts, char *reason)
{
    const char *found = json_string_value(json_object_get(facts->output, "digest"));
    char expected[32];

    snprintf(expected, sizeof expected, "%016" PRIx64, facts->expected_digest);
    if (!found || strcmp(found, expected))
        return VOID("wrong bytes: digest %s, expected %s", found ? found : "missing", expected);
    return true;
}

static bool right_amount(const struct gate_facts *facts, char *reason)
{
    int64_t bytes = count(facts->output, "bytes");

    if (bytes < 0 || (uint64_t)bytes != facts->set_bytes)
        return VOID("moved %lld bytes a cycle, expected %llu", (long long)bytes,
                    (unsigned long long)facts->set_bytes);
    return true;
}

/* The device counts what anybody reads, the process only what it has caused: cold is what both say. */
static int64_t delivered(const json_t *output)
{
    int64_t device = count(output, "device_read_bytes"), process = count(output, "process_read_bytes");

    if (device < 0 || process < 0)
        return device >= 0 ? device : process;
    return device < process ? device : process;
}

static bool really_cold(const struct gate_facts *facts, char *reason)
{
    int64_t read = delivered(facts->output);
    char found[32], all[32];

    units_human_bytes((double)facts->set_bytes, all);
    if (facts->resident_before_bytes > 0)
        return VOID("not cold: %s of %s were in the page cache before it began",
                    units_human_bytes((double)facts->resident_before_bytes, found), all);
    if (read < 0)
        return VOID("not proven cold: this machine counts no device reads");
    if ((double)read < COLD_DEVICE_SHARE * (double)facts->set_bytes)
        return VOID("not cold: the device delivered %s of %s; something warmed the files after they "
                    "were verified cold", units_human_bytes((double)read, found), all);
    return true;
}

/* Reads are charged to the process that causes them, so that other programs' do not count here. */
static bool really_warm(const struct gate_facts *facts, char *reason)
{
    int64_t process = count(facts->output, "process_read_bytes");
    int64_t read = process >= 0 ? process : count(facts->output, "device_read_bytes");
    char found[32], all[32];

    units_human_bytes((double)facts->set_bytes, all);
    if (facts->resident_before_bytes < facts->set_bytes)
        return VOID("not warm: %s of %s were in the page cache before it began",
                    units_human_bytes((double)facts->resident_before_bytes, found), all);
    if (facts->source_has_device && read > 0)
        return VOID("not warm: it read %s from the device", units_human_bytes((double)read, found));
    return true;
}

static bool undisturbed(const struct gate_facts *facts, char *reason)
{
    int64_t steal = count(facts->output, "steal_ns"), span = count(facts->output, "span_ns");

    if (steal >= STEAL_LEAST_NS && (double)steal > STEAL_SHARE * (double)span)
        return VOID("the hypervisor took %.0f %% of the time", 100.0 * (double)steal / (double)span);
    return true;
}

bool gate_passes(const struct gate_facts *facts, char reason[GATE_REASON_SIZE])
{
    return right_digest(facts, reason) && right_amount(facts, reason) &&
           (facts->cold ? really_cold(facts, reason) : really_warm(facts, reason)) &&
           undisturbed(facts, reason);
}
