/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two ways to tell two commands apart, on the same commands, as many runs of each and the same time: ours, which
 * takes turns in random order and judges pairs, and hyperfine's, all of one and then all of the other. The truth is
 * known by count: the slower command does 2 % more passes, over a file that fits the CPU's own cache, so that what a
 * neighbour does to the memory's bandwidth matters little. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/digest.h"
#include "common/stats.h"
#include "common/units.h"
#include "tests/bench/scratch.h"

enum { PAIRS = 60, PASSES = 3000, MORE = 3060, FILE_BYTES = 64 * KIB, COMMAND = 3 * PATH_MAX };

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

/* In every pair either command is the first as a coin falls. */
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
    if (contest->bench->interrupted)
        return 0;
    struct interval speed = stats_speed(times[0], times[1], PAIRS, scratch);
    *said = (struct saying){speed.low, speed.high};
    return 0;
}

/* Times of one of hyperfine's results, in s. */
static int times_of(const json_t *results, size_t index, double times[PAIRS])
{
    const json_t *all = json_object_get(json_array_get(results, index), "times");

    for (size_t i = 0; i < PAIRS; i++)
        times[i] = json_number_value(json_array_get(all, i));
    return json_array_size(all) == PAIRS ? 0 : -1;
}

/* hyperfine's comparison is the ratio of the means, give or take their propagated standard deviations
 * (relative_speed.rs of 1.15); Welch's interval is of the difference of the means over the first one. */
static void judge_times(const double a[PAIRS], const double b[PAIRS], struct saying *own, struct saying *welch)
{
    double mean[2] = {0}, square[2] = {0};
    const double *both[2] = {a, b};

    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < PAIRS; i++)
            mean[side] += both[side][i] / PAIRS;
        for (int i = 0; i < PAIRS; i++)
            square[side] += (both[side][i] - mean[side]) * (both[side][i] - mean[side]) / (PAIRS - 1);
    }
    double ratio = mean[1] / mean[0];
    double give = ratio * sqrt(square[0] / (mean[0] * mean[0]) + square[1] / (mean[1] * mean[1]));
    struct interval shift = stats_welch_interval(a, PAIRS, b, PAIRS);
    *own = (struct saying){ratio - give, ratio + give};
    *welch = (struct saying){1 + shift.low / mean[0], 1 + shift.high / mean[0]};
}

static int ask_hyperfine(struct contest *contest, const char *passes, struct saying *own, struct saying *welch,
                         struct error *error)
{
    char first[COMMAND], second[COMMAND], runs[16];
    double ignored, a[PAIRS], b[PAIRS];
    json_error_t problem;
    uint64_t start = clock_monotonic_ns();

    snprintf(runs, sizeof runs, "%d", PAIRS);
    snprintf(first, sizeof first, "'%s' '%s' %d", contest->program, contest->file, PASSES);
    snprintf(second, sizeof second, "'%s' '%s' %s", contest->program, contest->file, passes);
    char *argv[] = {"hyperfine", "-N", "--style", "none", "--runs", runs, "--export-json",
                    contest->json, first, second, NULL};
    if (run(contest, argv, &ignored, error) < 0)
        return -1;
    contest->spent_ns[1] += clock_monotonic_ns() - start;
    if (contest->bench->interrupted)
        return 0;
    json_t *root = json_load_file(contest->json, 0, &problem);
    const json_t *results = json_object_get(root, "results");
    int bad = !root || times_of(results, 0, a) < 0 || times_of(results, 1, b) < 0;
    json_decref(root);
    if (bad)
        return error_set(error, "hyperfine's JSON has not %d times of each", PAIRS);
    judge_times(a, b, own, welch);
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
    printf("\nContest: the same two commands, %d runs of each; %llu rounds of a command against itself and %llu "
           "against one with %d %% more passes\n  %-29s  %14s  %14s  %18s  %s\n",
           PAIRS, (unsigned long long)rounds, (unsigned long long)rounds, 100 * (MORE - PASSES) / PASSES, "",
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
    printf("  time: %.1f s ours, %.1f s hyperfine's; hyperfine calls two commands different here when 1 is not in "
           "X \302\261 Y\n", (double)contest->spent_ns[0] / 1e9, (double)contest->spent_ns[1] / 1e9);
    free(room);
    return 0;
}

static int play_all(struct contest *contest, struct error *error)
{
    uint64_t rounds = contest->bench->rounds;

    for (int kind = 0; kind < 2; kind++)
        for (int judge = 0; judge < JUDGES; judge++)
            if (!(contest->said[kind][judge] = calloc(rounds, sizeof(struct saying))))
                return error_set(error, "out of memory");
    if (make_file(contest->file, error) < 0)
        return -1;
    for (uint64_t round = 0; round < rounds; round++)
        for (int kind = 0; kind < 2; kind++) {
            if (play(contest, round, kind, error) < 0)
                return -1;
            if (contest->bench->interrupted)
                return 0;
            if (kind && (round + 1) % 5 == 0)
                fprintf(stderr, "bench: contest, round %llu of %llu\n", (unsigned long long)round + 1,
                        (unsigned long long)rounds);
        }
    return tell(contest, error);
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
