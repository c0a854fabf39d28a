/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What prices came out as, repetition by repetition, and how well that makes them known. */
#ifndef IOTOLL_PRICE_LIST_H
#define IOTOLL_PRICE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "runners/price_sites.h"

enum { PRICE_VALUES_MAX = 64 }; /* of later ones the earliest go */

/* Two that are known within 7 % lie within 10 % of each other: a difference is sqrt(2) times as uncertain. */
#define PRICE_KNOWN_WITHIN 0.07

/* One price, on one target and file, for one B, depth and number of threads. */
struct price_series {
    json_t *entry; /* its identity; owned */
    double values[PRICE_VALUES_MAX];
    size_t n;
};

struct price_list {
    struct price_series *all; /* owned */
    size_t count;
};

/* The one of this identity, made where there is none yet; NULL when out of memory. The list refers to entry. */
struct price_series *price_list_series(struct price_list *list, json_t *entry);

/* Whether there is a value of a price of this name, anywhere. */
bool price_list_has(const struct price_list *list, const char *name);

/* Whether there is one of anything that is measured at the site. */
bool price_list_has_site(const struct price_list *list, const struct price_site *site);

/* Add what one repetition came to. */
void price_series_add(struct price_series *series, double value);

/* Whether all that was measured at a site is known within 7 %; false where nothing was. */
bool price_list_knows(const struct price_list *list, const struct price_site *site);

/* The "entries" of a calibration (docs/formats.md), new: Hodges-Lehmann estimates with their intervals. NULL when
 * out of memory. */
json_t *price_list_json(struct price_list *list);

/* Take over the "entries" of an earlier calibration. 0, or -1 when out of memory. */
int price_list_take_over(struct price_list *list, const json_t *entries);

/* Whether the price of such an entry is known within 7 %. */
bool price_is_known(const json_t *entry);

void price_list_free(struct price_list *list);

#endif
