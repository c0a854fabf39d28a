/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scale {
    const char *suffix;
    uint64_t factor;
};

static const struct scale size_scales[] = {
    {"T", 1ULL << 40}, {"G", 1ULL << 30}, {"M", 1ULL << 20}, {"K", 1ULL << 10}, {"", 1},
};

static const struct scale duration_scales[] = {
    {"h", 3600 * NS_PER_S}, {"m", 60 * NS_PER_S}, {"s", NS_PER_S},
    {"ms", NS_PER_MS},      {"us", 1000},         {"ns", 1},
};

/* A whole number followed by one of the suffixes, at most limit once scaled. */
static int parse_scaled(const char *text, const struct scale *scales, size_t count, uint64_t limit,
                        uint64_t *value)
{
    char *end;

    if (!isdigit((unsigned char)text[0]))
        return -1;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (!strcmp(end, scales[i].suffix)) {
            if (number > limit / scales[i].factor)
                return -1;
            *value = number * scales[i].factor;
            return 0;
        }
    return -1;
}

int units_parse_size(const char *text, uint64_t *bytes)
{
    char bare[32];
    size_t length = strlen(text);

    if (length >= sizeof bare)
        return -1;
    memcpy(bare, text, length + 1);
    if (length > 3 && !strcmp(bare + length - 2, "iB") && isalpha((unsigned char)bare[length - 3]))
        bare[length - 2] = 0;
    else if (length > 1 && bare[length - 1] == 'B')
        bare[length - 1] = 0;
    return parse_scaled(bare, size_scales, sizeof size_scales / sizeof *size_scales, 1ULL << 62,
                        bytes);
}

int units_parse_duration(const char *text, uint64_t *ns)
{
    return parse_scaled(text, duration_scales, sizeof duration_scales / sizeof *duration_scales,
                        365 * 24 * 3600 * NS_PER_S, ns);
}

const char *units_format_size(uint64_t bytes, char buffer[24])
{
    const struct scale *scale = size_scales;

    while (scale->factor > 1 && (bytes == 0 || bytes % scale->factor))
        scale++;
    snprintf(buffer, 24, "%llu%s", (unsigned long long)(bytes / scale->factor), scale->suffix);
    return buffer;
}

/* Three significant digits without an exponent. */
static void human(double value, const char *unit, char buffer[32])
{
    int decimals = fabs(value) >= 99.95 ? 0 : fabs(value) >= 9.995 ? 1 : 2;

    snprintf(buffer, 32, "%.*f %s", decimals, value, unit);
}

const char *units_human_bytes(double bytes, char buffer[32])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t i = 0;

    while (i + 1 < sizeof units / sizeof *units && fabs(bytes) >= 999.5) {
        bytes /= 1024;
        i++;
    }
    if (i == 0)
        snprintf(buffer, 32, "%.0f B", bytes);
    else if (fabs(bytes) < 1e9)
        human(bytes, units[i], buffer);
    else
        snprintf(buffer, 32, "%.3g %s", bytes, units[i]);
    return buffer;
}

const char *units_human_duration(double ns, char buffer[32])
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    size_t i = 0;

    if (!(fabs(ns) < 1e18)) {
        snprintf(buffer, 32, "%.3g s", ns / 1e9);
        return buffer;
    }
    if (ns >= 99.5e9) {
        unsigned long long seconds = (unsigned long long)(ns / 1e9 + 0.5);
        snprintf(buffer, 32, "%llum %02llus", seconds / 60, seconds % 60);
        return buffer;
    }
    while (i + 1 < sizeof units / sizeof *units && fabs(ns) >= 999.5) {
        ns /= 1000;
        i++;
    }
    human(ns, units[i], buffer);
    return buffer;
}
