/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct point *point_of(const struct summary *summary, size_t index)
{
    return &summary->run->points[index].point;
}

unsigned settings_oddity(const struct summary *summary, const struct decision *decision,
                         size_t index)
{
    const struct point *point = point_of(summary, index);
    uint64_t usual = decision->baseline < 0
                         ? point->block_size_bytes
                         : point_of(summary, (size_t)decision->baseline)->block_size_bytes;

    return 8u * (point->block_size_bytes != 0 && point->block_size_bytes != usual) +
           4u * (point->buffers != 0 && point->buffers != 2) +
           2u * (!strcmp(point->alignment, "malloc") || !strcmp(point->alignment, "huge")) +
           (strcmp(point->policy, "none") != 0);
}

/* A point with what it is sorted by. */
struct entry {
    size_t index;
    const struct point *point;
    unsigned oddity;
};

static int compare_setting(const struct entry *a, const struct entry *b)
{
    struct point left = *a->point, right = *b->point;
    int order = strcmp(left.method, right.method);

    if (order == 0 && a->oddity != b->oddity)
        return a->oddity < b->oddity ? -1 : 1;
    left.file_size_bytes = right.file_size_bytes = 0;
    left.files = right.files = 0;
    return order ? order : point_compare(&left, &right);
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = compare_setting(a, b);

    return order ? order : point_compare(a->point, b->point);
}

/* Oddity is judged against one decision of the family, so that a setting has the same one at all
 * sizes. */
static size_t list_entries(const struct summary *summary, size_t first, size_t last,
                           struct entry *entries)
{
    size_t count = 0;

    for (size_t d = first; d < last; d++)
        for (size_t i = 0; i < summary->decisions[d].member_count; i++) {
            size_t index = summary->decisions[d].members[i];
            entries[count++] =
                (struct entry){index, point_of(summary, index),
                               settings_oddity(summary, &summary->decisions[last - 1], index)};
        }
    qsort(entries, count, sizeof *entries, compare_entries);
    return count;
}

static void cut_into_settings(struct settings *settings, const struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool same = i > 0 && compare_setting(&entries[i - 1], &entries[i]) == 0;
        bool method = i > 0 && !strcmp(entries[i - 1].point->method, entries[i].point->method);
        settings->points[i] = entries[i].index;
        if (!same) {
            unsigned variant = method ? settings->list[settings->count - 1].variant + 1 : 0;
            settings->list[settings->count++] = (struct setting){settings->points + i, 0, variant};
        }
        settings->list[settings->count - 1].count++;
    }
}

static void keep_main(struct settings *settings)
{
    size_t kept = 0;

    for (size_t i = 0; i < settings->count; i++)
        if (settings->list[i].variant == 0)
            settings->list[kept++] = settings->list[i];
    settings->left_out += settings->count - kept;
    settings->count = kept;
}

/* How much slower than the best of its groups a setting is, as the mean of logarithms. */
static double distance(const struct summary *summary, const struct setting *setting, size_t first,
                       size_t last)
{
    double sum = 0;

    for (size_t i = 0; i < setting->count; i++)
        for (size_t d = first; d < last; d++) {
            const struct decision *decision = &summary->decisions[d];
            if (point_compare_group(point_of(summary, setting->points[i]), decision->point) == 0)
                sum += log(summary->rows[setting->points[i]].time_ns.middle /
                           summary->rows[decision->members[0]].time_ns.middle);
        }
    return sum / (double)setting->count;
}

/* Leave out the slowest one, but never the baseline's method, which all others are compared with.
 */
static void drop_slowest(struct settings *settings, const struct summary *summary, size_t first,
                         size_t last)
{
    long baseline = summary->decisions[last - 1].baseline;
    size_t slowest = 0;
    double greatest = -1;

    for (size_t i = 0; i < settings->count; i++) {
        double far = distance(summary, &settings->list[i], first, last);
        bool is_baseline = baseline >= 0 &&
                           !strcmp(point_of(summary, (size_t)baseline)->method,
                                   point_of(summary, settings->list[i].points[0])->method);
        if (!is_baseline && far > greatest) {
            greatest = far;
            slowest = i;
        }
    }
    settings->count--;
    settings->left_out++;
    memmove(&settings->list[slowest], &settings->list[slowest + 1],
            (settings->count - slowest) * sizeof *settings->list);
}

int settings_choose(struct settings *settings, const struct summary *summary, size_t first,
                    size_t last, size_t most)
{
    size_t room = 1;

    for (size_t d = first; d < last; d++)
        room += summary->decisions[d].member_count;
    struct entry *entries = calloc(room, sizeof *entries);
    *settings = (struct settings){.list = calloc(room, sizeof *settings->list),
                                  .points = calloc(room, sizeof *settings->points)};
    if (!entries || !settings->list || !settings->points) {
        free(entries);
        settings_free(settings);
        return -1;
    }
    cut_into_settings(settings, entries, list_entries(summary, first, last, entries));
    free(entries);
    if (settings->count > most)
        keep_main(settings);
    while (settings->count > most)
        drop_slowest(settings, summary, first, last);
    return 0;
}

void settings_free(struct settings *settings)
{
    free(settings->list);
    free(settings->points);
    *settings = (struct settings){0};
}
