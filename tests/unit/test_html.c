/* SPDX-License-Identifier: GPL-3.0-or-later */
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

static void test_escape(void **state)
{
    (void)state;
    assert_string_equal(written(html_text, "a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c&#39;");
    assert_string_equal(written(html_text, "1.84× →"), "1.84× →");
    assert_string_equal(written(html_text, "\x1b[2J"), "\xef\xbf\xbd[2J");
    assert_string_equal(written(html_text, "\xff" "a\xe2\x80"), "\xef\xbf\xbd" "a\xef\xbf\xbd");
    assert_string_equal(written(html_text, "\xe2\x80\xaex"), "\xef\xbf\xbdx");
    assert_string_equal(written(html_text, "\xd7\x90"), "\xd7\x90");
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
        cmocka_unit_test(test_csv_quotes),
        cmocka_unit_test(test_report_of_a_hostile_run),
        cmocka_unit_test(test_bad_run_keeps_old_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
