/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usage: make_content DIR FILES SIZE SEED: write a data set as the orchestrator would, from the second
 * description of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/methods/reference.h"

int main(int argc, char **argv)
{
    char path[4200];

    if (argc != 5)
        return 2;
    size_t size = strtoull(argv[3], NULL, 10);
    unsigned char *bytes = malloc(size + 1);
    for (uint64_t i = 0; bytes && i < strtoull(argv[2], NULL, 10); i++) {
        snprintf(path, sizeof path, "%s/%06" PRIu64, argv[1], i);
        reference_content(strtoull(argv[4], NULL, 10), i, bytes, size);
        FILE *file = fopen(path, "w");
        if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
            return perror(path), free(bytes), 1;
    }
    free(bytes);
    return bytes ? 0 : 1;
}
