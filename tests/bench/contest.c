/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two ways to tell two commands apart, on the same commands in the same time: ours, which takes turns in random order
 * and judges pairs, as a block of a run does, and hyperfine's, all of one and then all of the other. The truth is
 * known by count: the slower command does 2 % more passes, over a file that fits the CPU's own cache, so that what a
 * neighbour does to the memory's bandwidth matters little. Runs are short, so that the two of a pair find the CPU at
 * the same pace, and many. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gsl/gsl_statistics_double.h>

#include "common/clock.h"
#include "common/digest.h"
#include "common/stats.h"
#include "common/units.h"
#include "tests/bench/scratch.h"

enum { PAIRS = 400, PASSES = 2000, MORE = 2040, RUNS_MIN = PAIRS / 2, RUNS_MAX = 4 * PAIRS };
enum { FILE_BYTES = 64 * KIB, COMMAND = 3 * PATH_MAX };

enum judge { OURS, HYPERFINE, WELCH, JUDGES };
static const char *const judge_names[] = {
    [OURS] = "iotoll: pairs, signed rank", [HYPERFINE] = "hyperfine: its own X \302\261 Y",
    [WELCH] = "hyperfine's times, Welch's t"};

/* What a judge said of one round: how much slower the second command is. */
struct saying {
    double low, high;
};

struct contest {
    struct bench *bench;
    char program[PATH_MAX + 32], file[PATH_MAX], json[PATH_MAX];
    struct saying *said[2][JUDGES]; /* of A/A rounds, of true ones */
    uint64_t spent_ns[2]; /* by us, by hyperfine */
    uint64_t turns[2]; /* of ours, of hyperfine */
    uint64_t hyperfine_runs; /* of each command, in all its turns */
    uint64_t kept; /* rounds that bench->keep held */
};

static int make_file(const char *path, struct error *error)
{
    static char bytes[FILE_BYTES];
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    memset(bytes, 'x', sizeof bytes);
    int bad = fd < 0 || write(fd, bytes, sizeof bytes) != (ssize_t)sizeof bytes || close(fd);
    return bad ? error_set(error, "%s:", path) : 0;
}

static void on_cpu(const struct bench *bench, cpu_set_t *cpus)
{
    CPU_ZERO(cpus);
    CPU_SET(bench->cpu, cpus);
}

static int run(struct contest *contest, char *const *argv, double *ns, struct error *error)
{
    cpu_set_t cpus;
    struct spawn spawn = {.argv = argv, .program_fd = -1, .cpus = &cpus, .timeout_ns = 120 * NS_PER_S};

    on_cpu(contest->bench, &cpus);
    if (spawn_run(&spawn, error) < 0)
        return -1;
    int bad = strcmp(spawn.exit, "0");
    *ns = (double)spawn.wall_ns;
    contest->bench->interrupted |= spawn.interrupted;
    if (bad && !spawn.interrupted)
        error_set(error, "%s ended with %s: %.300s", argv[0], spawn.exit, spawn_last_words(&spawn));
    bad &= !spawn.interrupted;
    spawn_free(&spawn);
    return bad ? -1 : 0;
}

/* In every pair either command is the first as a coin falls. The intervals are those of report: stats_speed. */
static int ask_us(struct contest *contest, uint64_t round, const char *passes, struct saying *said,
                  struct error *error)
{
    char base[16];
    double times[2][PAIRS], scratch[PAIRS];
    uint64_t start = clock_monotonic_ns();

    snprintf(base, sizeof base, "%d", PASSES);
    for (uint64_t pair = 0; pair < PAIRS && !contest->bench->interrupted; pair++)
        for (int turn = 0; turn < 2; turn++) {
            int which = turn ^ (int)(digest_term(pair, contest->bench->seed + round) & 1);
            char *argv[] = {contest->program, contest->file, which ? (char *)passes : base, NULL};
            if (run(contest, argv, &times[which][pair], error) < 0)
                return -1;
        }
    contest->spent_ns[0] += clock_monotonic_ns() - start;
    contest->turns[0]++;
    if (contest->bench->interrupted)
        return 0;
    struct interval speed = stats_speed(times[0], times[1], PAIRS, scratch);
    *said = (struct saying){speed.low, speed.high};
    return 0;
}

/* Times of one of hyperfine's results, in s. */
static int times_of(const json_t *results, size_t index, double *times, size_t runs)
{
    const json_t *all = json_object_get(json_array_get(results, index), "times");

    for (size_t i = 0; i < runs; i++)
        times[i] = json_number_value(json_array_get(all, i));
    return json_array_size(all) == runs ? 0 : -1;
}

/* hyperfine's comparison is the ratio of the means, give or take their propagated standard deviations
 * (relative_speed.rs of 1.15); Welch's interval is of the difference of the means over the first one. */
static void judge_times(const double *a, const double *b, size_t n, struct saying *own, struct saying *welch)
{
    double base = gsl_stats_mean(a, 1, n), ratio = gsl_stats_mean(b, 1, n) / base;
    double spread_a = gsl_stats_sd(a, 1, n) / base, spread_b = gsl_stats_sd(b, 1, n) / (ratio * base);
    double give = ratio * sqrt(spread_a * spread_a + spread_b * spread_b);
    struct interval shift = stats_welch_interval(a, n, b, n);

    *own = (struct saying){ratio - give, ratio + give};
    *welch = (struct saying){1 + shift.low / base, 1 + shift.high / base};
}

/* As many runs of each command as bring hyperfine's time up to ours after this turn of ours: starting one costs it
 * less. Before anything is known, as many as we have pairs. */
static size_t runs_for_hyperfine(const struct contest *contest)
{
    double turn_ns = (double)contest->spent_ns[0] / fmax(1, (double)contest->turns[0]);
    double ours_ns = turn_ns * (double)(contest->turns[1] + 1), left_ns = ours_ns - (double)contest->spent_ns[1];
    double run_ns = (double)contest->spent_ns[1] / fmax(1, (double)contest->hyperfine_runs);

    return contest->turns[1] && contest->turns[0] ? (size_t)fmax(RUNS_MIN, fmin(RUNS_MAX, round(left_ns / run_ns)))
                                                  : PAIRS;
}

static int ask_hyperfine(struct contest *contest, const char *passes, struct saying *own, struct saying *welch,
                         struct error *error)
{
    char first[COMMAND], second[COMMAND], runs[16];
    double ignored, a[RUNS_MAX], b[RUNS_MAX];
    const size_t count = runs_for_hyperfine(contest);
    json_error_t problem;
    uint64_t start = clock_monotonic_ns();

    snprintf(runs, sizeof runs, "%zu", count);
    snprintf(first, sizeof first, "'%s' '%s' %d", contest->program, contest->file, PASSES);
    snprintf(second, sizeof second, "'%s' '%s' %s", contest->program, contest->file, passes);
    char *argv[] = {"hyperfine", "-N", "--style", "none", "--runs", runs, "--export-json",
                    contest->json, first, second, NULL};
    if (run(contest, argv, &ignored, error) < 0)
        return -1;
    contest->spent_ns[1] += clock_monotonic_ns() - start;
    contest->turns[1]++;
    contest->hyperfine_runs += count;
    if (contest->bench->interrupted)
        return 0;
    json_t *root = json_load_file(contest->json, 0, &problem);
    const json_t *results = json_object_get(root, "results");
    int bad = !root || times_of(results, 0, a, count) < 0 || times_of(results, 1, b, count) < 0;
    json_decref(root);
    if (bad)
        return error_set(error, "hyperfine's JSON has not %zu times of each", count);
    judge_times(a, b, count, own, welch);
    return 0;
}

/* Who is asked first changes from round to round. */
static int play(struct contest *contest, uint64_t round, int kind, struct error *error)
{
    char passes[16];
    struct saying **said = contest->said[kind];

    snprintf(passes, sizeof passes, "%d", kind ? MORE : PASSES);
    for (unsigned turn = 0; turn < 2; turn++) {
        bool ours = turn == (round & 1);
        int result = ours ? ask_us(contest, 2 * round + (unsigned)kind, passes, &said[OURS][round], error)
                          : ask_hyperfine(contest, passes, &said[HYPERFINE][round], &said[WELCH][round], error);
        if (result < 0 || contest->bench->interrupted)
            return result;
    }
    return 0;
}

/* What makes rounds comparable. */
static json_t *design(const struct contest *contest)
{
    return json_pack("{s:I, s:i, s:i, s:i}", "seed", (json_int_t)contest->bench->seed, "pairs", PAIRS, "passes",
                     PASSES, "more", MORE);
}

static int keep(const struct contest *contest, uint64_t round, const struct contest *before, struct error *error)
{
    json_t *line = design(contest), *said = json_array();
    FILE *out = fopen(contest->bench->keep, "ae");

    for (int kind = 0; kind < 2; kind++)
        for (int judge = 0; judge < JUDGES; judge++)
            json_array_append_new(said, json_pack("[ff]", contest->said[kind][judge][round].low,
                                                  contest->said[kind][judge][round].high));
    json_object_set_new(line, "spent_ns", json_pack("[II]", (json_int_t)(contest->spent_ns[0] - before->spent_ns[0]),
                                                    (json_int_t)(contest->spent_ns[1] - before->spent_ns[1])));
    json_object_set_new(line, "hyperfine_runs",
                        json_integer((json_int_t)(contest->hyperfine_runs - before->hyperfine_runs)));
    int bad = json_object_set_new(line, "said", said) < 0 || !out || json_dumpf(line, out, JSON_COMPACT) < 0 ||
              fputc('\n', out) == EOF;
    bad |= out && fclose(out);
    json_decref(line);
    return bad ? error_set(error, "%s:", contest->bench->keep) : 0;
}

/* A line of another design is an error: rounds of two designs have no common width. */
static int take_line(struct contest *contest, const char *text, struct error *error)
{
    json_error_t problem;
    json_t *line = json_loads(text, 0, &problem), *wanted = design(contest), *value, *said;
    const char *key;
    bool bad = !line || contest->kept >= contest->bench->rounds;

    json_object_foreach(wanted, key, value)
        bad |= !json_equal(value, json_object_get(line, key));
    said = json_object_get(line, "said");
    for (size_t i = 0; i < 2 * JUDGES && !bad; i++) {
        struct saying *at = &contest->said[i / JUDGES][i % JUDGES][contest->kept];
        bad = json_unpack(json_array_get(said, i), "[FF]", &at->low, &at->high) < 0;
    }
    for (size_t i = 0; i < 2; i++) {
        contest->spent_ns[i] += (uint64_t)json_integer_value(json_array_get(json_object_get(line, "spent_ns"), i));
        contest->turns[i] += 2;
    }
    contest->hyperfine_runs += (uint64_t)json_integer_value(json_object_get(line, "hyperfine_runs"));
    contest->kept++;
    json_decref(line);
    json_decref(wanted);
    return bad ? error_set(error, "%s: line %llu is not one of these rounds; name another file", contest->bench->keep,
                           (unsigned long long)contest->kept) : 0;
}

static int take_kept(struct contest *contest, struct error *error)
{
    char text[4096];
    int result = 0;
    FILE *in = fopen(contest->bench->keep, "re");

    if (!in)
        return errno == ENOENT ? 0 : error_set(error, "%s:", contest->bench->keep);
    while (result == 0 && fgets(text, sizeof text, in))
        result = take_line(contest, text, error);
    fclose(in);
    return result;
}

static double median_width(const struct saying *said, uint64_t rounds, double *room)
{
    for (uint64_t i = 0; i < rounds; i++)
        room[i] = said[i].high - said[i].low;
    return stats_median_interval(room, rounds).middle;
}

static int tell(const struct contest *contest, struct error *error)
{
    uint64_t rounds = contest->bench->rounds;
    double *room = calloc(rounds, sizeof *room), widths[JUDGES];

    if (!room)
        return error_set(error, "out of memory");
    printf("\nContest: the same two commands in the same time, %d pairs by us and %.0f runs of each by hyperfine; %llu "
           "rounds of a\ncommand against itself and %llu against one with %d %% more passes\n"
           "  %-29s  %14s  %14s  %18s  %s\n",
           PAIRS, (double)contest->hyperfine_runs / (double)contest->turns[1], (unsigned long long)rounds,
           (unsigned long long)rounds, 100 * (MORE - PASSES) / PASSES, "",
           "false positive", "2 % more found", "median width", "beside iotoll's");
    for (int judge = 0; judge < JUDGES; judge++) {
        uint64_t wrong = 0, found = 0;
        for (uint64_t i = 0; i < rounds; i++) {
            wrong += contest->said[0][judge][i].low > 1 || contest->said[0][judge][i].high < 1;
            found += contest->said[1][judge][i].low > 1;
        }
        widths[judge] = (median_width(contest->said[0][judge], rounds, room) +
                         median_width(contest->said[1][judge], rounds, room)) / 2;
        printf("  %-28s  %7llu of %3llu  %7llu of %3llu  %16.2f %%  %8.2f\n", judge_names[judge],
               (unsigned long long)wrong, (unsigned long long)rounds, (unsigned long long)found,
               (unsigned long long)rounds, 100 * widths[judge], widths[judge] / widths[OURS]);
    }
    printf("  time: %.1f s ours, %.1f s hyperfine's. A judge calls two commands different when 1 is not in its interval:\n"
           "  iotoll's and Welch's are of 95 %%; hyperfine's runs from X - Y to X + Y, what its summary prints as one\n"
           "  standard deviation of the ratio of two runs, which no number of runs narrows.\n",
           (double)contest->spent_ns[0] / 1e9, (double)contest->spent_ns[1] / 1e9);
    free(room);
    return 0;
}

static int play_rest(struct contest *contest, struct error *error)
{
    for (uint64_t round = contest->kept; round < contest->bench->rounds; round++) {
        const struct contest before = *contest;
        for (int kind = 0; kind < 2 && !contest->bench->interrupted; kind++)
            if (play(contest, round, kind, error) < 0)
                return -1;
        if (contest->bench->interrupted)
            return 0;
        if (contest->bench->keep && keep(contest, round, &before, error) < 0)
            return -1;
        if ((round + 1) % 5 == 0)
            fprintf(stderr, "bench: contest, round %llu of %llu\n", (unsigned long long)round + 1,
                    (unsigned long long)contest->bench->rounds);
    }
    return 0;
}

static int play_all(struct contest *contest, struct error *error)
{
    uint64_t rounds = contest->bench->rounds;

    for (int kind = 0; kind < 2; kind++)
        for (int judge = 0; judge < JUDGES; judge++)
            if (!(contest->said[kind][judge] = calloc(rounds, sizeof(struct saying))))
                return error_set(error, "out of memory");
    if (make_file(contest->file, error) < 0 || (contest->bench->keep && take_kept(contest, error) < 0))
        return -1;
    if (contest->kept < rounds && play_rest(contest, error) < 0)
        return -1;
    return contest->bench->interrupted ? 0 : tell(contest, error);
}

int part_contest(struct bench *bench, struct error *error)
{
    struct contest contest = {.bench = bench};
    struct scratch scratch;

    if (undo_begin(&bench->undo, UNDO_RUN, error) < 0 || scratch_make(&scratch, bench, error) < 0)
        return -1;
    snprintf(contest.program, sizeof contest.program, "%s/tests/fakes/passes", bench->build);
    snprintf(contest.file, sizeof contest.file, "%s/file", scratch.path);
    snprintf(contest.json, sizeof contest.json, "%s/times.json", scratch.path);
    int result = play_all(&contest, error);
    for (int kind = 0; kind < 2; kind++)
        for (int judge = 0; judge < JUDGES; judge++)
            free(contest.said[kind][judge]);
    scratch_remove(&scratch);
    undo_all(&bench->undo);
    return result;
}
