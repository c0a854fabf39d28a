/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/html.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "common/units.h"

struct unit {
    const char *name;
    double factor;
};

static const struct unit durations[] = {{"ns", 1}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}};
static const struct unit rates[] = {{"B/s", 1}, {"KiB/s", KIB}, {"MiB/s", MIB}, {"GiB/s", GIB}};
static const struct unit numbers[] = {{"", 1}};

void html_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        switch (c) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        case '\'': fputs("&#39;", out); break;
        default:
            if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
                fputs("\xef\xbf\xbd", out);
            else
                fputc(c, out);
        }
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
        fputs("<td class=\"number none\">–</td>", out);
        return;
    }
    while (i + 1 < count && value->middle >= 999.5 / 1000 * units[i + 1].factor)
        i++;
    double factor = units[i].factor;
    int places = decimals(value->middle / factor);
    fprintf(out, "<td class=\"number\">%.*f%s%s", places, value->middle / factor,
            *units[i].name ? " " : "", units[i].name);
    if (value->bounded)
        fprintf(out, "<small>%.*f–%.*f</small>", places, value->low / factor, places,
                value->high / factor);
    fputs("</td>", out);
}

void html_duration(FILE *out, double ns)
{
    size_t i = 0;

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
        fputs("<td class=\"number none\">–</td>", out);
        return;
    }
    while (i + 1 < sizeof counts / sizeof *counts && count >= 999.5 * counts[i].factor)
        i++;
    double shown = count / counts[i].factor;
    int places = i == 0 && count == floor(count) ? 0 : decimals(shown);
    fprintf(out, "<td class=\"number\">%.*f%s</td>", places, shown, counts[i].name);
}
