/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usage: set_digest DIR FILES: print the digest of a file set as a method's line has it. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/methods/reference.h"

static uint64_t file_digest(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY);

    if (fd < 0 || fstat(fd, &status) < 0)
        return perror(path), exit(1), 0;
    if (status.st_size == 0)
        return 0;
    unsigned char *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED)
        return perror(path), exit(1), 0;
    return reference_digest(bytes, (size_t)status.st_size);
}

int main(int argc, char **argv)
{
    uint64_t sum = 0;
    char path[4200];

    if (argc != 3)
        return 2;
    for (uint64_t i = 0; i < strtoull(argv[2], NULL, 10); i++) {
        snprintf(path, sizeof path, "%s/%06" PRIu64, argv[1], i);
        sum += reference_term(i, file_digest(path));
    }
    printf("%016" PRIx64 "\n", sum);
    return 0;
}
