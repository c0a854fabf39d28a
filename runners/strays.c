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

    if (own->count < 0) {
        if (*marked)
            strays_kill_marked(marked);
        return;
    }
    /* The children of a killed one are ours in the next round. */
    for (int round = 0; round < END_ROUNDS; round++) {
        int strange = 0;
        strays_note(&now);
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

static bool bears(int process, const char *wanted)
{
    char text[1 << 16];
    int fd = openat(process, "environ", O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    ssize_t got;

    if (fd < 0)
        return false;
    while (used < sizeof text && (got = read(fd, text + used, sizeof text - used)) > 0)
        used += (size_t)got;
    close(fd);
    return memmem(text, used, wanted, strlen(wanted) + 1) != NULL;
}

/* The pidfd makes sure that who is killed is who was looked at. */
static bool kill_if_marked(int proc, const char *name, const char *wanted)
{
    pid_t process = atoi(name);
    int pidfd = (int)syscall(SYS_pidfd_open, process, 0);
    int directory = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool found = pidfd >= 0 && directory >= 0 && process != getpid() && bears(directory, wanted);

    if (found)
        syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
    if (directory >= 0)
        close(directory);
    if (pidfd >= 0)
        close(pidfd);
    return found;
}

int strays_kill_marked(const char *mark)
{
    char wanted[128];

    snprintf(wanted, sizeof wanted, "%s=%s", variable, mark);
    for (int round = 0; round < ROUNDS; round++) {
        DIR *proc = opendir("/proc");
        int found = 0;
        if (!proc)
            return -1;
        for (struct dirent *entry; (entry = readdir(proc));)
            if (isdigit((unsigned char)entry->d_name[0]))
                found += kill_if_marked(dirfd(proc), entry->d_name, wanted);
        closedir(proc);
        if (found == 0)
            return 0;
        usleep(ROUND_US);
    }
    errno = EBUSY;
    return -1;
}
