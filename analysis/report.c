/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/charts.h"
#include "analysis/claims.h"
#include "analysis/csv.h"
#include "analysis/judge.h"
#include "analysis/lanes.h"
#include "analysis/page.h"
#include "analysis/summary.h"
#include "analysis/summary_json.h"
#include "analysis/terminal.h"
#include "common/publish.h"

static void print_family(FILE *out, const struct summary *summary, size_t first, size_t last)
{
    char name[LABEL_SIZE], *text = NULL;
    size_t size;
    FILE *memory = open_memstream(&text, &size);

    if (!memory)
        return;
    int written = answers_family(summary, first, last, memory);
    answers_crossovers(summary, first, last, memory);
    if (fclose(memory) == 0 && written) {
        fprintf(out, "\n  %s\n", label_family(summary->decisions[first].point, name));
        terminal_wrapped(out, text);
    }
    free(text);
}

/* Whether the numbers can be believed comes before the numbers. */
static void print_trust(FILE *out, const struct summary *summary)
{
    char text[512];

    if (lanes_is_emulated(summary->run))
        terminal_wrapped(out, lanes_emulated_words);
    if (judge_noise_words(summary, text, sizeof text) > 0)
        fprintf(out, "%s\n", text);
    if (summary->noise.failed)
        fputs("\n  DO NOT TRUST THESE NUMBERS: too many methods differ from themselves. By "
              "chance\n  that happens in fewer than 1 of 100 runs; something disturbs this "
              "machine.\n",
              out);
    if (drift_words(&summary->drift, text, sizeof text) > 0)
        terminal_wrapped(out, text);
}

static void print_answers(FILE *out, const struct summary *summary, const char *page)
{
    const struct run *run = summary->run;

    terminal_plain(out, load_text(run, "environment.host"));
    fputs(", Linux ", out);
    terminal_plain(out, load_text(run, "environment.kernel"));
    fprintf(out, ": %zu valid trials, %zu void, up to %zu blocks\n", summary->valid,
            summary->void_count, summary->blocks);
    print_trust(out, summary);
    for (size_t first = 0, last; first < summary->decision_count; first = last) {
        last = answers_family_end(summary, first);
        print_family(out, summary, first, last);
    }
    if (summary->decision_count == 0)
        fputs("\n  No point has a valid trial; the page says why.\n", out);
    claims_print(out, summary->claims);
    fputs("\nReport: ", out);
    terminal_plain(out, page);
    fputc('\n', out);
}

/* DIR/name into path. */
static int join(char path[PATH_MAX], const char *directory, const char *name, struct error *error)
{
    if (snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX)
        return error_set(error, "%s: name too long", directory);
    return 0;
}

static int make_directories(const char *directory, struct error *error)
{
    char path[PATH_MAX];

    if (join(path, directory, "report", error) < 0 || publish_directory(path, error) < 0)
        return -1;
    if (join(path, directory, "report/charts", error) < 0)
        return -1;
    return publish_directory(path, error);
}

/* The page comes last: what it refers to is there when it appears. */
static int write_files(const struct summary *summary, struct chart_list *charts,
                       char page[PATH_MAX], struct error *error)
{
    const char *directory = summary->run->directory;
    char path[PATH_MAX];
    struct error no_charts = {""};

    if (lanes_is_emulated(summary->run))
        chart_list_note(charts, lanes_emulated_note);
    if (join(path, directory, "summary.json", error) < 0 ||
        summary_json_write(summary, path, error) < 0 || make_directories(directory, error) < 0)
        return -1;
    if (join(path, directory, "report/trials.csv", error) < 0 ||
        csv_write(summary->run, path, error) < 0)
        return -1;
    if (join(path, directory, "report/counts.csv", error) < 0 ||
        csv_write_counts(summary, path, error) < 0)
        return -1;
    if (join(path, directory, "report/charts", error) < 0)
        return -1;
    if (chart_draw(charts, path, &no_charts) < 0) {
        fprintf(stderr, "warning: no charts: %s\n", no_charts.text);
        chart_list_free(charts);
    }
    if (join(page, directory, "report/index.html", error) < 0)
        return -1;
    return page_write(summary, charts, *no_charts.text ? no_charts.text : NULL, page, error);
}

static int judge_claims(struct claims *claims, struct summary *summary, struct error *error)
{
    summary->claims = claims;
    return claims_make(claims, summary, error);
}

int report_make(const char *run_directory, FILE *out, struct error *error)
{
    struct run run;
    struct summary summary = {0};
    struct chart_list charts = {0};
    struct claims claims = {0};
    char page[PATH_MAX];
    int result = -1;

    if (load_run(&run, run_directory, error) == 0 && summary_make(&summary, &run, error) == 0 &&
        judge_claims(&claims, &summary, error) == 0 && charts_make(&summary, &charts, error) == 0 &&
        write_files(&summary, &charts, page, error) == 0) {
        print_answers(out, &summary, page);
        result = 0;
    }
    chart_list_free(&charts);
    claims_free(&claims);
    summary_free(&summary);
    load_free(&run);
    return result;
}
