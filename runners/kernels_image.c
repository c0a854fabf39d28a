/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offsets are those of the Linux kernel's Documentation/arch/x86/boot.rst. */
#include "runners/kernels_image.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SETUP_MAGIC = 0x202,
    SETUP_VERSION = 0x206,
    SETUP_KERNEL_VERSION = 0x20e, /* of the text, less 0x200 */
    SETUP_FLAGS = 0x236,
    FLAG_KERNEL_64 = 1,
    VERSION_WITH_FLAGS = 0x20c,
    ARM64_MAGIC = 56,
    HEAD = 0x10000,
};

static unsigned number_at(const unsigned char *head, size_t offset)
{
    return head[offset] | (unsigned)head[offset + 1] << 8;
}

/* What else people take for a kernel. */
static int refuse_stranger(const char *path, const unsigned char *head, size_t length, struct error *error)
{
    if (length > ARM64_MAGIC + 4 && !memcmp(head + ARM64_MAGIC, "ARM\x64", 4))
        return error_set(error, "%s: a kernel for arm64; only those for 64-bit x86 can be booted here", path);
    if (length > sizeof(Elf64_Ehdr) && !memcmp(head, ELFMAG, SELFMAG)) {
        if (number_at(head, offsetof(Elf64_Ehdr, e_machine)) != EM_X86_64)
            return error_set(error, "%s: a program or kernel for another architecture", path);
        return error_set(error, "%s: an ELF file, not a bzImage (arch/x86/boot/bzImage is what to boot)", path);
    }
    return error_set(error, "%s: not a kernel image", path);
}

static int read_header(struct kernel_image *image, const unsigned char *head, size_t length,
                       struct error *error)
{
    if (length < HEAD || memcmp(head + SETUP_MAGIC, "HdrS", 4))
        return refuse_stranger(image->path, head, length, error);
    if (number_at(head, SETUP_VERSION) < VERSION_WITH_FLAGS ||
        !(number_at(head, SETUP_FLAGS) & FLAG_KERNEL_64))
        return error_set(error, "%s: a kernel for 32-bit x86; only those for 64-bit x86 can be booted here",
                         image->path);
    size_t at = number_at(head, SETUP_KERNEL_VERSION) + 0x200u;
    if (at == 0x200 || at + sizeof image->release >= length)
        return error_set(error, "%s: says no version", image->path);
    snprintf(image->release, sizeof image->release, "%.*s", (int)strcspn((const char *)head + at, " "),
             (const char *)head + at);
    if (!*image->release ||
        image->release[strspn(image->release, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789.+-_~")])
        return error_set(error, "%s: its version is no plain name", image->path);
    return 0;
}

static bool has_modules(char path[PATH_MAX], const char *format, const char *directory,
                        const char *release)
{
    char list[PATH_MAX + 16];
    int directory_length = (int)strlen(directory);

    if (snprintf(path, PATH_MAX, format, directory_length, directory, release) >= PATH_MAX)
        return false;
    snprintf(list, sizeof list, "%s/modules.dep", path);
    return access(list, R_OK) == 0;
}

static int find_modules(struct kernel_image *image, const char *named, struct error *error)
{
    const char *release = image->release, *slash = strrchr(image->path, '/');
    char *path = image->modules, beside[PATH_MAX];

    if (named) {
        if (has_modules(path, "%.*s", named, "") || has_modules(path, "%.*s/%s", named, release) ||
            has_modules(path, "%.*s/lib/modules/%s", named, release))
            return 0;
        return error_set(error, "%s: holds no modules.dep for %s (`depmod -b ROOT %s` makes one)", named,
                         release, release);
    }
    snprintf(beside, sizeof beside, "%.*s..", slash ? (int)(slash - image->path) + 1 : 0, image->path);
    if (!has_modules(path, "%.*s/lib/modules/%s", beside, release) &&
        !has_modules(path, "%.*s/lib/modules/%s", "", release))
        *path = 0;
    return 0;
}

int kernels_image_read(struct kernel_image *image, const char *argument, struct error *error)
{
    static unsigned char head[HEAD];
    const char *colon = strchr(argument, ':');
    struct stat status;

    *image = (struct kernel_image){0};
    snprintf(image->path, sizeof image->path, "%.*s", colon ? (int)(colon - argument) : PATH_MAX - 1,
             argument);
    int fd = open(image->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0) {
        error_set(error, "%s:", image->path);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    ssize_t length = S_ISREG(status.st_mode) ? pread(fd, head, sizeof head, 0) : 0;
    close(fd);
    if (read_header(image, head, length > 0 ? (size_t)length : 0, error) < 0)
        return -1;
    if (find_modules(image, colon ? colon + 1 : NULL, error) < 0)
        return -1;
    char *resolved = realpath(image->path, NULL); /* QEMU runs elsewhere */
    if (!resolved)
        return error_set(error, "%s:", image->path);
    snprintf(image->path, sizeof image->path, "%s", resolved);
    free(resolved);
    return 0;
}
