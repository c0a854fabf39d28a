/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/strays.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/files.h"

static const char variable[] = "IOTOLL_RUN";
/* A killed process is gone within microseconds, unless it waits for a device. */
enum { ROUNDS = 100, ROUND_US = 10000, END_ROUNDS = 5000, END_US = 200 };

static char marked[64]; /* of this run; empty before strays_begin */

int strays_begin(struct undo *undo, struct error *error)
{
    snprintf(marked, sizeof marked, "/%08x%08x", undo_number(), undo_number());
    if (undo_promise(undo, "processes", marked, error) < 0)
        return -1;
    if (setenv(variable, marked, 1) < 0)
        return error_set(error, "setenv:");
    return prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 ? error_set(error, "become a subreaper:") : 0;
}

void strays_note(struct strays *strays)
{
    char text[STRAYS_OWN_MAX * 12], *at = text, *end;

    strays->count = -1;
    if (files_read("/proc/thread-self/children", text, sizeof text) < 0)
        return;
    for (strays->count = 0; strays->count < STRAYS_OWN_MAX; at = end) {
        long child = strtol(at, &end, 10);
        if (end == at)
            break;
        strays->own[strays->count++] = (pid_t)child;
    }
}

static bool is_own(const struct strays *strays, pid_t process)
{
    for (int i = 0; i < strays->count; i++)
        if (strays->own[i] == process)
            return true;
    return false;
}

void strays_end(const struct strays *own)
{
    struct strays now;

    /* The children of a killed one are ours in the next round. */
    for (int round = 0; round < END_ROUNDS; round++) {
        int strange = 0;
        strays_note(&now);
        if (own->count < 0 || now.count < 0) {
            if (*marked)
                strays_kill_marked(marked);
            return;
        }
        for (int i = 0; i < now.count; i++) {
            if (is_own(own, now.own[i]))
                continue;
            strange++;
            kill(now.own[i], SIGKILL);
        }
        if (strange == 0)
            break;
        usleep(END_US);
        for (int i = 0; i < now.count; i++)
            if (!is_own(own, now.own[i]))
                waitpid(now.own[i], NULL, WNOHANG);
    }
}

/* Environments can be large, those that hold shell functions, say. *bytes is how much of it was read; -1: none of our
 * business. */
static bool bears(int process, const char *wanted, long *bytes)
{
    char text[1 << 14];
    size_t length = strlen(wanted) + 1, used = 0;
    int fd = openat(process, "environ", O_RDONLY | O_CLOEXEC);
    bool found = false;

    *bytes = fd < 0 ? -1 : 0;
    for (ssize_t got; fd >= 0 && !found && (got = read(fd, text + used, sizeof text - used)) > 0;) {
        *bytes += got;
        used += (size_t)got;
        found = memmem(text, used, wanted, length) != NULL;
        size_t kept = used < length ? used : length - 1;
        memmove(text, text + used - kept, kept);
        used = kept;
    }
    if (fd >= 0)
        close(fd);
    return found;
}

/* Within execve(2) a process has its new memory, but not yet an environment in it, and of the old one no more can be
 * read: whether it is marked shows when it is through. Kernel threads and the dead have no memory. Fields of proc(5):
 * 23 vsize, 50 env_start, 51 env_end. */
static bool is_executing(int process, long bytes)
{
    char text[1024];
    int fd = openat(process, "stat", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    unsigned long long fields[52] = {0};

    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = 0;
    char *at = strrchr(text, ')');
    for (int field = 3; at && field <= 51; field++) {
        at = strchr(at + 1, ' ');
        fields[field] = at ? strtoull(at, NULL, 10) : 0;
    }
    return fields[23] > 0 && (fields[51] == 0 || fields[51] - fields[50] != (unsigned long long)bytes);
}

enum found { NOT_MARKED, UNDECIDED, MARKED };

/* The pidfd makes sure that who is killed is who was looked at. */
static enum found kill_if_marked(int proc, const char *name, const char *wanted)
{
    pid_t process = atoi(name);
    int pidfd = (int)syscall(SYS_pidfd_open, process, 0);
    int directory = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum found found = NOT_MARKED;
    long bytes;

    if (pidfd >= 0 && directory >= 0 && process != getpid()) {
        if (bears(directory, wanted, &bytes))
            found = MARKED;
        else if (bytes >= 0 && is_executing(directory, bytes))
            found = UNDECIDED;
    }
    if (found == MARKED)
        syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
    if (directory >= 0)
        close(directory);
    if (pidfd >= 0)
        close(pidfd);
    return found;
}

/* The most that was found of any process; -1 without /proc. */
static int look_once(const char *wanted)
{
    DIR *proc = opendir("/proc");
    int most = NOT_MARKED;

    if (!proc)
        return -1;
    for (struct dirent *entry; (entry = readdir(proc));) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        int found = kill_if_marked(dirfd(proc), entry->d_name, wanted);
        most = found > most ? found : most;
    }
    closedir(proc);
    return most;
}

int strays_kill_marked(const char *mark)
{
    char wanted[128];
    int found = NOT_MARKED;

    snprintf(wanted, sizeof wanted, "%s=%s", variable, mark);
    for (int round = 0; round < ROUNDS; round++) {
        found = look_once(wanted);
        if (found <= NOT_MARKED)
            return found;
        usleep(ROUND_US);
    }
    errno = EBUSY;
    return found == MARKED ? -1 : 0;
}
