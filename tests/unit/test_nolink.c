/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No link is followed, wherever in a path it is. tests/cli/confined.sh runs this without openat2(2), too. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/nolink.h"
#include "tests/unit/scratch.h"

static int try_open(const char *path, int flags)
{
    int fd = nolink_open(AT_FDCWD, path, flags, 0600);

    if (fd < 0)
        return -errno;
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
    return 0;
}

static void is_link(int result)
{
    assert_true(result == -ELOOP || result == -ENOTDIR);
}

static void test_opens_what_is_there(void **state)
{
    char absolute[PATH_MAX];

    (void)state;
    assert_int_equal(try_open("real/file", O_RDONLY), 0);
    assert_int_equal(try_open("real//./file", O_RDWR), 0);
    assert_int_equal(try_open("real/../real/file", O_RDWR), 0);
    assert_int_equal(try_open("real", O_RDONLY | O_DIRECTORY), 0);
    assert_int_equal(try_open("real/", O_RDONLY | O_DIRECTORY), 0);
    assert_int_equal(try_open("/", O_RDONLY | O_DIRECTORY), 0);
    assert_int_equal(try_open(".", O_RDONLY | O_DIRECTORY), 0);
    assert_non_null(realpath("real/file", absolute));
    assert_int_equal(try_open(absolute, O_RDONLY), 0);
    assert_int_equal(try_open("real/new", O_WRONLY | O_CREAT | O_EXCL), 0);
    assert_int_equal(try_open("real/new", O_WRONLY | O_CREAT | O_EXCL), -EEXIST);
    assert_int_equal(try_open("real/none", O_RDONLY), -ENOENT);
    assert_int_equal(try_open("none/file", O_RDONLY), -ENOENT);
    unlink("real/new");
}

static void test_follows_no_link(void **state)
{
    char absolute[PATH_MAX + 16];

    (void)state;
    is_link(try_open("link/file", O_RDONLY));
    is_link(try_open("link", O_RDONLY | O_DIRECTORY));
    is_link(try_open("real/inner", O_RDONLY));
    is_link(try_open("real/inner", O_WRONLY | O_TRUNC));
    is_link(try_open("real/dangling", O_WRONLY | O_CREAT));
    is_link(try_open("real/up/real/file", O_RDONLY));
    assert_non_null(getcwd(absolute, PATH_MAX));
    strcat(absolute, "/link/file");
    is_link(try_open(absolute, O_RDONLY));
    assert_int_not_equal(access("real/made", F_OK), 0);
}

static void test_makes_directories(void **state)
{
    (void)state;
    assert_int_equal(nolink_make_directory("real/sub", 0700), 0);
    assert_int_equal(rmdir("real/sub"), 0);
    assert_int_equal(nolink_make_directory("sub", 0700), 0);
    assert_int_equal(rmdir("sub"), 0);
    assert_int_equal(nolink_make_directory("real", 0700), -1);
    assert_int_equal(errno, EEXIST);
    assert_int_equal(nolink_make_directory("link/sub", 0700), -1);
    is_link(-errno);
    assert_int_not_equal(access("real/sub", F_OK), 0);
}

static int begin(void **state)
{
    static char directory[SCRATCH_SIZE];

    *state = directory;
    scratch_make(directory, "iotoll-nolink");
    if (chdir(directory) < 0 || mkdir("real", 0700) < 0)
        return -1;
    int fd = open("real/file", O_WRONLY | O_CREAT, 0600);
    return close(fd) || symlink("real", "link") || symlink("file", "real/inner") || symlink("made", "real/dangling") ||
           symlink("..", "real/up");
}

static int end(void **state)
{
    char command[128];

    snprintf(command, sizeof command, "rm -r %s", (char *)*state);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_what_is_there),
        cmocka_unit_test(test_follows_no_link),
        cmocka_unit_test(test_makes_directories),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
