/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/charts.h"
#include "analysis/claims.h"
#include "analysis/csv.h"
#include "analysis/lanes.h"
#include "analysis/page.h"
#include "analysis/summary.h"
#include "analysis/summary_json.h"
#include "analysis/tables.h"
#include "analysis/terminal.h"
#include "common/publish.h"

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

    publish_sweep(directory);
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
    chart_draw(charts, path, &no_charts);
    if (join(page, directory, "report/index.html", error) < 0)
        return -1;
    return page_write(summary, charts, *no_charts.text ? no_charts.text : NULL, page, error);
}

static void tell(const struct summary *summary, FILE *out)
{
    tables_text(summary, out);
    claims_print(out, summary);
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
        tell(&summary, out);
        fputs("\nReport: ", out);
        terminal_plain(out, page);
        fputc('\n', out);
        result = 0;
    }
    chart_list_free(&charts);
    claims_free(&claims);
    summary_free(&summary);
    load_free(&run);
    return result;
}

static void write_json(const struct summary *summary, FILE *out)
{
    char *text = summary_json_text(summary);

    if (text)
        fprintf(out, "%s\n", text);
    free(text);
}

static const struct format {
    const char *name;
    void (*write)(const struct summary *summary, FILE *out);
    bool whole; /* shows what the bootstrap says */
} formats[] = {
    {"text", tell, false},
    {"csv", tables_csv, false},
    {"json", write_json, true},
    {"markdown", tables_markdown, false},
};

static const struct format *find_format(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(formats[i].name, name))
            return &formats[i];
    return NULL;
}

bool report_knows(const char *format)
{
    return find_format(format) != NULL;
}

int report_print(const char *run_directory, const char *name, FILE *out, struct error *error)
{
    const struct format *format = find_format(name);
    struct run run;
    struct summary summary = {0};
    struct claims claims = {0};
    int result = -1;

    if (!format)
        return error_set(error, "\"%s\" is no format: text, csv, json, markdown", name);
    if (load_run(&run, run_directory, error) == 0 &&
        (format->whole ? summary_make : summary_make_unchecked)(&summary, &run, error) == 0 &&
        judge_claims(&claims, &summary, error) == 0) {
        format->write(&summary, out);
        result = 0;
    }
    claims_free(&claims);
    summary_free(&summary);
    load_free(&run);
    return result;
}
