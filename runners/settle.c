/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/settle.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/arguments.h"
#include "runners/cache.h"
#include "runners/spawn.h"

enum { STEP_MS = 2, QUIET_BYTES = MIB };

static int remove_copies(const char *directory, struct error *error)
{
    DIR *entries = opendir(directory);

    if (!entries)
        return error_set(error, "%s:", directory);
    for (struct dirent *entry; (entry = readdir(entries));)
        if (entry->d_name[0] != '.' && unlinkat(dirfd(entries), entry->d_name, 0) < 0)
            error_set(error, "%s/%s:", directory, entry->d_name);
    closedir(entries);
    return 0;
}

int settle_target(const struct target *target, struct error *error)
{
    char *directory = arguments_copy_directory(target);
    int result = 0;

    if (!directory)
        return error_set(error, "out of memory");
    if (mkdir(directory, 0700) < 0 && errno != EEXIST)
        result = error_set(error, "%s:", directory);
    if (result == 0)
        result = remove_copies(directory, error);
    if (result == 0)
        result = cache_settle(directory, error);
    free(directory);
    return result;
}

void settle_look(struct machine_writeback *found)
{
    FILE *file = fopen("/proc/vmstat", "re");
    int64_t page = sysconf(_SC_PAGESIZE), pages;
    char line[128];

    *found = (struct machine_writeback){-1, -1};
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "nr_dirty %" SCNd64, &pages) == 1)
            found->dirty_bytes = pages * page;
        else if (sscanf(line, "nr_writeback %" SCNd64, &pages) == 1)
            found->writeback_bytes = pages * page;
    }
    if (file)
        fclose(file);
}

void settle_machine(void)
{
    struct machine_writeback found;

    for (int waited = 0; waited < SETTLE_PATIENCE_MS && !spawn_stop_requested(); waited += STEP_MS) {
        settle_look(&found);
        if (found.writeback_bytes <= QUIET_BYTES)
            return;
        usleep(STEP_MS * 1000);
    }
}
