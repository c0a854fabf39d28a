/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine as it was found, the data, and the way to measure it again. */
#include <stdlib.h>
#include <string.h>

#include "analysis/html.h"
#include "analysis/page_parts.h"
#include "common/text.h"
#include "common/units.h"

/* The key in words, without the unit that the value will show. */
static void write_key(FILE *out, const char *key, const char *unit)
{
    size_t length = strlen(key) - strlen(unit);

    for (size_t i = 0; i < length; i++)
        html_format(out, "%c", key[i] == '_' ? ' ' : key[i]);
}

static const char *unit_of(const char *key, const json_t *value)
{
    static const char *const units[] = {"_bytes", "_ns"};
    size_t length = strlen(key);

    for (size_t i = 0; i < sizeof units / sizeof *units && json_is_number(value); i++)
        if (length > strlen(units[i]) && !strcmp(key + length - strlen(units[i]), units[i]))
            return units[i];
    return "";
}

/* A text of jansson's, NULL when that ran out of memory. */
static void write_dump(FILE *out, char *dump)
{
    if (dump)
        html_text(out, dump);
    else
        text_spoil(out);
    free(dump);
}

static void write_value(FILE *out, const char *key, const json_t *value)
{
    const char *unit = unit_of(key, value);
    char human[32];

    if (json_is_null(value) || (json_is_string(value) && !*json_string_value(value)))
        return;
    fputs("<dt>", out);
    write_key(out, key, unit);
    fputs("</dt><dd>", out);
    if (!strcmp(unit, "_bytes"))
        html_text(out, units_human_bytes(json_number_value(value), human));
    else if (!strcmp(unit, "_ns"))
        html_text(out, units_human_duration(json_number_value(value), human));
    else if (json_is_string(value))
        html_text(out, json_string_value(value));
    else
        write_dump(out, json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6)));
    fputs("</dd>\n", out);
}

/* A small object in the place of a value: its members one a line. */
static void write_nested(FILE *out, const char *key, const json_t *object)
{
    const char *name;
    json_t *value;

    fputs("<dt>", out);
    write_key(out, key, "");
    fputs("</dt><dd>", out);
    json_object_foreach((json_t *)object, name, value) {
        html_format(out, "%s: %s", name, json_is_string(value) ? json_string_value(value) : "…");
        fputs("<br>", out);
    }
    fputs("</dd>\n", out);
}

static void write_object(FILE *out, const char *title, const json_t *object)
{
    const char *key;
    json_t *value;

    if (!json_is_object(object))
        return;
    fputs("<div class=\"card\"><h3>", out);
    html_text(out, title);
    fputs("</h3>\n<dl>\n", out);
    json_object_foreach((json_t *)object, key, value) {
        if (json_is_object(value))
            write_nested(out, key, value);
        else
            write_value(out, key, value);
    }
    fputs("</dl></div>\n", out);
}

/* Above 2^53 a double would be another seed. */
static json_int_t seed_of(const struct run *run)
{
    return json_integer_value(load_value(run, "seed"));
}

static void write_repeat(FILE *out, const struct run *run)
{
    const json_t *config = load_value(run, "config");
    double budget = load_number(run, "budget_ns", 0);

    fputs("<h3>Repeat this run</h3>\n<p>Save this config as <code>config.json</code>, then:</p>"
          "\n<pre class=\"command\" tabindex=\"0\"><code>", out);
    html_format(out, "iotoll run 'config.json' --seed %" JSON_INTEGER_FORMAT, seed_of(run));
    if (budget > 0)
        html_format(out, " --budget %.0fs", budget / 1e9);
    fputs("</code></pre>\n", out);
    if (!config)
        return;
    fputs("<details><summary>config.json</summary><pre tabindex=\"0\"><code>", out);
    write_dump(out, json_dumps(config, JSON_INDENT(1)));
    fputs("</code></pre></details>\n", out);
}

void page_environment(FILE *out, const struct summary *summary, const struct chart_list *charts)
{
    const json_t *targets = load_value(summary->run, "targets");
    const char *key;
    json_t *value;
    char title[256];

    (void)charts;
    fputs("<h3>Data</h3>\n<p>Every trial, valid or void: <a href=\"trials.csv\">trials.csv</a>, "
          "and as it was "
          "measured <a href=\"../trials.jsonl\">trials.jsonl</a>. What it was measured on: <a "
          "href=\"../run.json\">run.json</a>. "
          "What this page shows: <a href=\"../summary.json\">summary.json</a>.</p>\n",
          out);
    write_repeat(out, summary->run);
    fputs("<div class=\"cards\">\n", out);
    write_object(out, "Machine", load_value(summary->run, "environment"));
    if (json_is_object(targets))
        json_object_foreach((json_t *)targets, key, value) {
            snprintf(title, sizeof title, "Target %s", key);
            write_object(out, title, value);
        }
    write_object(out, "Build", load_value(summary->run, "build"));
    write_object(out, "Where the time went", load_value(summary->run, "accounting"));
    fputs("</div>\n<p class=\"note\">", out);
    html_format(out, "Run %.200s, seed %" JSON_INTEGER_FORMAT ", made by iotoll %.100s.", summary->run->name,
                seed_of(summary->run), load_text(summary->run, "build.version"));
    fputs("</p>\n", out);
}
