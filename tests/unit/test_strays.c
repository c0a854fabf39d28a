/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whoever bears the mark of a run is found, whatever he does meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "runners/files.h"
#include "runners/strays.h"

/* The program, started with a mark, and padding before it in its environment. */
static pid_t start(char *const *arguments, const char *mark, size_t padding)
{
    char variable[64], *filler = calloc(1, padding + 4);
    char *environment[] = {filler, variable, NULL};
    int ends[2];
    char byte;

    assert_non_null(filler);
    memset(filler, 'x', padding + 3);
    filler[1] = '=';
    snprintf(variable, sizeof variable, "IOTOLL_RUN=%s", mark);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    if (child == 0) {
        execve(arguments[0], arguments, environment);
        _exit(127);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 0); /* it is executed by now */
    close(ends[0]);
    free(filler);
    return child;
}

static void is_killed(char *const *arguments, size_t padding)
{
    static int number;
    char mark[32];
    int status = 0;

    snprintf(mark, sizeof mark, "/mark-%d-%d", getpid(), number++);
    pid_t child = start(arguments, mark, padding);
    usleep((useconds_t)(number % 16 * 211)); /* another moment of its life each time */
    int result = strays_kill_marked(mark);
    /* Who is killed may still want a CPU to die on. */
    pid_t gone = 0;
    for (int left = 3000; gone == 0 && left > 0; left--) {
        usleep(1000);
        gone = waitpid(child, &status, WNOHANG);
    }
    if (gone == 0) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
    }
    assert_int_equal(result, 0);
    assert_int_equal(gone, child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Within execve(2) nothing tells whose a process is: here that is a twentieth of the time. */
static void test_one_that_executes_itself_for_ever(void **state)
{
    char program[4096];
    char *arguments[] = {program, NULL};

    (void)state;
    snprintf(program, sizeof program, "%s/tests/fakes/restless", getenv("BUILD"));
    for (int i = 0; i < 150; i++)
        is_killed(arguments, 0);
}

static void test_large_environment(void **state)
{
    char *arguments[] = {"/bin/sleep", "60", NULL};

    (void)state;
    for (size_t padding = 16300; padding < 16400; padding += 9)
        is_killed(arguments, padding);
    is_killed(arguments, 100000);
}

static void test_nobody(void **state)
{
    (void)state;
    assert_int_equal(strays_kill_marked("/mark-of-nobody"), 0);
}

/* What was only half read is not a shorter list of children: who is missing in it would be killed. */
static void test_what_cannot_be_read_is_not_empty(void **state)
{
    char text[64];

    (void)state;
    errno = 0;
    assert_int_equal(files_read("/proc/self/fd", text, sizeof text), -1); /* a directory */
    assert_int_equal(errno, EISDIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_cannot_be_read_is_not_empty),
        cmocka_unit_test(test_one_that_executes_itself_for_ever),
        cmocka_unit_test(test_large_environment),
        cmocka_unit_test(test_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
