/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/chart.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/chart_script.h"
#include "analysis/csv.h"
#include "analysis/gnuplot.h"
#include "common/publish.h"
#include "common/units.h"

void chart_list_free(struct chart_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct chart *chart = &list->charts[i];
        for (size_t s = 0; s < chart->series_count; s++)
            free(chart->series[s].values);
        free(chart->series);
        free(chart->categories);
        free(chart->panels);
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
    grown[list->count] = (struct chart){.columns = 1};
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

struct chart_panel *chart_add_panel(struct chart *chart, const char *title,
                                    enum chart_scale_kind scale)
{
    struct chart_panel *grown = reallocarray(chart->panels, chart->panel_count + 1, sizeof *grown);

    if (!grown)
        return NULL;
    chart->panels = grown;
    struct chart_panel *panel = &grown[chart->panel_count++];
    *panel = (struct chart_panel){.scale = scale};
    snprintf(panel->title, sizeof panel->title, "%s", title);
    return panel;
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

size_t chart_category(struct chart *chart, const char *name)
{
    size_t i = 0;

    while (i < chart->category_count && strcmp(chart->categories[i], name))
        i++;
    if (i < chart->category_count)
        return i;
    void *grown = reallocarray(chart->categories, i + 1, sizeof *chart->categories);
    if (!grown)
        return SIZE_MAX;
    chart->categories = grown;
    snprintf(chart->categories[chart->category_count++], CHART_TEXT, "%s", name);
    return i;
}

const char *chart_x_text(const struct chart *chart, double x, char buffer[CHART_TEXT])
{
    char size[24];

    if (chart->category_count > 0 && x >= 0 && x < (double)chart->category_count)
        return chart->categories[(size_t)x];
    if (chart->x_scale == SCALE_SIZE || chart->sizes)
        snprintf(buffer, CHART_TEXT, "%s", units_format_size((uint64_t)x, size));
    else if (chart->x_scale == SCALE_NINES)
        snprintf(buffer, CHART_TEXT, "%.6g %%", 100 * (1 - pow(10, -x)));
    else if (chart->x_scale == SCALE_MEMORY)
        snprintf(buffer, CHART_TEXT, "%.6g %%", x);
    else
        snprintf(buffer, CHART_TEXT, "%.6g", x);
    return buffer;
}

void chart_shorten(char *text, size_t letters)
{
    char *cut = text;
    size_t count = 0;

    for (; *text; text++)
        if (((unsigned char)*text & 0xc0) != 0x80 && ++count == letters)
            cut = text;
    if (count > letters)
        strcpy(cut, "…");
}

static int publish_pictures(struct gnuplot *plot, const struct chart *chart, size_t index,
                            const char *directory, struct error *error)
{
    char from[NAME_MAX], to[PATH_MAX];

    for (size_t t = 0; t < chart_theme_count; t++) {
        snprintf(from, sizeof from, "%zu%s", index, chart_themes[t].ending);
        if (snprintf(to, sizeof to, "%s/%s%s", directory, chart->name, chart_themes[t].ending) >=
            (int)sizeof to)
            return error_set(error, "%s: name too long", directory);
        if (gnuplot_collect(plot, from, to, error) < 0)
            return -1;
    }
    return 0;
}

static void write_number(FILE *out, double number)
{
    if (isfinite(number))
        fprintf(out, ",%.9g", number);
    else
        fputc(',', out);
}

static void write_csv(const struct chart *chart, FILE *out)
{
    char text[CHART_TEXT];

    fputs("panel,series,x,value,low,high\r\n", out);
    for (size_t s = 0; s < chart->series_count; s++)
        for (size_t i = 0; i < chart->series[s].count; i++) {
            const struct chart_value *value = &chart->series[s].values[i];
            csv_text(out, chart->panel_count ? chart->panels[chart->series[s].panel].title : "");
            fputc(',', out);
            csv_text(out, chart->series[s].label);
            fputc(',', out);
            csv_text(out, chart_x_text(chart, value->x, text));
            write_number(out, value->y);
            write_number(out, value->low);
            write_number(out, value->high);
            fputs("\r\n", out);
        }
}

static int publish_text_of(const struct chart *chart, const char *directory, const char *ending,
                           void (*write)(const struct chart *, FILE *), struct error *error)
{
    struct text text;
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/%s%s", directory, chart->name, ending) >= (int)sizeof path)
        return error_set(error, "%s: name too long", directory);
    if (text_open(&text))
        write(chart, text.out);
    return publish_text(&text, path, error);
}

static int publish_all(struct gnuplot *plot, const struct chart_list *list, const char *directory,
                       struct error *error)
{
    for (size_t i = 0; i < list->count; i++)
        if (publish_pictures(plot, &list->charts[i], i, directory, error) < 0 ||
            publish_text_of(&list->charts[i], directory, ".csv", write_csv, error) < 0 ||
            publish_text_of(&list->charts[i], directory, ".gp", chart_script_alone, error) < 0)
            return -1;
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
    chart_script_main(list, out);
    return fclose(out) == 0 ? 0 : error_set(error, "%s: cannot write:", GNUPLOT_SCRIPT);
}

int chart_draw(const struct chart_list *list, const char *directory, struct error *error)
{
    struct gnuplot plot;

    if (list->count == 0)
        return 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->charts[i].incomplete)
            return error_set(error, "%s: out of memory", list->charts[i].name);
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
