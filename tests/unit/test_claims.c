/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Claims with known answers: a made run in which some methods are fast, slow, alike, noisy, hardly or
 * not at all measured; every kind of expectation gets every verdict. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/claims.h"
#include "analysis/metric.h"
#include "common/selector.h"
#include "tests/unit/run_fixture.h"

enum { BLOCKS = 12, MS = 1000000 };

/* Time as a multiple of 1 ms, in even blocks and in odd ones. */
struct made {
    const char *method;
    uint64_t buffers, file_size;
    double even, odd;
    unsigned blocks;
};

/* Up to the sizes all are of one group. noisy is neither faster nor slower than stream; of up, flat and
 * zigzag the time goes with N; big overtakes stream from 4M on, and always does not. */
static const struct made made[] = {
    {"stream", 0, 1 << 20, 1, 1, BLOCKS},      {"fast", 0, 1 << 20, 0.5, 0.5, BLOCKS},
    {"slow", 0, 1 << 20, 2, 2, BLOCKS},        {"same", 0, 1 << 20, 1.005, 1.005, BLOCKS},
    {"noisy", 0, 1 << 20, 0.7, 1.4, BLOCKS},   {"few", 0, 1 << 20, 2, 2, 3},
    {"none", 0, 1 << 20, 1, 1, 0},             {"up", 1, 1 << 20, 1, 1, BLOCKS},
    {"up", 2, 1 << 20, 2, 2, BLOCKS},          {"up", 4, 1 << 20, 4, 4, BLOCKS},
    {"zigzag", 1, 1 << 20, 1, 1, BLOCKS},      {"zigzag", 2, 1 << 20, 4, 4, BLOCKS},
    {"zigzag", 4, 1 << 20, 2, 2, BLOCKS},      {"rough", 1, 1 << 20, 1, 1, BLOCKS},
    {"rough", 2, 1 << 20, 0.7, 1.4, BLOCKS},   {"rough", 4, 1 << 20, 2, 2, BLOCKS},
    {"old", 0, 64 << 10, 1, 1, BLOCKS},        {"old", 0, 1 << 20, 1, 1, BLOCKS},
    {"old", 0, 16 << 20, 1, 1, BLOCKS},        {"new", 0, 64 << 10, 2, 2, BLOCKS},
    {"new", 0, 1 << 20, 0.8, 1.25, BLOCKS},    {"new", 0, 16 << 20, 0.5, 0.5, BLOCKS},
    {"always", 0, 64 << 10, 2, 2, BLOCKS},     {"always", 0, 1 << 20, 2, 2, BLOCKS},
    {"always", 0, 16 << 20, 2, 2, BLOCKS},     {"unclear", 0, 64 << 10, 2, 2, BLOCKS},
    {"unclear", 0, 1 << 20, 0.7, 1.4, BLOCKS}, {"unclear", 0, 16 << 20, 0.7, 1.4, BLOCKS},
    /* A group of its own, whose twin is a tenth slower than itself. */
    {"stream", 0, 2 << 20, 1, 1, BLOCKS},      {"stream", 0, 2 << 20, 1.1, 1.1, BLOCKS},
    {"half", 0, 2 << 20, 0.5, 0.5, BLOCKS},    {"near", 0, 2 << 20, 0.93, 0.93, BLOCKS},
};
enum { TWIN = sizeof made / sizeof *made - 3, TWINS_BASELINE = TWIN - 1 };

static size_t group_of(const struct made *point)
{
    return point->file_size == 1 << 20 ? 0 : point->file_size < 1 << 20 ? 1 : point->file_size == 2 << 20 ? 3 : 2;
}

static int baseline_of(size_t index)
{
    size_t group = group_of(&made[index]), baseline = group == 3 ? TWINS_BASELINE : 0;

    return (group == 0 || group == 3) && index != baseline ? (int)baseline : -1;
}

static void make_trials(struct fixture *fixture, size_t index)
{
    for (unsigned block = 0; block < made[index].blocks; block++) {
        double wobble = 1 + 0.001 * (double)((block * 7 + index * 3) % 5);
        double factor = block % 2 ? made[index].odd : made[index].even;
        fixture_trial(fixture, index, block, (uint64_t)(factor * wobble * MS));
    }
}

/* A run whose config has this list of claims, judged. */
static int judge(const char *claims_text, struct run *run, struct summary *summary, struct claims *claims,
                 struct error *error)
{
    struct fixture fixture;
    json_error_t why;
    json_t *list = json_loads(claims_text, 0, &why), *header;
    int result;

    if (!list)
        fail_msg("%s: %s", claims_text, why.text);
    fixture_open(&fixture);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        struct point point = fixture_point(made[i].method, made[i].file_size, 0, made[i].buffers);
        point.replica = i == TWIN;
        fixture_add(&fixture, point, group_of(&made[i]), baseline_of(i));
    }
    header = json_pack("{s:i, s:s, s:s, s:{s:s}, s:{s:{s:{s:s}}, s:o}}", "schema", 1, "name", "test", "state",
                       "complete", "environment", "host", "here", "config", "targets", "disk", "type",
                       "directory", "claims", list);
    fixture_header(&fixture, header);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        make_trials(&fixture, i);
    *summary = (struct summary){0};
    *claims = (struct claims){0};
    result = load_run(run, fixture.directory, error);
    if (result == 0 && (result = summary_make(summary, run, error)) == 0) {
        summary->claims = claims;
        result = claims_make(claims, summary, error);
    }
    fixture_close(&fixture);
    return result;
}

static void release(struct run *run, struct summary *summary, struct claims *claims)
{
    claims_free(claims);
    summary_free(summary);
    load_free(run);
}

static enum claim_verdict verdict_of(const char *expectation)
{
    char text[2048];
    struct run run;
    struct summary summary;
    struct claims claims;
    struct error error = {""};
    enum claim_verdict verdict;

    snprintf(text, sizeof text, "[{\"id\": \"x\", \"source\": \"s\", \"says\": \"t\", \"expect\": [%s]}]",
             expectation);
    if (judge(text, &run, &summary, &claims, &error) < 0)
        fail_msg("%s", error.text);
    verdict = claims.list[0].verdict;
    release(&run, &summary, &claims);
    return verdict;
}

#define SIDE(method) "{\"method\": \"" method "\", \"file_size\": \"1M\"}"
#define RATIO(of, rest)                                                                                        \
    "{\"ratio\": {\"of\": " SIDE(of) ", \"to\": " SIDE("stream") ", \"metric\": \"time\", " rest "}}"
#define VALUE(of, rest) "{\"value\": {\"of\": " SIDE(of) ", \"metric\": \"time\", " rest "}}"
#define MONOTONE(of, way)                                                                                      \
    "{\"monotone\": {\"of\": {\"method\": \"" of "\"}, \"over\": \"buffers\", \"metric\": \"time\", "         \
    "\"direction\": \"" way "\"}}"
#define CROSSOVER(of, to, rest)                                                                                \
    "{\"crossover\": {\"of\": {\"method\": \"" of "\"}, \"to\": {\"method\": \"" to "\"}, "                    \
    "\"over\": \"file_size\", \"metric\": \"time\"" rest "}}"
#define ANY "{\"method\": [\"fast\", \"slow\", \"noisy\", \"none\"], \"file_size\": \"1M\"}"
#define NEAR_TWINS(of, rest)                                                                                   \
    "{\"ratio\": {\"of\": {\"method\": \"" of "\", \"file_size\": \"2M\"}, \"to\": {\"method\": \"stream\", "            \
    "\"file_size\": \"2M\"}, \"metric\": \"time\", " rest "}}"
#define SOME(rest)                                                                                             \
    "{\"ratio\": {\"of\": " ANY ", \"to\": " SIDE("stream") ", \"metric\": \"time\", " rest "}}"

static const struct {
    const char *expectation;
    enum claim_verdict verdict;
} cases[] = {
    {RATIO("fast", "\"at_most\": 1"), CLAIM_HOLDS},
    {RATIO("fast", "\"at_most\": 0.55"), CLAIM_HOLDS},
    {RATIO("fast", "\"at_most\": 0.4"), CLAIM_FAILS},
    {RATIO("slow", "\"at_least\": 1.9"), CLAIM_HOLDS},
    {RATIO("slow", "\"at_least\": 2.1"), CLAIM_FAILS},
    {RATIO("slow", "\"at_most\": 1"), CLAIM_FAILS},
    {RATIO("noisy", "\"at_least\": 1"), CLAIM_NOT_RESOLVED},
    {RATIO("few", "\"at_least\": 1"), CLAIM_NOT_RESOLVED},
    {RATIO("none", "\"at_least\": 1"), CLAIM_NOT_MEASURED},
    {RATIO("nobody", "\"at_least\": 1"), CLAIM_NOT_MEASURED},
    /* Whatever the interval: a difference within the margin is no direction. */
    {RATIO("same", "\"at_least\": 1"), CLAIM_NOT_RESOLVED},
    {RATIO("same", "\"within\": \"2%\""), CLAIM_HOLDS},
    {RATIO("same", "\"within\": \"0.1%\""), CLAIM_FAILS},
    {RATIO("slow", "\"within\": \"5%\""), CLAIM_FAILS},
    {RATIO("noisy", "\"within\": \"5%\""), CLAIM_NOT_RESOLVED},
    {RATIO("slow", "\"beyond\": \"5%\""), CLAIM_HOLDS},
    {RATIO("same", "\"beyond\": \"5%\""), CLAIM_FAILS},
    {RATIO("noisy", "\"beyond\": \"5%\""), CLAIM_NOT_RESOLVED},
    /* Where equals are a tenth apart, only what is further apart than that is beyond a twentieth. */
    {NEAR_TWINS("half", "\"beyond\": \"5%\""), CLAIM_HOLDS},
    {NEAR_TWINS("near", "\"beyond\": \"5%\""), CLAIM_NOT_RESOLVED},
    {NEAR_TWINS("near", "\"within\": \"9%\""), CLAIM_NOT_RESOLVED},
    {SOME("\"at_most\": 0.6, \"pairs\": \"some\""), CLAIM_HOLDS},
    {SOME("\"at_most\": 0.6"), CLAIM_FAILS},
    {SOME("\"at_most\": 0.3, \"pairs\": \"some\""), CLAIM_FAILS},
    {SOME("\"at_least\": 0.3"), CLAIM_HOLDS},
    {VALUE("fast", "\"at_most\": 600000"), CLAIM_HOLDS},
    {VALUE("fast", "\"at_most\": 400000"), CLAIM_FAILS},
    {VALUE("noisy", "\"at_most\": 1000000"), CLAIM_NOT_RESOLVED},
    {VALUE("few", "\"at_most\": 1000000"), CLAIM_NOT_RESOLVED},
    {VALUE("none", "\"at_most\": 1000000"), CLAIM_NOT_MEASURED},
    {VALUE("stream", "\"equals\": 1000000, \"within\": \"2%\""), CLAIM_HOLDS},
    {VALUE("stream", "\"equals\": 1500000, \"within\": \"2%\""), CLAIM_FAILS},
    {"{\"value\": {\"of\": " SIDE("fast") ", \"metric\": \"minor_faults\", \"equals\": 10, \"within\": \"0%\"}}",
     CLAIM_HOLDS},
    {"{\"value\": {\"of\": " SIDE("fast") ", \"metric\": \"device_read_bytes\", \"at_most\": 1}}",
     CLAIM_NOT_RESOLVED},
    {MONOTONE("up", "rising"), CLAIM_HOLDS},
    {MONOTONE("up", "falling"), CLAIM_FAILS},
    {MONOTONE("zigzag", "rising"), CLAIM_FAILS},
    {MONOTONE("rough", "rising"), CLAIM_NOT_RESOLVED},
    {MONOTONE("nobody", "rising"), CLAIM_NOT_MEASURED},
    {CROSSOVER("old", "new", ""), CLAIM_HOLDS},
    {CROSSOVER("old", "new", ", \"at_least\": \"4K\", \"at_most\": \"64M\""), CLAIM_HOLDS},
    {CROSSOVER("old", "new", ", \"at_least\": \"32M\""), CLAIM_FAILS},
    {CROSSOVER("old", "new", ", \"at_least\": \"1M\""), CLAIM_NOT_RESOLVED},
    {CROSSOVER("new", "old", ""), CLAIM_FAILS},
    {CROSSOVER("old", "always", ""), CLAIM_FAILS},
    {CROSSOVER("old", "unclear", ""), CLAIM_NOT_RESOLVED},
    {CROSSOVER("old", "nobody", ""), CLAIM_NOT_MEASURED},
    /* All expectations of a claim have to hold. */
    {RATIO("fast", "\"at_most\": 1") ", " RATIO("slow", "\"at_least\": 1"), CLAIM_HOLDS},
    {RATIO("fast", "\"at_most\": 1") ", " RATIO("noisy", "\"at_least\": 1"), CLAIM_NOT_RESOLVED},
    {RATIO("none", "\"at_most\": 1") ", " RATIO("fast", "\"at_least\": 1"), CLAIM_FAILS},
};

static void test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum claim_verdict verdict = verdict_of(cases[i].expectation);
        if (verdict != cases[i].verdict)
            fail_msg("%s: %s, not %s", cases[i].expectation, claim_verdicts[verdict],
                     claim_verdicts[cases[i].verdict]);
    }
}

static void test_figures(void **state)
{
    struct run run;
    struct summary summary;
    struct claims claims;
    struct error error = {""};

    (void)state;
    assert_int_equal(judge("[{\"id\": \"x\", \"source\": \"s\", \"says\": \"<b>&\", \"expect\": [" RATIO(
                               "slow", "\"at_least\": 1") "]},"
                           "{\"id\": \"y\", \"source\": \"s\", \"says\": \"t\", \"untested\": \"no way\"},"
                           "{\"id\": \"z\", \"source\": \"s\", \"says\": \"t\", \"section\": {\"title\": \"Why?\", "
                           "\"of\": " SIDE("slow") ", \"to\": " SIDE("stream") ", \"repeat\": 10}}]",
                           &run, &summary, &claims, &error),
                     0);
    const struct evidence *evidence = &claims.list[0].findings[0].evidence[0];
    assert_true(evidence->paired);
    assert_int_equal(evidence->value.n, BLOCKS);
    assert_true(evidence->value.low < 2.01 && evidence->value.high > 1.99);
    assert_true(evidence->value.middle > 1.99 && evidence->value.middle < 2.01);
    assert_int_equal(claims.list[1].verdict, CLAIM_NOT_MEASURED);

    json_t *list = claims_json(&summary), *sections = claims_sections_json(&summary);
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "verdict")), "holds here");
    assert_non_null(strstr(json_string_value(json_object_get(json_array_get(list, 0), "sentence")),
                           "time ratio 2"));
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "sentence")), "no way.");
    json_t *sentences = json_object_get(json_array_get(sections, 0), "sentences");
    assert_non_null(strstr(json_string_value(json_array_get(sentences, 1)), "slow takes longer than stream"));
    json_decref(list);
    json_decref(sections);
    release(&run, &summary, &claims);
}

/* A run from elsewhere is read as strictly as a config. */
static void test_hostile_runs(void **state)
{
    static const char *const texts[] = {
        "{}", "[]", "[1]", "[{\"id\": \"x\"}]", "[{\"id\": \"<script>\", \"source\": \"s\", \"says\": \"t\"}]",
        "[{\"id\": \"x\", \"source\": \"s\", \"says\": \"t\", \"untested\": \"u\", \"evil\": 1}]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct run run;
        struct summary summary;
        struct claims claims;
        struct error error = {""};
        if (judge(texts[i], &run, &summary, &claims, &error) == 0)
            fail_msg("%s was taken", texts[i]);
        assert_non_null(strstr(error.text, "run.json: claims"));
        release(&run, &summary, &claims);
    }
}

static void test_every_metric_is_known(void **state)
{
    struct trial trial = {.cycles = 2, .bytes = 1 << 30, .setup_ns = 1, .transfer_ns = 8, .teardown_ns = 1,
                          .distinct_bytes = 1};
    struct point point = {.operations = 4};
    char words[96];

    (void)state;
    for (size_t i = 0; claim_metrics[i]; i++) {
        assert_true(metric_of(i, CLAIM_PER_CYCLE, &trial, &point) >= 0);
        metric_words(i, CLAIM_PER_GIB, words);
        assert_non_null(strstr(words, " a GiB"));
    }
    assert_true(metric_of(metric_find("time"), CLAIM_PER_CYCLE, &trial, &point) == 10);
    assert_true(metric_of(metric_find("time"), CLAIM_PER_OPERATION, &trial, &point) == 2.5);
    assert_true(metric_of(metric_find("throughput"), CLAIM_PER_CYCLE, &trial, &point) == (1 << 30) * 1e8);
    trial.minor_faults = LOAD_MISSING;
    assert_true(metric_of(metric_find("minor_faults"), CLAIM_PER_CYCLE, &trial, &point) !=
                metric_of(metric_find("minor_faults"), CLAIM_PER_CYCLE, &trial, &point));
}

static void test_selectors(void **state)
{
    static const struct {
        const char *selector;
        bool fits;
    } selectors[] = {
        {"{}", true},
        {"{\"method\": \"mmb\"}", true},
        {"{\"method\": [\"stream\", \"mmb\"]}", true},
        {"{\"method\": {\"not\": \"mmb\"}}", false},
        {"{\"method\": {\"not\": [\"stream\"]}}", true},
        {"{\"file_size\": \"1M\"}", true},
        {"{\"file_size\": 1048576, \"buffers\": [1, 2]}", true},
        {"{\"file_size\": {\"at_least\": \"512K\", \"at_most\": \"1M\"}}", true},
        {"{\"file_size\": {\"at_least\": \"2M\"}}", false},
        {"{\"source\": \"disk\"}", true},
        {"{\"source\": {\"type\": \"directory\"}}", true},
        {"{\"source\": {\"type\": \"tmpfs\"}}", false},
        {"{\"source\": {\"rate\": null}}", true},
        {"{\"source\": {\"rate\": \"1gbit\"}}", false},
        {"{\"source\": {\"file_system\": \"ext4\"}}", true},
    };
    struct point point = fixture_point("mmb", 1 << 20, 4096, 2);
    json_t *configured = json_pack("{s:{s:s}}", "disk", "type", "directory");
    json_t *found = json_pack("{s:{s:s, s:n}}", "disk", "file_system", "ext4", "rate");
    struct selector_targets targets = {configured, found};

    (void)state;
    for (size_t i = 0; i < sizeof selectors / sizeof *selectors; i++) {
        struct error error = {""};
        json_t *selector = json_loads(selectors[i].selector, 0, NULL);
        struct field field = field_root("x", selector);
        if (selector_check(&field, &error) < 0)
            fail_msg("%s", error.text);
        if (selector_matches(selector, &point, &targets) != selectors[i].fits)
            fail_msg("%s", selectors[i].selector);
        json_decref(selector);
    }
    json_decref(configured);
    json_decref(found);
}

static void check_metric(const char *name, enum claim_per per, const struct trial *trial, double expected)
{
    const struct point point = {.operations = 1000};
    const double value = metric_of(metric_find(name), per, trial, &point);

    if (isnan(expected) ? !isnan(value) : !(fabs(value - expected) <= 1e-12 * expected))
        fail_msg("%s %d: %g instead of %g", name, (int)per, value, expected);
}

/* Of two cycles of a quarter GiB; what is not there, or would be a part of nothing, is no number. */
static void test_metrics(void **state)
{
    struct trial trial = {.setup_ns = 1000,       .transfer_ns = 8000,       .teardown_ns = 1000,
                          .cycles = 2,            .bytes = 1 << 28,          .cpu_ns = 300000000,
                          .sink_cpu_ns = 100000000, .minor_faults = 10,      .process_read_bytes = 3 << 28,
                          .distinct_bytes = 1 << 27, .major_faults = LOAD_MISSING, .latency_p50_ns = 7};

    (void)state;
    check_metric("time", CLAIM_PER_CYCLE, &trial, 10000);
    check_metric("throughput", CLAIM_PER_CYCLE, &trial, (1 << 28) * 1e9 / 10000);
    check_metric("cpu", CLAIM_PER_CYCLE, &trial, 0.8);
    check_metric("minor_faults", CLAIM_PER_CYCLE, &trial, 5);
    check_metric("minor_faults", CLAIM_PER_GIB, &trial, 20);
    check_metric("minor_faults", CLAIM_PER_OPERATION, &trial, 0.005);
    check_metric("latency_p50", CLAIM_PER_CYCLE, &trial, 7);
    check_metric("read_amplification", CLAIM_PER_CYCLE, &trial, 3);
    check_metric("major_faults", CLAIM_PER_CYCLE, &trial, NAN);
    trial.bytes = 0;
    check_metric("cpu", CLAIM_PER_CYCLE, &trial, NAN);
    check_metric("minor_faults", CLAIM_PER_GIB, &trial, NAN);
    trial.distinct_bytes = 0;
    check_metric("read_amplification", CLAIM_PER_CYCLE, &trial, NAN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),      cmocka_unit_test(test_figures),
        cmocka_unit_test(test_hostile_runs),  cmocka_unit_test(test_every_metric_is_known),
        cmocka_unit_test(test_selectors),     cmocka_unit_test(test_metrics),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
