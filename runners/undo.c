/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/undo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/nolink.h"
#include "runners/cgroup.h"
#include "runners/files.h"
#include "runners/link.h"
#include "runners/loop.h"
#include "runners/strays.h"

enum { LOG_MAX = 1 << 18, DEATH_PATIENCE = 100, DEATH_POLL_US = 20000 };

/* Root keeps its state in /run, others in their own runtime directory or, private, in /tmp. */
static void choose_directory(char directory[256], const char *corner)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char base[PATH_MAX], user[16] = "";

    if (geteuid() == 0)
        strcpy(base, "/run");
    else if (!runtime || runtime[0] != '/' || !realpath(runtime, base) || strlen(base) >= 200) {
        if (!realpath("/tmp", base) || strlen(base) >= 200)
            strcpy(base, "/tmp");
        snprintf(user, sizeof user, "-%u", geteuid());
    }
    snprintf(directory, 256, "%.200s/iotoll%s%s", base, user, corner);
}

static int make_private(const char *directory, struct error *error)
{
    struct stat status;

    if (mkdir(directory, 0700) < 0 && errno != EEXIST)
        return error_set(error, "%s:", directory);
    if (lstat(directory, &status) < 0)
        return error_set(error, "%s:", directory);
    if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077))
        return error_set(error, "%s is not a private directory of this user: remove it", directory);
    return 0;
}

/* Who wrote his process id into the lock file; 0 if nobody did. */
static pid_t lock_holder(int lock)
{
    char text[64] = "";

    return pread(lock, text, sizeof text - 1, 0) > 0 ? atoi(text) : 0;
}

/* One that is dead and that nobody has reaped yet is dead. */
static bool is_alive(pid_t process)
{
    char path[32], text[512];

    if (process <= 0)
        return true;
    if (kill(process, 0) < 0 && errno != EPERM)
        return false;
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    const char *name_end = files_read(path, text, sizeof text) > 0 ? strrchr(text, ')') : NULL;
    return !name_end || !strchr("ZXx", name_end[1] ? name_end[2] : ' ');
}

/* The children of a killed run die with it, but not in the same moment; they hold its lock until then. */
static int lock_when_dead(int lock)
{
    for (int left = DEATH_PATIENCE; left > 0; left--) {
        if (flock(lock, LOCK_EX | LOCK_NB) == 0)
            return 0;
        if (is_alive(lock_holder(lock)))
            return -1;
        usleep(DEATH_POLL_US);
    }
    return -1;
}

static int take_lock(struct undo *undo, struct error *error)
{
    char path[512], holder[64];

    snprintf(path, sizeof path, "%s/lock", undo->directory);
    undo->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (undo->lock < 0)
        return error_set(error, "%s:", path);
    if (lock_when_dead(undo->lock) == 0) {
        int length = snprintf(holder, sizeof holder, "%d\n", getpid());
        if (ftruncate(undo->lock, 0) < 0 || pwrite(undo->lock, holder, (size_t)length, 0) < 0)
            return error_set(error, "%s:", path);
        return 0;
    }
    pid_t process = lock_holder(undo->lock);
    close(undo->lock);
    undo->lock = -1;
    return error_set(error, "another run is going on here (process %d): two at once would measure each "
                     "other; wait for it or stop it", process);
}

/* Remove what a directory holds, never following a link and never leaving its file system. */
static int remove_tree(int parent, const char *name, dev_t device)
{
    struct stat status;
    int problem = 0; /* of the first that stays: what fails because of it says less */

    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno != ENOTDIR && errno != ELOOP)
        return -1;
    if (fd < 0)
        return unlinkat(parent, name, 0);
    DIR *entries = fdopendir(fd);
    if (!entries || fstat(fd, &status) < 0 || (device && status.st_dev != device)) {
        errno = entries ? EXDEV : errno;
        if (entries)
            closedir(entries);
        return -1;
    }
    for (struct dirent *entry; (entry = readdir(entries));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
            remove_tree(fd, entry->d_name, status.st_dev) < 0 && errno != ENOENT && !problem)
            problem = errno;
    closedir(entries);
    errno = problem;
    return problem ? -1 : unlinkat(parent, name, AT_REMOVEDIR);
}

/* Busy is what a mount stays until the last process of a killed run is gone. */
static int unmount(const char *path)
{
    int result = umount2(path, UMOUNT_NOFOLLOW);

    for (int left = DEATH_PATIENCE; result < 0 && errno == EBUSY && left > 0; left--) {
        usleep(DEATH_POLL_US);
        result = umount2(path, UMOUNT_NOFOLLOW);
    }
    return result;
}

static int undo_tree(const char *path)
{
    struct stat status;
    const char *name;
    int parent = nolink_parent(path, &name);

    if (parent < 0)
        return errno == ENOENT ? 0 : -1;
    int result = fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW);
    if (result == 0) /* a read-only file system says otherwise of removal */
        result = remove_tree(parent, name, 0);
    int problem = result < 0 ? errno : 0;
    close(parent);
    errno = problem;
    return problem && problem != ENOENT ? -1 : 0;
}

static int undo_mount(const char *path)
{
    if (unmount(path) < 0 && errno != EINVAL && errno != ENOENT) /* not mounted */
        return -1;
    return rmdir(path) < 0 && errno != ENOENT ? -1 : 0;
}

/* Each undoes one promise; what is gone already is undone. 0, or -1 with errno. */
static const struct verb {
    const char *name;
    int (*undo)(const char *path);
} verbs[] = {
    {"tree", undo_tree},       {"mount", undo_mount},       {"loop", loop_detach},
    {"link", link_remove},     {"cgroup", cgroup_remove},   {"controller", cgroup_disable},
    {"processes", strays_kill_marked},
};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (!strcmp(verbs[i].name, name))
            return &verbs[i];
    return NULL;
}

/* All of the log, in static memory: undoing must not depend on there being memory to allocate. */
static ssize_t read_log(int fd, char *text)
{
    size_t used = 0;
    ssize_t got;

    do {
        got = pread(fd, text + used, LOG_MAX - used, (off_t)used);
        used += got > 0 ? (size_t)got : 0;
    } while ((got > 0 && used < LOG_MAX) || (got < 0 && errno == EINTR));
    return got < 0 ? -1 : (ssize_t)used;
}

/* The line that ends before *end, cut off there; NULL at the start. A last line that is torn is skipped: it may
 * name a directory above the one meant. */
static char *last_line(char *text, char **end)
{
    char *newline = *end > text ? memrchr(text, '\n', (size_t)(*end - text)) : NULL;

    if (!newline)
        return NULL;
    *newline = 0;
    char *before = memrchr(text, '\n', (size_t)(newline - text));
    *end = before ? before + 1 : text;
    return *end;
}

static int undo_line(char *line)
{
    char *path = strchr(line, ' ');

    if (!path || path[1] != '/')
        return 0; /* not ours */
    *path++ = 0;
    const struct verb *verb = find_verb(line);
    if (verb && verb->undo(path) == 0)
        return 0;
    if (!verb)
        fprintf(stderr,
                "iotoll: \"%s %s\" was left behind, and this version does not know how to undo a \"%s\": run "
                "`iotoll clean` of the version that ran last; or undo it by hand, then remove that line of the log\n",
                line, path, line);
    else
        fprintf(stderr, "iotoll: could not undo %s %s: %s; `iotoll clean` tries again\n", line, path,
                strerror(errno));
    return 1;
}

/* Undo the lines of a log from the last to the first. Returns how many could not be undone. */
static int undo_log(int fd)
{
    static char text[LOG_MAX + 1];
    static const char processes[] = "\nprocesses /";
    ssize_t length = read_log(fd, text + 1);
    int failed = 0;

    if (length < 0) {
        fprintf(stderr, "iotoll: could not read what is to be undone: %s\n", strerror(errno));
        return 1;
    }
    text[0] = '\n';
    char *end = text + 1 + length;
    /* First of all: they may keep a mount busy. */
    for (char *at = text; (at = memmem(at, (size_t)(end - at), processes, sizeof processes - 1)); at++) {
        char mark[64] = "";
        sscanf(at + sizeof processes - 2, "%63[^\n]", mark);
        strays_kill_marked(mark);
    }
    for (char *line; (line = last_line(text, &end));)
        failed += undo_line(line);
    return failed;
}

/* What an earlier run left behind; that there is nothing must be certain before its log is written over. */
static int undo_left(struct undo *undo, struct error *error)
{
    int left = open(undo->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (left < 0)
        return errno == ENOENT ? 0 : error_set(error, "%s:", undo->path);
    int failed = undo_log(left);
    close(left);
    return failed ? error_set(error, "not all that an earlier run left behind could be removed: nothing is measured "
                              "beside it (its log is %s)", undo->path)
                  : 0;
}

int undo_begin(struct undo *undo, const char *corner, struct error *error)
{
    *undo = (struct undo){.lock = -1};
    choose_directory(undo->directory, corner);
    if (make_private(undo->directory, error) < 0 || take_lock(undo, error) < 0)
        return -1;
    snprintf(undo->path, sizeof undo->path, "%s/undo", undo->directory);
    if (undo_left(undo, error) < 0)
        return -1;
    undo->log = fopen(undo->path, "w+e");
    return undo->log ? 0 : error_set(error, "%s:", undo->path);
}

int undo_promise(struct undo *undo, const char *what, const char *path, struct error *error)
{
    if (strchr(path, '\n') || path[0] != '/')
        return error_set(error, "%s: not a path that can be cleaned up", path);
    if (ftell(undo->log) + (long)strlen(path) + 64 > LOG_MAX)
        return error_set(error, "%s: no room to write down %s", undo->path, path);
    fprintf(undo->log, "%s %s\n", what, path);
    if (fflush(undo->log) || fdatasync(fileno(undo->log)) < 0)
        return error_set(error, "%s:", undo->path);
    return 0;
}

unsigned undo_number(void)
{
    unsigned number;

    return getrandom(&number, sizeof number, 0) == sizeof number ? number : (unsigned)getpid();
}

int undo_all(struct undo *undo)
{
    int failed = undo->log ? undo_log(fileno(undo->log)) : 0;

    if (!failed && undo->log)
        unlink(undo->path);
    undo_forget(undo);
    return failed ? -1 : 0;
}

void undo_forget(struct undo *undo)
{
    if (undo->log)
        fclose(undo->log);
    if (undo->lock >= 0)
        close(undo->lock);
    *undo = (struct undo){.lock = -1};
}
