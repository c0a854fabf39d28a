/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A comparison in the terminal: benchstat's table, after what matters more than a table. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/abilities.h"
#include "analysis/compare_moved.h"
#include "analysis/compare_out.h"
#include "analysis/compare_words.h"
#include "analysis/judge.h"
#include "analysis/lanes.h"
#include "analysis/tally.h"
#include "analysis/terminal.h"
#include "common/text.h"
#include "common/units.h"

enum { MOST_POINTS = 250, MOST_CAUSES = 5 };

static void print_sides(const struct compare *compare, FILE *out)
{
    char noise[256];

    for (size_t i = 0; i < compare->side_count; i++) {
        const struct side *side = &compare->sides[i];
        fputs(i == 0 ? "base  " : "new   ", out);
        terminal_plain(out, side->label);
        fprintf(out, ": %zu run%s, %zu boot%s, %zu valid trials", side->runs,
                side->runs == 1 ? "" : "s", side->run.boot_count,
                side->run.boot_count == 1 ? "" : "s", side->summary.valid);
        if (judge_noise_words(&side->summary, noise, sizeof noise) > 0)
            fprintf(out, "; %s", noise);
        if (lanes_is_emulated(&side->run))
            fputs("; EMULATED", out);
        fputc('\n', out);
        if (side->summary.noise.failed)
            fputs("      DO NOT TRUST IT: too many methods differ from themselves\n", out);
    }
}

static void print_differences(const struct compare *compare, FILE *out)
{
    fputs("\nWhat differs\n", out);
    if (compare->difference_count == 0)
        fputs("    nothing that is recorded\n", out);
    for (size_t i = 0; i < compare->difference_count; i++) {
        fputs("    ", out);
        terminal_column(out, compare->differences[i].name, 34);
        for (size_t s = 0; s < compare->side_count; s++) {
            const char *value = facts_find(&compare->sides[s].facts, compare->differences[i].name);
            fputs(s ? " | " : " ", out);
            if (s + 1 < compare->side_count)
                terminal_column(out, value ? value : "-", 24);
            else
                terminal_plain(out, value ? value : "-");
        }
        fputc('\n', out);
    }
}

static void print_ranks(const struct comparison *comparison, FILE *out)
{
    struct text words;

    for (size_t i = 0; i < comparison->advice_count; i++) {
        if (text_open(&words))
            compare_advice(comparison, &comparison->advices[i], words.out);
        text_pass(&words, out, terminal_wrapped);
    }
    for (size_t i = 0; i < comparison->count; i++) {
        if (!compare_is_flip(comparison, &comparison->changes[i]))
            continue;
        if (text_open(&words))
            compare_flip(comparison, &comparison->changes[i], words.out);
        text_pass(&words, out, terminal_wrapped);
    }
}

static void print_proof(const struct comparison *comparison, FILE *out)
{
    struct text words;

    if (text_open(&words)) {
        compare_counts(comparison, words.out);
        fputc(' ', words.out);
        compare_proof(comparison, words.out);
    }
    text_pass(&words, out, terminal_wrapped);
}

/* "1.23 ms ± 2 %": half of the interval, as a share. */
static void print_time(const struct interval *time, FILE *out)
{
    char text[64], human[32];
    double half = fmax(time->high - time->middle, time->middle - time->low) / time->middle;

    units_human_duration(time->middle, human);
    if (time->bounded)
        snprintf(text, sizeof text, "%s ± %.0f %%", human, 100 * half);
    else
        snprintf(text, sizeof text, "%s ± ?", human);
    terminal_column(out, text, 19);
}

static void print_change(const struct comparison *comparison, const struct change *change,
                         FILE *out)
{
    const struct row *base = &comparison->base->summary.rows[change->base];
    const struct row *new = &comparison->new->summary.rows[change->new];
    bool moved = change->verdict == VERDICT_FASTER || change->verdict == VERDICT_SLOWER;

    fputs("    ", out);
    terminal_column(out, base->label, 26);
    fputc(' ', out);
    print_time(&base->time_ns, out);
    fputc(' ', out);
    print_time(&new->time_ns, out);
    fputs(moved ? " " : change->verdict == VERDICT_EQUIVALENT ? " = " : " ~ ", out);
    compare_percent(change->time.middle, out);
    if (change->time.bounded) {
        fputs(" [", out);
        compare_percent(change->time.low, out);
        fputs(", ", out);
        compare_percent(change->time.high, out);
        fputs("]", out);
    }
    fprintf(out, "%s%s n=%zu+%zu\n", moved ? " " : "",
            moved ? verdict_names[change->verdict] : "", base->n, new->n);
}

static void print_points(const struct comparison *comparison, FILE *out)
{
    const bool all = comparison->count <= MOST_POINTS;
    const struct point *before = NULL;
    char family[LABEL_SIZE], size[24];

    for (size_t i = 0; i < comparison->count; i++) {
        const struct change *change = &comparison->changes[i];
        const struct point *point = &comparison->base->run.points[change->base].point;
        if (!all && change->verdict != VERDICT_FASTER && change->verdict != VERDICT_SLOWER)
            continue;
        if (!before || point_compare_group(before, point))
            fprintf(out, "\n  %s, %s\n", label_family(point, family),
                    units_format_size(point->file_size_bytes, size));
        print_change(comparison, change, out);
        before = point;
    }
    if (!all)
        fputs("\n  Only what changed is shown; the page has every point.\n", out);
}

static void print_methods(const struct comparison *comparison, FILE *out)
{
    fputs("\n  Geometric mean of time\n", out);
    for (size_t i = 0; i < comparison->method_count; i++) {
        const struct method_change *method = &comparison->methods[i];
        fputs("    ", out);
        terminal_column(out, method->method, 26);
        fputc(' ', out);
        compare_percent(method->time, out);
        fprintf(out, "  over %zu point%s: %zu slower, %zu faster\n", method->points,
                method->points == 1 ? "" : "s", method->slower, method->faster);
    }
}

static void print_lacks(const struct comparison *comparison, FILE *out)
{
    char label[512];

    if (comparison->lack_count > 0)
        fputs("\n  Not compared\n", out);
    for (size_t i = 0; i < comparison->lack_count; i++) {
        const struct lack *lack = &comparison->lacks[i];
        fprintf(out, "    %s: no result in ", point_label(lack->point, label, sizeof label));
        terminal_plain(out, lack->where);
        fputs(" (", out);
        terminal_plain(out, lack->why);
        fputs(")\n", out);
    }
}

static void print_causes(const struct comparison *comparison, FILE *out)
{
    const struct change **list = calloc(comparison->count + 1, sizeof *list);
    size_t count = 0;
    struct text words;

    if (list)
        count = compare_greatest(comparison, list);
    else
        text_spoil(out);
    if (count > 0)
        fputs("\n  What moved with the largest changes\n", out);
    for (size_t i = 0; i < count && i < MOST_CAUSES; i++) {
        if (text_open(&words)) {
            compare_point(&comparison->base->summary, list[i]->base, words.out);
            fputs(". ", words.out);
            compare_cause(comparison, list[i], words.out);
        }
        text_pass(&words, out, terminal_wrapped);
    }
    free(list);
}

void compare_print(const struct compare *compare, FILE *out)
{
    print_sides(compare, out);
    print_differences(compare, out);
    abilities_print(compare, out);
    for (size_t i = 0; i + 1 < compare->side_count; i++) {
        const struct comparison *comparison = &compare->comparisons[i];
        fputs("\n", out);
        terminal_plain(out, comparison->new->label);
        fputs(" against ", out);
        terminal_plain(out, comparison->base->label);
        fputs("\n", out);
        print_proof(comparison, out);
        print_ranks(comparison, out);
        tally_print(comparison, out);
        print_points(comparison, out);
        print_methods(comparison, out);
        print_causes(comparison, out);
        print_lacks(comparison, out);
    }
}
