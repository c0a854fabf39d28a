/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/page.h"

#include <stdlib.h>

#include "analysis/answers.h"
#include "analysis/html.h"
#include "analysis/page_parts.h"
#include "analysis/page_style.h"
#include "common/publish.h"

void page_begin(FILE *out, const char *title)
{
    fputs(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' "
        "file:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
        out);
    html_format(out, "iotoll: %s", title);
    fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", page_style);
}

static void write_family(FILE *out, const struct summary *summary, const struct chart_list *charts,
                         size_t first, size_t last)
{
    char name[LABEL_SIZE];

    fprintf(out, "<section class=\"family\" id=\"f%zu\">\n<h2>", first);
    html_text(out, label_family(summary->decisions[first].point, name));
    fputs("</h2>\n", out);
    page_figures(out, charts, first);
    page_points(out, summary, first, last);
    fputs("</section>\n", out);
}

static void write_body(FILE *out, const struct summary *summary, const struct chart_list *charts,
                       const char *no_charts)
{
    page_header(out, summary);
    page_answers(out, summary);
    if (no_charts) {
        fputs("<p class=\"note\">No charts: ", out);
        html_text(out, no_charts);
        fputs("</p>\n", out);
    }
    page_figures(out, charts, CHART_OVERVIEW);
    page_decisions(out, summary);
    for (size_t first = 0, last; first < summary->decision_count; first = last) {
        last = answers_family_end(summary, first);
        write_family(out, summary, charts, first, last);
    }
    page_claims(out, summary);
    page_counts(out, summary);
    page_exclusions(out, summary);
    page_method(out, summary);
    page_environment(out, summary);
}

int page_write(const struct summary *summary, const struct chart_list *charts,
               const char *no_charts, const char *path, struct error *error)
{
    struct publication text;

    publish_open(&text);
    if (text.out) {
        page_begin(text.out, load_text(summary->run, "name"));
        write_body(text.out, summary, charts, no_charts);
        fputs("</main>\n</body>\n</html>\n", text.out);
    }
    return publish_text(&text, path, error);
}
