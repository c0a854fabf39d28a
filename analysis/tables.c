/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tables.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/csv.h"
#include "analysis/decide.h"
#include "analysis/findings.h"
#include "analysis/judge.h"
#include "analysis/lanes.h"
#include "analysis/terminal.h"
#include "common/text.h"
#include "common/units.h"

static bool compares(const struct decision *decision)
{
    return decision->member_count > 1;
}

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

static void write_use(FILE *out, const char *text)
{
    terminal_column(out, text, 34);
    fputc(' ', out);
}

static void write_gain(FILE *out, const char *text)
{
    terminal_column(out, text, 27);
    fputc(' ', out);
}

/* As many winners as have room. */
static void write_names(const struct summary *summary, const struct decision *decision, FILE *out)
{
    size_t room = 22, most = 0;

    if (!decide_is_resolved(decision)) {
        fprintf(out, "? %s leads", summary->rows[decision->members[0]].label);
        return;
    }
    while (most < decision->winner_count &&
           strlen(summary->rows[decision->winners[most]].label) + 2 <= room)
        room -= strlen(summary->rows[decision->winners[most++]].label) + 2;
    findings_winners(summary, decision, most ? most : 1, out);
}

static void write_row(const struct summary *summary, const struct decision *decision, FILE *out)
{
    const struct interval *cpu = &summary->rows[findings_shown(decision)].cpu_s_per_gib;
    struct text cell;
    char size[24];

    fputs("    ", out);
    terminal_column(out, units_format_size(decision->point->file_size_bytes, size), 5);
    if (text_open(&cell))
        write_names(summary, decision, cell.out);
    text_pass(&cell, out, write_use);
    if (text_open(&cell))
        findings_gain(summary, decision, cell.out);
    text_pass(&cell, out, write_gain);
    if (isfinite(cpu->middle))
        fprintf(out, "%7.3f", cpu->middle);
    fputc('\n', out);
}

static void write_families(const struct summary *summary, FILE *out)
{
    char name[LABEL_SIZE];

    fputs("\n    Size Use (not proven slower than best)  Gain over the baseline       CPU s/GiB\n",
        out);
    for (size_t first = 0, last; first < summary->decision_count; first = last) {
        bool headed = false;
        last = answers_family_end(summary, first);
        for (size_t d = first; d < last; d++) {
            if (!compares(&summary->decisions[d]))
                continue;
            if (!headed) {
                fputs("  ", out);
                terminal_plain(out, label_family(summary->decisions[first].point, name));
                fputc('\n', out);
            }
            headed = true;
            write_row(summary, &summary->decisions[d], out);
        }
    }
}

void tables_text(const struct summary *summary, FILE *out)
{
    struct finding findings[FINDINGS_MOST];
    struct text machine;

    if (text_open(&machine))
        findings_machine(summary->run, machine.out);
    text_pass(&machine, out, terminal_plain);
    fputc('\n', out);
    write_trust(summary, out);
    fputc('\n', out);
    size_t count = findings_make(summary, findings);
    for (size_t i = 0; i < count; i++)
        terminal_wrapped(out, findings[i].text);
    if (summary->decision_count == 0)
        fputs("  No point has a valid trial; the page says why.\n", out);
    else
        write_families(summary, out);
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

static void write_markdown_row(const struct summary *summary, const struct decision *decision,
    FILE *out)
{
    const struct interval *cpu = &summary->rows[findings_shown(decision)].cpu_s_per_gib;
    struct text cell;
    char name[LABEL_SIZE], size[24];

    fputs("| ", out);
    plain(out, label_family(decision->point, name));
    fprintf(out, " | %s | ", units_format_size(decision->point->file_size_bytes, size));
    if (text_open(&cell))
        findings_winners(summary, decision, 6, cell.out);
    text_pass(&cell, out, plain);
    fputs(" | ", out);
    if (text_open(&cell))
        findings_gain(summary, decision, cell.out);
    text_pass(&cell, out, plain);
    if (isfinite(cpu->middle))
        fprintf(out, " | %.3f |\n", cpu->middle);
    else
        fputs(" | – |\n", out);
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
    size_t count = findings_make(summary, findings);
    for (size_t i = 0; i < count; i++) {
        fputs("- ", out);
        plain(out, findings[i].text);
        fputc('\n', out);
    }
    fputs("\n| Job | Size | Use | Gain | CPU s/GiB |\n|---|---|---|---|---|\n", out);
    for (size_t d = 0; d < summary->decision_count; d++)
        if (compares(&summary->decisions[d]))
            write_markdown_row(summary, &summary->decisions[d], out);
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
