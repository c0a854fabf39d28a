/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/price_sites.h"

#include <stdlib.h>
#include <string.h>

static int add(struct price_sites *sites, struct price_site site)
{
    struct price_site *grown = realloc(sites->all, (sites->count + 1) * sizeof *grown);

    if (!grown)
        return -1;
    sites->all = grown;
    grown[sites->count++] = site;
    return 0;
}

static int add_files(struct price_sites *sites, struct price_program *program, const struct calibrate_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        const struct calibrate_file *file = &files->all[i];
        bool by_file = program->place == PRICE_FILE;
        if (!by_file && !file->first)
            continue;
        if (program->place == PRICE_DISK && !target_has_device(file->target))
            continue;
        if (add(sites, (struct price_site){program, file->target, file, by_file}) < 0)
            return -1;
    }
    return 0;
}

/* What is sent comes from the files of every target; where there is none, from memory. */
static int add_sockets(struct price_sites *sites, struct price_program *program, const struct targets *targets,
                       const struct calibrate_files *files)
{
    for (size_t i = 0; i < targets->count; i++) {
        const struct target *target = &targets->all[i];
        if (!*target->address || !target->available)
            continue;
        for (size_t j = 0; j < files->count || j == 0; j++)
            if (add(sites, (struct price_site){program, target, files->count ? &files->all[j] : NULL, true}) < 0)
                return -1;
    }
    return 0;
}

static int add_program(struct price_sites *sites, struct price_program *program, const struct targets *targets,
                       const struct calibrate_files *files)
{
    switch (program->place) {
    case PRICE_MACHINE: return add(sites, (struct price_site){.program = program});
    case PRICE_SOCKET: return add_sockets(sites, program, targets, files);
    default: return add_files(sites, program, files);
    }
}

int price_sites_make(struct price_sites *sites, struct price_programs *programs, const struct targets *targets,
                     const struct calibrate_files *files, unsigned cpus)
{
    *sites = (struct price_sites){0};
    for (size_t i = 0; i < programs->count; i++)
        if (programs->all[i].cpus <= cpus && add_program(sites, &programs->all[i], targets, files) < 0)
            return -1;
    return 0;
}

void price_sites_free(struct price_sites *sites)
{
    free(sites->all);
    *sites = (struct price_sites){0};
}

static json_t *name_of(const struct target *target)
{
    return target ? json_string(target->spec->name) : json_null();
}

void price_site_identify(const struct price_site *site, json_t *entry)
{
    const struct calibrate_file *file = site->by_file ? site->file : NULL;
    bool other = file && file->target != site->target;

    json_object_set_new(entry, "target", name_of(site->target));
    json_object_set_new(entry, "source", name_of(other ? file->target : NULL));
    json_object_set_new(entry, "file_size_bytes", file ? json_integer((json_int_t)file->bytes) : json_null());
}

bool price_site_has(const struct price_site *site, const json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "name")), *key;
    json_t *identity = json_object(), *value;
    bool same = false;
    size_t index;

    json_array_foreach(site->program->entries, index, value)
        same = same || (name && !strcmp(json_string_value(value), name));
    price_site_identify(site, identity);
    json_object_foreach(identity, key, value)
        same = same && json_equal(value, json_object_get(entry, key));
    json_decref(identity);
    return same;
}
