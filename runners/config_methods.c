/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/config_methods.h"

#include <stdlib.h>
#include <string.h>

#include "common/axes.h"
#include "common/units.h"
#include "runners/suggest.h"

enum { AXIS_BLOCK, AXIS_BUFFERS, AXIS_POLICY, AXES }; /* the order of axes_names and METHOD_* */

/* Windows of B bytes, N of them, must fit the address space with room to spare. */
enum { BLOCK_MAX = GIB, BUFFERS_MAX = 1024 };
_Static_assert((unsigned long long)BLOCK_MAX *BUFFERS_MAX <= 1ULL << 40,
               "B times N is more than 1 TiB");

static const struct field_rule rules[AXES] = {
    {FIELD_SIZE, "a size", "\"64K\"", 1, BLOCK_MAX, NULL},
    {FIELD_COUNT, "a whole number", "2", 1, BUFFERS_MAX, NULL},
    {FIELD_NAME, "a policy", NULL, 0, 0, axes_policies},
};
static const uint64_t defaults[AXES] = {256 * KIB, 2, POLICY_NONE};

/* What "methods" is read with. */
struct reading {
    struct sweep *sweep;
    const struct catalogue *catalogue;
    struct axis_values own[AXES]; /* the sweep's values, for methods that do not override them */
    const char **names;           /* of the task's methods, ends in NULL */
};

static struct axis_values *slot(struct sweep_method *method, int axis)
{
    struct axis_values *slots[AXES] = {&method->block_sizes, &method->buffers, &method->policies};

    return slots[axis];
}

static int set_values(struct axis_values *axis, const uint64_t *values, size_t count,
                      const struct field *field, struct error *error)
{
    axis->values = calloc(count ? count : 1, sizeof *axis->values);
    if (!axis->values)
        return field_error(field, error, "out of memory");
    memcpy(axis->values, values, count * sizeof *values);
    axis->count = count;
    return 0;
}

static int read_own_axes(struct reading *reading, const struct field *sweep, struct error *error)
{
    for (int i = 0; i < AXES; i++) {
        struct field field = field_member(sweep, axes_names[i]);
        struct axis_values *own = &reading->own[i];

        if (field.value ? field_read_list(&field, &rules[i], &own->values, &own->count, error)
                        : set_values(own, &defaults[i], 1, &field, error))
            return -1;
    }
    return 0;
}

/* The names picked by a mask of bits, ending in NULL; picked has room for all and the NULL. */
static const char *const *pick_names(const char *const *names, unsigned mask, const char **picked)
{
    size_t count = 0;

    for (unsigned i = 0; names[i]; i++)
        if (mask & 1U << i)
            picked[count++] = names[i];
    picked[count] = NULL;
    return picked;
}

/* The sweep's policies that the method offers. */
static int filter_policies(struct axis_values *policies, const struct reading *reading,
                           const struct method_info *method, const struct field *field,
                           struct error *error)
{
    const struct axis_values *own = &reading->own[AXIS_POLICY];

    if (set_values(policies, own->values, own->count, field, error) < 0)
        return -1;
    policies->count = 0;
    for (size_t i = 0; i < own->count; i++)
        if (method->policies & 1U << own->values[i])
            policies->values[policies->count++] = own->values[i];
    return 0;
}

/* The axes the method was not given itself. */
static int inherit_axis(struct sweep_method *method, int axis, const struct reading *reading,
                        const struct field *field, struct error *error)
{
    const struct axis_values *own = &reading->own[axis];
    const uint64_t none = 0;

    if (!(method->method->axes & 1U << axis))
        return set_values(slot(method, axis), &none, 1, field, error);
    if (axis == AXIS_POLICY)
        return filter_policies(slot(method, axis), reading, method->method, field, error);
    return set_values(slot(method, axis), own->values, own->count, field, error);
}

static int check_obeyed(const struct method_info *method, int axis, const struct field *field,
                        struct error *error)
{
    const char *picked[AXES + 1];
    char list[128];

    if (method->axes & 1U << axis)
        return 0;
    suggest_list(pick_names(axes_names, method->axes, picked), list, sizeof list);
    return field_error(field, error, "%s/%s does not obey this axis (it obeys %s; delete the key)",
                       method->task, method->name, *list ? list : "none");
}

static int check_offered(const struct method_info *method, const struct axis_values *policies,
                         const struct field *field, struct error *error)
{
    const char *picked[8 * sizeof method->policies + 1];
    char list[128];

    for (size_t i = 0; i < policies->count; i++)
        if (!(method->policies & 1U << policies->values[i]))
            return field_error(field, error, "%s/%s does not offer \"%s\" (take one of: %s)",
                               method->task, method->name, axes_policies[policies->values[i]],
                               suggest_list(pick_names(axes_policies, method->policies, picked),
                                            list, sizeof list));
    return 0;
}

/* An axis in the method's own object. */
static int override_axis(struct sweep_method *method, int axis, const struct field *field,
                         struct error *error)
{
    struct axis_values *values = slot(method, axis);

    if (check_obeyed(method->method, axis, field, error) < 0 ||
        field_read_list(field, &rules[axis], &values->values, &values->count, error) < 0)
        return -1;
    return axis == AXIS_POLICY ? check_offered(method->method, values, field, error) : 0;
}

static int read_axes(struct sweep_method *method, const struct reading *reading,
                     const struct field *entry, struct error *error)
{
    for (int i = 0; i < AXES; i++) {
        struct field field = field_member(entry, axes_names[i]);

        if (field.value ? override_axis(method, i, &field, error)
                        : inherit_axis(method, i, reading, entry, error))
            return -1;
    }
    return 0;
}

/* The method that an entry, a name or an object, is about. */
static int find_method(const struct method_info **method, const struct reading *reading,
                       const struct field *entry, struct error *error)
{
    static const char *const keys[] = {"method", "block_size", "buffers", "policy", NULL};
    const struct field_rule rule = {
        .type = FIELD_NAME, .what = "a method of this task", .names = reading->names};
    struct field name = *entry;
    uint64_t index;

    if (json_is_object(entry->value)) {
        if (field_check_object(entry, keys, error) < 0)
            return -1;
        name = field_member(entry, "method");
    }
    if (json_is_string(name.value) && !strcmp(json_string_value(name.value), "all"))
        return field_refuse(&name, error, "stands alone (write \"methods\": \"all\")");
    if (field_read(&name, &rule, &index, error) < 0)
        return -1;
    *method = catalogue_find(reading->catalogue, reading->sweep->task, reading->names[index]);
    return 0;
}

static bool same_values(const struct axis_values *a, const struct axis_values *b)
{
    return a->count == b->count && !memcmp(a->values, b->values, a->count * sizeof *a->values);
}

static bool same_method(struct sweep_method *a, struct sweep_method *b)
{
    if (a->method != b->method)
        return false;
    for (int i = 0; i < AXES; i++)
        if (!same_values(slot(a, i), slot(b, i)))
            return false;
    return true;
}

/* What is wrong only because the writer asked for this very method. */
static int check_named(const struct sweep *sweep, struct sweep_method *method,
                       const struct field *entry, struct error *error)
{
    if (!method->policies.count)
        return field_error(entry, error,
                           "%s/%s offers none of the sweep's policies (give it a "
                           "\"policy\" of its own)",
                           sweep->task, method->method->name);
    for (size_t i = 0; method->method->axes & METHOD_LAZY && i < sweep->consumptions.count; i++)
        if (sweep->consumptions.values[i] == CONSUME_NONE && !strcmp(sweep->task, "scan"))
            return field_error(entry, error,
                               "%s/%s moves no bytes when consumption is \"none\" "
                               "(take \"touch\" or \"digest\")",
                               sweep->task, method->method->name);
    for (struct sweep_method *other = sweep->methods; other < method; other++)
        if (same_method(other, method))
            return field_refuse(entry, error, "is there twice (delete one)");
    return 0;
}

static int read_named(struct reading *reading, const struct field *list, struct error *error)
{
    struct sweep *sweep = reading->sweep;

    for (size_t i = 0; i < json_array_size(list->value); i++) {
        struct field entry = field_element(list, i);
        struct sweep_method *method = &sweep->methods[i];

        sweep->method_count = i + 1;
        if (find_method(&method->method, reading, &entry, error) < 0 ||
            read_axes(method, reading, &entry, error) < 0 ||
            check_named(sweep, method, &entry, error) < 0)
            return -1;
    }
    return 0;
}

static int read_all(struct reading *reading, const struct field *field, struct error *error)
{
    struct sweep *sweep = reading->sweep;
    const struct field bare = {.parent = field->parent, .key = field->key};

    for (size_t i = 0; reading->names[i]; i++) {
        struct sweep_method *method = &sweep->methods[i];

        sweep->method_count = i + 1;
        method->method = catalogue_find(reading->catalogue, sweep->task, reading->names[i]);
        if (read_axes(method, reading, &bare, error) < 0)
            return -1;
    }
    return 0;
}

static int list_names(struct reading *reading, const struct field *field, struct error *error)
{
    const struct catalogue *catalogue = reading->catalogue;
    size_t count = 0;

    reading->names = calloc(catalogue->count + 1, sizeof *reading->names);
    if (!reading->names)
        return field_error(field, error, "out of memory");
    for (size_t i = 0; i < catalogue->count; i++)
        if (!strcmp(catalogue->methods[i].task, reading->sweep->task))
            reading->names[count++] = catalogue->methods[i].name;
    if (count == 0)
        return field_error(field, error, "no method of \"%s\" is built (run make)",
                           reading->sweep->task);
    return 0;
}

static int read_methods(struct reading *reading, const struct field *field, struct error *error)
{
    static const char example[] = "\"all\" or [\"stream\"]";
    const char *word = json_string_value(field->value);
    bool all = word && !strcmp(word, "all");
    size_t count = 0;

    if (list_names(reading, field, error) < 0)
        return -1;
    if (!all && field_check_list(field, "a list of methods", example, error) < 0)
        return -1;
    while (reading->names[count])
        count++;
    reading->sweep->methods =
        calloc(all ? count : json_array_size(field->value), sizeof *reading->sweep->methods);
    if (!reading->sweep->methods)
        return field_error(field, error, "out of memory");
    return all ? read_all(reading, field, error) : read_named(reading, field, error);
}

int config_methods_read(struct sweep *sweep, const struct field *field,
                        const struct catalogue *catalogue, struct error *error)
{
    struct reading reading = {.sweep = sweep, .catalogue = catalogue};
    struct field methods = field_member(field, "methods");
    int result = read_own_axes(&reading, field, error);

    if (result == 0)
        result = read_methods(&reading, &methods, error);
    sweep->block_sizes = reading.own[AXIS_BLOCK];
    free(reading.own[AXIS_BUFFERS].values);
    free(reading.own[AXIS_POLICY].values);
    free(reading.names);
    return result;
}
