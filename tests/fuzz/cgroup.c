/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A process's mountinfo and, behind a NUL, its cgroup: what another machine's /proc may say. */
#include "runners/cgroup_find.h"
#include "runners/cgroup.h"
#include "tests/fuzz/driver/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cgroup_place places[CGROUP_CONTROLLERS];
    size_t length;

    files_begin();
    const uint8_t *part = files_part(&data, &size, &length);
    files_put("mountinfo", part, length);
    files_put("cgroup", data, size);
    cgroup_find(directory, 1U << CGROUP_IO | 1U << CGROUP_MEMORY, places);
    for (int i = 0; i < CGROUP_CONTROLLERS; i++)
        if (!places[i].directory[0] && !places[i].reason[0])
            abort();
    return 0;
}
