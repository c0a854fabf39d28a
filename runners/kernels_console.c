/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/kernels_console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_LINES = 8, LINE_MAX_LENGTH = 200 };

static const char marker[] = "iotoll-guest: ";

/* Lines end in CR LF; a firmware moves the cursor with escapes. What is NUL separates lines from here on. */
static void make_plain(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n' || text[i] == '\r')
            text[i] = 0;
        else if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] >= 0x7f)
            text[i] = '?';
}

static const char *next_line(const char *line, const char *end)
{
    line += strlen(line);
    while (line < end && !*line)
        line++;
    return line;
}

/* What the guest says by itself. */
static void take_word(struct kernels_boot *boot, const char *word)
{
    if (!strncmp(word, "failed: ", 8)) {
        if (!*boot->reason)
            snprintf(boot->reason, sizeof boot->reason, "%.400s", word + 8);
    } else if (!strncmp(word, "up ", 3)) {
        snprintf(boot->uname, sizeof boot->uname, "%.127s", word + 3);
        strcpy(boot->stage, "up");
    } else if (!strncmp(word, "delivered ", 10)) {
        boot->code = atoi(word + 10);
        strcpy(boot->stage, "delivered");
    } else if (strncmp(word, "module ", 7))
        snprintf(boot->stage, sizeof boot->stage, "%.63s", word);
}

static void set_last_lines(struct kernels_boot *boot, const char **lines, size_t count)
{
    char line[LINE_MAX_LENGTH + 1];

    boot->last_lines = json_array();
    for (size_t i = count > LAST_LINES ? count - LAST_LINES : 0; i < count; i++) {
        snprintf(line, sizeof line, "%s", lines[i % LAST_LINES]);
        json_array_append_new(boot->last_lines, json_string(line));
    }
}

static void conclude(struct kernels_boot *boot, const char *panic, const char *hungry)
{
    if (*boot->outcome)
        return;
    if (hungry && (panic || *boot->reason)) {
        strcpy(boot->outcome, panic ? "panic" : "failed");
        snprintf(boot->reason, sizeof boot->reason, "too little memory: %.300s", hungry);
    } else if (panic) {
        strcpy(boot->outcome, "panic");
        snprintf(boot->reason, sizeof boot->reason, "%.300s", panic);
    } else {
        strcpy(boot->outcome, !strcmp(boot->stage, "delivered") ? "delivered" : "failed");
        if (strcmp(boot->stage, "delivered") && !*boot->reason)
            snprintf(boot->reason, sizeof boot->reason, "the guest ended by itself, stage: %s", boot->stage);
    }
}

void kernels_console_read(struct kernels_boot *boot, char *text, size_t length)
{
    const char *end = text + length, *lines[LAST_LINES], *panic = NULL, *hungry = NULL, *found;
    size_t count = 0;

    make_plain(text, length);
    strcpy(boot->stage, "nowhere");
    boot->code = -1;
    for (const char *line = *text || !length ? text : next_line(text, end); line < end;
         line = next_line(line, end)) {
        lines[count++ % LAST_LINES] = line;
        if ((found = strstr(line, "Kernel panic - not syncing")) && !panic)
            panic = found;
        if ((strstr(line, "Out of memory") || strstr(line, "out of memory") ||
             strstr(line, "nitramfs unpacking failed") || strstr(line, "System is deadlocked on memory")) &&
            !hungry)
            hungry = line;
        if ((found = strstr(line, marker)))
            take_word(boot, found + sizeof marker - 1);
    }
    set_last_lines(boot, lines, count);
    conclude(boot, panic, hungry);
}
