/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/gate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/machine_time.h"
#include "common/units.h"

/* A cold or direct trial must have moved this share of its bytes from or to the device. */
static const double DEVICE_SHARE = 0.9;
/* Whoever makes files may read what tells where there is room for them. No count tells that from the files' own
 * bytes; of all that a trial moves it is a small share, or the files were not in the cache. */
static const double METADATA_BYTES = 256 * KIB, METADATA_SHARE = 0.01;
static const double SMALL_SHARE = 0.95;
/* blk-throttle's slice is 0.1 s (block/blk-throttle.c). */
static const double THROTTLE_SLACK = 0.1, THROTTLE_SLICE_S = 0.1;
#define VOID(...) (snprintf(reason, GATE_REASON_SIZE, __VA_ARGS__), false)

/* A count of the method's line, or -1 where this machine has none. */
static int64_t count(const json_t *output, const char *name)
{
    const json_t *value = json_object_get(output, name);

    return json_is_integer(value) ? json_integer_value(value) : -1;
}

static const char *text(const json_t *output, const char *name)
{
    return json_string_value(json_object_get(output, name));
}

/* Of all cycles together. */
static double cycles_ns(const json_t *output)
{
    static const char *const phases[] = {"cycle_setup_ns", "cycle_transfer_ns", "cycle_teardown_ns"};
    double sum = 0;
    size_t index;
    json_t *value;

    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
        json_array_foreach(json_object_get(output, phases[i]), index, value)
            sum += json_number_value(value);
    return sum;
}

/* Whether one of the cycles is the one whose phases the trial is said to have taken. */
static bool is_a_cycle(const json_t *output)
{
    const json_t *setup = json_object_get(output, "cycle_setup_ns");
    const json_t *transfer = json_object_get(output, "cycle_transfer_ns");
    const json_t *teardown = json_object_get(output, "cycle_teardown_ns");

    for (size_t i = 0; i < json_array_size(setup); i++)
        if (json_integer_value(json_array_get(setup, i)) == count(output, "setup_ns") &&
            json_integer_value(json_array_get(transfer, i)) == count(output, "transfer_ns") &&
            json_integer_value(json_array_get(teardown, i)) == count(output, "teardown_ns"))
            return true;
    return false;
}

/* A clock that stands still, or runs faster than ours, or a sum that overflowed: no time can be true that is
 * longer than what it is a part of. */
static bool possible_times(const struct gate_facts *facts, char *reason)
{
    const json_t *output = facts->output;
    double span = (double)count(output, "span_ns"), wall = (double)facts->wall_ns, sum = cycles_ns(output);
    double time = (double)count(output, "setup_ns") + (double)count(output, "transfer_ns") +
                  (double)count(output, "teardown_ns");
    char part[32], whole[32];

    if (time <= 0)
        return VOID("impossible times: a cycle took none, so its clock stood still");
    if (!is_a_cycle(output))
        return VOID("impossible times: none of its cycles took what it says a cycle took");
    if (sum > span)
        return VOID("impossible times: cycles of %s in a span of %s", units_human_duration(sum, part),
                    units_human_duration(span, whole));
    if (wall > 0 && span > wall)
        return VOID("impossible times: a span of %s in a process of %s", units_human_duration(span, part),
                    units_human_duration(wall, whole));
    return true;
}

/* Against the data set where all of it is moved, else against what the task knows its bytes to be. */
static bool right_digest(const struct gate_facts *facts, char *reason)
{
    const char *found = text(facts->output, "digest"), *known = text(facts->output, "expected_digest");
    char set[32];

    snprintf(set, sizeof set, "%016" PRIx64, facts->set_digest);
    if (facts->moves_set || (!known && facts->has_set))
        known = set;
    if (!found || !known || strcmp(found, known))
        return VOID("wrong bytes: digest %s, expected %s", found ? found : "missing",
                    known ? known : "unknown");
    return true;
}

static bool right_amount(const struct gate_facts *facts, char *reason)
{
    int64_t bytes = count(facts->output, "bytes");

    if (bytes < 0 || (uint64_t)bytes != facts->expected_bytes)
        return VOID("moved %lld bytes a cycle, expected %llu", (long long)bytes,
                    (unsigned long long)facts->expected_bytes);
    return true;
}

static double moved_bytes(const json_t *output)
{
    return (double)count(output, "bytes") * (double)count(output, "cycles");
}

/* O_DIRECT that quietly used the cache would show as device traffic that is missing. */
static bool really_direct(const struct gate_facts *facts, char *reason)
{
    bool reads = facts->has_set;
    bool has_device = reads ? facts->source_has_device : facts->destination_has_device;
    int64_t moved = count(facts->output, reads ? "process_read_bytes" : "process_written_bytes");
    double all = moved_bytes(facts->output);

    if (!facts->direct || facts->in_place || !has_device)
        return true;
    if (moved < 0)
        return VOID("not proven direct: this machine does not count a process's device I/O");
    if ((double)moved < DEVICE_SHARE * all)
        return VOID("O_DIRECT was not in effect: %.0f %% of the bytes came from or went to the device",
                    100 * (double)moved / all);
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
    int64_t read = delivered(facts->output), distinct = count(facts->output, "distinct_bytes");
    char found[32], all[32];

    units_human_bytes((double)facts->set_bytes, all);
    if (facts->resident_before_bytes > 0)
        return VOID("not cold: %s of %s were in the page cache before it began",
                    units_human_bytes((double)facts->resident_before_bytes, found), all);
    if (facts->in_place)
        return true;
    if (read < 0)
        return VOID("not proven cold: this machine counts no device reads");
    if ((double)read < DEVICE_SHARE * (double)distinct)
        return VOID("not cold: the device delivered %s of %s; something warmed the files after they "
                    "were verified cold", units_human_bytes((double)read, found),
                    units_human_bytes((double)distinct, all));
    return true;
}

/* The page cache of a trial is within its limit only if the trial's own group brought it in. */
static bool really_pressured(const struct gate_facts *facts, char *reason)
{
    uint64_t limit = facts->memory_limit_bytes, after = (uint64_t)facts->resident_after_bytes;
    uint64_t room = limit < facts->set_bytes ? limit : facts->set_bytes;
    char found[32], most[32];

    units_human_bytes((double)limit, most);
    if (facts->resident_before_bytes < room / 2)
        return VOID("not prepared: only %s of the set were in the page cache, with a limit of %s",
                    units_human_bytes((double)facts->resident_before_bytes, found), most);
    if (facts->resident_after_bytes < 0)
        return VOID("not proven pressured: the page cache could not be looked at afterwards");
    if (facts->resident_before_bytes > limit || after > limit)
        return VOID("not pressured: %s of the set were in the page cache, more than the limit of %s",
                    units_human_bytes((double)(facts->resident_before_bytes > limit
                                                   ? facts->resident_before_bytes : after), found), most);
    return true;
}

static double metadata_bytes(const struct gate_facts *facts)
{
    double share = METADATA_SHARE * moved_bytes(facts->output);

    if (!facts->writes)
        return 0;
    return share < METADATA_BYTES ? share : METADATA_BYTES;
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
    if (!facts->source_has_device || facts->direct)
        return true;
    if (read < 0)
        return VOID("not proven warm: this machine counts no device reads");
    if ((double)read > metadata_bytes(facts))
        return VOID("not warm: it read %s from the device", units_human_bytes((double)read, found));
    return true;
}

/* Read page by page, a set has no larger folios; fewer than this are somebody else's doing. */
static bool really_small(const struct gate_facts *facts, char *reason)
{
    const struct folios *folios = facts->folios;

    if (!really_warm(facts, reason))
        return false;
    if (!folios)
        return VOID("not proven: this machine does not tell the size of folios");
    if ((double)folios->small_bytes < SMALL_SHARE * (double)folios->sampled_bytes)
        return VOID("not in small folios: %.0f %% of the set is in larger ones",
                    100 - 100 * (double)folios->small_bytes / (double)folios->sampled_bytes);
    return true;
}

static bool right_cache(const struct gate_facts *facts, char *reason)
{
    switch (facts->cache) {
    case CACHE_COLD: return really_cold(facts, reason);
    case CACHE_PRESSURED: return really_pressured(facts, reason);
    case CACHE_WARM_SMALL_FOLIOS: return really_small(facts, reason);
    default: return really_warm(facts, reason);
    }
}

/* A limit is enforced in slices of time, so that a little more may pass at the start. Of writes only direct
 * ones are charged when they happen. */
static bool within(const struct gate_facts *facts, const char *counter, uint64_t limit, char *reason)
{
    double moved = (double)count(facts->output, counter);
    double span_s = (double)count(facts->output, "span_ns") / 1e9;
    char found[32], most[32];

    if (limit > 0 && moved < 0)
        return VOID("not proven throttled: this machine does not count a process's device I/O");
    if (limit == 0 || moved <= (span_s * (1 + THROTTLE_SLACK) + THROTTLE_SLICE_S) * (double)limit)
        return true;
    return VOID("the throttle was not in effect: %s/s through a limit of %s/s",
                units_human_bytes(moved / span_s, found), units_human_bytes((double)limit, most));
}

static bool throttled(const struct gate_facts *facts, char *reason)
{
    return within(facts, "process_read_bytes", facts->read_limit_bytes_per_s, reason) &&
           (!facts->direct || facts->in_place ||
            within(facts, "process_written_bytes", facts->write_limit_bytes_per_s, reason));
}

static bool really_copied(const struct gate_facts *facts, char *reason)
{
    char found[32];

    if (facts->created.hole_bytes > 0)
        return VOID("left holes: %s of the destination were never written",
                    units_human_bytes((double)facts->created.hole_bytes, found));
    if (!facts->shares && facts->created.shared_bytes > 0)
        return VOID("no copy: %s of the destination share the blocks of another file",
                    units_human_bytes((double)facts->created.shared_bytes, found));
    return true;
}

bool gate_undisturbed(const struct gate_facts *facts, char reason[GATE_REASON_SIZE])
{
    int64_t steal = count(facts->output, "steal_ns"), span = count(facts->output, "span_ns");

    if (machine_time_stolen(steal, span))
        return VOID("the hypervisor took %.0f %% of the time", 100.0 * (double)steal / (double)span);
    return true;
}

bool gate_passes(const struct gate_facts *facts, char reason[GATE_REASON_SIZE])
{
    return possible_times(facts, reason) && right_digest(facts, reason) && right_amount(facts, reason) &&
           really_copied(facts, reason) && (!facts->has_set || right_cache(facts, reason)) &&
           really_direct(facts, reason) && throttled(facts, reason);
}
