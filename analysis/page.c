/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/page.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/html.h"
#include "analysis/page_parts.h"
#include "analysis/page_style.h"
#include "analysis/sha256.h"
#include "common/publish.h"

/* The page from top to bottom, below its header. One line adds a section. */
static const struct section {
    const char *id, *title;
    page_section *write;
} sections[] = {
    {"decisions", "Which interface to use", page_decisions},
    {"charts", "Charts", page_charts},
    {"claims", "Claims", page_claims},
    {"why", "Why: counts, prices, limits", page_why},
    {"counts", "What each method did, and where its time went", page_counts},
    {"points", "All points", page_points},
    {"exclusions", "What is not in these numbers", page_exclusions},
    {"method", "How to read this", page_method},
    {"environment", "Environment, data, and how to repeat it", page_environment},
};
enum { SECTIONS = sizeof sections / sizeof *sections };

void page_begin(FILE *out, const char *title)
{
    char style[64], script[64];

    sha256_source(page_style, strlen(page_style), style);
    sha256_source(page_script, strlen(page_script), script);
    fprintf(out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src "
            "'self' file:; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'\">"
            "\n"
            "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n"
            "<title>",
            style, script);
    html_format(out, "iotoll: %s", title);
    fprintf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n", page_style);
}

/* What a section writes, empty if it has nothing to say. The caller frees. */
static char *compose(const struct section *section, const struct summary *summary,
                     const struct chart_list *charts)
{
    struct text text;

    if (text_open(&text))
        section->write(text.out, summary, charts);
    return text_close(&text, NULL);
}

static void write_section(FILE *out, const struct section *section, const char *text)
{
    if (!text)
        text_spoil(out);
    else if (*text)
        fprintf(out, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n%s</section>\n", section->id,
                section->id, section->title, text);
}

static void write_sections(FILE *out, char *const texts[SECTIONS])
{
    fputs("<nav aria-label=\"Sections\"><ul>\n", out);
    for (size_t i = 0; i < SECTIONS; i++)
        if (texts[i] && *texts[i])
            fprintf(out, "<li><a href=\"#%s\">%s</a></li>\n", sections[i].id, sections[i].title);
    fputs("</ul></nav>\n", out);
    for (size_t i = 0; i < SECTIONS; i++)
        write_section(out, &sections[i], texts[i]);
}

static void write_body(FILE *out, const struct summary *summary, const struct chart_list *charts,
                       const char *no_charts)
{
    char *texts[SECTIONS];

    page_header(out, summary);
    if (no_charts)
        html_warning(out, "%s", no_charts);
    for (size_t i = 0; i < SECTIONS; i++)
        texts[i] = compose(&sections[i], summary, charts);
    write_sections(out, texts);
    for (size_t i = 0; i < SECTIONS; i++)
        free(texts[i]);
}

int page_write(const struct summary *summary, const struct chart_list *charts,
               const char *no_charts, const char *path, struct error *error)
{
    struct text text;

    if (text_open(&text)) {
        page_begin(text.out, load_text(summary->run, "name"));
        write_body(text.out, summary, charts, no_charts);
        fprintf(text.out, "</main>\n<script>%s</script>\n</body>\n</html>\n", page_script);
    }
    return publish_text(&text, path, error);
}
