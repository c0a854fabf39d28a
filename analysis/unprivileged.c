/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/unprivileged.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/confine.h"

/* Can this user get there, and write there if he is to? */
static bool reaches(uid_t user, gid_t group, const char *directory, bool writes)
{
    bool can = setegid(group) == 0 && seteuid(user) == 0 && euidaccess(directory, writes ? W_OK | X_OK : X_OK) == 0;

    return (seteuid(0) < 0 || setegid(0) < 0) ? false : can;
}

static int give_up_root(const char *directory, bool writes)
{
    struct stat status;

    if (stat(directory, &status) == 0 && status.st_uid != 0 &&
        reaches(status.st_uid, status.st_gid, directory, writes))
        return confine_become(status.st_uid, status.st_gid) < 0 ? -1 : confine_capabilities(0);
    return confine_capabilities(CONFINE_CAPABILITY(CAP_SETUID) | CONFINE_CAPABILITY(CAP_SETGID) |
                                CONFINE_CAPABILITY(CAP_CHOWN) | CONFINE_CAPABILITY(CAP_DAC_OVERRIDE) |
                                CONFINE_CAPABILITY(CAP_KILL));
}

static int restrict_files(char *const *directories, size_t count, const char *written)
{
    const char *temporary = getenv("TMPDIR");
    const struct confine_path fixed[] = {CONFINE_SYSTEM,
                                         {"/usr", CONFINE_RUN},
                                         {"/bin", CONFINE_RUN},
                                         {"/lib", CONFINE_RUN},
                                         {"/lib64", CONFINE_RUN},
                                         {"/proc/self", CONFINE_READ}, /* sanitizers look at their own maps */
                                         {"/tmp", CONFINE_READ | CONFINE_WRITE},
                                         {temporary, CONFINE_READ | CONFINE_WRITE},
                                         {written, CONFINE_READ | CONFINE_WRITE}};
    const size_t fixed_count = sizeof fixed / sizeof *fixed;
    struct confine_path *paths = malloc((fixed_count + count) * sizeof *paths);

    if (!paths)
        return -1;
    for (size_t i = 0; i < fixed_count + count; i++)
        paths[i] = i < fixed_count ? fixed[i] : (struct confine_path){directories[i - fixed_count], CONFINE_READ};
    int result = confine_files(paths, fixed_count + count);
    free(paths);
    return result < 0 ? -1 : 0;
}

int unprivileged_begin(char *const *directories, size_t count, const char *written, struct error *error)
{
    if (geteuid() == 0 && give_up_root(written ? written : directories[0], written != NULL) < 0)
        return error_set(error, "%s: cannot give up the superuser's rights:", written ? written : directories[0]);
    if (restrict_files(directories, count, written) < 0)
        return error_set(error, "%s: cannot give up other files (Landlock):", directories[0]);
    return 0;
}
