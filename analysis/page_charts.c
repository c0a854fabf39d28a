/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures: the picture, what it shows in a sentence, its data, and the way to draw it again. */
#include <math.h>

#include "analysis/html.h"
#include "analysis/page_parts.h"

enum { MOST_ROWS = 600 };

static void write_number_cell(FILE *out, double number)
{
    if (isfinite(number))
        fprintf(out, "<td class=\"number\">%.4g</td>", number);
    else
        fputs("<td class=\"number none\">–</td>", out);
}

static size_t count_values(const struct chart *chart)
{
    size_t values = 0;

    for (size_t s = 0; s < chart->series_count; s++)
        values += chart->series[s].count;
    return values;
}

static void write_rows(FILE *out, const struct chart *chart)
{
    char text[CHART_TEXT];

    for (size_t s = 0; s < chart->series_count; s++)
        for (size_t i = 0; i < chart->series[s].count; i++) {
            const struct chart_value *value = &chart->series[s].values[i];
            fputs("<tr>", out);
            html_cell(out, NULL, chart->panel_count ? chart->panels[chart->series[s].panel].title : "");
            html_cell(out, NULL, chart->series[s].label);
            html_cell(out, NULL, chart_x_text(chart, value->x, text));
            write_number_cell(out, value->y);
            write_number_cell(out, value->low);
            write_number_cell(out, value->high);
            fputs("</tr>\n", out);
        }
}

static void write_data(FILE *out, const struct chart *chart)
{
    size_t values = count_values(chart);

    if (values > MOST_ROWS)
        return;
    fprintf(out, "<details><summary>Its %zu values</summary><div class=\"scroll tall\" "
                 "tabindex=\"0\" role=\"region\" aria-label=\"Values of ", values);
    html_text(out, chart->title);
    fputs("\"><table><thead><tr><th scope=\"col\">Panel</th><th scope=\"col\">Series</th><th "
          "scope=\"col\">At</th>"
          "<th scope=\"col\" class=\"number\">Median</th><th scope=\"col\" class=\"number\">"
          "Low</th>"
          "<th scope=\"col\" class=\"number\">High</th></tr></thead><tbody>\n",
          out);
    write_rows(out, chart);
    fputs("</tbody></table></div></details>\n", out);
}

void page_figure(FILE *out, const struct chart *chart)
{
    int width, height;

    chart_size(chart, &width, &height);
    fprintf(out, "<figure id=\"chart-%s\"><div class=\"picture\" tabindex=\"0\" role=\"region\" "
                 "aria-label=\"Chart: ", chart->name);
    html_text(out, chart->title);
    fprintf(out,
            "\"><picture><source media=\"(prefers-color-scheme: dark) and (not print)\" "
            "srcset=\"charts/%s-dark.svg\"><img "
            "src=\"charts/%s.svg\" width=\"%d\" height=\"%d\" alt=\"",
            chart->name, chart->name, width, height);
    html_text(out, *chart->alt ? chart->alt : chart->title);
    fputs("\"></picture></div><figcaption>", out);
    if (*chart->alt) {
        fputs("<p>", out);
        html_text(out, chart->alt);
        fputs("</p>", out);
    }
    if (chart->left_out > 0)
        fprintf(out, "<p>%zu more settings are in the table of all points.</p>", chart->left_out);
    write_data(out, chart);
    fprintf(out, "<p class=\"links\"><a href=\"#chart-%s\">link</a> <a href=\"charts/%s.png\">PNG "
                 "for slides</a> "
                 "<a href=\"charts/%s.csv\">CSV</a> <a href=\"charts/%s.gp\">gnuplot script</a>"
                 "</p></figcaption></figure>\n",
            chart->name, chart->name, chart->name, chart->name);
}

void page_figures(FILE *out, const struct chart_list *charts, size_t family)
{
    size_t written = 0;

    for (size_t i = 0; i < charts->count; i++) {
        if (charts->charts[i].family != family)
            continue;
        if (written++ == 0)
            fputs("<div class=\"charts\">\n", out);
        page_figure(out, &charts->charts[i]);
    }
    if (written)
        fputs("</div>\n", out);
}

void page_charts(FILE *out, const struct summary *summary, const struct chart_list *charts)
{
    (void)summary;
    if (charts->count == 0)
        return;
    fputs("<div class=\"charts\">\n", out);
    for (size_t i = 0; i < charts->count; i++)
        page_figure(out, &charts->charts[i]);
    fputs("</div>\n", out);
}
