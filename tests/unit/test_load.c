/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a run cannot be read is an error that names the place. It is never taken for the end of a file, which would
 * leave trials out in silence. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/load.h"
#include "common/lines.h"
#include "run_fixture.h"
#include "within.h"

enum { NEVER = -1 };

static struct fixture fixture;
static struct run run;
static struct error error;
static int good_reads = NEVER;  /* of the journal, until one fails */
static long good_bytes = NEVER; /* of the header, until a read fails */

static bool is_header(int fd)
{
    char descriptor[64], target[SCRATCH_PATH_SIZE];

    snprintf(descriptor, sizeof descriptor, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(descriptor, target, sizeof target);
    return length > 9 && !memcmp(target + length - 9, "/run.json", 9);
}

static ssize_t fail_read(void)
{
    errno = EIO;
    return -1;
}

ssize_t read(int fd, void *bytes, size_t length)
{
    if (is_header(fd)) {
        if (good_bytes == 0)
            return fail_read();
        if (good_bytes != NEVER && length > (size_t)good_bytes)
            length = (size_t)good_bytes;
        ssize_t got = syscall(SYS_read, fd, bytes, length);
        good_bytes -= good_bytes != NEVER ? got : 0;
        return got;
    }
    if (good_reads == 0)
        return fail_read();
    good_reads -= good_reads > 0;
    return syscall(SYS_read, fd, bytes, length);
}

/* What closing leaves in errno is none of the reading's. */
int close(int fd)
{
    long result = syscall(SYS_close, fd);

    errno = EBADF;
    return (int)result;
}

static int open_fixture(void **state)
{
    (void)state;
    good_reads = NEVER;
    good_bytes = NEVER;
    fixture_open(&fixture);
    fixture_add(&fixture, fixture_point("stream", 1 << 20, 4096, 0), 0, -1);
    fixture_header(&fixture, NULL);
    for (unsigned block = 0; block < 2; block++)
        fixture_trial(&fixture, 0, block, 1000000);
    return 0;
}

static int close_fixture(void **state)
{
    (void)state;
    fixture_close(&fixture);
    return 0;
}

static void assert_loads(void)
{
    if (load_run(&run, fixture.directory, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(run.trial_count, 2);
}

static void assert_fails(const char *ending)
{
    char wanted[SCRATCH_PATH_SIZE + 64];

    snprintf(wanted, sizeof wanted, "%.127s/%s", fixture.directory, ending);
    assert_int_equal(load_run(&run, fixture.directory, &error), -1);
    assert_string_equal(error.text, wanted);
    load_free(&run);
}

/* A number too small for a double is zero, and ERANGE in errno: no error of the reading. */
static void test_header_with_tiny_number(void **state)
{
    char path[SCRATCH_PATH_SIZE];

    (void)state;
    snprintf(path, sizeof path, "%.127s/run.json", fixture.directory);
    FILE *out = fopen(path, "r+");
    fseek(out, -1, SEEK_END);
    fputs(", \"tiny\": 1e-400}", out);
    fclose(out);
    assert_loads();
    assert_within(load_number(&run, "tiny", 1), 0, 0);
    load_free(&run);
}

/* Nothing of it, or a part. */
static void test_header_cannot_be_read(void **state)
{
    static const long bytes[] = {0, 10};

    (void)state;
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        good_bytes = bytes[i];
        assert_fails("run.json: cannot be read: Input/output error");
    }
}

/* The first read brings both lines, the second would say that there is no more. */
static void test_journal_cannot_be_read(void **state)
{
    (void)state;
    good_reads = 0;
    assert_fails("trials.jsonl:1: Input/output error");
    good_reads = 1;
    assert_fails("trials.jsonl:3: Input/output error");
    good_reads = 2;
    assert_loads();
    load_free(&run);
}

static void test_line_too_long(void **state)
{
    FILE *out = fopen(fixture.journal, "a");

    (void)state;
    fprintf(out, "%*d", LINES_LONGEST, 0);
    fclose(out);
    assert_fails("trials.jsonl:3: a line of more than 4 MiB is no record; restore the file or start a new run");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_header_with_tiny_number, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_header_cannot_be_read, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_journal_cannot_be_read, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_line_too_long, open_fixture, close_fixture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
