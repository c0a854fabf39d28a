/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/config_target.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/axes.h"
#include "common/units.h"

const char *const target_huge_names[] = {"never", "always", "within_size", "advise", NULL};
const char *const target_file_systems[] = {"ext4", "xfs", "btrfs", NULL};

#define IN(type) (1U << TARGET_##type)

/* A key, the types that have it, and what it holds. */
static const struct key {
    const char *name;
    size_t offset;
    unsigned types, required; /* IN() bits */
    enum { KEY_TEXT, KEY_OPTIONS, KEY_BITS, KEY_RULE } kind;
    const char *example; /* of text */
    struct field_rule rule;
} keys[] = {
    {.name = "path",
     .offset = offsetof(struct target_spec, path),
     .types = IN(DIRECTORY) | IN(THROTTLED) | IN(IMAGE),
     .required = IN(DIRECTORY) | IN(THROTTLED) | IN(IMAGE),
     .kind = KEY_TEXT,
     .example = "\"/var/tmp\""},
    /* A tmpfs of size 0 would be one without a limit. */
    {.name = "size",
     .offset = offsetof(struct target_spec, size_bytes),
     .types = IN(TMPFS) | IN(IMAGE),
     .required = IN(TMPFS) | IN(IMAGE),
     .kind = KEY_RULE,
     .rule = {FIELD_SIZE, "a size", "\"2G\"", MIB, 1ULL << 40, NULL}},
    {.name = "huge",
     .offset = offsetof(struct target_spec, huge),
     .types = IN(TMPFS),
     .kind = KEY_RULE,
     .rule = {FIELD_NAME, "a way to use huge pages", NULL, 0, 0, target_huge_names}},
    {.name = "file_system",
     .offset = offsetof(struct target_spec, file_system),
     .types = IN(IMAGE),
     .required = IN(IMAGE),
     .kind = KEY_RULE,
     .rule = {FIELD_NAME, "a file system", NULL, 0, 0, target_file_systems}},
    {.name = "mkfs_options",
     .offset = offsetof(struct target_spec, mkfs_options),
     .types = IN(IMAGE),
     .kind = KEY_OPTIONS,
     .example = "\"-b 4096\""},
    {.name = "mount_options",
     .offset = offsetof(struct target_spec, mount_options),
     .types = IN(IMAGE),
     .kind = KEY_OPTIONS,
     .example = "\"noatime\""},
    {.name = "rate",
     .offset = offsetof(struct target_spec, rate_bytes_per_s),
     .types = IN(THROTTLED),
     .required = IN(THROTTLED),
     .kind = KEY_RULE,
     .rule = {FIELD_SIZE, "a size per second", "\"100M\"", 64 * KIB, 1ULL << 40, NULL}},
    {.name = "rate",
     .offset = offsetof(struct target_spec, rate_bits_per_s),
     .types = IN(NAMESPACE),
     .kind = KEY_BITS},
    {.name = "mtu",
     .offset = offsetof(struct target_spec, mtu_bytes),
     .types = IN(NAMESPACE),
     .kind = KEY_RULE,
     .rule = {FIELD_COUNT, "a number of bytes", "1500", 576, 65535, NULL}},
    {.name = "host",
     .offset = offsetof(struct target_spec, host),
     .types = IN(REMOTE),
     .required = IN(REMOTE),
     .kind = KEY_TEXT,
     .example = "\"10.0.0.2\""},
    {.name = "port",
     .offset = offsetof(struct target_spec, port),
     .types = IN(REMOTE),
     .required = IN(REMOTE),
     .kind = KEY_RULE,
     .rule = {FIELD_COUNT, "a port", "7000", 1, 65535, NULL}},
    {.name = "token_file",
     .offset = offsetof(struct target_spec, token_file),
     .types = IN(REMOTE),
     .required = IN(REMOTE),
     .kind = KEY_TEXT,
     .example = "\"token\""},
};
enum { KEYS = sizeof keys / sizeof *keys };

bool target_type_is_socket(enum target_type type)
{
    return type >= TARGET_TCP;
}

int config_target_parse_bits(const char *text, uint64_t *bits_per_s)
{
    static const struct {
        const char *suffix;
        uint64_t factor;
    } scales[] = {{"kbit", 1000}, {"mbit", 1000000}, {"gbit", 1000000000}};
    char *end;

    if (!isdigit((unsigned char)*text) || strlen(text) > 12)
        return -1;
    unsigned long long number = strtoull(text, &end, 10);
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
        if (!strcmp(end, scales[i].suffix) && number > 0 && number <= 1000000) {
            *bits_per_s = number * scales[i].factor;
            return 0;
        }
    return -1;
}

static int read_bits(uint64_t *bits, const struct field *field, struct error *error)
{
    const char *text = json_string_value(field->value);

    if (text && config_target_parse_bits(text, bits) == 0 && *bits >= 1000000)
        return 0;
    return field_refuse(field, error, "is not a rate of 1mbit or more (try \"1gbit\")");
}

/* Options reach mkfs and mount(2) as root: none may name another file, nor leave the run's own
 * directory. */
static int check_options(const char *text, const struct field *field, struct error *error)
{
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr(" ,=_^:.-", *c))
            return field_refuse(field, error, "holds more than options (take letters, digits and "
                                "\" ,=_^:.-\")");
    if (strstr(text, ".."))
        return field_refuse(field, error, "holds \"..\" (delete it)");
    return 0;
}

static int read_key(struct target_spec *target, const struct key *key, const struct field *field,
                    struct error *error)
{
    char *place = (char *)target + key->offset;

    if (!field->value && !(key->required & 1U << target->type))
        return 0;
    if (key->kind == KEY_RULE)
        return field_read(field, &key->rule, (uint64_t *)place, error);
    if (key->kind == KEY_BITS)
        return read_bits((uint64_t *)place, field, error);
    char *text = field_copy_text(field, key->example, false, error);
    *(char **)place = text;
    if (!text)
        return -1;
    return key->kind == KEY_OPTIONS ? check_options(text, field, error) : 0;
}

static int check_name(const struct field *field, struct error *error)
{
    size_t length = strlen(field->key);

    if (length > 0 && length < POINT_NAME_SIZE &&
        strspn(field->key, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length)
        return 0;
    struct field bare = {.parent = field->parent, .key = field->key};
    return field_error(&bare, error, "is no name for a target (take 1 to %d of a-z, 0-9, _ and -)",
                       POINT_NAME_SIZE - 1);
}

/* The names of the keys of one type, or, with types ~0U, of all. */
static void list_keys(unsigned types, const char *names[KEYS + 2])
{
    size_t count = 0;

    names[count++] = "type";
    for (size_t i = 0; i < KEYS; i++) {
        bool known = i > 0 && types == ~0U && !strcmp(keys[i].name, keys[i - 1].name);
        if (keys[i].types & types && !known)
            names[count++] = keys[i].name;
    }
    names[count] = NULL;
}

int config_target_read(struct target_spec *target, const struct field *field, struct error *error)
{
    const struct field_rule rule = {
        .type = FIELD_NAME, .what = "a type of target", .names = axes_target_types};
    struct field type = field_member(field, "type");
    const char *names[KEYS + 2];
    uint64_t index;

    list_keys(~0U, names);
    if (check_name(field, error) < 0 || field_check_object(field, names, error) < 0 ||
        field_read(&type, &rule, &index, error) < 0)
        return -1;
    strcpy(target->name, field->key);
    target->type = (enum target_type)index;
    list_keys(1U << target->type, names);
    if (field_check_object(field, names, error) < 0)
        return -1;
    for (size_t i = 0; i < KEYS; i++) {
        struct field member = field_member(field, keys[i].name);
        if (keys[i].types & 1U << target->type && read_key(target, &keys[i], &member, error) < 0)
            return -1;
    }
    return 0;
}

void config_target_free(struct target_spec *target)
{
    free(target->path);
    free(target->mkfs_options);
    free(target->mount_options);
    free(target->host);
    free(target->token_file);
}
