/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* landlock(7): what newer kernels know and Debian 12's headers do not name. */
static const uint64_t REFER = 1 << 13, TRUNCATE = 1 << 14, IOCTL_ON_DEVICE = 1 << 15;
static const uint64_t BIND_AND_CONNECT = 3, SOCKETS_AND_SIGNALS = 3;

static const uint64_t READ_FILE = LANDLOCK_ACCESS_FS_READ_FILE, READ_DIRECTORY = LANDLOCK_ACCESS_FS_READ_DIR,
                      RUN_FILE = LANDLOCK_ACCESS_FS_EXECUTE, WRITE_FILE = LANDLOCK_ACCESS_FS_WRITE_FILE;
/* To make, remove and rename whatever there is in a directory. */
static const uint64_t WRITE_DIRECTORY = LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                        LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG;
static const uint64_t NEVER = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                              LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                              LANDLOCK_ACCESS_FS_MAKE_SYM;

/* Its members came one after the other, the first alone with Linux 5.13. */
struct ruleset {
    uint64_t files;
    uint64_t network; /* 6.7 */
    uint64_t scoped;  /* 6.12 */
};

/* What this kernel's Landlock can refuse; an empty one where there is none. */
static struct ruleset known(size_t *size)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct ruleset all = {0};

    *size = version >= 6 ? sizeof all : version >= 4 ? offsetof(struct ruleset, scoped) : sizeof all.files;
    if (version < 1)
        return all;
    all.files = READ_FILE | READ_DIRECTORY | RUN_FILE | WRITE_FILE | WRITE_DIRECTORY | NEVER;
    all.files |= (version >= 2 ? REFER : 0) | (version >= 3 ? TRUNCATE : 0) | (version >= 5 ? IOCTL_ON_DEVICE : 0);
    all.network = version >= 4 ? BIND_AND_CONNECT : 0;
    all.scoped = version >= 6 ? SOCKETS_AND_SIGNALS : 0;
    return all;
}

static uint64_t access_of(unsigned rights, int is_directory)
{
    uint64_t access = 0;

    if (rights & CONFINE_READ)
        access |= READ_FILE | (is_directory ? READ_DIRECTORY : 0);
    if (rights & CONFINE_RUN)
        access |= RUN_FILE | READ_FILE;
    if (rights & CONFINE_WRITE)
        access |= WRITE_FILE | TRUNCATE | (is_directory ? WRITE_DIRECTORY | REFER : 0);
    return access;
}

static int allow(int ruleset, const struct confine_path *path, uint64_t files)
{
    int fd = path->path ? open(path->path, O_PATH | O_CLOEXEC) : -1;
    struct stat status;

    if (!path->path)
        return 0;
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -1;
    int result = fstat(fd, &status);
    if (result == 0) {
        struct landlock_path_beneath_attr rule = {
            .allowed_access = access_of(path->rights, S_ISDIR(status.st_mode)) & files, .parent_fd = fd};
        result = (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    close(fd);
    return result;
}

int confine_files(const struct confine_path *paths, size_t count)
{
    size_t size;
    struct ruleset all = known(&size);
    int result = 0;

    if (all.files == 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (paths[i].rights & CONFINE_NETWORK)
            all.network = 0;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
    if (ruleset < 0)
        return -1;
    for (size_t i = 0; result == 0 && i < count; i++)
        result = allow(ruleset, &paths[i], all.files);
    if (result == 0)
        result = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (result == 0)
        result = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
    close(ruleset);
    return result < 0 ? -1 : 1;
}

int confine_become(uid_t user, gid_t group)
{
    pid_t parent = getppid();
    int with_parent = 0;

    prctl(PR_GET_PDEATHSIG, &with_parent);
    if (setgroups(0, NULL) < 0 || setresgid(group, group, group) < 0 || setresuid(user, user, user) < 0)
        return -1;
    /* The kernel forgot it with the change; the parent may have died just then. */
    if (with_parent && prctl(PR_SET_PDEATHSIG, with_parent) == 0 && getppid() != parent)
        raise(with_parent);
    return 0;
}

int confine_capabilities(uint64_t kept)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct now[2];

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_capget, &header, now) < 0)
        return -1;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* a kernel without them has none */
    /* What the bounding set lacks, no program of the superuser's gets; to change it is a privilege itself. */
    for (int i = 0; i < 64 && prctl(PR_CAPBSET_READ, i) >= 0; i++)
        if (!(kept & CONFINE_CAPABILITY(i)))
            prctl(PR_CAPBSET_DROP, i);
    for (int i = 0; i < 2; i++) {
        uint32_t part = (uint32_t)(kept >> (32 * i)) & now[i].permitted;
        now[i] = (struct __user_cap_data_struct){.effective = part, .permitted = part};
    }
    return (int)syscall(SYS_capset, &header, now);
}
