/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/damon.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runners/files.h"

/* As a whole word: "hugepage" is in "nohugepage". */
static bool has(const char *text, const char *action)
{
    size_t length = strlen(action);

    for (const char *at = text; (at = strstr(at, action)); at += length)
        if ((at == text || at[-1] == ' ') && (at[length] == ' ' || at[length] == 0))
            return true;
    return false;
}

static void add(char *text, size_t room, const char *action)
{
    size_t length = strlen(text);

    if (!has(text, action) && length + strlen(action) + 2 <= room)
        sprintf(text + length, "%s%s", length ? " " : "", action);
}

static void add_schemes(char *text, size_t room, const char *thread)
{
    char pattern[512], action[64];
    glob_t found;

    snprintf(pattern, sizeof pattern, "%.400s/contexts/*/schemes/*/action", thread);
    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        if (files_read(found.gl_pathv[i], action, sizeof action) > 0)
            add(text, room, action);
    globfree(&found);
}

static void add_threads(char *text, size_t room)
{
    char path[512], state[16];
    glob_t found;

    if (glob("/sys/kernel/mm/damon/admin/kdamonds/*/state", 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        snprintf(path, sizeof path, "%.400s", found.gl_pathv[i]);
        if (files_read(path, state, sizeof state) > 0 && !strcmp(state, "on")) {
            *strrchr(path, '/') = 0;
            add_schemes(text, room, path);
        }
    }
    globfree(&found);
}

/* The two that are modules show nothing but that they are on. */
static void add_module(char *text, size_t room, const char *name, const char *action)
{
    char path[128], enabled[8];

    snprintf(path, sizeof path, "/sys/module/%s/parameters/enabled", name);
    if (files_read(path, enabled, sizeof enabled) > 0 && *enabled == 'Y')
        add(text, room, action);
}

char *damon_actions(char *text, size_t room)
{
    static const char number[] = "/sys/kernel/mm/damon/admin/kdamonds/nr_kdamonds";

    *text = 0;
    if (access(number, F_OK) == 0 && access(number, R_OK) < 0)
        return NULL;
    add_threads(text, room);
    add_module(text, room, "damon_reclaim", "pageout");
    add_module(text, room, "damon_lru_sort", "lru_sort");
    return text;
}
