/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic as a sentence. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/explain.h"

/* What differs by less than this share of the baseline's time is not worth a word. */
static const double WORTH_SAYING = 0.03;
enum { MOST_SAID = 4 };

struct change {
    const struct term *term;
    double count, ms; /* per GiB, the point's less the baseline's */
};

static const struct toll *find(const struct explanation *explanation, const struct term *term)
{
    for (size_t i = 0; i < explanation->toll_count; i++)
        if (explanation->tolls[i].term == term)
            return &explanation->tolls[i];
    return NULL;
}

static double ms_of(const struct explanation *explanation, const struct toll *toll)
{
    return toll ? explain_ms_per_gib(explanation, toll->ns) : 0;
}

static int compare_changes(const void *a, const void *b)
{
    double left = fabs(((const struct change *)a)->ms), right = fabs(((const struct change *)b)->ms);

    return (left < right) - (left > right);
}

/* What the point pays more (sign 1) or less (-1) than the baseline, the largest first. */
static size_t changes_of(const struct explanation *point, const struct explanation *baseline, double sign,
                         struct change *changes)
{
    double least = WORTH_SAYING * explain_ms_per_gib(baseline, baseline->measured_ns);
    size_t count = 0;

    for (size_t i = 0; i < term_count; i++) {
        const struct toll *toll = find(point, &terms[i]), *other = find(baseline, &terms[i]);
        double ms = ms_of(point, toll) - ms_of(baseline, other);
        if (sign * ms > least)
            changes[count++] = (struct change){&terms[i], toll ? toll->count : 0, ms};
    }
    qsort(changes, count, sizeof *changes, compare_changes);
    return count;
}

/* "16,384". */
static void write_number(FILE *out, double number)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%.0f", number);

    for (int i = 0; i < length; i++) {
        fputc(digits[i], out);
        if ((length - i) % 3 == 1 && i + 1 < length)
            fputc(',', out);
    }
}

static void write_changes(FILE *out, const char *verb, const struct change *changes, size_t count)
{
    size_t said = count < MOST_SAID ? count : MOST_SAID;

    for (size_t i = 0; i < said; i++) {
        fputs(i == 0 ? verb : i + 1 == said ? " and " : ", ", out);
        if (changes[i].count > 0 && changes[i].term->plural) {
            write_number(out, changes[i].count);
            fprintf(out, " %s", changes[i].term->plural);
        } else
            fputs(changes[i].term->name, out);
        fprintf(out, " (%s%.*f ms/GiB)", changes[i].ms < 0 ? "−" : "+", fabs(changes[i].ms) < 10 ? 1 : 0,
                fabs(changes[i].ms));
    }
}

static void write_not_explained(FILE *out, const char *who, const struct explanation *explanation)
{
    if (explain_is_possible(explanation))
        fprintf(out, "%s: not explained: the tolls come to %.0f of %.0f ms/GiB", who,
                explain_ms_per_gib(explanation, explanation->predicted_ns),
                explain_ms_per_gib(explanation, explanation->measured_ns));
    else
        fprintf(out, "%s: no arithmetic: %s", who, explanation->reason);
}

static void write_alone(FILE *out, const struct explanation *explanation, const char *label)
{
    const struct toll *largest = explain_largest(explanation);

    fprintf(out, "%s takes %.0f ms/GiB", label, explain_ms_per_gib(explanation, explanation->measured_ns));
    if (largest)
        fprintf(out, ", most of all for %s (%.0f ms/GiB)", largest->term->name,
                explain_ms_per_gib(explanation, largest->ns));
    fprintf(out, "; %.0f ms unexplained", explain_ms_per_gib(explanation, explanation->unexplained_ns));
}

void explain_sentence(FILE *out, const struct summary *summary, const struct explanations *explanations,
                      size_t point)
{
    const struct explanation *explanation = &explanations->all[point];
    long index = summary->run->points[point].baseline;
    const struct explanation *baseline = index >= 0 ? &explanations->all[index] : NULL;
    const char *label = *summary->rows[point].label ? summary->rows[point].label
                                                    : summary->run->points[point].point.method;
    struct change saved[TOLLS_MAX], paid[TOLLS_MAX];

    if (!explain_is_explained(explanation)) {
        write_not_explained(out, label, explanation);
        return;
    }
    if (index < 0 || !explain_is_explained(baseline)) {
        write_alone(out, explanation, label);
        return;
    }
    size_t less = changes_of(explanation, baseline, -1, saved), more = changes_of(explanation, baseline, 1, paid);
    double left = explain_ms_per_gib(explanation, explanation->unexplained_ns) -
                  explain_ms_per_gib(baseline, baseline->unexplained_ns);
    fprintf(out, "%s ", label);
    write_changes(out, "saves ", saved, less);
    write_changes(out, less ? " and pays " : "pays ", paid, more);
    if (less + more == 0)
        fprintf(out, "pays the same as %s", summary->run->points[index].point.method);
    fprintf(out, "; %s%.0f ms unexplained", left < 0 ? "−" : "", fabs(left));
}
