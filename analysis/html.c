/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/html.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "common/units.h"

struct unit {
    const char *name;
    double factor;
};

static const struct unit durations[] = {{"ns", 1}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}};
static const struct unit rates[] = {{"B/s", 1}, {"KiB/s", KIB}, {"MiB/s", MIB}, {"GiB/s", GIB}};
static const struct unit numbers[] = {{"", 1}};
static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* The length of the UTF-8 character at text, and its code; 0 if it is none (Unicode 15, 3.9). */
static size_t character(const char *text, unsigned *code)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000}; /* of so many bytes */
    const unsigned char *c = (const unsigned char *)text;
    size_t length = c[0] < 0x80 ? 1 : c[0] >> 5 == 6 ? 2 : c[0] >> 4 == 14 ? 3 : c[0] >> 3 == 30 ? 4 : 0;

    *code = length == 1 ? c[0] : c[0] & (0x7fU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((c[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (c[i] & 0x3f);
    }
    bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code >= least[length] && *code <= 0x10ffff && !surrogate ? length : 0;
}

/* Control characters, and what turns the direction of what follows it (Unicode 15, 23.1 and 23.2). */
static bool is_unwanted(unsigned code)
{
    return (code < ' ' && code != '\n' && code != '\t') || (code >= 0x7f && code < 0xa0) || code == 0x61c ||
           code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

static void write_ascii(FILE *out, char c)
{
    switch (c) {
    case '&': fputs("&amp;", out); break;
    case '<': fputs("&lt;", out); break;
    case '>': fputs("&gt;", out); break;
    case '"': fputs("&quot;", out); break;
    case '\'': fputs("&#39;", out); break;
    default: fputc(c, out);
    }
}

void html_text(FILE *out, const char *text)
{
    unsigned code;

    for (size_t length; *text; text += length ? length : 1) {
        length = character(text, &code);
        if (length == 0 || is_unwanted(code))
            fputs(replacement, out);
        else if (length == 1)
            write_ascii(out, *text);
        else
            fwrite(text, 1, length, out);
    }
}

void html_format(FILE *out, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    html_text(out, text);
}

void html_warning(FILE *out, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fputs("<p class=\"alarm\">", out);
    html_text(out, text);
    fputs("</p>\n", out);
}

void html_heading(FILE *out, const char *text)
{
    fputs("<th>", out);
    html_text(out, text);
    fputs("</th>", out);
}

void html_format_in(FILE *out, const char *element, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(out, "<%s>", element);
    html_text(out, text);
    fprintf(out, "</%s>\n", element);
}

void html_cell(FILE *out, const char *class, const char *text)
{
    if (class)
        fprintf(out, "<td class=\"%s\">", class);
    else
        fputs("<td>", out);
    html_text(out, text);
    fputs("</td>", out);
}

static int decimals(double value)
{
    return value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.0995 || value <= 0 ? 2 : 3;
}

static void interval_cell(FILE *out, const struct interval *value, const struct unit *units,
                          size_t count)
{
    size_t i = 0;

    if (!isfinite(value->middle)) {
        fputs("<td class=\"number none\" data-v=\"\">–</td>", out);
        return;
    }
    while (i + 1 < count && value->middle >= 999.5 / 1000 * units[i + 1].factor)
        i++;
    double factor = units[i].factor;
    int places = decimals(value->middle / factor);
    fprintf(out, "<td class=\"number\" data-v=\"%.6g\">%.*f%s%s", value->middle, places,
        value->middle / factor,
            *units[i].name ? " " : "", units[i].name);
    if (value->bounded)
        fprintf(out, "<small>%.*f–%.*f</small>", places, value->low / factor, places,
                value->high / factor);
    fputs("</td>", out);
}

void html_duration(FILE *out, double ns)
{
    size_t i = 0;

    if (!isfinite(ns)) {
        fputs("–", out);
        return;
    }
    while (i + 1 < sizeof durations / sizeof *durations && ns >= 999.5 * durations[i].factor)
        i++;
    double shown = ns / durations[i].factor;
    fprintf(out, "%.*f %s", ns > 0 ? decimals(shown) : 0, shown, durations[i].name);
}

void html_duration_cell(FILE *out, const struct interval *ns)
{
    interval_cell(out, ns, durations, sizeof durations / sizeof *durations);
}

void html_rate_cell(FILE *out, const struct interval *bytes_per_s)
{
    interval_cell(out, bytes_per_s, rates, sizeof rates / sizeof *rates);
}

void html_number_cell(FILE *out, const struct interval *number)
{
    interval_cell(out, number, numbers, 1);
}

void html_count_cell(FILE *out, double count)
{
    static const struct unit counts[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}};
    size_t i = 0;

    if (!isfinite(count)) {
        fputs("<td class=\"number none\" data-v=\"\">–</td>", out);
        return;
    }
    while (i + 1 < sizeof counts / sizeof *counts && count >= 999.5 * counts[i].factor)
        i++;
    double shown = count / counts[i].factor;
    int places = i == 0 && count == floor(count) ? 0 : decimals(shown);
    fprintf(out, "<td class=\"number\" data-v=\"%.6g\">%.*f%s</td>", count, places, shown,
        counts[i].name);
}
