/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/publish.h"

long files_read(const char *path, char *text, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    ssize_t got = 0;

    if (fd < 0)
        return -1;
    while (used < room - 1 && (got = read(fd, text + used, room - 1 - used)) > 0)
        used += (size_t)got;
    int problem = errno;
    close(fd);
    errno = problem;
    if (got < 0)
        return -1;
    while (used > 0 && text[used - 1] == '\n')
        used--;
    text[used] = 0;
    return (long)used;
}

int files_write_all(int fd, const void *bytes, size_t length)
{
    for (const char *next = bytes; length > 0;) {
        ssize_t put = write(fd, next, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        next += put;
        length -= (size_t)put;
    }
    return 0;
}

int files_write(const char *path, const char *text, struct error *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return error_set(error, "%s:", path);
    int result = files_write_all(fd, text, strlen(text)) < 0 ? error_set(error, "%s:", path) : 0;
    close(fd);
    return result;
}

int files_replace_json(const char *path, const json_t *json, struct error *error)
{
    char *text = json_dumps(json, JSON_INDENT(2));

    if (!text)
        return error_set(error, "%s: out of memory", path);
    int result = publish_bytes(path, text, strlen(text), error);
    free(text);
    return result;
}
