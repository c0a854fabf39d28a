/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Greedy, as AETG (Cohen et al., IEEE TSE 1997): each row begins with a pair not yet covered and takes for
 * the other factors, in random order, the value that covers most; the best of some candidates is kept. */
#include "tests/matrix/design.h"

#include <stdint.h>
#include <string.h>

enum { CANDIDATES = 24, ATTEMPTS = 400 };

struct cover {
    const struct design *design;
    bool done[DESIGN_FACTORS][DESIGN_VALUES][DESIGN_FACTORS][DESIGN_VALUES]; /* lower factor first */
    uint64_t state;
};

/* xorshift64* (Vigna 2016). */
static size_t below(struct cover *cover, size_t limit)
{
    cover->state ^= cover->state >> 12;
    cover->state ^= cover->state << 25;
    cover->state ^= cover->state >> 27;
    return (size_t)((cover->state * 2685821657736338717ULL >> 33) % limit);
}

static bool *pair(struct cover *cover, size_t i, size_t a, size_t j, size_t b)
{
    return i < j ? &cover->done[i][a][j][b] : &cover->done[j][b][i][a];
}

/* Pairs of this value of factor i, with the factors that are set, that no row has yet. */
static size_t gain(struct cover *cover, const struct design_row *row, const bool *set, size_t i, size_t a)
{
    size_t count = 0;

    for (size_t j = 0; j < cover->design->factors; j++)
        if (j != i && set[j])
            count += !*pair(cover, i, a, j, row->value[j]);
    return count;
}

static size_t best_value(struct cover *cover, const struct design_row *row, const bool *set, size_t i)
{
    size_t count = cover->design->values[i], most = 0;
    size_t first = cover->design->dear[i] ? 0 : below(cover, count), best = first;

    for (size_t k = 0; k < count; k++) {
        size_t value = (first + k) % count, new = gain(cover, row, set, i, value);
        if (new > most) {
            most = new;
            best = value;
        }
    }
    return best;
}

static void shuffle(struct cover *cover, size_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t j = below(cover, i), kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}

/* Give the factors i and j the values a and b, and all others what covers most. */
static struct design_row candidate(struct cover *cover, size_t i, size_t a, size_t j, size_t b)
{
    size_t factors = cover->design->factors, order[DESIGN_FACTORS];
    bool set[DESIGN_FACTORS] = {false};
    struct design_row row = {{0}};

    row.value[i] = (unsigned char)a;
    row.value[j] = (unsigned char)b;
    set[i] = set[j] = true;
    shuffle(cover, order, factors);
    for (size_t k = 0; k < factors; k++) {
        if (set[order[k]])
            continue;
        row.value[order[k]] = (unsigned char)best_value(cover, &row, set, order[k]);
        set[order[k]] = true;
    }
    return row;
}

/* Plain values beside the pair: possible more often than what is hard to please. */
static struct design_row plain(size_t i, size_t a, size_t j, size_t b)
{
    struct design_row row = {{0}};

    row.value[i] = (unsigned char)a;
    row.value[j] = (unsigned char)b;
    return row;
}

static bool possible(const struct design *design, const struct design_row *row)
{
    return !design->possible || design->possible(design->context, row);
}

static size_t new_pairs(struct cover *cover, const struct design_row *row)
{
    bool all[DESIGN_FACTORS];
    size_t count = 0;

    memset(all, true, sizeof all);
    for (size_t i = 0; i < cover->design->factors; i++)
        count += gain(cover, row, all, i, row->value[i]);
    return count;
}

/* A possible row that holds this pair. */
static bool find(struct cover *cover, size_t i, size_t a, size_t j, size_t b, struct design_row *row)
{
    size_t most = 0, found = 0;

    for (size_t k = 0; k < ATTEMPTS && found < CANDIDATES; k++) {
        struct design_row now = k ? candidate(cover, i, a, j, b) : plain(i, a, j, b);
        if (!possible(cover->design, &now))
            continue;
        found++;
        size_t count = new_pairs(cover, &now);
        if (count > most) {
            most = count;
            *row = now;
        }
    }
    return found > 0;
}

static void take(struct cover *cover, const struct design_row *row)
{
    for (size_t i = 0; i < cover->design->factors; i++)
        for (size_t j = i + 1; j < cover->design->factors; j++)
            *pair(cover, i, row->value[i], j, row->value[j]) = true;
}

static size_t cover_two(struct cover *cover, size_t i, size_t j, struct design_row *rows, size_t most)
{
    size_t count = 0;

    for (size_t a = 0; a < cover->design->values[i]; a++)
        for (size_t b = 0; b < cover->design->values[j] && count < most; b++) {
            if (*pair(cover, i, a, j, b) || !find(cover, i, a, j, b, &rows[count]))
                continue;
            take(cover, &rows[count++]);
        }
    return count;
}

size_t design_cover(const struct design *design, struct design_row *rows, size_t most)
{
    struct cover cover = {.design = design, .state = 88172645463325252ULL};
    size_t count = 1;

    rows[0] = (struct design_row){{0}};
    take(&cover, &rows[0]);
    for (size_t i = 0; i < design->factors; i++)
        for (size_t j = i + 1; j < design->factors; j++)
            count += cover_two(&cover, i, j, rows + count, most - count);
    return count;
}
