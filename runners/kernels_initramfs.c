/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/kernels_initramfs.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/cpio.h"
#include "runners/kernels_modules.h"
#include "runners/kernels_script.h"
#include "runners/price_programs.h"
#include "runners/spawn.h"

/* Programs of the system; without the first two there is no guest. */
static const struct tool {
    const char *path, *other, *inside;
    bool needed;
} tools[] = {
    {"/bin/busybox", "/usr/bin/busybox", "/busybox/busybox", true},
    {"/sbin/mkfs.ext4", "/usr/sbin/mkfs.ext4", "/sbin/mkfs.ext4", true},
    {"/sbin/mkfs.xfs", "/usr/sbin/mkfs.xfs", "/sbin/mkfs.xfs", false},
    {"/sbin/mkfs.btrfs", "/bin/mkfs.btrfs", "/sbin/mkfs.btrfs", false},
    {"/bin/ip", "/sbin/ip", "/bin/ip", false},
    {"/sbin/tc", "/usr/sbin/tc", "/sbin/tc", false},
    {"/usr/bin/hyperfine", "/bin/hyperfine", "/usr/bin/hyperfine", false},
    {"/etc/mke2fs.conf", "/usr/etc/mke2fs.conf", "/etc/mke2fs.conf", false},
};
enum { TOOLS = sizeof tools / sizeof *tools, DIRECTORIES_MAX = 64 };

static const char *path_of(const struct tool *tool)
{
    return access(tool->path, R_OK) == 0 ? tool->path : access(tool->other, R_OK) == 0 ? tool->other : NULL;
}

static int add_tools(struct cpio *cpio, struct error *error)
{
    for (size_t i = 0; i < TOOLS; i++) {
        const char *path = path_of(&tools[i]);
        if (path && cpio_add_file(cpio, tools[i].inside, 0755, path, error) < 0)
            return -1;
        if (!path && tools[i].needed)
            return error_set(error, "%s is not installed (`make deps kernels`)",
                             strrchr(tools[i].path, '/') + 1);
    }
    return 0;
}

/* Every "=> /path (0x...)" and "/path (0x...)" that ldd says, each once. */
static int add_libraries_of(struct cpio *cpio, char *text, struct error *error)
{
    char *seen = calloc(1, strlen(text) + 2), *rest = text;
    int result = seen ? 0 : error_set(error, "out of memory");

    for (char *line; result == 0 && (line = strsep(&rest, "\n"));) {
        char *path = strchr(line, '/'), *end = path ? strstr(path, " (0x") : NULL;
        if (!end)
            continue;
        strcpy(end, "\n");
        if (strstr(seen, path))
            continue;
        strcat(seen, path);
        *end = 0;
        result = cpio_add_file(cpio, path, 0755, path, error);
    }
    free(seen);
    return result;
}

/* ldd(1) of everything at once. What is linked statically has no libraries, and ldd ends with 1. */
static int add_libraries(struct cpio *cpio, const struct kernels_content *content, struct error *error)
{
    char **words = calloc(content->catalogue->count + TOOLS + 3, sizeof *words);
    size_t count = 0;
    struct spawn spawn = {.argv = words, .program_fd = -1, .timeout_ns = 60 * NS_PER_S};

    if (!words)
        return error_set(error, "out of memory");
    words[count++] = (char *)"ldd";
    words[count++] = (char *)content->program;
    for (size_t i = 0; i < content->catalogue->count; i++)
        words[count++] = content->catalogue->methods[i].program;
    for (size_t i = 0; i < TOOLS; i++)
        if (path_of(&tools[i]))
            words[count++] = (char *)path_of(&tools[i]);
    int result = spawn_run(&spawn, error);
    if (result == 0 && (!strcmp(spawn.exit, "127") || spawn.output_too_long))
        result = error_set(error, "ldd cannot be run");
    if (result == 0)
        result = add_libraries_of(cpio, spawn.output, error);
    spawn_free(&spawn);
    free(words);
    return result;
}

/* They need no library that methods do not. */
static int add_prices(struct cpio *cpio, const struct kernels_content *content, struct error *error)
{
    char directory[PATH_MAX + 16], inside[128];
    struct price_programs prices;

    snprintf(directory, sizeof directory, "%s/../prices", content->methods);
    if (price_programs_load(&prices, directory, error) < 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < prices.count && result == 0; i++) {
        snprintf(inside, sizeof inside, "/iotoll/prices/%s", prices.all[i].name);
        result = cpio_add_file(cpio, inside, 0755, prices.all[i].path, error);
    }
    price_programs_free(&prices);
    return result;
}

static int add_programs(struct cpio *cpio, const struct kernels_content *content, struct error *error)
{
    char inside[256];

    if (cpio_add_file(cpio, "/iotoll/iotoll", 0755, content->program, error) < 0)
        return -1;
    for (size_t i = 0; i < content->catalogue->count; i++) {
        const struct method_info *method = &content->catalogue->methods[i];
        snprintf(inside, sizeof inside, "/iotoll/methods/%s/%s", method->task, method->name);
        if (cpio_add_file(cpio, inside, 0755, method->program, error) < 0)
            return -1;
    }
    if (add_prices(cpio, content, error) < 0 || add_tools(cpio, error) < 0)
        return -1;
    return add_libraries(cpio, content, error);
}

/* Directories of the config, each once, without a leading slash: the guest puts them all on its disk. */
static int add_paths(struct cpio *cpio, const struct config *config, struct error *error)
{
    const char *paths[DIRECTORIES_MAX];
    char text[DIRECTORIES_MAX * 256] = "";
    size_t count = 0, used = 0;

    for (size_t i = 0; i < config->target_count; i++) {
        const char *path = config->targets[i].path;
        size_t same = 0;
        if (!path)
            continue;
        path += strspn(path, "/");
        while (same < count && strcmp(paths[same], path))
            same++;
        if (same < count)
            continue;
        if (!*path || !strcmp(path, ".") || strstr(path, "..") || strchr(path, '\n') ||
            strlen(path) > 200 || count == DIRECTORIES_MAX)
            return error_set(error, "%s: target %s: a guest cannot have its disk at \"%.200s\"", config->path,
                             config->targets[i].name, config->targets[i].path);
        paths[count++] = path;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s\n", path);
    }
    return cpio_add_bytes(cpio, "/iotoll/paths", 0644, text, used, error);
}

static int add_config(struct cpio *cpio, const struct kernels_content *content, struct error *error)
{
    const struct config *config = content->config;
    char inside[160], budget[32];
    struct utsname name;
    char *text = json_dumps(config->json, JSON_INDENT(1));

    uname(&name);
    snprintf(inside, sizeof inside, "/iotoll/config/%s.json", config->name);
    int result = text ? cpio_add_bytes(cpio, inside, 0644, text, strlen(text), error)
                      : error_set(error, "out of memory");
    free(text);
    snprintf(budget, sizeof budget, "%" PRIu64 "ms", (uint64_t)(content->budget_ns / NS_PER_MS));
    if (result < 0 || add_paths(cpio, config, error) < 0 ||
        cpio_add_bytes(cpio, "/iotoll/budget", 0644, budget, strlen(budget), error) < 0)
        return -1;
    return cpio_add_bytes(cpio, "/iotoll/host", 0644, name.nodename, strlen(name.nodename), error);
}

static int add_run(struct cpio *cpio, const char *run, struct error *error)
{
    DIR *entries = opendir(run);
    char path[PATH_MAX], inside[300];
    int result = entries ? 0 : error_set(error, "%s:", run);

    for (struct dirent *entry; result == 0 && (entry = readdir(entries));) {
        if (entry->d_type != DT_REG)
            continue;
        snprintf(path, sizeof path, "%s/%s", run, entry->d_name);
        snprintf(inside, sizeof inside, "/result/%s", entry->d_name);
        result = cpio_add_file(cpio, inside, 0600, path, error);
    }
    if (entries)
        closedir(entries);
    return result;
}

int kernels_initramfs_make(const struct kernels_content *content, const struct kernel_image *image,
                           const char *run, const char *path, struct error *error)
{
    static const char *const directories[] = {"proc", "sys", "busybox", "modules"};
    struct error closing;
    struct cpio cpio;
    int result;

    if (cpio_open(&cpio, path, error) < 0)
        return -1;
    result = cpio_add_console(&cpio, error);
    for (size_t i = 0; i < sizeof directories / sizeof *directories && result == 0; i++)
        result = cpio_add_directory(&cpio, directories[i], error);
    if (result == 0)
        result = cpio_add_bytes(&cpio, "/init", 0755, kernels_script,
                                (size_t)(kernels_script_end - kernels_script), error);
    if (result == 0)
        result = add_programs(&cpio, content, error);
    if (result == 0)
        result = add_config(&cpio, content, error);
    if (result == 0)
        result = kernels_modules_add(&cpio, image, content->config, content->work, error);
    if (result == 0 && run)
        result = add_run(&cpio, run, error);
    if (cpio_close(&cpio, &closing) < 0 && result == 0) {
        *error = closing;
        result = -1;
    }
    return result;
}
