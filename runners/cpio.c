/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/cpio.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ALIGNMENT = 4 };

int cpio_open(struct cpio *cpio, const char *path, struct error *error)
{
    *cpio = (struct cpio){.out = fopen(path, "we"), .path = path};
    return cpio->out ? 0 : error_set(error, "%s:", path);
}

static void pad(struct cpio *cpio, size_t length)
{
    for (; length % ALIGNMENT; length++)
        fputc(0, cpio->out);
}

/* Errors of the stream are found by cpio_close. */
static void put(struct cpio *cpio, const char *name, unsigned mode, unsigned major, unsigned minor,
                const void *bytes, size_t length)
{
    const size_t name_size = strlen(name) + 1;

    int header = fprintf(cpio->out,
                         "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", ++cpio->entries,
                         mode, 0u, 0u, 1u, 0u, (unsigned)length, 0u, 0u, major, minor,
                         (unsigned)name_size, 0u);
    fwrite(name, 1, name_size, cpio->out);
    pad(cpio, (size_t)header + name_size);
    if (length > 0)
        fwrite(bytes, 1, length, cpio->out);
    pad(cpio, length);
}

static int remember(struct cpio *cpio, const char *name)
{
    char **grown = reallocarray(cpio->directories, cpio->directory_count + 1, sizeof *grown);

    if (!grown)
        return -1;
    cpio->directories = grown;
    grown[cpio->directory_count] = strdup(name);
    return grown[cpio->directory_count++] ? 0 : -1;
}

static bool is_made(const struct cpio *cpio, const char *name)
{
    for (size_t i = 0; i < cpio->directory_count; i++)
        if (!strcmp(cpio->directories[i], name))
            return true;
    return false;
}

/* name and all above it, without a leading slash. */
static int make_directories(struct cpio *cpio, const char *name, struct error *error)
{
    char path[PATH_MAX];

    for (const char *end = name; *end;) {
        end += strcspn(end, "/");
        snprintf(path, sizeof path, "%.*s", (int)(end - name), name);
        end += strspn(end, "/");
        if (is_made(cpio, path))
            continue;
        if (remember(cpio, path) < 0)
            return error_set(error, "out of memory");
        put(cpio, path, S_IFDIR | 0755, 0, 0, NULL, 0);
    }
    return 0;
}

static int make_parents(struct cpio *cpio, const char *name, struct error *error)
{
    char parent[PATH_MAX];
    const char *slash = strrchr(name, '/');

    if (!slash)
        return 0;
    snprintf(parent, sizeof parent, "%.*s", (int)(slash - name), name);
    return make_directories(cpio, parent, error);
}

int cpio_add_directory(struct cpio *cpio, const char *name, struct error *error)
{
    return make_directories(cpio, name + strspn(name, "/"), error);
}

int cpio_add_bytes(struct cpio *cpio, const char *name, unsigned mode, const void *bytes,
                   size_t length, struct error *error)
{
    name += strspn(name, "/");
    if (length > UINT_MAX)
        return error_set(error, "%s: larger than an initramfs can hold", name);
    if (make_parents(cpio, name, error) < 0)
        return -1;
    put(cpio, name, S_IFREG | mode, 0, 0, bytes, length);
    return 0;
}

int cpio_add_file(struct cpio *cpio, const char *name, unsigned mode, const char *from,
                  struct error *error)
{
    int fd = open(from, O_RDONLY | O_CLOEXEC), result = -1;
    void *bytes = MAP_FAILED;
    struct stat status;

    if (fd < 0 || fstat(fd, &status) < 0)
        error_set(error, "%s:", from);
    else if (!S_ISREG(status.st_mode))
        error_set(error, "%s: not a regular file", from);
    else if (status.st_size == 0)
        result = cpio_add_bytes(cpio, name, mode, NULL, 0, error);
    else {
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        result = bytes == MAP_FAILED ? error_set(error, "%s:", from)
                                     : cpio_add_bytes(cpio, name, mode, bytes,
                                                      (size_t)status.st_size, error);
    }
    if (bytes != MAP_FAILED)
        munmap(bytes, (size_t)status.st_size);
    if (fd >= 0)
        close(fd);
    return result;
}

int cpio_add_console(struct cpio *cpio, struct error *error)
{
    if (make_directories(cpio, "dev", error) < 0)
        return -1;
    put(cpio, "dev/console", S_IFCHR | 0600, 5, 1, NULL, 0);
    return 0;
}

int cpio_close(struct cpio *cpio, struct error *error)
{
    int result = 0;

    if (cpio->out) {
        put(cpio, "TRAILER!!!", 0, 0, 0, NULL, 0);
        bool whole = !ferror(cpio->out);
        if (fclose(cpio->out) != 0 || !whole)
            result = error_set(error, "%s:", cpio->path);
    }
    for (size_t i = 0; i < cpio->directory_count; i++)
        free(cpio->directories[i]);
    free(cpio->directories);
    *cpio = (struct cpio){0};
    return result;
}
