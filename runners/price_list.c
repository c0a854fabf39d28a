/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/price_list.h"

#include <stdlib.h>
#include <string.h>

#include "common/stats.h"

/* NULL when out of memory; also where it was so already for the entry, which is NULL then. */
static struct price_series *add_series(struct price_list *list, json_t *entry)
{
    struct price_series *grown = entry ? realloc(list->all, (list->count + 1) * sizeof *grown) : NULL;

    if (!grown)
        return NULL;
    list->all = grown;
    grown[list->count] = (struct price_series){.entry = json_incref(entry)};
    return &grown[list->count++];
}

struct price_series *price_list_series(struct price_list *list, json_t *entry)
{
    for (size_t i = 0; i < list->count; i++)
        if (json_equal(list->all[i].entry, entry))
            return &list->all[i];
    return add_series(list, entry);
}

bool price_list_has(const struct price_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(json_string_value(json_object_get(list->all[i].entry, "name")), name))
            return true;
    return false;
}

bool price_list_has_site(const struct price_list *list, const struct price_site *site)
{
    for (size_t i = 0; i < list->count; i++)
        if (price_site_has(site, list->all[i].entry))
            return true;
    return false;
}

void price_series_add(struct price_series *series, double value)
{
    if (series->n == PRICE_VALUES_MAX)
        memmove(series->values, series->values + 1, --series->n * sizeof *series->values);
    series->values[series->n++] = value;
}

/* Of a copy: it sorts them, and their order tells what drifted. */
static struct interval estimate(const struct price_series *series)
{
    double values[PRICE_VALUES_MAX];

    memcpy(values, series->values, series->n * sizeof *values);
    return stats_centre_interval(values, series->n);
}

static bool is_narrow(double low, double middle, double high)
{
    return high - low <= 2 * PRICE_KNOWN_WITHIN * middle;
}

bool price_list_knows(const struct price_list *list, const struct price_site *site)
{
    bool measured = false;

    for (size_t i = 0; i < list->count; i++) {
        const struct price_series *series = &list->all[i];
        if (!price_site_has(site, series->entry))
            continue;
        struct interval interval = estimate(series);
        if (!interval.bounded || !is_narrow(interval.low, interval.middle, interval.high))
            return false;
        measured = true;
    }
    return measured;
}

static json_t *bound(double value)
{
    return value == value ? json_real(value) : json_null();
}

/* NULL when out of memory: json_copy itself then leaves out what there was no room for. */
static json_t *whole_copy(const json_t *entry)
{
    json_t *copy = json_copy((json_t *)entry);

    if (json_object_size(copy) == json_object_size(entry))
        return copy;
    json_decref(copy);
    return NULL;
}

static json_t *values_json(const struct price_series *series)
{
    json_t *values = json_array();

    for (size_t i = 0; i < series->n; i++)
        if (json_array_append_new(values, json_real(series->values[i])) < 0) {
            json_decref(values);
            return NULL;
        }
    return values;
}

static json_t *series_json(const struct price_series *series)
{
    struct interval interval = estimate(series);
    json_t *entry = whole_copy(series->entry);
    json_t *results = json_pack("{s:f, s:o, s:o, s:I, s:o}", "value", interval.middle, "low", bound(interval.low),
                                "high", bound(interval.high), "n", (json_int_t)interval.n, "values",
                                values_json(series));

    if (!results || json_object_update(entry, results) < 0) {
        json_decref(entry);
        entry = NULL;
    }
    json_decref(results);
    return entry;
}

json_t *price_list_json(struct price_list *list)
{
    json_t *entries = json_array();

    for (size_t i = 0; i < list->count; i++)
        if (json_array_append_new(entries, series_json(&list->all[i])) < 0) {
            json_decref(entries);
            return NULL;
        }
    return entries;
}

/* What series_json added to it is no identity. */
static json_t *identity_of(const json_t *entry)
{
    static const char *const results[] = {"value", "low", "high", "n", "values"};
    json_t *identity = whole_copy(entry);

    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        json_object_del(identity, results[i]);
    return identity;
}

int price_list_take_over(struct price_list *list, const json_t *entries)
{
    json_t *old, *number;
    size_t index, at;

    json_array_foreach(entries, index, old) {
        json_t *identity = identity_of(old);
        struct price_series *series = add_series(list, identity);
        json_decref(identity);
        if (!series)
            return -1;
        json_array_foreach(json_object_get(old, "values"), at, number)
            price_series_add(series, json_number_value(number));
    }
    return 0;
}

bool price_is_known(const json_t *entry)
{
    const json_t *low = json_object_get(entry, "low"), *high = json_object_get(entry, "high");

    return json_is_number(low) && json_is_number(high) &&
           is_narrow(json_number_value(low), json_number_value(json_object_get(entry, "value")),
                     json_number_value(high));
}

void price_list_free(struct price_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        json_decref(list->all[i].entry);
    free(list->all);
    *list = (struct price_list){0};
}
