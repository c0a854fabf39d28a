/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts held against each other, for the terminal, the page and compare.json. */
#include <math.h>
#include <stdlib.h>

#include "analysis/compare_words.h"
#include "analysis/html.h"
#include "analysis/tally.h"
#include "analysis/terminal.h"
#include "common/text.h"

enum { MOST_LINES = 6 };

static bool is_counted(const struct tally *tallies, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tallies[i].verdict != TALLY_NOTHING)
            return true;
    return false;
}

static size_t count_different(const struct tally *tallies, size_t count)
{
    size_t different = 0;

    while (different < count && tallies[different].verdict == TALLY_DIFFERENT)
        different++;
    return different;
}

static void print_measure(const struct comparison *comparison, const struct tally *tallies, size_t measure,
                          FILE *out)
{
    const size_t different = count_different(tallies, comparison->count);

    fputs("    ", out);
    tally_sentence(tallies, comparison->count, measure, out);
    fputc('\n', out);
    for (size_t i = 0; i < different && i < MOST_LINES; i++) {
        fputs("      ", out);
        compare_point(&comparison->base->summary, tallies[i].change->base, out);
        fputs(": ", out);
        tally_step(&tallies[i], measure, out);
        fputc('\n', out);
    }
    if (different > MOST_LINES)
        fprintf(out, "      and %zu more: the page has them all\n", different - MOST_LINES);
}

void tally_print(const struct comparison *comparison, FILE *out)
{
    struct tally_source source;

    tally_open(&source, comparison);
    fputs("\n  Counts of a pass\n", out);
    for (size_t m = 0; m < TALLY_MEASURES; m++) {
        struct tally *tallies = tally_measure(&source, m);
        if (!tallies)
            text_spoil(out);
        else if (is_counted(tallies, comparison->count))
            print_measure(comparison, tallies, m, out);
        free(tallies);
    }
    tally_close(&source);
}

static void write_row(FILE *out, const struct comparison *comparison, const struct tally *tally,
                      size_t measure)
{
    struct text words;

    fputs("<li><b>", out);
    if (text_open(&words))
        compare_point(&comparison->base->summary, tally->change->base, words.out);
    text_pass(&words, out, html_text);
    fputs("</b> ", out);
    if (text_open(&words))
        tally_step(tally, measure, words.out);
    text_pass(&words, out, html_text);
    fputs("</li>\n", out);
}

static void write_measure(FILE *out, const struct comparison *comparison, const struct tally *tallies,
                          size_t measure)
{
    const size_t different = count_different(tallies, comparison->count);
    struct text words;

    fputs(different ? "<details><summary>" : "<p>", out);
    if (text_open(&words))
        tally_sentence(tallies, comparison->count, measure, words.out);
    text_pass(&words, out, html_text);
    if (!different) {
        fputs("</p>\n", out);
        return;
    }
    fputs("</summary>\n<ul class=\"answers two\">\n", out);
    for (size_t i = 0; i < different; i++)
        write_row(out, comparison, &tallies[i], measure);
    fputs("</ul></details>\n", out);
}

void tally_page(FILE *out, const struct comparison *comparison)
{
    struct tally_source source;

    tally_open(&source, comparison);
    fputs("<h3>Counts of a pass</h3>\n<p class=\"note\">Different: every trial of one side lies beyond every "
          "trial of the other. Equal: the medians are. Undecided: neither, or a single trial.</p>\n", out);
    for (size_t m = 0; m < TALLY_MEASURES; m++) {
        struct tally *tallies = tally_measure(&source, m);
        if (!tallies)
            text_spoil(out);
        else if (is_counted(tallies, comparison->count))
            write_measure(out, comparison, tallies, m);
        free(tallies);
    }
    tally_close(&source);
}

static json_t *points_json(const struct comparison *comparison, const struct tally *tallies,
                           size_t counts[TALLY_UNDECIDED + 1])
{
    json_t *array = json_array();

    for (size_t i = 0; i < comparison->count; i++) {
        counts[tallies[i].verdict]++;
        if (tallies[i].verdict != TALLY_NOTHING)
            json_array_append_new(
                array, json_pack("{s:I, s:I, s:f, s:f, s:s}", "base_point",
                                 (json_int_t)tallies[i].change->base, "new_point",
                                 (json_int_t)tallies[i].change->new, "base", tallies[i].base, "new",
                                 tallies[i].new, "verdict", tally_verdict_names[tallies[i].verdict]));
    }
    return array;
}

json_t *tally_json(const struct comparison *comparison)
{
    json_t *array = json_array();
    struct tally_source source;

    tally_open(&source, comparison);
    for (size_t m = 0; m < TALLY_MEASURES; m++) {
        size_t counts[TALLY_UNDECIDED + 1] = {0};
        struct tally *tallies = tally_measure(&source, m);
        json_t *points = tallies ? points_json(comparison, tallies, counts) : json_array();
        json_array_append_new(
            array, json_pack("{s:s, s:s, s:I, s:I, s:I, s:o}", "name", tally_name(m), "unit",
                             tally_is_bytes(m) ? "bytes" : "count", "equal",
                             (json_int_t)counts[TALLY_EQUAL], "different",
                             (json_int_t)counts[TALLY_DIFFERENT], "undecided",
                             (json_int_t)counts[TALLY_UNDECIDED], "points", points));
        free(tallies);
    }
    tally_close(&source);
    return array;
}
