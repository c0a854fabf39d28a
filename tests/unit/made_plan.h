/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans for tests, from sweeps written in C strings. Include after cmocka.h. */
#ifndef IOTOLL_TESTS_MADE_PLAN_H
#define IOTOLL_TESTS_MADE_PLAN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan.h"
#include "tests/unit/fake_catalogue.h"

#define TARGETS                                                                                    \
    "'targets': {'disk': {'type': 'directory', 'path': '/var/tmp'},"                               \
    " 'tmpfs': {'type': 'tmpfs', 'size': '64M'}, 'tcp': {'type': 'tcp'}}"

struct made {
    struct catalogue catalogue;
    struct config config;
    struct plan plan;
};

/* A config with these sweeps, in JSON with ' for ". */
static inline void make_config(struct made *made, const char *sweeps)
{
    struct error error = {""};
    json_error_t parse;
    char *text;
    json_t *json;

    assert_true(asprintf(&text, "{'budget': '5s', %s, 'sweeps': [%s]}", TARGETS, sweeps) > 0);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    json = json_loads(text, 0, &parse);
    free(text);
    if (!json)
        fail_msg("line %d: %s", parse.line, parse.text);
    made->catalogue = fake_catalogue();
    if (config_from_json(&made->config, "test.json", json, &made->catalogue, &error) < 0)
        fail_msg("%s", error.text);
    json_decref(json);
}

static inline void make(struct made *made, const char *sweeps, const char *only)
{
    struct error error = {""};

    make_config(made, sweeps);
    if (plan_make(&made->plan, &made->config, only, &error) < 0)
        fail_msg("%s", error.text);
}

static inline void unmake(struct made *made)
{
    plan_free(&made->plan);
    config_free(&made->config);
}

static inline const struct plan_point *find(const struct made *made, const char *wanted)
{
    char label[512];

    for (size_t i = 0; i < made->plan.count; i++)
        if (!strcmp(point_label(&made->plan.points[i].point, label, sizeof label), wanted))
            return &made->plan.points[i];
    fail_msg("no point \"%s\"", wanted);
    return NULL;
}

#endif
