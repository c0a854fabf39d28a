/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data sets where somebody else planted something: in place of their directory, which is private, and, as if it were
 * not, inside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runners/dataset.h"
#include "tests/unit/scratch.h"

static char scratch[SCRATCH_SIZE], outside[SCRATCH_PATH_SIZE], set[SCRATCH_PATH_SIZE], file[SCRATCH_PATH_SIZE + 8];

/* What is planted as 000000. */
static int plant_link(void)
{
    return symlink(outside, file);
}

static int plant_hard_link(void)
{
    return link(outside, file);
}

static int plant_fifo(void)
{
    return mkfifo(file, 0600);
}

static int (*const plants[])(void) = {plant_link, plant_hard_link, plant_fifo};
static int (*planted_inside)(void);

/* Instead of libc's: who is quick may plant it before the first file is made. */
int mkdirat(int directory, const char *name, mode_t mode)
{
    int result = (int)syscall(SYS_mkdirat, directory, name, mode);

    return result == 0 && planted_inside ? planted_inside() : result;
}

static void check_outside(void)
{
    char text[16] = "";
    FILE *in = fopen(outside, "r");

    assert_non_null(in);
    assert_int_equal(fread(text, 1, sizeof text - 1, in), 5);
    fclose(in);
    assert_string_equal(text, "keep\n");
}

/* A data set of two files of 4 KiB is refused because of what there is at path. */
static void check_refused(const char *path)
{
    struct target_spec spec = {.name = "planted"};
    struct target target = {.spec = &spec, .directory = scratch};
    struct datasets datasets = {.seed = 1};
    char expected[SCRATCH_PATH_SIZE + 64];
    struct error error = {""};

    assert_null(dataset_get(&datasets, &target, 4096, 2, false, &error));
    snprintf(expected, sizeof expected, "data set on target planted: %s: File exists", path);
    assert_string_equal(error.text, expected);
    check_outside();
    datasets_free(&datasets);
}

/* What was there first stays, whatever it holds. */
static void test_planted_directory(void **state)
{
    struct stat status;

    (void)state;
    for (size_t i = 0; i < sizeof plants / sizeof *plants; i++) {
        assert_int_equal(mkdir(set, 0777), 0);
        assert_int_equal(plants[i](), 0);
        check_refused(set);
        assert_int_equal(lstat(file, &status), 0);
        assert_int_equal(unlink(file), 0);
        assert_int_equal(rmdir(set), 0);
    }
    assert_int_equal(symlink(scratch, set), 0);
    check_refused(set);
    assert_int_equal(unlink(set), 0);
}

static void test_planted_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof plants / sizeof *plants; i++) {
        planted_inside = plants[i];
        check_refused(file);
    }
    planted_inside = NULL;
}

static void test_private(void **state)
{
    struct target_spec spec = {.name = "free"};
    struct target target = {.spec = &spec, .directory = scratch};
    struct datasets datasets = {.seed = 1};
    struct error error = {""};
    struct stat status;

    (void)state;
    mode_t before = umask(0);
    struct dataset *made = dataset_get(&datasets, &target, 4096, 2, false, &error);
    umask(before);
    assert_non_null(made);
    assert_string_equal(made->directory, set);
    assert_int_equal(stat(set, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    assert_int_equal(stat(file, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(status.st_size, 4096);
    dataset_spoil(made);
    assert_int_equal(access(set, F_OK), -1);
    datasets_free(&datasets);
}

static int begin(void **state)
{
    (void)state;
    scratch_make(scratch, "iotoll-dataset");
    snprintf(outside, sizeof outside, "%s/outside", scratch);
    snprintf(set, sizeof set, "%s/data-0-4K-2", scratch);
    snprintf(file, sizeof file, "%s/000000", set);
    FILE *out = fopen(outside, "w");
    return !out || fputs("keep\n", out) < 0 || fclose(out) ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    scratch_remove(scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planted_directory),
        cmocka_unit_test(test_planted_file),
        cmocka_unit_test(test_private),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
