/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/kernels_modules.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/text.h"
#include "runners/tool.h"

enum { MODULES_MAX = 64, ALWAYS = -1, NETWORK = -2 };

/* What a guest may have to load, and the file system of images that needs it. Checksums and compression
 * are found by the kernel through modprobe(8), which a guest has none of. */
static const struct wanted {
    const char *name;
    int when; /* ALWAYS, NETWORK or index into target_file_systems */
} wanted[] = {
    {"virtio_pci", ALWAYS},   {"virtio_blk", ALWAYS}, {"crc32c_generic", ALWAYS},
    {"crc32c_intel", ALWAYS}, {"ext4", ALWAYS},       {"loop", ALWAYS},
    {"veth", NETWORK},        {"sch_tbf", NETWORK},   {"xfs", 1},
    {"xxhash_generic", 2},    {"sha256_generic", 2},  {"blake2b_generic", 2},
    {"btrfs", 2},
};

/* A line of modules.dep: the path of a module, then those that it needs, the last of all first. */
struct line {
    char text[4096];
};

struct loads {
    char *paths[MODULES_MAX]; /* in the order of loading; owned */
    size_t count;
};

static bool is_wanted(const struct wanted *one, const struct config *config)
{
    for (size_t i = 0; i < config->target_count; i++) {
        const struct target_spec *target = &config->targets[i];
        if ((one->when == NETWORK && target->type == TARGET_NAMESPACE) ||
            (target->type == TARGET_IMAGE && (int)target->file_system == one->when))
            return true;
    }
    return one->when == ALWAYS;
}

/* "kernel/fs/ext4/ext4.ko.xz" is ext4; "-" and "_" are one. */
static void name_of(const char *path, size_t length, char name[64])
{
    size_t used = 0;

    for (size_t i = length; i > 0; i--)
        if (path[i - 1] == '/') {
            path += i;
            length -= i;
            break;
        }
    while (used < length && used < 63 && path[used] != '.') {
        name[used] = (char)(path[used] == '-' ? '_' : path[used]);
        used++;
    }
    name[used] = 0;
}

static bool find_line(FILE *list, const char *name, struct line *line)
{
    char found[64];

    rewind(list);
    while (fgets(line->text, sizeof line->text, list)) {
        name_of(line->text, strcspn(line->text, ":"), found);
        if (!strcmp(found, name))
            return true;
    }
    return false;
}

static int add_path(struct loads *loads, const char *path, size_t length)
{
    for (size_t i = 0; i < loads->count; i++)
        if (strlen(loads->paths[i]) == length && !strncmp(loads->paths[i], path, length))
            return 0;
    if (loads->count == MODULES_MAX || !(loads->paths[loads->count] = strndup(path, length)))
        return -1;
    loads->count++;
    return 0;
}

/* The words of the line from its end: what is needed stands behind what needs it. */
static int add_line(struct loads *loads, char *text)
{
    int result = 0;

    for (char *end = text + strlen(text); end > text && result == 0;) {
        while (end > text && (isspace((unsigned char)end[-1]) || end[-1] == ':'))
            end--;
        char *start = end;
        while (start > text && !isspace((unsigned char)start[-1]))
            start--;
        if (end > start)
            result = add_path(loads, start, (size_t)(end - start));
        end = start;
    }
    return result;
}

static int list_loads(struct loads *loads, const struct kernel_image *image, const struct config *config,
                      struct error *error)
{
    char path[PATH_MAX + 16];
    struct line line;
    int result = 0;

    snprintf(path, sizeof path, "%s/modules.dep", image->modules);
    FILE *list = fopen(path, "re");
    if (!list)
        return error_set(error, "%s:", path);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && result == 0; i++)
        if (is_wanted(&wanted[i], config) && find_line(list, wanted[i].name, &line))
            result = add_line(loads, line.text);
    fclose(list);
    return result < 0 ? error_set(error, "%s: too many modules", path) : 0;
}

/* A module says what it was built for: "vermagic=6.1.0-9-amd64 SMP ...". */
static int check_version(const char *path, const struct kernel_image *image, struct error *error)
{
    static const char key[] = "vermagic=";
    FILE *file = fopen(path, "re");
    struct stat status;
    int result = 0;

    if (!file || fstat(fileno(file), &status) < 0 || status.st_size == 0) {
        if (file)
            fclose(file);
        return error_set(error, "%s: cannot be read, or is empty", path);
    }
    const char *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fileno(file), 0);
    fclose(file);
    if (bytes == MAP_FAILED)
        return error_set(error, "%s:", path);
    const char *end = bytes + status.st_size;
    const char *found = memmem(bytes, (size_t)status.st_size, key, sizeof key - 1);
    size_t release = strlen(image->release), room = found ? (size_t)(end - found) - sizeof key + 1 : 0;
    if (!found)
        result = error_set(error, "%s: not a kernel module", path);
    else if (room <= release || memcmp(found + sizeof key - 1, image->release, release) ||
             found[sizeof key - 1 + release] != ' ')
        result = error_set(error, "%s: a module of %.*s, but %s is %s", path,
                           (int)strnlen(found + sizeof key - 1, room < 64 ? room : 64),
                           found + sizeof key - 1, image->path, image->release);
    munmap((void *)bytes, (size_t)status.st_size);
    return result;
}

static int copy(const char *from, const char *to, struct error *error)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t moved = in < 0 || out < 0 ? -1 : 1;

    while (moved > 0)
        moved = sendfile(out, in, NULL, 1 << 20);
    if (moved < 0)
        error_set(error, "%s:", from);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return moved < 0 ? -1 : 0;
}

/* Unpack a copy, as what it is called says. path becomes the copy's. */
static int unpack(char path[PATH_MAX], const char *name, const char *work, struct error *error)
{
    static const struct {
        const char *ending, *tool;
    } kinds[] = {{".xz", "xz"}, {".zst", "zstd"}, {".gz", "gzip"}};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(dot, kinds[i].ending))
            continue;
        char here[PATH_MAX];
        snprintf(here, sizeof here, "%s/%s.ko%s", work, name, kinds[i].ending);
        if (copy(path, here, error) < 0 ||
            tool_run(error, work, TOOL_HERE, "%s -d -f %s.ko%s", kinds[i].tool, name,
                     kinds[i].ending) < 0)
            return -1;
        snprintf(path, PATH_MAX, "%s/%s.ko", work, name);
        return 0;
    }
    return 0;
}

static int add_one(struct cpio *cpio, const struct kernel_image *image, const char *relative, FILE *order,
                   const char *work, struct error *error)
{
    char path[PATH_MAX], name[64], inside[96];

    name_of(relative, strlen(relative), name);
    if (snprintf(path, sizeof path, "%s%s%s", *relative == '/' ? "" : image->modules,
                 *relative == '/' ? "" : "/", relative) >= (int)sizeof path)
        return error_set(error, "%s: name too long", image->modules);
    if (unpack(path, name, work, error) < 0 || check_version(path, image, error) < 0)
        return -1;
    snprintf(inside, sizeof inside, "/modules/%s.ko", name);
    fprintf(order, "%s\n", name);
    return cpio_add_file(cpio, inside, 0644, path, error);
}

int kernels_modules_add(struct cpio *cpio, const struct kernel_image *image, const struct config *config,
                        const char *work, struct error *error)
{
    struct loads loads = {0};
    struct text order;
    int result = text_open(&order) ? 0 : error_set(error, "out of memory");

    if (result == 0 && *image->modules)
        result = list_loads(&loads, image, config, error);
    for (size_t i = 0; i < loads.count; i++) {
        if (result == 0)
            result = add_one(cpio, image, loads.paths[i], order.out, work, error);
        free(loads.paths[i]);
    }
    size_t length;
    char *text = text_close(&order, &length);
    if (result == 0)
        result = text ? cpio_add_bytes(cpio, "/modules/order", 0644, text, length, error)
                      : error_set(error, "out of memory");
    free(text);
    return result;
}
