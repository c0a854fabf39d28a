/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/spawn.h"

static size_t split(char *text, char *words[TOOL_WORDS_MAX + 1])
{
    size_t count = 0;
    char *rest = text;

    for (char *word; count < TOOL_WORDS_MAX && (word = strsep(&rest, " "));)
        if (*word)
            words[count++] = word;
    words[count] = NULL;
    return count;
}

/* Where a user's PATH does not lead, though the tools need no privilege to be found. */
static const char *locate(const char *name, char path[256])
{
    static const char *const directories[] = {"/usr/sbin", "/sbin", "/usr/local/sbin"};

    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        snprintf(path, 256, "%s/%s", directories[i], name);
        if (access(path, X_OK) == 0)
            return path;
    }
    return name;
}

static int run(struct spawn *spawn, const char *name, struct error *error)
{
    if (spawn_run(spawn, error) < 0)
        return -1;
    if (!strcmp(spawn->exit, "0"))
        return 0;
    if (!strcmp(spawn->exit, "127") && strstr(spawn->errors, strerror(ENOENT)))
        return error_set(error, "%s is not installed (`make deps`)", name);
    if (!strcmp(spawn->exit, "127"))
        return error_set(error, "cannot start %.400s", *spawn->errors ? spawn_last_words(spawn) : name);
    return error_set(error, "%s ended with %s: %.400s", name, spawn->exit,
                     *spawn->errors ? spawn_last_words(spawn) : "without a word");
}

int tool_run(struct error *error, const char *directory, int network_fd, const char *format, ...)
{
    char text[2048], path[256], name[64];
    char *words[TOOL_WORDS_MAX + 1];
    va_list values;

    va_start(values, format);
    int length = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    if (length < 0 || (size_t)length >= sizeof text || split(text, words) == 0)
        return error_set(error, "a command line is too long");
    snprintf(name, sizeof name, "%.60s", words[0]);
    words[0] = (char *)locate(words[0], path);
    struct spawn spawn = {.argv = words,
                          .program_fd = -1,
                          .timeout_ns = 60 * NS_PER_S,
                          .directory = directory,
                          .network_fd = network_fd,
                          .unstoppable = true};
    int result = run(&spawn, name, error);
    spawn_free(&spawn);
    return result;
}
