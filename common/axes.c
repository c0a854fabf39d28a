/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/axes.h"

#include <stddef.h>
#include <string.h>

const char *const axes_names[] = {"block_size", "buffers", "threads", "policy", "alignment", NULL};
const char *const axes_policies[] = {
    "none",   "populate", "populate_read", "willneed",        "sequential",
    "random", "hugepage", "cold_behind",   "dontneed_behind", NULL};
const char *const axes_alignments[] = {"page", "malloc", "huge", NULL};
const char *const axes_consumptions[] = {"none", "touch", "touch_line", "digest", NULL};
const char *const axes_durabilities[] = {"none", "fdatasync", NULL};
const char *const axes_destinations[] = {"fresh", "overwrite", NULL};
const char *const axes_distributions[] = {"uniform", "zipf", NULL};
const char *const axes_bystanders[] = {"none",    "thread",           "thread_same_cpu",
                                       "process", "process_same_cpu", NULL};
const char *const axes_offsets[] = {"aligned", "unaligned", NULL};
const char *const axes_caches[] = {"cold", "warm", "pressured", "warm_small_folios", NULL};
const char *const axes_target_types[] = {"directory", "tmpfs", "image",  "throttled", "tcp",
                                         "unix", "namespace", "remote", NULL};
const char *const axes_runners[] = {"inprocess", "hyperfine", NULL};

int axes_find(const char *const *table, const char *name)
{
    for (int i = 0; table[i]; i++)
        if (!strcmp(table[i], name))
            return i;
    return -1;
}
