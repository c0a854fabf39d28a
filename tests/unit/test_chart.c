/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/chart_script.h"
#include "analysis/charts.h"
#include "analysis/gnuplot.h"
#include "analysis/sha256.h"
#include "common/publish.h"
#include "tests/unit/run_fixture.h"
#include "tests/unit/scratch.h"

static struct error error;

static char *quoted(const char *text)
{
    static char buffer[1024];
    FILE *out = fmemopen(buffer, sizeof buffer, "w");

    chart_quote(text, out);
    fclose(out);
    return buffer;
}

/* Nothing gets out of the quotes, starts a command or confuses the terminal. */
static void test_labels_are_harmless(void **state)
{
    (void)state;
    assert_string_equal(quoted("copy_file_range"), "'copy_file_range'");
    assert_string_equal(quoted("disk → tmpfs, 1.84×"), "'disk → tmpfs, 1.84×'");
    assert_string_equal(quoted("a'b"), "'a_b'");
    assert_string_equal(quoted("`touch x`"), "'_touch x_'");
    assert_string_equal(quoted("a\nsystem(\"x\")"), "'a_system(_x_)'");
    assert_string_equal(quoted("\\033 $x {/b} @M"), "'_033 _x _/b_ _M'");
    assert_string_equal(quoted("\xff\xe2\x86"), "'___'");
}

static struct chart line_chart(void)
{
    struct chart chart = {.kind = CHART_LINES, .name = "lines", .sizes = true};

    strcpy(chart.title, "it's a `title`\nset output '|touch pwned'");
    for (unsigned s = 0; s < 3; s++) {
        struct chart_series *series = chart_add_series(&chart);
        snprintf(series->label, sizeof series->label, "method %u", s);
        series->colour = s;
        for (double x = 4096; x <= 1 << 20; x *= 4)
            chart_add_value(series,
                            (struct chart_value){x, s + 1, s == 2 ? NAN : s + 0.9, s + 1.2, false});
    }
    return chart;
}

static void write_chart(const struct chart *chart, char *text, size_t size)
{
    FILE *out = fmemopen(text, size, "w");

    chart_script(chart, out);
    fclose(out);
}

static void test_script_starts_at_zero(void **state)
{
    struct chart chart = line_chart();
    struct chart_list list = {malloc(sizeof chart), 1};
    char text[16384];

    (void)state;
    list.charts[0] = chart;
    write_chart(&chart, text, sizeof text);
    assert_non_null(strstr(text, "set yrange [0:"));
    assert_non_null(strstr(text, "'4K' 4096"));
    assert_non_null(strstr(text, "'1M' 1048576"));
    assert_null(strstr(text, "nan"));
    assert_null(strchr(text, '`'));
    assert_null(strchr(text, '|'));
    chart_list_free(&list);
}

static bool is_there(const char *directory, const char *name)
{
    char path[256];
    struct stat status;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    return stat(path, &status) == 0 && status.st_size > 500;
}

/* All kinds, one picture of each in every theme, and nothing else. */
static void test_draw(void **state)
{
    struct chart_list list = {0};
    char directory[SCRATCH_SIZE], command[3 * SCRATCH_SIZE];

    (void)state;
    if (access("/usr/bin/gnuplot", X_OK) < 0) {
        print_message("needs gnuplot\n");
        skip();
    }
    for (int kind = CHART_LINES; kind <= CHART_PANEL_MAPS; kind++) {
        *chart_list_add(&list) = line_chart();
        struct chart *chart = &list.charts[list.count - 1];
        chart->kind = (enum chart_kind)kind;
        snprintf(chart->name, sizeof chart->name, "kind-%d", kind);
        chart->ratio = chart->logarithmic = kind == CHART_LINES;
        chart->sizes = kind == CHART_LINES;
        chart->columns = 1;
        chart->x_scale = SCALE_SIZE;
        if (kind >= CHART_PANEL_LINES)
            assert_non_null(chart_add_panel(chart, "panel", SCALE_LOG));
        if (kind == CHART_LINES || kind == CHART_PANEL_LINES)
            continue;
        chart->category_count = 5;
        chart->categories = calloc(5, sizeof *chart->categories);
        for (size_t s = 0; s < chart->series_count; s++)
            for (size_t i = 0; i < chart->series[s].count; i++)
                chart->series[s].values[i].x = (double)i;
    }
    scratch_make(directory, "iotoll-draw");
    if (chart_draw(&list, directory, &error) < 0)
        fail_msg("%s", error.text);
    assert_true(is_there(directory, "kind-0.svg") && is_there(directory, "kind-0-dark.svg"));
    assert_true(is_there(directory, "kind-0.png") && is_there(directory, "kind-1.png"));
    assert_true(is_there(directory, "kind-4.svg") && is_there(directory, "kind-4.png"));
    assert_true(is_there(directory, "kind-4.gp") && is_there(directory, "kind-4-dark.svg"));
    chart_list_free(&list);
    snprintf(command, sizeof command, "test $(ls -A %s | wc -l) = 30 && rm -r %s", directory,
             directory);
    assert_int_equal(system(command), 0);
}

static void add_line(struct chart_list *list, const char *name, double y)
{
    struct chart *chart = chart_list_add(list);

    snprintf(chart->name, sizeof chart->name, "%s", name);
    struct chart_series *series = chart_add_series(chart);
    for (size_t i = 0; i < 3; i++) {
        struct chart_value value = {.x = (double)i + 1, .y = y, .low = NAN, .high = NAN};
        assert_int_equal(chart_add_value(series, value), 0);
    }
}

/* One that gnuplot refuses, one whose file cannot be replaced, one that memory had no room for: the others are drawn. */
static void test_one_bad_chart_is_left_out(void **state)
{
    struct chart_list list = {0};
    char directory[SCRATCH_SIZE], path[SCRATCH_PATH_SIZE];

    (void)state;
    add_line(&list, "bad", NAN);
    add_line(&list, "good", 1);
    add_line(&list, "taken", 2);
    add_line(&list, "poor", 3);
    add_line(&list, "fine", 4);
    list.charts[3].incomplete = true;
    scratch_make(directory, "iotoll-one-bad");
    snprintf(path, sizeof path, "%s/taken.png", directory);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chart_draw(&list, directory, &error), -1);
    assert_non_null(strstr(error.text, "bad: gnuplot failed"));
    assert_non_null(strstr(error.text, "taken.png: cannot replace: Is a directory"));
    assert_non_null(strstr(error.text, "poor: out of memory"));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.charts[0].name, "good");
    assert_string_equal(list.charts[1].name, "fine");
    assert_true(is_there(directory, "good.svg") && is_there(directory, "fine.png") && is_there(directory, "fine.gp"));
    assert_false(is_there(directory, "bad.svg") || is_there(directory, "poor.svg"));
    chart_list_free(&list);
    scratch_remove(directory);
}

/* What a killed report left, which nobody holds, goes when the next begins; what is held stays. */
static void test_left_directories_are_swept(void **state)
{
    char left[SCRATCH_SIZE], file[SCRATCH_PATH_SIZE];
    struct gnuplot living, next;

    (void)state;
    assert_int_equal(gnuplot_open(&living, &error), 0);
    scratch_make(left, "iotoll-charts");
    snprintf(file, sizeof file, "%s/main.gp", left);
    assert_int_equal(publish_bytes(file, "plot", 4, &error), 0);
    assert_int_equal(gnuplot_open(&next, &error), 0);
    assert_int_not_equal(access(left, F_OK), 0);
    assert_int_equal(access(living.directory, F_OK), 0);
    gnuplot_close(&next);
    gnuplot_close(&living);
    assert_int_not_equal(access(living.directory, F_OK), 0);
}

static void collect(const char *name, const char *content, size_t size, const char *path,
                    int wanted)
{
    struct gnuplot plot;

    assert_int_equal(gnuplot_open(&plot, &error), 0);
    FILE *out = gnuplot_file(&plot, name, &error);
    fwrite(content, 1, size, out);
    fclose(out);
    assert_int_equal(gnuplot_collect(&plot, name, path, &error), wanted);
    gnuplot_close(&plot);
    assert_int_not_equal(access(plot.directory, F_OK), 0);
}

/* gnuplot exits 0 on a full disk: what is cut short must not replace what was whole. */
static void test_unfinished_picture_is_refused(void **state)
{
    static const char png[] = "\x89PNG\r\n\x1a\n....IEND\xae\x42\x60\x82";
    char directory[SCRATCH_SIZE], path[SCRATCH_PATH_SIZE], content[16] = "";

    (void)state;
    scratch_make(directory, "iotoll-picture");
    snprintf(path, sizeof path, "%s/picture", directory);
    assert_int_equal(publish_bytes(path, "old", 3, &error), 0);
    collect("0.svg", "", 0, path, -1);
    collect("0.svg", "<svg><g></g>", 12, path, -1);
    collect("0.png", png, sizeof png - 2, path, -1);
    collect("0.png", "</svg>", 6, path, -1);
    FILE *file = fopen(path, "r");
    assert_int_equal(fread(content, 1, sizeof content, file), 3);
    fclose(file);
    assert_string_equal(content, "old");
    collect("0.svg", "<svg></svg>\n\n", 13, path, 0);
    collect("0.png", png, sizeof png - 1, path, 0);
    scratch_remove(directory);
}

/* A picture is a file of gnuplot's directory, not what a link there leads to; nobody waits for a FIFO. */
static void test_planted_picture_is_refused(void **state)
{
    char directory[SCRATCH_SIZE], outside[SCRATCH_PATH_SIZE], path[SCRATCH_PATH_SIZE];
    struct gnuplot plot;

    (void)state;
    scratch_make(directory, "iotoll-picture");
    snprintf(outside, sizeof outside, "%s/outside", directory);
    snprintf(path, sizeof path, "%s/picture", directory);
    assert_int_equal(publish_bytes(outside, "<svg></svg>", 11, &error), 0);
    assert_int_equal(gnuplot_open(&plot, &error), 0);
    assert_int_equal(symlinkat(outside, plot.fd, "0.svg"), 0);
    assert_int_equal(mkfifoat(plot.fd, "1.svg", 0600), 0);
    assert_int_equal(gnuplot_collect(&plot, "0.svg", path, &error), -1);
    alarm(10);
    assert_int_equal(gnuplot_collect(&plot, "1.svg", path, &error), -1);
    alarm(0);
    gnuplot_close(&plot);
    scratch_remove(directory);
}

static void test_publish_leaves_nothing_behind(void **state)
{
    char directory[SCRATCH_SIZE], path[SCRATCH_PATH_SIZE];

    (void)state;
    scratch_make(directory, "iotoll-publish");
    snprintf(path, sizeof path, "%s/a", directory);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(publish_bytes(path, "x", 1, &error), -1);
    assert_non_null(strstr(error.text, path));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

/* Of the dead only what they published; the living, others' hidden files and files in place stay. */
static void test_parts_of_the_dead_are_swept(void **state)
{
    char directory[SCRATCH_SIZE], path[96], command[3 * SCRATCH_SIZE];
    pid_t dead = fork();

    (void)state;
    if (dead == 0)
        _exit(0);
    assert_int_equal(waitpid(dead, NULL, 0), dead);
    scratch_make(directory, "iotoll-publish");
    snprintf(command, sizeof command, "cd %s && touch .index.html.%d .index.html.%d .note .note.1x a.%d", directory,
             (int)dead, (int)getpid(), (int)dead);
    assert_int_equal(system(command), 0);
    assert_int_equal(publish_directory(directory, &error), 0);
    snprintf(path, sizeof path, ".index.html.%d", (int)dead);
    assert_false(is_there(directory, path));
    snprintf(command, sizeof command, "test $(ls -A %s | wc -l) = 4 && rm -r %s", directory, directory);
    assert_int_equal(system(command), 0);
}

/* FIPS 180-4's examples, and lengths around a block's end (from sha256sum). */
static void test_sha256(void **state)
{
    char source[64], text[128];

    (void)state;
    memset(text, 'a', sizeof text);
    assert_string_equal(sha256_source("", 0, source), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    assert_string_equal(sha256_source("abc", 3, source), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    assert_string_equal(sha256_source(text, 119, source), "sha256-MeulHDE6XAgiat8Y1KNZz9/Y0ugWsT9K+VL36mWE3Ps=");
    assert_string_equal(sha256_source(text, 120, source), "sha256-Lz0zVDLHC1gK8Ojhs2dKfAINaDql9zqq7f3FWvkEwhw=");
    assert_string_equal(sha256_source(text, 128, source), "sha256-aDbPE7rEAOkQUHHNavRwhN+srU5eMCyUv+0k4BOvtz4=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_are_harmless),
        cmocka_unit_test(test_script_starts_at_zero),
        cmocka_unit_test(test_draw),
        cmocka_unit_test(test_one_bad_chart_is_left_out),
        cmocka_unit_test(test_left_directories_are_swept),
        cmocka_unit_test(test_unfinished_picture_is_refused),
        cmocka_unit_test(test_planted_picture_is_refused),
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_publish_leaves_nothing_behind),
        cmocka_unit_test(test_parts_of_the_dead_are_swept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
