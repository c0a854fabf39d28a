/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/calibration.h"

#include <math.h>
#include <string.h>

static json_t *entries_of(const struct run *run)
{
    return json_object_get(json_object_get(run->header, "calibration"), "entries");
}

bool calibration_exists(const struct run *run)
{
    return json_array_size(entries_of(run)) > 0;
}

static const char *text_of(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));

    return text ? text : "";
}

static uint64_t number_of(const json_t *entry, const char *key)
{
    json_int_t number = json_integer_value(json_object_get(entry, key));

    return number > 0 ? (uint64_t)number : 0;
}

/* Where the target's prices were measured: on itself, or on another one of the same file system. */
static const char *measured_on(const struct run *run, const char *target)
{
    const json_t *calibration = json_object_get(run->header, "calibration");
    const char *other;

    if (!target)
        return "";
    other = json_string_value(json_object_get(json_object_get(calibration, "same"), target));
    return other ? other : target;
}

/* What no machine has is no value: products and quotients of the others are numbers. */
static bool is_possible(double value)
{
    return value > 1e-30 && value < 1e30;
}

static bool matches(const json_t *entry, const char *name, const char *unit, const char *target)
{
    return !strcmp(text_of(entry, "name"), name) && (!unit || !strcmp(text_of(entry, "unit"), unit)) &&
           !strcmp(text_of(entry, "target"), target) && is_possible(json_number_value(json_object_get(entry, "value")));
}

static double distance(uint64_t a, uint64_t b)
{
    return a > 0 && b > 0 ? fabs(log((double)a / (double)b)) : a == b ? 0 : 100;
}

/* The block counts first, then the source, then the file's size. */
static double away_from(const struct run *run, const json_t *entry, const struct calibration_place *place)
{
    const char *source = place->source ? measured_on(run, place->source) : "";
    uint64_t size = number_of(entry, "file_size_bytes");

    return 1e6 * distance(number_of(entry, "block_size_bytes"), place->block) +
           (*source && strcmp(text_of(entry, "source"), source) ? 1e3 : 0) +
           (place->file_size && size ? distance(size, place->file_size) : 0);
}

const json_t *calibration_find(const struct run *run, const char *name, const char *unit,
                               const struct calibration_place *place)
{
    const json_t *best = NULL, *entry;
    const char *where = measured_on(run, place->target);
    double nearest = INFINITY;
    size_t index;

    json_array_foreach(entries_of(run), index, entry) {
        double away = away_from(run, entry, place);
        if (!matches(entry, name, unit, where) || away >= nearest)
            continue;
        nearest = away;
        best = entry;
    }
    return best;
}

static double value_of(const json_t *entry, const char *key)
{
    const json_t *value = json_object_get(entry, key);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

struct interval calibration_price(const struct run *run, const char *name, const char *unit,
                                  const struct calibration_place *place)
{
    const json_t *entry = calibration_find(run, name, unit, place);
    struct interval price = stats_none();

    if (!entry)
        return price;
    price.middle = value_of(entry, "value");
    price.low = value_of(entry, "low");
    price.high = value_of(entry, "high");
    price.n = number_of(entry, "n");
    price.bounded = !isnan(price.low) && !isnan(price.high);
    return price;
}

double calibration_most(const struct run *run, const char *name, const char *target,
                        uint64_t threads)
{
    const char *where = measured_on(run, target);
    double most = NAN;
    size_t index;
    const json_t *entry;

    json_array_foreach(entries_of(run), index, entry)
        if (matches(entry, name, NULL, where) &&
            (threads == 0 || (number_of(entry, "threads") > 1) == (threads > 1)))
            most = fmax(most, value_of(entry, "value")); /* of a number and NaN, the number */
    return most;
}

double calibration_pages_a_fault(const struct run *run, const char *name, const struct calibration_place *place)
{
    return value_of(calibration_find(run, name, "ns/fault", place), "value") /
           value_of(calibration_find(run, name, "ns/page", place), "value");
}

double calibration_fault_ns(const struct run *run, const char *name, const char *base,
                            const struct calibration_place *place, double pages)
{
    double price = value_of(calibration_find(run, name, "ns/fault", place), "value");
    double least = value_of(calibration_find(run, base, "ns/fault", place), "value");
    double measured_pages = calibration_pages_a_fault(run, name, place);

    if (!(least < price) || isnan(measured_pages) || isnan(pages))
        return price;
    return least + (price - least) / measured_pages * pages;
}

enum { VALUES_MOST = 256, ROUNDS_LEAST = 4 };
static const double STEADY = 1.1;

/* Of every second value, from the first or the second on. */
static double centre_of_half(const json_t *values, size_t first)
{
    double half[VALUES_MOST / 2];
    size_t n = 0;

    for (size_t i = first; i < json_array_size(values) && n < VALUES_MOST / 2; i += 2)
        half[n++] = json_number_value(json_array_get(values, i));
    return stats_centre_interval(half, n).middle;
}

struct calibration_steadiness calibration_steadiness(const struct run *run)
{
    struct calibration_steadiness result = {.unsteady = json_object()};
    const json_t *entry;
    size_t index;

    json_array_foreach(entries_of(run), index, entry) {
        const json_t *values = json_object_get(entry, "values");
        if (json_array_size(values) < ROUNDS_LEAST)
            continue;
        double ratio = centre_of_half(values, 0) / centre_of_half(values, 1);
        const char *name = text_of(entry, "name");
        result.known++;
        if (ratio <= STEADY && ratio >= 1 / STEADY)
            result.steady++;
        else
            json_object_set_new(result.unsteady, name,
                                json_integer(1 + json_integer_value(json_object_get(result.unsteady, name))));
    }
    return result;
}
