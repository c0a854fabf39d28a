/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/config_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/units.h"

enum { BYTES_MAX = MIB };

/* Not blocking, so that a FIFO nobody writes to is refused, not waited for. */
static int open_file(const char *path, const char *hint, struct error *error)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT)
        return error_set(error, "%s: no such file (try %s)", path, hint);
    if (fd < 0)
        return error_set(error, "%s: cannot be opened:", path);
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        return fd;
    close(fd);
    return error_set(error, "%s: not a regular file (try %s)", path, hint);
}

/* The file's bytes, of which there are at most BYTES_MAX; the caller frees. NULL and an error. */
static char *read_text(int fd, const char *path, const char *wrong, size_t *length, struct error *error)
{
    char *text = malloc(BYTES_MAX + 1);
    ssize_t got = 1;

    *length = 0;
    while (text && got > 0 && *length <= BYTES_MAX) {
        got = TEMP_FAILURE_RETRY(read(fd, text + *length, BYTES_MAX + 1 - *length));
        if (got > 0)
            *length += (size_t)got;
    }
    if (!text)
        error_set(error, "%s: out of memory", path);
    else if (got < 0)
        error_set(error, "%s: cannot be read:", path);
    else if (*length > BYTES_MAX)
        error_set(error, "%s: larger than 1 MiB, so it is %s (check the path)", path, wrong);
    else
        return text;
    free(text);
    return NULL;
}

static int syntax_error(const char *path, json_error_t *parse, struct error *error)
{
    bool twice = json_error_code(parse) == json_error_duplicate_key;

    /* The parser quotes the file, whose bytes may not steer a terminal. */
    for (char *c = parse->text; *c; c++)
        if (iscntrl((unsigned char)*c) || (unsigned char)*c >= 0x80)
            *c = '?';
    return error_set(error, "%s: line %d, column %d: %s (%s)", path, parse->line, parse->column,
                     parse->text,
                     twice ? "delete one of the two" : "check commas, quotes and brackets there");
}

json_t *config_file_read(const char *path, const char *wrong, const char *hint, struct error *error)
{
    json_error_t parse;
    json_t *json = NULL;
    size_t length;
    int fd = open_file(path, hint, error);

    if (fd < 0)
        return NULL;
    char *text = read_text(fd, path, wrong, &length, error);
    if (text && !(json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &parse)))
        syntax_error(path, &parse, error);
    free(text);
    close(fd);
    return json;
}
