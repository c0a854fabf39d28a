/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/abilities.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/html.h"
#include "analysis/terminal.h"

/* Methods of all sides, by task and name. */
struct list {
    const struct point **points; /* any point of each; owned */
    size_t count;
};

static int compare_methods(const struct point *a, const struct point *b)
{
    int order = strcmp(a->task, b->task);

    return order ? order : strcmp(a->method, b->method);
}

static int compare_entries(const void *left, const void *right)
{
    return compare_methods(*(const struct point *const *)left, *(const struct point *const *)right);
}

static int list_open(struct list *list, const struct compare *compare)
{
    size_t room = 1, kept = 0;

    for (size_t s = 0; s < compare->side_count; s++)
        room += compare->sides[s].run.point_count;
    *list = (struct list){calloc(room, sizeof *list->points), 0};
    if (!list->points)
        return -1;
    for (size_t s = 0; s < compare->side_count; s++)
        for (size_t i = 0; i < compare->sides[s].run.point_count; i++)
            list->points[list->count++] = &compare->sides[s].run.points[i].point;
    qsort(list->points, list->count, sizeof *list->points, compare_entries);
    for (size_t i = 0; i < list->count; i++)
        if (i == 0 || compare_methods(list->points[kept - 1], list->points[i]))
            list->points[kept++] = list->points[i];
    list->count = kept;
    return 0;
}

/* Why a side has no point of the method that could be measured, or NULL if there is one. */
static const char *why_not(const struct side *side, const struct point *method)
{
    const char *why = "not in this run";

    for (size_t i = 0; i < side->run.point_count; i++) {
        const struct run_point *point = &side->run.points[i];
        if (compare_methods(&point->point, method))
            continue;
        if (point->supported)
            return NULL;
        why = point->reason ? point->reason : "not supported";
    }
    return why;
}

static bool works_everywhere(const struct compare *compare, const struct point *method)
{
    for (size_t s = 0; s < compare->side_count; s++)
        if (why_not(&compare->sides[s], method))
            return false;
    return true;
}

void abilities_print(const struct compare *compare, FILE *out)
{
    struct list list;
    size_t everywhere = 0;

    if (list_open(&list, compare) < 0)
        return;
    fputs("\nWhat methods could do\n", out);
    for (size_t i = 0; i < list.count; i++) {
        if (works_everywhere(compare, list.points[i])) {
            everywhere++;
            continue;
        }
        fprintf(out, "    %s/%s\n", list.points[i]->task, list.points[i]->method);
        for (size_t s = 0; s < compare->side_count; s++) {
            const char *why = why_not(&compare->sides[s], list.points[i]);
            fputs("        ", out);
            terminal_column(out, compare->sides[s].label, 30);
            fputs(why ? " no: " : " yes", out);
            terminal_plain(out, why ? why : "");
            fputc('\n', out);
        }
    }
    fprintf(out, "    %zu of %zu methods work on all sides\n", everywhere, list.count);
    free(list.points);
}

void abilities_page(FILE *out, const struct compare *compare)
{
    char name[2 * POINT_NAME_SIZE + 2];
    struct list list;

    if (list_open(&list, compare) < 0)
        return;
    fprintf(out, "<h2>What methods could do</h2>\n<details><summary>All %zu methods</summary>\n"
                 "<div class=\"scroll\"><table>\n<thead><tr><th>Method</th>",
            list.count);
    for (size_t s = 0; s < compare->side_count; s++)
        html_heading(out, compare->sides[s].label);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < list.count; i++) {
        snprintf(name, sizeof name, "%s/%s", list.points[i]->task, list.points[i]->method);
        fputs("<tr>", out);
        html_cell(out, "name", name);
        for (size_t s = 0; s < compare->side_count; s++) {
            const char *why = why_not(&compare->sides[s], list.points[i]);
            html_cell(out, "wrap", why ? why : "works");
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div></details>\n", out);
    free(list.points);
}

/* A reason may have been cut inside a character. */
static json_t *reason(const char *why)
{
    json_t *text = why ? json_string(why) : json_null();

    return text ? text : json_string("not supported");
}

json_t *abilities_json(const struct compare *compare)
{
    json_t *array = json_array();
    struct list list;

    if (list_open(&list, compare) < 0)
        return array;
    for (size_t i = 0; i < list.count; i++) {
        json_t *sides = json_array();
        for (size_t s = 0; s < compare->side_count; s++)
            json_array_append_new(sides, reason(why_not(&compare->sides[s], list.points[i])));
        json_array_append_new(array, json_pack("{s:s, s:s, s:o}", "task", list.points[i]->task, "method",
                                               list.points[i]->method, "sides", sides));
    }
    free(list.points);
    return array;
}
