/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/tasks.h"

#include <stddef.h>
#include <string.h>

const struct task_traits task_table[] = {
    {.name = "scan", .baseline = "stream", .source = PLACE_FILE, .consumes = true},
    {.name = "copy",
     .baseline = "stream",
     .source = PLACE_FILE,
     .destination = PLACE_FILE,
     .writes = true,
     .creates = true},
    {.name = "send", .baseline = "stream", .source = PLACE_FILE, .destination = PLACE_SOCKET},
    {.name = "receive",
     .baseline = "stream",
     .source = PLACE_SOCKET,
     .destination = PLACE_FILE,
     .writes = true,
     .creates = true},
    {.name = "lookup",
     .baseline = "pread",
     .source = PLACE_FILE,
     .consumes = true,
     .random = true},
    {.name = "update",
     .baseline = "pwrite",
     .source = PLACE_FILE,
     .writes = true,
     .random = true},
    {.name = "append",
     .baseline = "write",
     .destination = PLACE_FILE,
     .writes = true,
     .creates = true},
    {.name = NULL},
};

const struct task_traits *task_find(const char *name)
{
    for (const struct task_traits *task = task_table; task->name; task++)
        if (!strcmp(task->name, name))
            return task;
    return NULL;
}
