/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tables.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/csv.h"
#include "analysis/findings.h"
#include "analysis/judge.h"
#include "analysis/lanes.h"
#include "analysis/ranges.h"
#include "analysis/terminal.h"
#include "common/text.h"
#include "common/units.h"

/* Whether the numbers can be believed comes before the numbers. */
static void write_trust(const struct summary *summary, FILE *out)
{
    char text[512];

    fprintf(out, "%zu valid trials, %zu void, up to %zu blocks\n", summary->valid, summary->void_count,
            summary->blocks);
    if (lanes_is_emulated(summary->run))
        terminal_wrapped(out, lanes_emulated_words);
    if (judge_noise_words(summary, text, sizeof text) > 0)
        fprintf(out, "%s\n", text);
    if (summary->noise.failed)
        fputs("\n  DO NOT TRUST THESE NUMBERS: too many methods differ from themselves. By "
              "chance\n  that happens in fewer than 1 of 100 runs; something disturbs this "
              "machine.\n",
              out);
    if (drift_words(&summary->drift, text, sizeof text) > 0)
        terminal_wrapped(out, text);
}

static void write_size(FILE *out, const char *text)
{
    terminal_column(out, text, 12);
    fputc(' ', out);
}

static void write_use(FILE *out, const char *text)
{
    terminal_column(out, text, 34);
    fputc(' ', out);
}

static void write_gain(FILE *out, const char *text)
{
    terminal_column(out, text, 23);
    fputc(' ', out);
}

/* As many winners as have room. */
static void write_names(const struct summary *summary, const struct range *range, FILE *out)
{
    size_t room = 22, most = 0;

    if (range->winner_count == 0) {
        fprintf(out, "? %s leads", summary->rows[ranges_shown(summary, range, range->first)].label);
        return;
    }
    while (most < range->winner_count && strlen(summary->rows[range->winners[most]].label) + 2 <= room)
        room -= strlen(summary->rows[range->winners[most++]].label) + 2;
    ranges_winners(summary, range, most ? most : 1, out);
}

static void write_row(const struct summary *summary, const struct range *range, FILE *out)
{
    const double cpu = summary->rows[ranges_shown(summary, range, range->first)].cpu_s_per_gib.middle;
    struct text cell;

    fputs("  ", out);
    if (text_open(&cell))
        ranges_size(summary, range, cell.out);
    text_pass(&cell, out, write_size);
    if (text_open(&cell))
        write_names(summary, range, cell.out);
    text_pass(&cell, out, write_use);
    if (text_open(&cell))
        ranges_gain(summary, range, cell.out);
    text_pass(&cell, out, write_gain);
    if (isfinite(cpu))
        fprintf(out, "%5.3f", cpu);
    fputc('\n', out);
}

/* "Scanning disk, warm, against stream" */
static void write_heading(const struct summary *summary, const struct range *range, FILE *out)
{
    const char *baseline = ranges_baseline(summary, range);
    char name[LABEL_SIZE];

    terminal_plain(out, label_family(summary->decisions[range->first].point, name));
    if (baseline)
        fputs(", against ", out);
    terminal_plain(out, baseline ? baseline : "");
    fputc('\n', out);
}

static void write_families(const struct summary *summary, const struct ranges *ranges, FILE *out)
{
    fputs("\n  Size         Use (not proven slower than best)  Times as fast            CPU s/GiB\n", out);
    for (size_t i = 0; i < ranges->count; i++) {
        const struct range *range = &ranges->list[i];
        if (i == 0 || label_compare_family(summary->decisions[range[-1].first].point,
                                           summary->decisions[range->first].point) != 0)
            write_heading(summary, range, out);
        write_row(summary, range, out);
    }
}

void tables_text(const struct summary *summary, FILE *out)
{
    struct finding findings[FINDINGS_MOST];
    struct text machine;
    struct ranges ranges;

    if (text_open(&machine))
        findings_machine(summary->run, machine.out);
    text_pass(&machine, out, terminal_plain);
    fputc('\n', out);
    write_trust(summary, out);
    fputc('\n', out);
    size_t count = findings_make(summary, findings, out);
    for (size_t i = 0; i < count; i++)
        terminal_wrapped(out, findings[i].text);
    if (summary->decision_count == 0)
        fputs("  No point has a valid trial; the page says why.\n", out);
    if (ranges_make(&ranges, summary) < 0)
        text_spoil(out);
    else if (summary->decision_count > 0)
        write_families(summary, &ranges, out);
    ranges_free(&ranges);
}

/* Text in Markdown, where nothing of it is markup. */
static void plain(FILE *out, const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            fputc(' ', out);
        else if (strchr("\\`*_{}[]()<>#+!|~&$@:", *text))
            fprintf(out, "&#%d;", *text);
        else
            fputc(*text, out);
}

/* A cell that a function filled, then what separates it from the next. */
static void write_markdown_cell(FILE *out, struct text *cell)
{
    text_pass(cell, out, plain);
    fputs(" | ", out);
}

static void write_markdown_row(const struct summary *summary, const struct range *range, FILE *out)
{
    const char *baseline = ranges_baseline(summary, range);
    struct text cell;
    char name[LABEL_SIZE];

    fputs("| ", out);
    plain(out, label_family(summary->decisions[range->first].point, name));
    fputs(" | ", out);
    if (text_open(&cell))
        ranges_size(summary, range, cell.out);
    write_markdown_cell(out, &cell);
    if (text_open(&cell))
        ranges_winners(summary, range, 6, cell.out);
    write_markdown_cell(out, &cell);
    if (text_open(&cell) && ranges_gain(summary, range, cell.out))
        fprintf(cell.out, " %s", baseline);
    write_markdown_cell(out, &cell);
    if (text_open(&cell))
        ranges_cpu(summary, range, cell.out);
    write_markdown_cell(out, &cell);
    fputc('\n', out);
}

static void write_markdown_table(const struct summary *summary, FILE *out)
{
    struct ranges ranges;

    fputs("\n| Job | Size | Use | Gain | CPU s/GiB |\n|---|---|---|---|---|\n", out);
    if (ranges_make(&ranges, summary) < 0)
        text_spoil(out);
    for (size_t i = 0; i < ranges.count; i++)
        write_markdown_row(summary, &ranges.list[i], out);
    ranges_free(&ranges);
}

void tables_markdown(const struct summary *summary, FILE *out)
{
    struct finding findings[FINDINGS_MOST];
    struct text machine;
    char text[512];

    fputs("# What moving bytes costs here\n\n", out);
    if (text_open(&machine))
        findings_machine(summary->run, machine.out);
    text_pass(&machine, out, plain);
    fprintf(out, "\n\n%zu valid trials, %zu void, up to %zu blocks. ", summary->valid,
            summary->void_count, summary->blocks);
    if (lanes_is_emulated(summary->run))
        fprintf(out, "%s ", lanes_emulated_words);
    if (judge_noise_words(summary, text, sizeof text) > 0)
        plain(out, text);
    if (summary->noise.failed)
        fputs(" **Do not trust these numbers: too many methods differ from themselves.**", out);
    fputs("\n\n", out);
    size_t count = findings_make(summary, findings, out);
    for (size_t i = 0; i < count; i++) {
        fputs("- ", out);
        plain(out, findings[i].text);
        fputc('\n', out);
    }
    write_markdown_table(summary, out);
}

static void write_number(FILE *out, double number)
{
    fputc(',', out);
    if (isfinite(number))
        fprintf(out, "%.9g", number);
}

static void write_interval(FILE *out, const struct interval *value)
{
    write_number(out, value->middle);
    write_number(out, value->low);
    write_number(out, value->high);
}

void tables_csv(const struct summary *summary, FILE *out)
{
    for (size_t i = 0; i < point_field_count; i++)
        fprintf(out, "%s,", point_fields[i].name);
    fputs("supported,reason,n,void,time_ns,time_ns_low,time_ns_high,throughput_bytes_per_s,"
          "throughput_bytes_per_s_low,throughput_bytes_per_s_high,cpu_s_per_gib,cpu_s_per_gib_low,"
          "cpu_s_per_gib_high,speed,speed_low,speed_high,verdict\r\n",
          out);
    for (size_t i = 0; i < summary->run->point_count; i++) {
        const struct run_point *point = &summary->run->points[i];
        const struct row *row = &summary->rows[i];
        for (size_t f = 0; f < point_field_count; f++) {
            const char *field = (const char *)&point->point + point_fields[f].offset;
            if (point_fields[f].is_text)
                csv_text(out, field);
            else
                fprintf(out, "%" PRIu64, *(const uint64_t *)field);
            fputc(',', out);
        }
        fputs(point->supported ? "true," : "false,", out);
        csv_text(out, point->reason ? point->reason : "");
        fprintf(out, ",%zu,%zu", row->n, row->void_count);
        write_interval(out, &row->time_ns);
        write_interval(out, &row->throughput_bytes_per_s);
        write_interval(out, &row->cpu_s_per_gib);
        if (row->verdict == VERDICT_NONE)
            fputs(",,,,\r\n", out);
        else {
            write_interval(out, &row->speed);
            fprintf(out, ",%s\r\n", verdict_names[row->verdict]);
        }
    }
}
