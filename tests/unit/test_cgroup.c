/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control groups of version 2: where the group is made, and what is written to it. The hierarchy is one of plain
 * files; mkdir(2) below makes in it what the kernel makes. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "runners/cgroup.h"
#include "runners/cgroup_find.h"
#include "tests/unit/scratch.h"

enum { BOTH = 1 << CGROUP_IO | 1 << CGROUP_MEMORY };

static char base[SCRATCH_SIZE];
static struct undo undo;
static struct cgroup cgroup;
static struct error error;

static void put(const char *path, const char *text)
{
    char whole[768];
    FILE *file;

    snprintf(whole, sizeof whole, "%s%s", *path == '/' ? "" : base, path);
    file = fopen(whole, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

int mkdir(const char *path, mode_t mode)
{
    static const char *const files[] = {"cgroup.procs", "io.max", "memory.max", "memory.current", "memory.events"};
    char name[768];
    int result = mkdirat(AT_FDCWD, path, mode);

    for (size_t i = 0; result == 0 && strstr(path, "/iotoll-") && i < sizeof files / sizeof *files; i++) {
        snprintf(name, sizeof name, "%s/%s", path, files[i]);
        put(name, "");
    }
    return result;
}

static void make_group(const char *name, const char *controllers, const char *below)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", base, name);
    assert_int_equal(mkdirat(AT_FDCWD, path, 0755), 0);
    snprintf(path, sizeof path, "%s/%s/cgroup.controllers", base, name);
    put(path, controllers);
    snprintf(path, sizeof path, "%s/%s/cgroup.subtree_control", base, name);
    put(path, below);
}

/* What /proc/self tells: the part of the hierarchy that is mounted, and our group. */
static void place_us(const char *mounted, const char *ours)
{
    char path[256], text[512];

    snprintf(path, sizeof path, "%s/mountinfo", base);
    snprintf(text, sizeof text, "30 24 0:26 %s %s/tree rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n", mounted, base);
    put(path, text);
    snprintf(path, sizeof path, "%s/cgroup", base);
    snprintf(text, sizeof text, "0::%s\n", ours);
    put(path, text);
}

/* As systemd lays it out: io ends at the root, memory goes one further. */
static int make_tree(void **state)
{
    (void)state;
    scratch_make(base, "iotoll-cgroup");
    make_group("tree", "cpu io memory pids\n", "cpu memory pids\n");
    make_group("tree/system.slice", "cpu memory pids\n", "memory pids\n");
    make_group("tree/system.slice/x.service", "memory pids\n", "\n");
    place_us("/", "/system.slice/x.service");
    cgroup = (struct cgroup){0};
    undo = (struct undo){.log = tmpfile(), .lock = -1};
    return undo.log ? 0 : -1;
}

static int remove_tree(void **state)
{
    (void)state;
    fclose(undo.log);
    scratch_remove(base);
    return 0;
}

static void assert_place(const struct cgroup_place *place, const char *directory, bool must_enable)
{
    assert_true(place->unified);
    assert_string_equal(place->directory + strlen(base), directory);
    assert_int_equal(place->must_enable, must_enable);
}

/* Our own group has members, so none can be made in it; its parent hands memory down. */
static void test_a_sister_of_our_group(void **state)
{
    struct cgroup_place places[CGROUP_CONTROLLERS];

    (void)state;
    cgroup_find(base, 1 << CGROUP_MEMORY, places);
    assert_place(&places[CGROUP_MEMORY], "/tree/system.slice", false);
}

static void test_what_only_the_root_has_is_enabled(void **state)
{
    struct cgroup_place places[CGROUP_CONTROLLERS];

    (void)state;
    cgroup_find(base, BOTH, places);
    assert_place(&places[CGROUP_IO], "/tree", true);
    assert_place(&places[CGROUP_MEMORY], "/tree", false);
}

static void test_one_controller_is_better_than_none(void **state)
{
    struct cgroup_place places[CGROUP_CONTROLLERS];
    char path[256];

    (void)state;
    snprintf(path, sizeof path, "%s/tree/cgroup.controllers", base);
    put(path, "cpu memory pids\n");
    cgroup_find(base, BOTH, places);
    assert_place(&places[CGROUP_MEMORY], "/tree/system.slice", false);
    assert_string_equal(places[CGROUP_IO].directory, "");
    assert_string_equal(places[CGROUP_IO].reason, "this machine has no control groups with the io controller");
}

/* "/pod" is what is mounted here; "/pod2" is no group below it. */
static void test_a_group_outside_of_the_mount(void **state)
{
    struct cgroup_place places[CGROUP_CONTROLLERS];

    (void)state;
    place_us("/pod", "/pod/system.slice/x.service");
    cgroup_find(base, 1 << CGROUP_MEMORY, places);
    assert_place(&places[CGROUP_MEMORY], "/tree/system.slice", false);
    place_us("/pod", "/pod2/system.slice/x.service");
    cgroup_find(base, 1 << CGROUP_MEMORY, places);
    assert_place(&places[CGROUP_MEMORY], "/tree", false);
    place_us("/", "/../elsewhere");
    cgroup_find(base, 1 << CGROUP_MEMORY, places);
    assert_place(&places[CGROUP_MEMORY], "/tree", false);
}

/* A file that cannot be read does not say that there is nothing. */
static void test_unread_is_not_absent(void **state)
{
    static const char *const files[] = {"tree/cgroup.controllers", "cgroup", "mountinfo"};
    struct cgroup_place places[CGROUP_CONTROLLERS];
    char path[256];

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", base, files[i]);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink(path, path), 0);
        cgroup_find(base, 1 << CGROUP_IO, places);
        assert_string_equal(places[CGROUP_IO].directory, "");
        assert_non_null(strstr(places[CGROUP_IO].reason, path));
        assert_non_null(strstr(places[CGROUP_IO].reason, strerror(ELOOP)));
        assert_int_equal(unlink(path), 0);
        i == 0 ? put(path, "cpu memory pids\n") : place_us("/", "/system.slice/x.service");
    }
}

static void assert_file(const char *directory, const char *file, const char *expected)
{
    char path[768], text[256] = "";

    snprintf(path, sizeof path, "%s/%s", directory, file);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    assert_true(fread(text, 1, sizeof text - 1, in) <= sizeof text);
    fclose(in);
    assert_string_equal(text, expected);
    put(path, "");
}

static void test_what_is_written(void **state)
{
    (void)state;
    assert_int_equal(cgroup_open_by(&cgroup, base, BOTH, &undo, &error), 0);
    const char *group = cgroup.parts[CGROUP_MEMORY].directory;
    char path[768];
    assert_string_equal(group, cgroup.parts[CGROUP_IO].directory);
    assert_int_equal(cgroup_limit_io(&cgroup, "254:0", 8 << 20, &error), 0);
    assert_file(group, "io.max", "254:0 rbps=8388608 wbps=8388608");
    assert_int_equal(cgroup_limit_io(&cgroup, "254:0", 0, &error), 0);
    assert_file(group, "io.max", "254:0 rbps=max wbps=max");
    assert_int_equal(cgroup_limit_memory(&cgroup, 64 << 20, &error), 0);
    assert_file(group, "memory.max", "67108864");
    assert_int_equal(cgroup_limit_memory(&cgroup, 0, &error), 0);
    assert_file(group, "memory.max", "max");
    snprintf(path, sizeof path, "%s/memory.current", group);
    put(path, "1052672\n");
    assert_int_equal(cgroup_memory_bytes(&cgroup), 1052672);
    snprintf(path, sizeof path, "%s/memory.events", group);
    put(path, "low 0\nhigh 0\nmax 12\noom 4\noom_kill 3\noom_group_kill 9\n");
    assert_int_equal(cgroup_memory_kills(&cgroup), 3);
    assert_int_equal(cgroup_join(&cgroup), 0);
    cgroup_close(&cgroup);
}

/* Without memory in the same group, what is written back would not be limited. What is made and what is enabled is
 * promised to undo once each. */
static void test_io_takes_memory_along(void **state)
{
    char line[768];
    size_t groups = 0, controllers = 0;

    (void)state;
    assert_int_equal(cgroup_open_by(&cgroup, base, 1 << CGROUP_IO, &undo, &error), 0);
    assert_true(cgroup_has(&cgroup, CGROUP_IO));
    assert_string_equal(cgroup.parts[CGROUP_MEMORY].directory, cgroup.parts[CGROUP_IO].directory);
    snprintf(line, sizeof line, "%s/tree", base);
    assert_file(line, "cgroup.subtree_control", "+io memory pids\n"); /* written over "cpu"; the kernel adds */
    rewind(undo.log);
    while (fgets(line, sizeof line, undo.log)) {
        groups += !!strstr(line, "/tree/iotoll-");
        controllers += !!strstr(line, "/tree/io\n");
    }
    assert_int_equal(groups, 1);
    assert_int_equal(controllers, 1);
    cgroup_close(&cgroup);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_tree, remove_tree)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_sister_of_our_group),
        TEST(test_what_only_the_root_has_is_enabled),
        TEST(test_one_controller_is_better_than_none),
        TEST(test_a_group_outside_of_the_mount), TEST(test_unread_is_not_absent),
        TEST(test_what_is_written),
        TEST(test_io_takes_memory_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
