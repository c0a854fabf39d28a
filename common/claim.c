/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/claim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/selector.h"
#include "common/units.h"

const char *const claim_kinds[] = {"ratio", "value", "monotone", "crossover", NULL};
const char *const claim_bounds[] = {"at_least", "at_most", "within", "beyond", NULL};
const char *const claim_pers[] = {"cycle", "gib", "operation", NULL};
const char *const claim_metrics[] = {
    "time", "throughput", "setup", "transfer", "teardown", "sync", "cpu", "user", "system", "minor_faults",
    "major_faults", "voluntary_context_switches", "device_read_bytes", "device_written_bytes",
    "process_read_bytes", "process_written_bytes", "read_amplification", "events", "peak_rss_bytes",
    "latency_p50", "latency_p99", "latency_p999", "whole_process", NULL};

static const char *const claim_keys[] = {"id", "source", "says", "where", "expect", "untested", "section",
                                         NULL};
static const char *const section_keys[] = {"title", "of", "to", "repeat", NULL};
static const char *const directions[] = {"falling", "rising", NULL};
static const char *const quantities[] = {"every", "some", NULL};

static const char *const kind_keys[CLAIM_KINDS][12] = {
    [CLAIM_RATIO] = {"of", "to", "metric", "per", "pairs", "at_least", "at_most", "within", "beyond", NULL},
    [CLAIM_VALUE] = {"of", "metric", "per", "pairs", "equals", "at_least", "at_most", "within", "beyond", NULL},
    [CLAIM_MONOTONE] = {"of", "over", "metric", "per", "direction", NULL},
    [CLAIM_CROSSOVER] = {"of", "to", "over", "metric", "at_least", "at_most", NULL},
};

static const char *const overs[] = {"file_size", "block_size", "buffers", "threads", "files", "operations",
                                    "compute_ns_per_kib", "pressure_percent", NULL};

static int read_text(const char **text, const struct field *claim, const char *key, const char *example,
                     struct error *error)
{
    struct field field = field_member(claim, key);
    char *copy = field_copy_text(&field, example, false, error);

    free(copy);
    *text = json_string_value(field.value);
    return copy ? 0 : -1;
}

static int check_id(const struct field *claim, const char *id, struct error *error)
{
    struct field field = field_member(claim, "id");

    if (strlen(id) < CLAIM_ID_SIZE && !id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-")])
        return 0;
    return field_refuse(&field, error, "is not an id of a-z, 0-9 and \"-\", at most %d bytes "
                        "(try \"blog-copies\")", CLAIM_ID_SIZE - 1);
}

static int read_selector(const json_t **selector, const struct field *object, const char *key,
                         struct error *error)
{
    struct field field = field_member(object, key);

    *selector = field.value;
    return selector_check(&field, error);
}

static int read_name(const struct field *object, const char *key, const char *what,
                     const char *const *names, uint64_t *index, struct error *error)
{
    struct field field = field_member(object, key);
    struct field_rule rule = {FIELD_NAME, what, NULL, 0, 0, names};

    return field_read_optional(&field, &rule, index, error);
}

/* A number above 0, or a share as text: "5%". */
static int read_limit(const struct field *field, bool share, double *limit, struct error *error)
{
    static const struct field_rule percent = {FIELD_PERCENT, "a share in percent", "\"5%\"", 0, 10000000000,
                                              NULL};
    uint64_t ppm = 0;

    if (share) {
        if (field_read(field, &percent, &ppm, error) < 0)
            return -1;
        *limit = (double)ppm / 1e6;
        return 0;
    }
    *limit = json_number_value(field->value);
    if (json_is_number(field->value) && *limit >= 0 && *limit <= 1e18)
        return 0;
    return field_refuse(field, error, "is not a number from 0 to 1e18 (try 1.5)");
}

static int read_bound(struct expectation *expectation, const struct field *object, struct error *error)
{
    bool value = expectation->kind == CLAIM_VALUE;
    struct field equals = field_member(object, "equals");
    size_t given = 0;

    for (size_t i = 0; claim_bounds[i]; i++) {
        struct field field = field_member(object, claim_bounds[i]);
        if (!field.value)
            continue;
        given++;
        expectation->bound = (enum claim_bound)i;
        if (read_limit(&field, i >= CLAIM_WITHIN, &expectation->limit, error) < 0)
            return -1;
    }
    if (given != 1)
        return field_error(object, error, "has %zu of at_least, at_most, within, beyond (give one)", given);
    expectation->equals = 1;
    bool wanted = value && expectation->bound >= CLAIM_WITHIN;
    if (!equals.value)
        return wanted ? field_error(&equals, error, "is missing (within what of which number?)") : 0;
    if (!wanted)
        return field_error(&equals, error, "needs within or beyond (try \"within\": \"5%%\")");
    return read_limit(&equals, false, &expectation->equals, error);
}

static int read_over(struct expectation *expectation, const struct field *object, struct error *error)
{
    struct field field = field_member(object, "over");
    struct field_rule rule = {FIELD_NAME, "an axis of numbers", NULL, 0, 0, overs};
    uint64_t index;

    if (field_read(&field, &rule, &index, error) < 0)
        return -1;
    expectation->over = selector_field_name(overs[index]);
    return 0;
}

static int read_place(struct expectation *expectation, const struct field *object, struct error *error)
{
    static const struct field_rule rule = {FIELD_SIZE, "a size or number", "\"64K\"", 0, 1ULL << 50, NULL};
    struct field low = field_member(object, "at_least"), high = field_member(object, "at_most");
    uint64_t lowest = 0, highest = 0;

    if (field_read_optional(&low, &rule, &lowest, error) < 0 ||
        field_read_optional(&high, &rule, &highest, error) < 0)
        return -1;
    expectation->lowest = (double)lowest;
    expectation->highest = high.value ? (double)highest : INFINITY;
    return 0;
}

static int read_metric(struct expectation *expectation, const struct field *object, struct error *error)
{
    struct field field = field_member(object, "metric");
    struct field_rule rule = {FIELD_NAME, "a metric", NULL, 0, 0, claim_metrics};
    uint64_t metric, per = CLAIM_PER_CYCLE, some = 0, rising = 1;

    if (field_read(&field, &rule, &metric, error) < 0 ||
        read_name(object, "per", "a unit of work", claim_pers, &per, error) < 0 ||
        read_name(object, "pairs", "a number of pairs", quantities, &some, error) < 0 ||
        read_name(object, "direction", "a direction", directions, &rising, error) < 0)
        return -1;
    expectation->metric = (size_t)metric;
    expectation->per = (enum claim_per)per;
    expectation->some = some;
    expectation->rising = rising;
    return 0;
}

static int read_kind(struct expectation *expectation, const struct field *object, struct error *error)
{
    enum claim_kind kind = expectation->kind;
    bool two_sides = kind == CLAIM_RATIO || kind == CLAIM_CROSSOVER;

    if (field_check_object(object, kind_keys[kind], error) < 0 ||
        read_selector(&expectation->of, object, "of", error) < 0 ||
        (two_sides && read_selector(&expectation->to, object, "to", error) < 0) ||
        read_metric(expectation, object, error) < 0)
        return -1;
    if (kind == CLAIM_RATIO || kind == CLAIM_VALUE)
        return read_bound(expectation, object, error);
    if (read_over(expectation, object, error) < 0)
        return -1;
    return kind == CLAIM_CROSSOVER ? read_place(expectation, object, error) : 0;
}

static int read_expectation(struct expectation *expectation, const struct field *field, struct error *error)
{
    if (field_check_object(field, claim_kinds, error) < 0)
        return -1;
    if (json_object_size(field->value) != 1)
        return field_error(field, error, "has %zu kinds (give one of ratio, value, monotone, crossover)",
                           json_object_size(field->value));
    for (size_t i = 0; i < CLAIM_KINDS; i++) {
        struct field object = field_member(field, claim_kinds[i]);
        if (!object.value)
            continue;
        *expectation = (struct expectation){.kind = (enum claim_kind)i};
        return read_kind(expectation, &object, error);
    }
    return -1;
}

static int read_expectations(struct claim *claim, const struct field *expect, struct error *error)
{
    static const char example[] =
        "[{\"ratio\": {\"of\": {\"method\": \"mmap\"}, \"to\": {\"method\": \"stream\"}, "
        "\"metric\": \"time\", \"at_most\": 1}}]";

    if (field_check_list(expect, "a list of expectations", example, error) < 0)
        return -1;
    claim->count = json_array_size(expect->value);
    if (claim->count > CLAIM_EXPECTATIONS)
        return field_error(expect, error, "has %zu entries, more than %d (make it two claims)", claim->count,
                           CLAIM_EXPECTATIONS);
    for (size_t i = 0; i < claim->count; i++) {
        struct field element = field_element(expect, i);
        if (read_expectation(&claim->expectations[i], &element, error) < 0)
            return -1;
    }
    return 0;
}

static int read_section(struct claim *claim, const struct field *section, struct error *error)
{
    static const struct field_rule rule = {FIELD_COUNT, "a whole number", "10", 1, 1000, NULL};
    struct field repeat = field_member(section, "repeat");
    uint64_t times = 1;

    if (field_check_object(section, section_keys, error) < 0 ||
        read_text(&claim->title, section, "title", "\"Why is mmap slow, here?\"", error) < 0 ||
        read_selector(&claim->of, section, "of", error) < 0 ||
        read_selector(&claim->to, section, "to", error) < 0 ||
        field_read_optional(&repeat, &rule, &times, error) < 0)
        return -1;
    claim->repeat = (size_t)times;
    return 0;
}

int claim_read(struct claim *claim, const struct field *field, struct error *error)
{
    struct field expect = field_member(field, "expect"), section = field_member(field, "section");
    struct field where = field_member(field, "where"), untested = field_member(field, "untested");

    *claim = (struct claim){0};
    if (field_check_object(field, claim_keys, error) < 0 ||
        read_text(&claim->id, field, "id", "\"blog-copies\"", error) < 0 ||
        check_id(field, claim->id, error) < 0 ||
        read_text(&claim->source, field, "source", "\"who said it, where and when\"", error) < 0 ||
        read_text(&claim->says, field, "says", "\"what it says\"", error) < 0)
        return -1;
    if (where.value && read_selector(&claim->where, field, "where", error) < 0)
        return -1;
    if (!!section.value + !!expect.value + !!untested.value > 1)
        return field_error(field, error, "has more than one of expect, untested, section (give one)");
    if (untested.value)
        return read_text(&claim->untested, field, "untested", "\"needs two kernels\"", error);
    return section.value ? read_section(claim, &section, error) : read_expectations(claim, &expect, error);
}
