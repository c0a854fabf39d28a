/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sizes and durations: what is taken is written and read back the same. */
#include <stdlib.h>
#include <string.h>

#include "common/units.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[64] = "", exact[24], people[32];
    uint64_t value, again;

    memcpy(text, data, size < sizeof text - 1 ? size : sizeof text - 1);
    if (units_parse_size(text, &value) == 0) {
        if (value > 1ULL << 62 || units_parse_size(units_format_size(value, exact), &again) < 0 || again != value)
            abort();
        units_human_bytes((double)value, people);
    }
    if (units_parse_duration(text, &value) == 0) {
        if (value > 366ULL * 24 * 3600 * NS_PER_S)
            abort();
        units_human_duration((double)value, people);
    }
    return 0;
}
