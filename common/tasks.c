/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/tasks.h"

#include <stddef.h>
#include <string.h>

const struct task_traits task_table[] = {
    {.name = "scan", .source = PLACE_FILE, .consumes = true},
    {.name = "copy",
     .source = PLACE_FILE,
     .destination = PLACE_FILE,
     .writes = true,
     .creates = true},
    {.name = "send", .source = PLACE_FILE, .destination = PLACE_SOCKET},
    {.name = "receive",
     .source = PLACE_SOCKET,
     .destination = PLACE_FILE,
     .writes = true,
     .creates = true},
    {.name = "lookup", .source = PLACE_FILE, .consumes = true, .random = true},
    {.name = "update", .source = PLACE_FILE, .writes = true, .random = true},
    {.name = "append", .destination = PLACE_FILE, .writes = true, .creates = true},
    {.name = NULL},
};

const struct task_traits *task_find(const char *name)
{
    for (const struct task_traits *task = task_table; task->name; task++)
        if (!strcmp(task->name, name))
            return task;
    return NULL;
}
