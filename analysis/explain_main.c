/* SPDX-License-Identifier: GPL-3.0-or-later */
/* iotoll explain: the arithmetic of points, in the terminal. */
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/calibration.h"
#include "analysis/explain.h"
#include "analysis/explain_main.h"
#include "analysis/windows_fit.h"
#include "analysis/terminal.h"
#include "analysis/unprivileged.h"
#include "common/text.h"

const char explain_usage[] = "usage: iotoll explain DIR [TEXT] [--summary]\n";

/* The matrix that the model was made for has to be explained this well. */
static const double WELL = 0.15;

static void print_toll(FILE *out, const struct explanation *explanation, const struct toll *toll)
{
    const double per_gib = explain_ms_per_gib(explanation, 1e6);
    const char *unit = toll->term->unit;
    double price = strcmp(unit, "ns/gib") ? toll->price_ns : toll->price_ns * (1 << 30) / 1e6;

    if (toll->term->plural)
        fprintf(out, "    %-28s %12.0f x %9.1f %-9s = %8.2f ms/GiB\n", toll->term->name, toll->count * per_gib, price,
                unit, explain_ms_per_gib(explanation, toll->ns));
    else
        fprintf(out, "    %-28s %12s x %9.1f %-9s = %8.2f ms/GiB\n", toll->term->name, "1 GiB", price, "ms/GiB",
                explain_ms_per_gib(explanation, toll->ns));
}

static void print_total(FILE *out, const struct explanation *explanation)
{
    double share = explanation->unexplained_ns / explanation->measured_ns;

    fprintf(out, "    %-62s %8.2f\n", "sum", explain_ms_per_gib(explanation, explanation->sum_ns));
    if (isfinite(explanation->limit_ns))
        fprintf(out, "    limit: %-55s %8.2f\n", explanation->limit_name,
                explain_ms_per_gib(explanation, explanation->limit_ns));
    fprintf(out, "    %-62s %8.2f\n", "measured", explain_ms_per_gib(explanation, explanation->measured_ns));
    fprintf(out, "    %-62s %8.2f (%+.0f %%)%s\n", "unexplained",
            explain_ms_per_gib(explanation, explanation->unexplained_ns), 100 * share,
            explain_is_explained(explanation) ? "" : ": not explained");
}

static void print_point(FILE *out, const struct summary *summary, const struct explanations *explanations,
                        size_t point)
{
    const struct explanation *explanation = &explanations->all[point];
    struct text words;
    char label[256];

    terminal_plain(out, point_label(&summary->run->points[point].point, label, sizeof label));
    fputc('\n', out);
    for (size_t i = 0; i < explanation->toll_count; i++)
        print_toll(out, explanation, &explanation->tolls[i]);
    if (explain_is_possible(explanation))
        print_total(out, explanation);
    if (text_open(&words)) {
        explain_sentence(words.out, summary, explanations, point);
        fputc('\n', words.out);
    }
    text_pass(&words, out, terminal_wrapped);
    fputc('\n', out);
}

static bool is_asked(const struct run_point *point, const char *filter)
{
    char label[256];

    return point->point.replica == 0 &&
           (!filter || strstr(point_label(&point->point, label, sizeof label), filter));
}

/* Where the CPU's time was sampled, that has to name the same thing as the arithmetic. */
static void print_agreement(FILE *out, const struct summary *summary, const struct explanations *explanations,
                            const char *filter)
{
    struct explain_profile profile;
    size_t profiled = 0, agreed = 0;
    char label[256];

    for (size_t i = 0; i < explanations->count; i++) {
        if (!is_asked(&summary->run->points[i], filter) ||
            explain_profile(&profile, summary, &explanations->all[i]) < 0)
            continue;
        profiled++;
        agreed += profile.agrees;
        if (!profile.agrees)
            fprintf(out, "%s: most samples in %s, most of the arithmetic in %s\n",
                    point_label(&summary->run->points[i].point, label, sizeof label), share_names[profile.share],
                    term_group_names[profile.group]);
    }
    if (profiled > 0)
        fprintf(out, "profile and arithmetic agree on what is largest in %zu of %zu\n", agreed, profiled);
    else
        fputs("no profile to hold the arithmetic against\n", out);
}

static void print_steadiness(FILE *out, const struct run *run)
{
    struct calibration_steadiness prices = calibration_steadiness(run);
    const char *name, *before = ": of ";
    json_t *count;

    fprintf(out, "%zu of %zu prices agree within 10 %% between the odd and the even rounds", prices.steady,
            prices.known);
    if (prices.known > prices.steady)
        fputs("; not so", out);
    json_object_foreach (prices.unsteady, name, count) {
        fprintf(out, "%s%s %lld", before, name, (long long)json_integer_value(count));
        before = ", ";
    }
    fputs(prices.known ? "\n" : ", for want of rounds\n", out);
    json_decref(prices.unsteady);
}

/* How many cells have how much left over. */
static void print_summary(FILE *out, const struct summary *summary, const struct explanations *explanations,
                          const char *filter)
{
    const struct run *run = summary->run;
    size_t cells = 0, possible = 0, explained = 0, well = 0;
    char label[256];

    for (size_t i = 0; i < run->point_count; i++) {
        const struct explanation *explanation = &explanations->all[i];
        if (!is_asked(&run->points[i], filter) || !(explanation->measured_ns > 0))
            continue;
        double share = fabs(explanation->unexplained_ns) / explanation->measured_ns;
        cells++;
        possible += explain_is_possible(explanation);
        explained += explain_is_explained(explanation);
        well += share <= WELL;
        point_label(&run->points[i].point, label, sizeof label);
        if (!explain_is_possible(explanation))
            fprintf(out, "%-60s no arithmetic: %s\n", label, explanation->reason);
        else
            fprintf(out, "%-60s %+5.0f %% of %7.1f ms/GiB%s\n", label,
                    100 * explanation->unexplained_ns / explanation->measured_ns,
                    explain_ms_per_gib(explanation, explanation->measured_ns),
                    explain_is_explained(explanation) ? "" : ": not explained");
    }
    fprintf(out, "%zu cells; %zu with arithmetic; at most 15 %% unexplained: %zu (%.0f %%); ", cells, possible, well,
            cells ? 100.0 * (double)well / (double)cells : 0.0);
    fprintf(out, "at most 20 %%: %zu\n", explained);
    print_agreement(out, summary, explanations, filter);
    print_steadiness(out, run);
}

static int check_filter(const struct run *run, const char *filter, struct error *error)
{
    for (size_t i = 0; i < run->point_count; i++)
        if (is_asked(&run->points[i], filter))
            return 0;
    return error_set(error, "%s: no point's label contains \"%s\"; without it every point is explained", run->directory,
                     filter);
}

static void print(FILE *out, const struct summary *summary, const struct explanations *explanations,
                  const char *filter, bool brief)
{
    const struct run *run = summary->run;

    if (brief) {
        print_summary(out, summary, explanations, filter);
        return;
    }
    for (size_t i = 0; i < run->point_count; i++)
        if (is_asked(&run->points[i], filter))
            print_point(out, summary, explanations, i);
    windows_fit_print(out, summary, explanations, filter);
}

int explain_main(int argc, char **argv)
{
    static const struct option options[] = {{"summary", no_argument, NULL, 's'}, {0}};
    struct explanations explanations = {0};
    struct summary summary = {0};
    struct error error;
    struct run run;
    bool brief = false;
    int code = EXIT_ENVIRONMENT;

    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option != 's') {
            fputs(explain_usage, stderr);
            return EXIT_USAGE;
        }
        brief = true;
    }
    if (optind >= argc || optind + 2 < argc) {
        fputs(explain_usage, stderr);
        return EXIT_USAGE;
    }
    run = (struct run){0};
    int result = unprivileged_begin(&argv[optind], 1, NULL, &error);
    if (result == 0)
        result = load_run(&run, argv[optind], &error);
    if (result == 0 && argv[optind + 1] && (result = check_filter(&run, argv[optind + 1], &error)) < 0)
        code = EXIT_USAGE;
    if (result == 0)
        result = summary_make(&summary, &run, &error);
    if (result == 0)
        result = explain_make(&explanations, &summary, &error);
    if (result == 0)
        print(stdout, &summary, &explanations, argv[optind + 1], brief);
    else
        fprintf(stderr, "iotoll: %s\n", error.text);
    explain_free(&explanations);
    summary_free(&summary);
    load_free(&run);
    return result == 0 ? EXIT_DONE : code;
}
