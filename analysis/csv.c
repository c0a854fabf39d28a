/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/csv.h"

#include <math.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/summary.h"
#include "common/publish.h"

void csv_text(FILE *out, const char *text)
{
    size_t plain;

    fputc('"', out);
    if (*text && strchr("=+-@\t\r", *text))
        fputc('\'', out);
    while (text[plain = strcspn(text, "\"")]) {
        fwrite(text, 1, plain + 1, out);
        fputc('"', out);
        text += plain + 1;
    }
    fwrite(text, 1, plain, out);
    fputc('"', out);
}

/* A journal has tens of millions of them: printf takes several times as long. */
static void write_number(FILE *out, uint64_t number)
{
    char digits[20], *first = digits + sizeof digits;

    do
        *--first = (char)('0' + number % 10);
    while (number /= 10);
    fwrite(first, 1, (size_t)(digits + sizeof digits - first), out);
}

static void write_head(FILE *out)
{
    for (size_t i = 0; i < point_field_count; i++)
        fprintf(out, "%s,", point_fields[i].name);
    fputs("started_utc,valid,void_reason,exit,digest", out);
    for (size_t i = 0; i < trial_field_count; i++)
        fprintf(out, ",%s", trial_fields[i].name);
    fputs("\r\n", out);
}

static void write_point(FILE *out, const struct point *point)
{
    for (size_t i = 0; i < point_field_count; i++) {
        const char *field = (const char *)point + point_fields[i].offset;
        if (point_fields[i].is_text)
            csv_text(out, field);
        else
            write_number(out, *(const uint64_t *)field);
        fputc(',', out);
    }
}

static void write_trial(FILE *out, const struct trial *trial)
{
    csv_text(out, trial->started_utc);
    fputs(trial->valid ? ",true," : ",false,", out);
    csv_text(out, trial->void_reason ? trial->void_reason : "");
    fputc(',', out);
    csv_text(out, trial->exit);
    fputc(',', out);
    csv_text(out, trial->digest);
    for (size_t i = 0; i < trial_field_count; i++) {
        uint64_t number = trial_number(trial, &trial_fields[i]);
        fputc(',', out);
        if (number != LOAD_MISSING)
            write_number(out, number);
    }
    fputs("\r\n", out);
}

static void discard_points(struct text *points, size_t count)
{
    for (size_t i = 0; i < count && points; i++)
        text_discard(&points[i]);
    free(points);
}

/* What every trial of a point begins with: spelt out once. NULL when out of memory. */
static struct text *compose_points(const struct run *run)
{
    struct text *points = calloc(run->point_count + 1, sizeof *points);
    bool good = points != NULL;

    for (size_t i = 0; i < run->point_count && good; i++) {
        if (text_open(&points[i]))
            write_point(points[i].out, &run->points[i].point);
        good = text_close(&points[i], NULL) != NULL;
    }
    if (good)
        return points;
    discard_points(points, run->point_count);
    return NULL;
}

int csv_write(const struct run *run, const char *path, struct error *error)
{
    struct text text, *points = compose_points(run);

    if (!points)
        return error_set(error, "%s: out of memory", path);
    if (text_open(&text)) {
        __fsetlocking(text.out, FSETLOCKING_BYCALLER);
        write_head(text.out);
        for (size_t i = 0; i < run->trial_count; i++) {
            const struct text *point = &points[run->trials[i].point];
            fwrite(point->data, 1, point->size, text.out);
            write_trial(text.out, &run->trials[i]);
        }
    }
    discard_points(points, run->point_count);
    return publish_text(&text, path, error);
}

struct counting {
    FILE *out;
    const struct point *point;
};

static void write_count(const char *name, double per_cycle, void *context)
{
    const struct counting *counting = context;

    write_point(counting->out, counting->point);
    csv_text(counting->out, name);
    if (!isfinite(per_cycle))
        fputs(",\r\n", counting->out);
    else
        fprintf(counting->out, ",%.10g\r\n", per_cycle);
}

int csv_write_counts(const struct summary *summary, const char *path, struct error *error)
{
    struct text text;

    text_open(&text);
    for (size_t i = 0; text.out && i < point_field_count; i++)
        fprintf(text.out, "%s,", point_fields[i].name);
    if (text.out)
        fputs("count,per_cycle\r\n", text.out);
    for (size_t i = 0; text.out && i < summary->run->point_count; i++) {
        struct counting counting = {text.out, &summary->run->points[i].point};
        counts_each(&summary->counts, i, write_count, &counting);
    }
    return publish_text(&text, path, error);
}
