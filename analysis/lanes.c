/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/lanes.h"

#include <string.h>

const char lanes_emulated_words[] =
    "Emulated: this shows that methods work, and counts (faults, bytes, switches) are the kernel's own. Times are "
    "the emulator's, not performance: no verdict is given on them.";
const char lanes_emulated_note[] = "EMULATED, not performance";

const char *lanes_of(const struct run *run)
{
    return load_text(run, "environment.lane");
}

bool lanes_is_emulated(const struct run *run)
{
    return !strcmp(lanes_of(run), "emulated");
}

int lanes_refuse(const struct run *base, const struct run *run, struct error *error)
{
    const char *a = lanes_of(base), *b = lanes_of(run);

    if (!strcmp(a, b) || ((!*a || !*b) && !lanes_is_emulated(base) && !lanes_is_emulated(run)))
        return 0;
    return error_set(error,
                     "%s: measured in another lane than %s (\"%.40s\" and \"%.40s\"): times cannot be compared; "
                     "--different-lanes compares counts all the same",
                     run->directory, base->directory, *b ? b : "not recorded", *a ? a : "not recorded");
}
