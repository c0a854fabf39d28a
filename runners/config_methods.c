/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/config_methods.h"

#include <stdlib.h>
#include <string.h>

#include "common/axes.h"
#include "common/suggest.h"
#include "common/units.h"

/* Windows of B bytes, N of them, must fit the address space with room to spare. */
enum { BLOCK_MAX = GIB, BUFFERS_MAX = 1024 };
_Static_assert((unsigned long long)BLOCK_MAX *BUFFERS_MAX <= 1ULL << 40,
               "B times N is more than 1 TiB");

static const struct field_rule rules[METHOD_AXES] = {
    [AXIS_BLOCK] = {FIELD_SIZE, "a size", "\"64K\"", 1, BLOCK_MAX, NULL},
    [AXIS_BUFFERS] = {FIELD_COUNT, "a whole number", "2", 1, BUFFERS_MAX, NULL},
    [AXIS_THREADS] = {FIELD_COUNT, "a whole number", "2", 1, 1024, NULL},
    [AXIS_POLICY] = {FIELD_NAME, "a policy", NULL, 0, 0, axes_policies},
    [AXIS_ALIGNMENT] = {FIELD_NAME, "an alignment", NULL, 0, 0, axes_alignments},
};

/* What "methods" is read with. */
struct reading {
    struct sweep *sweep;
    const struct field *field; /* the sweep */
    const struct catalogue *catalogue;
    struct axis_values own[METHOD_AXES]; /* the sweep's, for methods that do not override them */
    const char **names;                  /* of the task's methods, ends in NULL */
};

static uint64_t fallback(const struct task_traits *task, int axis)
{
    const uint64_t values[METHOD_AXES] = {[AXIS_BLOCK] = task->random ? 4 * KIB : 256 * KIB,
                                          [AXIS_BUFFERS] = 2,
                                          [AXIS_THREADS] = 1,
                                          [AXIS_POLICY] = POLICY_NONE,
                                          [AXIS_ALIGNMENT] = ALIGNMENT_PAGE};

    return values[axis];
}

static int set_values(struct axis_values *axis, const uint64_t *values, size_t count,
                      const struct field *field, struct error *error)
{
    axis->values = calloc(count, sizeof *axis->values);
    if (!axis->values)
        return field_error(field, error, "out of memory");
    memcpy(axis->values, values, count * sizeof *values);
    axis->count = count;
    return 0;
}

static int read_own_axes(struct reading *reading, struct error *error)
{
    for (int i = 0; i < METHOD_AXES; i++) {
        struct field field = field_member(reading->field, axes_names[i]);
        struct axis_values *own = &reading->own[i];
        uint64_t value = fallback(reading->sweep->task, i);

        if (field.value ? field_read_list(&field, &rules[i], &own->values, &own->count, error)
                        : set_values(own, &value, 1, &field, error))
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

/* Whether the method can do what the sweep's axis says. Without threads it runs as one. */
static bool can(const struct method_info *method, int axis, uint64_t value)
{
    if (axis == AXIS_POLICY)
        return method->policies & 1U << value;
    return axis != AXIS_THREADS || method->axes & METHOD_THREADS || value == 1;
}

/* The axes the method was not given itself: the sweep's values, as far as they go. */
static int inherit_axis(struct sweep_method *method, int axis, const struct reading *reading,
                        const struct field *field, struct error *error)
{
    const struct axis_values *own = &reading->own[axis];
    struct axis_values *values = &method->axes[axis];

    if (axis != AXIS_THREADS && !(method->method->axes & 1U << axis))
        return 0;
    if (set_values(values, own->values, own->count, field, error) < 0)
        return -1;
    values->count = 0;
    for (size_t i = 0; i < own->count; i++)
        if (can(method->method, axis, own->values[i]))
            values->values[values->count++] = own->values[i];
    return 0;
}

static int check_obeyed(const struct method_info *method, int axis, const struct field *field,
                        struct error *error)
{
    const char *picked[METHOD_AXES + 1];
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
    struct axis_values *values = &method->axes[axis];

    if (check_obeyed(method->method, axis, field, error) < 0 ||
        field_read_list(field, &rules[axis], &values->values, &values->count, error) < 0)
        return -1;
    return axis == AXIS_POLICY ? check_offered(method->method, values, field, error) : 0;
}

/* A record must fit its file, wherever the random offset may be. */
static int check_record(const struct sweep *sweep, uint64_t record, const struct field *field,
                        struct error *error)
{
    const struct axis_values *sizes = &sweep->axes[SWEEP_FILE_SIZE];
    const struct axis_values *offsets = &sweep->axes[SWEEP_OFFSETS];
    char needed[24], size[24];

    for (size_t i = 0; i < offsets->count; i++)
        for (size_t j = 0; j < sizes->count; j++) {
            bool shifted = offsets->values[i] == OFFSETS_UNALIGNED;

            if (record + (shifted ? RANDOM_SHIFT_BYTES : 0) <= sizes->values[j])
                continue;
            return field_error(field, error,
                               "records of %s%s do not fit a file_size of %s (take a smaller "
                               "block_size or larger files)",
                               units_format_size(record, needed),
                               shifted ? " at unaligned offsets" : "",
                               units_format_size(sizes->values[j], size));
        }
    return 0;
}

/* entry: where the method's own axes are, if it has any. */
static int read_axes(struct sweep_method *method, const struct reading *reading,
                     const struct field *entry, struct error *error)
{
    struct field own_block = field_member(entry, axes_names[AXIS_BLOCK]);
    struct field sweep_block = field_member(reading->field, axes_names[AXIS_BLOCK]);
    const struct axis_values *blocks = &method->axes[AXIS_BLOCK];

    for (int i = 0; i < METHOD_AXES; i++) {
        struct field field = field_member(entry, axes_names[i]);

        if (field.value ? override_axis(method, i, &field, error)
                        : inherit_axis(method, i, reading, entry, error))
            return -1;
    }
    for (size_t i = 0; i < blocks->count && reading->sweep->task->random; i++)
        if (check_record(reading->sweep, blocks->values[i],
                         own_block.value ? &own_block : &sweep_block, error) < 0)
            return -1;
    return 0;
}

/* The method that an entry, a name or an object, is about. */
static int find_method(const struct method_info **method, const struct reading *reading,
                       const struct field *entry, struct error *error)
{
    static const char *const keys[] = {"method", "block_size", "buffers", "threads",
                                       "policy", "alignment",  NULL};
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
    *method = catalogue_find(reading->catalogue, reading->sweep->task->name, reading->names[index]);
    return 0;
}

static bool same_values(const struct axis_values *a, const struct axis_values *b)
{
    return a->count == b->count &&
           (a->count == 0 || !memcmp(a->values, b->values, a->count * sizeof *a->values));
}

static bool same_method(const struct sweep_method *a, const struct sweep_method *b)
{
    if (a->method != b->method)
        return false;
    for (int i = 0; i < METHOD_AXES; i++)
        if (!same_values(&a->axes[i], &b->axes[i]))
            return false;
    return true;
}

/* The sweep has no value of the axis that the method can do. */
static bool lacks(const struct sweep_method *method, int axis)
{
    bool has = axis == AXIS_THREADS || method->method->axes & 1U << axis;

    return has && method->axes[axis].count == 0;
}

/* What is wrong only because the writer asked for this very method. */
static int check_named(const struct sweep *sweep, struct sweep_method *method,
                       const struct field *entry, struct error *error)
{
    const struct axis_values *consumptions = &sweep->axes[SWEEP_CONSUMPTION];
    const char *task = sweep->task->name, *name = method->method->name;

    if (lacks(method, AXIS_POLICY))
        return field_error(entry, error,
                           "%s/%s offers none of the sweep's policies (give it a "
                           "\"policy\" of its own)",
                           task, name);
    if (lacks(method, AXIS_THREADS))
        return field_error(entry, error,
                           "%s/%s runs as one thread only (add 1 to the sweep's \"threads\")", task,
                           name);
    for (size_t i = 0; method->method->axes & METHOD_LAZY && i < consumptions->count; i++)
        if (consumptions->values[i] == CONSUME_NONE)
            return field_error(entry, error,
                               "%s/%s moves no bytes when consumption is \"none\" "
                               "(take \"touch\", \"touch_line\" or \"digest\")",
                               task, name);
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

static void free_axes(struct sweep_method *method)
{
    for (int i = 0; i < METHOD_AXES; i++)
        free(method->axes[i].values);
    memset(method, 0, sizeof *method);
}

/* Every method left out: what would take one in. */
static int refuse_all(const struct sweep *sweep, bool policy, bool threads,
                      const struct field *field, struct error *error)
{
    return field_error(field, error, "none of %s does what the sweep asks for (add %s%s%s)",
                       sweep->task->name, policy ? "\"none\" to its \"policy\"" : "",
                       policy && threads ? " or " : "", threads ? "1 to its \"threads\"" : "");
}

/* Every method that can do something of what the sweep asks for. */
static int read_all(struct reading *reading, const struct field *field, struct error *error)
{
    struct sweep *sweep = reading->sweep;
    const struct field bare = {.parent = field->parent, .key = field->key};
    bool lack_policy = false, lack_threads = false;

    for (size_t i = 0; reading->names[i]; i++) {
        struct sweep_method *method = &sweep->methods[sweep->method_count++];

        method->method = catalogue_find(reading->catalogue, sweep->task->name, reading->names[i]);
        if (read_axes(method, reading, &bare, error) < 0)
            return -1;
        if (!lacks(method, AXIS_POLICY) && !lacks(method, AXIS_THREADS))
            continue;
        lack_policy |= lacks(method, AXIS_POLICY);
        lack_threads |= lacks(method, AXIS_THREADS);
        free_axes(method);
        sweep->method_count--;
    }
    return sweep->method_count ? 0 : refuse_all(sweep, lack_policy, lack_threads, field, error);
}

static int list_names(struct reading *reading, const struct field *field, struct error *error)
{
    const struct catalogue *catalogue = reading->catalogue;
    size_t count = 0;

    reading->names = calloc(catalogue->count + 1, sizeof *reading->names);
    if (!reading->names)
        return field_error(field, error, "out of memory");
    for (size_t i = 0; i < catalogue->count; i++)
        if (!strcmp(catalogue->methods[i].task, reading->sweep->task->name))
            reading->names[count++] = catalogue->methods[i].name;
    if (count == 0)
        return field_error(field, error, "no method of \"%s\" is built (run make)",
                           reading->sweep->task->name);
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
        calloc((all ? count : json_array_size(field->value)) + 1, sizeof *reading->sweep->methods);
    if (!reading->sweep->methods)
        return field_error(field, error, "out of memory");
    return all ? read_all(reading, field, error) : read_named(reading, field, error);
}

int config_methods_read(struct sweep *sweep, const struct field *field,
                        const struct catalogue *catalogue, struct error *error)
{
    struct reading reading = {.sweep = sweep, .field = field, .catalogue = catalogue};
    struct field methods = field_member(field, "methods");
    int result = read_own_axes(&reading, error);

    if (result == 0)
        result = read_methods(&reading, &methods, error);
    sweep->block_sizes = reading.own[AXIS_BLOCK];
    for (int i = 0; i < METHOD_AXES; i++)
        if (i != AXIS_BLOCK)
            free(reading.own[i].values);
    free(reading.names);
    return result;
}
