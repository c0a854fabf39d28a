/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/answers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/crossover.h"
#include "analysis/decide.h"
#include "analysis/lanes.h"
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

static bool same_winners(const struct summary *summary, const struct decision *a,
                         const struct decision *b)
{
    for (size_t i = 0; i < a->winner_count; i++)
        if (!wins(summary, b, method_of(summary, a->winners[i])))
            return false;
    for (size_t i = 0; i < b->winner_count; i++)
        if (!wins(summary, a, method_of(summary, b->winners[i])))
            return false;
    return decide_is_resolved(a) == decide_is_resolved(b);
}

void answers_times(double times, FILE *out)
{
    fprintf(out, times < 9.995 ? "%.2f×" : "%.1f×", times);
}

static void write_bounds(const struct interval *speed, FILE *out)
{
    fprintf(out, speed->high < 9.995 ? " [%.2f, %.2f]" : " [%.1f, %.1f]", speed->low, speed->high);
}

void answers_speed(const struct interval *speed, FILE *out)
{
    answers_times(speed->middle, out);
    if (speed->bounded)
        write_bounds(speed, out);
    else
        fputs(" [?]", out);
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

static void write_names(const struct summary *summary, const struct decision *decision,
                        bool settings, FILE *out)
{
    size_t *methods = calloc(decision->winner_count, sizeof *methods);
    size_t count = methods ? answers_methods(summary, decision, methods) : 0;

    if (count > NAMED) {
        size_t all = count_methods(summary, decision);
        fprintf(out, count == all ? "all %zu methods" : "%zu of %zu methods", count, all);
    }
    for (size_t i = 0; i < count && count <= NAMED; i++) {
        const char *separator = i == 0 ? "" : i + 1 < count ? ", " : " and ";
        fprintf(out, "%s%s", separator,
                settings ? summary->rows[methods[i]].label : method_of(summary, methods[i]));
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

/* "(1.84x stream [1.79, 1.90])", over several sizes "(1.4-1.9x stream)"; nothing where the baseline
 * is itself among the winners. */
static void write_gain(const struct summary *summary, size_t first, size_t last, FILE *out)
{
    const struct decision *decision = &summary->decisions[first];
    double low = INFINITY, high = 0;

    for (size_t i = first; i < last; i++) {
        const struct decision *other = &summary->decisions[i];
        if (other->gain.n == 0 || wins(summary, other, method_of(summary, (size_t)other->baseline)))
            return;
        low = fmin(low, other->gain.middle);
        high = fmax(high, other->gain.middle);
    }
    fputs(" (", out);
    if (last - first == 1)
        answers_times(decision->gain.middle, out);
    else if (high / low < 1.05)
        answers_times(sqrt(low * high), out);
    else
        fprintf(out, high < 9.95 ? "%.1f–%.1f×" : "%.0f–%.0f×", low, high);
    fprintf(out, " %s", summary->rows[decision->baseline].label);
    if (last - first == 1 && decision->gain.bounded)
        write_bounds(&decision->gain, out);
    fputs(")", out);
}

/* Whether one method's CPU time lies below that of all other winners in every decision, intervals
 * and all: less is too little to say so. */
static bool is_thriftiest(const struct summary *summary, const char *method, size_t first,
                          size_t last)
{
    for (size_t d = first; d < last; d++) {
        const struct decision *decision = &summary->decisions[d];
        const struct interval *least = &summary->rows[decision->winners[0]].cpu_s_per_gib;
        if (strcmp(method_of(summary, decision->winners[0]), method))
            return false;
        for (size_t i = 1; i < decision->winner_count; i++)
            if (strcmp(method_of(summary, decision->winners[i]), method) &&
                !(least->high < summary->rows[decision->winners[i]].cpu_s_per_gib.low))
                return false;
    }
    return true;
}

/* Why there is no verdict; for a single size also which point leads. */
static void write_shortage(const struct summary *summary, size_t first, size_t last, FILE *out)
{
    const size_t leader = summary->decisions[first].members[0];
    size_t most = 0;

    if (lanes_is_emulated(summary->run)) {
        fputs("emulated, so no verdict on times", out);
        return;
    }
    for (size_t d = first; d < last; d++)
        if (summary->rows[summary->decisions[d].members[0]].n > most)
            most = summary->rows[summary->decisions[d].members[0]].n;
    fprintf(out, "too few trials for a verdict (n = %zu, at least %d needed)", most,
            SUMMARY_LEAST_N);
    if (last - first == 1)
        fprintf(out, "; %s has the lowest median so far", summary->rows[leader].label);
}

static void write_verdict(const struct summary *summary, size_t first, size_t last, FILE *out)
{
    const struct decision *decision = &summary->decisions[first];
    bool one = last - first == 1;

    if (!decide_is_resolved(decision)) {
        write_shortage(summary, first, last, out);
        return;
    }
    bool tie = is_tie(summary, decision);
    write_names(summary, decision, one && decision->winner_count == 1, out);
    fputs(tie ? " cannot be told apart" : " is fastest", out);
    write_gain(summary, first, last, out);
    const char *thrifty = method_of(summary, decision->winners[0]);
    if (tie && is_thriftiest(summary, thrifty, first, last))
        fprintf(out, "; of these %s uses the least CPU", thrifty);
}

static void write_sizes(const struct summary *summary, size_t first, size_t last, FILE *out)
{
    char size[24];

    fprintf(out, "At %s",
            units_format_size(summary->decisions[first].point->file_size_bytes, size));
    if (last - first > 1)
        fprintf(out, "–%s",
                units_format_size(summary->decisions[last - 1].point->file_size_bytes, size));
}

int answers_family(const struct summary *summary, size_t first, size_t last, FILE *out)
{
    int written = 0;

    for (size_t i = first, end; i < last; i = end) {
        const struct decision *decision = &summary->decisions[i];
        end = i + 1;
        if (decision->member_count < 2)
            continue;
        while (end < last && summary->decisions[end].member_count > 1 &&
               same_winners(summary, decision, &summary->decisions[end]))
            end++;
        fputs(written ? " " : "", out);
        write_sizes(summary, i, end, out);
        fputs(": ", out);
        write_verdict(summary, i, end, out);
        fputs(".", out);
        written = 1;
    }
    return written;
}

void answers_crossovers(const struct summary *summary, size_t first, size_t last, FILE *out)
{
    enum { MOST = 64, SHOWN = 3 };
    struct crossover list[MOST];
    long count = crossover_find(summary, first, last, list, MOST);

    for (long i = 0; i < count && i < SHOWN; i++) {
        fputc(' ', out);
        crossover_words(summary, &list[i], out);
    }
    if (count > SHOWN)
        fprintf(out, " %ld more crossovers are in summary.json.", count - SHOWN);
}

void answers_decision(const struct summary *summary, const struct decision *decision, FILE *out)
{
    size_t first = (size_t)(decision - summary->decisions);

    if (decision->member_count < 2)
        fputs("nothing to compare with", out);
    else
        write_verdict(summary, first, first + 1, out);
}
