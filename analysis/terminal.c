/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/terminal.h"

#include <string.h>

enum { WIDTH = 78, INDENT = 4 };

void terminal_plain(FILE *out, const char *text)
{
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, out);
}

/* Bytes that start a character: what a terminal counts. */
static size_t columns(const char *text, size_t length)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

void terminal_wrapped(FILE *out, const char *text)
{
    size_t used = 0;

    while (*text) {
        size_t length = strcspn(text, " "), width = columns(text, length);
        if (used == 0 || used + 1 + width > WIDTH) {
            fprintf(out, "%s%*s", used ? "\n" : "", INDENT, "");
            used = INDENT;
        } else {
            fputc(' ', out);
            used++;
        }
        fprintf(out, "%.*s", (int)length, text);
        used += width;
        text += length + (text[length] == ' ');
    }
    fputc('\n', out);
}

void terminal_column(FILE *out, const char *text, size_t width)
{
    size_t used = 0;

    for (; *text; text++) {
        used += ((unsigned char)*text & 0xc0) != 0x80;
        if (used > width)
            break;
        fputc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, out);
    }
    for (; used < width; used++)
        fputc(' ', out);
}
