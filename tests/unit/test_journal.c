/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal cut at every byte, and with every bit flipped: what comes before the damage is read, the line is
 * named, and a run that goes on begins behind the last good line. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/load.h"
#include "common/publish.h"
#include "common/seal.h"
#include "runners/journal.h"
#include "tests/unit/run_fixture.h"

enum { LINES = 3, RESUMED_EVERY = 41 };

static struct fixture fixture;
static char good[8192], bent[8192];
static size_t size, starts[LINES + 1]; /* of the lines, and the end */
static struct error error;
static int errors_fd;

/* The most that a write moves; where it is less than asked for, every third is interrupted instead. */
static size_t most_written = SIZE_MAX, writes, failing_write = SIZE_MAX;

ssize_t write(int fd, const void *bytes, size_t length)
{
    if (most_written < length && ++writes % 3 == 0) {
        errno = EINTR;
        return -1;
    }
    if (writes >= failing_write) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_write, fd, bytes, length < most_written ? length : most_written);
}

static void append(struct journal *journal, unsigned block)
{
    json_t *trial = fixture_object(&fixture, 0, block, 1000000 + block);

    json_object_set_new(trial, "schema", json_integer(SEAL_SCHEMA));
    assert_int_equal(journal_append(journal, trial, &error), 0);
    json_decref(trial);
}

static size_t read_whole(const char *path, char *room)
{
    FILE *in = fopen(path, "r");
    size_t got = in ? fread(room, 1, 8192, in) : 0;

    if (in)
        fclose(in);
    return got;
}

static int begin(void **state)
{
    struct journal journal;

    (void)state;
    fixture_open(&fixture);
    fixture_add(&fixture, fixture_point("stream", 1 << 20, 4096, 0), 0, -1);
    fixture_header(&fixture, NULL);
    assert_int_equal(journal_open(&journal, fixture.directory, &error), 0);
    for (unsigned i = 0; i < LINES; i++)
        append(&journal, i);
    journal_close(&journal);
    size = read_whole(fixture.journal, good);
    for (size_t at = 0, line = 0; at < size; at++)
        if (good[at] == '\n')
            starts[++line] = at + 1;
    assert_int_equal(starts[LINES], size);
    /* Every one of thousands of damages is said on stderr. */
    errors_fd = dup(2);
    assert_non_null(freopen("/dev/null", "w", stderr));
    return 0;
}

static int end(void **state)
{
    (void)state;
    dup2(errors_fd, 2);
    close(errors_fd);
    fixture_close(&fixture);
    return 0;
}

static void put(const char *bytes, size_t length)
{
    FILE *out = fopen(fixture.journal, "w");

    assert_int_equal(fwrite(bytes, 1, length, out), length);
    fclose(out);
}

/* What the page will say of the damage, or "". */
static const char *said(const struct run *run)
{
    const json_t *list = json_object_get(run->header, "left_out");
    const char *text = json_string_value(json_array_get(list, 0));

    return text ? text : "";
}

/* Analysis reads so many trials, and names the line after them when it is damaged. */
static void assert_loads(size_t lines, bool damaged, size_t at)
{
    struct run run;
    char name[64];

    if (load_run(&run, fixture.directory, &error) < 0)
        fail_msg("at %zu: %s", at, error.text);
    if (run.trial_count != lines)
        fail_msg("at %zu: %zu trials instead of %zu", at, run.trial_count, lines);
    snprintf(name, sizeof name, "trials.jsonl:%zu: damaged", lines + 1);
    if (damaged != (strstr(said(&run), name) != NULL))
        fail_msg("at %zu: \"%s\", expected %s", at, said(&run), damaged ? name : "nothing");
    load_free(&run);
}

static void count(const json_t *record, void *context)
{
    assert_int_equal(json_integer_value(json_object_get(record, "block")), *(size_t *)context);
    ++*(size_t *)context;
}

/* A run that goes on keeps the lines before, loses no byte of what it sets aside, and appends. */
static void assert_resumes(size_t lines, bool damaged, size_t length)
{
    char aside[SCRATCH_PATH_SIZE + 16], left[8192], rest[8192];
    struct journal journal;
    size_t seen = 0;

    snprintf(aside, sizeof aside, "%s.damaged", fixture.journal);
    assert_int_equal(journal_open(&journal, fixture.directory, &error), 0);
    assert_int_equal(journal_each(fixture.directory, count, &seen, &error), 0);
    assert_int_equal(seen, lines);
    assert_int_equal(read_whole(fixture.journal, left), starts[lines]);
    assert_memory_equal(left, good, starts[lines]);
    size_t kept = read_whole(aside, rest);
    if (damaged) {
        assert_true(kept <= length - starts[lines] && kept > 0);
        assert_memory_equal(rest, bent + starts[lines], kept);
        unlink(aside);
    } else
        assert_int_equal(kept, 0);
    append(&journal, (unsigned)lines);
    journal_close(&journal);
    assert_loads(lines + 1, false, lines);
}

static size_t line_of(size_t at)
{
    size_t line = 0;

    while (starts[line + 1] <= at)
        line++;
    return line;
}

static void test_every_truncation(void **state)
{
    (void)state;
    for (size_t length = 0; length <= size; length++) {
        size_t lines = length == size ? LINES : line_of(length);
        memcpy(bent, good, size);
        put(bent, length);
        assert_loads(lines, false, length);
        assert_resumes(lines, false, length);
    }
}

/* The newline of the last line is what tells it from a torn one. */
static void test_every_bit(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < size * 8; bit++) {
        size_t at = bit / 8, line = line_of(at);
        bool damaged = at != size - 1;
        memcpy(bent, good, size);
        bent[at] = (char)(bent[at] ^ 1 << bit % 8);
        put(bent, size);
        assert_loads(line, damaged, at);
        if (bit % RESUMED_EVERY == 0 || !damaged)
            assert_resumes(line, damaged, size);
    }
}

/* Lines from before there were checksums are read as they are. */
static void test_older_lines(void **state)
{
    struct run run;

    (void)state;
    put("", 0);
    fixture_trial(&fixture, 0, 0, 1000000);
    assert_loads(1, false, 0);
    put(good, size);
    fixture_trial(&fixture, 0, LINES, 1000000);
    assert_loads(LINES + 1, false, size);
    /* With the schema of a sealed line but no seal, it was sealed. */
    put("", 0);
    json_t *trial = fixture_object(&fixture, 0, 0, 1000000);
    json_object_set_new(trial, "schema", json_integer(SEAL_SCHEMA));
    fixture_write(&fixture, trial);
    assert_loads(0, true, 0);
    /* A damaged line without a seal cannot be told from a wrong one: it is refused. */
    put("{\"schema\":1,\"poi\n", 17);
    assert_int_equal(load_run(&run, fixture.directory, &error), -1);
    assert_non_null(strstr(error.text, "trials.jsonl:1"));
    load_free(&run);
}

static void test_seal(void **state)
{
    size_t length;
    bool sealed;
    char *line = seal_line("{\"schema\":2,\"a\":1}", &length);

    (void)state;
    /* The figure must not change: journals hold it. */
    assert_string_equal(line, "{\"schema\":2,\"a\":1,\"xxh3\":\"81e00486694912f1\"}\n");
    assert_int_equal(length, strlen(line));
    assert_int_equal(seal_check(line, length - 1, &sealed, &error), 0);
    assert_true(sealed);
    free(line);
    assert_null(seal_line("{\"schema\":1}", &length));
    assert_int_equal(seal_check("", 0, &sealed, &error), 0);
    assert_false(sealed);
}

/* Writes that move a few bytes are gone on with; when no more fit, what there was is whole. */
static void test_short_writes(void **state)
{
    char path[SCRATCH_PATH_SIZE], left[8192];
    struct journal journal;
    json_t *trial = fixture_object(&fixture, 0, 3, 1000003);

    (void)state;
    json_object_set_new(trial, "schema", json_integer(SEAL_SCHEMA));
    put("", 0);
    assert_int_equal(journal_open(&journal, fixture.directory, &error), 0);
    most_written = 7;
    for (unsigned i = 0; i < LINES; i++)
        append(&journal, i);
    snprintf(path, sizeof path, "%s/published", fixture.directory);
    assert_int_equal(publish_bytes(path, good, size, &error), 0);
    failing_write = writes + 20;
    assert_int_equal(journal_append(&journal, trial, &error), -1);
    assert_non_null(strstr(error.text, "No space left on device"));
    assert_int_equal(publish_bytes(path, "else", 4, &error), -1);
    most_written = failing_write = SIZE_MAX;
    journal_close(&journal);
    json_decref(trial);
    assert_loads(LINES, false, 0);
    assert_int_equal(left[read_whole(fixture.journal, left) - 1], '\n');
    assert_int_equal(read_whole(path, left), size);
    assert_memory_equal(left, good, size);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seal),
        cmocka_unit_test_setup_teardown(test_every_truncation, begin, end),
        cmocka_unit_test_setup_teardown(test_every_bit, begin, end),
        cmocka_unit_test_setup_teardown(test_older_lines, begin, end),
        cmocka_unit_test_setup_teardown(test_short_writes, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
