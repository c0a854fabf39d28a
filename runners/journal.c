/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/lines.h"
#include "common/regular.h"
#include "common/seal.h"
#include "common/units.h"
#include "runners/files.h"
#include "runners/spawn.h"

/* What a method prints, and what is known besides. */
enum { LINE_LIMIT = SPAWN_OUTPUT_LIMIT + (1 << 20) };

/* Where the last whole line ends. */
static off_t end_of_whole_lines(int fd, off_t size)
{
    char chunk[4096];

    while (size > 0) {
        off_t start = size > (off_t)sizeof chunk ? size - (off_t)sizeof chunk : 0;
        ssize_t got = pread(fd, chunk, (size_t)(size - start), start);
        if (got <= 0)
            return -1;
        char *newline = memrchr(chunk, '\n', (size_t)got);
        if (newline)
            return start + (newline - chunk) + 1;
        size = start;
    }
    return 0;
}

static int cut_torn_line(struct journal *journal, struct error *error)
{
    struct stat status;

    if (fstat(journal->fd, &status) < 0)
        return error_set(error, "%s:", journal->path);
    off_t end = end_of_whole_lines(journal->fd, status.st_size);
    if (end < 0)
        return error_set(error, "%s:", journal->path);
    if (end == status.st_size)
        return 0;
    fprintf(stderr, "iotoll: %s: the last line was torn by a crash; its %lld bytes are dropped\n",
            journal->path, (long long)(status.st_size - end));
    return ftruncate(journal->fd, end) < 0 ? error_set(error, "%s:", journal->path) : 0;
}

/* How many bytes of lines there are before the first that is damaged, and its number. -1 where that cannot be read,
 * which is no damage, or is far longer than what we write. */
static off_t undamaged_bytes(struct lines *lines, const char *path, size_t *number, struct error *why,
                             struct error *error)
{
    char *line;
    size_t length;
    bool whole, sealed;
    off_t bytes = 0;
    int got;

    for (*number = 1; (got = lines_next(lines, &line, &length, &whole)) > 0; ++*number) {
        if (seal_check(line, length, &sealed, why) < 0)
            return bytes;
        bytes += (off_t)length + whole;
    }
    return got < 0 ? lines_failed(path, *number, error) : bytes;
}

/* Where the first damaged line begins, its number and why; the size of the file if none is. -1 with an error. */
static off_t first_damaged(const struct journal *journal, size_t *number, struct error *why, struct error *error)
{
    struct lines lines;
    int fd = regular_open(journal->path, O_RDONLY, REGULAR_JOURNAL_BYTES, error);

    if (fd < 0)
        return -1;
    off_t at = lines_open(&lines, fd) < 0 ? error_set(error, "%s: out of memory", journal->path)
                                          : undamaged_bytes(&lines, journal->path, number, why, error);
    lines_close(&lines);
    close(fd);
    return at;
}

/* A new file DIR/trials.jsonl.damaged, or .damaged-2, ... */
static int open_aside(const struct journal *journal, char path[1100])
{
    for (int i = 1; i < 100; i++) {
        snprintf(path, 1100, i == 1 ? "%s.damaged" : "%s.damaged-%d", journal->path, i);
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

static int copy_from(int from, off_t start, int to)
{
    char chunk[1 << 16];
    ssize_t got;

    while ((got = pread(from, chunk, sizeof chunk, start)) > 0) {
        if (files_write_all(to, chunk, (size_t)got) < 0)
            return -1;
        start += got;
    }
    return got < 0 ? -1 : fsync(to);
}

/* What follows a damaged line cannot be placed any more by its position; it is kept beside the journal,
 * for people, and measured again. */
static int set_damage_aside(struct journal *journal, struct error *error)
{
    char path[1100];
    struct stat status;
    struct error why;
    size_t number = 0;
    off_t start = first_damaged(journal, &number, &why, error);

    if (start < 0)
        return -1;
    if (fstat(journal->fd, &status) < 0)
        return error_set(error, "%s:", journal->path);
    if (start == status.st_size)
        return 0;
    int aside = open_aside(journal, path);
    if (aside < 0)
        return error_set(error, "%s:", path);
    int failed = copy_from(journal->fd, start, aside) < 0 || ftruncate(journal->fd, start) < 0 ||
                 fsync(journal->fd) < 0;
    if (failed)
        error_set(error, "%s: cannot set a damaged line and what follows aside:", path);
    else
        fprintf(stderr, "iotoll: %s:%zu: %s; it and what follows are set aside in %s and measured again\n",
                journal->path, number, why.text, path);
    close(aside);
    return failed ? -1 : 0;
}

static const char trials_name[] = "trials.jsonl";

int journal_open(struct journal *journal, const char *directory, struct error *error)
{
    return journal_open_beside(journal, directory, trials_name, error);
}

int journal_open_beside(struct journal *journal, const char *directory, const char *name,
                        struct error *error)
{
    snprintf(journal->path, sizeof journal->path, "%.900s/%.64s", directory, name);
    journal->fd = regular_open(journal->path, O_RDWR | O_CREAT | O_APPEND, REGULAR_JOURNAL_BYTES, error);
    if (journal->fd < 0)
        return -1;
    if (cut_torn_line(journal, error) == 0 && set_damage_aside(journal, error) == 0)
        return 0;
    journal_close(journal);
    return -1;
}

static int append_line(struct journal *journal, const char *line, size_t length)
{
    off_t before = lseek(journal->fd, 0, SEEK_END);

    if (files_write_all(journal->fd, line, length) == 0)
        return fdatasync(journal->fd);
    int saved = errno;
    if (before >= 0 && ftruncate(journal->fd, before) < 0)
        saved = errno;
    errno = saved;
    return -1;
}

int journal_append(struct journal *journal, const json_t *record, struct error *error)
{
    char *text = json_dumps(record, JSON_COMPACT);
    size_t length = 0;
    char *line = text ? seal_line(text, &length) : NULL;

    free(text);
    if (!line)
        return error_set(error, "%s: out of memory", journal->path);
    int result = append_line(journal, line, length);
    if (result < 0)
        error_set(error, "%s:", journal->path);
    free(line);
    return result;
}

void journal_close(struct journal *journal)
{
    if (journal->fd >= 0)
        close(journal->fd);
    journal->fd = -1;
}

static int visit_line(const char *path, size_t number, const char *line, size_t length,
                      void (*visit)(const json_t *, void *), void *context, struct error *error)
{
    json_error_t problem;
    struct error damage;
    bool sealed;

    if (seal_check(line, length, &sealed, &damage) < 0)
        return error_set(error, "%s:%zu: %s", path, number, damage.text);
    json_t *record = length < LINE_LIMIT ? json_loadb(line, length, JSON_REJECT_DUPLICATES, &problem) : NULL;

    if (!json_is_object(record)) {
        json_decref(record);
        return error_set(error, "%s:%zu: not a trial record; restore the file or start a new run", path,
                         number);
    }
    visit(record, context);
    json_decref(record);
    return 0;
}

int journal_each(const char *directory, void (*visit)(const json_t *record, void *context), void *context,
                 struct error *error)
{
    char path[1024];

    snprintf(path, sizeof path, "%.900s/%s", directory, trials_name);
    if (access(path, F_OK) < 0)
        return error_set(error, "%s:", path);
    return journal_each_beside(directory, trials_name, visit, context, error);
}

static int visit_lines(struct lines *lines, const char *path, void (*visit)(const json_t *, void *), void *context,
                       struct error *error)
{
    size_t length, number = 0;
    char *line;
    bool whole;
    int got, result = 0;

    while (result == 0 && (got = lines_next(lines, &line, &length, &whole)) != 0) {
        number++;
        if (got < 0) /* what is not read would be measured again */
            result = lines_failed(path, number, error);
        else if (whole) /* a torn last line is journal_open's to cut off */
            result = visit_line(path, number, line, length, visit, context, error);
    }
    return result;
}

int journal_each_beside(const char *directory, const char *name,
                        void (*visit)(const json_t *record, void *context), void *context, struct error *error)
{
    char path[1024];
    struct lines lines;

    snprintf(path, sizeof path, "%.900s/%.64s", directory, name);
    int fd = regular_open(path, O_RDONLY, REGULAR_JOURNAL_BYTES, error);
    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    int result = lines_open(&lines, fd) < 0 ? error_set(error, "%s: out of memory", path)
                                            : visit_lines(&lines, path, visit, context, error);
    lines_close(&lines);
    close(fd);
    return result;
}
