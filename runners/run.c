/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/run.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/units.h"
#include "runners/boots.h"
#include "runners/calibrate.h"
#include "runners/counted.h"
#include "runners/dry_run.h"
#include "runners/environment.h"
#include "runners/files.h"
#include "runners/foresee.h"
#include "runners/run_file.h"
#include "runners/schedule.h"
#include "runners/spawn.h"

struct request {
    const char *config, *output, *resume, *only;
    const char *budget, *seed;
    bool dry_run, append; /* append: resume is the run to which a boot is added */
};

const char run_usage[] =
    "usage: iotoll run CONFIG [--output DIR] [--budget 5m] [--seed N] [--only TEXT] [--dry-run]\n"
    "       iotoll run --resume DIR | --append DIR [--budget 5m]\n";

static void parse(struct request *request, int argc, char **argv)
{
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'}, {"budget", required_argument, NULL, 'b'},
        {"seed", required_argument, NULL, 's'},   {"resume", required_argument, NULL, 'r'},
        {"only", required_argument, NULL, 'f'},   {"dry-run", no_argument, NULL, 'n'},
        {"append", required_argument, NULL, 'a'},
        {0},
    };

    *request = (struct request){0};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (option) {
        case 'o': request->output = optarg; break;
        case 'b': request->budget = optarg; break;
        case 's': request->seed = optarg; break;
        case 'a': request->append = true; /* fall through */
        case 'r': request->resume = optarg; break;
        case 'f': request->only = optarg; break;
        case 'n': request->dry_run = true; break;
        default: fputs(run_usage, stderr); exit(EXIT_USAGE);
        }
    request->config = optind < argc ? argv[optind++] : NULL;
    if (optind < argc || !request->config == !request->resume ||
        (request->resume && (request->output || request->seed || request->only || request->dry_run))) {
        fputs(run_usage, stderr);
        exit(EXIT_USAGE);
    }
}

void run_find_programs(char program[PATH_MAX], char methods[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", program, PATH_MAX - 1);

    if (length < 0)
        die(EXIT_ENVIRONMENT, "/proc/self/exe:");
    program[length] = 0;
    int directory = (int)(strrchr(program, '/') - program);
    snprintf(methods, PATH_MAX, "%.*s/methods", directory, program);
    if (access(methods, R_OK) < 0)
        snprintf(methods, PATH_MAX, "%.*s/../lib/iotoll/methods", directory, program);
}

/* The command line wins over the config; both are checked alike. */
static int override(struct config *config, const struct request *request, struct error *error)
{
    char *end;

    if (request->budget && units_parse_duration(request->budget, &config->budget_ns) < 0)
        return error_set(error, "--budget: \"%s\" is not a duration (try \"5m\")", request->budget);
    if (!request->seed)
        return 0;
    errno = 0;
    config->seed = strtoull(request->seed, &end, 10);
    if (errno || *end || request->seed[0] == '-' || end == request->seed || config->seed > INT64_MAX)
        return error_set(error, "--seed: \"%s\" is not a number from 0 to 2^63 - 1", request->seed);
    return 0;
}

static int load_new(struct session *session, const struct request *request, json_t **header,
                    struct error *error)
{
    if (config_load(&session->config, request->config, &session->catalogue, error) < 0 ||
        override(&session->config, request, error) < 0 ||
        plan_make(&session->plan, &session->config, request->only, error) < 0)
        return -1;
    *header = run_file_header(request->only);
    return *header ? 0 : error_set(error, "out of memory");
}

/* What could not be read with the rest of the environment is asked for once more; what keeps it is the reason. */
static int know_boot(const struct request *request, json_t *now, struct error *error)
{
    static const char path[] = "/proc/sys/kernel/random/boot_id";
    char text[64];

    if (json_string_length(json_object_get(now, "boot_id")) > 0)
        return 0;
    long length = files_read(path, text, sizeof text);
    if (length <= 0)
        return error_set(error, "%s: whether it was measured in this boot cannot be told without %s, which cannot be "
                         "read: %s: make it readable, or start a new run",
                         request->resume, path, length < 0 ? strerror(errno) : "it is empty");
    return json_object_set_new(now, "boot_id", json_string(text)) < 0 ? error_set(error, "out of memory") : 0;
}

/* A run is resumed in the boot it was begun in, or appended to in another: which it is has to be known. */
static int check_boot(const struct request *request, json_t *boots, const json_t *before,
                      json_t *now, struct error *error)
{
    if (know_boot(request, now, error) < 0)
        return -1;
    const char *boot = json_string_value(json_object_get(now, "boot_id"));
    if (!*boots_last_id(boots))
        return error_set(error, "%s/run.json does not say in which boot it was measured: start a new run instead",
                         request->resume);
    if (request->append)
        return boots_add(boots, before, now, request->resume, error);
    if (json_equal(json_object_get(before, "kernel"), json_object_get(now, "kernel")) &&
        !strcmp(boots_last_id(boots), boot))
        return 0;
    return error_set(error, "%s was measured before this boot: start a new run instead, or --append to it",
                     request->resume);
}

/* Without prices, as where a run was killed before it had them, they are measured again. */
static void take_over_prices(struct session *session, const struct request *request, json_t *calibration)
{
    if (calibrate_wrote(calibration))
        session->calibration = json_incref(calibration);
    else if (calibration)
        fprintf(stderr, "iotoll: %s/run.json: its prices (\"calibration\") are damaged: they are measured again\n",
                request->resume);
}

/* A run is resumed with its own config and seed, and only on the kernel it was measured on. */
static int load_resumed(struct session *session, const struct request *request, json_t **header,
                        struct error *error)
{
    json_t *root = run_file_load(request->resume, error);
    json_t *now = environment_describe();
    const char *name = json_string_value(json_object_get(root, "name"));
    json_t *before = json_object_get(root, "environment"), *boots = NULL;
    int result = -1;

    if (!root)
        goto out;
    boots = boots_of_run(root);
    if (check_boot(request, boots, before, now, error) < 0)
        goto out;
    if (config_from_json(&session->config, name ? name : "resumed", json_object_get(root, "config"),
                         &session->catalogue, error) < 0)
        goto out;
    if (!json_is_integer(json_object_get(root, "seed"))) {
        error_set(error, "%s/run.json lacks the seed", request->resume);
        goto out;
    }
    session->config.seed = (uint64_t)json_integer_value(json_object_get(root, "seed"));
    run_file_carry_over(&session->accounting, root);
    if (override(&session->config, request, error) < 0 ||
        plan_make(&session->plan, &session->config, json_string_value(json_object_get(root, "only")),
                  error) < 0)
        goto out;
    *header = json_pack("{s:O, s:O, s:O, s:O, s:O}", "started_utc",
                        json_object_get(root, "started_utc"), "environment", before, "build",
                        json_object_get(root, "build"), "only", json_object_get(root, "only"), "boots",
                        boots);
    result = *header ? 0 : error_set(error, "%s/run.json lacks what a run must have", request->resume);
    take_over_prices(session, request, json_object_get(root, "calibration"));
out:
    json_decref(boots);
    json_decref(now);
    json_decref(root);
    return result;
}

/* "2026-01-31T12:00:00Z" without its punctuation, host, kernel and config make a name that sorts. */
static int name_directory(char directory[PATH_MAX], const struct session *session, const json_t *header,
                          struct error *error)
{
    const json_t *environment = json_object_get(header, "environment");
    const char *started = json_string_value(json_object_get(header, "started_utc"));
    char stamp[32];
    size_t used = 0;

    for (; *started && used < sizeof stamp - 1; started++)
        if (*started != '-' && *started != ':')
            stamp[used++] = *started;
    stamp[used] = 0;
    if (mkdir("results", 0755) < 0 && errno != EEXIST)
        return error_set(error, "results:");
    snprintf(directory, PATH_MAX, "results/%s-%.64s-%.64s-%s", stamp,
             json_string_value(json_object_get(environment, "host")),
             json_string_value(json_object_get(environment, "kernel")), session->config.name);
    return 0;
}

static int make_directory(char directory[PATH_MAX], const struct session *session,
                          const struct request *request, const json_t *header, struct error *error)
{
    if (request->resume) {
        snprintf(directory, PATH_MAX, "%s", request->resume);
        return 0;
    }
    if (request->output)
        snprintf(directory, PATH_MAX, "%s", request->output);
    else if (name_directory(directory, session, header, error) < 0)
        return -1;
    if (mkdir(directory, 0755) == 0)
        return 0;
    if (errno == EEXIST)
        return error_set(error, "%s exists already: choose another --output, or --resume it", directory);
    return error_set(error, "%s:", directory);
}

/* results/latest, replaced in one step. A run kept elsewhere has no link. */
static void link_latest(const char *directory)
{
    static const char beside[] = "results/.latest";

    if (strncmp(directory, "results/", 8))
        return;
    unlink(beside);
    if (symlink(directory + 8, beside) < 0 || rename(beside, "results/latest") < 0)
        fprintf(stderr, "iotoll: results/latest: %s\n", strerror(errno));
}

static void note_shared_device(struct session *session, const char *directory)
{
    struct stat here, there;

    for (size_t i = 0; i < session->targets.count; i++) {
        const struct target *target = &session->targets.all[i];
        if (target_has_device(target) && stat(directory, &here) == 0 &&
            stat(target->directory, &there) == 0 && here.st_dev == there.st_dev)
            session_leave_out(session, "The journal is kept on the same device as target %s; it is synced "
                              "between trials, never during one.", target->spec->name);
    }
}

static void announce(const struct session *session, const char *directory)
{
    struct allocate_group *groups = foresee_groups(&session->plan, &session->config);
    const struct allocate_limits limits = foresee_limits(&session->config);
    char budget[32];

    fprintf(stderr, "iotoll: %zu points in %zu groups, budget %s, into %s\n", session->plan.count,
            session->plan.group_count, units_human_duration((double)session->config.budget_ns, budget),
            directory);
    if (groups)
        foresee_print(&session->plan, groups, &limits,
                      foresee_budget_ns(&session->plan, &session->config), true, stderr);
    free(groups);
}

/* Measure into the directory, and leave a run.json that says how it ended whatever happens. */
static int measure(struct session *session, const char *directory, const json_t *header, bool resumed,
                   struct schedule *schedule, struct error *error)
{
    struct error later;
    int result = -1;

    if (journal_open(&session->journal, directory, error) < 0)
        return -1;
    uint64_t deadline = session->accounting.started_ns + session->config.budget_ns;
    if (run_file_write(directory, session, header, "running", error) == 0 &&
        schedule_new(schedule, session, deadline, boots_first_block(json_object_get(header, "boots")),
                     error) == 0 &&
        (!resumed || schedule_resume(schedule, directory, error) == 0)) {
        link_latest(directory);
        announce(session, directory);
        result = schedule_run(schedule, error);
        session->bought = schedule_to_json(schedule);
        if (result == 0 && session->config.counts && !spawn_stop_requested())
            result = counted_run(session, directory, deadline, error);
    }
    const char *state = result < 0 ? schedule_end_names[SCHEDULE_INTERRUPTED]
                                   : schedule_end_names[schedule->end];
    if (run_file_write(directory, session, header, state, &later) < 0 && result == 0) {
        *error = later;
        result = -1;
    }
    journal_close(&session->journal);
    return result;
}

/* 0, 1 or 3; everything that the session holds is released by the caller. */
static int run(struct session *session, const struct request *request, const json_t *header,
               char directory[PATH_MAX])
{
    struct schedule schedule = {0};
    struct error error;
    int code = EXIT_ENVIRONMENT;

    if (session_open(session, &error) < 0 ||
        make_directory(directory, session, request, header, &error) < 0) {
        *directory = 0;
        fprintf(stderr, "iotoll: %s\n", error.text);
        return spawn_stop_requested() ? EXIT_INCOMPLETE : EXIT_ENVIRONMENT;
    }
    note_shared_device(session, directory);
    session->priced_ns = clock_monotonic_ns();
    if ((!session->calibration && calibrate(session, calibrate_limit_ns(session->config.budget_ns), &error) < 0) ||
        measure(session, directory, header, request->resume != NULL, &schedule, &error) < 0)
        fprintf(stderr, "iotoll: %s\niotoll: what was measured is kept in %s; `iotoll run --resume` goes on\n",
                error.text, directory);
    else {
        size_t unmeasured = schedule_unmeasured(&schedule);
        code = unmeasured > 0 ? EXIT_INCOMPLETE : EXIT_DONE;
        fprintf(stderr, "iotoll: %s; %s\n", schedule_end_names[schedule.end], directory);
        if (unmeasured > 0)
            fprintf(stderr, "iotoll: %zu points have no valid trial; the report lists why\n", unmeasured);
    }
    schedule_free(&schedule);
    return code;
}

int run_main(int argc, char **argv, char directory[4096])
{
    struct session session = {.undo = {.lock = -1}, .journal = {.fd = -1}};
    char program[PATH_MAX], methods[PATH_MAX];
    struct request request;
    json_t *header = NULL;
    struct error error;
    int code = EXIT_DONE;

    parse(&request, argc, argv);
    session.accounting.started_ns = clock_monotonic_ns();
    run_find_programs(program, methods);
    session.program = program;
    session.methods = methods;
    if (catalogue_load(&session.catalogue, methods, &error) < 0)
        die(EXIT_ENVIRONMENT, "%s", error.text);
    int loaded = request.resume ? load_resumed(&session, &request, &header, &error)
                                : load_new(&session, &request, &header, &error);
    if (loaded < 0) {
        fprintf(stderr, "iotoll: %s\n", error.text);
        code = EXIT_USAGE;
    } else if (request.dry_run)
        dry_run_print(&session, stdout);
    else {
        spawn_watch_signals();
        session.accounting.sessions++;
        code = run(&session, &request, header, directory);
    }
    json_decref(header);
    if (session_close(&session) < 0 && code == EXIT_DONE)
        code = EXIT_ENVIRONMENT;
    if (spawn_stop_requested())
        raise(spawn_stop_requested()); /* its default action is back: see spawn_watch_signals */
    return code;
}
