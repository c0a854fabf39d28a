/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layout: a block with the header's text, padded with NULs; then "NAME LENGTH\n" and the bytes of every
 * file, one after the other. */
#include "runners/parcel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/digest.h"
#include "common/publish.h"
#include "common/text.h"
#include "common/units.h"

enum { HEADER = 4096, NAME = 64 };
static const uint64_t limit_bytes = 1ULL * GIB;

static bool is_plain(const char *name)
{
    return *name && *name != '.' && strlen(name) < NAME &&
           !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")];
}

static int add_file(FILE *out, const char *directory, const char *name, struct error *error)
{
    char path[PATH_MAX], block[65536];
    struct stat status;
    uint64_t left;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *in = fopen(path, "re");
    if (!in || fstat(fileno(in), &status) < 0) {
        error_set(error, "%s:", path);
        if (in)
            fclose(in);
        return -1;
    }
    fprintf(out, "%s %" PRIu64 "\n", name, left = (uint64_t)status.st_size);
    for (size_t got; left > 0 && (got = fread(block, 1, sizeof block, in)) > 0; left -= got)
        if (fwrite(block, 1, got, out) != got)
            break;
    fclose(in);
    return left == 0 ? 0 : error_set(error, "%s: not read to its end", path);
}

/* All files of the directory as one text in memory. */
static char *gather(const char *directory, size_t *length, struct error *error)
{
    struct text text;
    DIR *entries = opendir(directory);
    int result = entries ? 0 : error_set(error, "%s:", directory);

    if (!text_open(&text) && result == 0)
        result = error_set(error, "%s: out of memory", directory);

    for (struct dirent *entry; result == 0 && (entry = readdir(entries));)
        if (entry->d_type == DT_REG && is_plain(entry->d_name))
            result = add_file(text.out, directory, entry->d_name, error);
    if (entries)
        closedir(entries);
    if (result < 0) {
        text_discard(&text);
        return NULL;
    }
    char *bytes = text_close(&text, length);
    if (!bytes)
        error_set(error, "%s: out of memory", directory);
    return bytes;
}

static uint64_t digest_of(const char *bytes, size_t length)
{
    struct digest digest;

    digest_start(&digest, 0);
    digest_add(&digest, bytes, length);
    return digest_finish(&digest);
}

static int write_at(int fd, const char *bytes, size_t length, off_t offset)
{
    for (ssize_t put; length > 0; bytes += put, length -= (size_t)put, offset += put)
        if ((put = pwrite(fd, bytes, length, offset)) <= 0)
            return -1;
    return fsync(fd);
}

int parcel_pack(const char *directory, const char *device, struct error *error)
{
    char header[HEADER] = "", *bytes;
    size_t length;
    int fd = open(device, O_WRONLY | O_CLOEXEC), result = -1;

    if (fd < 0)
        return error_set(error, "%s:", device);
    if ((bytes = gather(directory, &length, error))) {
        snprintf(header, sizeof header, "iotoll parcel 1\nlength %zu\ndigest %016" PRIx64 "\n", length,
                 digest_of(bytes, length));
        if (write_at(fd, bytes, length, HEADER) < 0 || write_at(fd, header, HEADER, 0) < 0)
            error_set(error, "%s:", device);
        else
            result = 0;
    }
    free(bytes);
    close(fd);
    return result;
}

static int read_at(int fd, char *bytes, size_t length, off_t offset)
{
    for (ssize_t got; length > 0; bytes += got, length -= (size_t)got, offset += got)
        if ((got = pread(fd, bytes, length, offset)) <= 0)
            return -1;
    return 0;
}

/* The payload with a NUL behind it, its digest checked; or NULL. */
static char *read_parcel(const char *image, size_t *length, struct error *error)
{
    char header[HEADER + 1] = "", *bytes = NULL;
    int fd = open(image, O_RDONLY | O_CLOEXEC);
    uint64_t digest;
    bool whole = false;

    *length = 0;
    if (fd < 0 || read_at(fd, header, HEADER, 0) < 0)
        error_set(error, "%s:", image);
    else if (sscanf(header, "iotoll parcel 1\nlength %zu\ndigest %" SCNx64, length, &digest) != 2)
        error_set(error, "no result was delivered");
    else if (*length > limit_bytes)
        error_set(error, "the result delivered is too long");
    else if (!(bytes = malloc(*length + 1)) || read_at(fd, bytes, *length, HEADER) < 0 ||
             digest_of(bytes, *length) != digest)
        error_set(error, "the result delivered is not whole");
    else
        whole = true;
    if (fd >= 0)
        close(fd);
    if (whole) {
        bytes[*length] = 0;
        return bytes;
    }
    free(bytes);
    return NULL;
}

static int unpack_one(const char **at, const char *end, const char *directory, struct error *error)
{
    char name[NAME], path[PATH_MAX];
    size_t length;
    int used = 0;

    if (sscanf(*at, "%63s %zu%n", name, &length, &used) != 2 || (*at)[used] != '\n' || !is_plain(name) ||
        length > (size_t)(end - *at - used - 1))
        return error_set(error, "the result delivered is not what iotoll packs");
    *at += used + 1;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (publish_bytes(path, *at, length, error) < 0)
        return -1;
    *at += length;
    return 0;
}

int parcel_unpack(const char *image, const char *directory, struct error *error)
{
    size_t length;
    char *bytes = read_parcel(image, &length, error);

    if (!bytes)
        return -1;
    int result = publish_directory(directory, error);
    for (const char *at = bytes; result == 0 && at < bytes + length;)
        result = unpack_one(&at, bytes + length, directory, error);
    free(bytes);
    return result;
}

int parcel_main(int argc, char **argv)
{
    struct error error;

    if (argc != 3)
        die(EXIT_USAGE, "parcel: a directory and a device are needed");
    if (parcel_pack(argv[1], argv[2], &error) < 0)
        die(EXIT_ENVIRONMENT, "parcel: %s", error.text);
    return EXIT_DONE;
}
