/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Executes itself for ever, with so many arguments that copying them takes much of its time. */
#include <stdlib.h>
#include <unistd.h>

enum { MANY = 100000 };

int main(int argc, char **argv)
{
    if (argc < MANY) {
        char **many = calloc(MANY + 1, sizeof *many);
        if (!many)
            return 1;
        for (int i = 0; i < MANY; i++)
            many[i] = i < argc ? argv[i] : "";
        argv = many;
    }
    execv("/proc/self/exe", argv);
    return 1;
}
