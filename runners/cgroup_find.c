/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/cgroup_find.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libmount/libmount.h>

#include "runners/cgroup.h"
#include "runners/files.h"

enum { PATH_ROOM = 768 };

static const char *const names[2][CGROUP_CONTROLLERS] = {{"blkio", "memory"}, {"io", "memory"}};

/* A word of a list that is divided by commas or blanks. */
static bool lists(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || strchr(", ", at[-1])) && (!at[length] || strchr(", \n", at[length])))
            return true;
    return false;
}

struct search {
    const char *proc;
    struct libmnt_table *table; /* NULL: it could not be read */
    char unread[256];           /* what could not be read, and why; "" if nothing */
};

/* A file that is not there has nothing to say; any other error hides what it says. */
static void note_unread(struct search *search, const char *path)
{
    if (errno != ENOENT && !*search->unread)
        snprintf(search->unread, sizeof search->unread, "%.180s: %s", path, strerror(errno));
}

/* This process's own group in the hierarchy of a controller (NULL: version 2), below its mount point. */
static int own_group(struct search *search, const char *controller, char path[256])
{
    char line[512];
    FILE *file;
    int result = -1;

    snprintf(line, sizeof line, "%s/cgroup", search->proc);
    file = fopen(line, "re");
    if (!file)
        note_unread(search, line);
    while (file && result < 0 && fgets(line, sizeof line, file)) {
        char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = 0;
        group[strcspn(group, "\n")] = 0;
        if (controller ? !lists(controllers + 1, controller) : controllers[1] != 0)
            continue;
        snprintf(path, 256, "%.255s", group);
        result = 0;
    }
    if (file)
        fclose(file);
    return result;
}

/* The mount of the hierarchy, and of it the part that is mounted. */
static struct libmnt_fs *find_mount(struct libmnt_table *table, const char *controller)
{
    struct libmnt_iter *iterator = mnt_new_iter(MNT_ITER_FORWARD);
    struct libmnt_fs *fs, *found = NULL;

    while (iterator && !found && mnt_table_next_fs(table, iterator, &fs) == 0) {
        const char *options = mnt_fs_get_fs_options(fs);
        if (controller ? mnt_fs_match_fstype(fs, "cgroup") && options && lists(options, controller)
                       : mnt_fs_match_fstype(fs, "cgroup2"))
            found = fs;
    }
    mnt_free_iter(iterator);
    return found;
}

/* mount point + own group - what is mounted; a group outside of what is mounted is not there to be used. */
static int locate(struct search *search, const char *controller, char mount[512], char own[512])
{
    struct libmnt_fs *fs = find_mount(search->table, controller);
    char group[256];

    if (!fs || own_group(search, controller, group) < 0)
        return -1;
    const char *root = mnt_fs_get_root(fs), *rest = group;
    size_t length = root && strcmp(root, "/") ? strlen(root) : 0;
    if (length > 0)
        rest = strncmp(group, root, length) || (group[length] && group[length] != '/') ? "" : group + length;
    if (!strcmp(rest, "/") || !strncmp(rest, "/..", 3))
        rest = "";
    snprintf(mount, 512, "%.250s", mnt_fs_get_target(fs));
    snprintf(own, 512, "%.250s%s", mount, rest);
    return *mount == '/' ? 0 : -1;
}

static bool file_lists(struct search *search, const char *directory, const char *file, const char *word)
{
    char path[PATH_ROOM], text[1024];

    snprintf(path, sizeof path, "%s/%s", directory, file);
    if (files_read(path, text, sizeof text) >= 0)
        return lists(text, word);
    note_unread(search, path);
    return false;
}

static bool all_listed(struct search *search, const char *directory, const char *file, unsigned wanted)
{
    for (int i = 0; i < CGROUP_CONTROLLERS; i++)
        if (wanted & 1U << i && !file_lists(search, directory, file, names[1][i]))
            return false;
    return true;
}

/* A group of version 2 with members cannot have children with controllers: so a sister of our own group,
 * or of one above it, wherever the controllers are handed down. */
static void find_unified(struct search *search, unsigned wanted, struct cgroup_place *places)
{
    char mount[512], at[512];
    bool must_enable = false;

    if (!wanted || locate(search, NULL, mount, at) < 0)
        return;
    while (strlen(at) > strlen(mount) && !all_listed(search, at, "cgroup.subtree_control", wanted))
        *strrchr(at, '/') = 0;
    if (!all_listed(search, at, "cgroup.subtree_control", wanted)) {
        if (!all_listed(search, at, "cgroup.controllers", wanted))
            return;
        must_enable = true;
    }
    for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
        if (!(wanted & 1U << i))
            continue;
        strcpy(places[i].directory, at);
        places[i].unified = true;
        places[i].controller = names[1][i];
        places[i].must_enable =
            must_enable && !file_lists(search, at, "cgroup.subtree_control", names[1][i]);
    }
}

void cgroup_find(const char *proc, unsigned wanted, struct cgroup_place *places)
{
    char path[PATH_ROOM], mount[512];
    unsigned unified = 0;

    snprintf(path, sizeof path, "%s/mountinfo", proc);
    struct search search = {.proc = proc, .table = mnt_new_table_from_file(path)};
    if (!search.table)
        note_unread(&search, path);
    for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
        places[i] = (struct cgroup_place){.controller = names[0][i]};
        if (wanted & 1U << i && search.table && locate(&search, names[0][i], mount, places[i].directory) < 0)
            unified |= 1U << i;
    }
    if (search.table)
        find_unified(&search, unified, places);
    /* Without the one controller the other is still of use. */
    for (int i = 0; search.table && i < CGROUP_CONTROLLERS; i++)
        if (unified & 1U << i && !places[i].directory[0])
            find_unified(&search, 1U << i, places);
    mnt_unref_table(search.table);
    for (int i = 0; i < CGROUP_CONTROLLERS; i++)
        if (!places[i].directory[0] && *search.unread)
            snprintf(places[i].reason, sizeof places[i].reason, "%s", search.unread);
        else if (!places[i].directory[0])
            snprintf(places[i].reason, sizeof places[i].reason,
                     "this machine has no control groups with the %s controller", names[1][i]);
        else if (access(places[i].directory, W_OK) < 0) {
            snprintf(places[i].reason, sizeof places[i].reason,
                     "control groups cannot be made in %.160s%s%s", places[i].directory,
                     errno == EACCES ? " without root" : ": ", errno == EACCES ? "" : strerror(errno));
            places[i].directory[0] = 0;
        }
}
