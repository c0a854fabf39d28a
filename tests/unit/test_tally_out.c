/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts held against each other, as the terminal and the page show them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/compare_words.h"
#include "analysis/tally.h"
#include "tests/unit/run_fixture.h"

enum { SIDES = 2, M = 1 << 20 };

static struct fixture fixtures[SIDES];
static struct compare compare;
static struct error error;

/* So many points that differ, the first the most: 10 faults a pass, of the new side from 10 (different + 1) down to 20;
 * then one that does not. */
static void make_runs(size_t different)
{
    char *directories[SIDES] = {fixtures[0].directory, fixtures[1].directory};

    compare = (struct compare){0};
    for (int side = 0; side < SIDES; side++) {
        struct fixture *fixture = &fixtures[side];
        fixture_open(fixture);
        for (size_t p = 0; p <= different; p++)
            fixture_add(fixture, fixture_point("stream", (uint64_t)M << p, 4096, 0), p, -1);
        fixture_header(fixture, json_pack("{s:i, s:s, s:s, s:{s:s, s:s, s:s}}", "schema", 1, "name", "test", "state",
                                          "complete", "environment", "host", "here", "kernel",
                                          side ? "6.12" : "6.1", "boot_id", side ? "b" : "a"));
        for (size_t p = 0; p <= different; p++)
            for (unsigned t = 0; t < 2; t++) {
                json_t *trial = fixture_object(fixture, p, t, 1000000 + t);
                const size_t faults = side ? 10 * (different - p + 1) : 10;
                json_object_set_new(trial, "minor_faults", json_integer(2 * (json_int_t)faults));
                fixture_write(fixture, trial);
            }
    }
    if (compare_load(&compare, directories, SIDES, 0, &error) < 0)
        fail_msg("%s", error.text);
}

static void remove_runs(void)
{
    compare_free(&compare);
    for (int i = 0; i < SIDES; i++)
        fixture_close(&fixtures[i]);
}

static void write_sentence(size_t different, FILE *out)
{
    fputs("minor faults: equal in ", out);
    if (different)
        fprintf(out, "1 of %zu points, different in %zu, undecided in 0.", different + 1, different);
    else
        fputs("all 1 points.", out);
}

/* "before POINT between from 10 to 30 (+200 %) after" */
static void write_step(const char *before, size_t different, size_t p, const char *between, const char *after,
                       FILE *out)
{
    const size_t times = different - p + 1;

    fputs(before, out);
    compare_point(&compare.comparisons[0].base->summary, p, out);
    fprintf(out, "%sfrom 10 to %zu (+%zu %%)%s", between, 10 * times, 100 * (times - 1), after);
}

/* Six lines, and how many there are besides. */
static void write_lines(size_t different, FILE *out)
{
    fputs("\n  Counts of a pass\n    ", out);
    write_sentence(different, out);
    fputs("\n", out);
    for (size_t p = 0; p < different && p < 6; p++)
        write_step("      ", different, p, ": ", "\n", out);
    if (different > 6)
        fprintf(out, "      and %zu more: the page has them all\n", different - 6);
}

static void write_page(size_t different, FILE *out)
{
    fputs("<h3>Counts of a pass</h3>\n<p class=\"note\">Different: every trial of one side lies beyond every trial "
          "of the other. Equal: the medians are. Undecided: neither, or a single trial.</p>\n", out);
    fputs(different ? "<details><summary>" : "<p>", out);
    write_sentence(different, out);
    fputs(different ? "</summary>\n<ul class=\"answers two\">\n" : "</p>\n", out);
    for (size_t p = 0; p < different; p++)
        write_step("<li><b>", different, p, "</b> ", "</li>\n", out);
    fputs(different ? "</ul></details>\n" : "", out);
}

static void test_terminal_and_page(void **state)
{
    static const size_t cases[] = {0, 1, 5, 6, 7, 8};
    static char expected[8192], text[8192];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int page = 0; page < 2; page++) {
            make_runs(cases[i]);
            FILE *out = fmemopen(expected, sizeof expected, "w");
            (page ? write_page : write_lines)(cases[i], out);
            fclose(out);
            out = fmemopen(text, sizeof text, "w");
            if (page)
                tally_page(out, &compare.comparisons[0]);
            else
                tally_print(&compare.comparisons[0], out);
            fclose(out);
            assert_string_equal(text, expected);
            remove_runs();
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_terminal_and_page)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
