/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a fuzz target over the files that are named, without libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    static uint8_t data[1 << 20];

    for (int i = 1; i < argc; i++) {
        FILE *in = fopen(argv[i], "re");
        if (!in) {
            perror(argv[i]);
            return 1;
        }
        size_t size = fread(data, 1, sizeof data, in);
        fclose(in);
        LLVMFuzzerTestOneInput(data, size);
    }
    return 0;
}
