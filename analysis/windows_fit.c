/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/windows_fit.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_fit.h>

#include "analysis/terminal.h"
#include "common/text.h"
#include "common/units.h"

int windows_fit(struct windows_fit *fit, const double *blocks, const double *ms_per_gib, size_t n)
{
    double x[WINDOWS_FIT_MOST] = {0}, cov00, cov01, cov11, chi, mean = 0, spread = 0;

    if (n < WINDOWS_FIT_LEAST || n > WINDOWS_FIT_MOST)
        return -1;
    for (size_t i = 0; i < n; i++) {
        x[i] = 1 / blocks[i];
        mean += ms_per_gib[i] / (double)n;
    }
    gsl_fit_linear(x, 1, ms_per_gib, 1, n, &fit->base, &fit->overhead, &cov00, &cov01, &cov11, &chi);
    for (size_t i = 0; i < n; i++)
        spread += (ms_per_gib[i] - mean) * (ms_per_gib[i] - mean);
    fit->base_error = sqrt(cov00);
    fit->overhead_error = sqrt(cov11);
    fit->r_squared = spread > 0 ? 1 - chi / spread : 1;
    double from = fit->overhead * (1 - WINDOWS_FIT_SHARE) / (fit->base * WINDOWS_FIT_SHARE);
    fit->insignificant_from_bytes = fit->overhead > 0 ? from : 0;
    return 0;
}

/* Alike in all but B. */
static bool belong_together(const struct run_point *a, const struct run_point *b)
{
    struct point left = a->point, right = b->point;

    left.block_size_bytes = right.block_size_bytes = 0;
    return point_compare(&left, &right) == 0;
}

static bool has_windows(const struct explanation *explanation, const struct point *point)
{
    if (point->buffers == 0 || point->block_size_bytes == 0 || point->replica > 0)
        return false;
    for (size_t i = 0; i < explanation->toll_count; i++)
        if (explanation->tolls[i].term->count == WINDOWS)
            return true;
    return false;
}

static void insert_by_block(struct windows_series *series, const struct run *run, size_t point)
{
    size_t at = series->count++;

    for (; at > 0 && run->points[series->points[at - 1]].point.block_size_bytes >
                         run->points[point].point.block_size_bytes;
         at--)
        series->points[at] = series->points[at - 1];
    series->points[at] = point;
}

void windows_series_of(struct windows_series *series, const struct summary *summary,
                       const struct explanations *explanations, size_t point)
{
    const struct run *run = summary->run;
    double blocks[WINDOWS_FIT_MOST], costs[WINDOWS_FIT_MOST];

    series->count = 0;
    if (!has_windows(&explanations->all[point], &run->points[point].point))
        return;
    for (size_t i = 0; i < point; i++)
        if (belong_together(&run->points[i], &run->points[point]))
            return; /* it began there */
    for (size_t i = point; i < run->point_count && series->count < WINDOWS_FIT_MOST; i++)
        if (belong_together(&run->points[i], &run->points[point]) && explanations->all[i].measured_ns > 0)
            insert_by_block(series, run, i);
    for (size_t i = 0; i < series->count; i++) {
        const struct explanation *explanation = &explanations->all[series->points[i]];
        blocks[i] = (double)run->points[series->points[i]].point.block_size_bytes;
        costs[i] = explain_ms_per_gib(explanation, explanation->measured_ns);
    }
    if (windows_fit(&series->fit, blocks, costs, series->count) < 0)
        series->count = 0;
}

void windows_fit_words(FILE *out, const struct summary *summary, const struct windows_series *series)
{
    const struct point *point = &summary->run->points[series->points[0]].point;
    const struct windows_fit *fit = &series->fit;
    char size[32];

    fprintf(out, "%s with N = %" PRIu64 ": %.1f ms/GiB + %.1f ms/GiB for each 64 KiB ÷ B ", point->method,
            point->buffers, fit->base, fit->overhead / (64 * KIB));
    fprintf(out, "(± %.1f and ± %.1f, R² = %.2f). ", fit->base_error, fit->overhead_error / (64 * KIB),
            fit->r_squared);
    if (fit->overhead <= 2 * fit->overhead_error)
        fputs("No overhead of small windows could be told from the noise", out);
    else
        fprintf(out, "From B = %s on its overhead is below %.0f %% of the total",
                units_human_bytes(fit->insignificant_from_bytes, size), 100 * WINDOWS_FIT_SHARE);
}

static void print_series(FILE *out, const struct summary *summary, const struct explanations *explanations,
                         const struct windows_series *series)
{
    static const enum term_group groups[] = {GROUP_CALLS, GROUP_FAULTS, GROUP_UNMAP};
    enum { GROUPS = sizeof groups / sizeof *groups };
    struct text words;
    char size[24];

    fprintf(out, "    %8s %10s", "B", "measured");
    for (size_t g = 0; g < GROUPS; g++)
        fprintf(out, " %20s", term_group_names[groups[g]]);
    fputs("   ms/GiB\n", out);
    for (size_t i = 0; i < series->count; i++) {
        const struct explanation *explanation = &explanations->all[series->points[i]];
        uint64_t block = summary->run->points[series->points[i]].point.block_size_bytes;
        fprintf(out, "    %8s %10.1f", units_format_size(block, size),
                explain_ms_per_gib(explanation, explanation->measured_ns));
        for (size_t g = 0; g < GROUPS; g++)
            fprintf(out, " %20.1f", explain_ms_per_gib(explanation, explain_group_ns(explanation, groups[g])));
        fputc('\n', out);
    }
    if (text_open(&words)) {
        windows_fit_words(words.out, summary, series);
        fputs(".\n", words.out);
    }
    text_pass(&words, out, terminal_wrapped);
}

void windows_fit_print(FILE *out, const struct summary *summary, const struct explanations *explanations,
                       const char *filter)
{
    struct windows_series series;
    char label[LABEL_SIZE], name[256], size[24];

    for (size_t i = 0; i < summary->run->point_count; i++) {
        const struct point *point = &summary->run->points[i].point;
        windows_series_of(&series, summary, explanations, i);
        if (series.count == 0 || (filter && !strstr(point_label(point, name, sizeof name), filter)))
            continue;
        terminal_plain(out, label_family(point, label));
        fprintf(out, ", %s: %s over B\n", units_format_size(point->file_size_bytes, size), point->method);
        print_series(out, summary, explanations, &series);
        fputc('\n', out);
    }
}
