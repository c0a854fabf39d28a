/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `iotoll kernels` makes of a guest's console, and how a run comes out of a guest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "runners/kernels_console.h"
#include "runners/parcel.h"
#include "tests/unit/scratch.h"

static struct kernels_boot read_text(const char *text)
{
    struct kernels_boot boot = {.outcome = ""};
    char *copy = strdup(text);

    kernels_console_read(&boot, copy, strlen(copy));
    free(copy);
    return boot;
}

static void test_delivered(void **state)
{
    struct kernels_boot boot = read_text("[    0.1] Linux version 6.1\r\niotoll-guest: up 6.1.0-5-amd64\r\n"
                                         "iotoll-guest: measuring\r\niotoll: 3 points\r\n"
                                         "iotoll-guest: module xfs could not be loaded\r\n"
                                         "iotoll-guest: delivering\r\niotoll-guest: delivered 1\r\n");

    (void)state;
    assert_string_equal(boot.outcome, "delivered");
    assert_string_equal(boot.uname, "6.1.0-5-amd64");
    assert_int_equal(boot.code, 1);
    assert_string_equal(boot.reason, "");
    json_decref(boot.last_lines);
}

static void test_panic(void **state)
{
    struct kernels_boot boot = read_text("iotoll-guest: up 6.1.0\niotoll-guest: measuring\n"
                                         "[   9.0] Kernel panic - not syncing: stack \x1b[1m smashed\n"
                                         "[   9.1] Rebooting\n");

    (void)state;
    assert_string_equal(boot.outcome, "panic");
    assert_string_equal(boot.stage, "measuring");
    assert_string_equal(boot.reason, "Kernel panic - not syncing: stack ?[1m smashed");
    assert_int_equal(json_array_size(boot.last_lines), 4);
    json_decref(boot.last_lines);
}

static void test_too_little_memory(void **state)
{
    struct kernels_boot boot = read_text("[ 0.5] Initramfs unpacking failed: write error\n"
                                         "[ 0.9] Kernel panic - not syncing: No working init found.\n");

    (void)state;
    assert_string_equal(boot.outcome, "panic");
    assert_non_null(strstr(boot.reason, "too little memory"));
    json_decref(boot.last_lines);
}

static void test_says_why_it_failed(void **state)
{
    struct kernels_boot boot = read_text("iotoll-guest: up 6.1.0\niotoll-guest: failed: no virtio disk\n");

    (void)state;
    assert_string_equal(boot.outcome, "failed");
    assert_string_equal(boot.reason, "no virtio disk");
    json_decref(boot.last_lines);
    boot = read_text("");
    assert_string_equal(boot.outcome, "failed");
    assert_string_equal(boot.stage, "nowhere");
    assert_int_equal(json_array_size(boot.last_lines), 0);
    json_decref(boot.last_lines);
}

static char base[SCRATCH_SIZE];

static char *path(const char *name)
{
    static char paths[4][SCRATCH_PATH_SIZE];
    static unsigned next;
    char *made = paths[next++ % 4];

    snprintf(made, sizeof paths[0], "%s/%s", base, name);
    return made;
}

static void write_file(const char *name, const char *bytes, size_t length)
{
    FILE *out = fopen(path(name), "w");

    assert_non_null(out);
    fwrite(bytes, 1, length, out);
    fclose(out);
}

/* A directory with two files, in an image of 64 KiB. */
static int make_parcel(void **state)
{
    struct error error;
    char command[3 * SCRATCH_SIZE];

    (void)state;
    scratch_make(base, "iotoll-test");
    snprintf(command, sizeof command, "mkdir %s/from && truncate -s 64K %s/image", base, base);
    assert_int_equal(system(command), 0);
    write_file("from/run.json", "{}\n", 3);
    write_file("from/trials.jsonl", "a 12\nb\0c", 8);
    assert_int_equal(parcel_pack(path("from"), path("image"), &error), 0);
    return 0;
}

static int remove_all(void **state)
{
    char command[3 * SCRATCH_SIZE];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", base);
    return system(command);
}

static void test_parcel(void **state)
{
    struct error error;
    char command[3 * SCRATCH_SIZE];

    (void)state;
    assert_int_equal(parcel_unpack(path("image"), path("to"), &error), 0);
    snprintf(command, sizeof command, "diff -r %s/from %s/to", base, base);
    assert_int_equal(system(command), 0);
}

/* Whatever byte is another: nothing is made. */
static void test_damaged_parcel(void **state)
{
    struct error error;
    long bytes;

    (void)state;
    for (long at = 0; at < 4096 + 40; at += at == 60 ? 4096 - 60 : 1) {
        FILE *image = fopen(path("image"), "r+");
        assert_non_null(image);
        fseek(image, at, SEEK_SET);
        bytes = fgetc(image);
        fseek(image, at, SEEK_SET);
        fputc((int)bytes ^ 1, image);
        fclose(image);
        if (bytes != '\n' && bytes != 0) {
            assert_int_equal(parcel_unpack(path("image"), path("to"), &error), -1);
            assert_int_equal(access(path("to"), F_OK), -1);
        }
        image = fopen(path("image"), "r+");
        fseek(image, at, SEEK_SET);
        fputc((int)bytes, image);
        fclose(image);
    }
    assert_int_equal(parcel_unpack(path("image"), path("to"), &error), 0);
}

static void test_no_parcel(void **state)
{
    struct error error;

    (void)state;
    write_file("empty", "", 0);
    assert_int_equal(parcel_unpack(path("empty"), path("to"), &error), -1);
    assert_int_equal(truncate(path("image"), 4100), 0);
    assert_int_equal(parcel_unpack(path("image"), path("to"), &error), -1);
    assert_non_null(strstr(error.text, "not whole"));
    assert_int_equal(parcel_pack(path("nowhere"), path("image"), &error), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delivered),
        cmocka_unit_test(test_panic),
        cmocka_unit_test(test_too_little_memory),
        cmocka_unit_test(test_says_why_it_failed),
        cmocka_unit_test_setup_teardown(test_parcel, make_parcel, remove_all),
        cmocka_unit_test_setup_teardown(test_damaged_parcel, make_parcel, remove_all),
        cmocka_unit_test_setup_teardown(test_no_parcel, make_parcel, remove_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
