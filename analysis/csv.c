/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/csv.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/summary.h"
#include "common/publish.h"

void csv_text(FILE *out, const char *text)
{
    fputc('"', out);
    if (*text && strchr("=+-@\t\r", *text))
        fputc('\'', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
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
            fprintf(out, "%" PRIu64, *(const uint64_t *)field);
        fputc(',', out);
    }
}

static void write_trial(FILE *out, const struct run *run, const struct trial *trial)
{
    write_point(out, &run->points[trial->point].point);
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
            fprintf(out, "%" PRIu64, number);
    }
    fputs("\r\n", out);
}

int csv_write(const struct run *run, const char *path, struct error *error)
{
    struct text text;

    if (text_open(&text)) {
        write_head(text.out);
        for (size_t i = 0; i < run->trial_count; i++)
            write_trial(text.out, run, &run->trials[i]);
    }
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
    if (isnan(per_cycle))
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
