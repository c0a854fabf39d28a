/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/compare_words.h"

#include <math.h>
#include <string.h>

#include "analysis/lanes.h"
#include "common/units.h"

static const double worth_saying = 0.1;

static bool is_one_kernel(const struct comparison *comparison)
{
    return !strcmp(load_text(&comparison->base->run, "environment.kernel"),
                   load_text(&comparison->new->run, "environment.kernel"));
}

static bool share_a_boot(const struct run *a, const struct run *b)
{
    for (size_t i = 0; i < a->boot_count; i++)
        for (size_t j = 0; j < b->boot_count; j++)
            if (*a->boots[i].id && !strcmp(a->boots[i].id, b->boots[j].id))
                return true;
    return false;
}

void compare_proof(const struct comparison *comparison, FILE *out)
{
    const size_t base = comparison->base->run.boot_count, new = comparison->new->run.boot_count;
    const char *effect = is_one_kernel(comparison) ? "an effect of what differs"
                                                   : "a kernel effect";

    if (share_a_boot(&comparison->base->run, &comparison->new->run))
        fprintf(out,
                "Both sides are of one boot: intervals hold for these runs, and nothing here "
                "proves %s. Change the setting back and forth to see whether it follows.",
                effect);
    else if (base == 1 && new == 1)
        fprintf(out,
                "One boot a side: not proven %s. Intervals are within one boot each; the next "
                "boot may differ by more than they say.",
                effect);
    else if (comparison->within_boots)
        fprintf(out,
                "%zu boot%s of the base, %zu of the new side: not proven %s. Intervals are over "
                "trials, not over boots.",
                base, base == 1 ? "" : "s", new, effect);
    else if (base < COMPARE_BOOTS || new < COMPARE_BOOTS)
        fprintf(out,
                "%zu and %zu boots: the boot is the unit of every interval, but %d a side are "
                "needed before a difference is proven %s.",
                base, new, COMPARE_BOOTS, effect);
    else
        fprintf(out, "%zu and %zu boots: the boot is the unit of every interval.", base, new);
    if (comparison->autocorrelation >= worth_saying)
        fprintf(out, " Trials resemble the ones before them (autocorrelation %.2f): intervals are as much wider.",
                comparison->autocorrelation);
}

void compare_counts(const struct comparison *comparison, FILE *out)
{
    size_t counts[VERDICT_UNRESOLVED + 1] = {0};

    if (comparison->withheld) {
        fprintf(out, "The times of %zu points are listed, and none is judged. %s", comparison->count,
                lanes_emulated_words);
        return;
    }
    for (size_t i = 0; i < comparison->count; i++)
        counts[comparison->changes[i].verdict]++;
    fprintf(out, "Of %zu points %zu became slower and %zu faster; ", comparison->count,
            counts[VERDICT_SLOWER], counts[VERDICT_FASTER]);
    if (comparison->margin <= SUMMARY_MOST_MARGIN)
        fprintf(out, "%zu stayed the same within %.1f %%, ", counts[VERDICT_EQUIVALENT],
                100 * comparison->margin);
    fprintf(out, "%zu are unresolved.", counts[VERDICT_UNRESOLVED] + counts[VERDICT_NONE]);
}

static void write_winners(const struct summary *summary, const struct decision *decision, FILE *out)
{
    for (size_t i = 0; i < decision->winner_count && i < 4; i++)
        fprintf(out, "%s%s", i == 0 ? "" : " or ", summary->rows[decision->winners[i]].label);
    if (decision->winner_count > 4)
        fprintf(out, " or %zu more", decision->winner_count - 4);
}

void compare_advice(const struct comparison *comparison, const struct advice *advice, FILE *out)
{
    const struct summary *base = &comparison->base->summary, *new = &comparison->new->summary;
    const struct point *point = base->decisions[advice->base].point;
    char family[LABEL_SIZE], size[24];

    fprintf(out, "%s, %s: was ", label_family(point, family),
            units_format_size(point->file_size_bytes, size));
    write_winners(base, &base->decisions[advice->base], out);
    fputs(", is now ", out);
    write_winners(new, &new->decisions[advice->new], out);
    fputs(".", out);
}

bool compare_is_flip(const struct comparison *comparison, const struct change *change)
{
    enum verdict base = comparison->base->summary.rows[change->base].verdict;
    enum verdict new = comparison->new->summary.rows[change->new].verdict;

    return (base == VERDICT_FASTER && new == VERDICT_SLOWER) ||
           (base == VERDICT_SLOWER && new == VERDICT_FASTER);
}

void compare_flip(const struct comparison *comparison, const struct change *change, FILE *out)
{
    const struct summary *base = &comparison->base->summary, *new = &comparison->new->summary;
    const struct run_point *point = &base->run->points[change->base];

    compare_point(base, change->base, out);
    fprintf(out, ": was %.2f× as fast as %s, is now %.2f×.", base->rows[change->base].speed.middle,
            point->baseline >= 0 ? base->rows[point->baseline].label : "its baseline",
            new->rows[change->new].speed.middle);
}

void compare_point(const struct summary *summary, size_t point, FILE *out)
{
    const struct point *p = &summary->run->points[point].point;
    char family[LABEL_SIZE], size[24];

    fprintf(out, "%s, %s, %s", label_family(p, family),
            units_format_size(p->file_size_bytes, size), summary->rows[point].label);
}

void compare_percent(double time, FILE *out)
{
    double percent = 100 * (time - 1);

    if (percent > 999.5)
        fprintf(out, "%.1f×", time);
    else
        fprintf(out, fabs(percent) < 99.95 ? "%+.1f %%" : "%+.0f %%", percent);
}
