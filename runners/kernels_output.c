/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the boots' results and what they need on the way are kept. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/environment.h"
#include "runners/kernels.h"

static const uint64_t spare_bytes = 512 * MIB; /* initramfs, results, consoles */

static int choose_name(const struct kernels *kernels, const char *name, char path[PATH_MAX],
                       struct error *error)
{
    char utc[24], stamp[24];
    size_t used = 0;

    if (name) {
        snprintf(path, PATH_MAX, "%s", name);
        return 0;
    }
    environment_utc_now(utc);
    for (const char *at = utc; *at; at++)
        if (*at != '-' && *at != ':')
            stamp[used++] = *at;
    stamp[used] = 0;
    if (mkdir("results", 0755) < 0 && errno != EEXIST)
        return error_set(error, "results:");
    snprintf(path, PATH_MAX, "results/%s-kernels-%s", stamp, kernels->config.name);
    return 0;
}

static int check_space(const struct kernels *kernels, struct error *error)
{
    const uint64_t needed = kernels->disk_bytes + spare_bytes;
    struct statvfs space;
    char has[32], wants[32];

    if (statvfs(kernels->output, &space) < 0)
        return error_set(error, "%s:", kernels->output);
    uint64_t free_bytes = (uint64_t)space.f_bavail * space.f_frsize;
    if (free_bytes >= needed)
        return 0;
    return error_set(error, "%s: %s free, a guest's disk and results may take %s (a smaller --disk?)",
                     kernels->output, units_human_bytes((double)free_bytes, has),
                     units_human_bytes((double)needed, wants));
}

int kernels_output_open(struct kernels *kernels, const char *name, struct error *error)
{
    char path[PATH_MAX], consoles[PATH_MAX + 16];

    if (choose_name(kernels, name, path, error) < 0)
        return -1;
    if (mkdir(path, 0755) < 0)
        return error_set(error, "%s:", path);
    if (!realpath(path, kernels->output) || strlen(kernels->output) > PATH_MAX - 256 ||
        strchr(kernels->output, ','))
        return error_set(error, "%s: a guest's files cannot be kept there: a comma, or too long", path);
    snprintf(consoles, sizeof consoles, "%s/consoles", kernels->output);
    snprintf(kernels->work, sizeof kernels->work, "%.4000s/work", kernels->output);
    if (kernels->disk_bytes > 0)
        snprintf(kernels->disk, sizeof kernels->disk, "%.4000s/disk", kernels->work);
    kernels->machine.disk = kernels->disk;
    if (undo_promise(&kernels->undo, "tree", kernels->work, error) < 0)
        return -1;
    if (mkdir(consoles, 0755) < 0 || mkdir(kernels->work, 0700) < 0)
        return error_set(error, "%s:", kernels->work);
    return check_space(kernels, error);
}
