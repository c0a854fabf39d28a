/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Configs: every directory under tests/cases/config/ is a case. An invalid one holds the exact
 * message, a valid one the labels of the plan it makes and why a point of it is not supported. Runs from the top directory, as `make
 * check` does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/suggest.h"
#include "common/units.h"
#include "runners/plan.h"
#include "tests/unit/fake_catalogue.h"
#include "tests/unit/scratch.h"

static char *read_file(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *in = fopen(path, "r");

    if (!in)
        fail_msg("%s cannot be read", path);
    if (getdelim(&text, &size, 0, in) < 0)
        *text = 0;
    fclose(in);
    return text;
}

static void write_labels(const struct plan *plan, FILE *out)
{
    char label[512];

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_point *planned = &plan->points[i];

        if (planned->point.replica) /* no config asks for twins */
            continue;
        fputs(point_label(&planned->point, label, sizeof label), out);
        if (!planned->supported)
            fprintf(out, ": not supported: %s", planned->reason);
        fputc('\n', out);
    }
}

/* The plan's labels or the error, as the case's directory should have it in "expected". */
static char *outcome(int *failed)
{
    struct catalogue catalogue = fake_catalogue();
    struct config config;
    struct plan plan;
    struct error error;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    *failed = config_load(&config, "config.json", &catalogue, &error);
    if (!*failed) {
        *failed = plan_make(&plan, &config, NULL, &error);
        if (!*failed) {
            write_labels(&plan, out);
            plan_free(&plan);
        }
        config_free(&config);
    }
    if (*failed)
        fprintf(out, "%s\n", error.text);
    fclose(out);
    return text;
}

/* Run one case in its own directory, so that messages show no more than "config.json". */
static bool passes(const char *name, int expect_failure)
{
    int failed;
    char *expected, *got;
    bool same;

    if (chdir(name) < 0)
        fail_msg("%s: no such case", name);
    expected = read_file("expected");
    got = outcome(&failed);
    same = !strcmp(expected, got) && failed == expect_failure;
    if (!same)
        print_error("%s:\n--- expected\n%s--- got\n%s", name, expected, got);
    free(expected);
    free(got);
    assert_int_equal(chdir(".."), 0);
    return same;
}

static void run_cases(const char *directory, int expect_failure, size_t at_least)
{
    int home = open(".", O_RDONLY | O_DIRECTORY);
    DIR *cases = opendir(directory);
    struct dirent *entry;
    size_t run = 0, failed = 0;

    if (!cases) {
        fail_msg("%s: not found; run from the top directory", directory);
        return; /* which lint does not know */
    }
    assert_int_equal(chdir(directory), 0);
    while ((entry = readdir(cases)))
        if (entry->d_name[0] != '.') {
            run++;
            failed += !passes(entry->d_name, expect_failure);
        }
    closedir(cases);
    assert_int_equal(fchdir(home), 0);
    close(home);
    assert_int_equal(failed, 0);
    assert_true(run >= at_least);
}

static void test_invalid_cases(void **state)
{
    (void)state;
    run_cases("tests/cases/config/invalid", -1, 225);
}

static void test_valid_cases(void **state)
{
    (void)state;
    run_cases("tests/cases/config/valid", 0, 38);
}

static void load(struct config *config, const char *path)
{
    struct catalogue catalogue = fake_catalogue();
    struct error error = {""};

    if (config_load(config, path, &catalogue, &error) < 0)
        fail_msg("%s", error.text);
}

static void test_defaults(void **state)
{
    struct config config;
    const struct sweep *sweep;
    const struct sweep_method *method;

    (void)state;
    load(&config, "tests/cases/config/valid/minimal/config.json");
    sweep = &config.sweeps[0];
    method = &sweep->methods[0];
    assert_string_equal(config.path, "tests/cases/config/valid/minimal/config.json");
    assert_string_equal(config.name, "config");
    assert_string_equal(config.description, "");
    assert_int_equal(config.seed, 1);
    assert_int_equal(config.blocks, 50);
    assert_int_equal(config.attempts, 3);
    assert_int_equal(config.minimum_time_ns, 50 * NS_PER_MS);
    assert_int_equal(config.trial_timeout_ns, 60 * NS_PER_S);
    assert_int_equal(config.budget_ns, 5 * NS_PER_S);
    assert_string_equal(config.targets[0].path, "/var/tmp");
    assert_int_equal(sweep->axes[SWEEP_CONSUMPTION].values[0], CONSUME_DIGEST);
    assert_int_equal(method->axes[AXIS_BLOCK].values[0], 256 * KIB);
    assert_int_equal(method->axes[AXIS_BUFFERS].count, 0);
    assert_int_equal(method->axes[AXIS_THREADS].values[0], 1);
    assert_int_equal(method->axes[AXIS_ALIGNMENT].values[0], ALIGNMENT_PAGE);
    config_free(&config);
}

static void test_given_values(void **state)
{
    struct config config;

    (void)state;
    load(&config, "tests/cases/config/valid/every_key/config.json");
    assert_string_equal(config.description, "all there is");
    assert_int_equal(config.seed, 7);
    assert_int_equal(config.blocks, 30);
    assert_int_equal(config.target_count, 3);
    assert_int_equal(config.targets[1].type, TARGET_TMPFS);
    assert_int_equal(config.targets[1].size_bytes, 64 * MIB);
    assert_int_equal(config.sweeps[0].axes[SWEEP_DURABILITY].values[0], DURABILITY_FDATASYNC);
    assert_int_equal(config.sweeps[0].axes[SWEEP_FILES].values[0], 3);
    assert_int_equal(config.sweeps[0].methods[1].axes[AXIS_BUFFERS].count, 2);
    config_free(&config);
}

/* A run keeps its config in run.json: what was read must be readable again, and stay the caller's.
 */
static void test_from_json(void **state)
{
    struct catalogue catalogue = fake_catalogue();
    struct config first, second;
    struct error error = {""};
    json_t *stored;

    (void)state;
    load(&first, "tests/cases/config/valid/every_key/config.json");
    stored = json_deep_copy(first.json);
    assert_int_equal(config_from_json(&second, "runs/a b.json", stored, &catalogue, &error), 0);
    assert_string_equal(second.name, "a_b");
    assert_int_equal(second.sweeps[0].methods[1].axes[AXIS_BUFFERS].values[1], 4);
    assert_true(json_equal(first.json, second.json));
    config_free(&second);
    config_free(&first);

    assert_int_equal(json_object_set_new(stored, "blocks", json_integer(0)), 0);
    assert_int_equal(config_from_json(&second, "run.json", stored, &catalogue, &error), -1);
    assert_string_equal(error.text, "run.json: blocks: 0 is out of range (take 1 to 1000)");
    config_free(&second); /* harmless after an error */
    assert_int_equal(stored->refcount, 1);
    json_decref(stored);
}

static void check_load_error(const char *path, const char *expected)
{
    struct catalogue catalogue = fake_catalogue();
    struct config config;
    struct error error = {""};

    assert_int_equal(config_load(&config, path, &catalogue, &error), -1);
    assert_string_equal(error.text, expected);
    config_free(&config);
}

/* Files that cannot be kept as cases. */
static void test_odd_files(void **state)
{
    char directory[SCRATCH_SIZE];
    int home = open(".", O_RDONLY | O_DIRECTORY);
    FILE *out;

    (void)state;
    scratch_make(directory, "iotoll-test");
    assert_int_equal(chdir(directory), 0);
    out = fopen("large.json", "w");
    fprintf(out, "{%*s}", MIB - 1, "");
    fclose(out);
    assert_int_equal(mkfifo("fifo.json", 0600), 0);
    check_load_error("large.json", "large.json: larger than 1 MiB, so it is no config (check the "
                                   "path)");
    check_load_error("fifo.json", "fifo.json: not a regular file (try configs/quick.json)");
    assert_int_equal(truncate("large.json", MIB), 0); /* cuts the brace: read, but no JSON */
    check_load_error("large.json",
                     "large.json: line 1, column 1048576: string or '}' expected near "
                     "end of file (check commas, quotes and brackets there)");
    unlink("large.json");
    unlink("fifo.json");
    assert_int_equal(fchdir(home), 0);
    close(home);
    assert_int_equal(rmdir(directory), 0);
}

static void test_suggestions(void **state)
{
    static const char *const names[] = {"block_size", "buffers", "scan", "Cold", NULL};
    static const char *const one[] = {"type", NULL}, *const two[] = {"populate", "popul", NULL};
    char text[64], small[8];

    (void)state;
    assert_string_equal(suggest_nearest(names, "block_sizes"), "block_size");
    assert_string_equal(suggest_nearest(names, "blocksize"), "block_size");
    assert_string_equal(suggest_nearest(names, "bufers"), "buffers");
    assert_string_equal(suggest_nearest(names, "sacn"), "scan");
    assert_string_equal(suggest_nearest(names, "cold"), "Cold");
    assert_string_equal(suggest_nearest(two, "populat"), "populate");
    assert_null(suggest_nearest(names, "copy"));
    assert_null(suggest_nearest(names, ""));
    assert_null(suggest_nearest(names, "s"));
    assert_string_equal(suggest_hint(one, "x", text, sizeof text), "take type");
    assert_string_equal(suggest_hint(names, "x", small, sizeof small), "take on");
    assert_string_equal(suggest_list(names, small, sizeof small), "block_s");
}

/* What comes with the program can be read, and fits its budget with every method that the suite is to
 * have: at the plan's own rough rates six blocks, the fewest that give an interval, take at most nine
 * tenths of it. */
static void test_own_configs(void **state)
{
    static const char *const paths[] = {"configs/tiny.json", "configs/quick.json",
                                        "configs/default.json", "configs/full.json",
                                        "configs/blog.json",    "configs/varnish.json",
                                        "configs/trapeze.json"};
    struct catalogue catalogue = fake_full_catalogue();

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct config config;
        struct plan plan;
        struct error error = {""};
        uint64_t blocks, need;

        if (config_load(&config, paths[i], &catalogue, &error) < 0 || plan_make(&plan, &config, NULL, &error) < 0) {
            fail_msg("%s", error.text);
            return;
        }
        blocks = config.blocks < 6 ? config.blocks : 6;
        need = blocks * plan_block_estimate_ns(&plan, config.minimum_time_ns);
        if (need > config.budget_ns / 10 * 9)
            fail_msg("%s: %zu points need %llu s", paths[i], plan.count,
                     (unsigned long long)(need / NS_PER_S));
        for (size_t j = 0; j < config.target_count; j++)
            if (config.targets[j].type == TARGET_TMPFS)
                assert_true(plan_space_bytes(&plan, &config.targets[j]) <=
                            config.targets[j].size_bytes);
        plan_free(&plan);
        config_free(&config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_invalid_cases), cmocka_unit_test(test_valid_cases),
        cmocka_unit_test(test_defaults),      cmocka_unit_test(test_given_values),
        cmocka_unit_test(test_from_json),     cmocka_unit_test(test_odd_files),
        cmocka_unit_test(test_suggestions),   cmocka_unit_test(test_own_configs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
