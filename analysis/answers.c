/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/answers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/crossover.h"
#include "analysis/decide.h"
#include "analysis/lanes.h"
#include "common/text.h"
#include "common/units.h"

enum { NAMED = 4 }; /* methods that a sentence lists; more become a number */

static const char *method_of(const struct summary *summary, size_t point)
{
    return summary->run->points[point].point.method;
}

size_t answers_family_end(const struct summary *summary, size_t first)
{
    size_t last = first + 1;

    while (last < summary->decision_count &&
           label_compare_family(summary->decisions[first].point, summary->decisions[last].point) ==
               0)
        last++;
    return last;
}

size_t answers_methods(const struct summary *summary, const struct decision *decision,
                       size_t *methods)
{
    size_t count = 0;

    for (size_t i = 0; i < decision->winner_count; i++) {
        size_t j = 0;
        while (j < count &&
               strcmp(method_of(summary, methods[j]), method_of(summary, decision->winners[i])))
            j++;
        if (j == count)
            methods[count++] = decision->winners[i];
    }
    return count;
}

static bool wins(const struct summary *summary, const struct decision *decision, const char *method)
{
    for (size_t i = 0; i < decision->winner_count; i++)
        if (!strcmp(method_of(summary, decision->winners[i]), method))
            return true;
    return false;
}

/* Two decimals, but no more than three digits, and two digits of what is small; greatest decides. */
static void write_times(double times, double greatest, FILE *out)
{
    if (greatest < 0.0995)
        fprintf(out, "%.2g", times);
    else
        fprintf(out, "%.*f", greatest < 9.995 ? 2 : greatest < 99.95 ? 1 : 0, times);
}

void answers_times(double times, FILE *out)
{
    write_times(times, times, out);
    fputs("×", out);
}

static void write_bounds(const struct interval *speed, FILE *out)
{
    if (!speed->bounded) {
        fputs(" [?]", out);
        return;
    }
    fputs(" [", out);
    write_times(speed->low, speed->high, out);
    fputs(", ", out);
    write_times(speed->high, speed->high, out);
    fputs("]", out);
}

void answers_speed(const struct interval *speed, FILE *out)
{
    answers_times(speed->middle, out);
    write_bounds(speed, out);
}

void answers_span(const struct interval *least, double greatest, FILE *out)
{
    if (greatest > 1.005 * least->middle) {
        write_times(least->middle, greatest, out);
        fputs("–", out);
    }
    answers_times(greatest, out);
    write_bounds(least, out);
}

static size_t count_methods(const struct summary *summary, const struct decision *decision)
{
    size_t count = 0;

    for (size_t i = 0; i < decision->member_count; i++) {
        size_t j = 0;
        while (j < i && strcmp(method_of(summary, decision->members[i]),
                               method_of(summary, decision->members[j])))
            j++;
        count += j == i;
    }
    return count;
}

static void write_names(const struct summary *summary, const struct decision *decision, FILE *out)
{
    size_t *methods = calloc(decision->winner_count + 1, sizeof *methods);
    size_t count = methods ? answers_methods(summary, decision, methods) : 0;

    if (!methods)
        text_spoil(out);
    if (count > NAMED) {
        size_t all = count_methods(summary, decision);
        fprintf(out, count == all ? "all %zu methods" : "%zu of %zu methods", count, all);
    }
    for (size_t i = 0; i < count && count <= NAMED; i++) {
        const char *separator = i == 0 ? "" : i + 1 < count ? ", " : " and ";
        fprintf(out, "%s%s", separator,
                decision->winner_count == 1 ? summary->rows[methods[i]].label : method_of(summary, methods[i]));
    }
    free(methods);
}

static bool is_tie(const struct summary *summary, const struct decision *decision)
{
    for (size_t i = 1; i < decision->winner_count; i++)
        if (strcmp(method_of(summary, decision->winners[i]),
                   method_of(summary, decision->winners[0])))
            return true;
    return false;
}

/* " (1.84x stream [1.79, 1.90])"; nothing where the baseline is itself among the winners. */
static void write_gain(const struct summary *summary, const struct decision *decision, FILE *out)
{
    if (decision->gain.n == 0 || wins(summary, decision, method_of(summary, (size_t)decision->baseline)))
        return;
    fputs(" (", out);
    answers_times(decision->gain.middle, out);
    fprintf(out, " %s", summary->rows[decision->baseline].label);
    if (decision->gain.bounded)
        write_bounds(&decision->gain, out);
    fputs(")", out);
}

/* Whether the first winner's CPU time lies below that of all other methods that win, intervals and all: less is
 * too little to say so. */
static bool is_thriftiest(const struct summary *summary, const struct decision *decision)
{
    const struct interval *least = &summary->rows[decision->winners[0]].cpu_s_per_gib;
    const char *method = method_of(summary, decision->winners[0]);

    for (size_t i = 1; i < decision->winner_count; i++)
        if (strcmp(method_of(summary, decision->winners[i]), method) &&
            !(least->high < summary->rows[decision->winners[i]].cpu_s_per_gib.low))
            return false;
    return true;
}

/* Why there is no verdict, and which point leads. */
static void write_shortage(const struct summary *summary, const struct decision *decision, FILE *out)
{
    const struct row *leader = &summary->rows[decision->members[0]];

    if (lanes_is_emulated(summary->run))
        fputs("emulated, so no verdict on times", out);
    else
        fprintf(out, "too few trials for a verdict (n = %zu, at least %d needed); %s has the lowest median so far",
                leader->n, SUMMARY_LEAST_N, leader->label);
}

void answers_decision(const struct summary *summary, const struct decision *decision, FILE *out)
{
    if (decision->member_count < 2) {
        fputs("nothing to compare with", out);
        return;
    }
    if (!decide_is_resolved(decision)) {
        write_shortage(summary, decision, out);
        return;
    }
    bool tie = is_tie(summary, decision);
    write_names(summary, decision, out);
    fputs(tie ? " cannot be told apart" : " is fastest", out);
    write_gain(summary, decision, out);
    if (tie && is_thriftiest(summary, decision))
        fprintf(out, "; of these %s uses the least CPU", method_of(summary, decision->winners[0]));
}
