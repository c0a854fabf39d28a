/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/csv.h"
#include "analysis/html.h"
#include "analysis/report.h"
#include "tests/unit/run_fixture.h"

enum { M = 1 << 20 };

static const char evil[] = "<script>alert(1)</script>\"'&\x01 =cmd|' /C calc'!A0";

static char *written(void (*write)(FILE *, const char *), const char *text)
{
    static char buffer[1024];
    FILE *out = fmemopen(buffer, sizeof buffer, "w");

    write(out, text);
    fclose(out);
    return buffer;
}

#define R "\xef\xbf\xbd"

static void test_escape(void **state)
{
    (void)state;
    assert_string_equal(written(html_text, "a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c&#39;");
    assert_string_equal(written(html_text, "1.84× →"), "1.84× →");
    assert_string_equal(written(html_text, "\x1b[2J\x1f\x7f~ \n\t\r"), R "[2J" R R "~ \n\t" R);
    assert_string_equal(written(html_text, "\xc2\x80.\xc2\x9b[2J\xc2\x9f"), R "." R "[2J" R); /* C1 */
    assert_string_equal(written(html_text, "\xff" "a\xe2\x80"), R "a" R R);
    assert_string_equal(written(html_text, "\xd7\x90"), "\xd7\x90");
}

/* The last of every kind that is a character, and the first that is none: a replacement a byte; what follows stays. */
static void test_what_is_no_character(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"\xc2\xa0.\xdf\xbf.", NULL}, /* U+00A0, 07FF */
        {"\xe0\xa0\x80.\xed\x9f\xbf.\xee\x80\x80.\xef\xbf\xbf.", NULL}, /* U+0800, D7FF, E000, FFFF */
        {"\xf0\x90\x80\x80.\xf4\x8f\xbf\xbf.", NULL}, /* U+10000, 10FFFF */
        {"\x80<\xbf<", R "&lt;" R "&lt;"},
        {"\xc0\xbc<\xc1\xbf<", R R "&lt;" R R "&lt;"}, /* '<' in two bytes */
        {"\xe0\x9f\xbf<\xe0\x80\xbc<", R R R "&lt;" R R R "&lt;"}, /* U+07FF, '<' in three */
        {"\xed\xa0\x80<\xed\xbf\xbf<", R R R "&lt;" R R R "&lt;"}, /* surrogates */
        {"\xf0\x8f\xbf\xbf<", R R R R "&lt;"}, /* U+FFFF in four */
        {"\xf4\x90\x80\x80<\xf5\x80\x80\x80<", R R R R "&lt;" R R R R "&lt;"}, /* U+110000, 140000 */
        {"\xc3<\xc3\xc3\xa9", R "&lt;" R "\xc3\xa9"},
        {"\xe2\x82<\xe2<\xa0", R R "&lt;" R "&lt;" R},
        {"\xe2\x80<\xe2\x81\"", R R "&lt;" R R "&quot;"},
        {"\xf0\x9f\x98<\xf0\x9f<\xf0<", R R R "&lt;" R R "&lt;" R "&lt;"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(written(html_text, cases[i].text), cases[i].expected ? cases[i].expected : cases[i].text);
}

/* One replacement for each, and their neighbours stay. */
static void test_no_direction_is_turned(void **state)
{
    static const char *const neighbours = "\xd8\x9b.\xd8\x9d.\xe2\x80\x8d.\xe2\x80\x90.\xe2\x80\xa9.\xe2\x80\xaf."
                                          "\xe2\x81\xa5.\xe2\x81\xaa.";

    (void)state;
    assert_string_equal(written(html_text, neighbours), neighbours);
    assert_string_equal(written(html_text, "\xd8\x9cx"), R "x");
    assert_string_equal(written(html_text, "\xe2\x80\x8e.\xe2\x80\x8fx"), R "." R "x");
    assert_string_equal(written(html_text, "\xe2\x80\xaa.\xe2\x80\xab.\xe2\x80\xac.\xe2\x80\xad.\xe2\x80\xaex"),
                        R "." R "." R "." R "." R "x");
    assert_string_equal(written(html_text, "\xe2\x81\xa6.\xe2\x81\xa7.\xe2\x81\xa8.\xe2\x81\xa9x"),
                        R "." R "." R "." R "x");
}

/* Each closes what it opens, and escapes what it is given. */
static void test_elements(void **state)
{
    char text[256];
    FILE *out = fmemopen(text, sizeof text, "w");

    (void)state;
    html_cell(out, "number", "1<2");
    html_cell(out, NULL, "a&b");
    html_heading(out, "\"c\"");
    html_format(out, "%s>", "<");
    html_format_in(out, "h2", "%d%s", 5, "<");
    html_warning(out, "%d%s", 6, "'");
    fclose(out);
    assert_string_equal(text, "<td class=\"number\">1&lt;2</td><td>a&amp;b</td><th>&quot;c&quot;</th>&lt;&gt;"
                              "<h2>5&lt;</h2>\n<p class=\"alarm\">6&#39;</p>\n");
}

static void test_csv_quotes(void **state)
{
    (void)state;
    assert_string_equal(written(csv_text, "a"), "\"a\"");
    assert_string_equal(written(csv_text, "a \"b\", c\n"), "\"a \"\"b\"\", c\n\"");
    assert_string_equal(written(csv_text, "=1+1"), "\"'=1+1\"");
    assert_string_equal(written(csv_text, "@x"), "\"'@x\"");
    assert_string_equal(written(csv_text, "-1"), "\"'-1\"");
    assert_string_equal(written(csv_text, ""), "\"\"");
}

static char *shown(void (*write)(FILE *, const struct interval *), double middle, double low, double high)
{
    static char buffer[256];
    const struct interval value = {.middle = middle, .low = low, .high = high, .bounded = !isnan(low)};
    FILE *out = fmemopen(buffer, sizeof buffer, "w");

    write(out, &value);
    fclose(out);
    return buffer;
}

static char *counted(void (*write)(FILE *, double), double value)
{
    static char buffer[256];
    FILE *out = fmemopen(buffer, sizeof buffer, "w");

    write(out, value);
    fclose(out);
    return buffer;
}

/* One unit for all three numbers, the middle's; sorted by the number itself. */
static void test_units_of_cells(void **state)
{
    static const char dash[] = "<td class=\"number none\" data-v=\"\">–</td>";

    (void)state;
    assert_string_equal(shown(html_duration_cell, 1500, 800, 2e6),
                        "<td class=\"number\" data-v=\"1500\">1.50 µs<small>0.80–2000.00</small></td>");
    assert_string_equal(shown(html_duration_cell, 999.4, NAN, NAN), "<td class=\"number\" data-v=\"999.4\">999 ns</td>");
    assert_string_equal(shown(html_duration_cell, 999.5, NAN, NAN), "<td class=\"number\" data-v=\"999.5\">1.00 µs</td>");
    assert_string_equal(shown(html_duration_cell, 25e6, NAN, NAN), "<td class=\"number\" data-v=\"2.5e+07\">25.0 ms</td>");
    assert_string_equal(shown(html_duration_cell, 3e12, NAN, NAN), "<td class=\"number\" data-v=\"3e+12\">3000 s</td>");
    assert_string_equal(shown(html_rate_cell, 3.0 * (1 << 30), NAN, NAN),
                        "<td class=\"number\" data-v=\"3.22123e+09\">3.00 GiB/s</td>");
    assert_string_equal(shown(html_rate_cell, 512 * 1024, 0, 1024),
                        "<td class=\"number\" data-v=\"524288\">512 KiB/s<small>0–1</small></td>");
    assert_string_equal(shown(html_rate_cell, 100, NAN, NAN), "<td class=\"number\" data-v=\"100\">100 B/s</td>");
    assert_string_equal(shown(html_rate_cell, 5 << 20, 4 << 20, 6 << 20),
                        "<td class=\"number\" data-v=\"5.24288e+06\">5.00 MiB/s<small>4.00–6.00</small></td>");
    assert_string_equal(shown(html_number_cell, 0.0123, NAN, NAN), "<td class=\"number\" data-v=\"0.0123\">0.012</td>");
    assert_string_equal(shown(html_number_cell, NAN, NAN, NAN), dash);
    assert_string_equal(counted(html_count_cell, 999), "<td class=\"number\" data-v=\"999\">999</td>");
    assert_string_equal(counted(html_count_cell, 1.5), "<td class=\"number\" data-v=\"1.5\">1.50</td>");
    assert_string_equal(counted(html_count_cell, 999.5), "<td class=\"number\" data-v=\"999.5\">1.00k</td>");
    assert_string_equal(counted(html_count_cell, 12.34e6), "<td class=\"number\" data-v=\"1.234e+07\">12.3M</td>");
    assert_string_equal(counted(html_count_cell, 5e12), "<td class=\"number\" data-v=\"5e+12\">5.00T</td>");
    assert_string_equal(counted(html_count_cell, 5e15), "<td class=\"number\" data-v=\"5e+15\">5000T</td>");
    assert_string_equal(counted(html_count_cell, INFINITY), dash);
    assert_string_equal(counted(html_duration, 0), "0 ns");
    assert_string_equal(counted(html_duration, 4.56e6), "4.56 ms");
    assert_string_equal(counted(html_duration, 123456), "123 µs");
    assert_string_equal(counted(html_duration, NAN), "–");
}

/* Three digits, two below a tenth: as many as the value has that is shown, not the one before rounding. */
static void test_digits(void **state)
{
    static const struct {
        double number;
        const char *shown;
    } numbers[] = {{0.0994, "0.099"}, {0.0996, "0.10"}, {9.994, "9.99"}, {9.996, "10.0"}, {99.94, "99.9"},
                   {99.96, "100"},    {0, "0.00"},      {-5, "-5.00"},   {1, "1.00"},     {1234, "1234"}};
    static const struct {
        double ns;
        const char *shown;
    } durations[] = {{999.4, "999 ns"},    {999.6, "1.00 µs"},   {999.4e3, "999 µs"}, {999.6e3, "1.00 ms"},
                     {999.4e6, "999 ms"},  {999.6e6, "1.00 s"},  {5e9, "5.00 s"},     {3e12, "3000 s"},
                     {0.5, "0.50 ns"},     {0, "0 ns"}};
    char expected[128];

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        snprintf(expected, sizeof expected, "<td class=\"number\" data-v=\"%g\">%s</td>", numbers[i].number,
                 numbers[i].shown);
        assert_string_equal(shown(html_number_cell, numbers[i].number, NAN, NAN), expected);
    }
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++)
        assert_string_equal(counted(html_duration, durations[i].ns), durations[i].shown);
}

static char *read_file(const char *directory, const char *name)
{
    char path[256];
    static char text[1 << 20];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    text[fread(text, 1, sizeof text - 1, in)] = 0;
    fclose(in);
    return text;
}

/* Hostile text wherever the formats allow any. */
static void write_run(struct fixture *fixture)
{
    json_t *header = json_pack("{s:i, s:s, s:s, s:s, s:{s:s, s:s, s:s}, s:[s], s:{s:{s:s}}}",
                               "schema", 1, "name", evil, "description", evil, "state", evil,
                               "environment", "host", evil, "kernel", evil, "cpu_model", evil,
                               "left_out", evil, "targets", evil, "device", evil);

    fixture_open(fixture);
    fixture_add(fixture, fixture_point("stream", M, 1 << 18, 0), 0, -1);
    fixture_add(fixture, fixture_point("sendfile", M, 0, 0), 0, 0);
    fixture_add(fixture, fixture_point("splice", M, 0, 0), 0, 0);
    json_object_set_new(json_array_get(fixture->points, 2), "supported", json_false());
    json_object_set_new(json_array_get(fixture->points, 2), "reason", json_string(evil));
    fixture_header(fixture, header);
    for (unsigned b = 0; b < 8; b++) {
        fixture_trial(fixture, 0, b, 2000000 + b);
        fixture_trial(fixture, 1, b, 1000000 + b);
    }
    fixture_void(fixture, 1, 8, evil);
}

static void test_report_of_a_hostile_run(void **state)
{
    struct fixture fixture;
    struct error error;
    char terminal[4096];

    (void)state;
    write_run(&fixture);
    FILE *out = fmemopen(terminal, sizeof terminal, "w");
    if (report_make(fixture.directory, out, &error) < 0)
        fail_msg("%s", error.text);
    fclose(out);
    assert_null(strchr(terminal, '\x01'));
    assert_non_null(strstr(terminal, "sendfile leads when copying disk → disk"));
    assert_non_null(strstr(terminal, "report/index.html"));

    char *page = read_file(fixture.directory, "report/index.html");
    assert_null(strstr(page, "<script>alert"));
    assert_null(strstr(strstr(page, "<script") + 1, "<script")); /* but for our own */
    assert_null(strchr(page, '\x01'));
    assert_null(strstr(page, "http:"));
    assert_null(strstr(page, "https:"));
    assert_non_null(strstr(page, "Content-Security-Policy\" content=\"default-src 'none'; "));
    assert_non_null(strstr(page, "; base-uri 'none'; form-action 'none'\">"));
    assert_null(strstr(page, "unsafe-"));
    assert_non_null(strstr(page, "&lt;script&gt;"));
    assert_non_null(strstr(page, "</html>"));

    char *csv = read_file(fixture.directory, "report/trials.csv");
    assert_null(strstr(csv, "\"=cmd"));
    assert_non_null(strstr(csv, "<script>alert(1)</script>\"\"'&"));
    fixture_close(&fixture);
}

/* What was there stays when the journal is bad. */
static void test_bad_run_keeps_old_report(void **state)
{
    struct fixture fixture;
    struct error error;
    FILE *null = fopen("/dev/null", "w");

    (void)state;
    write_run(&fixture);
    assert_int_equal(report_make(fixture.directory, null, &error), 0);
    size_t before = strlen(read_file(fixture.directory, "report/index.html"));
    fixture_line(&fixture, "garbage\n");
    assert_int_equal(report_make(fixture.directory, null, &error), -1);
    assert_non_null(strstr(error.text, "trials.jsonl:18"));
    assert_int_equal(strlen(read_file(fixture.directory, "report/index.html")), before);
    fclose(null);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_what_is_no_character),
        cmocka_unit_test(test_no_direction_is_turned),
        cmocka_unit_test(test_elements),
        cmocka_unit_test(test_csv_quotes),
        cmocka_unit_test(test_units_of_cells),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_report_of_a_hostile_run),
        cmocka_unit_test(test_bad_run_keeps_old_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
