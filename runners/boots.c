/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/boots.h"

#include <string.h>

#include "runners/environment.h"
#include "runners/journal.h"

static const char *id_of(const json_t *object)
{
    const char *id = json_string_value(json_object_get(object, "boot_id"));

    return id ? id : "";
}

json_t *boots_of_run(const json_t *root)
{
    const json_t *environment = json_object_get(root, "environment");
    json_t *boots = json_object_get(root, "boots");

    if (json_array_size(boots) > 0)
        return json_deep_copy(boots);
    return json_pack("[{s:s, s:i, s:O?}]", "boot_id", id_of(environment), "first_block", 0,
                     "started_utc", json_object_get(root, "started_utc"));
}

static const json_t *last_of(const json_t *boots)
{
    return json_array_get(boots, json_array_size(boots) - 1);
}

const char *boots_last_id(const json_t *boots)
{
    return id_of(last_of(boots));
}

uint64_t boots_first_block(const json_t *boots)
{
    return (uint64_t)json_integer_value(json_object_get(last_of(boots), "first_block"));
}

static void find_last_block(const json_t *record, void *context)
{
    json_int_t block = json_integer_value(json_object_get(record, "block")), *last = context;

    if (block > *last)
        *last = block;
}

/* What makes boots of one kernel comparable; a boot with anything else changed is another run. */
static int check_same(const json_t *before, const json_t *now, const char *directory,
                      struct error *error)
{
    static const char *const keys[] = {"host",     "kernel",      "kernel_version",
                                       "cpu_model", "cpus",        "transparent_hugepages",
                                       "governor", "mitigations", "microcode"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *then = json_object_get(before, keys[i]);
        const json_t *today = json_object_get(now, keys[i]);
        if ((then || today) && !json_equal(then, today))
            return error_set(error,
                             "%s: its %s is not today's: another boot must differ in nothing else; "
                             "start a new run and compare the two",
                             directory, keys[i]);
    }
    return 0;
}

int boots_add(json_t *boots, const json_t *before, const json_t *now, const char *directory,
              struct error *error)
{
    json_int_t last = (json_int_t)boots_first_block(boots);
    char utc[24];
    const json_t *boot;
    size_t i;

    if (check_same(before, now, directory, error) < 0)
        return -1;
    json_array_foreach(boots, i, boot)
        if (!strcmp(id_of(boot), id_of(now)))
            return error_set(error,
                             "%s has blocks of this boot already: --resume goes on with them",
                             directory);
    if (journal_each(directory, find_last_block, &last, error) < 0)
        return -1;
    if (last < 0 || last == INT64_MAX)
        return error_set(error, "%s: its blocks are out of range", directory);
    boot = json_pack("{s:s, s:I, s:s}", "boot_id", id_of(now), "first_block", last + 1,
                     "started_utc", environment_utc_now(utc));
    return json_array_append_new(boots, (json_t *)boot) < 0 ? error_set(error, "out of memory") : 0;
}
