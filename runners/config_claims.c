/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/config_claims.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/claim.h"
#include "common/suggest.h"
#include "runners/config_file.h"

static const char example[] = "[\"claims/blog.json\"]";
static const char *const file_keys[] = {"schema", "description", "claims", NULL};

/* The claims of one file, each checked where it stands, so that the message names that place. */
static int add_file(json_t *list, const char *path, struct error *error)
{
    json_t *json = config_file_read(path, "no file of claims", "configs/claims", error);
    struct field root = field_root(path, json), claims = field_member(&root, "claims");
    struct field schema = field_member(&root, "schema");
    struct claim claim;
    int result = -1;

    if (!json || field_check_object(&root, file_keys, error) < 0 ||
        field_check_list(&claims, "a list of claims", "[{\"id\": \"mine\", ...}]", error) < 0)
        goto out;
    if (schema.value && (!json_is_integer(schema.value) || json_integer_value(schema.value) != 1)) {
        field_refuse(&schema, error, "is not a schema this iotoll can read (try 1)");
        goto out;
    }
    for (size_t i = 0; i < json_array_size(claims.value); i++) {
        struct field field = field_element(&claims, i);
        if (claim_read(&claim, &field, error) < 0)
            goto out;
        json_array_append(list, field.value);
    }
    result = 0;
out:
    json_decref(json);
    return result;
}

static int is_json(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return entry->d_name[0] != '.' && length > 5 && !strcmp(entry->d_name + length - 5, ".json");
}

static int add_directory(json_t *list, const char *path, struct error *error)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_json, alphasort), result = 0;
    char file[PATH_MAX];

    if (count <= 0)
        result = error_set(error, "%s: no files of claims (they end in .json)", path);
    for (int i = 0; i < count; i++) {
        if (result == 0 && snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name) >= PATH_MAX)
            result = error_set(error, "%s: name too long", path);
        if (result == 0)
            result = add_file(list, file, error);
        free(entries[i]);
    }
    free(entries);
    return result;
}

static int add_named(json_t *list, const struct field *field, const char *config, struct error *error)
{
    const char *name = json_string_value(field->value), *slash = strrchr(config, '/');
    int room = slash && *name != '/' ? (int)(slash - config) + 1 : 0;
    char path[PATH_MAX];
    struct stat status;

    if (!*name)
        return field_error(field, error, "is empty (try %s)", example);
    if (snprintf(path, sizeof path, "%.*s%s", room, config, name) >= PATH_MAX)
        return field_error(field, error, "is too long for the name of a file");
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return add_directory(list, path, error);
    return add_file(list, path, error);
}

int config_claims_resolve(json_t *config, const char *path, struct error *error)
{
    struct field root = field_root(path, config), claims = field_member(&root, "claims");
    json_t *list;
    int result = 0;

    if (!json_is_string(claims.value) && !json_is_array(claims.value))
        return 0; /* if it is anything else, the check says so */
    list = json_array();
    if (json_is_string(claims.value))
        result = add_named(list, &claims, path, error);
    for (size_t i = 0; i < json_array_size(claims.value) && result == 0; i++) {
        struct field field = field_element(&claims, i);
        if (json_is_string(field.value))
            result = add_named(list, &field, path, error);
        else
            json_array_append(list, field.value);
    }
    if (result == 0 && json_array_size(list) > 0)
        json_object_set(config, "claims", list);
    json_decref(list);
    return result;
}

static bool is_method(const struct catalogue *catalogue, const char *name)
{
    for (size_t i = 0; name && i < catalogue->count; i++)
        if (!strcmp(catalogue->methods[i].name, name))
            return true;
    return false;
}

static int refuse_method(const struct field *field, const struct catalogue *catalogue, struct error *error)
{
    const char **names = calloc(catalogue->count + 1, sizeof *names);
    const char *nearest = NULL;

    for (size_t i = 0; names && i < catalogue->count; i++)
        names[i] = catalogue->methods[i].name;
    if (names)
        nearest = suggest_nearest(names, json_string_value(field->value));
    field_refuse(field, error, "is no method (%s%s%s)", nearest ? "did you mean \"" : "iotoll list shows all",
                 nearest ? nearest : "", nearest ? "\"?" : "");
    free(names);
    return -1;
}

/* A selector's method: a name, a list, or what it is not. */
static int check_methods(const struct field *field, const struct catalogue *catalogue, struct error *error)
{
    if (json_is_string(field->value))
        return is_method(catalogue, json_string_value(field->value)) ? 0
                                                                     : refuse_method(field, catalogue, error);
    if (json_is_object(field->value)) {
        struct field negated = field_member(field, "not");
        return check_methods(&negated, catalogue, error);
    }
    for (size_t i = 0; i < json_array_size(field->value); i++) {
        struct field element = field_element(field, i);
        if (check_methods(&element, catalogue, error) < 0)
            return -1;
    }
    return 0;
}

/* All selectors of a claim, however deep: their key is always called so. */
static int check_names(const struct field *field, const struct catalogue *catalogue, struct error *error)
{
    const char *key;
    json_t *value;

    json_object_foreach (field->value, key, value) {
        struct field member = field_member(field, key);
        if ((strcmp(key, "method") ? check_names : check_methods)(&member, catalogue, error) < 0)
            return -1;
    }
    for (size_t i = 0; i < json_array_size(field->value); i++) {
        struct field element = field_element(field, i);
        if (check_names(&element, catalogue, error) < 0)
            return -1;
    }
    return 0;
}

static int check_id(const struct field *claims, size_t index, const char *id, struct error *error)
{
    struct field element = field_element(claims, index), field = field_member(&element, "id");

    for (size_t i = 0; i < index; i++)
        if (!strcmp(json_string_value(json_object_get(json_array_get(claims->value, i), "id")), id))
            return field_refuse(&field, error, "is the id of claims[%zu], too (change one)", i);
    return 0;
}

int config_claims_check(const struct field *root, const struct catalogue *catalogue, struct error *error)
{
    struct field claims = field_member(root, "claims");
    struct claim claim;

    if (!claims.value)
        return 0;
    if (field_check_list(&claims, "a list of files of claims", example, error) < 0)
        return -1;
    for (size_t i = 0; i < json_array_size(claims.value); i++) {
        struct field field = field_element(&claims, i);
        if (claim_read(&claim, &field, error) < 0 || check_id(&claims, i, claim.id, error) < 0 ||
            check_names(&field, catalogue, error) < 0)
            return -1;
    }
    return 0;
}
