/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a method wrote of its profile, and behind a NUL a program (an ELF file) that addresses of it are looked up
 * in: it is mapped as "elf". */
#include <fcntl.h>
#include <sys/mman.h>

#include "tests/fuzz/driver/files.h"

#include "runners/samples.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void record(const uint8_t *text, size_t length)
{
    static const struct samples_owners owners = {.sink = 0};
    struct symbol kernel[] = {{0x1000, 0, "idle", false}, {0x2000, 0, "copy", false}, {0x3000, 0, "ext4", true}};
    struct samples *samples = calloc(1, sizeof *samples);
    json_t *found = json_object();
    struct error error;
    int fd = memfd_create("samples", MFD_CLOEXEC);

    if (!samples || fd < 0 || write(fd, text, length) != (ssize_t)length)
        abort();
    samples->kernel = (struct symbols){.all = kernel, .count = 3};
    samples_record(samples, fd, &owners, found, &error);
    samples->kernel = (struct symbols){0};
    samples_free(samples);
    json_decref(found);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct symbols symbols;
    size_t length;

    files_begin();
    const uint8_t *part = files_part(&data, &size, &length);
    if (symbols_file(&symbols, files_put("elf", data, size)) == 0)
        for (uint64_t at = 0; at < 8192; at += 511) {
            symbols_at(&symbols, at);
            symbols_at_offset(&symbols, at);
        }
    symbols_free(&symbols);
    int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (chdir(directory) < 0)
        abort();
    record(part, length);
    if (fchdir(before) < 0)
        abort();
    close(before);
    return 0;
}
