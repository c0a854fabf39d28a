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

enum { MOST_UNDRAWABLE = 3 }; /* of which each is worth another start of gnuplot */

static void release(struct chart *chart)
{
    for (size_t s = 0; s < chart->series_count; s++)
        free(chart->series[s].values);
    free(chart->series);
    free(chart->categories);
    free(chart->panels);
}

void chart_list_free(struct chart_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        release(&list->charts[i]);
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

/* Whatever goes wrong with one chart, the others are drawn. The page has room for the first reasons. */
static void leave_out(struct chart *chart, const char *reason, struct error *said)
{
    size_t used = strlen(said->text);

    chart->incomplete = true;
    fprintf(stderr, "warning: chart %s is left out: %s\n", chart->name, reason);
    snprintf(said->text + used, sizeof said->text - used, "%s%s: %s", used ? "; " : "Charts left out: ", chart->name,
             reason);
}

static int leave_out_all(struct chart_list *list, const char *reason, struct error *said)
{
    fprintf(stderr, "warning: no charts: %s\n", reason);
    error_set(said, "No charts: %s", reason);
    chart_list_free(list);
    return -1;
}

static void drop_incomplete(struct chart_list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++)
        if (list->charts[i].incomplete)
            release(&list->charts[i]);
        else
            list->charts[kept++] = list->charts[i];
    list->count = kept;
}

static int write_script(struct gnuplot *plot, const struct chart *chart, size_t index, struct error *error)
{
    char name[32];

    snprintf(name, sizeof name, "%zu.gp", index);
    FILE *out = gnuplot_file(plot, name, error);
    if (!out)
        return -1;
    chart_script(chart, out);
    return gnuplot_written(plot, out, name, error);
}

static int write_main(struct gnuplot *plot, const struct chart_list *list, struct error *error)
{
    FILE *out = gnuplot_file(plot, GNUPLOT_SCRIPT, error);

    if (!out)
        return -1;
    chart_script_main(list, out);
    return gnuplot_written(plot, out, GNUPLOT_SCRIPT, error);
}

/* In the order of GNUPLOT_SCRIPT, the first that gnuplot did not finish; NULL if there is none. */
static struct chart *first_unfinished(struct gnuplot *plot, struct chart_list *list)
{
    char name[NAME_MAX];

    for (size_t t = 0; t < chart_theme_count; t++)
        for (size_t i = 0; i < list->count; i++) {
            snprintf(name, sizeof name, "%zu%s", i, chart_themes[t].ending);
            if (!list->charts[i].incomplete && !gnuplot_has(plot, name))
                return &list->charts[i];
        }
    return NULL;
}

/* gnuplot ends at the first chart that it cannot draw: then again without that one. 0, or -1 if it cannot be run. */
static int draw(struct gnuplot *plot, struct chart_list *list, struct error *said, struct error *error)
{
    const unsigned seconds = 30 + 3 * (unsigned)list->count;
    struct chart *chart;

    for (int left = MOST_UNDRAWABLE;; left--) {
        int result = write_main(plot, list, error) < 0 ? -1 : gnuplot_run(plot, seconds, error);
        if (result <= 0)
            return result;
        if (!(chart = first_unfinished(plot, list)))
            return 0; /* it complained, but drew everything */
        leave_out(chart, error->text, said);
        if (left == 0)
            break;
    }
    while ((chart = first_unfinished(plot, list)))
        leave_out(chart, error->text, said);
    return 0;
}

static int publish_chart(struct gnuplot *plot, const struct chart *chart, size_t index, const char *directory,
                         struct error *error)
{
    return publish_pictures(plot, chart, index, directory, error) < 0 ||
                   publish_text_of(chart, directory, ".csv", write_csv, error) < 0 ||
                   publish_text_of(chart, directory, ".gp", chart_script_alone, error) < 0
               ? -1
               : 0;
}

int chart_draw(struct chart_list *list, const char *directory, struct error *error)
{
    struct error reason;
    struct gnuplot plot;

    *error->text = 0;
    if (list->count == 0)
        return 0;
    if (gnuplot_open(&plot, &reason) < 0)
        return leave_out_all(list, reason.text, error);
    for (size_t i = 0; i < list->count; i++)
        if (list->charts[i].incomplete)
            leave_out(&list->charts[i], "out of memory", error);
        else if (write_script(&plot, &list->charts[i], i, &reason) < 0)
            leave_out(&list->charts[i], reason.text, error);
    if (draw(&plot, list, error, &reason) < 0)
        leave_out_all(list, reason.text, error);
    for (size_t i = 0; i < list->count; i++)
        if (!list->charts[i].incomplete && publish_chart(&plot, &list->charts[i], i, directory, &reason) < 0)
            leave_out(&list->charts[i], reason.text, error);
    gnuplot_close(&plot);
    drop_incomplete(list);
    return *error->text ? -1 : 0;
}
