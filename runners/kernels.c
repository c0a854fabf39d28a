/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/kernels.h"

#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/files.h"
#include "runners/run.h"
#include "runners/spawn.h"

const char kernels_usage[] =
    "usage: iotoll kernels CONFIG --kernel IMAGE[:MODULES_DIR]... [--boots N] [--accel auto|kvm|tcg]\n"
    "                      [--cpus N] [--memory SIZE] [--disk SIZE|DEVICE] [--budget DURATION]\n"
    "                      [--timeout DURATION] [--command-line WORDS] [--output DIR]\n";

/* An emulator takes so many times longer for the same trials, and then some. */
enum { EMULATED_BUDGETS_IN_HALVES = 5 };

struct request {
    const char *config, *accel, *disk, *output, *memory, *timeout, *budget, *boots, *cpus;
    const char *kernels[KERNELS_MAX], *arguments[KERNELS_MAX];
    size_t kernel_count;
};

static int add_kernel(struct request *request, const char *text, const char *arguments)
{
    if (request->kernel_count == KERNELS_MAX) {
        fprintf(stderr, "iotoll: --kernel: %d at most\n", KERNELS_MAX);
        return -1;
    }
    request->arguments[request->kernel_count] = arguments;
    request->kernels[request->kernel_count++] = text;
    return 0;
}

/* --command-line is of the kernel before it, or of all where it comes first. */
static int parse(struct request *request, int argc, char **argv)
{
    static const struct option options[] = {
        {"kernel", required_argument, NULL, 'k'},  {"boots", required_argument, NULL, 'n'},
        {"accel", required_argument, NULL, 'a'},   {"cpus", required_argument, NULL, 'c'},
        {"memory", required_argument, NULL, 'm'},  {"disk", required_argument, NULL, 'd'},
        {"timeout", required_argument, NULL, 't'}, {"command-line", required_argument, NULL, 'l'},
        {"budget", required_argument, NULL, 'b'},  {"output", required_argument, NULL, 'o'},
        {0},
    };
    const char *common = "";
    int result = 0;

    *request = (struct request){.accel = "auto", .disk = "4G", .memory = "2G", .boots = "5", .cpus = "2"};
    for (int option; result == 0 && (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (option) {
        case 'k': result = add_kernel(request, optarg, common); break;
        case 'n': request->boots = optarg; break;
        case 'a': request->accel = optarg; break;
        case 'c': request->cpus = optarg; break;
        case 'm': request->memory = optarg; break;
        case 'd': request->disk = optarg; break;
        case 't': request->timeout = optarg; break;
        case 'b': request->budget = optarg; break;
        case 'o': request->output = optarg; break;
        case 'l':
            *(request->kernel_count ? &request->arguments[request->kernel_count - 1] : &common) = optarg;
            break;
        default: result = -1;
        }
    request->config = optind < argc ? argv[optind++] : NULL;
    if (result == 0 && optind == argc && request->config && request->kernel_count > 0 &&
        (!strcmp(request->accel, "auto") || !strcmp(request->accel, "kvm") || !strcmp(request->accel, "tcg")))
        return 0;
    fputs(kernels_usage, stderr);
    return -1;
}

static int read_number(const char *option, const char *text, uint64_t most, uint64_t *number,
                       struct error *error)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);

    if (end == text || *end || *text == '-' || value < 1 || value > most)
        return error_set(error, "%s: \"%s\" is not a number from 1 to %" PRIu64, option, text, most);
    *number = value;
    return 0;
}

/* A device will be overwritten: nobody may use it, and it may hold nothing that is known. */
static int read_disk(struct kernels *kernels, const char *text, struct error *error)
{
    struct stat status;

    if (*text != '/') {
        if (units_parse_size(text, &kernels->disk_bytes) < 0 || kernels->disk_bytes < 64 * MIB)
            return error_set(error, "--disk: \"%s\" is no size from 64M on, nor a block device", text);
        return 0;
    }
    int fd = open(text, O_RDWR | O_EXCL | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0 || !S_ISBLK(status.st_mode) || strchr(text, ',')) {
        if (fd < 0)
            return error_set(error, "--disk: %s:", text);
        close(fd);
        return error_set(error, "--disk: %s is not a block device", text);
    }
    close(fd);
    char *words[] = {(char *)"wipefs", (char *)"--noheadings", (char *)"--no-act", (char *)text, NULL};
    struct spawn spawn = {.argv = words, .program_fd = -1, .timeout_ns = 20 * NS_PER_S};
    if (spawn_run(&spawn, error) < 0)
        return -1;
    bool empty = !strcmp(spawn.exit, "0") && !*spawn.output;
    spawn_free(&spawn);
    snprintf(kernels->disk, sizeof kernels->disk, "%s", text);
    return empty ? 0 : error_set(error, "--disk: %s holds something (see wipefs %s), which a guest would "
                                 "overwrite: wipe it first", text, text);
}

static int read_memory(struct kernels *kernels, const char *text, struct error *error)
{
    const uint64_t has = (uint64_t)sysconf(_SC_AVPHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    char human[32];

    if (units_parse_size(text, &kernels->machine.memory_bytes) < 0 ||
        kernels->machine.memory_bytes < 32 * MIB)
        return error_set(error, "--memory: \"%s\" is no size from 32M on", text);
    const uint64_t total = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    if (kernels->machine.memory_bytes > total - total / 8)
        return error_set(error, "--memory: %s is more than this machine can give (%s are free)", text,
                         units_human_bytes((double)has, human));
    return 0;
}

static int read_kernels(struct kernels *kernels, const struct request *request, struct error *error)
{
    for (size_t i = 0; i < request->kernel_count; i++) {
        unsigned same = 1;
        if (kernels_image_read(&kernels->images[i], request->kernels[i], error) < 0)
            return -1;
        for (size_t j = 0; j < i; j++)
            same += !strcmp(kernels->images[j].release, kernels->images[i].release);
        snprintf(kernels->names[i], sizeof kernels->names[i], same > 1 ? "%s-%u" : "%s",
                 kernels->images[i].release, same);
        kernels->arguments[i] = request->arguments[i];
        kernels->count++;
    }
    return 0;
}

static int has_emulator(struct error *error)
{
    char *words[] = {(char *)"qemu-system-x86_64", (char *)"--version", NULL};
    struct spawn spawn = {.argv = words, .program_fd = -1, .timeout_ns = 20 * NS_PER_S};
    int result = spawn_run(&spawn, error);

    if (result == 0 && strcmp(spawn.exit, "0"))
        result = error_set(error, "qemu-system-x86_64 is not installed, or does not run (`make deps kernels`)");
    spawn_free(&spawn);
    return result;
}

/* Everything that the command line and the config say. */
static int read_request(struct kernels *kernels, const struct request *request, struct error *error)
{
    struct kernels_machine *machine = &kernels->machine;

    run_find_programs(kernels->program, kernels->methods);
    if (catalogue_load(&kernels->catalogue, kernels->methods, error) < 0 ||
        config_load(&kernels->config, request->config, &kernels->catalogue, error) < 0 ||
        read_number("--boots", request->boots, 100, &kernels->boots, error) < 0 ||
        read_number("--cpus", request->cpus, 256, &machine->cpus, error) < 0 ||
        read_memory(kernels, request->memory, error) < 0 ||
        read_disk(kernels, request->disk, error) < 0 || read_kernels(kernels, request, error) < 0)
        return -1;
    if (request->budget && units_parse_duration(request->budget, &kernels->budget_ns) < 0)
        return error_set(error, "--budget: \"%s\" is not a duration (try \"5m\")", request->budget);
    if (request->timeout && units_parse_duration(request->timeout, &machine->timeout_ns) < 0)
        return error_set(error, "--timeout: \"%s\" is not a duration (try \"10m\")", request->timeout);
    return 0;
}

static void choose_times(struct kernels *kernels)
{
    bool emulated = !strcmp(kernels->machine.accel, "tcg");

    if (kernels->budget_ns == 0)
        kernels->budget_ns = kernels->config.budget_ns * (emulated ? EMULATED_BUDGETS_IN_HALVES : 2) / 2;
    if (kernels->machine.timeout_ns == 0)
        kernels->machine.timeout_ns = kernels->budget_ns + 5 * 60 * NS_PER_S;
}

static void choose_cache(struct kernels *kernels)
{
    int fd = open(kernels->disk, O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0600);

    kernels->machine.cache = fd >= 0 ? "none" : "writeback";
    if (fd >= 0)
        close(fd);
}

static void start_record(struct kernels *kernels)
{
    const struct kernels_machine *machine = &kernels->machine;
    bool kvm = !strcmp(machine->accel, "kvm");

    kernels->record = json_pack("{s:i, s:s, s:s, s:s?, s:I, s:I, s:I, s:s, s:O, s:[]}", "schema", 1, "accel",
                                machine->accel, "lane", kvm ? "kvm" : "emulated", "no_kvm", kernels->no_kvm,
                                "budget_ns", (json_int_t)kernels->budget_ns, "cpus",
                                (json_int_t)machine->cpus, "memory_bytes",
                                (json_int_t)machine->memory_bytes, "disk_cache", machine->cache, "config",
                                kernels->config.json, "boots");
    fprintf(stderr, "iotoll: %zu kernel%s, %" PRIu64 " boot%s each, %s, into %s\n", kernels->count,
            kernels->count == 1 ? "" : "s", kernels->boots, kernels->boots == 1 ? "" : "s",
            kvm ? "on KVM" : "emulated: counts are the kernels', times are not", kernels->output);
    if (kernels->no_kvm)
        fprintf(stderr, "iotoll: not on KVM: %s\n", kernels->no_kvm);
}

/* By the command itself, which may look at results as rooms may not at each other. Its exit code. */
static int compare(const struct kernels *kernels, struct error *error)
{
    char runs[KERNELS_MAX][PATH_MAX], output[PATH_MAX + 16], file[PATH_MAX + 16];
    char *words[KERNELS_MAX + 5] = {(char *)kernels->program, (char *)"compare"};
    size_t count = 2;

    for (size_t i = 0; i < kernels->count; i++) {
        snprintf(runs[i], sizeof runs[i], "%.3900s/%s", kernels->output, kernels->names[i]);
        snprintf(file, sizeof file, "%s/run.json", runs[i]);
        if (access(file, R_OK) == 0)
            words[count++] = runs[i];
    }
    if (count < 4) {
        printf("%s: results of %zu kernel%s: nothing to compare\n", kernels->output, count - 2,
               count == 3 ? "" : "s");
        return EXIT_DONE;
    }
    snprintf(output, sizeof output, "%s/compare", kernels->output);
    words[count++] = (char *)"--output";
    words[count++] = output;
    struct spawn spawn = {.argv = words, .program_fd = -1, .timeout_ns = 600 * NS_PER_S};
    if (spawn_run(&spawn, error) < 0)
        return EXIT_ENVIRONMENT;
    fputs(spawn.output, stdout);
    fputs(spawn.errors, stderr);
    int code = strcmp(spawn.exit, "0") ? EXIT_INCOMPLETE : EXIT_DONE;
    spawn_free(&spawn);
    return code;
}

static int boot_and_compare(struct kernels *kernels, struct error *error)
{
    long failed = kernels_boot_all(kernels, error);

    if (failed < 0)
        return EXIT_ENVIRONMENT;
    if (spawn_stop_requested())
        return EXIT_INCOMPLETE;
    int code = compare(kernels, error);
    if (failed > 0)
        fprintf(stderr, "iotoll: %ld of %" PRIu64 " boots delivered nothing: %s/kernels.json says why\n", failed,
                kernels->boots * kernels->count, kernels->output);
    return code == EXIT_DONE && failed > 0 ? EXIT_INCOMPLETE : code;
}

int kernels_main(int argc, char **argv)
{
    static struct kernels kernels = {.undo = {.lock = -1}};
    struct request request;
    struct error error = {""};
    int code = EXIT_USAGE;

    if (parse(&request, argc, argv) < 0)
        return EXIT_USAGE;
    spawn_watch_signals();
    if (read_request(&kernels, &request, &error) == 0) {
        code = EXIT_ENVIRONMENT;
        if (has_emulator(&error) == 0 && undo_begin(&kernels.undo, UNDO_RUN, &error) == 0 &&
            kernels_output_open(&kernels, request.output, &error) == 0 &&
            kernels_choose_accel(&kernels, request.accel, &error) == 0) {
            choose_times(&kernels);
            choose_cache(&kernels);
            start_record(&kernels);
            code = boot_and_compare(&kernels, &error);
        }
    }
    if (*error.text)
        fprintf(stderr, "iotoll: %s\n", error.text);
    if (undo_all(&kernels.undo) < 0 && code == EXIT_DONE)
        code = EXIT_ENVIRONMENT;
    json_decref(kernels.record);
    config_free(&kernels.config);
    catalogue_free(&kernels.catalogue);
    if (spawn_stop_requested())
        raise(spawn_stop_requested());
    return code;
}
