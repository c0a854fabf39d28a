/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/summary_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/claims.h"
#include "analysis/crossover.h"
#include "analysis/explain.h"
#include "analysis/limits.h"
#include "analysis/value.h"
#include "common/publish.h"

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *interval(const struct interval *value)
{
    if (!isfinite(value->middle))
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o}", "median", value_number(value->middle), "low",
                     value_number(value->low), "high", value_number(value->high), "confidence",
                     value_number(value->confidence));
}

static json_t *ratio(const struct row *row, long baseline)
{
    if (row->verdict == VERDICT_NONE)
        return json_null();
    return json_pack(
        "{s:I, s:I, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:I, s:o, s:o, s:o, s:b, s:o}", "baseline",
        (json_int_t)baseline, "n", (json_int_t)row->speed.n, "speed", value_number(row->speed.middle),
        "low", value_number(row->speed.low), "high", value_number(row->speed.high), "confidence",
        value_number(row->speed.confidence), "verdict", verdict_names[row->verdict], "p",
        value_number(row->speed.p), "p_holm", value_number(row->p_holm), "comparisons",
        (json_int_t)row->family, "minimal_detectable_effect", value_number(row->detectable),
        "bootstrap_low", value_number(row->resampled.low), "bootstrap_high",
        value_number(row->resampled.high), "bootstrap_disagrees", row->disagrees, "autocorrelation",
        value_number(row->autocorrelation));
}

static json_t *noise_row(const struct summary *summary)
{
    const struct noise *noise = &summary->noise;

    return json_pack("{s:I, s:I, s:o, s:o, s:b}", "comparisons", (json_int_t)noise->comparisons,
                     "different", (json_int_t)noise->different, "noise_floor",
                     value_number(noise->floor), "chance", value_number(noise->chance), "trusted",
                     !noise->failed);
}

static json_t *drift_row(const struct drift *drift)
{
    char words[512];

    drift_words(drift, words, sizeof words);
    return json_pack("{s:o, s:o, s:o, s:s}", "time_change", value_number(expm1(drift->trend.change)),
                     "p", value_number(drift->trend.p), "autocorrelation",
                     value_number(drift->autocorrelation), "words", words);
}

static void add_count(const char *name, double per_cycle, void *context)
{
    json_object_set_new(context, name, value_number(per_cycle));
}

/* Of one cycle; null where the point was not counted. */
static json_t *counts_row(const struct summary *summary, size_t point)
{
    json_t *object = json_object();

    if (counts_trials(&summary->counts, point) == 0) {
        json_decref(object);
        return json_null();
    }
    counts_each(&summary->counts, point, add_count, object);
    return object;
}

static json_t *shares_row(const struct summary *summary, size_t point)
{
    struct profile profile = shares_of(&summary->shares, point, SHARE_OF_WALL);

    if (!(profile.samples > 0))
        return json_null();
    json_t *object = json_pack("{s:f}", "samples", profile.samples);
    for (size_t i = 0; i < SHARE_COUNT; i++)
        json_object_set_new(object, share_names[i], value_number(profile.share[i]));
    return object;
}

static json_t *point_row(const struct summary *summary, size_t index)
{
    const struct run_point *point = &summary->run->points[index];
    const struct row *row = &summary->rows[index];
    json_t *object = json_pack("{s:I, s:b, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "point",
                               (json_int_t)index, "supported", point->supported, "reason",
                               text_or_null(point->reason), "n", (json_int_t)row->n, "void",
                               (json_int_t)row->void_count, "time_ns", interval(&row->time_ns),
                               "throughput_bytes_per_s", interval(&row->throughput_bytes_per_s),
                               "cpu_s_per_gib", interval(&row->cpu_s_per_gib), "whole_process_ns",
                               interval(&row->whole_process_ns), "ratio",
                               ratio(row, point->baseline));
    json_t *counts = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "setup_ns",
                               value_number(row->setup_ns), "transfer_ns", value_number(row->transfer_ns),
                               "teardown_ns", value_number(row->teardown_ns), "sync_ns",
                               value_number(row->sync_ns), "minor_faults", value_number(row->minor_faults),
                               "major_faults", value_number(row->major_faults), "device_read_bytes",
                               value_number(row->device_read_bytes), "device_written_bytes",
                               value_number(row->device_written_bytes), "peak_rss_bytes",
                               value_number(row->peak_rss_bytes));
    json_t *operations = json_pack("{s:o, s:o, s:o, s:o}", "events", value_number(row->events),
                                   "latency_p50_ns", value_number(row->latency_p50_ns), "latency_p99_ns",
                                   value_number(row->latency_p99_ns), "latency_p999_ns",
                                   value_number(row->latency_p999_ns));

    json_object_update(counts, operations);
    json_object_set_new(counts, "bystander_lost", value_number(row->bystander_lost_ppm / 1e6));
    json_object_set_new(counts, "counts", counts_row(summary, index));
    json_object_set_new(counts, "shares", shares_row(summary, index));
    json_decref(operations);
    if (object && counts && point_to_json(&point->point, object) == 0)
        json_object_update(object, counts);
    json_decref(counts);
    return object;
}

/* With why each takes the time it takes, and how far it is from what the hardware allows. */
static json_t *point_rows(const struct summary *summary)
{
    struct explanations explanations;
    struct error error;
    json_t *array = json_array();

    if (explain_make(&explanations, summary, &error) < 0) {
        json_decref(array);
        return NULL;
    }
    for (size_t i = 0; i < summary->run->point_count; i++) {
        double achieved = summary->rows[i].throughput_bytes_per_s.middle;
        const struct point *point = &summary->run->points[i].point;
        json_t *row = point_row(summary, i), *why = explain_to_json(&explanations.all[i]);
        json_object_set_new(row, "efficiency",
                            value_number(limits_efficiency(summary->run, point, achieved)));
        json_object_update(row, why);
        json_decref(why);
        json_array_append_new(array, row);
    }
    explain_free(&explanations);
    return array;
}

static json_t *void_rows(const struct summary *summary)
{
    json_t *array = json_array();
    char label[256];

    for (size_t i = 0; i < summary->void_reason_count; i++) {
        const struct void_reason *reason = &summary->voids[i];
        const struct point *point = &summary->run->points[reason->example].point;
        json_array_append_new(array, json_pack("{s:s, s:I, s:s}", "reason", reason->reason, "count",
                                               (json_int_t)reason->count, "example",
                                               point_label(point, label, sizeof label)));
    }
    return array;
}

static json_t *indices(const size_t *values, size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_integer((json_int_t)values[i]));
    return array;
}

static json_t *sentence(const struct summary *summary, const struct decision *decision)
{
    struct text text;

    if (text_open(&text))
        answers_decision(summary, decision, text.out);
    return value_text(&text);
}

/* What all members of the decision's group have in common. */
static void add_group_fields(const struct point *point, json_t *row)
{
    json_t *all = json_object();

    point_to_json(point, all);
    for (size_t i = 0; i < point_field_count; i++)
        if (point_field_is_group(point, &point_fields[i]))
            json_object_set(row, point_fields[i].name, json_object_get(all, point_fields[i].name));
    json_decref(all);
}

static json_t *decision_rows(const struct summary *summary)
{
    json_t *array = json_array();

    for (size_t i = 0; i < summary->decision_count; i++) {
        const struct decision *decision = &summary->decisions[i];
        json_t *row = json_pack("{s:o, s:I, s:o}", "winners",
                                indices(decision->winners, decision->winner_count), "leader",
                                (json_int_t)decision->members[0], "sentence",
                                sentence(summary, decision));
        add_group_fields(decision->point, row);
        json_array_append_new(array, row);
    }
    return array;
}

static json_t *crossover_row(const struct summary *summary, const struct crossover *crossover)
{
    struct text text;

    if (text_open(&text))
        crossover_words(summary, crossover, text.out);
    return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:o}", "axis",
                            crossover->along_blocks ? "block_size_bytes" : "file_size_bytes",
                            "before", (json_int_t)crossover->before, "after",
                            (json_int_t)crossover->after, "at", value_number(crossover->at), "low",
                            value_number(crossover->low), "high", value_number(crossover->high), "sentence",
                            value_text(&text));
}

static json_t *crossover_rows(const struct summary *summary)
{
    enum { MOST = 64 };
    struct crossover list[MOST];
    json_t *array = json_array();

    for (size_t first = 0, last; first < summary->decision_count; first = last) {
        last = answers_family_end(summary, first);
        long count = crossover_find(summary, first, last, list, MOST);
        if (count < 0)
            json_array_append_new(array, value_spoilt());
        for (long i = 0; i < count; i++)
            json_array_append_new(array, crossover_row(summary, &list[i]));
    }
    return array;
}

char *summary_json_text(const struct summary *summary)
{
    json_t *root = json_pack("{s:i, s:s, s:I, s:I, s:I, s:f, s:o, s:o, s:o, s:o, s:o, s:o}",
        "schema", 1, "run",
                             summary->run->name, "trials", (json_int_t)summary->run->trial_count,
                             "valid", (json_int_t)summary->valid, "void",
                             (json_int_t)summary->void_count, "margin", summary->margin,
                             "aa", noise_row(summary), "drift",
                             drift_row(&summary->drift), "points",
                             point_rows(summary), "voids", void_rows(summary), "decisions",
                             decision_rows(summary), "crossovers", crossover_rows(summary));
    if (root && summary->claims) {
        json_object_set_new(root, "claims", claims_json(summary));
        json_object_set_new(root, "sections", claims_sections_json(summary));
    }
    char *text = root ? json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) : NULL;

    json_decref(root);
    return text;
}

int summary_json_write(const struct summary *summary, const char *path, struct error *error)
{
    char *text = summary_json_text(summary);
    int result = text ? publish_bytes(path, text, strlen(text), error)
                      : error_set(error, "%s: out of memory", path);

    free(text);
    return result;
}
