/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runners/cgroup_find.h"
#include "runners/files.h"

enum { REMOVE_PATIENCE_MS = 3000, REMOVE_STEP_MS = 20, PATH_ROOM = 768 };

/* The files of each controller in version 1 and 2. */
static const char *const memory_limit[] = {"memory.limit_in_bytes", "memory.max"};
static const char *const memory_usage[] = {"memory.usage_in_bytes", "memory.current"};
static const char *const memory_kills[] = {"memory.oom_control", "memory.events"};

/* Kernel interfaces take a value in one write, and say what is wrong with it by errno. */
static int put(const char *directory, const char *file, const char *value)
{
    char path[PATH_ROOM];

    snprintf(path, sizeof path, "%.511s/%s", directory, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t length = (ssize_t)strlen(value);
    int result = write(fd, value, (size_t)length) == length ? 0 : -1;
    int problem = errno;
    close(fd);
    errno = problem;
    return result;
}

static int open_members(struct cgroup_part *part)
{
    char path[PATH_ROOM];

    snprintf(path, sizeof path, "%.511s/cgroup.procs", part->directory);
    part->members = open(path, O_WRONLY | O_CLOEXEC);
    return part->members < 0 ? -1 : 0;
}

/* Both controllers can have the same directory; then the second finds it made. */
static int make_part(struct cgroup_part *part, const struct cgroup_place *place, unsigned number,
                     bool again, struct undo *undo, struct error *error)
{
    snprintf(part->directory, sizeof part->directory, "%.470s/iotoll-%d-%08x", place->directory, getpid(),
             number);
    part->unified = place->unified;
    if (!again && undo_promise(undo, "cgroup", part->directory, error) < 0)
        return -1;
    if ((mkdir(part->directory, 0755) < 0 && !again) || open_members(part) < 0) {
        snprintf(part->reason, sizeof part->reason, "make the control group %.160s: %s",
                 part->directory, strerror(errno));
        part->directory[0] = 0;
    }
    return 0;
}

/* A controller that no group below the root has yet is turned on there, and off again at the end. */
static int enable(const struct cgroup_place *place, struct cgroup_part *part, struct undo *undo,
                  struct error *error)
{
    char path[PATH_ROOM], word[32];

    snprintf(path, sizeof path, "%.511s/%s", place->directory, place->controller);
    if (undo_promise(undo, "controller", path, error) < 0)
        return -1;
    snprintf(word, sizeof word, "+%s", place->controller);
    if (put(place->directory, "cgroup.subtree_control", word) < 0)
        snprintf(part->reason, sizeof part->reason, "enable the %s controller of control groups: %s",
                 place->controller, strerror(errno));
    return 0;
}

int cgroup_open_by(struct cgroup *cgroup, const char *proc, unsigned wanted, struct undo *undo, struct error *error)
{
    /* In version 2 what is written back counts for the group that the pages are charged to, syncs included: without
     * the memory controller that is a group above ours, and the limit of io would hold for reads only
     * (Documentation/admin-guide/cgroup-v2.rst, "Writeback"). */
    const unsigned both = wanted & 1U << CGROUP_IO ? wanted | 1U << CGROUP_MEMORY : wanted;
    struct cgroup_place places[CGROUP_CONTROLLERS];
    unsigned number = undo_number();

    for (int i = 0; i < CGROUP_CONTROLLERS; i++)
        cgroup->parts[i] = (struct cgroup_part){.members = -1};
    cgroup_find(proc, both, places);
    if (places[CGROUP_IO].unified && places[CGROUP_MEMORY].unified)
        wanted = both;
    for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
        struct cgroup_part *part = &cgroup->parts[i];
        bool again = i > 0 && cgroup->parts[0].directory[0] &&
                     !strcmp(places[i].directory, places[0].directory);

        snprintf(part->reason, sizeof part->reason, "%s", places[i].reason);
        if (!(wanted & 1U << i) || !places[i].directory[0])
            continue;
        if (places[i].must_enable && enable(&places[i], part, undo, error) < 0)
            return -1;
        if (!part->reason[0] && make_part(part, &places[i], number, again, undo, error) < 0)
            return -1;
    }
    return 0;
}

int cgroup_open(struct cgroup *cgroup, unsigned wanted, struct undo *undo, struct error *error)
{
    return cgroup_open_by(cgroup, "/proc/self", wanted, undo, error);
}

void cgroup_close(struct cgroup *cgroup)
{
    for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
        if (cgroup->parts[i].directory[0] && cgroup->parts[i].members >= 0)
            close(cgroup->parts[i].members);
        cgroup->parts[i] = (struct cgroup_part){.members = -1};
    }
}

bool cgroup_has(const struct cgroup *cgroup, enum cgroup_controller controller)
{
    return cgroup->parts[controller].directory[0] != 0;
}

int cgroup_join(const struct cgroup *cgroup)
{
    for (int i = 0; i < CGROUP_CONTROLLERS; i++)
        if (cgroup->parts[i].directory[0] && write(cgroup->parts[i].members, "0", 1) != 1)
            return -1;
    return 0;
}

static int put_io(const struct cgroup_part *part, const char *disk, uint64_t rate)
{
    char value[96], limit[32];

    snprintf(limit, sizeof limit, "%llu", (unsigned long long)rate);
    if (part->unified) {
        snprintf(value, sizeof value, "%s rbps=%s wbps=%s", disk, rate ? limit : "max",
                 rate ? limit : "max");
        return put(part->directory, "io.max", value);
    }
    snprintf(value, sizeof value, "%s %s", disk, limit);
    if (put(part->directory, "blkio.throttle.read_bps_device", value) < 0)
        return -1;
    return put(part->directory, "blkio.throttle.write_bps_device", value);
}

int cgroup_limit_io(const struct cgroup *cgroup, const char *disk, uint64_t bytes_per_s,
                    struct error *error)
{
    if (put_io(&cgroup->parts[CGROUP_IO], disk, bytes_per_s) < 0)
        return error_set(error, "limit the speed of device %s:", disk);
    return 0;
}

int cgroup_limit_memory(const struct cgroup *cgroup, uint64_t bytes, struct error *error)
{
    const struct cgroup_part *part = &cgroup->parts[CGROUP_MEMORY];
    char value[32];

    snprintf(value, sizeof value, "%llu", (unsigned long long)bytes);
    if (!bytes)
        strcpy(value, part->unified ? "max" : "-1");
    if (put(part->directory, memory_limit[part->unified], value) < 0)
        return error_set(error, "limit memory to %s bytes:", value);
    return 0;
}

int64_t cgroup_memory_bytes(const struct cgroup *cgroup)
{
    const struct cgroup_part *part = &cgroup->parts[CGROUP_MEMORY];
    char path[PATH_ROOM], text[64];

    snprintf(path, sizeof path, "%.511s/%s", part->directory, memory_usage[part->unified]);
    return part->directory[0] && files_read(path, text, sizeof text) > 0 ? atoll(text) : -1;
}

int64_t cgroup_memory_kills(const struct cgroup *cgroup)
{
    const struct cgroup_part *part = &cgroup->parts[CGROUP_MEMORY];
    char path[PATH_ROOM], text[1024];

    snprintf(path, sizeof path, "%.511s/%s", part->directory, memory_kills[part->unified]);
    if (!part->directory[0] || files_read(path, text, sizeof text) <= 0)
        return -1;
    const char *found = strstr(text, "oom_kill ");
    return found ? atoll(found + strlen("oom_kill ")) : -1;
}

/* Only what this program started can be in its group. */
static void kill_members(const char *directory)
{
    char path[PATH_ROOM];

    snprintf(path, sizeof path, "%.511s/cgroup.procs", directory);
    FILE *members = fopen(path, "re");
    for (int pid; members && fscanf(members, "%d", &pid) == 1;)
        if (pid > 1 && pid != getpid())
            kill(pid, SIGKILL);
    if (members)
        fclose(members);
}

int cgroup_remove(const char *directory)
{
    for (int waited = 0; waited <= REMOVE_PATIENCE_MS; waited += REMOVE_STEP_MS) {
        if (rmdir(directory) == 0 || errno == ENOENT)
            return 0;
        if (errno != EBUSY)
            return -1;
        kill_members(directory);
        usleep(REMOVE_STEP_MS * 1000);
    }
    errno = EBUSY;
    return -1;
}

int cgroup_disable(const char *path)
{
    const char *slash = strrchr(path, '/');
    char directory[PATH_ROOM], word[64];

    snprintf(directory, sizeof directory, "%.*s", (int)(slash - path), path);
    snprintf(word, sizeof word, "-%.60s", slash + 1);
    /* Busy: something else has come to use it since. */
    return put(directory, "cgroup.subtree_control", word) < 0 && errno != ENOENT && errno != EBUSY ? -1
                                                                                                   : 0;
}
