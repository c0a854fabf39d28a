/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "runners/run.h"
#include "runners/undo.h"

/* Beginning undoes what was left there. */
static int clean(const char *corner)
{
    struct undo undo;
    struct error error;

    if (undo_begin(&undo, corner, &error) == 0)
        return undo_all(&undo);
    fprintf(stderr, "iotoll: %s\n", error.text);
    return -1;
}

const char clean_usage[] = "usage: iotoll clean\n";

int clean_main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        fputs(clean_usage, stderr);
        return EXIT_USAGE;
    }
    int failed = clean(UNDO_RUN) < 0;
    failed |= clean(UNDO_LIST) < 0;
    return failed ? EXIT_ENVIRONMENT : EXIT_DONE;
}
