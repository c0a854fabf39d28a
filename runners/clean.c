/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "runners/run.h"
#include "runners/undo.h"

int clean_main(int argc, char **argv)
{
    struct undo undo;
    struct error error;

    (void)argv;
    if (argc > 1) {
        fputs("usage: iotoll clean\n", stderr);
        return EXIT_USAGE;
    }
    if (undo_begin(&undo, &error) < 0) /* which undoes what an earlier run left */
        die(EXIT_ENVIRONMENT, "%s", error.text);
    return undo_all(&undo) < 0 ? EXIT_ENVIRONMENT : EXIT_DONE;
}
