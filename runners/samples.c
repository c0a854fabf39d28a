/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/samples.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runners/symbols.h"

enum { FILES_MAX = 64, MAPS_MAX = 256, KERNEL_THREAD = 0x00200000 }; /* PF_KTHREAD of include/linux/sched.h */

struct file {
    char path[1024];
    struct symbols symbols;
};

struct samples {
    struct symbols kernel;
    struct file files[FILES_MAX];
    size_t file_count;
    bool sees_all; /* in the machine's first process namespace, where nothing but idle has the id 0 */
};

/* A part of the address space of one process. */
struct map {
    pid_t pid; /* 0: the method */
    uint64_t start, end, offset;
    char path[1024];
};

struct reading {
    struct samples *samples;
    const struct samples_owners *owners;
    struct map maps[MAPS_MAX];
    size_t map_count;
    pid_t method;
    json_t *found; /* "whose kind name" -> samples */
    uint64_t taken, other, lost;
};

struct samples *samples_new(char reason[256])
{
    struct samples *samples = calloc(1, sizeof *samples);
    char name[64] = "";

    if (samples && symbols_kernel(&samples->kernel) == 0) {
        /* PROC_PID_INIT_INO of include/linux/proc_ns.h */
        samples->sees_all = readlink("/proc/self/ns/pid", name, sizeof name - 1) > 0 &&
                            strstr(name, "[4026531836]");
        return samples;
    }
    snprintf(reason, 256, "the kernel's symbols cannot be read (it takes root, or a lower kernel.kptr_restrict)");
    samples_free(samples);
    return NULL;
}

void samples_free(struct samples *samples)
{
    if (!samples)
        return;
    for (size_t i = 0; i < samples->file_count; i++)
        symbols_free(&samples->files[i].symbols);
    symbols_free(&samples->kernel);
    free(samples);
}

static const struct symbols *file_symbols(struct samples *samples, const char *path)
{
    for (size_t i = 0; i < samples->file_count; i++)
        if (!strcmp(samples->files[i].path, path))
            return &samples->files[i].symbols;
    if (samples->file_count == FILES_MAX)
        return NULL;
    struct file *file = &samples->files[samples->file_count++];
    snprintf(file->path, sizeof file->path, "%s", path);
    if (symbols_file(&file->symbols, path) < 0)
        symbols_free(&file->symbols);
    return &file->symbols;
}

static void add_map(struct reading *reading, pid_t pid, const char *text, const char *format)
{
    struct map *map = &reading->maps[reading->map_count];

    if (reading->map_count < MAPS_MAX && sscanf(text, format, &map->start, &map->end, &map->offset, map->path) == 4) {
        map->pid = pid;
        reading->map_count++;
    }
}

static void read_maps_of_sink(struct reading *reading)
{
    char path[64], line[2048];

    snprintf(path, sizeof path, "/proc/%d/maps", reading->owners->sink);
    FILE *maps = reading->owners->sink > 0 ? fopen(path, "re") : NULL;
    while (maps && fgets(line, sizeof line, maps))
        if (strstr(line, " r-xp "))
            add_map(reading, reading->owners->sink, line,
                    "%" SCNx64 "-%" SCNx64 " r-xp %" SCNx64 " %*s %*s %1023[^\n]");
    if (maps)
        fclose(maps);
}

/* Of the ids that are neither the method's nor the sink's. */
static bool is_kernel_thread(pid_t pid)
{
    unsigned long flags = 0;
    char path[64], line[1024] = "";

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    char *place = fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    if (place)
        sscanf(place, ") %*c %*d %*d %*d %*d %*d %lu", &flags);
    fclose(file);
    return flags & KERNEL_THREAD;
}

static bool is_idle_code(const char *name)
{
    static const char *const names[] = {"idle", "halt", "nohz"};

    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        if (strstr(name, names[i]))
            return true;
    return false;
}

/* Whose a sample is, or NULL for nobody's here. In a process namespace of ours all that lies outside has
 * the id 0, as idle has: then only code that idles is idle. */
static const char *owner_of(const struct reading *reading, pid_t pid, int cpu, bool user, const char *name)
{
    if (pid == reading->method)
        return "method";
    if (pid > 0 && pid == reading->owners->sink)
        return "sink";
    if (user)
        return NULL;
    if (pid == 0 && (reading->samples->sees_all || is_idle_code(name)))
        return reading->owners->cpus && CPU_ISSET(cpu, reading->owners->cpus) ? "idle" : NULL;
    return pid > 0 && is_kernel_thread(pid) ? "kernel thread" : NULL;
}

static const char *name_in_kernel(const struct reading *reading, uint64_t address, const char **kind)
{
    const struct symbol *symbol = symbols_at(&reading->samples->kernel, address);

    *kind = symbol && symbol->of_module ? "module" : "kernel";
    return symbol ? symbol->name : "in kernel";
}

/* The last part of the path of a file without a symbol there. */
static const char *name_in_user(const struct reading *reading, pid_t pid, uint64_t address, char room[64])
{
    for (size_t i = 0; i < reading->map_count; i++) {
        const struct map *map = &reading->maps[i];
        if (map->pid != pid || address < map->start || address >= map->end)
            continue;
        const struct symbols *symbols = file_symbols(reading->samples, map->path);
        const struct symbol *symbol =
            symbols ? symbols_at_offset(symbols, address - map->start + map->offset) : NULL;
        const char *slash = strrchr(map->path, '/');
        snprintf(room, 64, "in %.60s", slash ? slash + 1 : map->path);
        return symbol ? symbol->name : room;
    }
    return "in nothing mapped";
}

static void take_sample(struct reading *reading, int cpu, pid_t pid, bool user, uint64_t address)
{
    const char *kind = "user", *name, *owner;
    char key[512], room[64];

    name = user ? NULL : name_in_kernel(reading, address, &kind);
    owner = owner_of(reading, pid, cpu, user, name);
    if (!owner) {
        reading->other++;
        return;
    }
    if (user)
        name = name_in_user(reading, pid == reading->method ? 0 : pid, address, room);
    snprintf(key, sizeof key, "%s\t%s\t%.400s", owner, kind, name);
    json_int_t before = json_integer_value(json_object_get(reading->found, key));
    json_object_set_new(reading->found, key, json_integer(before + 1));
    reading->taken++;
}

static void read_line(struct reading *reading, const char *line)
{
    uint64_t address;
    int cpu, pid;
    char mode;

    if (sscanf(line, "sample %d %d %c %" SCNx64, &cpu, &pid, &mode, &address) == 4 && cpu >= 0 &&
        cpu < CPU_SETSIZE)
        take_sample(reading, cpu, pid, mode == 'u', address);
    else if (!strncmp(line, "map ", 4))
        add_map(reading, 0, line, "map %" SCNx64 " %" SCNx64 " %" SCNx64 " %1023[^\n]");
    else if (sscanf(line, "method %d", &pid) == 1)
        reading->method = pid;
    else
        sscanf(line, "lost %" SCNu64, &reading->lost);
}

static json_t *symbols_json(json_t *found)
{
    json_t *list = json_array(), *samples;
    const char *key;

    json_object_foreach (found, key, samples) {
        const char *kind = strchr(key, '\t') + 1, *name = strchr(kind, '\t') + 1;
        json_array_append_new(list, json_pack("[s, s#, O, s#]", name, kind, (int)(name - 1 - kind), samples,
                                              key, (int)(kind - 1 - key)));
    }
    return list;
}

int samples_record(struct samples *samples, int fd, const struct samples_owners *owners, json_t *record,
                   struct error *error)
{
    struct reading *reading = calloc(1, sizeof *reading);
    FILE *file = fdopen(dup(fd), "re");
    char line[2048];

    if (!reading || !file) {
        free(reading);
        if (file)
            fclose(file);
        return error_set(error, "samples: out of memory");
    }
    *reading = (struct reading){.samples = samples, .owners = owners, .found = json_object()};
    read_maps_of_sink(reading);
    rewind(file);
    while (fgets(line, sizeof line, file))
        read_line(reading, line);
    fclose(file);
    json_object_set_new(record, "samples", json_integer((json_int_t)reading->taken));
    json_object_set_new(record, "other_samples", json_integer((json_int_t)reading->other));
    json_object_set_new(record, "lost_samples", json_integer((json_int_t)reading->lost));
    json_object_set_new(record, "symbols", symbols_json(reading->found));
    json_decref(reading->found);
    free(reading);
    return 0;
}
