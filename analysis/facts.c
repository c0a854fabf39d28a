/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/facts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/units.h"

enum { MOST_FACTS = 4096, DEEPEST = 4 };

static const char *const volatile_names[] = {"boot_id", "load_average", "free_bytes",
                                             "device_number", "description"};

static bool is_volatile(const char *name)
{
    for (size_t i = 0; i < sizeof volatile_names / sizeof *volatile_names; i++)
        if (!strcmp(name, volatile_names[i]))
            return true;
    return false;
}

static bool ends_in(const char *text, const char *ending)
{
    size_t length = strlen(text), wanted = strlen(ending);

    return length >= wanted && !strcmp(text + length - wanted, ending);
}

static void write_value(struct fact *fact, const json_t *value)
{
    char human[32], *dump = NULL;

    if (json_is_string(value))
        snprintf(fact->value, sizeof fact->value, "%s", json_string_value(value));
    else if (json_is_number(value) && ends_in(fact->name, "_bytes"))
        snprintf(fact->value, sizeof fact->value, "%s",
                 units_human_bytes(json_number_value(value), human));
    else if ((dump = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS)))
        snprintf(fact->value, sizeof fact->value, "%s", dump);
    free(dump);
}

static int add(struct facts *facts, const char *name, const json_t *value, bool identity)
{
    struct fact *grown;

    if (facts->count >= MOST_FACTS || json_is_null(value))
        return 0;
    grown = reallocarray(facts->list, facts->count + 1, sizeof *grown);
    if (!grown)
        return -1;
    facts->list = grown;
    struct fact *fact = &grown[facts->count++];
    *fact = (struct fact){.identity = identity};
    snprintf(fact->name, sizeof fact->name, "%s", name);
    write_value(fact, value);
    return 0;
}

static int add_object(struct facts *facts, const char *prefix, const json_t *object, bool identity,
                      unsigned depth)
{
    const char *key;
    json_t *value;
    char name[128];

    json_object_foreach((json_t *)object, key, value) {
        int result;
        if (is_volatile(key))
            continue;
        snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "", key);
        if (json_is_object(value) && depth < DEEPEST)
            result = add_object(facts, name, value, identity, depth + 1);
        else
            result = add(facts, name, value, identity);
        if (result < 0)
            return -1;
    }
    return 0;
}

int facts_read(struct facts *facts, const struct run *run)
{
    *facts = (struct facts){0};
    if (add_object(facts, "", load_value(run, "environment"), true, 0) < 0 ||
        add_object(facts, "", load_value(run, "targets"), true, 0) < 0 ||
        add_object(facts, "iotoll", load_value(run, "build"), true, 0) < 0 ||
        add_object(facts, "config", load_value(run, "config"), false, DEEPEST) < 0)
        return -1;
    return load_value(run, "seed") ? add(facts, "seed", load_value(run, "seed"), false) : 0;
}

void facts_free(struct facts *facts)
{
    free(facts->list);
    *facts = (struct facts){0};
}

const char *facts_find(const struct facts *facts, const char *name)
{
    for (size_t i = 0; i < facts->count; i++)
        if (!strcmp(facts->list[i].name, name))
            return facts->list[i].value;
    return NULL;
}

static const char *missing_or_other(const struct facts *a, const struct facts *b)
{
    for (size_t i = 0; i < a->count; i++) {
        const char *other = a->list[i].identity ? facts_find(b, a->list[i].name) : NULL;
        if (a->list[i].identity && (!other || strcmp(other, a->list[i].value)))
            return a->list[i].name;
    }
    return NULL;
}

const char *facts_first_difference(const struct facts *a, const struct facts *b)
{
    const char *name = missing_or_other(a, b);

    return name ? name : missing_or_other(b, a);
}

bool facts_different_machines(const struct run *a, const struct run *b, char *text, size_t size)
{
    static const char *const texts[] = {"environment.host", "environment.cpu_model",
                                        "environment.architecture"};
    const double cpus_a = load_number(a, "environment.cpus", 0);
    const double cpus_b = load_number(b, "environment.cpus", 0);
    const double memory_a = load_number(a, "environment.memory_bytes", 0);
    const double memory_b = load_number(b, "environment.memory_bytes", 0);
    char human_a[32], human_b[32];

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *left = load_text(a, texts[i]), *right = load_text(b, texts[i]);
        snprintf(text, size, "%s: \"%.100s\" and \"%.100s\"", strchr(texts[i], '.') + 1, left,
                 right);
        if (strcmp(left, right))
            return true;
    }
    snprintf(text, size, "cpus: %.0f and %.0f", cpus_a, cpus_b);
    if (cpus_a != cpus_b)
        return true;
    snprintf(text, size, "memory: %s and %s", units_human_bytes(memory_a, human_a),
             units_human_bytes(memory_b, human_b));
    /* A kernel keeps some memory to itself, another kernel some more. */
    return fabs(memory_a - memory_b) > 0.05 * fmax(memory_a, memory_b);
}
