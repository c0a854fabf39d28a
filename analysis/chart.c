/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/chart.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/chart_script.h"
#include "analysis/gnuplot.h"

void chart_list_free(struct chart_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct chart *chart = &list->charts[i];
        for (size_t s = 0; s < chart->series_count; s++)
            free(chart->series[s].values);
        free(chart->series);
        free(chart->categories);
    }
    free(list->charts);
    *list = (struct chart_list){0};
}

struct chart *chart_list_add(struct chart_list *list)
{
    struct chart *grown = reallocarray(list->charts, list->count + 1, sizeof *grown);

    if (!grown)
        return NULL;
    list->charts = grown;
    grown[list->count] = (struct chart){0};
    return &grown[list->count++];
}

struct chart_series *chart_add_series(struct chart *chart)
{
    struct chart_series *grown = reallocarray(chart->series, chart->series_count + 1,
                                              sizeof *grown);

    if (!grown)
        return NULL;
    chart->series = grown;
    grown[chart->series_count] = (struct chart_series){0};
    return &grown[chart->series_count++];
}

int chart_add_value(struct chart_series *series, struct chart_value value)
{
    struct chart_value *grown = reallocarray(series->values, series->count + 1, sizeof *grown);

    if (!grown)
        return -1;
    series->values = grown;
    grown[series->count++] = value;
    return 0;
}

void chart_list_note(struct chart_list *list, const char *note)
{
    char subtitle[CHART_TEXT];

    for (size_t i = 0; i < list->count; i++) {
        struct chart *chart = &list->charts[i];
        snprintf(subtitle, sizeof subtitle, "%.60s%s%.180s", note, *chart->subtitle ? " · " : "",
                 chart->subtitle);
        strcpy(chart->subtitle, subtitle);
    }
}

static int publish_all(struct gnuplot *plot, const struct chart_list *list, const char *directory,
                       struct error *error)
{
    char from[NAME_MAX], to[PATH_MAX];

    for (size_t i = 0; i < list->count; i++)
        for (size_t t = 0; t < chart_theme_count; t++) {
            snprintf(from, sizeof from, "%zu%s", i, chart_themes[t].ending);
            if (snprintf(to, sizeof to, "%s/%s%s", directory, list->charts[i].name,
                         chart_themes[t].ending) >= (int)sizeof to)
                return error_set(error, "%s: name too long", directory);
            if (gnuplot_collect(plot, from, to, error) < 0)
                return -1;
        }
    return 0;
}

static int write_scripts(struct gnuplot *plot, const struct chart_list *list, struct error *error)
{
    char name[32];

    for (size_t i = 0; i < list->count; i++) {
        snprintf(name, sizeof name, "%zu.gp", i);
        FILE *out = gnuplot_file(plot, name, error);
        if (!out)
            return -1;
        chart_script(&list->charts[i], out);
        if (fclose(out) != 0)
            return error_set(error, "%s: cannot write:", name);
    }
    FILE *out = gnuplot_file(plot, GNUPLOT_SCRIPT, error);
    if (!out)
        return -1;
    chart_script_main(list->count, out);
    return fclose(out) == 0 ? 0 : error_set(error, "%s: cannot write:", GNUPLOT_SCRIPT);
}

int chart_draw(const struct chart_list *list, const char *directory, struct error *error)
{
    struct gnuplot plot;

    if (list->count == 0)
        return 0;
    if (gnuplot_open(&plot, error) < 0)
        return -1;
    int result = write_scripts(&plot, list, error);
    if (result == 0)
        result = gnuplot_run(&plot, 30 + 3 * (unsigned)list->count, error);
    if (result == 0)
        result = publish_all(&plot, list, directory, error);
    gnuplot_close(&plot);
    return result;
}
