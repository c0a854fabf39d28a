/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/catalogue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "common/axes.h"
#include "common/units.h"
#include "runners/spawn.h"

static unsigned names_to_mask(const json_t *array, const char *const *table)
{
    unsigned mask = 0;
    size_t index;
    json_t *name;

    json_array_foreach(array, index, name) {
        int bit = json_is_string(name) ? axes_find(table, json_string_value(name)) : -1;
        if (bit >= 0)
            mask |= 1U << bit;
    }
    return mask;
}

static int parse_description(struct method_info *info, const char *text, struct error *error)
{
    json_error_t problem;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
    const char *task, *method, *summary;
    int lazy, direct, helpers, shares = 0;

    if (!root)
        return error_set(error, "its description is not JSON: %s", problem.text);
    json_t *axes = json_object_get(root, "axes"), *policies = json_object_get(root, "policies");
    if (json_unpack_ex(root, &problem, 0, "{s:s, s:s, s:s, s:b, s:b, s:i, s?b}", "task", &task, "method",
                       &method, "summary", &summary, "lazy", &lazy, "direct", &direct, "helpers",
                       &helpers, "shares", &shares) < 0) {
        json_decref(root);
        return error_set(error, "its description: %s", problem.text);
    }
    snprintf(info->task, sizeof info->task, "%s", task);
    snprintf(info->name, sizeof info->name, "%s", method);
    info->summary = strdup(summary);
    info->axes = names_to_mask(axes, axes_names) | (lazy ? METHOD_LAZY : 0);
    info->direct = direct;
    info->shares = shares;
    info->helpers = helpers > 0 ? (unsigned)helpers : 0;
    info->policies = names_to_mask(policies, axes_policies);
    json_decref(root);
    return info->summary ? 0 : error_set(error, "out of memory");
}

static int describe(struct method_info *info, struct error *error)
{
    char *argv[] = {info->program, "--describe", NULL};
    struct spawn spawn = {.argv = argv,
                          .program_fd = info->fd,
                          .timeout_ns = 10 * NS_PER_S};

    int result = spawn_run(&spawn, error);
    if (result == 0 && strcmp(spawn.exit, "0"))
        result = error_set(error, "--describe ended with %s: %s", spawn.exit,
                           spawn_last_words(&spawn));
    if (result == 0)
        result = parse_description(info, spawn.output, error);
    spawn_free(&spawn);
    return result;
}

static int add_program(struct catalogue *catalogue, char *program, struct error *error)
{
    struct method_info info = {.program = program, .fd = open(program, O_RDONLY | O_CLOEXEC)};

    if (info.fd < 0)
        error_set(error, "%s:", program);
    else if (describe(&info, error) < 0)
        error_prefix(error, "%s", program);
    else {
        size_t bytes = (catalogue->count + 1) * sizeof info;
        struct method_info *grown = realloc(catalogue->methods, bytes);
        if (grown) {
            catalogue->methods = grown;
            grown[catalogue->count++] = info;
            return 0;
        }
        error_set(error, "out of memory");
    }
    if (info.fd >= 0)
        close(info.fd);
    free(info.summary);
    free(program);
    return -1;
}

static bool is_program(const char *path)
{
    struct stat status;

    return !strchr(strrchr(path, '/'), '.') && stat(path, &status) == 0 &&
           S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

static int add_task(struct catalogue *catalogue, const char *directory, struct error *error)
{
    DIR *entries = opendir(directory);
    int result = 0;

    if (!entries) /* an object file beside the tasks is none */
        return errno == ENOTDIR ? 0 : error_set(error, "method programs: %s:", directory);
    for (struct dirent *entry; result == 0 && (entry = readdir(entries));) {
        char *path;
        if (asprintf(&path, "%s/%s", directory, entry->d_name) < 0)
            result = error_set(error, "out of memory");
        else if (is_program(path))
            result = add_program(catalogue, path, error);
        else
            free(path);
    }
    closedir(entries);
    return result;
}

static int compare_methods(const void *a, const void *b)
{
    const struct method_info *left = a, *right = b;
    int order = strcmp(left->task, right->task);

    return order ? order : strcmp(left->name, right->name);
}

int catalogue_load(struct catalogue *catalogue, const char *directory, struct error *error)
{
    DIR *entries = opendir(directory);
    int result = 0;

    *catalogue = (struct catalogue){0};
    if (!entries)
        return error_set(error, "method programs: %s (build them with `make`):", directory);
    for (struct dirent *entry; result == 0 && (entry = readdir(entries));) {
        char *path;
        if (entry->d_name[0] == '.')
            continue;
        if (asprintf(&path, "%s/%s", directory, entry->d_name) < 0) {
            result = error_set(error, "out of memory");
            break;
        }
        result = add_task(catalogue, path, error);
        free(path);
    }
    closedir(entries);
    if (result == 0 && catalogue->count == 0)
        result = error_set(error, "%s holds no method program (build them with `make`)", directory);
    if (result < 0) {
        catalogue_free(catalogue);
        return -1;
    }
    qsort(catalogue->methods, catalogue->count, sizeof *catalogue->methods, compare_methods);
    return 0;
}

void catalogue_free(struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        free(catalogue->methods[i].summary);
        free(catalogue->methods[i].program);
        if (catalogue->methods[i].fd >= 0)
            close(catalogue->methods[i].fd);
    }
    free(catalogue->methods);
    *catalogue = (struct catalogue){0};
}

const struct method_info *catalogue_find(const struct catalogue *catalogue, const char *task,
                                         const char *name)
{
    for (size_t i = 0; i < catalogue->count; i++)
        if (!strcmp(catalogue->methods[i].task, task) && !strcmp(catalogue->methods[i].name, name))
            return &catalogue->methods[i];
    return NULL;
}
